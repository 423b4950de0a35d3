//! Replay.

use crate::books::{Books, Held, Submission};
use crate::journal::{ticket, well};
use consumers::replay::{Choice, TRANSACTIONAL_ID, Tally};
use contract::Topic;
use contract::header::{DeadLetterHeaders, SubmissionHeaders};
use contract::replay::first_submission;
use kafka::{Outgoing, TransactionalProducer};
use ledger::ReasonCode;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A well that is not there yet.
const NEW: &str = "42389000030000";

fn headers(held: &Held) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
    held.headers.iter().map(|(name, value)| (name.as_str(), Some(value.as_slice())))
}

fn ce_id(held: &Held) -> Uuid {
    SubmissionHeaders::read(headers(held)).unwrap().ce_id
}

/// Entries of a well that is not there yet.
fn early(books: &Books, count: i32) -> Vec<Submission> {
    let entry = |number: i32| {
        let mut entry = ticket(number.into());
        entry.lines.iter_mut().for_each(|line| line.well_id = Some(NEW.into()));
        entry
    };
    (1..=count).map(|number| books.submission(number, &entry(number))).collect()
}

/// The same under another id.
fn renamed(mut submission: Submission) -> Submission {
    let header = submission.headers.iter_mut().find(|(name, _)| *name == "ce_id").unwrap();
    header.1 = Uuid::new_v4().to_string().into_bytes();
    submission
}

fn of(reason: ReasonCode) -> Choice {
    Choice { reason: vec![reason], ..Choice::default() }
}

fn all() -> Choice {
    Choice { all: true, ..Choice::default() }
}

#[test]
fn a_dead_letter_goes_back_as_it_was_under_a_new_id_and_passes_once_its_master_is_there() {
    let books = Books::opened();
    books.submit(&early(&books, 10));
    let mut unbalanced = ticket(11);
    unbalanced.lines[0].amount = "812.35".parse().unwrap();
    books.submit(&[books.submission(11, &unbalanced)]);
    let (_, dead) = books.validate_all(11);

    let dry = books.replay(Choice { dry_run: true, ..of(ReasonCode::UnknownWell) });
    assert_eq!(dry.total(), Tally { submitted: 10, ..Tally::default() });
    assert_eq!(books.held(Topic::JournalEntryRaw).len(), 11, "a dry run submits nothing");
    // Without the master it is rejected again, and says how often.
    assert_eq!(books.replay(of(ReasonCode::UnknownWell)).total().submitted, 10);
    let (validated, dead_again) = books.validate_all(21);
    assert_eq!((validated.len(), dead_again.len()), (0, 21));
    let attempts = |dead: &[Held]| {
        let attempts = dead.iter().map(|held| DeadLetterHeaders::read(headers(held)).unwrap().attempt);
        let mut counts = BTreeMap::new();
        attempts.for_each(|attempt| *counts.entry(attempt).or_insert(0) += 1);
        counts
    };
    assert_eq!(attempts(&dead_again), BTreeMap::from([(1, 11), (2, 10)]));

    books.publish(&[well(NEW)]);
    assert_eq!(
        books.replay(of(ReasonCode::UnknownWell)).total(),
        Tally { submitted: 10, before: 10, too_often: 0 }
    );
    let (validated, dead_then) = books.validate_all(31);
    assert_eq!((validated.len(), dead_then.len()), (10, 21));
    let by_id: BTreeMap<Uuid, &Held> = dead.iter().map(|held| (ce_id(held), held)).collect();
    let mut closed = BTreeSet::new();
    for passed in &validated {
        let first = first_submission(headers(passed)).unwrap();
        let letter = by_id[&first];
        assert_eq!(
            (&passed.key, &passed.value, passed.partition),
            (&letter.key, &letter.value, letter.partition)
        );
        let (now, then) = (
            SubmissionHeaders::read(headers(passed)).unwrap(),
            SubmissionHeaders::read(headers(letter)).unwrap(),
        );
        assert_eq!(SubmissionHeaders { ce_id: first, ..now.clone() }, then);
        assert_ne!(now.ce_id, first);
        closed.insert(first);
    }
    assert_eq!(closed.len(), 10);
    assert_eq!(
        books.replay(of(ReasonCode::UnknownWell)).total(),
        Tally { submitted: 0, before: 20, too_often: 0 }
    );
}

