//! The client of EIA's API, against a server on this machine that answers as EIA does, in good times and bad.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use producer::prices::eia::{self, Client, EiaError, Feed, Patience, Problem};
use producer::prices::of_new_run;
use secrecy::SecretString;
use serde_json::{Value, json};
use simulator::PriceTable;
use simulator::prices::Series;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// With characters that an address encodes.
const KEY: &str = "S3cret/Key+of=EIA";

/// One answer, or none that ever comes.
#[derive(Clone, Debug)]
enum Reply {
    Says(u16, String),
    Hangs,
}

impl Reply {
    fn json(status: u16, body: &Value) -> Self {
        Self::Says(status, body.to_string())
    }

    /// Rows of WTI.
    fn rows(total: &Value, rows: &[(&str, Value)]) -> Self {
        Self::json(200, &envelope(total, rows))
    }
}

fn envelope(total: &Value, rows: &[(&str, Value)]) -> Value {
    json!({"response": {"total": total, "dateFormat": "YYYY-MM-DD", "frequency": "daily", "data": data("RWTC", "$/BBL", rows)},
           "request": {"params": {"api_key": KEY}}, "apiVersion": "2.1.11"})
}

fn data(series: &str, units: &str, rows: &[(&str, Value)]) -> Value {
    let row = |(period, value): &(&str, Value)| json!({"period": period, "duoarea": "YCUOK", "series": series, "value": value, "units": units});
    rows.iter().map(row).collect()
}

