//! History from the tables, then live entries from the topic, joined by the position as of which history was read.

use super::{row, turn};
use crate::app::App;
use crate::feed::STALL;
use crate::feed::filter::Filter;
use crate::feed::outlet::{Gone, Outlet, outlet};
use crate::feed::reading::FeedEntry;
use crate::feed::subscription::{From, Selected, SlowPolicy, Step, Subscription};
use crate::metrics::FeedClient;
use crate::problem::{Code, Problem};
use crate::server::Connection;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kafka::Backoff;
use std::sync::Arc;
use store::{EntryFilter, EntryReader, Order, StagedEntry};
use tokio::sync::OwnedSemaphorePermit;

/// Answers with a stream that does not end by itself.
pub(super) async fn answer(app: &App, connection: Connection) -> Result<Response, Problem> {
    app.refuse_while_stopping()?;
    let turn = turn(&app.flat().streams, "streams")?;
    let history = app.store().read_entries(EntryFilter::default(), Order::OldestFirst).await?;
    let (outlet, body) = outlet(connection);
    let driver = Driver { app: app.clone(), outlet, _turn: turn, _client: FeedClient::new("get-gl") };
    app.tracker().spawn(async move {
        let token = driver.app.token().clone();
        // A client that went away, or that could not be served on, finds its stream ended; the reason is logged.
        tokio::select! {
            () = token.cancelled() => {}
            () = driver.outlet.closed() => {}
            _ = driver.run(history) => {}
        }
    });
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

struct Driver {
    app: App,
    outlet: Outlet,
    _turn: OwnedSemaphorePermit,
    _client: FeedClient,
}

impl Driver {
    async fn run(&self, mut history: EntryReader) -> Result<(), Gone> {
        let seam = history.position();
        while let Some(page) = self.page(&mut history).await? {
            let names = self.names().await?;
            let mut rows = Vec::new();
            for staged in &page {
                row::append(&names, staged, b'\n', &mut rows);
            }
            self.outlet.send(rows).await?;
        }
        // Where no sink has begun, all history is on the topic.
        let mut from = seam.map_or(From::Earliest, From::After);
        loop {
            let mut subscription = self.subscribe(from).await?;
            let progress = subscription.progress();
            self.follow(&mut subscription).await?;
            // It fell behind: from where it stands, at its own pace.
            from = From::After(progress.get());
        }
    }

    async fn page(&self, history: &mut EntryReader) -> Result<Option<Vec<StagedEntry<'static>>>, Gone> {
        let mut backoff = Backoff::default();
        loop {
            match history.next_page().await {
                Ok(page) => return Ok(page),
                Err(error) if error.is_transient() => {
                    tracing::warn!("a stream of flat rows waits: {error}");
                    tokio::time::sleep(backoff.wait()).await;
                }
                Err(error) => {
                    tracing::error!("a stream of flat rows ends: {error}");
                    return Err(Gone);
                }
            }
        }
    }

    async fn names(&self) -> Result<Arc<store::Names>, Gone> {
        let mut backoff = Backoff::default();
        loop {
            match self.app.flat().names(self.app.store()).await {
                Ok(names) => return Ok(names),
                Err(problem) if problem.is_temporary() => tokio::time::sleep(backoff.wait()).await,
                Err(_) => return Err(Gone),
            }
        }
    }

    /// Subscribes; what passes is waited for.
    async fn subscribe(&self, from: From) -> Result<Subscription, Gone> {
        let mut backoff = Backoff::default();
        loop {
            match self.app.feed().subscribe(from, Filter::default(), SlowPolicy::Disconnect).await {
                Ok((subscription, _)) => return Ok(subscription),
                Err(problem) if problem.is_temporary() => tokio::time::sleep(backoff.wait()).await,
                Err(problem) => {
                    tracing::warn!("a stream of flat rows ends: {problem}");
                    return Err(Gone);
                }
            }
        }
    }

    /// Sends live rows until the subscription was too slow.
    async fn follow(&self, subscription: &mut Subscription) -> Result<(), Gone> {
        loop {
            match subscription.next().await {
                Ok(Step::Batch(selected)) => self.outlet.send(self.rows(selected).await?).await?,
                Ok(Step::Gap { .. }) => {}
                Err(problem) if problem.code == Code::Slow || problem.is_temporary() => return Ok(()),
                Err(problem) => {
                    tracing::warn!("a stream of flat rows ends: {problem}");
                    return Err(Gone);
                }
            }
        }
    }

    /// The flat rows of a batch, made of its records on a thread that may wait for the registry.
    async fn rows(&self, selected: Selected) -> Result<Bytes, Gone> {
        let (names, app) = (self.names().await?, self.app.clone());
        let made = self.app.tracker().spawn_blocking(move || {
            let mut rows = Vec::new();
            for entry in selected.entries() {
                if let Some(staged) = staged(&app, entry) {
                    row::append(&names, &staged, b'\n', &mut rows);
                }
            }
            Bytes::from(rows)
        });
        tokio::time::timeout(STALL, made).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

fn staged<'a>(app: &App, entry: &'a FeedEntry) -> Option<StagedEntry<'a>> {
    match app.flat().decoder.entry(&entry.payload) {
        Ok(decoded) => Some(StagedEntry { entry: decoded, origin: entry.origin }),
        Err(error) => {
            // The feed has decoded it before.
            tracing::error!(partition = entry.partition, offset = entry.offset, "no flat rows: {error}");
            None
        }
    }
}
