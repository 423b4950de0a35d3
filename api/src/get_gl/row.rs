//! A flat row as JSON: every field in every row, amounts as numbers with two decimals.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::Money;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use store::{FlatRow, Names, StagedEntry};
use utoipa::ToSchema;

/// A line with the header of its entry and the names of its account, lease and place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlatRow)]
pub(crate) struct Row<'a> {
    /// Entry id and line number.
    #[schema(example = "01997f7a-5c00-7000-8000-0000000000aa-1")]
    gl_entry_id: &'a str,
    /// Sequence of the batch.
    journal_batch: i64,
    /// Company, fiscal year and entry number.
    #[schema(example = "1000-2025-17")]
    journal_entry: &'a str,
    /// Document date.
    transaction_date: NaiveDate,
    /// Posting date.
    posting_date: NaiveDate,
    /// Account.
    account_code: &'a str,
    /// Name of the account.
    account_name: Option<&'a str>,
    /// Class of the account.
    account_type: Option<&'a str>,
    /// Amount of a debit line in functional currency, else 0.00.
    #[schema(value_type = f64, example = 812.34)]
    debit_amount: Number,
    /// Amount of a credit line in functional currency, else 0.00.
    #[schema(value_type = f64, example = 0.00)]
    credit_amount: Number,
    /// Debit less credit.
    #[schema(value_type = f64, example = 812.34)]
    net_amount: Number,
    /// Well, as API-14.
    well_id: Option<&'a str>,
    /// Name of the lease: of the line, else of its well.
    lease_name: Option<&'a str>,
    /// That lease.
    property_id: Option<&'a str>,
    /// Authorisation for expenditure.
    afe_number: Option<&'a str>,
    /// Joint interest billing deck.
    jib_number: Option<&'a str>,
    /// Cost centre.
    cost_center: Option<&'a str>,
    /// Subledger.
    journal_source: &'static str,
    /// Template.
    transaction_type: &'a str,
    /// Text of the line, else the description of the entry.
    description: &'a str,
    /// Fiscal period.
    fiscal_period: i32,
    /// Fiscal year.
    fiscal_year: i32,
    /// First day of the month of the posting date.
    fiscal_month: NaiveDate,
    /// State of the well, else of the lease.
    state: Option<&'a str>,
    /// County of the well, else of the lease.
    county: Option<&'a str>,
    /// Basin of the well, else of the lease.
    basin: Option<&'a str>,
    /// When the entry was entered: simulated time.
    created_timestamp: DateTime<Utc>,
    /// Who entered it.
    created_by: &'a str,
    /// When it was validated: wall clock.
    last_modified: DateTime<Utc>,
}

impl<'a> From<&'a FlatRow<'a>> for Row<'a> {
    fn from(row: &'a FlatRow<'a>) -> Self {
        Self {
            gl_entry_id: &row.gl_entry_id,
            journal_batch: row.journal_batch,
            journal_entry: &row.journal_entry,
            transaction_date: row.transaction_date,
            posting_date: row.posting_date,
            account_code: row.account_code,
            account_name: row.account_name,
            account_type: row.account_type,
            debit_amount: Number(row.debit_amount),
            credit_amount: Number(row.credit_amount),
            net_amount: Number(row.net_amount),
            well_id: row.well_id,
            lease_name: row.lease_name,
            property_id: row.property_id,
            afe_number: row.afe_number,
            jib_number: row.jib_number,
            cost_center: row.cost_center,
            journal_source: row.journal_source,
            transaction_type: row.transaction_type,
            description: row.description,
            fiscal_period: row.fiscal_period,
            fiscal_year: row.fiscal_year,
            fiscal_month: row.fiscal_month,
            state: row.state,
            county: row.county,
            basin: row.basin,
            created_timestamp: row.created_timestamp,
            created_by: row.created_by,
            last_modified: row.last_modified,
        }
    }
}

/// Money as a JSON number, written digit by digit: it never is a float.
#[derive(Clone, Copy, Debug)]
struct Number(Money);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// Appends the rows of an entry, each followed by `separator`, and counts them.
pub(crate) fn append(names: &Names, staged: &StagedEntry<'_>, separator: u8, out: &mut Vec<u8>) -> u64 {
    let mut count = 0;
    for row in names.rows(staged) {
        let before = out.len();
        if let Err(error) = serde_json::to_writer(&mut *out, &Row::from(&row)) {
            // Rows are texts and numbers, and a Vec takes every byte: this is a bug, and half a row must not go out.
            tracing::error!("a flat row cannot be written: {error}");
            out.truncate(before);
            continue;
        }
        out.push(separator);
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_number_with_all_its_digits() {
        let largest = serde_json::to_string(&Number(Money::MAX)).unwrap();
        assert_eq!(largest, "9999999999999999.99");
        assert_eq!(serde_json::to_string(&Number("-0.1".parse().unwrap())).unwrap(), "-0.10");
        assert_eq!(serde_json::to_string(&Number(Money::ZERO)).unwrap(), "0.00");
    }
}
