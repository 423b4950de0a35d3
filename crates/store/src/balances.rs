//! The chart of accounts as loaded, and the trial balance.

use crate::entries::{Columns, RowError};
use crate::error::StoreError;
use crate::numeric::WideCents;
use crate::pool::Store;
use contract::Position;
use contract::seal::Wide;
use ledger::reference::{Account, AccountType, Dimension};
use tokio_postgres::Row;

const ACCOUNTS: &str = "SELECT DISTINCT ON (account_code) account_code, effective_date, name, account_type, \
    normal_side, statement_line, cash_flow_class, los_line, required_dimensions, is_postable \
    FROM staging.account ORDER BY account_code, effective_date DESC";

/// Movement is what the asked periods hold; opening is everything before them. Period 0 holds opening balances and
/// counts as movement only where it is asked for itself.
const TRIAL_BALANCE: &str = "WITH posted AS (\
      SELECT l.account_code, l.side, l.functional_amount, \
        e.fiscal_year = $2 AND e.fiscal_period BETWEEN $3 AND $4 AS is_movement \
      FROM staging.journal_entry AS e \
      JOIN staging.journal_line AS l ON l.posting_date = e.posting_date AND l.entry_id = e.entry_id \
      WHERE e.company_code = $1 AND (e.fiscal_year, e.fiscal_period) <= ($2, $4) \
        AND l.posting_date <= make_date($2, 12, 31) AND e.posting_date <= make_date($2, 12, 31)\
    ), balance AS (\
      SELECT account_code, \
        coalesce(sum(CASE side WHEN 'DEBIT' THEN functional_amount ELSE -functional_amount END) \
          FILTER (WHERE NOT is_movement), 0) AS opening, \
        coalesce(sum(functional_amount) FILTER (WHERE is_movement AND side = 'DEBIT'), 0) AS debit, \
        coalesce(sum(functional_amount) FILTER (WHERE is_movement AND side = 'CREDIT'), 0) AS credit \
      FROM posted GROUP BY account_code\
    ) \
    SELECT balance.account_code, account.name, account.account_type, balance.opening, balance.debit, balance.credit \
    FROM balance LEFT JOIN LATERAL (\
      SELECT name, account_type FROM staging.account AS held WHERE held.account_code = balance.account_code \
      ORDER BY effective_date DESC LIMIT 1) AS account ON true \
    ORDER BY balance.account_code";

/// Which trial balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalanceRequest {
    /// Company.
    pub company_code: String,
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Fiscal period, 0 to 13; without one, periods 1 to 13 are the movement of the year.
    pub fiscal_period: Option<i32>,
}

/// A trial balance in the company's functional currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    /// One row for each account that was ever posted to, by code.
    pub rows: Vec<TrialBalanceRow>,
    /// How far the tables were loaded.
    pub position: Option<Position>,
}

/// An account in a trial balance. Amounts are in cents; balances are debits less credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalanceRow {
    /// Account.
    pub account_code: String,
    /// Its name, where the chart has been loaded.
    pub account_name: Option<String>,
    /// Its class, where the chart has been loaded.
    pub account_type: Option<AccountType>,
    /// Balance before.
    pub opening: Wide,
    /// Debits.
    pub debit: Wide,
    /// Credits.
    pub credit: Wide,
}

impl TrialBalanceRow {
    /// Balance after.
    #[must_use]
    pub const fn closing(&self) -> Wide {
        self.opening + self.debit - self.credit
    }
}

impl Store {
    /// The accounts of the chart, by code, each with its newest record.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let client = self.client().await?;
        let failed = |error| self.failed(&error);
        let statement = client.prepare_cached(ACCOUNTS).await.map_err(failed)?;
        let rows = client.query(&statement, &[]).await.map_err(failed)?;
        rows.iter().map(|row| account(row).map_err(|error| self.malformed(&error))).collect()
    }

    /// A trial balance.
    ///
    /// # Errors
    /// Where the database cannot be asked, or takes too long.
    pub async fn trial_balance(&self, request: &TrialBalanceRequest) -> Result<TrialBalance, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        let position = self.position_in(&transaction).await?;
        let (first, last) = request.fiscal_period.map_or((1, 13), |period| (period, period));
        let failed = |error| self.failed(&error);
        let statement = transaction.prepare_cached(TRIAL_BALANCE).await.map_err(failed)?;
        let rows = transaction
            .query(&statement, &[&request.company_code, &request.fiscal_year, &first, &last])
            .await
            .map_err(failed)?;
        let rows: Result<Vec<_>, _> =
            rows.iter().map(|row| balance(row).map_err(|error| self.malformed(&error))).collect();
        Ok(TrialBalance { rows: rows?, position })
    }
}

fn account(row: &Row) -> Result<Account, RowError> {
    let mut c = Columns { row, at: 0 };
    Ok(Account {
        account_code: c.next()?,
        effective_date: c.next()?,
        name: c.next()?,
        account_type: c.code()?,
        normal_side: c.code()?,
        statement_line: c.next()?,
        cash_flow_class: c.code()?,
        los_line: c.next()?,
        required_dimensions: dimensions(&c.next::<Vec<String>>()?)?,
        is_postable: c.next()?,
    })
}

fn dimensions(codes: &[String]) -> Result<Vec<Dimension>, RowError> {
    codes.iter().map(|code| crate::entries::code(code)).collect()
}

fn balance(row: &Row) -> Result<TrialBalanceRow, RowError> {
    let mut c = Columns { row, at: 0 };
    Ok(TrialBalanceRow {
        account_code: c.next()?,
        account_name: c.next()?,
        account_type: c.option_code()?,
        opening: c.next::<WideCents>()?.0,
        debit: c.next::<WideCents>()?.0,
        credit: c.next::<WideCents>()?.0,
    })
}
