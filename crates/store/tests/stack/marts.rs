//! The marts beside staging.

use crate::books::{RUN, batch};
use crate::database::Database;
use contract::Topic;
use store::{Loader, Marts};

/// The columns of the marts that are compared, made of staging as dbt makes them; `until` is the offset they have read to.
const MARTS: &str = "CREATE SCHEMA gl; \
    CREATE TABLE gl.journal_lines AS \
    SELECT e.company_code, e.currency, e.fiscal_year * 100 + e.fiscal_period AS period_key, l.account_code, \
      l.line_number, l.side, \
      CASE l.side WHEN 'DEBIT' THEN l.amount ELSE -l.amount END AS currency_amount, \
      CASE l.side WHEN 'DEBIT' THEN l.functional_amount ELSE 0 END AS debit, \
      CASE l.side WHEN 'CREDIT' THEN l.functional_amount ELSE 0 END AS credit, \
      e.source_partition, e.source_offset, '2025-07-01'::timestamptz AS added_at \
    FROM staging.journal_entry AS e JOIN staging.journal_line AS l USING (posting_date, entry_id) \
    WHERE e.source_offset < 20; \
    CREATE TABLE gl.trial_balance AS \
    SELECT company_code, period_key, account_code, sum(debit)::numeric(20, 2) AS debit, \
      sum(credit)::numeric(20, 2) AS credit \
    FROM gl.journal_lines GROUP BY 1, 2, 3";

async fn with_marts() -> Database {
    let database = Database::migrated().await;
    let partitions = [(Topic::JournalEntryValidated, 0)];
    let mut loader = Loader::open(&database.args(), RUN, &partitions).await.unwrap();
    loader.load(&batch(0, 0, 30)).await.unwrap();
    database.client().await.batch_execute(MARTS).await.unwrap();
    database
}

async fn marts(database: &Database) -> Marts {
    database.store().marts("").await.unwrap().unwrap()
}

fn sorted(mut marts: Marts) -> Marts {
    for movements in [&mut marts.staged, &mut marts.lines] {
        movements.sort_by_key(|it| (it.company_code.clone(), it.period_key, it.account_code.clone()));
    }
    marts
}

#[tokio::test]
async fn without_marts_there_is_nothing_to_compare() {
    let database = Database::migrated().await;
    assert_eq!(database.store().marts("").await.unwrap(), None);
    database.drop_it().await;
}

#[tokio::test]
async fn marts_are_compared_up_to_the_position_that_they_hold() {
    let database = with_marts().await;
    let marts = sorted(marts(&database).await);
    assert_eq!(marts.unread, 10);
    assert_eq!(marts.staged, marts.lines);
    let counted = |of: fn(&store::Movement) -> u64| marts.lines.iter().map(of).sum::<u64>();
    assert_eq!((counted(|it| it.entries), counted(|it| it.lines)), (20, 40));
    assert!(marts.trial_balance.is_some_and(|rows| !rows.is_empty()) && marts.earlier.is_empty());
    assert_eq!(database.store().marts("beside_").await.unwrap(), None, "other schemas are other marts");
    database.drop_it().await;
}

#[tokio::test]
async fn an_altered_line_of_a_mart_is_not_what_staging_holds() {
    let database = with_marts().await;
    let alter =
        "UPDATE gl.journal_lines SET debit = debit + 0.01 WHERE line_number = 1 AND source_offset = 3";
    assert_eq!(database.client().await.execute(alter, &[]).await.unwrap(), 1);
    let marts = sorted(marts(&database).await);
    let mut pairs = marts.staged.iter().zip(&marts.lines).filter(|(staged, held)| staged != held);
    let (staged, held) = pairs.next().unwrap();
    assert_eq!(
        (staged.account_code.as_str(), held.functional_debit),
        ("127.001", staged.functional_debit + 1)
    );
    assert_eq!(pairs.next(), None);
    assert!(marts.earlier.is_empty(), "the trial balance was never so");
    database.drop_it().await;
}

#[tokio::test]
async fn a_trial_balance_that_waits_for_the_rest_of_its_build_is_told_from_a_wrong_one() {
    let database = with_marts().await;
    let client = database.client().await;
    let add = "INSERT INTO gl.journal_lines \
        SELECT company_code, currency, period_key, account_code, line_number, side, currency_amount, debit, credit, \
          source_partition, source_offset, added_at + interval '1 hour' \
        FROM gl.journal_lines WHERE source_offset = 3";
    client.execute(add, &[]).await.unwrap();
    assert_eq!(marts(&database).await.earlier.len(), 1);
    client.execute("UPDATE gl.trial_balance SET debit = debit + 1 WHERE debit > 0", &[]).await.unwrap();
    assert!(marts(&database).await.earlier.is_empty());
    database.drop_it().await;
}
