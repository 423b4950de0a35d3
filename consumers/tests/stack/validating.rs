//! The validator.

use crate::books::{Books, Held};
use crate::journal::{afe, owner, ticket, vendor, well};
use crate::proxy::Proxy;
use contract::header::DeadLetterHeaders;
use contract::{Topic, registry};
use ledger::{JournalEntry, ReasonCode};
use std::collections::{BTreeMap, BTreeSet};

fn letter(held: &Held) -> DeadLetterHeaders {
    let headers = held.headers.iter().map(|(name, value)| (name.as_str(), Some(value.as_slice())));
    DeadLetterHeaders::read(headers).unwrap()
}

#[test]
fn a_good_entry_passes_untouched_to_the_partition_that_it_came_from() {
    let books = Books::opened();
    let submissions: Vec<_> =
        (1..=40).map(|number| books.submission(number, &ticket(number.into()))).collect();
    books.submit(&submissions);
    let (validated, dead) = books.validate_all(40);
    assert_eq!(dead, []);
    // The same transactions, so the same offsets, too.
    assert_eq!(validated, books.held(Topic::JournalEntryRaw));
}

#[test]
fn each_fault_dead_letters_with_its_reason_and_its_bytes_untouched() {
    let books = Books::opened();
    let good = ticket(1);
    let altered = |alter: fn(&mut JournalEntry<'static>)| {
        let mut entry = good.clone();
        alter(&mut entry);
        books.submission(2, &entry)
    };
    let with_value = |value: &[u8]| {
        let mut submission = books.submission(3, &good);
        submission.value = value.to_vec();
        submission
    };
    let truncated = {
        let value = books.submission(0, &good).value;
        with_value(&value[..value.len() - 9])
    };
    let mut headless = books.submission(4, &good);
    headless.headers.retain(|(name, _)| *name != "ce_id");
    let mut misplaced = books.submission(5, &good);
    misplaced.key = b"elsewhere".to_vec();
    let faults = [
        (ReasonCode::UnknownSchema, with_value(b"\0\x7f\xff\xff\xf0something")),
        (ReasonCode::UnreadablePayload, with_value(b"no Avro at all")),
        (ReasonCode::UnreadablePayload, with_value(b"")),
        (ReasonCode::UnreadablePayload, truncated),
        (ReasonCode::UnreadablePayload, headless),
        (ReasonCode::KeyMismatch, misplaced),
        (ReasonCode::Unbalanced, altered(|entry| entry.lines[0].amount = "812.35".parse().unwrap())),
        (ReasonCode::UnknownAccount, altered(|entry| entry.lines[1].account_code = "999.999".into())),
        (ReasonCode::UnknownWell, altered(|entry| entry.lines[1].well_id = Some("0".into()))),
        (ReasonCode::PeriodMismatch, altered(|entry| entry.fiscal_period = 4)),
    ];
    let submissions: Vec<_> = faults.iter().map(|(_, submission)| submission.clone()).collect();
    books.submit(&submissions);
    let (validated, dead) = books.validate_all(faults.len());
    assert_eq!(validated, []);
    let raw: BTreeMap<_, _> = books
        .held(Topic::JournalEntryRaw)
        .into_iter()
        .map(|held| ((held.partition, held.offset), held))
        .collect();
    let mut reasons = Vec::new();
    for held in &dead {
        let letter = letter(held);
        let original = &raw[&(letter.partition, letter.offset)];
        assert_eq!(
            (&held.key, &held.value, held.partition),
            (&original.key, &original.value, original.partition)
        );
        assert_eq!(held.headers[..original.headers.len()], original.headers);
        assert_eq!((letter.topic, letter.attempt), (books.names.name(Topic::JournalEntryRaw), 1));
        assert!(!letter.detail.is_empty());
        let at = submissions.iter().position(|one| {
            Some(&one.value) == held.value.as_ref()
                && one.headers.len() + 7 == held.headers.len()
                && Some(&one.key) == held.key.as_ref()
        });
        reasons.push((faults[at.unwrap()].0, letter.reason));
    }
    for (expected, found) in &reasons {
        assert_eq!(expected, found, "{reasons:?}");
    }
    assert_eq!(reasons.len(), faults.len());
}

