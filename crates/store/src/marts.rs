//! The marts of the general ledger beside staging, as verify compares them: as of one moment, up to the position that the
//! marts hold. dbt makes them, in schemas of its own, so they may be absent.

use crate::entries::{Columns, RowError};
use crate::error::StoreError;
use crate::numeric::WideCents;
use crate::pool::Store;
use chrono::{DateTime, Utc};
use contract::Topic;
use contract::seal::Wide;
use deadpool_postgres::Transaction;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row;

/// Ten years are summed well within it, and a mart that is being replaced holds nobody up for longer.
const SESSION: &str = "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '60s'";
const EXISTS: &str = "SELECT to_regclass($1) IS NOT NULL, to_regclass($2) IS NOT NULL";
/// Offsets, unlike clocks, come in the order of loading: up to the highest one the mart holds all of a partition.
const REACHED: &str = "SELECT partition, coalesce((SELECT max(mart.source_offset) FROM {lines} AS mart \
      WHERE mart.source_partition = partition), -1) FROM staging.ingest_offset WHERE topic = $1";
const UNREAD: &str = "SELECT count(*) FROM staging.journal_entry AS e \
    JOIN unnest($1::int[], $2::bigint[]) AS reached (partition, source_offset) \
      ON e.source_partition = reached.partition AND e.source_offset > reached.source_offset";
/// Lines are numbered from 1 without gaps, so an entry is counted by its first.
const STAGED: &str = "SELECT e.company_code, e.currency, e.fiscal_year * 100 + e.fiscal_period, l.account_code, \
      count(*) FILTER (WHERE l.line_number = 1), count(*), \
      coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0), \
      coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0), \
      coalesce(sum(l.functional_amount) FILTER (WHERE l.side = 'DEBIT'), 0), \
      coalesce(sum(l.functional_amount) FILTER (WHERE l.side = 'CREDIT'), 0) \
    FROM staging.journal_entry AS e \
    JOIN unnest($1::int[], $2::bigint[]) AS reached (partition, source_offset) \
      ON e.source_partition = reached.partition AND e.source_offset <= reached.source_offset \
    JOIN staging.journal_line AS l ON l.posting_date = e.posting_date AND l.entry_id = e.entry_id \
    GROUP BY 1, 2, 3, 4";
const LINES: &str = "SELECT company_code, currency, period_key::int, account_code, \
      count(*) FILTER (WHERE line_number = 1), count(*), \
      coalesce(sum(currency_amount) FILTER (WHERE side = 'DEBIT'), 0), \
      coalesce(-sum(currency_amount) FILTER (WHERE side = 'CREDIT'), 0), \
      coalesce(sum(debit), 0), coalesce(sum(credit), 0) \
    FROM {lines} GROUP BY 1, 2, 3, 4";
const TRIAL_BALANCE: &str = "SELECT company_code, period_key::int, account_code, debit, credit \
    FROM {trial_balance} WHERE debit <> 0 OR credit <> 0";
/// What each build of the mart added to a period.
const ADDITIONS: &str = "SELECT added_at, account_code, coalesce(sum(debit), 0), coalesce(sum(credit), 0) \
    FROM {lines} WHERE company_code = $1 AND period_key = $2 GROUP BY 1, 2 ORDER BY 1";

/// What the marts hold, and staging up to the same position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marts {
    /// Entries of staging that lie behind the position.
    pub unread: u64,
    /// Staging.
    pub staged: Vec<Movement>,
    /// The mart of lines.
    pub lines: Vec<Movement>,
    /// The trial balance's rows that moved, where that mart is there.
    pub trial_balance: Option<Vec<PeriodMovement>>,
    /// Companies and periods of which the trial balance is that of an earlier build than the lines.
    pub earlier: BTreeSet<(String, i32)>,
}

