//! Simulated time against the wall clock, and the windows that both cut. Pure.
//!
//! What lies before the first anchor is history, cut by the hour. From an anchor on, a live window spans its interval of
//! wall clock and so `speed` times that of simulated time, and is due when the wall clock has passed it. The next anchor
//! cuts the last window of the one before.

use crate::batch::{Window, hour_end};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use contract::Anchor;
use ledger::Rate;

/// A window and when it may be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The window.
    pub window: Window,
    /// Wall clock from which on it may be sealed; history may at once.
    pub at: Option<DateTime<Utc>>,
}

/// The clock of a run: its anchors, earliest first. There is at least one.
#[derive(Clone, Debug)]
pub struct Clock {
    anchors: Vec<Anchor>,
}

impl Clock {
    /// A clock with these anchors, in the order in which they were written; none where there are none.
    #[must_use]
    pub fn new(anchors: Vec<Anchor>) -> Option<Self> {
        (!anchors.is_empty()).then_some(Self { anchors })
    }

    /// Where history ends and the live ledger begins.
    #[must_use]
    pub fn live_from(&self) -> DateTime<Utc> {
        self.anchors[0].simulated
    }

    /// The newest anchor.
    #[must_use]
    pub fn newest(&self) -> &Anchor {
        &self.anchors[self.anchors.len() - 1]
    }

    /// Ties the clock anew at `wall`, where `sealed_until` is already behind us: with another speed or interval.
    #[must_use]
    pub fn tied_anew(
        &self,
        wall: DateTime<Utc>,
        sealed_until: DateTime<Utc>,
        speed: Rate,
        interval_seconds: u32,
    ) -> Anchor {
        // As the wire keeps it.
        let wall = wall.trunc_subsecs(6);
        let simulated = self.simulated(wall).max(sealed_until).max(self.newest().simulated);
        Anchor { simulated, wall, speed, interval_seconds: interval_seconds.cast_signed() }
    }

    /// Adds an anchor that was written.
    pub fn push(&mut self, anchor: Anchor) {
        self.anchors.push(anchor);
    }

    /// Simulated time at a moment of the newest anchor's time.
    #[must_use]
    pub fn simulated(&self, wall: DateTime<Utc>) -> DateTime<Utc> {
        let anchor = self.newest();
        let passed = i128::from((wall - anchor.wall).num_microseconds().unwrap_or(i64::MAX));
        anchor.simulated + micros(passed.max(0) * anchor.speed.units_wide() / Rate::ONE.units_wide())
    }

    /// The window that begins at `from`, where the one before it ended.
    #[must_use]
    pub fn window(&self, from: DateTime<Utc>) -> Due {
        if from < self.live_from() {
            let end = hour_end(from).min(self.live_from());
            return Due { window: Window { start: from, end }, at: None };
        }
        let place = self.anchors.partition_point(|anchor| anchor.simulated <= from) - 1;
        let anchor = &self.anchors[place];
        // The first boundary behind `from`. Each is counted from the anchor, so no rounding adds up.
        let passed = i128::from((from - anchor.simulated).num_microseconds().unwrap_or(i64::MAX));
        let mut number = passed / span(anchor, 1).max(1);
        while span(anchor, number) <= passed {
            number += 1;
        }
        let end = anchor.simulated + micros(span(anchor, number));
        let at = anchor.wall + micros(number * interval_micros(anchor));
        match self.anchors.get(place + 1) {
            Some(next) if next.simulated <= end => {
                Due { window: Window { start: from, end: next.simulated }, at: Some(next.wall.min(at)) }
            }
            _ => Due { window: Window { start: from, end }, at: Some(at) },
        }
    }
}

fn interval_micros(anchor: &Anchor) -> i128 {
    i128::from(anchor.interval_seconds.max(1)) * 1_000_000
}

/// Simulated microseconds of the first `windows` windows of an anchor.
fn span(anchor: &Anchor, windows: i128) -> i128 {
    windows * interval_micros(anchor) * anchor.speed.units_wide() / Rate::ONE.units_wide()
}

