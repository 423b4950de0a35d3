//! What can go wrong, sorted by what to do about it.

use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// Why something did not work. Every text names the broker or topic and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Brokers, network, or a state that passes: try again after a while.
    #[error("{0}")]
    Transient(String),
    /// This record alone cannot be dealt with; trying again changes nothing.
    #[error("{0}")]
    Invalid(String),
    /// Stop, without committing: settings, rights, another instance, lost data.
    #[error("{0}")]
    Fatal(String),
}

/// What to do about a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Try again after a while.
    Transient,
    /// Set the record aside and go on.
    Invalid,
    /// Stop.
    Fatal,
}

impl Failure {
    /// A failure that may pass.
    pub fn transient(text: impl Into<String>) -> Self {
        Self::Transient(text.into())
    }

    /// A failure of one record.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    /// A failure that stops.
    pub fn fatal(text: impl Into<String>) -> Self {
        Self::Fatal(text.into())
    }

    /// What to do about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Transient(_) => Class::Transient,
            Self::Invalid(_) => Class::Invalid,
            Self::Fatal(_) => Class::Fatal,
        }
    }

    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Transient(_))
    }

    /// What the client library reports about `what`, such as `topic gl.run.v1`, at `brokers`.
    pub(crate) fn of(brokers: &str, what: &str, error: &KafkaError) -> Self {
        let code = code_of(error);
        let advice = code.map_or("", advice);
        let text = format!("Kafka {brokers}: {what}: {}{advice}", describe(error));
        match code.map_or(Class::Fatal, class_of) {
            Class::Transient => Self::Transient(text),
            Class::Invalid => Self::Invalid(text),
            Class::Fatal => Self::Fatal(text),
        }
    }
}

/// The library's text, without the values of settings that it would quote.
fn describe(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, _, name, _) => format!("setting `{name}` is not accepted"),
        KafkaError::Transaction(error) => error.string(),
        other => other.to_string(),
    }
}

/// The code behind an error; none for settings and misuse.
pub(crate) fn code_of(error: &KafkaError) -> Option<Code> {
    match error {
        KafkaError::Transaction(error) => Some(error.code()),
        KafkaError::Canceled | KafkaError::NoMessageReceived => Some(Code::OperationTimedOut),
        // These two carry only a text: the client has no assignment that fits, or lost its brokers meanwhile.
        KafkaError::Seek(_) | KafkaError::PauseResume(_) => Some(Code::State),
        other => other.rdkafka_error_code(),
    }
}

/// What to do about an error code. Whatever is not known to stop is worth another try: nothing is lost by waiting, and
/// the reason is logged each time.
pub(crate) const fn class_of(code: Code) -> Class {
    match code {
        Code::MessageSizeTooLarge
        | Code::InvalidMessageSize
        | Code::InvalidMessage
        | Code::InvalidTimestamp => Class::Invalid,
        Code::Authentication
        | Code::SSL
        | Code::SaslAuthenticationFailed
        | Code::UnsupportedSASLMechanism
        | Code::IllegalSASLState
        | Code::SecurityDisabled
        | Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed
        | Code::Fenced
        | Code::InvalidProducerEpoch
        | Code::OffsetOutOfRange
        | Code::AutoOffsetReset
        | Code::InconsistentGroupProtocol
        | Code::InvalidGroupId
        | Code::InvalidSessionTimeout
        | Code::InvalidTransactionTimeout
        | Code::InvalidTopic
        | Code::InvalidConfig
        | Code::InvalidArgument
        | Code::InvalidReplicationFactor
        | Code::PolicyViolation
        | Code::TopicDeletionDisabled
        | Code::UnsupportedVersion
        | Code::UnsupportedFeature
        | Code::NotImplemented => Class::Fatal,
        _ => Class::Transient,
    }
}

const fn advice(code: Code) -> &'static str {
    match code {
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::OperationTimedOut
        | Code::BrokerNotAvailable
        | Code::NetworkException => "; are the brokers up, and is KAFKA_BOOTSTRAP_SERVERS right?",
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            "; create the topics with `wellbook init`, and check TOPIC_PREFIX"
        }
        Code::Authentication | Code::SaslAuthenticationFailed | Code::UnsupportedSASLMechanism => {
            "; check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
        }
        Code::SSL => "; check KAFKA_SECURITY_PROTOCOL and KAFKA_SSL_CA_LOCATION",
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed => "; grant this user the right on the cluster",
        Code::Fenced | Code::InvalidProducerEpoch => {
            "; another process runs under this instance name, or this one was stopped for too long: give each its own \
             WELLBOOK_INSTANCE, or start it again"
        }
        Code::OffsetOutOfRange | Code::AutoOffsetReset => {
            "; the topic does not hold the records to read next: it was deleted and made anew, or retention removed \
             records that were never read"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_sorted_by_what_to_do_about_them() {
        for (code, class) in [
            (Code::BrokerTransportFailure, Class::Transient),
            (Code::NotEnoughReplicas, Class::Transient),
            (Code::RebalanceInProgress, Class::Transient),
            (Code::UnknownTopicOrPartition, Class::Transient),
            (Code::MessageSizeTooLarge, Class::Invalid),
            (Code::Fenced, Class::Fatal),
            (Code::AutoOffsetReset, Class::Fatal),
            (Code::TopicAuthorizationFailed, Class::Fatal),
        ] {
            let failure = Failure::of("b:1", "topic t", &KafkaError::MessageConsumption(code));
            assert_eq!(failure.class(), class, "{code:?}");
            assert!(failure.to_string().contains("b:1") && failure.to_string().contains("topic t"));
        }
    }

    #[test]
    fn a_wrong_setting_is_named_without_its_value() {
        let error = rdkafka::ClientConfig::new().set("batch.size", "hunter2").create_native_config();
        let failure = Failure::of("b:1", "settings", &error.err().unwrap());
        assert_eq!(failure.class(), Class::Fatal);
        let text = failure.to_string();
        assert!(text.contains("batch.size") && !text.contains("hunter2"), "{text}");
    }
}
