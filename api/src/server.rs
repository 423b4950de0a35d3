//! The listener: bounded connections, each with a time for its headers and a time for its writes, and an orderly end.

use crate::metrics;
use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// A request's headers must be there by then, also those of the next request on a connection that is kept.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// A write that makes no progress for so long ends its connection: longer than a feed waits for a client, so that the
/// feed's own farewell comes first.
const WRITE_WITHIN: Duration = Duration::from_secs(15);
/// Headers of a request: browsers send some twenty.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's head; a cursor or position takes some two hundred.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// A peer that vanished without a word is noticed within some 30 s.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Pause after a failed accept: the process is short of files, and some are closed soon.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long open answers may take to end when the program stops. The program as a whole has ten seconds.
pub(crate) const DRAIN: Duration = Duration::from_secs(8);

/// The connection of a request: an extension of each. Held by whatever outlives the request on it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    peer: SocketAddr,
    cut: CancellationToken,
    _open: Arc<Open>,
}

impl Connection {
    pub(crate) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Closes it without a word: its peer takes nothing.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }
}

/// One of the connections that may be open.
#[derive(Debug)]
struct Open {
    count: Arc<AtomicUsize>,
    _permit: OwnedSemaphorePermit,
}

impl Open {
    fn new(count: &Arc<AtomicUsize>, permit: OwnedSemaphorePermit) -> Self {
        metrics::connections(count.fetch_add(1, Ordering::Relaxed) + 1);
        Self { count: Arc::clone(count), _permit: permit }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::connections(self.count.fetch_sub(1, Ordering::Relaxed) - 1);
    }
}

/// Listens on an address.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("API_ADDRESS {address} cannot be listened on; is the port in use, and is the address of this machine?")
    })
}

/// Serves until `token` is cancelled, then lets open answers end within [`DRAIN`]. Streams watch the token themselves;
/// `tracker` knows them.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    tracker: TaskTracker,
    token: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(connections_max));
    let count = Arc::new(AtomicUsize::new(0));
    let aborted = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = token.cancelled() => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let connection =
            Connection { peer, cut: aborted.child_token(), _open: Arc::new(Open::new(&count, permit)) };
        tracker.spawn(converse(stream, router.clone(), connection, token.clone()));
    }
    drop(listener);
    tracker.close();
    if tokio::time::timeout(DRAIN, tracker.wait()).await.is_err() {
        tracing::warn!(
            connections = count.load(Ordering::Relaxed),
            "cutting connections that did not end in time"
        );
        aborted.cancel();
    }
}

/// The next connection, once there is room for one.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            tracing::debug!(%error, "a connection was not taken");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn converse(stream: TcpStream, router: Router, connection: Connection, token: CancellationToken) {
    prepare(&stream);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_WITHIN));
    let cut = connection.cut.clone();
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(connection.clone());
        router.clone().oneshot(request)
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let stopping = async {
        tokio::select! {
            // What a client does with its end is its own business.
            _ = served.as_mut() => return,
            () = cut.cancelled() => return,
            () = token.cancelled() => {}
        }
        served.as_mut().graceful_shutdown();
        tokio::select! {
            _ = served.as_mut() => {}
            () = cut.cancelled() => {}
        }
    };
    stopping.await;
}

/// Small frames go out at once; a vanished peer is noticed.
fn prepare(stream: &TcpStream) {
    let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL);
    let outcome =
        stream.set_nodelay(true).and_then(|()| socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive));
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection keeps the system's settings");
    }
}
