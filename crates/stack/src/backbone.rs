//! Kafka, registry and Postgres together, on loopback.

use crate::broker::{self, BrokerJvm, Brokers};
use crate::error::StackError;
use crate::fetch::Install;
use crate::folder::Folder;
use crate::java::Java;
use crate::ports::Ports;
use crate::report::Report;
use crate::state::Endpoints;
use crate::unit::{Spec, Unit};
use crate::{analytics, postgres, registry};
use kafka::Admin;
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::time::Instant;

/// A start on a busy machine, after an unclean end. Beyond this, something is wrong.
const START_WITHIN: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const BROKERS_ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// What a backbone is made of.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct BackboneOptions {
    /// Where its data is.
    pub folder: Folder,
    /// The fetched programs.
    pub install: Install,
    /// The Java to run them.
    pub java: Java,
    /// How Java runs the brokers.
    pub broker_jvm: BrokerJvm,
    /// Its ports; as many brokers as there are ports for.
    pub ports: Ports,
    /// The cluster's id, the same at each start.
    pub cluster_id: String,
    /// Brokers that are the user's own: none are embedded.
    pub kafka: Option<String>,
    /// A registry that is the user's own: none is embedded.
    pub registry: Option<String>,
    /// A Postgres that is the user's own, as a URL: none is embedded, unless the registry needs one.
    pub postgres: Option<String>,
    /// Whether to leave behind, at the end, what makes later starts faster.
    pub is_training: bool,
}

impl BackboneOptions {
    /// Everything embedded, in `folder`, on any free ports.
    ///
    /// # Errors
    /// Where there are no free ports.
    pub fn throw_away(
        folder: Folder,
        install: Install,
        java: Java,
        brokers: u16,
    ) -> Result<Self, StackError> {
        Ok(Self {
            folder,
            install,
            java,
            broker_jvm: BrokerJvm::default(),
            ports: Ports::any(brokers)?,
            cluster_id: broker::new_cluster_id(),
            kafka: None,
            registry: None,
            postgres: None,
            is_training: false,
        })
    }

    fn embeds_postgres(&self) -> bool {
        self.postgres.is_none() || self.registry.is_none()
    }

    fn bootstrap_servers(&self) -> String {
        let embedded = self.ports.kafka.iter().map(|port| format!("127.0.0.1:{port}"));
        self.kafka.clone().unwrap_or_else(|| embedded.collect::<Vec<_>>().join(","))
    }
}

/// A running backbone. Dropping it kills its processes; [`Backbone::stop`] ends them in order.
pub struct Backbone {
    options: BackboneOptions,
    endpoints: Endpoints,
    postgres: Option<Unit>,
    registry: Option<Unit>,
    brokers: Vec<Unit>,
}

impl Backbone {
    /// Starts what is embedded, side by side, and returns when everything answers.
    ///
    /// # Errors
    /// What could not be started, with its last words.
    pub async fn start(options: BackboneOptions, report: &Report) -> Result<Self, StackError> {
        service::install_crypto();
        options.ports.hold();
        crate::folder::make(options.folder.path())?;
        crate::folder::make(&options.folder.logs())?;
        if options.is_training {
            crate::folder::make(
                options
                    .install
                    .start_archive(&options.java, "kafka")
                    .parent()
                    .unwrap_or(options.folder.path()),
            )?;
        }
        let ((postgres, registry, database_url), brokers) =
            tokio::try_join!(start_databases(&options, report), start_brokers(&options, report))?;
        let endpoints = Endpoints {
            bootstrap_servers: options.bootstrap_servers(),
            schema_registry: options
                .registry
                .clone()
                .unwrap_or_else(|| registry::url(options.ports.registry)),
            database_url,
            api: format!("http://127.0.0.1:{}", options.ports.api),
            dagster: options.ports.dagster.map(analytics::url),
        };
        Ok(Self { options, endpoints, postgres, registry, brokers })
    }

    /// Where the parts are.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What it is made of.
    #[must_use]
    pub fn options(&self) -> &BackboneOptions {
        &self.options
    }

    /// The embedded processes.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.postgres.iter().chain(&self.registry).chain(&self.brokers)
    }

    /// The process of this name: `postgres`, `registry`, `kafka-1` …
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        self.units().find(|unit| unit.name() == name)
    }

    /// Ends everything in bounded time: the registry, then brokers and Postgres.
    pub async fn stop(self) {
        if let Some(registry) = &self.registry {
            registry.stop().await;
        }
        let mut stopping = tokio::task::JoinSet::new();
        for unit in self.brokers.into_iter().chain(self.postgres) {
            stopping.spawn(async move { unit.stop().await });
        }
        stopping.join_all().await;
        if self.options.is_training {
            keep_start_archives(&self.options);
        }
    }
}