/// What moved on an account in a period, in one currency. Amounts in cents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Company.
    pub company_code: String,
    /// Currency of the amounts.
    pub currency: String,
    /// Fiscal year times 100 plus period.
    pub period_key: i32,
    /// Account.
    pub account_code: String,
    /// Entries whose first line is on the account.
    pub entries: u64,
    /// Lines.
    pub lines: u64,
    /// Debits.
    pub debit: Wide,
    /// Credits.
    pub credit: Wide,
    /// Debits in the company's currency.
    pub functional_debit: Wide,
    /// Credits in the company's currency.
    pub functional_credit: Wide,
}

/// What moved on an account in a period, in the company's currency. Amounts in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodMovement {
    /// Company.
    pub company_code: String,
    /// Fiscal year times 100 plus period.
    pub period_key: i32,
    /// Account.
    pub account_code: String,
    /// Debits.
    pub debit: Wide,
    /// Credits.
    pub credit: Wide,
}

/// Accounts that moved, with debit and credit.
type Accounts = BTreeMap<String, (Wide, Wide)>;

impl Store {
    /// The marts of the general ledger beside staging, as of one moment; none where dbt has made none. `prefix` is what
    /// the names of dbt's schemas begin with.
    ///
    /// # Errors
    /// Where the database cannot be asked, or takes too long.
    pub async fn marts(&self, prefix: &str) -> Result<Option<Marts>, StoreError> {
        let mut client = self.client().await?;
        let failed = |error| self.failed(&error);
        let schema = format!("\"{}gl\"", prefix.replace('"', "\"\""));
        let names = [format!("{schema}.journal_lines"), format!("{schema}.trial_balance")];
        let found = client.query_one(EXISTS, &[&names[0], &names[1]]).await.map_err(failed)?;
        let (has_lines, has_trial_balance): (bool, bool) = (found.get(0), found.get(1));
        if !has_lines {
            return Ok(None);
        }
        let transaction = self.snapshot(&mut client).await?;
        transaction.batch_execute(SESSION).await.map_err(failed)?;
        // Before the snapshot, which the first query takes: a mart that is replaced after it would look empty.
        let locked = names[..=usize::from(has_trial_balance)].join(", ");
        let lock = format!("LOCK TABLE {locked} IN ACCESS SHARE MODE");
        transaction.batch_execute(&lock).await.map_err(failed)?;
        let named = |sql: &str| sql.replace("{lines}", &names[0]).replace("{trial_balance}", &names[1]);

        let topic = Topic::JournalEntryValidated.base_name();
        let reached = transaction.query(&named(REACHED), &[&topic]).await.map_err(failed)?;
        let reached: (Vec<i32>, Vec<i64>) =
            reached.iter().map(|row| (row.get::<_, i32>(0), row.get::<_, i64>(1))).unzip();
        let unread = transaction.query_one(UNREAD, &[&reached.0, &reached.1]).await.map_err(failed)?;
        let staged = transaction.query(STAGED, &[&reached.0, &reached.1]).await.map_err(failed)?;
        let lines = transaction.query(&named(LINES), &[]).await.map_err(failed)?;
        let mut marts = Marts {
            unread: unread.get::<_, i64>(0).unsigned_abs(),
            staged: self.read(&staged, movement)?,
            lines: self.read(&lines, movement)?,
            ..Marts::default()
        };
        if has_trial_balance {
            let rows = transaction.query(&named(TRIAL_BALANCE), &[]).await.map_err(failed)?;
            marts.trial_balance = Some(self.read(&rows, period_movement)?);
            self.find_earlier(&transaction, &named(ADDITIONS), &mut marts).await?;
        }
        Ok(Some(marts))
    }

    /// One build writes the lines first and the trial balance some seconds later, or never, where it fails between. Then a
    /// period's trial balance is, to the cent, what it was after an earlier build.
    async fn find_earlier(
        &self,
        transaction: &Transaction<'_>,
        additions: &str,
        marts: &mut Marts,
    ) -> Result<(), StoreError> {
        for ((company_code, period_key), balance) in marts.balances_unlike_lines() {
            let rows = transaction
                .query(additions, &[&company_code, &period_key])
                .await
                .map_err(|error| self.failed(&error))?;
            let additions = self.read(&rows, addition)?;
            if is_earlier(&balance, &additions) {
                marts.earlier.insert((company_code, period_key));
            }
        }
        Ok(())
    }

