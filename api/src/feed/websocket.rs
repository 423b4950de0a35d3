//! The feed on a WebSocket: several subscriptions on one connection.

use super::filter::Filter;
use super::frame::{self, ClientFrame, ID_MAX, ServerFrame, Written};
use super::subscription::{From, Progress, SlowPolicy, Step, Subscription};
use super::{HEARTBEAT, STALL};
use crate::app::App;
use crate::metrics::FeedClient;
use crate::origin;
use crate::problem::{Code, Problem};
use crate::query::is_code;
use crate::server::Connection;
use axum::Extension;
use axum::extract::State;
use axum::extract::rejection::ExtensionRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, SelectAll, unfold};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The protocol that a client may name.
const PROTOCOL: &str = "gl.v1";
/// Subscriptions of one connection: a page has a few.
const SUBSCRIPTIONS_MAX: usize = 16;
/// Bytes of a message from a client: its frames are small.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Eagerly taken for each connection: at the library's 128 KiB ten thousand idle clients would hold 1.3 GB.
const READ_BUFFER_BYTES: usize = 4096;
/// Written through from there on: frames are flushed one by one anyway.
const WRITE_BUFFER_BYTES: usize = 4096;
/// A batch with an entry of 999 lines, every field filled, stays below.
const WRITE_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A peer is asked for a sign of life this often …
const PING: Duration = Duration::from_secs(20);
/// … and is gone where none came for so long.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// Messages that a client may send between two heartbeats.
const MESSAGES_MAX: u32 = 100;

/// The live feed on a WebSocket.
///
/// After `welcome` the client sends frames (`subscribe`, `unsubscribe`, `ping`) and is sent frames (`subscribed`, `batch`,
/// `heartbeat`, `gap`, `error`, `shutdown`), each a JSON text. Close codes: 1001 the server stops, 1008 the client sends
/// too much, 1009 a message is too long, 1013 the client is too slow: come back with the last position.
#[utoipa::path(
    get,
    path = "/v1/feed",
    tag = "Live feed",
    responses(
        (status = 101, description = "The connection speaks WebSocket from here on", body = ServerFrame<'static>),
        (status = 400, description = "Not a WebSocket handshake", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "This origin may not connect", body = crate::problem::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    connection: Result<Extension<Connection>, ExtensionRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let Ok(Extension(connection)) = connection else {
        return Err(Problem::new(Code::Internal, "the connection is not known"));
    };
    origin::check(app.origins(), &headers, connection.peer().ip().is_loopback())?;
    app.refuse_while_stopping()?;
    let upgrade = upgrade.map_err(|error| Problem::new(Code::NotAWebSocket, error.body_text()))?;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    // The task is axum's; the tracker's token makes the end of the program wait for it.
    let alive = app.tracker().token();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _alive = alive;
        let _held = connection;
        let _client = FeedClient::new("websocket");
        Session::new(app, socket).run().await;
    }))
}

/// Why a connection ends.
enum End {
    /// The client is gone: nothing more can be said.
    Gone,
    /// It is told, with this close code.
    Close(u16, &'static str),
}

type Steps = BoxStream<'static, (String, Result<Step, Problem>)>;

struct Session {
    app: App,
    socket: WebSocket,
    steps: SelectAll<Steps>,
    subscriptions: BTreeMap<String, CancellationToken>,
    positions: BTreeMap<String, Progress>,
    heard: Instant,
    messages: u32,
}

impl Session {
    fn new(app: App, socket: WebSocket) -> Self {
        Self {
            app,
            socket,
            steps: SelectAll::new(),
            subscriptions: BTreeMap::new(),
            positions: BTreeMap::new(),
            heard: Instant::now(),
            messages: 0,
        }
    }

    async fn run(mut self) {
        if let Err(End::Close(code, reason)) = self.speak().await {
            let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
            // A client that takes nothing more is dropped without a word.
            let _ = tokio::time::timeout(STALL / 10, self.socket.send(close)).await;
        }
    }

    async fn speak(&mut self) -> Result<(), End> {
        let epoch = self.app.feed().ring.position().map(|position| position.incarnation);
        let limits = frame::limits(SUBSCRIPTIONS_MAX, MESSAGE_BYTES_MAX);
        self.send(frame::welcome(Uuid::new_v4(), epoch, limits)).await?;
        let token = self.app.token().clone();
        let (mut heartbeat, mut ping) = (interval(HEARTBEAT), interval(PING));
        for timer in [&mut heartbeat, &mut ping] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
            timer.reset();
        }
        loop {
            tokio::select! {
                biased;
                () = token.cancelled() => {
                    self.send(frame::shutdown(&self.positions)).await?;
                    return Err(End::Close(close_code::AWAY, "the server stops"));
                }
                _ = ping.tick() => self.ping().await?,
                _ = heartbeat.tick() => {
                    self.messages = 0;
                    self.send(frame::heartbeat(self.app.feed().ring.lag(), &self.positions)).await?;
                }
                message = self.socket.recv() => self.hear(message).await?,
                Some((id, step)) = self.steps.next() => self.step(&id, step).await?,
            }
        }
    }

