//! The whole stack: backbone, what the services expect to find, and the services.

use crate::analytics::Analytics;
use crate::backbone::{Backbone, BackboneOptions};
use crate::error::StackError;
use crate::prepare::prepare;
use crate::report::Report;
use crate::services::{self, Clients};
use crate::state::Endpoints;
use crate::unit::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::task::JoinSet;

/// What a stack is made of. Holds secrets of external parts: it is handed on, and not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StackOptions {
    /// Kafka, registry and Postgres.
    pub backbone: BackboneOptions,
    /// The folder of the services' programs; without one, no service is started.
    pub programs: Option<PathBuf>,
    /// Dagster's Python; without one, or without a port for it, no Dagster is started.
    pub analytics: Option<Analytics>,
    /// The run's settings, by the names of their variables.
    pub run: BTreeMap<String, String>,
    /// What every topic's name begins with.
    pub topic_prefix: String,
}

/// How external parts are spoken to; their addresses are in [`StackOptions`].
#[derive(Clone, Debug)]
pub struct Access {
    /// Security of external brokers.
    pub kafka: kafka::Args,
    /// Credentials of an external registry.
    pub registry: contract::registry::Args,
}

/// A running stack. Dropping it kills its processes; [`Stack::stop`] ends them in order.
pub struct Stack {
    backbone: Backbone,
    services: Vec<Unit>,
    clients: Clients,
}

impl Stack {
    /// Starts the backbone, prepares topics, schemas and tables, and starts the services; does not wait for these.
    ///
    /// # Errors
    /// What could not be started or prepared.
    pub async fn start(options: StackOptions, access: Access, report: &Report) -> Result<Self, StackError> {
        let StackOptions { backbone, programs, analytics, run, topic_prefix } = options;
        let backbone = Backbone::start(backbone, report).await?;
        let clients = clients(backbone.options(), backbone.endpoints(), access, &topic_prefix);
        let step = report.begin("topics, schemas, tables");
        let prepared = prepare(&clients.kafka, &clients.registry, &clients.store).await?;
        step.done(&prepared.to_string());
        let options = backbone.options();
        let mut services = match &programs {
            Some(programs) => services::start(options, programs, &clients, &run, report),
            None => Vec::new(),
        };
        if let (Some(analytics), Some(port)) = (&analytics, options.ports.dagster) {
            let variables = services::variables(options, &clients, &run);
            let spec = analytics.spec(&options.folder, port, variables, &services)?;
            services.push(Unit::start(spec, report));
        }
        Ok(Self { backbone, services, clients })
    }

    /// Where the parts are.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        self.backbone.endpoints()
    }

    /// How the parts are reached.
    #[must_use]
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Every process.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.backbone.units().chain(&self.services)
    }

    /// The process of this name: `producer`, `validator`, `sink`, `api`, `dagster`, `postgres`, `registry`, `kafka-1` …
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        self.units().find(|unit| unit.name() == name)
    }

    /// Ends the services, then the registry, then brokers and Postgres, each in bounded time.
    pub async fn stop(self) {
        let mut stopping = JoinSet::new();
        for unit in self.services {
            stopping.spawn(async move { unit.stop().await });
        }
        stopping.join_all().await;
        self.backbone.stop().await;
    }
}

/// External parts are spoken to as `access` says, embedded ones plainly.
fn clients(options: &BackboneOptions, endpoints: &Endpoints, access: Access, topic_prefix: &str) -> Clients {
    let kafka = match &options.kafka {
        Some(servers) => kafka::Args { bootstrap_servers: servers.clone(), ..access.kafka },
        None => kafka::Args::of(&endpoints.bootstrap_servers),
    };
    let url = endpoints.schema_registry.clone();
    let registry = match &options.registry {
        Some(_) => contract::registry::Args { url, ..access.registry },
        None => contract::registry::Args { url, username: None, password: None },
    };
    Clients {
        kafka: kafka.with_prefix(topic_prefix),
        registry,
        store: store::Args::of(&endpoints.database_url),
    }
}
