//! A master that is published late holds back the entries that point at it, and no other.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::TimeDelta;
use ledger::check::{Reference, Submission as Checked, check};
use ledger::reference::Dimension;
use ledger::{Rate, ReasonCode};
use simulator::late::LateMaster;
use simulator::{FaultRates, PriceTable, Settings, Submission, World};

const DAYS: u64 = 5;

fn world() -> World {
    World::new(Settings {
        seed: 42,
        start_date: "2025-03-05".parse().unwrap(),
        historical_days: 40,
        scale: 1,
        fault_rates: FaultRates::uniform(Rate::ZERO),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

fn verdict(submission: &Submission<'_>, reference: &Reference) -> Option<ReasonCode> {
    let key = submission.key();
    let checked = Checked { key: key.as_bytes(), entry: &submission.entry };
    check(&checked, reference).err().map(|rejection| rejection.reason)
}

#[test]
fn entries_before_a_late_master_are_rejected_as_unknown_and_pass_once_it_is_there() {
    let world = world();
    let late = LateMaster::first_used(&world, Dimension::Counterparty, DAYS).unwrap();
    let mut reference = Reference::default();
    reference.extend(late.opening_reference(&world));
    let before = late.reference_between(&world, world.begins_at(), late.known_at());
    reference.extend(before.into_iter().map(|(_, record)| record));
    assert!(!reference.has_counterparty(late.id()));

    let until = late.known_at() + TimeDelta::days(3);
    let early = world.submissions(world.begins_at(), late.known_at());
    let held_back: Vec<_> = early.iter().filter(|submission| late.reason_for(submission).is_some()).collect();
    assert!(!held_back.is_empty());
    for submission in &early {
        assert_eq!(verdict(submission, &reference), late.reason_for(submission));
    }

    let then = late.reference_between(&world, late.known_at(), until);
    reference.extend(then.into_iter().map(|(_, record)| record));
    assert!(reference.has_counterparty(late.id()));
    for submission in held_back.into_iter().chain(&world.submissions(late.known_at(), until)) {
        assert_eq!(verdict(submission, &reference), None);
    }
}

#[test]
fn a_late_master_is_published_once_at_its_instant_and_moves_no_other() {
    let world = world();
    let late = LateMaster::first_used(&world, Dimension::Counterparty, DAYS).unwrap();
    assert_eq!(LateMaster::first_used(&world, Dimension::Counterparty, DAYS).as_ref(), Some(&late));
    let until = world.history_ends_at();
    let (all, held) = (world.opening_reference().len(), late.opening_reference(&world).len());
    let ordinary = world.reference_between(world.begins_at(), until).len();
    let published = late.reference_between(&world, world.begins_at(), until);
    assert_eq!(published.len() - ordinary, all - held);
    assert_eq!(all - held, 1);
    assert!(published.is_sorted_by_key(|(known_at, _)| *known_at));
    assert_eq!(LateMaster::first_used(&world, Dimension::Product, DAYS), None);
}

#[test]
fn a_late_master_that_is_held_on_comes_with_all_that_changed_it_meanwhile() {
    let world = world();
    let until = world.history_ends_at();
    for dimension in [Dimension::Well, Dimension::Owner, Dimension::Counterparty, Dimension::Afe] {
        let late = LateMaster::first_used(&world, dimension, 0).unwrap();
        let held = late.clone().held_until(until);
        assert_eq!((held.id(), held.known_at()), (late.id(), until));
        assert_eq!(held.clone().held_until(late.known_at()), held);

        let mut reference = Reference::default();
        reference.extend(held.opening_reference(&world));
        let during = held.reference_between(&world, world.begins_at(), until);
        reference.extend(during.iter().map(|(_, record)| record.clone()));
        let knows = |reference: &Reference| match dimension {
            Dimension::Well => reference.has_well(late.id()),
            Dimension::Owner => reference.has_owner(late.id()),
            Dimension::Counterparty => reference.has_counterparty(late.id()),
            _ => reference.has_afe(late.id()),
        };
        assert!(!knows(&reference), "{dimension:?} {}", late.id());
        let after = until + TimeDelta::hours(1);
        let then = held.reference_between(&world, until, after);
        reference.extend(then.iter().map(|(_, record)| record.clone()));
        assert!(knows(&reference), "{dimension:?} {}", late.id());
        // In all, what is published anyway.
        let ordinary =
            world.opening_reference().len() + world.reference_between(world.begins_at(), after).len();
        assert_eq!(held.opening_reference(&world).len() + during.len() + then.len(), ordinary);
    }
}
