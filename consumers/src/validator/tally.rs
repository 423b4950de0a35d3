//! What a transaction held, counted when it is committed.

use crate::metrics;
use kafka::Record;
use ledger::ReasonCode;
use std::collections::BTreeMap;
use std::time::Duration;

/// Counts of one transaction.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) validated: u64,
    pub(super) rejected: BTreeMap<ReasonCode, u64>,
    oldest_ms: Option<i64>,
    newest_ms: Option<i64>,
}

impl Tally {
    pub(super) fn note(&mut self, record: &Record<'_>, reason: Option<ReasonCode>) {
        match reason {
            None => self.validated += 1,
            Some(reason) => *self.rejected.entry(reason).or_default() += 1,
        }
        let written = record.timestamp_ms();
        self.oldest_ms = Some(self.oldest_ms.map_or(written, |oldest| oldest.min(written)));
        self.newest_ms = Some(self.newest_ms.map_or(written, |newest| newest.max(written)));
    }

    /// Adds it to the metrics; `took` is how long the commit took.
    pub(super) fn publish(&self, raw: &str, validated: &str, took: Duration) {
        let rejected: u64 = self.rejected.values().sum();
        metrics::consumed(raw, self.validated + rejected);
        metrics::produced(validated, self.validated);
        for (reason, count) in &self.rejected {
            metrics::dead_lettered(*reason, *count);
        }
        metrics::committed(took, self.oldest_ms, self.newest_ms);
    }
}
