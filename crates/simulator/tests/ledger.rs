//! The ledger is a function of its settings, balances, and passes every check.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use ledger::Side;
use ledger::check::{Reference, Submission as Checked, check};
use ledger::period::midnight;
use simulator::{FaultRates, PriceTable, Settings, Submission, World};
use std::collections::BTreeMap;

fn settings(start: &str, fault_rate: &str) -> Settings {
    Settings {
        seed: 42,
        start_date: start.parse().unwrap(),
        historical_days: 40,
        scale: 1,
        fault_rates: FaultRates::uniform(fault_rate.parse().unwrap()),
        prices: PriceTable::built_in(),
    }
}

fn world(start: &str) -> World {
    World::new(settings(start, "0")).unwrap()
}

fn at(world: &World, days: u64) -> DateTime<Utc> {
    midnight(world.settings().start_date + Days::new(days))
}

fn reference(world: &World, until: DateTime<Utc>) -> Reference {
    let mut reference = Reference::default();
    reference.extend(world.opening_reference());
    reference.extend(world.reference_between(world.begins_at(), until).into_iter().map(|(_, record)| record));
    reference
}

fn verdict(submission: &Submission<'_>, reference: &Reference) -> Option<ledger::Rejection> {
    let key = submission.entry.chain_id.to_string();
    check(&Checked { key: key.as_bytes(), entry: &submission.entry }, reference).err()
}

#[test]
fn every_good_entry_passes_every_check_and_is_numbered_without_gaps_across_a_year_end() {
    let world = world("2025-12-10");
    let until = at(&world, 40);
    let reference = reference(&world, until);
    let submissions = world.submissions(world.begins_at(), until);
    assert!(submissions.len() > 120_000, "{} entries", submissions.len());
    let mut numbers: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for (ordinal, submission) in (0..).zip(&submissions) {
        assert_eq!(submission.ordinal, ordinal);
        let entry = &submission.entry;
        if let Some(rejection) = verdict(submission, &reference) {
            panic!("{} {}: {rejection}", entry.transaction_type, entry.description);
        }
        let last = numbers.entry((entry.company_code.to_string(), entry.fiscal_year)).or_default();
        *last += 1;
        assert_eq!(entry.entry_number, *last, "{}", entry.description);
    }
    assert!(numbers.len() >= 4, "two years are numbered: {numbers:?}");
    let kinds: std::collections::BTreeSet<&str> =
        submissions.iter().map(|submission| &*submission.entry.transaction_type).collect();
    assert!(kinds.len() >= 18, "{kinds:?}");
}

#[test]
fn any_cut_of_the_sequence_gives_the_same_entries() {
    let whole_world = world("2025-03-05");
    let (from, until) = (whole_world.begins_at(), at(&whole_world, 3));
    let whole = whole_world.submissions(from, until);
    let mut cut = Vec::new();
    let mut start = from;
    while start < until {
        let end = (start + TimeDelta::minutes(397)).min(until);
        cut.extend(whole_world.submissions(start, end));
        start = end;
    }
    assert_eq!(cut, whole);
}

#[test]
fn a_day_alone_is_that_day_of_the_run() {
    let (one, other) = (world("2025-03-05"), world("2025-03-05"));
    let run = one.submissions(one.begins_at(), at(&one, 31));
    let day = other.submissions(at(&other, 30), at(&other, 31));
    assert!(day.len() > 2_880);
    assert_eq!(day, run[run.len() - day.len()..]);
}

#[test]
fn threads_make_the_same_ledger_as_one() {
    let world = world("2025-03-05");
    let alone: Vec<_> = (0..4).map(|day| world.submissions(at(&world, day), at(&world, day + 1))).collect();
    let fresh = World::new(world.settings().clone()).unwrap();
    let together: Vec<_> = std::thread::scope(|scope| {
        let made = |day| {
            let fresh = &fresh;
            scope.spawn(move || fresh.submissions(at(fresh, day), at(fresh, day + 1)))
        };
        let threads: Vec<_> = (0..4).map(made).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(together, alone);
}

/// Balances of accounts over whole production months, tickets to distribution.
#[test]
fn clearing_accounts_come_back_to_zero_once_a_month_has_been_settled() {
    let world = world("2025-03-01");
    let submissions = world.submissions(world.begins_at(), at(&world, 75));
    let april: NaiveDate = "2025-04-01".parse().unwrap();
    // Of March's production everything has been accrued, reversed and finally booked by the middle of May.
    let march = |line_month: Option<NaiveDate>| line_month.is_some_and(|month| month < april);
    for account in ["127.001", "360.000"] {
        let mut balance = 0;
        for entry in submissions.iter().map(|submission| &submission.entry) {
            let is_opening = entry.fiscal_period == 0;
            if is_opening || march(entry.production_month) {
                for line in entry.lines.iter().filter(|line| line.account_code == account) {
                    balance += line.signed_functional().units();
                }
            }
        }
        assert_eq!(balance, 0, "{account}");
    }
    let received_not_invoiced: i64 = submissions
        .iter()
        .filter(|submission| {
            submission.entry.posting_date < april || submission.entry.transaction_type == "SERVICE_INVOICE"
        })
        .filter(|submission| submission.entry.posting_date < "2025-05-01".parse().unwrap())
        .flat_map(|submission| &submission.entry.lines)
        .filter(|line| line.account_code == "303.000")
        .map(|line| line.signed_functional().units())
        .sum();
    assert_eq!(received_not_invoiced, 0);
}

#[test]
fn a_reversal_mirrors_its_accrual_and_shares_its_chain() {
    let world = world("2025-03-01");
    let submissions = world.submissions(at(&world, 0), at(&world, 12));
    let by_id: BTreeMap<_, _> =
        submissions.iter().map(|submission| (submission.entry.entry_id, &submission.entry)).collect();
    let mut reversals = 0;
    for reversal in by_id.values().filter(|entry| entry.reverses_entry_id.is_some()) {
        let target = by_id[&reversal.reverses_entry_id.unwrap()];
        assert_eq!(reversal.chain_id, target.entry_id);
        assert_eq!(Some(reversal.posting_date), target.auto_reverse_on);
        assert!(reversal.entered_at > target.entered_at);
        for (line, mirror) in target.lines.iter().zip(&reversal.lines) {
            assert_eq!((line.side.opposite(), line.amount), (mirror.side, mirror.amount));
        }
        reversals += 1;
    }
    assert!(reversals > 500, "{reversals}");
}

#[test]
fn the_books_open_balanced_and_with_what_is_still_to_be_paid() {
    let world = world("2025-03-29");
    let opening = world.submissions(world.begins_at(), at(&world, 0));
    let balance = |account: &str| -> i64 {
        let lines = opening.iter().flat_map(|submission| &submission.entry.lines);
        lines.filter(|line| line.account_code == account).map(|line| line.signed_functional().units()).sum()
    };
    for (account, side) in [("120.000", Side::Debit), ("301.000", Side::Credit), ("302.000", Side::Credit)] {
        let is_debit = balance(account) > 0;
        assert_eq!(is_debit, side == Side::Debit, "{account}: {}", balance(account));
        assert_ne!(balance(account), 0, "{account}");
    }
}
