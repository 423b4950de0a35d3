//! Flat rows: one for each line, with the names that masters give to its codes. History and live rows come from the
//! same mapping, so they cannot differ.

use crate::error::StoreError;
use crate::pool::Store;
use crate::staged::StagedEntry;
use chrono::{DateTime, NaiveDate, Utc};
use ledger::{JournalLine, Money, Side};
use std::collections::HashMap;

const ACCOUNT_NAMES: &str = "SELECT DISTINCT ON (account_code) account_code, name, account_type \
    FROM staging.account ORDER BY account_code, effective_date DESC";
const LEASES: &str = "SELECT DISTINCT ON (lease_id) lease_id, name, state, county, basin \
    FROM staging.lease ORDER BY lease_id, effective_date DESC";
const WELLS: &str = "SELECT DISTINCT ON (well_id) well_id, lease_id, state, county, basin \
    FROM staging.well ORDER BY well_id, effective_date DESC";

/// A line with the header of its entry and the names of its account, lease and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatRow<'a> {
    /// Entry id and line number.
    pub gl_entry_id: String,
    /// Sequence of the batch.
    pub journal_batch: i64,
    /// Company, fiscal year and entry number.
    pub journal_entry: String,
    /// Document date.
    pub transaction_date: NaiveDate,
    /// Posting date.
    pub posting_date: NaiveDate,
    /// Account.
    pub account_code: &'a str,
    /// Name of the account.
    pub account_name: Option<&'a str>,
    /// Class of the account.
    pub account_type: Option<&'a str>,
    /// Functional amount of a debit line, else zero.
    pub debit_amount: Money,
    /// Functional amount of a credit line, else zero.
    pub credit_amount: Money,
    /// Debit less credit.
    pub net_amount: Money,
    /// Well.
    pub well_id: Option<&'a str>,
    /// Name of the lease: of the line, else of its well.
    pub lease_name: Option<&'a str>,
    /// That lease.
    pub property_id: Option<&'a str>,
    /// Authorisation for expenditure.
    pub afe_number: Option<&'a str>,
    /// Joint interest billing deck.
    pub jib_number: Option<&'a str>,
    /// Cost centre.
    pub cost_center: Option<&'a str>,
    /// Subledger.
    pub journal_source: &'static str,
    /// Template.
    pub transaction_type: &'a str,
    /// Text of the line, else the description of the entry.
    pub description: &'a str,
    /// Fiscal period.
    pub fiscal_period: i32,
    /// Fiscal year.
    pub fiscal_year: i32,
    /// First day of the month of the posting date.
    pub fiscal_month: NaiveDate,
    /// State of the well, else of the lease.
    pub state: Option<&'a str>,
    /// County of the well, else of the lease.
    pub county: Option<&'a str>,
    /// Basin of the well, else of the lease.
    pub basin: Option<&'a str>,
    /// When the entry was entered: simulated time.
    pub created_timestamp: DateTime<Utc>,
    /// Who entered it.
    pub created_by: &'a str,
    /// When it was validated: wall clock.
    pub last_modified: DateTime<Utc>,
}

/// The names of accounts, leases and wells. As many as there are masters: thousands.
#[derive(Clone, Debug, Default)]
pub struct Names {
    accounts: HashMap<String, (String, String)>,
    leases: HashMap<String, (String, Place)>,
    wells: HashMap<String, (String, Place)>,
}

#[derive(Clone, Debug)]
struct Place {
    state: String,
    county: String,
    basin: String,
}

impl Names {
    /// The flat rows of an entry.
    pub fn rows<'a>(&'a self, staged: &'a StagedEntry<'_>) -> impl Iterator<Item = FlatRow<'a>> {
        staged.entry.lines.iter().map(move |line| self.row(staged, line))
    }

    fn row<'a>(&'a self, staged: &'a StagedEntry<'_>, line: &'a JournalLine<'_>) -> FlatRow<'a> {
        let (entry, origin) = (&staged.entry, &staged.origin);
        let account = self.accounts.get(&*line.account_code);
        let well = line.well_id.as_deref().and_then(|id| self.wells.get(id));
        let property_id = line.lease_id.as_deref().or_else(|| well.map(|(lease_id, _)| lease_id.as_str()));
        let lease = property_id.and_then(|id| self.leases.get(id));
        let place = well.or(lease).map(|(_, place)| place);
        let (debit_amount, credit_amount) = match line.side {
            Side::Debit => (line.functional_amount, Money::ZERO),
            Side::Credit => (Money::ZERO, line.functional_amount),
        };
        FlatRow {
            gl_entry_id: format!("{}-{}", entry.entry_id, line.line_number),
            journal_batch: origin.batch,
            journal_entry: format!("{}-{}-{}", entry.company_code, entry.fiscal_year, entry.entry_number),
            transaction_date: entry.document_date,
            posting_date: entry.posting_date,
            account_code: &line.account_code,
            account_name: account.map(|(name, _)| name.as_str()),
            account_type: account.map(|(_, kind)| kind.as_str()),
            debit_amount,
            credit_amount,
            net_amount: line.signed_functional(),
            well_id: line.well_id.as_deref(),
            lease_name: lease.map(|(name, _)| name.as_str()),
            property_id,
            afe_number: line.afe_number.as_deref(),
            jib_number: line.jib_code.as_deref(),
            cost_center: line.cost_center.as_deref(),
            journal_source: entry.source.code(),
            transaction_type: &entry.transaction_type,
            description: line.text.as_deref().unwrap_or(&entry.description),
            fiscal_period: entry.fiscal_period,
            fiscal_year: entry.fiscal_year,
            fiscal_month: ledger::period::first_of_month(entry.posting_date),
            state: place.map(|place| place.state.as_str()),
            county: place.map(|place| place.county.as_str()),
            basin: place.map(|place| place.basin.as_str()),
            created_timestamp: entry.entered_at,
            created_by: &entry.created_by,
            last_modified: origin.validated_at,
        }
    }
}

impl Store {
    /// The names as loaded now, each of the newest record.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn names(&self) -> Result<Names, StoreError> {
        let mut client = self.client().await?;
        let transaction = self.snapshot(&mut client).await?;
        let failed = |error| self.failed(&error);
        let mut names = Names::default();
        for row in transaction.query(ACCOUNT_NAMES, &[]).await.map_err(failed)? {
            names.accounts.insert(row.get(0), (row.get(1), row.get(2)));
        }
        for (sql, places) in [(LEASES, &mut names.leases), (WELLS, &mut names.wells)] {
            for row in transaction.query(sql, &[]).await.map_err(failed)? {
                let place = Place { state: row.get(2), county: row.get(3), basin: row.get(4) };
                places.insert(row.get(0), (row.get(1), place));
            }
        }
        Ok(names)
    }
}
