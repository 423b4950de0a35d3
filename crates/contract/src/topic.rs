//! The topics: name, partitions, clean-up and schema of each, standing once.

use std::fmt;

/// Partitions of the raw, validated, dead-letter and validator-state topics: fixed for version 1, because a position has
/// a place for each.
pub const ENTRY_PARTITIONS: usize = 6;

/// Whether a topic keeps all records or the newest per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// All records, as long as retention allows; by default for ever.
    Delete,
    /// The newest record per key.
    Compact,
}

macro_rules! topics {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $partitions:expr, $cleanup:ident, $schema:expr;)+) => {
        /// A topic of version 1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Topic { $($(#[$doc])* $variant),+ }

        impl Topic {
            /// Every topic.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name without a prefix.
            #[must_use]
            pub const fn base_name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How many partitions it has.
            #[must_use]
            pub const fn partitions(self) -> i32 {
                match self { $(Self::$variant => $partitions),+ }
            }

            /// What is kept of it.
            #[must_use]
            pub const fn cleanup(self) -> Cleanup {
                match self { $(Self::$variant => Cleanup::$cleanup),+ }
            }

            /// The Avro schema of its values, as JSON text; none where values are not ours to describe.
            #[must_use]
            pub const fn schema(self) -> Option<&'static str> {
                match self { $(Self::$variant => $schema),+ }
            }
        }
    };
}

const ENTRIES: i32 = ENTRY_PARTITIONS as i32;

macro_rules! avsc {
    ($name:literal) => {
        Some(include_str!(concat!("../../../schemas/", $name, ".avsc")))
    };
}

topics! {
    /// Submissions as they were made.
    JournalEntryRaw = "gl.journal-entry.raw.v1", ENTRIES, Delete, avsc!("gl.journal-entry.v1");
    /// Accepted entries, byte for byte as submitted.
    JournalEntryValidated = "gl.journal-entry.validated.v1", ENTRIES, Delete, avsc!("gl.journal-entry.v1");
    /// Rejected submissions, byte for byte, with the reason in their headers.
    JournalEntryDlq = "gl.journal-entry.dlq.v1", ENTRIES, Delete, None;
    /// What the validator remembers of accepted entries; its own business.
    ValidatorState = "gl.validator-state.v1", ENTRIES, Compact, None;
    /// Control totals and digests of each batch.
    BatchSeal = "gl.batch-seal.v1", 1, Delete, avsc!("gl.batch-seal.v1");
    /// Ground truth of planted faults.
    InjectedFault = "gl.injected-fault.v1", 1, Delete, avsc!("gl.injected-fault.v1");
    /// Genesis and anchors.
    Run = "gl.run.v1", 1, Compact, avsc!("gl.run.v1");
    /// Companies.
    Company = "gl.company.v1", 1, Compact, avsc!("gl.company.v1");
    /// Chart of accounts.
    Account = "gl.account.v1", 1, Compact, avsc!("gl.account.v1");
    /// Fiscal periods.
    Period = "gl.period.v1", 1, Compact, avsc!("gl.period.v1");
    /// Wells.
    Well = "gl.well.v1", 1, Compact, avsc!("gl.well.v1");
    /// Leases.
    Lease = "gl.lease.v1", 1, Compact, avsc!("gl.lease.v1");
    /// Owners.
    Owner = "gl.owner.v1", 1, Compact, avsc!("gl.owner.v1");
    /// Vendors, purchasers, partners.
    Counterparty = "gl.counterparty.v1", 1, Compact, avsc!("gl.counterparty.v1");
    /// Who is paid for a well's product.
    OwnerDeck = "gl.owner-deck.v1", 1, Compact, avsc!("gl.owner-deck.v1");
    /// Who bears a property's cost.
    JibDeck = "gl.jib-deck.v1", 1, Compact, avsc!("gl.jib-deck.v1");
    /// Authorisations for expenditure.
    Afe = "gl.afe.v1", 1, Compact, avsc!("gl.afe.v1");
    /// Cost centres.
    CostCenter = "gl.cost-center.v1", 1, Compact, avsc!("gl.cost-center.v1");
    /// Tax rates by statute.
    TaxRate = "gl.tax-rate.v1", 1, Compact, avsc!("gl.tax-rate.v1");
    /// Monthly production.
    Production = "gl.production.v1", 1, Compact, avsc!("gl.production.v1");
    /// Reserves.
    Reserve = "gl.reserve.v1", 1, Compact, avsc!("gl.reserve.v1");
    /// Market prices.
    MarketPrice = "gl.market-price.v1", 1, Compact, avsc!("gl.market-price.v1");
}

