//! The live feed.

use crate::books::{Books, PATIENCE};
use crate::client::{Client, Next, TRANSPORTS, once};
use crate::journal::{bulky, ticket, tickets};
use futures_util::SinkExt;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

/// A filter, and which of the entries pass it.
type Filter<'f> = (&'f [(&'f str, &'f str)], &'f dyn Fn(u32) -> bool);

fn expected(numbers: std::ops::Range<u32>) -> BTreeSet<Uuid> {
    numbers.map(|number| ticket(number).entry_id).collect()
}

#[test]
fn what_is_validated_arrives_on_all_three_transports() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let mut clients = Vec::new();
        for transport in TRANSPORTS {
            clients.push(Client::subscribe(&api, transport, "latest").await);
        }
        tokio::task::block_in_place(|| books.validate(&tickets(0..40)));
        for (client, subscribed) in &mut clients {
            let (ids, _) = client.entries(40, subscribed).await;
            assert_eq!(once(ids), expected(0..40));
        }
    });
}

#[test]
fn a_position_of_one_transport_goes_on_in_every_other_without_gap_or_repeat() {
    let books = Books::opened();
    books.validate(&tickets(0..30));
    books.load();
    let api = books.serve();
    books.runtime.block_on(async {
        let response = api.get("/v1/entries?limit=500").await;
        let rest = response.headers()["gl-position"].to_str().unwrap().to_owned();
        let mut positions = vec![(0, "earliest".to_owned()), (30, rest)];
        for (round, transport) in (1..).zip(TRANSPORTS) {
            let upto = 30 + round * 20;
            tokio::task::block_in_place(|| books.validate(&tickets(upto - 20..upto)));
            // The position that was reached last, on this transport.
            let (from, position) = positions.last().unwrap().clone();
            let (mut client, subscribed) = Client::subscribe(&api, transport, &position).await;
            let (ids, reached) = client.entries((upto - from) as usize, &subscribed).await;
            assert_eq!(once(ids), expected(from..upto), "{transport} from {from}");
            positions.push((upto, reached));
        }
        for transport in TRANSPORTS {
            for (from, position) in &positions {
                if *from == 90 {
                    continue;
                }
                let (mut client, subscribed) = Client::subscribe(&api, transport, position).await;
                let (ids, _) = client.entries((90 - from) as usize, &subscribed).await;
                assert_eq!(once(ids), expected(*from..90), "{transport} from {from}");
            }
        }
    });
}

#[test]
fn a_browser_goes_on_after_the_last_event_that_it_saw() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let (mut client, subscribed) = Client::subscribe(&api, "sse", "latest").await;
        tokio::task::block_in_place(|| books.validate(&tickets(0..10)));
        let (_, reached) = client.entries(10, &subscribed).await;
        drop(client);
        tokio::task::block_in_place(|| books.validate(&tickets(10..25)));
        let by_header =
            api.http.get(api.url("/v1/feed/sse")).header("last-event-id", &reached).send().await.unwrap();
        let by_query = api.get(&format!("/v1/feed/sse?from=earliest&last_event_id={reached}")).await;
        for response in [by_header, by_query] {
            let mut client = Client::Events(Box::new(response), bytes::BytesMut::new());
            assert_eq!(client.next().await.frame()["type"], "welcome");
            let subscribed = client.next().await.frame();
            assert_eq!(subscribed["pos"], reached);
            let (ids, _) = client.entries(15, &subscribed).await;
            assert_eq!(once(ids), expected(10..25));
        }
    });
}

#[test]
fn a_position_outlives_the_service_that_gave_it() {
    let books = Books::opened();
    let api = books.serve();
    let reached = books.runtime.block_on(async {
        let (mut client, from) = Client::subscribe(&api, "websocket", "latest").await;
        tokio::task::block_in_place(|| books.validate(&tickets(0..20)));
        let (_, reached) = client.entries(20, &from).await;
        api.stop().await;
        reached
    });
    books.validate(&tickets(20..45));
    let api = books.serve();
    books.runtime.block_on(async {
        for transport in TRANSPORTS {
            let (mut client, from) = Client::subscribe(&api, transport, &reached).await;
            let (ids, _) = client.entries(25, &from).await;
            assert_eq!(once(ids), expected(20..45), "{transport}");
        }
    });
}

#[test]
fn a_replay_that_is_longer_than_the_memory_joins_the_live_end_without_gap_or_repeat() {
    let books = Books::opened();
    let args = api::Args { feed_memory: 1, ..books.args() };
    for part in 0..8 {
        books.validate(&tickets(part * 500..(part + 1) * 500));
    }
    let api = books.start(args);
    books.runtime.block_on(async {
        api.wait_until_ready().await;
        let readers = TRANSPORTS.map(async |transport| {
            let (mut client, subscribed) = Client::subscribe(&api, transport, "earliest").await;
            assert_eq!(subscribed["recovered"], true);
            let (ids, _) = client.entries(6_000, &subscribed).await;
            assert_eq!(once(ids), expected(0..6_000), "{transport}");
        });
        // What comes meanwhile overruns the memory several times.
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    (40..60).for_each(|part| books.validate(&tickets(part * 100..(part + 1) * 100)));
                });
                tokio::runtime::Handle::current().block_on(futures_util::future::join_all(readers));
            });
        });
    });
}

