//! The program itself: settings, probes, signals. Needs no services: it must do without them.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_wellbook-api");

/// A port on which nobody listens.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn program(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let folder = std::env::temp_dir();
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_clear().envs(settings.iter().copied()).current_dir(folder);
    command
}

fn run(arguments: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = program(arguments, settings).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// A running program; it does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program whose services are all down.
fn start() -> Running {
    let (kafka, registry, postgres) = (nobody(), nobody(), nobody());
    let settings = [
        ("KAFKA_BOOTSTRAP_SERVERS", kafka.as_str()),
        ("SCHEMA_REGISTRY_URL", &format!("http://{registry}/apis/ccompat/v7")),
        ("DATABASE_URL", &format!("postgres://wellbook:hunter2@{postgres}/wellbook?sslmode=disable")),
        ("API_ADDRESS", "127.0.0.1:0"),
        ("LOG_FORMAT", "json"),
    ];
    let mut command = program(&["run"], &settings);
    Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Log lines until one holds `text`.
fn read_until(lines: &mut impl Iterator<Item = String>, text: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        assert!(Instant::now() < deadline, "nobody said `{text}`");
        let line = lines.next().unwrap_or_else(|| panic!("the program ended before it said `{text}`"));
        if line.contains(text) {
            return line;
        }
    }
}

/// What stands between two texts.
fn between<'a>(line: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = line.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

fn get(url: String) -> (u16, String) {
    service::install_crypto();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let response = client.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    })
}

#[test]
fn without_its_services_it_lives_is_not_ready_and_stops_when_asked() {
    let mut child = start();
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut said = Vec::new();
    let (mut api, mut admin) = (None, None);
    while api.is_none() || admin.is_none() {
        let line = lines.next().unwrap();
        if line.contains("the ledger is shown at") {
            api = Some(between(&line, "http://", "/").to_owned());
        }
        if line.contains("admin port") {
            admin = Some(between(&line, r#""address":""#, r#"""#).to_owned());
        }
        said.push(line);
    }
    let (api, admin) = (api.unwrap(), admin.unwrap());
    assert_eq!(get(format!("http://{api}/livez")).0, 200);
    assert_eq!(get(format!("http://{api}/readyz")).0, 503);
    let (status, health) = get(format!("http://{api}/health"));
    assert!(status == 503 && !health.contains("hunter2"), "{health}");
    let (code, text) = run(&["healthcheck"], &[("API_ADDRESS", &api)]);
    assert!(code == Some(1) && text.contains("is not ready"), "{text}");
    let (_, metrics) = get(format!("http://{admin}/metrics"));
    for expected in [
        r#"gl_http_requests_total{route="/livez",method="GET",status="200"} 1"#,
        "gl_http_request_duration_seconds_bucket",
        r#"gl_build_info{service="api""#,
        "gl_feed_unreadable_total 0",
    ] {
        assert!(metrics.contains(expected), "{expected}: {metrics}");
    }
    let down = read_until(&mut lines, "trying again until it answers");
    assert!(!down.contains("hunter2"), "{down}");
    let since = Instant::now();
    let stopped = Command::new("kill").args(["-TERM", &child.0.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    said.extend(lines);
    assert!(child.0.wait().unwrap().success(), "{said:?}");
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}

#[test]
fn every_wrong_setting_is_named_at_once() {
    let settings = [
        ("API_ADDRESS", "somewhere"),
        ("API_ALLOWED_ORIGINS", "https://books.example/path"),
        ("API_CONNECTIONS_MAX", "0"),
        ("DATABASE_POOL_SIZE", "many"),
    ];
    let (code, text) = run(&["run"], &settings);
    assert_eq!(code, Some(64), "{text}");
    for (name, value) in settings {
        assert!(text.contains(name) && text.contains(value), "{name}: {text}");
    }
}

#[test]
fn a_busy_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, text) = run(&["run"], &[("API_ADDRESS", &address)]);
    assert!(
        code == Some(1) && text.contains(&format!("API_ADDRESS {address} cannot be listened on")),
        "{text}"
    );
}

#[test]
fn a_healthcheck_of_nobody_fails_with_the_address() {
    let address = nobody();
    let (code, text) = run(&["healthcheck"], &[("API_ADDRESS", &address)]);
    assert!(code == Some(1) && text.contains(&address), "{text}");
}
