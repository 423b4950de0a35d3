//! The books of a world, entry by entry.

use chrono::{DateTime, Days, Utc};
use ledger::JournalEntry;
use ledger::period::midnight;
use simulator::{FaultRates, PriceTable, Settings, World};

/// The world of seed 42 whose books begin on a day.
pub(crate) fn world(start: &str) -> World {
    World::new(Settings {
        seed: 42,
        start_date: start.parse().unwrap(),
        historical_days: 400,
        scale: 1,
        fault_rates: FaultRates::default(),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

/// So many days after the books began.
pub(crate) fn at(world: &World, days: u64) -> DateTime<Utc> {
    midnight(world.settings().start_date + Days::new(days))
}

/// Shows each good entry of some days, a day at a time.
pub(crate) fn each_entry(world: &World, days: u64, mut show: impl FnMut(&JournalEntry<'_>)) {
    for day in 0..days {
        let from = if day == 0 { world.begins_at() } else { at(world, day) };
        for submission in world.submissions(from, at(world, day + 1)) {
            if submission.planted.is_none() {
                show(&submission.entry);
            }
        }
    }
}