fn micros(micros: i128) -> TimeDelta {
    TimeDelta::microseconds(i64::try_from(micros).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn anchor(simulated: &str, wall: &str, speed: &str, interval_seconds: i32) -> Anchor {
        Anchor { simulated: at(simulated), wall: at(wall), speed: speed.parse().unwrap(), interval_seconds }
    }

    #[test]
    fn history_is_cut_by_the_hour_up_to_the_first_anchor() {
        let clock =
            Clock::new(vec![anchor("2025-01-03T10:20:00Z", "2026-01-01T00:00:00Z", "1", 30)]).unwrap();
        let due = clock.window(at("2025-01-03T09:00:00Z"));
        assert_eq!((due.window.end, due.at), (at("2025-01-03T10:00:00Z"), None));
        assert_eq!(clock.window(due.window.end).window.end, at("2025-01-03T10:20:00Z"));
    }

    #[test]
    fn a_live_window_spans_its_interval_times_speed_and_is_due_when_that_has_passed() {
        let clock =
            Clock::new(vec![anchor("2025-01-03T00:00:00Z", "2026-01-01T00:00:00Z", "120", 30)]).unwrap();
        let due = clock.window(at("2025-01-03T01:00:00Z"));
        assert_eq!(due.window.end, at("2025-01-03T02:00:00Z"));
        assert_eq!(due.at, Some(at("2026-01-01T00:01:00Z")));
        assert_eq!(clock.simulated(at("2026-01-01T00:00:30Z")), at("2025-01-03T01:00:00Z"));
    }

    #[test]
    fn another_speed_begins_where_the_clock_stands_and_cuts_the_window_under_way() {
        let mut clock =
            Clock::new(vec![anchor("2025-01-03T00:00:00Z", "2026-01-01T00:00:00Z", "1", 30)]).unwrap();
        let sealed = at("2025-01-03T00:01:00Z");
        let next = clock.tied_anew(at("2026-01-01T00:02:45Z"), sealed, "60".parse().unwrap(), 10);
        assert_eq!(next.simulated, at("2025-01-03T00:02:45Z"));
        clock.push(next);
        let mut from = sealed;
        let mut ends = Vec::new();
        for _ in 0..6 {
            let due = clock.window(from);
            from = due.window.end;
            ends.push(due.window.end.format("%H:%M:%S").to_string());
        }
        assert_eq!(ends, ["00:01:30", "00:02:00", "00:02:30", "00:02:45", "00:12:45", "00:22:45"]);
    }

    #[test]
    fn a_wall_clock_that_was_set_back_never_moves_simulated_time_behind_what_is_sealed() {
        let clock =
            Clock::new(vec![anchor("2025-01-03T00:00:00Z", "2026-01-01T00:00:00Z", "1", 30)]).unwrap();
        let sealed = at("2025-01-03T05:00:00Z");
        assert_eq!(clock.tied_anew(at("2025-12-31T00:00:00Z"), sealed, Rate::ONE, 30).simulated, sealed);
    }

    proptest! {
        #[test]
        fn windows_meet_and_none_is_empty(speed in 10_000_000_i64..=10_000_000_000_000, interval in 1_i32..=3_600, skip in 0_i64..1_000_000) {
            let start = at("2025-01-03T00:00:00Z");
            let clock = Clock::new(vec![Anchor {
                simulated: start,
                wall: at("2026-01-01T00:00:00Z"),
                speed: Rate::from_units(speed),
                interval_seconds: interval,
            }]).unwrap();
            let mut from = start + TimeDelta::microseconds(skip * 997);
            for _ in 0..20 {
                let due = clock.window(from);
                prop_assert!(due.window.start == from && due.window.end > from);
                // Due exactly when the clock has come to its end, to the microsecond that rounding costs.
                let reached = clock.simulated(due.at.unwrap());
                prop_assert!((reached - due.window.end).num_microseconds().unwrap().abs() <= 1);
                from = due.window.end;
            }
        }
    }
}
