use crate::books::{RUN, advance, batch, day, entry, full_entry, rejected, staged};
use crate::database::Database;
use chrono::Datelike;
use contract::Topic;
use ledger::{Money, Side};
use store::{Batch, LoadError, Loader, RejectedEntry, Stage, StoreError};
use uuid::Uuid;

const VALIDATED: (Topic, i32) = (Topic::JournalEntryValidated, 0);

async fn loader(database: &Database) -> Loader {
    Loader::open(&database.args(), RUN, &[VALIDATED, (Topic::JournalEntryDlq, 0)]).await.unwrap()
}

#[tokio::test]
async fn what_is_loaded_reads_back_the_same_to_the_last_digit() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let full = staged(full_entry(), 0, 0);
    let loaded = loader
        .load(&Batch {
            entries: vec![full.clone()],
            advances: vec![advance(Topic::JournalEntryValidated, 0, 0, 3)],
            ..Batch::default()
        })
        .await
        .unwrap();
    assert_eq!((loaded.entries, loaded.lines), (1, 2));
    let store = database.store();
    assert_eq!(store.entry(full.entry.entry_id).await.unwrap(), Some(full));
    assert_eq!(store.entry(Uuid::nil()).await.unwrap(), None);
    // Beyond the last record: transaction markers take offsets, too.
    assert_eq!(loader.next_offset(Topic::JournalEntryValidated, 0).await.unwrap(), 3);
    assert_eq!(store.position().await.unwrap().unwrap().next[0], 3);
    database.drop_it().await;
}

#[tokio::test]
async fn a_second_loader_fences_the_first_and_nothing_is_doubled() {
    let database = Database::migrated().await;
    let (mut first, mut second) = (loader(&database).await, loader(&database).await);
    first.load(&batch(0, 0, 5)).await.unwrap();
    second.load(&batch(0, 5, 9)).await.unwrap();
    match first.load(&batch(0, 5, 7)).await {
        Err(LoadError::Fenced {
            topic: Topic::JournalEntryValidated,
            partition: 0,
            expected: 5,
            found: Some(9),
        }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_entry").await, 9);
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_line").await, 18);
    // The fenced one is not broken: it goes on from where the tables stand.
    let next = first.next_offset(Topic::JournalEntryValidated, 0).await.unwrap();
    first.load(&batch(0, u32::try_from(next).unwrap(), 12)).await.unwrap();
    database.drop_it().await;
}

#[tokio::test]
async fn two_loaders_at_once_load_a_batch_once() {
    let database = Database::migrated().await;
    let (mut first, mut second) = (loader(&database).await, loader(&database).await);
    let load = batch(0, 0, 400);
    let (one, other) = tokio::join!(first.load(&load), second.load(&load));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    assert!([one, other].into_iter().any(|outcome| matches!(outcome, Err(LoadError::Fenced { .. }))));
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_entry").await, 400);
    database.drop_it().await;
}

#[tokio::test]
async fn a_batch_that_holds_a_loaded_entry_is_refused_whole_and_moves_no_offset() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    loader.load(&batch(0, 0, 5)).await.unwrap();
    let mut doubled = batch(0, 5, 8);
    doubled.entries[1].entry = entry(2);
    match loader.load(&doubled).await {
        Err(LoadError::Refused { reason, .. }) => assert_eq!(reason, "23505 journal_entry_pkey"),
        other => panic!("{other:?}"),
    }
    assert_eq!(loader.next_offset(Topic::JournalEntryValidated, 0).await.unwrap(), 5);
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_line").await, 10);
    database.drop_it().await;
}

#[tokio::test]
async fn rows_that_postgres_refuses_are_isolated_and_the_rest_is_loaded() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let mut load = batch(0, 0, 64);
    load.entries[9].entry.lines[1].text = Some("U+0000: \0".into());
    load.entries[40].entry.lines[0].amount = Money::ZERO;
    load.entries[63].entry = entry(0);
    let describe = |at: usize| RejectedEntry {
        ce_id: Some(Uuid::from_u128(at as u128)),
        ..rejected(Stage::Sink, at as i64)
    };
    assert!(matches!(loader.load(&load).await, Err(LoadError::Refused { .. })));
    let loaded = loader.load_isolating(&load, &describe).await.unwrap();
    let mut refused = loaded.refused.clone();
    refused.sort_unstable();
    assert_eq!((refused, loaded.entries, loaded.rejected), (vec![9, 40, 63], 61, 3));
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_entry").await, 61);
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_line").await, 122);
    assert_eq!(loader.next_offset(Topic::JournalEntryValidated, 0).await.unwrap(), 64);
    let rows = database
        .client()
        .await
        .query(
            "SELECT source_offset, reason FROM staging.rejected_entry WHERE stage = 'sink' ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    let reasons: Vec<(i64, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(reasons.len(), 3);
    assert!(reasons[0].1.starts_with("22021 "), "{reasons:?}");
    assert_eq!(reasons[1], (40, "23514 journal_line_amount_positive".to_owned()));
    assert_eq!(reasons[2], (63, "23505 journal_entry_pkey".to_owned()));
    database.drop_it().await;
}

#[tokio::test]
async fn dead_letters_keep_every_byte() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let load = Batch {
        rejected: vec![rejected(Stage::Validator, 0)],
        advances: vec![advance(Topic::JournalEntryDlq, 0, 0, 1)],
        ..Batch::default()
    };
    loader.load(&load).await.unwrap();
    let row = database
        .client()
        .await
        .query_one("SELECT key, value, headers::text, detail, dl_offset FROM staging.rejected_entry", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, Vec<u8>>(0), b"key");
    assert_eq!(row.get::<_, Vec<u8>>(1), b"\0\0\0\0\x01\xFF");
    assert_eq!(row.get::<_, String>(2), r#"[["ce_id", "x"], ["raw", {"base64": "/w=="}]]"#);
    assert_eq!(row.get::<_, String>(3), "debits\u{FFFD} and credits differ");
    assert_eq!(row.get::<_, i64>(4), 100);
    database.drop_it().await;
}

#[tokio::test]
async fn month_partitions_are_made_ahead_and_the_default_one_stays_empty() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    loader.load(&batch(0, 0, 40)).await.unwrap();
    let partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'staging.journal_line'::regclass";
    // June and July, two ahead, and the default.
    assert_eq!(database.number(partitions).await, 5);
    assert_eq!(loader.default_partition_lines().await.unwrap(), 0);
    // A second loader finds them there.
    let mut other = self::loader(&database).await;
    other.load(&batch(0, 40, 60)).await.unwrap();
    assert_eq!(database.number(partitions).await, 5);
    database.drop_it().await;
}

