//! When a batch is full.

use std::time::{Duration, Instant};

/// The bounds of a batch. Under load it is closed by size, because larger transactions cost less a record; when nothing
/// more is at hand it is closed by time, because nobody should wait for records that do not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// The most records.
    pub records: usize,
    /// The most bytes of keys and values.
    pub bytes: usize,
    /// A batch of this age is closed when nothing more is at hand.
    pub linger: Duration,
    /// A batch of this age is closed even while more is at hand.
    pub age: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            // Measured: at 20 000 records a transaction costs next to nothing beside what it moves.
            records: 20_000,
            // Half of what a client may hold unread.
            bytes: 16 * 1024 * 1024,
            linger: Duration::from_millis(50),
            age: Duration::from_millis(250),
        }
    }
}

/// What a batch holds so far.
#[derive(Debug, Default)]
pub(crate) struct Fill {
    since: Option<Instant>,
    records: usize,
    bytes: usize,
    is_full: bool,
}

impl Fill {
    pub(crate) fn add(&mut self, now: Instant, bytes: usize, is_full: bool) {
        self.since.get_or_insert(now);
        self.records += 1;
        self.bytes += bytes;
        self.is_full |= is_full;
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.records == 0
    }

    pub(crate) const fn records(&self) -> usize {
        self.records
    }

    /// Whether to close it now; `is_drained` where nothing more is at hand.
    pub(crate) fn is_due(&self, limits: &BatchLimits, now: Instant, is_drained: bool) -> bool {
        let Some(since) = self.since else { return false };
        let age = now.saturating_duration_since(since);
        self.is_full
            || self.records >= limits.records
            || self.bytes >= limits.bytes
            || age >= limits.age
            || (is_drained && age >= limits.linger)
    }

    /// How long to wait for more: until it is due, and not at all where it is.
    pub(crate) fn wait(&self, limits: &BatchLimits, now: Instant, idle: Duration) -> Duration {
        match self.since {
            None => idle,
            Some(since) => limits.linger.saturating_sub(now.saturating_duration_since(since)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BatchLimits = BatchLimits {
        records: 3,
        bytes: 100,
        linger: Duration::from_millis(50),
        age: Duration::from_millis(250),
    };

    fn filled(records: usize, bytes: usize) -> (Fill, Instant) {
        let (mut fill, now) = (Fill::default(), Instant::now());
        (0..records).for_each(|_| fill.add(now, bytes, false));
        (fill, now)
    }

    #[test]
    fn an_empty_batch_is_never_due() {
        let (fill, now) = filled(0, 0);
        assert!(!fill.is_due(&LIMITS, now + Duration::from_secs(9), true));
        assert_eq!(fill.wait(&LIMITS, now, Duration::from_millis(200)), Duration::from_millis(200));
    }

    #[test]
    fn under_load_a_batch_is_closed_by_size() {
        let (fill, now) = filled(2, 10);
        assert!(!fill.is_due(&LIMITS, now + Duration::from_millis(60), false), "more is at hand");
        assert!(filled(3, 10).0.is_due(&LIMITS, now, false), "records");
        assert!(filled(2, 50).0.is_due(&LIMITS, now, false), "bytes");
        assert!(fill.is_due(&LIMITS, now + Duration::from_millis(250), false), "age");
    }

    #[test]
    fn an_idle_batch_is_closed_by_time() {
        let (fill, now) = filled(1, 10);
        assert!(!fill.is_due(&LIMITS, now + Duration::from_millis(20), true));
        assert_eq!(
            fill.wait(&LIMITS, now + Duration::from_millis(20), Duration::MAX),
            Duration::from_millis(30)
        );
        assert!(fill.is_due(&LIMITS, now + Duration::from_millis(50), true));
    }

    #[test]
    fn a_handler_can_call_a_batch_full() {
        let (mut fill, now) = filled(1, 1);
        fill.add(now, 1, true);
        assert!(fill.is_due(&LIMITS, now, false));
    }
}
