//! Our own services as child processes.

use crate::backbone::BackboneOptions;
use crate::environment;
use crate::report::Report;
use crate::unit::{Spec, Unit};
use contract::registry::Args as RegistryArgs;
use rustix::process::Signal;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Services end within ten seconds; a little more for a busy machine.
const STOP_WITHIN: Duration = Duration::from_secs(12);

/// The programs.
pub(crate) const PROGRAMS: [&str; 3] = ["wellbook-producer", "wellbook-consumer", "wellbook-api"];

/// Who makes the ledger.
pub(crate) const PRODUCER: &str = "producer";

/// Name, program and subcommand of each service, in the order of their admin ports.
const SERVICES: [(&str, &str, &str); 4] = [
    (PRODUCER, "wellbook-producer", "run"),
    ("validator", "wellbook-consumer", "validator"),
    ("sink", "wellbook-consumer", "sink"),
    ("api", "wellbook-api", "run"),
];

/// How the parts are reached.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The brokers.
    pub kafka: kafka::Args,
    /// The registry.
    pub registry: RegistryArgs,
    /// The database.
    pub store: store::Args,
}

/// Starts all services; they find each other on topics and tables, in whatever order they come up. What cannot be
/// started is reported as failed.
pub(crate) fn start(
    options: &BackboneOptions,
    programs: &Path,
    clients: &Clients,
    run: &BTreeMap<String, String>,
    report: &Report,
) -> Vec<Unit> {
    let shared = variables(options, clients, run);
    let units = SERVICES.iter().zip(&options.ports.admin).map(|((name, program, subcommand), port)| {
        let admin = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
        let (program, shared) = (programs.join(program), shared.clone());
        let spec = Spec {
            name: (*name).to_owned(),
            command: Box::new(move || {
                let mut command = Command::new(&program);
                command.arg(subcommand).env("ADMIN_ADDRESS", admin.to_string());
                let shared = shared.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                environment::set(&mut command, shared);
                command
            }),
            log: options.folder.log(name),
            admin: Some(admin),
            probe: Box::new(move || {
                Box::pin(async move { service::admin::healthcheck(admin).await.is_ok() })
            }),
            port: admin.port(),
            stop: (Signal::TERM, STOP_WITHIN),
            on_orphan: Signal::KILL,
        };
        Unit::start(spec, report)
    });
    units.collect()
}

/// The settings that services read. What is not here comes from our own environment: log format and level, the security
/// of external brokers, keys of price services.
pub(crate) fn variables(
    options: &BackboneOptions,
    clients: &Clients,
    run: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut variables = run.clone();
    environment::hide_external(&mut variables, options.kafka.is_none(), options.registry.is_none());
    let kafka = &clients.kafka;
    let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
    set("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers.clone());
    set("KAFKA_SECURITY_PROTOCOL", kafka.security_protocol.to_string());
    set("TOPIC_PREFIX", kafka.topic_prefix.clone());
    set("SCHEMA_REGISTRY_URL", clients.registry.url.clone());
    set("DATABASE_URL", clients.store.database_url.expose_secret().to_owned());
    set("API_ADDRESS", format!("127.0.0.1:{}", options.ports.api));
    variables
}
