//! Which variables of our own environment a child may see: settings of external parts are not for embedded ones.

use std::collections::BTreeMap;
use std::process::Command;

/// Secrets; each can also be given as `NAME_FILE`, the path of a file that holds it, but not both ways at once.
const SECRETS: [&str; 4] = ["DATABASE_URL", "EIA_API_KEY", "KAFKA_SASL_PASSWORD", "SCHEMA_REGISTRY_PASSWORD"];
/// How an external Kafka is spoken to, beside its security protocol.
const OF_EXTERNAL_KAFKA: [&str; 6] = [
    "KAFKA_SASL_MECHANISM",
    "KAFKA_SASL_USERNAME",
    "KAFKA_SASL_PASSWORD",
    "KAFKA_SASL_PASSWORD_FILE",
    "KAFKA_SSL_CA_LOCATION",
    "KAFKA_PROPERTIES_FILE",
];
/// How an external registry is spoken to.
const OF_EXTERNAL_REGISTRY: [&str; 3] =
    ["SCHEMA_REGISTRY_USERNAME", "SCHEMA_REGISTRY_PASSWORD", "SCHEMA_REGISTRY_PASSWORD_FILE"];

fn file_variable(secret: &str) -> String {
    format!("{secret}_FILE")
}

/// Sets variables; a secret that is set plainly is no longer given by a file as well.
pub(crate) fn set<'v>(command: &mut Command, variables: impl IntoIterator<Item = (&'v str, &'v str)>) {
    for (name, value) in variables {
        command.env(name, value);
        if SECRETS.contains(&name) && !value.is_empty() {
            command.env_remove(file_variable(name));
        }
    }
}

/// Empties what is meant for external parts and would mislead the clients of embedded ones. An empty variable, unlike one that
/// is not there, also hides what `.env` says.
pub(crate) fn hide_external(
    variables: &mut BTreeMap<String, String>,
    has_own_kafka: bool,
    has_own_registry: bool,
) {
    let kafka = OF_EXTERNAL_KAFKA.into_iter().filter(|_| has_own_kafka);
    let registry = OF_EXTERNAL_REGISTRY.into_iter().filter(|_| has_own_registry);
    variables.extend(kafka.chain(registry).map(|name| (name.to_owned(), String::new())));
}

/// Takes away what would send a client of Postgres elsewhere than `DATABASE_URL` does.
pub(crate) fn without_libpq(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
        command.env_remove(name);
    }
}

/// Takes away every secret and setting of ours: the programs of the backbone have no use for them.
pub(crate) fn without_ours(command: &mut Command) {
    for name in OF_EXTERNAL_KAFKA.into_iter().chain(OF_EXTERNAL_REGISTRY).chain(["KAFKA_SECURITY_PROTOCOL"]) {
        command.env_remove(name);
    }
    for secret in SECRETS {
        command.env_remove(secret).env_remove(file_variable(secret));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    fn value<'c>(command: &'c Command, name: &str) -> Option<Option<&'c OsStr>> {
        command.get_envs().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    #[test]
    fn a_secret_that_is_handed_on_plainly_is_not_handed_on_by_its_file_too() {
        let mut command = Command::new("true");
        set(&mut command, [("DATABASE_URL", "postgres://x"), ("SPEED", "2"), ("KAFKA_SASL_PASSWORD", "")]);
        assert_eq!(value(&command, "DATABASE_URL_FILE"), Some(None));
        assert_eq!(value(&command, "DATABASE_URL"), Some(Some(OsStr::new("postgres://x"))));
        assert_eq!(value(&command, "SPEED_FILE"), None);
        assert_eq!(value(&command, "KAFKA_SASL_PASSWORD_FILE"), None);
    }

    #[test]
    fn only_clients_of_an_embedded_part_are_spared_the_settings_of_an_external_one() {
        let mut variables = BTreeMap::new();
        hide_external(&mut variables, true, false);
        assert_eq!(variables.get("KAFKA_PROPERTIES_FILE").map(String::as_str), Some(""));
        assert!(!variables.contains_key("SCHEMA_REGISTRY_PASSWORD"));
        hide_external(&mut variables, false, true);
        assert_eq!(variables.get("SCHEMA_REGISTRY_PASSWORD_FILE").map(String::as_str), Some(""));
    }
}
