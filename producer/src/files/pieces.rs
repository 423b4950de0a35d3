//! How a history is cut: into months, which are files, and these into pieces, which threads make.

use super::Format;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ledger::period::{first_of_month, midnight, next_month};
use simulator::World;

/// A part of a month. How it is cut depends on the settings alone, and never on the threads: it shows in the files, as the
/// blocks of a container or the row groups of a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The first day of the month whose file it goes to.
    pub(crate) month: NaiveDate,
    /// Inclusive.
    pub(crate) start: DateTime<Utc>,
    /// Exclusive.
    pub(crate) end: DateTime<Utc>,
}

impl Piece {
    /// What is made at once: whole entries take ten times the room of what is written of them, and at the end of a month an
    /// hour has as many as a day has else, so a piece is made bit by bit.
    pub(crate) fn bits(self, scale: u32) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        cut(self.start, self.end, TimeDelta::minutes(15) / divisor(scale))
    }
}

/// The history of a world, in pieces: a day's blocks as Avro, a day's row groups as Parquet, a few megabytes each as text,
/// where a cut does not show.
pub(crate) fn of_history(world: &World, format: Format) -> Vec<Piece> {
    let hours = match format {
        Format::Avro | Format::Parquet => 24,
        Format::Ndjson | Format::Csv => 1,
    };
    let span = TimeDelta::hours(hours) / divisor(world.settings().scale);
    let mut pieces = Vec::new();
    let (mut start, end) = (world.begins_at(), world.history_ends_at());
    while start < end {
        let month = first_of_month(start.date_naive());
        let until = midnight(next_month(start.date_naive())).min(end);
        pieces.extend(cut(start, until, span).map(|(start, end)| Piece { month, start, end }));
        start = until;
    }
    pieces
}

/// A scale makes a day larger, and so its pieces shorter.
fn divisor(scale: u32) -> i32 {
    i32::try_from(scale.max(1)).unwrap_or(i32::MAX)
}

fn cut(
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    span: TimeDelta,
) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let from = at;
        at = (from + span).min(end);
        (from < end).then_some((from, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulator::{FaultRates, PriceTable, Settings};

    #[test]
    fn pieces_cover_the_history_without_hole_or_overlap_and_none_spans_two_months() {
        for (format, scale) in [(Format::Parquet, 1), (Format::Csv, 3)] {
            let world = World::new(Settings {
                seed: 1,
                start_date: "2024-02-20".parse().unwrap(),
                historical_days: 50,
                scale,
                fault_rates: FaultRates::default(),
                prices: PriceTable::built_in(),
            })
            .unwrap();
            let pieces = of_history(&world, format);
            assert_eq!(pieces[0].start, world.begins_at());
            assert_eq!(pieces[pieces.len() - 1].end, world.history_ends_at());
            assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
            for piece in &pieces {
                let last = piece.end - TimeDelta::microseconds(1);
                assert_eq!(first_of_month(piece.start.date_naive()), piece.month);
                assert_eq!(first_of_month(last.date_naive()), piece.month);
                let bits: Vec<_> = piece.bits(scale).collect();
                assert_eq!((bits[0].0, bits[bits.len() - 1].1), (piece.start, piece.end));
            }
        }
    }
}
