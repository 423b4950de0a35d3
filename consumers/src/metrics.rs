//! The metrics of this crate. Lag stands in `gl_consumer_lag_records`, which the transport reports.

use ledger::ReasonCode;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const CONSUMED: &str = "gl_records_consumed_total";
const PRODUCED: &str = "gl_records_produced_total";
const REJECTED: &str = "gl_records_rejected_total";
const DEAD_LETTERS: &str = "gl_dlq_records_total";
const COMMIT_DURATION: &str = "gl_commit_duration_seconds";
const EVENT_AGE: &str = "gl_event_age_seconds";
const WATERMARK: &str = "gl_watermark_timestamp_seconds";
const STAGED_ENTRIES: &str = "gl_staged_entries_total";
const STAGED_LINES: &str = "gl_staged_lines_total";
const REFUSED: &str = "gl_refused_rows_total";
const DEFAULT_PARTITION: &str = "gl_default_partition_lines";

/// Says what each metric of a consumer means.
fn describe() {
    let count = Unit::Count;
    describe_counter!(CONSUMED, count, "Records read and committed, by topic");
    describe_histogram!(COMMIT_DURATION, Unit::Seconds, "Time from closing a batch to its commit");
    describe_histogram!(
        EVENT_AGE,
        Unit::Seconds,
        "Age of the oldest record of a batch when it was committed"
    );
    describe_gauge!(WATERMARK, Unit::Seconds, "Timestamp of the newest record that was committed");
}

/// Says what each metric of the validator means, and shows those that count trouble from the start, so that an alert on
/// them has something to look at.
pub fn describe_validator() {
    describe();
    let count = Unit::Count;
    describe_counter!(PRODUCED, count, "Records written and committed, by topic");
    describe_counter!(REJECTED, count, "Submissions rejected by the validator");
    describe_counter!(DEAD_LETTERS, count, "Submissions written to the dead letters, by reason code");
    counter!(REJECTED).increment(0);
    for reason in ReasonCode::ALL {
        counter!(DEAD_LETTERS, "reason" => reason.code()).increment(0);
    }
}

/// Says what each metric of the sink means, and shows those that count trouble from the start.
pub fn describe_sink() {
    describe();
    let count = Unit::Count;
    describe_counter!(STAGED_ENTRIES, count, "Entries loaded into staging");
    describe_counter!(STAGED_LINES, count, "Lines loaded into staging");
    describe_counter!(REFUSED, count, "Validated entries that Postgres refused; should stay 0");
    describe_gauge!(DEFAULT_PARTITION, count, "Lines in the default partition of staging; should be 0");
    counter!(REFUSED).increment(0);
}

pub(crate) fn consumed(topic: &str, records: u64) {
    counter!(CONSUMED, "topic" => topic.to_owned()).increment(records);
}

pub(crate) fn produced(topic: &str, records: u64) {
    counter!(PRODUCED, "topic" => topic.to_owned()).increment(records);
}

pub(crate) fn dead_lettered(reason: ReasonCode, records: u64) {
    counter!(REJECTED).increment(records);
    counter!(DEAD_LETTERS, "reason" => reason.code()).increment(records);
}

/// A batch was committed: how long that took, and when its oldest and newest records were written, in milliseconds
/// since 1970.
pub(crate) fn committed(took: Duration, oldest_ms: Option<i64>, newest_ms: Option<i64>) {
    histogram!(COMMIT_DURATION).record(took.as_secs_f64());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    if let Some(oldest) = oldest_ms.and_then(since_epoch) {
        histogram!(EVENT_AGE).record(now.saturating_sub(oldest).as_secs_f64());
    }
    if let Some(newest) = newest_ms.and_then(since_epoch) {
        gauge!(WATERMARK).set(newest.as_secs_f64());
    }
}

fn since_epoch(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().filter(|ms| *ms > 0).map(Duration::from_millis)
}

pub(crate) fn staged(entries: usize, lines: usize, refused: usize) {
    counter!(STAGED_ENTRIES).increment(entries as u64);
    counter!(STAGED_LINES).increment(lines as u64);
    counter!(REFUSED).increment(refused as u64);
}

pub(crate) fn default_partition(lines: i64) {
    gauge!(DEFAULT_PARTITION).set(lines as f64);
}