impl Topic {
    /// The reference topics, in the order in which their records may point at each other.
    pub const REFERENCE: &'static [Self] = &[
        Self::Company,
        Self::Account,
        Self::Period,
        Self::CostCenter,
        Self::TaxRate,
        Self::Lease,
        Self::Well,
        Self::Owner,
        Self::Counterparty,
        Self::OwnerDeck,
        Self::JibDeck,
        Self::Afe,
        Self::Production,
        Self::Reserve,
        Self::MarketPrice,
    ];

    /// The largest batch of records. 999 lines with every field filled stay below half of it. What the validator writes
    /// may be twice as large as what it reads: a dead letter carries more headers and is compressed alone, and a
    /// submission that could be made must also be possible to reject.
    const fn record_bytes_max(self) -> u32 {
        match self {
            Self::JournalEntryValidated | Self::JournalEntryDlq => 2_097_152,
            _ => 1_048_588,
        }
    }

    /// The topic's settings on the broker. Record timestamps are the producer's wall clock, because retention counts
    /// from them; by default nothing ever expires: this is a ledger.
    #[must_use]
    pub fn config(self) -> Vec<(&'static str, String)> {
        let cleanup = match self.cleanup() {
            Cleanup::Delete => "delete",
            Cleanup::Compact => "compact",
        };
        vec![
            ("cleanup.policy", cleanup.to_owned()),
            ("retention.ms", "-1".to_owned()),
            ("retention.bytes", "-1".to_owned()),
            ("message.timestamp.type", "CreateTime".to_owned()),
            ("max.message.bytes", self.record_bytes_max().to_string()),
            // Batches keep the compression that their producer chose.
            ("compression.type", "producer".to_owned()),
        ]
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.base_name())
    }
}

/// Names of topics and subjects under a prefix, so that several runs can share one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicNames {
    prefix: String,
}

impl TopicNames {
    /// Names that begin with `prefix`, which may be empty.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// The prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The topic's full name.
    #[must_use]
    pub fn name(&self, topic: Topic) -> String {
        format!("{}{}", self.prefix, topic.base_name())
    }

    /// The registry subject of the topic's values (topic name strategy).
    #[must_use]
    pub fn subject(&self, topic: Topic) -> String {
        format!("{}{}-value", self.prefix, topic.base_name())
    }

    /// The topic with this full name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<Topic> {
        let base = name.strip_prefix(&self.prefix)?;
        Topic::ALL.iter().copied().find(|topic| topic.base_name() == base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_prefix_and_lead_back_to_their_topic() {
        let names = TopicNames::new("blue.");
        for topic in Topic::ALL.iter().copied() {
            assert_eq!(names.topic(&names.name(topic)), Some(topic));
            assert_eq!(names.subject(topic), format!("blue.{topic}-value"));
        }
        assert_eq!(names.topic("gl.run.v1"), None);
    }

    #[test]
    fn every_reference_topic_is_compacted_and_described() {
        assert_eq!(Topic::REFERENCE.len(), 15);
        for topic in Topic::REFERENCE {
            assert_eq!((topic.cleanup(), topic.partitions()), (Cleanup::Compact, 1), "{topic}");
            assert!(topic.schema().is_some(), "{topic}");
        }
    }
}
