//! The chart of accounts.

use crate::app::App;
use crate::health::Nothing;
use crate::problem::{Problem, ProblemDocument};
use crate::query::Parameters;
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// The chart of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Chart {
    /// The accounts, by code, each with its newest record.
    accounts: Vec<Account>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    /// `NNN.SSS`.
    #[schema(example = "302.000")]
    account_code: String,
    /// First day on which the record holds.
    effective_date: NaiveDate,
    /// Name.
    name: String,
    /// ASSET, LIABILITY, EQUITY, REVENUE or EXPENSE.
    account_type: &'static str,
    /// DEBIT or CREDIT.
    normal_side: &'static str,
    /// Line of the balance sheet or income statement.
    statement_line: String,
    /// Place in the cash flow statement.
    cash_flow_class: &'static str,
    /// Line of the lease operating statement, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    los_line: Option<String>,
    /// What each line on it must carry.
    required_dimensions: Vec<&'static str>,
    /// Whether entries may post to it.
    is_postable: bool,
}

impl From<ledger::reference::Account> for Account {
    fn from(account: ledger::reference::Account) -> Self {
        Self {
            account_code: account.account_code,
            effective_date: account.effective_date,
            name: account.name,
            account_type: account.account_type.code(),
            normal_side: account.normal_side.code(),
            statement_line: account.statement_line,
            cash_flow_class: account.cash_flow_class.code(),
            los_line: account.los_line,
            required_dimensions: account
                .required_dimensions
                .iter()
                .map(|dimension| dimension.code())
                .collect(),
            is_postable: account.is_postable,
        }
    }
}

/// The chart of accounts.
#[utoipa::path(
    get,
    path = "/v1/accounts",
    tag = "Ledger",
    responses(
        (status = 200, description = "The chart", body = Chart),
        (status = 503, description = "The database does not answer", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    Parameters(Nothing {}): Parameters<Nothing>,
) -> Result<Json<Chart>, Problem> {
    let accounts = app.store().accounts().await?;
    Ok(Json(Chart { accounts: accounts.into_iter().map(Account::from).collect() }))
}
