//! REST, the live feed, and the page that shows it.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | the settings |
//! | `server` | the listener: bounds, time-outs, an orderly end |
//! | `router`, `layers`, [`openapi`] | the addresses, what happens to every request, the document |
//! | `app` | what every handler shares |
//! | [`problem`] | errors as RFC 9457 problems |
//! | `query` | query parameters, read strictly |
//! | [`document`] | an entry as JSON |
//! | `rest` | history: pages of entries, accounts, trial balance |
//! | [`feed`] | the live ledger on three transports |
//! | `get_gl` | flat rows, history and live |
//! | `health` | how the services behind this one do |
//! | `origin` | which pages may open a WebSocket |
//! | `page` | the live page and the documentation page |
//! | [`metrics`] | the metrics |
//!
//! [`Server::bind`] listens, [`Server::run`] serves until its token is cancelled.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
pub mod document;
pub mod feed;
mod get_gl;
mod health;
mod layers;
pub mod metrics;
pub mod openapi;
mod origin;
mod page;
pub mod problem;
mod query;
mod rest;
mod router;
mod server;
pub mod settings;

pub use settings::{Args, Origins};

use anyhow::Context;
use app::{App, Parts};
use contract::{Decoder, Registry, Topic, TopicNames};
use feed::reading::Reading;
use feed::replay::Replays;
use feed::ring::Ring;
use feed::source::Source;
use feed::subscription::Feed;
use get_gl::Flat;
use health::Health;
use kafka::Admin;
use service::admin::Probe;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the threads that read from Kafka may take to see that the program ends.
const THREADS_WITHIN: Duration = Duration::from_secs(1);

/// The API, listening.
pub struct Server {
    listener: TcpListener,
    args: Args,
}

impl Server {
    /// Listens on the address of the settings; nothing is answered yet.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn bind(args: Args) -> anyhow::Result<Self> {
        let listener = server::listen(args.address).await?;
        Ok(Self { listener, args })
    }

    /// The address that is listened on.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `token` is cancelled. Services that do not answer are asked again and again: until they do, `probe`
    /// is not ready.
    ///
    /// # Errors
    /// Where the settings cannot work.
    pub async fn run(self, probe: Probe, token: CancellationToken) -> anyhow::Result<()> {
        let address = self.address()?;
        let Self { listener, args } = self;
        let names = TopicNames::new(&args.kafka.topic_prefix);
        let (registry, store) = (Registry::new(&args.registry)?, Store::connect(&args.store)?);
        let admin = Admin::new(&args.kafka)?;
        let decoder = Decoder::new(registry.clone(), Handle::current());
        let (health, tracker, threads) = (Health::new(), TaskTracker::new(), TaskTracker::new());
        let reading = Reading { decoder: decoder.clone(), runtime: Handle::current(), token: token.clone() };
        let ring = Ring::new(args.feed_memory as usize * 1024 * 1024);
        let topic = names.name(Topic::JournalEntryValidated);
        let replays =
            Replays::new(args.kafka.clone(), topic, admin.clone(), reading.clone(), threads.clone());
        let source =
            Source { kafka: args.kafka, names, reading, ring: Arc::clone(&ring), watch: health.feed.clone() };
        let alive = threads.token();
        let source = std::thread::Builder::new().name("feed-source".into()).spawn(move || {
            let _alive = alive;
            source.run();
        });
        source.context("no thread for the live feed")?;
        tracker.spawn(health.clone().watch(admin, registry, store.clone(), probe, token.clone()));
        let app = App::new(Parts {
            store,
            feed: Feed { ring, replays },
            flat: Flat::new(decoder),
            health,
            origins: args.allowed_origins,
            tracker: tracker.clone(),
            token: token.clone(),
        });
        tracing::info!(
            "the ledger is shown at http://{address}/, its API is described at http://{address}/docs"
        );
        server::serve(listener, router::router(app), args.connections_max as usize, tracker, token).await;
        threads.close();
        // They only read: one that waits for brokers that do not answer may be left behind.
        let _ = tokio::time::timeout(THREADS_WITHIN, threads.wait()).await;
        Ok(())
    }
}