#[test]
fn a_master_that_came_after_the_validator_began_is_found_before_a_verdict_rests_on_its_absence() {
    let books = Books::opened();
    books.validate(|watch| {
        watch.wait_until_ready(true);
        for number in 1..=5 {
            let new = format!("4238900002{number:04}");
            let mut entry = ticket(number);
            entry.lines.iter_mut().for_each(|line| line.well_id = Some(new.clone().into()));
            let submission = books.submission(0, &entry);
            books.publish(&[well(&new)]);
            books.submit(&[submission]);
        }
        let (validated, dead) = books.wait_for_verdicts(5);
        assert_eq!((validated.len(), dead), (5, Vec::new()));
    });
}

#[test]
fn entries_of_masters_that_come_late_are_rejected_as_unknown_and_pass_when_they_come_again_behind_them() {
    const NEW: &str = "42389000030000";
    let books = Books::opened();
    let pointing = |number, point: fn(&mut JournalEntry<'static>)| {
        let mut entry = ticket(number);
        point(&mut entry);
        entry
    };
    let entries = [
        pointing(1, |entry| entry.lines.iter_mut().for_each(|line| line.well_id = Some(NEW.into()))),
        pointing(2, |entry| entry.lines[0].owner_id = Some(NEW.into())),
        pointing(3, |entry| entry.lines[1].counterparty_id = Some(NEW.into())),
        pointing(4, |entry| entry.lines[1].afe_number = Some(NEW.into())),
    ];
    let submissions =
        || (0..).zip(&entries).map(|(at, entry)| books.submission(at, entry)).collect::<Vec<_>>();
    books.validate(|watch| {
        watch.wait_until_ready(true);
        books.submit(&submissions());
        let (validated, dead) = books.wait_for_verdicts(4);
        assert_eq!(validated, []);
        let reasons: BTreeSet<ReasonCode> = dead.iter().map(|held| letter(held).reason).collect();
        let unknown = [
            ReasonCode::UnknownWell,
            ReasonCode::UnknownOwner,
            ReasonCode::UnknownCounterparty,
            ReasonCode::UnknownAfe,
        ];
        assert_eq!(reasons, unknown.into());

        books.publish(&[well(NEW), owner(NEW), vendor(NEW), afe(NEW)]);
        books.submit(&submissions());
        let (validated, dead_then) = books.wait_for_verdicts(8);
        assert_eq!((validated.len(), dead_then), (4, dead));
    });
}

#[test]
fn while_the_registry_is_away_no_verdict_is_given_and_the_validator_is_not_ready() {
    let books = Books::opened();
    let proxy = Proxy::down(books.registry.url.split('/').nth(2).unwrap());
    let url =
        books.registry.url.replace(books.registry.url.split('/').nth(2).unwrap(), &proxy.address.to_string());
    books.validate_with(registry::Args { url, ..books.registry.clone() }, |watch| {
        // Masters cannot be decoded without the registry: this one never becomes ready before.
        books.submit(&[books.submission(0, &ticket(1))]);
        assert_eq!(books.held(Topic::JournalEntryDlq), []);
        proxy.up();
        watch.wait_until_ready(true);
        let (validated, dead) = books.wait_for_verdicts(1);
        assert_eq!((validated.len(), dead), (1, Vec::new()));
    });
}

#[test]
fn a_validator_that_restarts_decides_each_submission_once() {
    let books = Books::opened();
    for round in 0..3 {
        let submissions: Vec<_> =
            (1..=30).map(|at| books.submission(at, &ticket(i64::from(round * 30 + at)))).collect();
        books.submit(&submissions);
        let (validated, dead) = books.validate_all(usize::try_from((round + 1) * 30).unwrap());
        assert_eq!((validated.len(), dead), (usize::try_from((round + 1) * 30).unwrap(), Vec::new()));
    }
    let keys =
        |topic| books.held(topic).into_iter().map(|held| (held.partition, held.key)).collect::<Vec<_>>();
    assert_eq!(keys(Topic::JournalEntryValidated), keys(Topic::JournalEntryRaw));
}
