//! What the producer says while history is written: a line every few seconds.

use chrono::{DateTime, Utc};
use contract::Seal;
use std::time::{Duration, Instant};

/// Often enough to see that it moves, seldom enough to read.
const EVERY: Duration = Duration::from_secs(5);

/// Progress through history.
#[derive(Debug)]
pub(crate) struct Progress {
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
    said: Instant,
    entries: i64,
    lines: i64,
    lines_since: i64,
}

impl Progress {
    pub(crate) fn new(begins: DateTime<Utc>, ends: DateTime<Utc>) -> Self {
        Self { begins, ends, said: Instant::now(), entries: 0, lines: 0, lines_since: 0 }
    }

    /// These seals, the last up to `until`, were committed.
    pub(crate) fn committed(&mut self, seals: &[Seal], until: DateTime<Utc>) {
        for seal in seals.iter().filter(|seal| seal.is_history) {
            self.entries += seal.good.entries;
            self.lines += seal.good.lines;
        }
        let elapsed = self.said.elapsed();
        if elapsed < EVERY || until >= self.ends {
            return;
        }
        let (passed, whole) =
            ((until - self.begins).num_seconds(), (self.ends - self.begins).num_seconds().max(1));
        let rate = (self.lines - self.lines_since) as f64 / elapsed.as_secs_f64();
        tracing::info!(
            percent = passed * 100 / whole,
            until = %until.date_naive(),
            entries = self.entries,
            lines_per_second = rate.round(),
            "writing history"
        );
        (self.said, self.lines_since) = (Instant::now(), self.lines);
    }
}
