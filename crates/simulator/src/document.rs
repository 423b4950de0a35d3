//! A document by what makes it: enough to build it, and to name it from another document.

use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::template::{Desk, Template};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

/// A document: its template, and which one of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Document {
    pub(crate) template: Template,
    /// The month whose business it is.
    pub(crate) month: Month,
    /// In whose books, by place.
    pub(crate) company: u8,
    /// Well, lease, owner, vendor, AFE, slot … by place, as the template has it.
    pub(crate) subject: u32,
    /// Product, partner, index … as the template has it.
    pub(crate) part: u16,
}

impl Document {
    /// A document of the operator.
    pub(crate) fn new(template: Template, month: Month, subject: u32, part: u16) -> Self {
        Self { template, month, company: 0, subject, part }
    }

    /// The same in the books of another company.
    pub(crate) fn of(self, company: u8) -> Self {
        Self { company, ..self }
    }

    /// The document of another template about the same thing.
    pub(crate) fn as_template(self, template: Template) -> Self {
        Self { template, ..self }
    }

    /// Sixteen bytes that only this document has.
    fn identity(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[0] = self.template as u8;
        bytes[1] = self.company;
        bytes[2..4].copy_from_slice(&self.part.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.subject.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.month.0.to_le_bytes());
        bytes
    }

    /// Numbers of this document's own.
    pub(crate) fn draw(self, seed: u64, stream: Stream) -> Draw {
        let identity = self.identity();
        let number = |at: usize| u64::from_le_bytes(identity[at..at + 8].try_into().expect("eight bytes"));
        Draw::new(seed, stream, number(0), number(8))
    }

    /// Who entered it.
    pub(crate) fn created_by(self, seed: u64) -> &'static str {
        let people = self.template.shape().desk.people();
        match people {
            [one] => one,
            many => many[self.draw(seed, Stream::Clerk).below(many.len() as u64) as usize],
        }
    }

    /// A UUID in version 7's shape: milliseconds of simulated time, then bits that only this document of this run has.
    pub(crate) fn entry_id(self, seed: u64, entered_at: DateTime<Utc>) -> Uuid {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes()).update(&self.identity());
        let mut bits = [0; 10];
        bits.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        uuid::Builder::from_unix_timestamp_millis(entered_at.timestamp_millis().unsigned_abs(), &bits)
            .into_uuid()
    }

    /// When in the day it is entered, in offices six hours behind UTC, told in UTC. Never a whole second, so that
    /// no two documents crowd one instant.
    pub(crate) fn time_of_day(self, seed: u64) -> TimeDelta {
        let mut draw = self.draw(seed, Stream::Desk);
        let hour = 3_600_000_000_i64;
        let micros = match self.template.shape().desk {
            // 00:30 to 04:30 Central.
            Desk::Field | Desk::Batch => 6 * hour + hour / 2 + draw.between(0, 4 * hour),
            // 08:00 to 11:00 Central.
            Desk::Treasury => 14 * hour + draw.between(0, 3 * hour / 2) + draw.between(0, 3 * hour / 2),
            // 07:30 to 17:30 Central, thick before and after a lunch break.
            Desk::Payables | Desk::Accounting => {
                let morning = draw.below(100) < 55;
                let opens = if morning { 13 * hour + hour / 2 } else { 18 * hour + hour / 2 };
                let span = if morning { 9 * hour / 4 } else { 5 * hour / 2 };
                opens + draw.between(0, span) + draw.between(0, span)
            }
        };
        TimeDelta::microseconds(micros)
    }
}

/// The day of a month on which something is done that has no fixed day: the `draw`-th of its working days.
pub(crate) fn some_business_day(month: Month, draw: &mut Draw) -> NaiveDate {
    let days: Vec<NaiveDate> = month.business_days().collect();
    *draw.pick(&days)
}
