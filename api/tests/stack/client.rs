//! Clients of the three transports.

use crate::books::{Api, PATIENCE};
use bytes::BytesMut;
use contract::Position;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

/// What a client is told next.
#[derive(Debug)]
pub(crate) enum Next {
    Frame(Value),
    Closed(Option<u16>),
}

impl Next {
    pub(crate) fn frame(self) -> Value {
        match self {
            Self::Frame(frame) => frame,
            Self::Closed(code) => panic!("closed with {code:?}"),
        }
    }
}

pub(crate) enum Client {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Events(Box<reqwest::Response>, BytesMut),
    Lines(Box<reqwest::Response>, BytesMut),
}

/// Every transport.
pub(crate) const TRANSPORTS: [&str; 3] = ["websocket", "sse", "ndjson"];

impl Client {
    /// Subscribes on a transport; what comes before the first batch is checked and passed over.
    pub(crate) async fn subscribe(api: &Api, transport: &str, from: &str) -> (Self, Value) {
        Self::subscribe_with(api, transport, from, &[]).await
    }

    pub(crate) async fn subscribe_with(
        api: &Api,
        transport: &str,
        from: &str,
        filter: &[(&str, &str)],
    ) -> (Self, Value) {
        api.wait_for_the_run().await;
        let mut client = Self::connect(api, transport, from, filter).await;
        let welcome = client.next().await.frame();
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        if transport == "websocket" {
            let filter: serde_json::Map<_, _> =
                filter.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            client.say(&json!({ "type": "subscribe", "id": "feed", "from": from, "filter": filter })).await;
        }
        let subscribed = client.next().await.frame();
        assert_eq!(subscribed["type"], "subscribed", "{subscribed}");
        assert_eq!(subscribed["id"], "feed");
        (client, subscribed)
    }

    async fn connect(api: &Api, transport: &str, from: &str, filter: &[(&str, &str)]) -> Self {
        let query: String = filter.iter().map(|(name, value)| format!("&{name}={value}")).collect();
        match transport {
            "websocket" => Self::socket(api).await,
            "sse" => {
                let response = api.get(&format!("/v1/feed/sse?from={from}{query}")).await;
                assert_eq!(response.headers()["content-type"], "text/event-stream");
                Self::Events(Box::new(response), BytesMut::new())
            }
            "ndjson" => {
                let response = api.get(&format!("/v1/feed/ndjson?from={from}{query}")).await;
                assert_eq!(response.headers()["content-type"], "application/x-ndjson");
                Self::Lines(Box::new(response), BytesMut::new())
            }
            other => panic!("{other}"),
        }
    }

    pub(crate) async fn socket(api: &Api) -> Self {
        let request = format!("ws://{}/v1/feed", api.address).into_client_request().unwrap();
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.unwrap().unwrap();
        Self::Socket(Box::new(socket))
    }

    pub(crate) async fn say(&mut self, frame: &Value) {
        let Self::Socket(socket) = self else { panic!("only sockets are spoken to") };
        socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Next {
        timeout(PATIENCE, self.heard()).await.expect("nothing came in time")
    }

    async fn heard(&mut self) -> Next {
        match self {
            Self::Socket(socket) => loop {
                match socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return Next::Frame(serde_json::from_str(&text).unwrap());
                    }
                    Some(Ok(Message::Close(close))) => {
                        return Next::Closed(close.map(|close| close.code.into()));
                    }
                    None | Some(Err(_)) => return Next::Closed(None),
                    Some(Ok(_)) => {}
                }
            },
            Self::Events(response, held) => loop {
                let Some(block) = piece(response, held, b"\n\n").await else { return Next::Closed(None) };
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
                let Some(data) = field("data: ") else { continue };
                let frame: Value = serde_json::from_str(&data).unwrap();
                assert_eq!(field("event: ").as_deref(), frame["type"].as_str());
                if let Some(pos) = frame["pos"].as_str() {
                    assert_eq!(field("id: ").as_deref(), Some(pos));
                }
                return Next::Frame(frame);
            },
            Self::Lines(response, held) => match piece(response, held, b"\n").await {
                Some(line) => Next::Frame(serde_json::from_str(&line).unwrap()),
                None => Next::Closed(None),
            },
        }
    }

    /// The next batch; heartbeats are passed over.
    pub(crate) async fn batch(&mut self) -> Value {
        loop {
            let frame = self.next().await.frame();
            match frame["type"].as_str() {
                Some("heartbeat") => {}
                Some("batch") => return frame,
                _ => panic!("{frame}"),
            }
        }
    }

    /// So many entries, checked: batches are dense, follow each other, and hold whole entries.
    pub(crate) async fn entries(&mut self, count: usize, subscribed: &Value) -> (Vec<Uuid>, String) {
        let (mut ids, mut n, mut pos) = (Vec::new(), 0, subscribed["pos"].as_str().unwrap().to_owned());
        while ids.len() < count {
            let batch = self.batch().await;
            n += 1;
            assert_eq!((batch["n"].as_i64(), batch["prev"].as_str()), (Some(n), Some(pos.as_str())));
            batch["pos"].as_str().unwrap().clone_into(&mut pos);
            pos.parse::<Position>().unwrap();
            for entry in batch["entries"].as_array().unwrap() {
                assert!(entry["lines"].as_array().unwrap().len() >= 2, "{entry}");
                assert_eq!(entry["total_debit"], entry["total_credit"]);
                ids.push(entry["entry_id"].as_str().unwrap().parse().unwrap());
            }
        }
        assert_eq!(ids.len(), count, "more came than was asked for");
        (ids, pos)
    }
}

async fn piece(response: &mut reqwest::Response, held: &mut BytesMut, separator: &[u8]) -> Option<String> {
    loop {
        let at = held.windows(separator.len()).position(|window| window == separator);
        if let Some(at) = at {
            let piece = held.split_to(at + separator.len());
            return Some(String::from_utf8(piece[..at].to_vec()).unwrap());
        }
        held.extend_from_slice(&response.chunk().await.ok()??);
    }
}

/// The ids, each once.
pub(crate) fn once(ids: impl IntoIterator<Item = Uuid>) -> BTreeSet<Uuid> {
    let mut seen = BTreeSet::new();
    for id in ids {
        assert!(seen.insert(id), "{id} came twice");
    }
    seen
}