#[tokio::test]
async fn a_reader_in_the_way_of_a_new_partition_does_not_hold_up_loading() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let mut client = database.client().await;
    let reader = client.transaction().await.unwrap();
    reader.query("SELECT FROM staging.journal_line", &[]).await.unwrap();
    let june = batch(0, 0, 2);
    loader.load(&june).await.unwrap();
    assert_eq!(loader.default_partition_lines().await.unwrap(), 4, "they are in the default partition");
    reader.rollback().await.unwrap();
    // The next batch of another month gets its partition; June stays where it is, and loads go on.
    let mut july = batch(0, 2, 4);
    for staged in &mut july.entries {
        staged.entry.posting_date = day(2025, 7, 4);
    }
    loader.load(&july).await.unwrap();
    assert_eq!(loader.default_partition_lines().await.unwrap(), 4);
    assert_eq!(database.number("SELECT count(*) FROM staging.journal_line_2025_07").await, 4);
    database.drop_it().await;
}

#[tokio::test]
async fn tables_of_another_run_are_refused_with_both_named() {
    let database = Database::migrated().await;
    loader(&database).await;
    let stranger = Uuid::from_u128(0xDEAD);
    let error = Loader::open(&database.args(), stranger, &[VALIDATED]).await.err().unwrap();
    assert!(
        matches!(error, StoreError::OtherRun { expected, found, .. } if expected == stranger && found == RUN)
    );
    database.drop_it().await;
}

#[tokio::test]
async fn a_lost_connection_is_transient_and_a_new_loader_goes_on() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    loader.load(&batch(0, 0, 5)).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.client().await.query(kill, &[]).await.unwrap();
    let error = loader.load(&batch(0, 5, 9)).await.unwrap_err();
    assert!(matches!(error, LoadError::Transient(_)), "{error}");
    let mut next = self::loader(&database).await;
    assert_eq!(next.next_offset(Topic::JournalEntryValidated, 0).await.unwrap(), 5);
    next.load(&batch(0, 5, 9)).await.unwrap();
    database.drop_it().await;
}

#[tokio::test]
async fn an_entry_that_no_offset_covers_is_not_loaded() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let mut stray = batch(0, 0, 2);
    stray.advances[0].to = 1;
    let error = loader.load(&stray).await.unwrap_err();
    assert!(matches!(error, LoadError::Fatal(_)) && error.to_string().contains("offset 1"), "{error}");
    database.drop_it().await;
}

#[tokio::test]
async fn sums_of_the_loaded_lines_tie_to_the_entries() {
    let database = Database::migrated().await;
    let mut loader = loader(&database).await;
    let load = batch(0, 0, 90);
    loader.load(&load).await.unwrap();
    let cents: i64 = load.entries.iter().map(|staged| staged.entry.total_debit.units()).sum();
    for side in [Side::Debit, Side::Credit] {
        let sql = format!("SELECT (sum(amount) * 100)::int8 FROM staging.journal_line WHERE side = '{side}'");
        assert_eq!(database.number(&sql).await, cents);
    }
    let months = load.entries.iter().map(|staged| staged.entry.posting_date.month()).max();
    assert_eq!(months, Some(8), "the batch spans three partitions");
    database.drop_it().await;
}
