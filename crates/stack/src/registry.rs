//! Apicurio Registry as a child process, its schemas in our Postgres.

use crate::environment::without_ours;
use crate::error::StackError;
use crate::fetch::Install;
use crate::folder::Folder;
use crate::java::Java;
use crate::ports::Ports;
use crate::postgres::USER;
use crate::unit::Spec;
use contract::Registry;
use rustix::process::Signal;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const NAME: &str = "registry";
/// Its database on our Postgres.
pub(crate) const DATABASE: &str = "registry";
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// What makes it small and quick: 2 s and some 200 MB instead of 10 s and 250 MB.
const FLAGS: &[&str] = &[
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xmx160m",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dquarkus.http.host=127.0.0.1",
    "-Dquarkus.management.host=127.0.0.1",
    "-Dquarkus.thread-pool.max-threads=16",
    "-Dquarkus.vertx.event-loops-pool-size=2",
    "-Dquarkus.log.console.color=false",
    // Our own probes would fill the log.
    "-Dquarkus.http.access-log.enabled=false",
    "-Dapicurio.storage.kind=sql",
    "-Dapicurio.storage.sql.kind=postgresql",
    "-Dapicurio.datasource.jdbc.initial-size=1",
    "-Dapicurio.datasource.jdbc.min-size=1",
    "-Dapicurio.datasource.jdbc.max-size=8",
];

/// The address of the Confluent API on this port.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/apis/ccompat/v7")
}

/// How the registry is run, where Postgres has its database already.
pub(crate) fn spec(
    folder: &Folder,
    install: &Install,
    java: &Java,
    ports: &Ports,
    password: String,
    is_training: bool,
) -> Result<Spec, StackError> {
    let jar = install.registry_jar();
    let program = java.program.clone();
    let archive_flags = java.start_flags(&install.start_archive(java, NAME), is_training);
    let settings = [
        format!("-Dquarkus.http.port={}", ports.registry),
        format!("-Dquarkus.management.port={}", ports.registry_admin),
        format!("-Dapicurio.datasource.url=jdbc:postgresql://127.0.0.1:{}/{DATABASE}", ports.postgres),
        format!("-Dapicurio.datasource.username={USER}"),
    ];
    let client = contract::registry::Args { url: url(ports.registry), username: None, password: None };
    let client = Arc::new(Registry::new(&client)?);
    Ok(Spec {
        name: NAME.to_owned(),
        command: Box::new(move || {
            let mut command = Command::new(&program);
            command.args(FLAGS).args(&archive_flags).args(&settings).arg("-jar").arg(&jar);
            without_ours(&mut command);
            // Not on the command line, which every account of the machine can read.
            command.env("APICURIO_DATASOURCE_PASSWORD", &password);
            command
        }),
        log: folder.log(NAME),
        admin: None,
        probe: Box::new(move || {
            let client = Arc::clone(&client);
            Box::pin(async move { client.ping().await.is_ok() })
        }),
        port: ports.registry,
        stop: (Signal::TERM, STOP_WITHIN),
        on_orphan: Signal::KILL,
    })
}
