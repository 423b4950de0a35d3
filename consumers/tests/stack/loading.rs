//! The sink.

use crate::books::Books;
use crate::journal::{masters, ticket};
use crate::proxy::Proxy;
use contract::{Digest, Topic};
use ledger::JournalEntry;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use store::{RejectedRow, Stage, StagedEntry, StagingVisitor};

#[derive(Default)]
struct Tables {
    entries: Vec<StagedEntry<'static>>,
    rejected: Vec<RejectedRow>,
}

impl StagingVisitor for Tables {
    fn entry(&mut self, staged: StagedEntry<'static>) {
        self.entries.push(staged);
    }

    fn rejected(&mut self, row: RejectedRow) {
        self.rejected.push(row);
    }

    fn seal(&mut self, _: i64, _: Digest) {}
}

fn tables(books: &Books) -> Tables {
    let (store, mut tables) = (books.tables(), Tables::default());
    books.runtime.block_on(store.visit_staging(i64::MAX, &mut tables)).unwrap();
    tables
}

fn submit(books: &Books, entries: &[JournalEntry<'_>]) {
    let indexed = (0..).zip(entries);
    let submissions: Vec<_> = indexed.map(|(index, entry)| books.submission(index, entry)).collect();
    books.submit(&submissions);
}

#[test]
fn everything_is_loaded_once_however_often_the_sink_runs() {
    let books = Books::opened();
    let mut expected = BTreeMap::new();
    for round in 0..2 {
        let mut entries: Vec<_> = (1..=200).map(|at| ticket(round * 200 + at)).collect();
        entries[7].lines[0].amount = "812.35".parse().unwrap();
        submit(&books, &entries);
        entries.remove(7);
        expected.extend(entries.into_iter().map(|entry| (entry.entry_id, entry)));
        books.validate_all(usize::try_from((round + 1) * 200).unwrap());
        for _ in 0..2 {
            books.load().unwrap();
            let Tables { entries, rejected } = tables(&books);
            let found: BTreeMap<_, _> =
                entries.iter().map(|staged| (staged.entry.entry_id, staged.entry.clone())).collect();
            assert_eq!(entries.len(), found.len());
            assert_eq!(found, expected);
            assert_eq!(rejected.len() as i64, round + 1);
            assert!(
                rejected
                    .iter()
                    .all(|row| (row.stage, row.reason.as_str()) == (Stage::Validator, "unbalanced"))
            );
        }
    }
    let loaded = books.runtime.block_on(books.tables().ingest_offsets()).unwrap();
    for held in books.held(Topic::JournalEntryValidated) {
        assert!(held.offset < loaded[&(Topic::JournalEntryValidated, held.partition)]);
    }
    let accounts = books.runtime.block_on(books.tables().accounts()).unwrap();
    assert_eq!(accounts.len(), ledger::chart::accounts().len());
}

#[test]
fn an_entry_that_postgres_refuses_is_kept_as_rejected_and_the_rest_is_loaded() {
    let books = Books::opened();
    let mut entries: Vec<_> = (1..=50).map(ticket).collect();
    entries.push(ticket(13));
    submit(&books, &entries);
    books.validate_all(51);
    books.load().unwrap();
    let Tables { entries, rejected } = tables(&books);
    assert_eq!(entries.len(), 50);
    let [row] = rejected.as_slice() else { panic!("{rejected:?}") };
    assert_eq!(row.stage, Stage::Sink);
    assert!(row.reason.contains("23505"), "{}", row.reason);
    let held = books.held(Topic::JournalEntryValidated);
    let source =
        held.iter().find(|held| (held.partition, held.offset) == (row.source_partition, row.source_offset));
    assert_eq!((&row.key, &row.value), (&source.unwrap().key, &source.unwrap().value));
}

#[test]
fn tables_of_another_run_are_refused_with_both_runs_named() {
    let books = Books::opened();
    submit(&books, &[ticket(1)]);
    books.validate_all(1);
    books.load().unwrap();
    let other = books.of_another_run();
    let error = format!("{:#}", other.load().unwrap_err());
    assert!(error.contains("its tables hold run") && error.contains("use an empty database"), "{error}");
    assert_eq!(tables(&books).entries.len(), 1);
}

#[test]
fn a_sink_waits_for_a_run_to_begin() {
    let books = Books::empty();
    std::thread::scope(|scope| {
        let loading = scope.spawn(|| books.load());
        books.publish(&masters());
        books.begin_run(uuid::Uuid::new_v4());
        loading.join().unwrap().unwrap();
    });
    assert_eq!(books.runtime.block_on(books.tables().position()).unwrap().unwrap().next, [0; 6]);
}

#[test]
fn a_sink_waits_for_postgres_and_then_loads_everything() {
    let books = Books::opened();
    submit(&books, &[ticket(1), ticket(2)]);
    books.validate_all(2);
    let url = books.store.database_url.expose_secret().to_owned();
    let host = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap();
    let proxy = Proxy::down(host);
    let through = store::Args::of(&url.replace(host, &proxy.address.to_string()));
    let books = &books;
    std::thread::scope(|scope| {
        let loading = scope.spawn(move || books.load_into(through));
        proxy.wait_for_an_attempt();
        assert_eq!(tables(books).entries.len(), 0);
        proxy.up();
        loading.join().unwrap().unwrap();
    });
    assert_eq!(tables(books).entries.len(), 2);
}