#[test]
fn any_choice_may_follow_any_other_and_nothing_goes_back_twice() {
    let books = Books::opened();
    books.submit(&early(&books, 6));
    let (_, dead) = books.validate_all(6);
    let one = |number: i64| Choice { entry_id: vec![ticket(number).entry_id], ..Choice::default() };
    let id = ce_id(&dead[0]);
    assert_eq!(books.replay(one(99)).total(), Tally::default());
    assert_eq!(books.replay(Choice { ce_id: vec![id], ..Choice::default() }).total().submitted, 1);
    let (one, two) = (books.replay(one(1)).total(), books.replay(one(2)).total());
    let done = 1 + one.submitted + two.submitted;
    assert_eq!((one.before + one.submitted, two.before + two.submitted), (1, 1));
    // What an earlier choice passed over is still there.
    assert_eq!(books.replay(all()).total(), Tally { submitted: 6 - done, before: done, too_often: 0 });
    assert_eq!(books.replay(all()).total(), Tally { submitted: 0, before: 6, too_often: 0 });
    let ids: BTreeSet<Uuid> = books.held(Topic::JournalEntryRaw).iter().map(ce_id).collect();
    assert_eq!((ids.len(), books.held(Topic::JournalEntryRaw).len()), (12, 12));
}

#[test]
fn what_was_rejected_too_often_and_what_carries_no_id_is_left_to_a_person() {
    let books = Books::opened();
    let mut headless = books.submission(2, &ticket(2));
    headless.headers.retain(|(name, _)| *name != "ce_id");
    books.submit(&[early(&books, 1).remove(0), headless]);
    books.validate_all(2);
    for tries in 2..=3 {
        let outcome = books.replay(Choice { attempts_max: 3, ..all() });
        assert_eq!((outcome.total().submitted, outcome.unreadable), (1, 1));
        books.validate_all(1 + tries);
    }
    let outcome = books.replay(Choice { attempts_max: 3, ..all() });
    assert_eq!(outcome.total(), Tally { submitted: 0, before: 2, too_often: 1 });
}

#[test]
fn what_a_killed_replay_left_open_is_dropped_and_done_once() {
    let books = Books::opened();
    books.submit(&early(&books, 20));
    let (_, dead) = books.validate_all(20);
    // It had sent half of them and was killed before it could commit.
    let mut killed = TransactionalProducer::connect(&books.kafka, TRANSACTIONAL_ID).unwrap();
    killed.begin().unwrap();
    for held in &dead[..10] {
        let topic = books.names.name(Topic::JournalEntryRaw);
        let (partition, key, payload) = (Some(held.partition), held.key.as_deref(), held.value.as_deref());
        killed.send(&Outgoing { topic: &topic, partition, key, payload, headers: &[] }).unwrap();
    }
    assert_eq!(books.replay(all()).total(), Tally { submitted: 20, before: 0, too_often: 0 });
    assert!(killed.commit().is_err(), "fenced");
    assert_eq!(books.held(Topic::JournalEntryRaw).len(), 40);
}

#[test]
fn a_replay_that_is_killed_in_the_middle_and_run_again_neither_loses_nor_doubles() {
    const LETTERS: i32 = 40_000;
    let books = Books::opened();
    // Some entries, spread over all partitions, each submitted many times. Unbalanced: before a verdict on a master's absence
    // the validator reads the masters anew, which takes its time.
    let unbalanced = |number: i32| {
        let mut entry = ticket(number.into());
        entry.lines[0].amount = "812.35".parse().unwrap();
        books.submission(number, &entry)
    };
    let some: Vec<Submission> = (1..=24).map(unbalanced).collect();
    let submissions: Vec<Submission> =
        some.into_iter().cycle().map(renamed).take(LETTERS.cast_unsigned() as usize).collect();
    submissions.chunks(5_000).for_each(|some| books.submit(some));
    let count = usize::try_from(LETTERS).unwrap();
    books.validate_all(count);
    let before = books.length(Topic::JournalEntryRaw);
    let mut replay = Command::new(env!("CARGO_BIN_EXE_wellbook-consumer"))
        .args(["replay", "--all"])
        .env("KAFKA_BOOTSTRAP_SERVERS", &books.kafka.bootstrap_servers)
        .env("TOPIC_PREFIX", &books.kafka.topic_prefix)
        .env("SCHEMA_REGISTRY_URL", &books.registry.url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while books.length(Topic::JournalEntryRaw) == before {
        assert!(Instant::now() < deadline, "nothing was submitted again");
    }
    replay.kill().unwrap();
    assert_eq!(replay.wait().unwrap().code(), None, "killed before it was done");

    let rest = books.replay(all()).total();
    assert_eq!(rest.submitted + rest.before, u64::from(LETTERS.cast_unsigned()));
    assert!(rest.before > 0 && rest.submitted > 0, "{rest:?}");
    let raw = books.held(Topic::JournalEntryRaw);
    let again: Vec<Uuid> = raw.iter().filter_map(|held| first_submission(headers(held))).collect();
    assert_eq!((raw.len(), again.len()), (2 * count, count));
    let firsts: BTreeSet<Uuid> = again.into_iter().collect();
    let expected: BTreeSet<Uuid> =
        raw.iter().filter(|held| first_submission(headers(held)).is_none()).map(ce_id).collect();
    assert!(firsts == expected, "each dead letter went back once");
    assert_eq!(
        books.replay(all()).total(),
        Tally { submitted: 0, before: rest.submitted + rest.before, too_often: 0 }
    );
}