/// What the training left is whole: the processes have ended by themselves.
fn keep_start_archives(options: &BackboneOptions) {
    for name in ["kafka", registry::NAME] {
        let archive = options.install.start_archive(&options.java, name);
        // Without it the next start takes a second longer.
        let _ = std::fs::rename(crate::java::unfinished(&archive), &archive);
    }
}

/// Prepares a process on a thread where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StackError> + Send + 'static,
) -> Result<T, StackError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StackError::failed(format!("a preparing thread failed: {error}")))?
}

/// Postgres, its databases, and then the registry that keeps its schemas there.
async fn start_databases(
    options: &BackboneOptions,
    report: &Report,
) -> Result<(Option<Unit>, Option<Unit>, String), StackError> {
    let mut database_url = options.postgres.clone().unwrap_or_default();
    let mut postgres_unit = None;
    if options.embeds_postgres() {
        let step = report.begin("Postgres");
        let unit = start_postgres(options, report).await?;
        unit.ready(START_WITHIN).await?;
        let password = options.folder.password()?;
        let maintenance =
            format!("postgres://{}:{password}@127.0.0.1:{}/postgres", postgres::USER, options.ports.postgres);
        let ledger = create_database(&maintenance, postgres::USER).await?;
        if options.registry.is_none() {
            create_database(&maintenance, registry::DATABASE).await?;
        }
        if options.postgres.is_none() {
            database_url = ledger;
        }
        step.done(&format!("127.0.0.1:{}", options.ports.postgres));
        postgres_unit = Some(unit);
    }
    if options.registry.is_some() {
        return Ok((postgres_unit, None, database_url));
    }
    let step = report.begin("registry");
    let spec = registry::spec(
        &options.folder,
        &options.install,
        &options.java,
        &options.ports,
        options.folder.password()?,
        options.is_training,
    )?;
    let unit = Unit::start(spec, report);
    unit.ready(START_WITHIN).await?;
    step.done(&format!("127.0.0.1:{}", options.ports.registry));
    Ok((postgres_unit, Some(unit), database_url))
}

async fn start_postgres(options: &BackboneOptions, report: &Report) -> Result<Unit, StackError> {
    let (folder, install, port) = (options.folder.clone(), options.install.clone(), options.ports.postgres);
    blocking(move || postgres::prepare(&folder, &install, port)).await.map(|spec| Unit::start(spec, report))
}

/// A Postgres that recovers from an unclean end answers before it takes sessions.
async fn create_database(maintenance: &str, name: &str) -> Result<String, StackError> {
    let deadline = Instant::now() + START_WITHIN;
    loop {
        match store::create_database(&store::Args::of(maintenance), name).await {
            Ok(args) => return Ok(args.database_url.expose_secret().to_owned()),
            Err(error) if error.is_transient() && Instant::now() < deadline => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn start_brokers(options: &BackboneOptions, report: &Report) -> Result<Vec<Unit>, StackError> {
    if options.kafka.is_some() {
        return Ok(Vec::new());
    }
    let step = report.begin("Kafka");
    let count = u16::try_from(options.ports.kafka.len()).unwrap_or(u16::MAX);
    let mut preparing = tokio::task::JoinSet::new();
    for number in 1..=count {
        let options = options.clone();
        preparing.spawn(blocking(move || prepare_broker(&options, number)));
    }
    let mut units = Vec::new();
    while let Some(prepared) = preparing.join_next().await {
        let spec =
            prepared.map_err(|error| StackError::failed(format!("preparing a broker failed: {error}")))??;
        units.push(Unit::start(spec, report));
    }
    units.sort_by(|a, b| a.name().cmp(b.name()));
    for unit in &units {
        unit.ready(START_WITHIN).await?;
    }
    until_all_joined(options, usize::from(count)).await?;
    step.done(&options.bootstrap_servers());
    Ok(units)
}

fn prepare_broker(options: &BackboneOptions, number: u16) -> Result<Spec, StackError> {
    let brokers = Brokers {
        folder: &options.folder,
        install: &options.install,
        java: &options.java,
        jvm: options.broker_jvm,
        ports: &options.ports,
        cluster_id: &options.cluster_id,
        is_training: options.is_training,
    };
    brokers.prepare(number)
}

/// A broker answers before the controller lets it take part.
async fn until_all_joined(options: &BackboneOptions, count: usize) -> Result<(), StackError> {
    let admin = Admin::new(&kafka::Args::of(&options.bootstrap_servers()))?;
    let deadline = Instant::now() + START_WITHIN;
    loop {
        let outcome = match admin.broker_count(BROKERS_ANSWER_WITHIN).await {
            Ok(there) if there >= count => return Ok(()),
            Ok(there) => format!("{there} of {count} brokers have joined"),
            Err(failure) => failure.to_string(),
        };
        if Instant::now() > deadline {
            return Err(StackError::failed(format!(
                "Kafka did not become whole within {} s: {outcome}; its logs are in {}",
                START_WITHIN.as_secs(),
                options.folder.logs().display()
            )));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
