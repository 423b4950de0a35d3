//! The port for probes and scrapes: `/livez`, `/readyz`, `/metrics`.

use anyhow::Context;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use metrics_exporter_prometheus::PrometheusHandle;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A request's headers must be there by then: an idle connection holds nothing up.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// Connections at once; scrapers and probes are few.
const CONNECTIONS_MAX: usize = 32;
/// How often the recorder's histograms are tidied, as its own listener would do.
const UPKEEP: Duration = Duration::from_secs(5);

/// How a program does: alive while its loop turns, ready once it has started and until it stops.
#[derive(Clone, Debug)]
pub struct Probe {
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    since: Instant,
    stalls_after: Duration,
    last_tick_ms: AtomicU64,
    is_ready: AtomicBool,
}

impl Probe {
    /// A probe for a loop that turns at least every `stalls_after`; not ready yet.
    #[must_use]
    pub fn new(stalls_after: Duration) -> Self {
        let state = State {
            since: Instant::now(),
            stalls_after,
            last_tick_ms: AtomicU64::new(0),
            is_ready: AtomicBool::new(false),
        };
        Self { state: Arc::new(state) }
    }

    /// The loop has turned.
    pub fn tick(&self) {
        let elapsed = u64::try_from(self.state.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.state.last_tick_ms.store(elapsed, Ordering::Relaxed);
    }

    /// Whether the program takes work.
    pub fn set_ready(&self, is_ready: bool) {
        self.state.is_ready.store(is_ready, Ordering::Relaxed);
    }

    fn is_live(&self) -> bool {
        let last = Duration::from_millis(self.state.last_tick_ms.load(Ordering::Relaxed));
        self.state.since.elapsed().saturating_sub(last) <= self.state.stalls_after
    }

    fn is_ready(&self) -> bool {
        self.state.is_ready.load(Ordering::Relaxed) && self.is_live()
    }
}

/// Serves the port until `token` is cancelled; from then on the program is not ready.
///
/// # Errors
/// Where the address cannot be listened on.
pub async fn serve(
    address: SocketAddr,
    probe: Probe,
    metrics: PrometheusHandle,
    token: CancellationToken,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("ADMIN_ADDRESS {address} cannot be listened on; is the port in use?"))?;
    tracing::info!(address = %listener.local_addr()?, "admin port: /livez /readyz /metrics");
    serve_on(listener, probe, metrics, token).await;
    Ok(())
}

async fn serve_on(listener: TcpListener, probe: Probe, metrics: PrometheusHandle, token: CancellationToken) {
    let router = router(probe.clone(), metrics.clone());
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    let mut upkeep = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = token.cancelled() => break,
            _ = upkeep.tick() => metrics.run_upkeep(),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let (Ok((stream, _)), Ok(permit)) = (accepted, Arc::clone(&permits).try_acquire_owned()) else { continue };
                let service = TowerToHyperService::new(router.clone());
                connections.spawn(async move {
                    let served = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEADERS_WITHIN)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                    // A client that went away is its own business.
                    drop((served, permit));
                });
            }
        }
    }
    probe.set_ready(false);
}

fn router(probe: Probe, metrics: PrometheusHandle) -> Router {
    let status = |is_well: bool| {
        if is_well { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "no\n") }
    };
    let ready = probe.clone();
    Router::new()
        .route("/livez", get(move || async move { status(probe.is_live()) }))
        .route("/readyz", get(move || async move { status(ready.is_ready()) }))
        .route("/metrics", get(move || async move { metrics.render() }))
}

/// Asks a running program whether it is ready: what an image's health check runs.
///
/// # Errors
/// Where it does not answer or is not ready.
pub async fn healthcheck(address: SocketAddr) -> anyhow::Result<()> {
    crate::install_crypto();
    // Any address that was listened on is reached by loopback.
    let host = if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    };
    let client = reqwest::Client::builder().timeout(HEADERS_WITHIN).no_proxy().build()?;
    let answer = client
        .get(format!("http://{host}/readyz"))
        .send()
        .await
        .with_context(|| format!("{host} does not answer"))?;
    anyhow::ensure!(answer.status().is_success(), "{host} is not ready");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_is_ready_once_it_says_so_and_not_when_it_stops() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (probe, token) = (Probe::new(Duration::from_secs(60)), CancellationToken::new());
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_on(listener, probe.clone(), recorder.handle(), token.clone()));
        assert!(healthcheck(address).await.unwrap_err().to_string().ends_with("is not ready"));
        probe.set_ready(true);
        healthcheck(address).await.unwrap();
        token.cancel();
        tasks.join_next().await.unwrap().unwrap();
        assert!(!probe.is_ready());
    }

    #[test]
    fn a_loop_that_stands_still_is_not_alive() {
        let probe = Probe::new(Duration::ZERO);
        assert!(!probe.is_live());
        let patient = Probe::new(Duration::from_secs(3600));
        patient.tick();
        assert!(patient.is_live());
    }
}
