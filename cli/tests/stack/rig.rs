//! A machine of a test's own: the whole stack, on free ports, in a folder that goes with it.

use consumers::replay::{Choice, Outcome};
use consumers::verify;
use contract::{Topic, TopicNames};
use kafka::{Admin, Failure, Reader, Record, Start};
use secrecy::ExposeSecret;
use stack::{Access, BackboneOptions, Folder, Report, Stack, StackOptions};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// A condition that is not met within this time never will be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// The folder of the programs that this test's build made.
pub(crate) fn programs() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_wellbook")).parent().unwrap().to_owned()
}

/// The root of the checkout.
pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// An embedded backbone in `folder`, on any free ports.
pub(crate) fn throw_away(folder: &Path) -> BackboneOptions {
    let install = stack::fetch(&stack::cache_folder().unwrap(), &mut |_| {}).unwrap();
    let java = stack::Places::of_this_machine().find().unwrap();
    BackboneOptions::throw_away(Folder::at(folder).unwrap(), install, java, 1).unwrap()
}

pub(crate) struct Machine {
    stack: Option<Stack>,
    admin: Admin,
    store: Store,
    names: TopicNames,
    runtime: Runtime,
    folder: TempDir,
}

impl Machine {
    /// A running stack with these settings of the run.
    pub(crate) fn with_services(run: BTreeMap<String, String>) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = StackOptions {
            backbone: throw_away(&folder.path().join("stack")),
            programs: Some(programs()),
            analytics: None,
            run,
            topic_prefix: String::new(),
        };
        let access = Access {
            kafka: kafka::Args::of("127.0.0.1:1"),
            registry: contract::registry::Args { url: String::new(), username: None, password: None },
        };
        let stack = runtime.block_on(Stack::start(options, access, &Report::default())).unwrap();
        let clients = stack.clients();
        let admin = Admin::new(&clients.kafka).unwrap();
        let store = Store::connect(&clients.store).unwrap();
        let names = TopicNames::new(&clients.kafka.topic_prefix);
        Self { stack: Some(stack), admin, store, names, runtime, folder }
    }

    pub(crate) fn stack(&self) -> &Stack {
        self.stack.as_ref().unwrap()
    }

    /// What stands at an address of a running service.
    pub(crate) fn get(&self, address: &str) -> String {
        self.runtime
            .block_on(async { reqwest::get(address).await?.error_for_status()?.text().await })
            .unwrap()
    }

    /// Kills a service with SIGKILL and waits until it is back.
    pub(crate) fn kill(&self, service: &str) {
        let unit = self.stack().unit(service).unwrap();
        let before = unit.status().restarts;
        unit.kill();
        self.wait_until("a killed service is started again", || unit.status().restarts > before);
        self.runtime.block_on(unit.ready(PATIENCE)).unwrap();
    }

    pub(crate) fn stop(&self, service: &str) {
        self.runtime.block_on(self.stack().unit(service).unwrap().stop());
    }

    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(
                Instant::now() < deadline,
                "{what}: not within {} s\n{}",
                PATIENCE.as_secs(),
                self.last_words()
            );
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    fn last_words(&self) -> String {
        let logs = ["producer", "validator", "sink", "api"].map(|name| {
            let path = self.folder.path().join("stack/logs").join(format!("{name}.log"));
            format!("{name}:\n{}", stack::tail(&path, 8).join("\n"))
        });
        logs.join("\n")
    }

    /// Waits until more stands on a topic than now.
    pub(crate) fn wait_for_growth(&self, topic: Topic) {
        let name = self.names.name(topic);
        let length = || self.admin.end_offsets(&name).unwrap().iter().map(|(_, end)| end).sum::<i64>();
        let before = length();
        self.wait_until(&format!("{topic} grows"), || length() > before);
    }

    /// Reads what is committed on a topic.
    pub(crate) fn read(&self, topic: Topic, mut take: impl FnMut(&Record<'_>)) {
        let name = self.names.name(topic);
        let starts: Vec<_> =
            (0..topic.partitions()).map(|partition| (name.clone(), partition, Start::Beginning)).collect();
        let mut reader = Reader::open(&self.stack().clients().kafka, &starts).unwrap();
        let outcome = reader.read_to_end::<Failure>(|record| {
            take(record);
            Ok(())
        });
        outcome.unwrap();
    }

    /// Waits until more of the validated topic is loaded than now.
    pub(crate) fn wait_for_rows_to_grow(&self) {
        let loaded = || {
            let offsets = self.runtime.block_on(self.store.ingest_offsets()).unwrap();
            let validated = offsets.iter().filter(|((topic, _), _)| *topic == Topic::JournalEntryValidated);
            validated.map(|(_, next)| next).sum::<i64>()
        };
        let before = loaded();
        self.wait_until("staging grows", || loaded() > before);
    }

    fn verify_args(&self, wait: u64) -> verify::Args {
        let clients = self.stack().clients();
        verify::Args {
            kafka: clients.kafka.clone(),
            registry: clients.registry.clone(),
            store: clients.store.clone(),
            json: false,
            wait: Some(wait),
            dbt_schema_prefix: String::new(),
        }
    }

    /// Reconciles all stages, when validator and sink have passed the newest seal.
    pub(crate) fn prove(&self) -> verify::Report {
        let (args, never) = (self.verify_args(PATIENCE.as_secs()), CancellationToken::new());
        self.runtime
            .block_on(verify::prove(&args, &never))
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.last_words()))
    }

    /// Submits chosen dead letters again.
    pub(crate) fn replay(&self, choice: Choice) -> Outcome {
        let clients = self.stack().clients();
        let (kafka, registry) = (clients.kafka.clone(), clients.registry.clone());
        let args = consumers::replay::Args { kafka, registry, choice };
        self.runtime.block_on(consumers::replay::submit(args, CancellationToken::new())).unwrap()
    }

    /// The settings that other tools need, as environment variables.
    pub(crate) fn environment(&self) -> [(&'static str, String); 4] {
        let clients = self.stack().clients();
        [
            ("KAFKA_BOOTSTRAP_SERVERS", clients.kafka.bootstrap_servers.clone()),
            ("SCHEMA_REGISTRY_URL", clients.registry.url.clone()),
            ("DATABASE_URL", clients.store.database_url.expose_secret().to_owned()),
            ("TOPIC_PREFIX", clients.kafka.topic_prefix.clone()),
        ]
    }

    /// Runs a program with the stack's addresses in its environment, and gives what it printed.
    pub(crate) fn run(&self, command: &mut Command) -> String {
        let output = command.envs(self.environment()).current_dir(self.folder.path()).output().unwrap();
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command:?}: {}\n{out}\n{error}", output.status);
        out.into_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(stack) = self.stack.take() {
            self.runtime.block_on(stack.stop());
        }
    }
}
