//! How far a run's history is sealed by the producer and loaded by the sink.

use chrono::DateTime;
use std::net::SocketAddr;
use std::time::Duration;
use store::Store;

const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Where the history of a run stands, as seconds since 1970 in simulated time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// When it begins.
    pub begins: f64,
    /// When it ends, and the live ledger begins.
    pub ends: f64,
    /// Sealed up to here.
    pub sealed: f64,
    /// Loaded up to here, roughly.
    pub loaded: f64,
    /// Whether the history is in the tables, all of it.
    pub is_complete: bool,
}

impl Progress {
    /// Which part of the history is sealed, 0 to 1.
    #[must_use]
    pub fn sealed_part(&self) -> f64 {
        self.part(self.sealed)
    }

    /// Which part of the history is loaded, 0 to 1.
    #[must_use]
    pub fn loaded_part(&self) -> f64 {
        self.part(self.loaded)
    }

    fn part(&self, until: f64) -> f64 {
        let length = self.ends - self.begins;
        if length > 0.0 { ((until - self.begins) / length).clamp(0.0, 1.0) } else { 1.0 }
    }
}

/// Asks producer and tables.
pub struct History {
    metrics: String,
    http: reqwest::Client,
    store: Store,
}

impl History {
    /// Asks the producer with this admin port, and this database.
    ///
    /// # Errors
    /// Where the settings cannot work.
    pub fn new(producer: SocketAddr, store: &store::Args) -> Result<Self, crate::StackError> {
        service::install_crypto();
        let http = reqwest::Client::builder().timeout(ANSWER_WITHIN).no_proxy().build();
        Ok(Self {
            metrics: format!("http://{producer}/metrics"),
            http: http.map_err(|error| crate::StackError::Failed(error.to_string()))?,
            store: Store::connect(&store::Args { database_pool_size: 1, ..store.clone() })?,
        })
    }

    /// Where it stands; none where the producer does not say yet.
    pub async fn progress(&self) -> Option<Progress> {
        let text = self.http.get(&self.metrics).send().await.ok()?.text().await.ok()?;
        let [begins, ends, sealed] = [
            "gl_history_begins_timestamp_seconds",
            "gl_history_ends_timestamp_seconds",
            "gl_sealed_until_timestamp_seconds",
        ]
        .map(|name| gauge(&text, name));
        let (begins, ends) = (begins?, ends?);
        let loaded = self.store.loaded_until().await.ok().flatten();
        #[allow(clippy::cast_precision_loss, reason = "seconds for a progress bar")]
        let loaded = loaded.map_or(begins, |until| until.timestamp() as f64);
        let sealed = sealed.unwrap_or(begins);
        let is_complete = sealed >= ends && self.is_loaded_through(ends).await;
        Some(Progress { begins, ends, sealed, loaded, is_complete })
    }

    async fn is_loaded_through(&self, seconds: f64) -> bool {
        #[allow(clippy::cast_possible_truncation, reason = "whole seconds are exact in a float")]
        let Some(until) = DateTime::from_timestamp(seconds as i64, 0) else { return false };
        self.store.is_loaded_through(until).await.unwrap_or(false)
    }
}

/// The value of a gauge in the text form of Prometheus, whatever labels it has.
fn gauge(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?;
        rest.starts_with([' ', '{']).then_some(rest)
    })?;
    rest.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_found_by_its_whole_name() {
        let text = "# TYPE a_b gauge\na_bc 1\na_b{x=\"y z\"} 17.5\n";
        assert_eq!(gauge(text, "a_b"), Some(17.5));
        assert_eq!(gauge(text, "a"), None);
    }

    #[test]
    fn parts_of_a_history_never_leave_their_range() {
        let half = Progress { begins: 100.0, ends: 200.0, sealed: 230.0, loaded: 150.0, is_complete: false };
        assert_eq!((half.sealed_part(), half.loaded_part()), (1.0, 0.5));
    }
}
