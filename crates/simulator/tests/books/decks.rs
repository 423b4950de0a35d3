//! Owners change, and each production month is paid by the deck that held in it.

use crate::rig::{at, world};
use chrono::NaiveDate;
use ledger::reference::{OwnerDeck, ReferenceRecord};
use ledger::{JournalEntry, Product};
use std::collections::{BTreeMap, BTreeSet};

const DAYS: u64 = 150;

/// Decks by well, product and the day from which they hold.
type Decks = BTreeMap<(String, &'static str), BTreeMap<NaiveDate, OwnerDeck>>;

fn insert(decks: &mut Decks, record: ReferenceRecord) {
    if let ReferenceRecord::OwnerDeck(deck) = record {
        let of = decks.entry((deck.well_id.clone(), deck.product.code())).or_default();
        of.insert(deck.effective_date, deck);
    }
}

/// Owners with their shares.
type Owners = BTreeSet<(String, i64)>;

/// The owners that an entry names with their shares, where it is a whole split of one production month.
fn owners(entry: &JournalEntry<'_>) -> Option<(String, Product, NaiveDate, Owners)> {
    let shares = entry.lines.iter().filter(|line| line.interest_type.is_some());
    let shares: Owners = shares
        .map(|line| (line.owner_id.as_deref().unwrap().to_owned(), line.decimal_interest.unwrap().units()))
        .collect();
    let line = entry.lines.iter().find(|line| line.interest_type.is_some())?;
    let well = line.well_id.as_deref()?.to_owned();
    Some((well, line.product?, entry.production_month?, shares))
}

/// Finals and corrections alike, before a transfer and behind it; the deck is published before the first entry that uses it.
#[test]
fn each_production_month_pays_the_owners_of_its_own_deck_which_is_published_before() {
    let world = world("2025-01-01");
    let mut decks = Decks::new();
    world.opening_reference().into_iter().for_each(|record| insert(&mut decks, record));
    let (mut before, mut since, mut corrected) = (0, 0, 0);
    for day in 0..DAYS {
        let from = if day == 0 { world.begins_at() } else { at(&world, day) };
        for (_, record) in world.reference_between(from, at(&world, day)) {
            insert(&mut decks, record);
        }
        for (_, record) in world.reference_between(at(&world, day), at(&world, day + 1)) {
            insert(&mut decks, record);
        }
        for submission in world.submissions(from, at(&world, day + 1)) {
            let Some((well, product, month, paid)) = owners(&submission.entry) else { continue };
            let of_well = &decks[&(well.clone(), product.code())];
            let (held_since, deck) = of_well.range(..=month).next_back().unwrap();
            let shares: Owners =
                deck.interests.iter().map(|it| (it.owner_id.clone(), it.decimal_interest.units())).collect();
            assert_eq!(
                paid, shares,
                "{} {month} by the deck from {held_since}",
                submission.entry.description
            );
            before += u64::from(of_well.len() > 1 && Some(held_since) == of_well.keys().next());
            since += u64::from(Some(held_since) != of_well.keys().next());
            let is_old = of_well.keys().next_back() != Some(held_since);
            corrected += u64::from(is_old && submission.entry.transaction_type == "PRIOR_PERIOD_ADJUSTMENT");
        }
    }
    assert!(
        before > 20 && since > 20 && corrected > 0,
        "{before} before, {since} since, {corrected} corrected"
    );
}

#[test]
fn who_passes_on_an_interest_keeps_what_is_owed_and_is_paid_nothing_for_later_months() {
    let world = world("2025-01-01");
    let mut decks = Decks::new();
    let later = world.reference_between(world.begins_at(), at(&world, DAYS));
    let records = world.opening_reference().into_iter().chain(later.into_iter().map(|(_, record)| record));
    records.for_each(|record| insert(&mut decks, record));
    let ids = |deck: &OwnerDeck| -> BTreeSet<String> {
        deck.interests.iter().map(|it| it.owner_id.clone()).collect()
    };
    // Who is in no deck any more, with the day from which that is so.
    let mut former: BTreeMap<String, NaiveDate> = BTreeMap::new();
    for of_well in decks.values() {
        for (one, next) in of_well.values().zip(of_well.values().skip(1)) {
            for owner in ids(one).difference(&ids(next)) {
                former.insert(owner.clone(), next.effective_date);
            }
        }
    }
    let still = |owner: &str| decks.values().any(|of| ids(of.values().next_back().unwrap()).contains(owner));
    former.retain(|owner, since| *since >= world.settings().start_date && !still(owner));
    assert!(former.len() > 1, "{former:?}");
    let mut paid_after = 0;
    for day in 0..DAYS {
        for submission in world.submissions(at(&world, day), at(&world, day + 1)) {
            let entry = &submission.entry;
            for line in &entry.lines {
                let owner = line.owner_id.as_deref().unwrap_or_default();
                let Some(since) = former.get(owner) else { continue };
                assert!(entry.production_month.is_none_or(|month| month < *since), "{}", entry.description);
                let is_check = entry.transaction_type == "OWNER_DISTRIBUTION";
                paid_after += u64::from(is_check && entry.posting_date >= *since);
            }
        }
    }
    assert!(paid_after > 0, "nobody was paid what stood before");
}