    async fn step(&mut self, id: &str, step: Result<Step, Problem>) -> Result<(), End> {
        match step {
            Ok(Step::Batch(selected)) => self.send(frame::batch(id, &selected)).await,
            Ok(Step::Gap { from, to }) => self.send(frame::gap(id, from, to)).await,
            Err(problem) => {
                self.forget(id);
                self.send(frame::error(Some(id), &problem)).await?;
                if problem.code == Code::Slow {
                    return Err(End::Close(close_code::AGAIN, "too slow; come back with the last position"));
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, frame: Written) -> Result<(), End> {
        match tokio::time::timeout(STALL, self.socket.send(Message::Text(frame.json.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => {
                crate::metrics::slow();
                Err(End::Close(close_code::AGAIN, "too slow; come back with the last position"))
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE_MAX {
            return Err(End::Gone);
        }
        let sent = tokio::time::timeout(STALL, self.socket.send(Message::Ping(Vec::new().into()))).await;
        if matches!(sent, Ok(Ok(()))) { Ok(()) } else { Err(End::Gone) }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = Instant::now();
        self.messages += 1;
        if self.messages > MESSAGES_MAX {
            return Err(End::Close(close_code::POLICY, "too many messages"));
        }
        match message {
            Some(Ok(Message::Text(text))) => self.obey(&text).await,
            Some(Ok(Message::Binary(_))) => Err(End::Close(close_code::UNSUPPORTED, "frames are JSON texts")),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Err(error)) if error.to_string().contains("too long") => {
                Err(End::Close(close_code::SIZE, "the message is too long"))
            }
            None | Some(Ok(Message::Close(_)) | Err(_)) => Err(End::Gone),
        }
    }

    async fn obey(&mut self, text: &str) -> Result<(), End> {
        let (id, outcome) = match serde_json::from_str::<ClientFrame>(text) {
            Err(error) => (None, Err(Problem::new(Code::BadFrame, error.to_string()))),
            Ok(ClientFrame::Ping { t }) => (None, Ok(frame::pong(t))),
            Ok(ClientFrame::Unsubscribe { id }) => {
                let outcome = self.unsubscribe(&id);
                (Some(id), outcome)
            }
            Ok(ClientFrame::Subscribe { id, filter, from, slow }) => {
                let outcome = self.subscribe(&id, filter, &from, slow).await;
                (Some(id), outcome)
            }
        };
        match outcome {
            Ok(answer) => self.send(answer).await,
            Err(problem) => {
                let id = id.filter(|id| id.len() <= ID_MAX);
                self.send(frame::error(id.as_deref(), &problem)).await
            }
        }
    }

    async fn subscribe(
        &mut self,
        id: &str,
        filter: Filter,
        from: &str,
        slow: SlowPolicy,
    ) -> Result<Written, Problem> {
        let refuse = |detail: String| Err(Problem::new(Code::BadFrame, detail));
        if !is_code(id) {
            return refuse(format!("id: 1 to {ID_MAX} letters, digits, `.`, `_` and `-` are expected"));
        }
        if self.subscriptions.contains_key(id) {
            return refuse(format!("a subscription `{id}` is under way; unsubscribe it first"));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            let text = format!("a connection has at most {SUBSCRIPTIONS_MAX} subscriptions");
            return Err(Problem::new(Code::TooMany, text));
        }
        if let Some(problem) = filter.problem() {
            return refuse(problem);
        }
        let from: From = from.parse()?;
        let (subscription, began) = tokio::select! {
            begun = self.app.feed().subscribe(from, filter, slow) => begun?,
            () = self.app.token().cancelled() => {
                return Err(Problem::new(Code::ShuttingDown, "the service is stopping; try again in a moment"));
            }
        };
        let ended = CancellationToken::new();
        self.subscriptions.insert(id.to_owned(), ended.clone());
        self.positions.insert(id.to_owned(), subscription.progress());
        self.steps.push(steps(id.to_owned(), subscription, ended));
        Ok(frame::subscribed(id, began))
    }

    fn unsubscribe(&mut self, id: &str) -> Result<Written, Problem> {
        if self.forget(id) {
            return Ok(frame::unsubscribed(id));
        }
        Err(Problem::new(Code::BadFrame, "there is no such subscription on this connection"))
    }

    fn forget(&mut self, id: &str) -> bool {
        self.positions.remove(id);
        self.subscriptions.remove(id).map(|ended| ended.cancel()).is_some()
    }
}

/// The steps of a subscription until it fails or is ended.
fn steps(id: String, subscription: Subscription, ended: CancellationToken) -> Steps {
    unfold(Some((id, subscription, ended)), |state| async {
        let (id, mut subscription, ended) = state?;
        let step = tokio::select! {
            biased;
            () = ended.cancelled() => return None,
            step = subscription.next() => step,
        };
        let name = id.clone();
        let next = step.is_ok().then_some((id, subscription, ended));
        Some(((name, step), next))
    })
    .boxed()
}
