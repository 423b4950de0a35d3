//! The trial balance.

use super::position_header;
use crate::app::App;
use crate::problem::{Problem, ProblemDocument};
use crate::query::{self, Parameters, Period};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::{TrialBalanceRequest, TrialBalanceRow};
use utoipa::{IntoParams, ToSchema};

/// Which trial balance.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Company.
    #[serde(default, deserialize_with = "query::code_text")]
    #[param(value_type = String, example = "1000")]
    company: Option<String>,
    /// Fiscal year, or year and period from 00 (opening) to 13 (adjusting).
    #[serde(default, deserialize_with = "query::period")]
    #[param(value_type = String, example = "2025-10")]
    period: Option<Period>,
}

/// A trial balance, in the company's functional currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialBalance {
    /// Company.
    company_code: String,
    /// Fiscal year.
    fiscal_year: i32,
    /// Fiscal period; absent for the whole year.
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_period: Option<i32>,
    /// One row for each account that was ever posted to, by code.
    rows: Vec<Row>,
    /// Sum of the debits.
    #[schema(example = "1250000.00")]
    total_debit: String,
    /// Sum of the credits.
    #[schema(example = "1250000.00")]
    total_credit: String,
    /// Whether they are equal.
    is_balanced: bool,
}

/// An account in a trial balance. Balances are debits less credits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    /// Account.
    account_code: String,
    /// Its name, where the chart has been loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Its class, where the chart has been loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<&'static str>,
    /// Balance before.
    opening: String,
    /// Debits.
    debit: String,
    /// Credits.
    credit: String,
    /// Balance after.
    closing: String,
}

impl From<TrialBalanceRow> for Row {
    fn from(row: TrialBalanceRow) -> Self {
        Self {
            opening: cents(row.opening),
            debit: cents(row.debit),
            credit: cents(row.credit),
            closing: cents(row.closing()),
            account_code: row.account_code,
            account_name: row.account_name,
            account_type: row.account_type.map(|kind| kind.code()),
        }
    }
}

/// Cents as a decimal with two digits.
fn cents(cents: i128) -> String {
    let (sign, magnitude) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

/// The trial balance of a company for a fiscal year or period.
#[utoipa::path(
    get,
    path = "/v1/trial-balance",
    tag = "Ledger",
    params(Asked),
    responses(
        (status = 200, description = "The trial balance", body = TrialBalance, headers(("GL-Position" = String, description = "How far the tables were loaded"))),
        (status = 400, description = "A parameter is not accepted", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 504, description = "The query took too long", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Parameters(Asked { company, period }): Parameters<Asked>,
) -> Result<Response, Problem> {
    let company_code = company.ok_or_else(|| missing("company", "1000"))?;
    let Period { year, period } = period.ok_or_else(|| missing("period", "2025-10"))?;
    let request = TrialBalanceRequest { company_code, fiscal_year: year, fiscal_period: period };
    let balance = app.store().trial_balance(&request).await?;
    let (debit, credit) =
        balance.rows.iter().fold((0, 0), |(debit, credit), row| (debit + row.debit, credit + row.credit));
    let headers = AppendHeaders(position_header(balance.position).into_iter().collect::<Vec<_>>());
    let document = TrialBalance {
        company_code: request.company_code,
        fiscal_year: year,
        fiscal_period: period,
        rows: balance.rows.into_iter().map(Row::from).collect(),
        total_debit: cents(debit),
        total_credit: cents(credit),
        is_balanced: debit == credit,
    };
    Ok((headers, Json(document)).into_response())
}

fn missing(name: &str, example: &str) -> Problem {
    Problem::parameter(format!("the parameter `{name}` is missing; give it, such as {name}={example}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_written_with_two_digits_and_their_sign() {
        for (value, text) in [
            (0, "0.00"),
            (-7, "-0.07"),
            (123_456, "1234.56"),
            (i128::from(i64::MAX) * 10, "922337203685477580.70"),
        ] {
            assert_eq!(cents(value), text);
        }
    }
}