/// A server that gives its answers one after the other, the last for ever.
struct Fake {
    runtime: Runtime,
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

type Script = (Vec<Reply>, Arc<Mutex<Vec<String>>>);

async fn answer(State(script): State<Arc<Script>>, uri: Uri, RawQuery(query): RawQuery) -> Response {
    let (replies, asked) = &*script;
    let nth = {
        let mut asked = asked.lock().unwrap();
        asked.push(format!("{}?{}", uri.path(), query.unwrap_or_default()));
        asked.len() - 1
    };
    match replies[nth.min(replies.len() - 1)].clone() {
        Reply::Says(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Reply::Hangs => std::future::pending().await,
    }
}

impl Fake {
    fn new(replies: Vec<Reply>) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let router = Router::new().fallback(answer).with_state(Arc::new((replies, Arc::clone(&asked))));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/v2", listener.local_addr().unwrap());
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { runtime, url, asked }
    }

    fn client(&self) -> Client {
        Client::new(&self.url, SecretString::from(KEY), hasty()).unwrap()
    }

    /// Asks for WTI in 2020.
    fn wti(&self) -> Result<Feed, EiaError> {
        let (from, to) = (date("2020-01-01"), date("2020-12-31"));
        self.runtime.block_on(self.client().feed(Series::Wti, from, to))
    }

    fn problem(&self) -> Problem {
        let error = self.wti().unwrap_err();
        assert_told_safely(&error);
        error.problem
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// As patient as the default, and a thousand times faster.
fn hasty() -> Patience {
    Patience {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        ..Patience::default()
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Says where the trouble was, and neither the key nor an address with it.
fn assert_told_safely(error: &EiaError) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.contains("petroleum/pri/spt") && text.contains("RWTC"), "{text}");
        for secret in [KEY, "S3cret%2FKey%2Bof%3DEIA", "api_key="] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn a_series_comes_over_its_pages_as_exact_decimals_and_is_asked_for_as_the_api_wants() {
    let fake = Fake::new(vec![
        Reply::rows(&json!("4"), &[("2020-04-16", json!("18.27")), ("2020-04-17", Value::Null)]),
        Reply::rows(&json!(4), &[("2020-04-20", json!(-36.98)), ("2020-04-21", json!("8.910000"))]),
    ]);
    let feed = fake.wti().unwrap();
    let rows: Vec<String> = feed.rows.iter().map(|(_, on, price)| format!("{on} {price}")).collect();
    assert_eq!(rows, ["2020-04-16 18.270000", "2020-04-20 -36.980000", "2020-04-21 8.910000"]);
    assert_eq!(feed.span(), (date("2020-04-16"), date("2020-04-21")));
    let asked = |offset| {
        format!(
            "/v2/petroleum/pri/spt/data/?api_key=S3cret%2FKey%2Bof%3DEIA&frequency=daily&data%5B0%5D=value\
             &facets%5Bseries%5D%5B%5D=RWTC&start=2020-01-01&end=2020-12-31&sort%5B0%5D%5Bcolumn%5D=period\
             &sort%5B0%5D%5Bdirection%5D=asc&offset={offset}&length=5000"
        )
    };
    assert_eq!(fake.asked(), [asked(0), asked(2)]);
}

#[test]
fn each_series_has_its_route_its_name_and_its_unit() {
    let rows = [("2020-04-16", json!("1.5"))];
    let of = |series, units| {
        Reply::json(200, &json!({"response": {"total": "1", "data": data(series, units, &rows)}}))
    };
    let fake = Fake::new(vec![
        of("RWTC", "$/BBL"),
        of("RNGWHHD", "$/MMBTU"),
        of("EER_EPLLPA_PF4_Y44MB_DPG", "$/GAL"),
    ]);
    let all = fake.runtime.block_on(fake.client().all(date("2020-04-01"), date("2020-04-30"))).unwrap();
    assert_eq!(all.iter().map(|feed| feed.series).collect::<Vec<_>>(), Series::ALL);
    let asked = fake.asked();
    assert!(asked[1].starts_with("/v2/natural-gas/pri/fut/data/?"), "{asked:?}");
    assert!(asked[2].starts_with("/v2/petroleum/pri/spt/data/?"), "{asked:?}");
    let cents = Fake::new(vec![of("RWTC", "cents/BBL")]);
    assert!(matches!(cents.problem(), Problem::Strange(text) if text.contains("cents/BBL")));
}

#[test]
fn trouble_that_passes_is_waited_out() {
    let good = Reply::rows(&json!("1"), &[("2020-04-16", json!("18.27"))]);
    let throttled =
        json!({"error": {"code": "OVER_RATE_LIMIT", "message": "You have exceeded your rate limit"}});
    for trouble in [
        Reply::json(429, &throttled),
        Reply::json(403, &throttled),
        Reply::Says(500, "<html>Internal Server Error</html>".to_owned()),
        Reply::Says(503, String::new()),
        Reply::json(200, &json!({"error": "the backend timed out", "code": 504})),
    ] {
        let fake = Fake::new(vec![trouble.clone(), good.clone()]);
        assert_eq!(fake.wti().unwrap().rows.len(), 1, "{trouble:?}");
        assert_eq!(fake.asked().len(), 2);
    }
}

#[test]
fn trouble_that_stays_is_told_after_five_tries() {
    let fake = Fake::new(vec![Reply::Says(500, String::new())]);
    assert!(matches!(fake.problem(), Problem::Unavailable(text) if text.contains("500")));
    assert_eq!(fake.asked().len(), 5);
}

#[test]
fn what_trying_again_does_not_help_is_asked_once() {
    let key =
        |code: &str| json!({"error": {"code": code, "message": format!("An API key was wrong: {KEY}")}});
    for (reply, is_expected) in [
        (
            Reply::json(403, &key("API_KEY_INVALID")),
            (|it| matches!(it, Problem::Key(_))) as fn(&Problem) -> bool,
        ),
        (Reply::json(403, &key("API_KEY_MISSING")), |it| matches!(it, Problem::Key(_))),
        (Reply::json(200, &key("API_KEY_INVALID")), |it| matches!(it, Problem::Key(_))),
        (Reply::json(403, &json!({"error": "you may not"})), |it| matches!(it, Problem::Refused(_))),
        (
            Reply::json(400, &json!({"error": "Invalid frequency", "code": 400})),
            |it| matches!(it, Problem::Refused(text) if text.contains("Invalid frequency")),
        ),
        (
            Reply::json(200, &json!({"error": "Invalid data", "code": "400"})),
            |it| matches!(it, Problem::Refused(text) if text.contains("400")),
        ),
        (Reply::json(404, &json!({"error": "Not found.", "code": 404})), |it| {
            matches!(it, Problem::Refused(_))
        }),
        (Reply::Says(302, String::new()), |it| matches!(it, Problem::Refused(_))),
        (Reply::Says(200, "{\"response\": {\"total\"".to_owned()), |it| matches!(it, Problem::Strange(_))),
        (Reply::Says(200, format!("<html>{KEY}</html>")), |it| matches!(it, Problem::Strange(_))),
        (Reply::json(200, &json!({})), |it| matches!(it, Problem::Strange(_))),
    ] {
        let fake = Fake::new(vec![reply.clone()]);
        let problem = fake.problem();
        assert!(is_expected(&problem), "{reply:?}: {problem:?}");
        assert_eq!(fake.asked().len(), 1);
    }
}

#[test]
fn what_the_api_leaves_out_silently_is_an_error() {
    let empty = Reply::rows(&json!("0"), &[]);
    assert!(matches!(Fake::new(vec![empty]).problem(), Problem::Empty { .. }));
    let nulls = Reply::rows(&json!("1"), &[("2020-04-16", Value::Null)]);
    assert!(matches!(Fake::new(vec![nulls]).problem(), Problem::Empty { .. }));
    let mut without = envelope(&json!("1"), &[("2020-04-16", json!("1"))]);
    without["response"]["data"][0].as_object_mut().unwrap().remove("value");
    let problem = Fake::new(vec![Reply::json(200, &without)]).problem();
    assert!(matches!(&problem, Problem::Strange(text) if text.contains("no `value`")), "{problem:?}");
}

#[test]
fn an_answer_that_says_it_is_cut_is_read_on_until_an_empty_page() {
    let cut = |total: &str, on| {
        let mut body = envelope(&json!(total), &[(on, json!("18"))]);
        body["response"]["warnings"] =
            json!([{"warning": "incomplete return", "description": "The API can only return 5000 rows"}]);
        Reply::json(200, &body)
    };
    let end = Reply::rows(&json!("2"), &[]);
    let fake = Fake::new(vec![cut("1", "2020-04-16"), cut("2", "2020-04-17"), end.clone()]);
    assert_eq!(fake.wti().unwrap().rows.len(), 2);
    let short = Fake::new(vec![cut("2", "2020-04-16"), end]);
    assert_eq!(short.problem(), Problem::Incomplete { got: 1, total: 2 });
}

#[test]
fn rows_that_are_not_what_was_asked_for_are_refused() {
    for (rows, reason) in [
        (vec![("2020-04-17", json!("18")), ("2020-04-16", json!("18"))], "comes behind"),
        (vec![("2020-04-17", json!("18")), ("2020-04-17", json!("18"))], "comes behind"),
        (vec![("2021-04-17", json!("18"))], "is not in 2020-01-01 to 2020-12-31"),
        (vec![("2020-04", json!("18"))], "no day"),
        (vec![("2020-04-17", json!("n/a"))], "n/a"),
        (vec![("2020-04-17", json!("1000000"))], "is no price"),
    ] {
        let fake = Fake::new(vec![Reply::rows(&json!(rows.len()), &rows)]);
        let problem = fake.problem();
        assert!(matches!(&problem, Problem::Strange(text) if text.contains(reason)), "{problem:?}");
    }
    let other =
        json!({"response": {"total": "1", "data": data("RBRTE", "$/BBL", &[("2020-04-17", json!("18"))])}});
    let problem = Fake::new(vec![Reply::json(200, &other)]).problem();
    assert!(matches!(&problem, Problem::Strange(text) if text.contains("RBRTE")), "{problem:?}");
}

#[test]
fn a_slow_answer_is_given_up_and_so_is_everything_at_the_deadline() {
    let good = Reply::rows(&json!("1"), &[("2020-04-16", json!("18.27"))]);
    let impatient = |all| Patience { request: Duration::from_millis(100), all, ..hasty() };
    let ask = |fake: &Fake, patience| {
        let client = Client::new(&fake.url, SecretString::from(KEY), patience).unwrap();
        fake.runtime.block_on(client.feed(Series::Wti, date("2020-01-01"), date("2020-12-31")))
    };
    let once = Fake::new(vec![Reply::Hangs, good]);
    assert_eq!(ask(&once, impatient(Duration::from_secs(60))).unwrap().rows.len(), 1);
    let ever = Fake::new(vec![Reply::Hangs]);
    let error = ask(&ever, impatient(Duration::from_millis(150))).unwrap_err();
    assert_told_safely(&error);
    assert!(matches!(&error.problem, Problem::Late { last, .. } if last.contains("in time")), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told_without_the_key() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fake = Fake::new(vec![Reply::Hangs]);
    let client = Client::new(&format!("http://{closed}/v2"), SecretString::from(KEY), hasty()).unwrap();
    assert!(!format!("{client:?}").contains(KEY));
    let error =
        fake.runtime.block_on(client.feed(Series::Wti, date("2020-01-01"), date("2020-12-31"))).unwrap_err();
    assert_told_safely(&error);
    assert!(matches!(error.problem, Problem::Unavailable(_)), "{error}");
}

/// The table of a run that begins on 2026-03-10 with a year of history, and whether a fallback was counted.
fn new_run(args: &eia::Args) -> (PriceTable, bool) {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let table = metrics::with_local_recorder(&recorder, || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(of_new_run(args, date("2025-03-10"), date("2026-03-10")))
    });
    (table, recorder.handle().render().contains("gl_price_fallback_total 1"))
}

#[test]
fn a_new_run_takes_eias_prices_or_says_that_it_could_not() {
    let of = |series, units, prices: [&str; 2]| {
        let rows = [("2026-03-05", json!(prices[0])), ("2026-03-06", json!(prices[1]))];
        Reply::json(200, &json!({"response": {"total": "2", "data": data(series, units, &rows)}}))
    };
    let fake = Fake::new(vec![
        of("RWTC", "$/BBL", ["70", "71"]),
        of("RNGWHHD", "$/MMBTU", ["3", "3.1"]),
        of("EER_EPLLPA_PF4_Y44MB_DPG", "$/GAL", ["0.7", "0.71"]),
    ]);
    let with_key = |url: &str| eia::Args { api_key: Some(SecretString::from(KEY)), base_url: url.to_owned() };
    let (table, fell_back) = new_run(&with_key(&fake.url));
    assert!(
        table.source().starts_with("EIA API v2, daily RWTC 2026-03-05 to 2026-03-06, "),
        "{}",
        table.source()
    );
    assert_eq!((table.known_until(Series::Propane), fell_back), (Some(date("2026-03-06")), false));
    assert!(fake.asked()[0].contains("&start=2022-12-10&end=2026-03-10&"), "{:?}", fake.asked());

    let refusing = Fake::new(vec![Reply::json(403, &json!({"error": {"code": "API_KEY_INVALID"}}))]);
    let (table, fell_back) = new_run(&with_key(&refusing.url));
    assert!(table.source().starts_with("EIA could not be asked, hence: EIA spot prices, monthly means"));
    assert_eq!((table.digest(), fell_back), (PriceTable::built_in().digest(), true));

    assert_eq!(new_run(&eia::Args::default()), (PriceTable::built_in(), false));
}