#[test]
fn a_filtered_subscription_is_given_what_passes_and_its_numbers_have_no_holes() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let filters: [Filter<'_>; 3] = [
            (&[("company", "1000")], &|number| number.is_multiple_of(2)),
            (&[("source", "AP"), ("company", "2000")], &|number| number % 5 == 0 && number % 2 == 1),
            (&[("well", crate::journal::WELL), ("account", "127.001")], &|number| number.is_multiple_of(3)),
        ];
        for transport in TRANSPORTS {
            for (filter, wanted) in filters {
                let (mut client, subscribed) =
                    Client::subscribe_with(&api, transport, "latest", filter).await;
                let (mut unfiltered, from) = Client::subscribe(&api, "websocket", "latest").await;
                let first: Vec<_> = (0..60).map(ticket).collect();
                tokio::task::block_in_place(|| books.validate(&first));
                let wanted: BTreeSet<Uuid> =
                    (0..60).filter(|number| wanted(*number)).map(|number| ticket(number).entry_id).collect();
                let (ids, _) = client.entries(wanted.len(), &subscribed).await;
                assert_eq!(once(ids), wanted, "{transport} {filter:?}");
                // Until the feed has all of them, the next `latest` would lie among them.
                unfiltered.entries(first.len(), &from).await;
            }
        }
    });
}

#[test]
fn aborted_transactions_are_never_seen() {
    let books = Books::opened();
    books.abort(&tickets(100..120));
    books.validate(&tickets(0..10));
    let api = books.serve();
    books.runtime.block_on(async {
        let (mut client, subscribed) = Client::subscribe(&api, "ndjson", "earliest").await;
        let (mut live, from) = Client::subscribe(&api, "websocket", "latest").await;
        tokio::task::block_in_place(|| {
            books.abort(&tickets(120..140));
            books.validate(&tickets(10..20));
        });
        let (ids, _) = client.entries(20, &subscribed).await;
        assert_eq!(once(ids), expected(0..20));
        let (ids, _) = live.entries(10, &from).await;
        assert_eq!(once(ids), expected(10..20));
    });
}

#[test]
fn a_validated_record_that_nobody_can_decode_is_passed_over() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let (mut live, from) = Client::subscribe(&api, "websocket", "latest").await;
        tokio::task::block_in_place(|| {
            books.validate(&tickets(0..5));
            for key in 0..20 {
                books.validate_nonsense(&key.to_string());
            }
            books.validate(&tickets(5..15));
        });
        let (ids, _) = live.entries(15, &from).await;
        assert_eq!(once(ids), expected(0..15));
        let (mut again, from) = Client::subscribe(&api, "sse", "earliest").await;
        assert_eq!(once(again.entries(15, &from).await.0), expected(0..15));
        api.wait_until_ready().await;
    });
}

#[test]
fn a_client_that_takes_nothing_is_cut_and_the_others_miss_nothing() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let (mut stalled, _) = Client::subscribe(&api, "websocket", "latest").await;
        let mut deaf = TcpStream::connect(api.address).await.unwrap();
        deaf.write_all(b"GET /v1/feed/sse HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let (mut live, from) = Client::subscribe(&api, "ndjson", "latest").await;
        let count = 150;
        let reading = async {
            let (ids, _) = live.entries(count as usize, &from).await;
            assert_eq!(once(ids), expected(0..count));
        };
        let writing = tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let writer = scope.spawn(|| {
                    for number in 0..count {
                        books.validate(&[bulky(number)]);
                    }
                });
                tokio::runtime::Handle::current().block_on(reading);
                writer.join()
            })
        });
        writing.unwrap();
        let deadline = Instant::now() + PATIENCE;
        let mut last = None;
        loop {
            assert!(Instant::now() < deadline, "the stalled client was not cut");
            match stalled.next().await {
                Next::Frame(frame) => last = Some(frame),
                Next::Closed(code) => {
                    // The farewell reaches whoever reads on in time; a connection that is dropped has none.
                    assert!(matches!(code, Some(1013) | None), "{code:?}");
                    break;
                }
            }
        }
        // A stream of events does not end by itself.
        let mut taken = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, deaf.read_to_end(&mut taken)).await;
        assert!(ended.is_ok(), "the stalled stream was not cut");
        let last = last.unwrap();
        assert!(last["type"] == "batch" || last["code"] == "slow", "{last}");
        api.wait_until_ready().await;
    });
}

#[test]
fn a_client_that_asked_for_it_is_skipped_ahead_and_told_what_it_missed() {
    let books = Books::opened();
    let args = api::Args { feed_memory: 1, ..books.args() };
    books.validate(&tickets(0..10));
    let api = books.start(args);
    books.runtime.block_on(async {
        api.wait_until_ready().await;
        let mut client = Client::socket(&api).await;
        client.next().await.frame();
        client.say(&json!({ "type": "subscribe", "id": "page", "from": "earliest", "slow": "skip" })).await;
        let subscribed = client.next().await.frame();
        assert_eq!((&subscribed["type"], &subscribed["recovered"]), (&json!("subscribed"), &json!(false)));
        tokio::task::block_in_place(|| books.validate(&tickets(10..12)));
        let batch = client.batch().await;
        assert_eq!(batch["prev"], subscribed["pos"]);
    });
}

