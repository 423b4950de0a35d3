//! Services that are down.

use crate::books::Books;
use crate::client::Client;
use crate::journal::tickets;
use crate::proxy::Proxy;
use serde_json::json;
use std::net::SocketAddr;

/// Nobody listens on a port that was just given back.
fn nobody() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn the_service_starts_while_registry_and_database_are_down_and_is_ready_once_they_are_up() {
    let books = Books::opened();
    let mut args = books.args();
    let registry = args.registry.url.split('/').nth(2).unwrap().to_owned();
    let to_registry = Proxy::down(&registry);
    args.registry.url = args.registry.url.replace(&registry, &to_registry.address.to_string());
    let url = books.database_url();
    let postgres = url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let to_postgres = Proxy::down(&postgres);
    args.store = store::Args::of(&url.replace(&postgres, &to_postgres.address.to_string()));
    let api = books.start(args);
    books.runtime.block_on(async {
        assert_eq!(api.get("/livez").await.status(), 200);
        assert_eq!(api.get("/readyz").await.status(), 503);
        let entries = api.get("/v1/entries").await;
        assert_eq!(entries.status(), 503);
        let problem: serde_json::Value = entries.json().await.unwrap();
        assert_eq!(problem["code"], "unavailable");
        assert!(!problem.to_string().contains(&to_postgres.address.port().to_string()), "{problem}");
        let feed = api.get("/v1/feed/sse").await;
        assert_eq!((feed.status().as_u16(), feed.headers()["retry-after"].to_str().unwrap()), (503, "2"));
        to_registry.up();
        let health: serde_json::Value = api.get("/health").await.json().await.unwrap();
        assert_eq!(health["status"], "not_ready");
        to_postgres.up();
        api.wait_until_ready().await;
        assert_eq!(api.get("/v1/entries").await.status(), 200);
        let (mut client, from) = Client::subscribe(&api, "websocket", "latest").await;
        tokio::task::block_in_place(|| books.validate(&tickets(0..3)));
        client.entries(3, &from).await;
    });
}

#[test]
fn while_kafka_is_down_the_service_lives_and_is_not_ready() {
    let books = Books::opened();
    let mut args = books.args();
    args.kafka.bootstrap_servers = nobody().to_string();
    let api = books.start(args);
    books.runtime.block_on(async {
        assert_eq!(api.get("/livez").await.status(), 200);
        assert_eq!(api.get("/readyz").await.status(), 503);
        assert_eq!(api.get("/v1/feed/ndjson").await.status(), 503);
        // History does not need the brokers.
        assert_eq!(api.get("/v1/entries").await.status(), 200);
        assert!(api.stop().await < std::time::Duration::from_secs(10));
    });
}

#[test]
fn before_a_run_begins_the_service_is_ready_and_says_so_on_the_feed() {
    let books = Books::empty();
    let api = books.serve();
    books.runtime.block_on(async {
        let mut client = Client::socket(&api).await;
        assert!(client.next().await.frame().get("epoch").is_none());
        client.say(&json!({ "type": "subscribe", "id": "a" })).await;
        let error = client.next().await.frame();
        assert_eq!((&error["code"], &error["temporary"]), (&json!("no_run"), &json!(true)));
        tokio::task::block_in_place(|| books.begin_run());
        let (mut client, from) = Client::subscribe(&api, "sse", "latest").await;
        tokio::task::block_in_place(|| books.validate(&tickets(0..2)));
        client.entries(2, &from).await;
    });
}
