//! Wellbook on one machine: Kafka, schema registry, Postgres and the services as child processes on loopback.
//!
//! | module | does |
//! |---|---|
//! | `fetch` | gets Kafka, registry and Postgres once, by Maven, and knows whether they are whole |
//! | `java`, `preflight`, `ports`, `account` | look at the machine before anything starts |
//! | `folder` | what a stack keeps, and whose folder it is |
//! | `child`, `log`, `identity` | a process that cannot outlive us, its bounded log, and how it is told from others |
//! | `environment` | which variables of ours a child may see |
//! | `unit` | one process: started, watched, started again, ended in bounded time |
//! | `postgres`, `broker`, `registry` | how each part of the backbone is run |
//! | `backbone` | these three together |
//! | `prepare` | topics, schemas, tables: embedded or external |
//! | `services`, `analytics` | our services; Dagster beside them |
//! | `whole` | everything together |
//! | `report`, `state` | what is said of a stack |
//! | `supervise`, `control` | the process that owns a stack, and how it is started, followed and stopped |
//! | `history` | how far a run's history is sealed and loaded |
//!
//! Tests and benchmarks use the same parts as the command:
//!
//! ```no_run
//! # async fn sample() -> Result<(), stack::StackError> {
//! let install = stack::fetch(&stack::cache_folder()?, &mut |_| {})?;
//! let java = stack::Places::of_this_machine().find()?;
//! let folder = stack::Folder::at(std::path::Path::new("/tmp/sample"))?;
//! let options = stack::BackboneOptions::throw_away(folder, install, java, 3)?;
//! let backbone = stack::Backbone::start(options, &stack::Report::default()).await?;
//! backbone.unit("kafka-2").expect("one of three").kill(); // it is started again
//! backbone.stop().await;
//! # Ok(()) }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod analytics;
mod backbone;
mod broker;
mod child;
mod control;
mod environment;
mod error;
mod fetch;
mod folder;
mod history;
mod identity;
mod java;
mod log;
mod part;
mod ports;
mod postgres;
mod preflight;
mod prepare;
mod registry;
mod report;
mod services;
mod state;
mod supervise;
mod unit;
mod whole;

pub use analytics::Analytics;
pub use backbone::{Backbone, BackboneOptions};
pub use broker::{BrokerJvm, new_cluster_id};
pub use control::{Ended, follow, start_supervisor, stop};
pub use error::StackError;
pub use fetch::{Install, cache_folder, fetch};
pub use folder::{Folder, Remembered, make as make_enterable};
pub use history::{History, Progress};
pub use identity::Identity;
pub use java::{Java, Places};
pub use log::tail;
pub use part::Part;
pub use ports::{Given, Ports};
pub use preflight::{bytes_for, require_space, service_programs};
pub use prepare::{Prepared, prepare};
pub use report::{Begun, Report};
pub use services::Clients;
pub use state::{Endpoints, Phase, Service, State, Step, clear_leftovers};
pub use supervise::supervise;
pub use unit::{Unit, UnitState, UnitStatus};
pub use whole::{Access, Stack, StackOptions};
