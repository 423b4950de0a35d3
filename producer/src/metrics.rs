//! The metrics of the producer.

use chrono::{DateTime, NaiveDate, Utc};
use contract::Seal;
use ledger::period::midnight;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::Duration;

const PRODUCED: &str = "gl_records_produced_total";
const BATCHES: &str = "gl_batches_sealed_total";
const LINES: &str = "gl_lines_sealed_total";
const PLANTED: &str = "gl_faults_planted_total";
const COMMIT_DURATION: &str = "gl_commit_duration_seconds";
const SEAL_DELAY: &str = "gl_seal_delay_seconds";
const HISTORY_BEGINS: &str = "gl_history_begins_timestamp_seconds";
const HISTORY_ENDS: &str = "gl_history_ends_timestamp_seconds";
const SEALED_UNTIL: &str = "gl_sealed_until_timestamp_seconds";
const PRICE_FALLBACK: &str = "gl_price_fallback_total";
const PRICE_PATH_BEGINS: &str = "gl_price_path_begins_timestamp_seconds";
const LAST_SEQUENCE: &str = "gl_last_seal_sequence";

/// Says what each metric means, and shows the one that counts trouble from the start.
pub fn describe() {
    let count = Unit::Count;
    describe_counter!(PRODUCED, count, "Records written and committed, by topic");
    describe_counter!(BATCHES, count, "Batches sealed");
    describe_counter!(LINES, count, "Lines of the good entries that were sealed");
    describe_counter!(PLANTED, count, "Faults planted, with their ground truth");
    describe_counter!(
        PRICE_FALLBACK,
        count,
        "Runs that began with the built-in prices because EIA could not be asked"
    );
    describe_histogram!(COMMIT_DURATION, Unit::Seconds, "Time that the commit of a transaction took");
    describe_histogram!(SEAL_DELAY, Unit::Seconds, "Time from when a live batch was due to its commit");
    describe_gauge!(HISTORY_BEGINS, Unit::Seconds, "Simulated time at which the run begins");
    describe_gauge!(
        HISTORY_ENDS,
        Unit::Seconds,
        "Simulated time at which history ends and the live ledger begins"
    );
    describe_gauge!(SEALED_UNTIL, Unit::Seconds, "Simulated time up to which everything is sealed");
    describe_gauge!(
        PRICE_PATH_BEGINS,
        Unit::Seconds,
        "Simulated time from which a series has no real prices and follows a seeded path, by series"
    );
    describe_gauge!(LAST_SEQUENCE, count, "Sequence of the newest seal");
    counter!(PRICE_FALLBACK).increment(0);
}

pub(crate) fn produced(topic: &str, records: u64) {
    counter!(PRODUCED, "topic" => topic.to_owned()).increment(records);
}

pub(crate) fn price_fallback() {
    counter!(PRICE_FALLBACK).increment(1);
}

pub(crate) fn price_path(series: &str, begins: NaiveDate) {
    gauge!(PRICE_PATH_BEGINS, "series" => series.to_owned()).set(midnight(begins).timestamp() as f64);
}

pub(crate) fn history(begins: DateTime<Utc>, ends: DateTime<Utc>) {
    gauge!(HISTORY_BEGINS).set(begins.timestamp() as f64);
    gauge!(HISTORY_ENDS).set(ends.timestamp() as f64);
}

pub(crate) fn sealed_until(instant: DateTime<Utc>) {
    gauge!(SEALED_UNTIL).set(instant.timestamp() as f64);
}

pub(crate) fn sealed(seal: &Seal) {
    counter!(BATCHES).increment(1);
    counter!(LINES).increment(seal.good.lines.unsigned_abs());
    counter!(PLANTED).increment(seal.planted.entries.unsigned_abs());
    gauge!(LAST_SEQUENCE).set(seal.sequence as f64);
}

pub(crate) fn committed(took: Duration) {
    histogram!(COMMIT_DURATION).record(took.as_secs_f64());
}

pub(crate) fn delayed(delay: Duration) {
    histogram!(SEAL_DELAY).record(delay.as_secs_f64());
}
