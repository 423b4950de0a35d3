//! The consumers of the journal: one library, and one binary with a subcommand for each.
//!
//! | module | reads | writes |
//! |---|---|---|
//! | [`validator`] | submissions, reference topics | validated entries or dead letters |
//! | [`sink`] | validated entries, dead letters, seals, the run, reference topics | Postgres |
//! | [`replay`] | dead letters, submissions | submissions |
//! | [`verify`] | all of them | a report |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod metrics;
pub mod replay;
pub mod sink;
pub mod validator;
pub mod verify;

use contract::DecodeError;
use kafka::{Failure, Record};

/// The longest name of an instance: it becomes part of ids that brokers keep.
const INSTANCE_NAME_MAX: usize = 100;

fn instance_name(text: &str) -> Result<String, String> {
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > INSTANCE_NAME_MAX || !text.chars().all(takes) {
        return Err(format!("1 to {INSTANCE_NAME_MAX} letters, digits, `.`, `_` and `-` are expected"));
    }
    Ok(text.to_owned())
}

/// A record of a topic that only Wellbook writes cannot be decoded. There is no place to set it aside, and passing it over
/// would make later verdicts and rows wrong: stop.
fn undecodable(record: &Record<'_>, error: &DecodeError) -> Failure {
    undecodable_at(record.topic(), record.partition(), record.offset(), error)
}

fn undecodable_at(topic: &str, partition: i32, offset: i64, error: &DecodeError) -> Failure {
    let text = format!("topic {topic} partition {partition} offset {offset}: {error}");
    match error {
        DecodeError::RegistryUnavailable { .. } => Failure::Transient(text),
        DecodeError::UnknownSchema { .. } | DecodeError::Unreadable { .. } => Failure::Fatal(format!(
            "{text}; only Wellbook's producer writes this topic: use a TOPIC_PREFIX of its own, or the registry that \
             the record was written with"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_a_name_that_brokers_take() {
        assert_eq!(instance_name("validator-0"), Ok("validator-0".to_owned()));
        assert!(instance_name("").is_err() && instance_name("a b").is_err());
    }

    #[test]
    fn a_foreign_record_on_our_own_topic_stops_and_a_silent_registry_does_not() {
        let unreadable = DecodeError::Unreadable { detail: "x".into() };
        let stopped = undecodable_at("gl.well.v1", 0, 7, &unreadable);
        assert!(!stopped.is_transient() && stopped.to_string().contains("gl.well.v1 partition 0 offset 7"));
        let silent = DecodeError::RegistryUnavailable { id: 1, detail: "x".into() };
        assert!(undecodable_at("gl.well.v1", 0, 7, &silent).is_transient());
    }
}