    fn read<T>(&self, rows: &[Row], of: fn(&Row) -> Result<T, RowError>) -> Result<Vec<T>, StoreError> {
        rows.iter().map(|row| of(row).map_err(|error| self.malformed(&error))).collect()
    }
}

impl Marts {
    /// The trial balance of each company and period in which it is not the sum of the lines.
    fn balances_unlike_lines(&self) -> Vec<((String, i32), Accounts)> {
        let mut both: BTreeMap<(String, i32), (Accounts, Accounts)> = BTreeMap::new();
        for line in &self.lines {
            let (lines, _) = both.entry((line.company_code.clone(), line.period_key)).or_default();
            add(lines, &line.account_code, line.functional_debit, line.functional_credit);
        }
        for row in self.trial_balance.iter().flatten() {
            let (_, balance) = both.entry((row.company_code.clone(), row.period_key)).or_default();
            add(balance, &row.account_code, row.debit, row.credit);
        }
        let differing = both.into_iter().filter(|(_, (lines, balance))| lines != balance);
        differing.map(|(period, (_, balance))| (period, balance)).collect()
    }
}

/// What a build of the mart added to an account.
type Addition = (DateTime<Utc>, String, Wide, Wide);

/// Whether the trial balance of a period is the sum of some builds' additions, from the first on, but not of all.
fn is_earlier(balance: &Accounts, additions: &[Addition]) -> bool {
    let mut sums = Accounts::new();
    additions.chunk_by(|one, other| one.0 == other.0).any(|build| {
        let is_before = sums == *balance;
        for (_, account_code, debit, credit) in build {
            add(&mut sums, account_code, *debit, *credit);
        }
        is_before
    })
}

fn add(accounts: &mut Accounts, account_code: &str, debit: Wide, credit: Wide) {
    if (debit, credit) != (0, 0) {
        let sum = accounts.entry(account_code.to_owned()).or_default();
        *sum = (sum.0 + debit, sum.1 + credit);
    }
}

fn movement(row: &Row) -> Result<Movement, RowError> {
    let mut c = Columns { row, at: 0 };
    Ok(Movement {
        company_code: c.next()?,
        currency: c.next()?,
        period_key: c.next()?,
        account_code: c.next()?,
        entries: c.next::<i64>()?.unsigned_abs(),
        lines: c.next::<i64>()?.unsigned_abs(),
        debit: c.next::<WideCents>()?.0,
        credit: c.next::<WideCents>()?.0,
        functional_debit: c.next::<WideCents>()?.0,
        functional_credit: c.next::<WideCents>()?.0,
    })
}

fn period_movement(row: &Row) -> Result<PeriodMovement, RowError> {
    let mut c = Columns { row, at: 0 };
    Ok(PeriodMovement {
        company_code: c.next()?,
        period_key: c.next()?,
        account_code: c.next()?,
        debit: c.next::<WideCents>()?.0,
        credit: c.next::<WideCents>()?.0,
    })
}

fn addition(row: &Row) -> Result<Addition, RowError> {
    let mut c = Columns { row, at: 0 };
    Ok((c.next()?, c.next()?, c.next::<WideCents>()?.0, c.next::<WideCents>()?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_is_of_an_earlier_build_only_where_it_is_the_sum_of_the_first_builds_and_not_of_all() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let additions = [
            (at(1), "303.000".to_owned(), 500, 0),
            (at(1), "360.000".to_owned(), 0, 500),
            (at(2), "303.000".to_owned(), 70, 0),
            (at(2), "360.000".to_owned(), 0, 70),
        ];
        let balance =
            |debit| Accounts::from([("303.000".to_owned(), (debit, 0)), ("360.000".to_owned(), (0, debit))]);
        assert!(is_earlier(&Accounts::new(), &additions), "a period that is new");
        assert!(is_earlier(&balance(500), &additions));
        assert!(!is_earlier(&balance(570), &additions), "the newest");
        assert!(!is_earlier(&balance(501), &additions), "altered");
    }
}
