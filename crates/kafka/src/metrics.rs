//! The metrics of this crate.

use metrics::{describe_gauge, gauge};
use rdkafka::Statistics;

/// Records that a consumer has yet to read, by topic and partition. Counts what is committed: records of open
/// transactions are not there yet, and markers of transactions are no records to wait for.
const LAG: &str = "gl_consumer_lag_records";

/// Reports how far a consumer is behind, from the client's own statistics: asks the brokers nothing.
#[derive(Debug)]
pub(crate) struct Lag {
    group: String,
}

impl Lag {
    pub(crate) fn new(group: &str) -> Self {
        describe_gauge!(
            LAG,
            metrics::Unit::Count,
            "Records committed and not yet read, by topic and partition"
        );
        Self { group: group.to_owned() }
    }

    pub(crate) fn set(&self, statistics: &Statistics) {
        for (topic, statistics) in &statistics.topics {
            for partition in statistics.partitions.values() {
                // The library lists a partition −1 for what it cannot place, and offsets below 0 before it has asked.
                if partition.partition < 0 || partition.ls_offset < 0 || partition.app_offset < 0 {
                    continue;
                }
                let labels = [
                    ("group", self.group.clone()),
                    ("topic", topic.clone()),
                    ("partition", partition.partition.to_string()),
                ];
                gauge!(LAG, &labels).set(behind(partition.ls_offset, partition.app_offset) as f64);
            }
        }
    }
}

fn behind(last_stable_offset: i64, position: i64) -> i64 {
    (last_stable_offset - position).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_that_is_ahead_of_old_statistics_is_not_behind() {
        assert_eq!((behind(10, 4), behind(10, 10), behind(10, 12)), (6, 0, 0));
    }
}
