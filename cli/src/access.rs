//! How external parts are spoken to: by the same variables as the services.

use crate::arguments::PlaceArgs;
use crate::{failure, place};
use clap::Parser;
use secrecy::ExposeSecret;
use service::exit::WrongSettings;
use service::settings::{Refusal, read};
use stack::{Access, Endpoints, Remembered};
use std::ffi::OsString;

#[derive(Parser)]
struct Brokers {
    #[arg(long, env = "KAFKA_BOOTSTRAP_SERVERS")]
    kafka: Option<String>,
}

#[derive(Parser)]
struct Environment {
    #[command(flatten)]
    kafka: kafka::Args,
    #[command(flatten)]
    registry: contract::registry::Args,
}

/// What the environment and `.env` say.
///
/// # Errors
/// Every variable that is wrong.
pub fn from_environment() -> anyhow::Result<Access> {
    let Environment { kafka, registry } = environment()?;
    Ok(Access { kafka, registry })
}

fn environment<P: Parser>() -> anyhow::Result<P> {
    match read(vec![OsString::from("wellbook")]) {
        Ok(settings) => Ok(settings),
        Err(Refusal::Variables(problems)) => Err(WrongSettings(problems.join("\n")).into()),
        Err(Refusal::Usage(error)) => Err(WrongSettings(error.to_string()).into()),
    }
}

/// How Kafka and the registry are spoken to: those of the stack that is meant, or, where there is none, those that the
/// environment names.
///
/// # Errors
/// Where there is neither, or the stack does not run.
pub fn to_stack_or_external(place: &PlaceArgs) -> anyhow::Result<(kafka::Args, contract::registry::Args)> {
    let is_known = place::folder(place)?.remembered().map_err(failure)?.is_some();
    if !is_known && environment::<Brokers>()?.kafka.is_some() {
        let access = from_environment()?;
        return Ok((access.kafka, access.registry));
    }
    let (_, remembered, state) = place::running(place)?;
    let (kafka, registry, _) = to(&remembered, &state.endpoints)?;
    Ok((kafka, registry))
}

/// The same as variables, for the supervisor and its services.
#[must_use]
pub fn variables(access: &Access) -> Vec<(&'static str, String)> {
    let (kafka, registry) = (&access.kafka, &access.registry);
    let text = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let secret = |secret: &Option<secrecy::SecretString>| {
        secret.as_ref().map(|secret| secret.expose_secret().to_owned())
    };
    let all = [
        ("KAFKA_SECURITY_PROTOCOL", Some(kafka.security_protocol.to_string())),
        ("KAFKA_SASL_MECHANISM", kafka.sasl_mechanism.clone()),
        ("KAFKA_SASL_USERNAME", kafka.sasl_username.clone()),
        ("KAFKA_SASL_PASSWORD", secret(&kafka.sasl_password)),
        ("KAFKA_SSL_CA_LOCATION", text(&kafka.ssl_ca_location)),
        ("KAFKA_PROPERTIES_FILE", text(&kafka.properties_file)),
        ("SCHEMA_REGISTRY_USERNAME", registry.username.clone()),
        ("SCHEMA_REGISTRY_PASSWORD", secret(&registry.password)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// How the parts of a running stack are spoken to.
///
/// # Errors
/// Every variable that is wrong.
pub fn to(
    remembered: &Remembered,
    endpoints: &Endpoints,
) -> anyhow::Result<(kafka::Args, contract::registry::Args, store::Args)> {
    let access = from_environment()?;
    let servers = endpoints.bootstrap_servers.clone();
    let kafka = match &remembered.kafka {
        Some(_) => kafka::Args { bootstrap_servers: servers, ..access.kafka },
        None => kafka::Args::of(&servers),
    };
    let url = endpoints.schema_registry.clone();
    let registry = match &remembered.registry {
        Some(_) => contract::registry::Args { url, ..access.registry },
        None => contract::registry::Args { url, username: None, password: None },
    };
    Ok((kafka.with_prefix(&remembered.topic_prefix), registry, store::Args::of(&endpoints.database_url)))
}
