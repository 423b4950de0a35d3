//! A master that is published late: a scenario for tests of validators and of replay.
//!
//! The entries are good and the ledger stays what it is; only the publication of one master moves behind the first entries
//! that point at it. A validator that reads an entry before the master is there must reject it, and accept it when it
//! comes again later.

use crate::world::{Submission, World};
use chrono::{DateTime, Days, Utc};
use ledger::period::midnight;
use ledger::reference::{Dimension, ReferenceRecord};
use ledger::{JournalLine, ReasonCode};
use std::collections::BTreeSet;

/// Days from the start in which a first use is looked for: a month brings every kind of document.
const SEARCHED_DAYS: u64 = 31;

/// One master that becomes known only some days after its first use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateMaster {
    dimension: Dimension,
    id: String,
    known_at: DateTime<Utc>,
}

impl LateMaster {
    /// The first well, owner, counterparty or AFE that is used in the first month and not in the opening balances, published
    /// `days` after the day of that use. None where there is no such master, or the dimension is another one.
    #[must_use]
    pub fn first_used(world: &World, dimension: Dimension, days: u64) -> Option<Self> {
        let start = world.settings().start_date;
        let opening_records = world.opening_reference();
        let known: BTreeSet<&str> =
            opening_records.iter().filter_map(|record| id_of_record(record, dimension)).collect();
        let opening = world.submissions(world.begins_at(), midnight(start));
        let carried: BTreeSet<&str> =
            opening.iter().flat_map(|submission| ids_on(submission, dimension)).collect();
        (0..SEARCHED_DAYS).map(|day| start + Days::new(day)).find_map(|day| {
            let of_day = world.submissions(midnight(day), midnight(day + Days::new(1)));
            let mut good = of_day.iter().filter(|submission| submission.planted.is_none());
            let id = good.find_map(|submission| {
                ids_on(submission, dimension).find(|id| known.contains(id) && !carried.contains(id))
            })?;
            Some(Self { dimension, id: id.to_owned(), known_at: midnight(day + Days::new(days)) })
        })
    }

    /// The same, published at `instant` where that is later.
    #[must_use]
    pub fn held_until(self, instant: DateTime<Utc>) -> Self {
        Self { known_at: self.known_at.max(instant), ..self }
    }

    /// The master's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it is published.
    #[must_use]
    pub const fn known_at(&self) -> DateTime<Utc> {
        self.known_at
    }

    /// The masters known when the run begins, without the late one.
    #[must_use]
    pub fn opening_reference(&self, world: &World) -> Vec<ReferenceRecord> {
        let records = world.opening_reference().into_iter();
        records.filter(|record| !self.is_of(record)).collect()
    }

    /// The masters that become known from `from` up to and without `until`, the late one among them. What would change the
    /// late one before it is known comes with it.
    #[must_use]
    pub fn reference_between(
        &self,
        world: &World,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, ReferenceRecord)> {
        let mut records = world.reference_between(from, until);
        records.retain(|(known_at, record)| *known_at >= self.known_at || !self.is_of(record));
        if (from..until).contains(&self.known_at) {
            let since = world.reference_between(world.begins_at(), self.known_at);
            let since = since.into_iter().map(|(_, record)| record);
            let late = world.opening_reference().into_iter().chain(since).filter(|record| self.is_of(record));
            records.extend(late.map(|record| (self.known_at, record)));
            records.sort_by_key(|(known_at, _)| *known_at);
        }
        records
    }

    /// The reason for which a good submission is rejected as long as the master is not there; none where it is entered
    /// later or does not point at it.
    #[must_use]
    pub fn reason_for(&self, submission: &Submission<'_>) -> Option<ReasonCode> {
        let points_at_it = ids_on(submission, self.dimension).any(|id| id == self.id);
        let is_early = submission.entry.entered_at < self.known_at;
        (points_at_it && is_early).then(|| unknown(self.dimension)).flatten()
    }

    fn is_of(&self, record: &ReferenceRecord) -> bool {
        id_of_record(record, self.dimension) == Some(self.id.as_str())
    }
}

const fn unknown(dimension: Dimension) -> Option<ReasonCode> {
    match dimension {
        Dimension::Well => Some(ReasonCode::UnknownWell),
        Dimension::Owner => Some(ReasonCode::UnknownOwner),
        Dimension::Counterparty => Some(ReasonCode::UnknownCounterparty),
        Dimension::Afe => Some(ReasonCode::UnknownAfe),
        _ => None,
    }
}

fn id_of_record(record: &ReferenceRecord, dimension: Dimension) -> Option<&str> {
    match (record, dimension) {
        (ReferenceRecord::Well(well), Dimension::Well) => Some(&well.well_id),
        (ReferenceRecord::Owner(owner), Dimension::Owner) => Some(&owner.owner_id),
        (ReferenceRecord::Counterparty(party), Dimension::Counterparty) => Some(&party.counterparty_id),
        (ReferenceRecord::Afe(afe), Dimension::Afe) => Some(&afe.afe_number),
        _ => None,
    }
}

fn ids_on<'s>(submission: &'s Submission<'_>, dimension: Dimension) -> impl Iterator<Item = &'s str> {
    submission.entry.lines.iter().filter_map(move |line| id_on(line, dimension))
}

fn id_on<'l>(line: &'l JournalLine<'_>, dimension: Dimension) -> Option<&'l str> {
    match dimension {
        Dimension::Well => line.well_id.as_deref(),
        Dimension::Owner => line.owner_id.as_deref(),
        Dimension::Counterparty => line.counterparty_id.as_deref(),
        Dimension::Afe => line.afe_number.as_deref(),
        _ => None,
    }
}