#[test]
fn a_socket_carries_several_subscriptions_and_answers_what_it_does_not_understand() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let mut client = Client::socket(&api).await;
        let welcome = client.next().await.frame();
        assert_eq!(welcome["epoch"], books.incarnation.to_string());
        for (said, expected) in [
            (json!({ "type": "ping", "t": 7 }), json!({ "type": "pong", "t": 7 })),
            (
                json!({ "type": "unsubscribe", "id": "a" }),
                json!({ "type": "error", "id": "a", "code": "bad_frame" }),
            ),
            (json!({ "type": "subscribe", "id": "a b" }), json!({ "type": "error", "code": "bad_frame" })),
            (
                json!({ "type": "subscribe", "id": "a", "from": "x" }),
                json!({ "type": "error", "id": "a", "code": "bad_position" }),
            ),
            (json!({ "type": "shout" }), json!({ "type": "error", "code": "bad_frame", "temporary": false })),
            (
                json!({ "type": "subscribe", "id": "even", "filter": { "company": "1000" } }),
                json!({ "type": "subscribed", "id": "even" }),
            ),
            (
                json!({ "type": "subscribe", "id": "odd", "filter": { "company": "2000" } }),
                json!({ "type": "subscribed", "id": "odd" }),
            ),
            (json!({ "type": "subscribe", "id": "odd" }), json!({ "type": "error", "id": "odd" })),
        ] {
            client.say(&said).await;
            let answer = client.next().await.frame();
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&answer[name], value, "{said}: {answer}");
            }
        }
        tokio::task::block_in_place(|| books.validate(&tickets(0..20)));
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        while counts.values().sum::<usize>() < 20 {
            let batch = client.batch().await;
            *counts.entry(batch["id"].as_str().unwrap().into()).or_default() +=
                batch["entries"].as_array().unwrap().len();
        }
        assert_eq!(counts, [("even".to_owned(), 10), ("odd".to_owned(), 10)].into());
        client.say(&json!({ "type": "unsubscribe", "id": "odd" })).await;
        assert_eq!(client.next().await.frame()["type"], "unsubscribed");
        tokio::task::block_in_place(|| books.validate(&tickets(20..22)));
        assert_eq!(client.batch().await["id"], "even");
        let heartbeat = loop {
            let frame = client.next().await.frame();
            if frame["type"] == "heartbeat" {
                break frame;
            }
        };
        assert_eq!(heartbeat["head_lag_ms"], 0);
        assert_eq!(heartbeat["positions"].as_object().unwrap().len(), 1);
    });
}

#[test]
fn only_pages_of_admitted_origins_may_open_a_socket() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        for (origin, is_admitted) in [
            (format!("http://{}", api.address), true),
            ("https://books.example".to_owned(), true),
            ("https://evil.example".to_owned(), false),
        ] {
            let mut request = format!("ws://{}/v1/feed", api.address).into_client_request().unwrap();
            request.headers_mut().insert("origin", origin.parse().unwrap());
            assert_eq!(connect_async(request).await.is_ok(), is_admitted, "{origin}");
        }
    });
}

#[test]
fn a_message_that_is_too_long_ends_its_connection_and_no_other() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let (mut other, from) = Client::subscribe(&api, "websocket", "latest").await;
        let mut client = Client::socket(&api).await;
        client.next().await.frame();
        if let Client::Socket(socket) = &mut client {
            let message = tokio_tungstenite::tungstenite::Message::text("x".repeat(100_000));
            let _ = socket.send(message).await;
        }
        assert!(matches!(client.next().await, Next::Closed(_)));
        tokio::task::block_in_place(|| books.validate(&tickets(0..3)));
        assert_eq!(other.entries(3, &from).await.0.len(), 3);
    });
}

#[test]
fn open_streams_are_told_that_the_service_stops_and_it_stops_in_time() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let mut clients = Vec::new();
        for transport in TRANSPORTS {
            clients.push(Client::subscribe(&api, transport, "latest").await.0);
        }
        let _flat = api.get("/get-gl").await;
        let mut deaf = TcpStream::connect(api.address).await.unwrap();
        deaf.write_all(b"GET /v1/feed/sse HTTP/1.1\r\nHo").await.unwrap();
        let took = api.stop().await;
        assert!(took < Duration::from_secs(10), "{took:?}");
        for client in &mut clients {
            let frame = loop {
                let frame = client.next().await.frame();
                if frame["type"] != "heartbeat" {
                    break frame;
                }
            };
            assert_eq!(frame["type"], "shutdown");
            assert!(
                frame["retry_ms"].as_u64().is_some() && frame["positions"]["feed"].is_string(),
                "{frame}"
            );
            assert!(matches!(client.next().await, Next::Closed(Some(1001) | None)));
        }
    });
}
