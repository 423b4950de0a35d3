//! Real prices, from an EIA of the test's own on this machine.

use crate::command::{Place, Said, free_port, until};
use axum::extract::{Query, State};
use axum::{Json, Router};
use chrono::{Datelike, NaiveDate, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;

const KEY: &str = "s3cretkeyofatest";

/// Answers as EIA does: a price for each weekday, those of today revised at will.
struct Eia {
    url: String,
    of_today: Arc<Mutex<String>>,
    _runtime: Runtime,
}

async fn answer(
    State(newest): State<Arc<Mutex<String>>>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Json<Value> {
    if asked["api_key"] != KEY {
        return Json(
            json!({"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied"}}),
        );
    }
    let (units, price) = match asked["facets[series][]"].as_str() {
        "RWTC" => ("$/BBL", "70.25"),
        "RNGWHHD" => ("$/MMBTU", "3.05"),
        _ => ("$/GAL", "0.655"),
    };
    let day = |name: &str| asked[name].parse::<NaiveDate>().unwrap();
    let days = day("start")
        .iter_days()
        .take_while(|on| *on <= day("end"))
        .filter(|on| on.weekday().num_days_from_monday() < 5);
    let mut rows: Vec<Value> = days
        .map(|on| json!({"period": on.to_string(), "series": asked["facets[series][]"], "value": price, "units": units}))
        .collect();
    if let (Some(last), "$/BBL") = (rows.last_mut(), units) {
        last["value"] = json!(newest.lock().unwrap().as_str());
    }
    Json(json!({"response": {"total": rows.len().to_string(), "data": rows}}))
}

impl Eia {
    fn new() -> Self {
        let of_today = Arc::new(Mutex::new("70.25".to_owned()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&of_today));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { url, of_today, _runtime: runtime }
    }

    fn run(&self, place: &Place, arguments: &[&str], key: &str) -> Said {
        let mut command = place.command(arguments);
        command.env("EIA_BASE_URL", &self.url).env("EIA_API_KEY", key);
        Said::of(command.output().unwrap())
    }

    /// What `wellbook prices` published.
    fn publish(&self, place: &Place) -> Vec<Value> {
        let said = self.run(place, &["prices", "--days", "20", "--json"], KEY).succeeded();
        let told: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(told["series"].as_array().unwrap().len(), 3, "{told}");
        told["published"].as_array().unwrap().clone()
    }
}

/// Whether any file beneath holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => holds(&entry.path(), text),
            kind if kind.is_file() => {
                String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).contains(text)
            }
            _ => false,
        }
    })
}

#[test]
fn real_prices_begin_a_run_and_are_published_once_and_revised_as_new_records_that_reach_the_tables() {
    let (eia, place) = (Eia::new(), Place::new());
    let ports = ["--api-port", "--kafka-port", "--registry-port", "--postgres-port", "--admin-port"]
        .map(|name| (name, free_port().to_string()));
    let mut up = vec!["up", "--days", "1"];
    up.extend(ports.iter().flat_map(|(name, port)| [*name, port.as_str()]));
    eia.run(&place, &up, KEY).succeeded();
    let source = place.sql("SELECT price_source FROM staging.run");
    assert!(source.contains("EIA API v2, daily RWTC"), "{source}");

    eia.run(&place, &["prices"], "another").refused(64, &["EIA_API_KEY", "API_KEY_INVALID"]);
    place.run(&["prices"]).refused(64, &["EIA_API_KEY is not set"]);
    let first = eia.publish(&place);
    assert!(first.len() >= 3 * 14 && first.iter().all(|it| it["revision"] == 0 && it["before"].is_null()));
    assert_eq!(eia.publish(&place), Vec::<Value>::new());
    "-36.98".clone_into(&mut eia.of_today.lock().unwrap());
    let revised = eia.publish(&place);
    let is = |it: &Value| {
        (it["series"].clone(), it["revision"].clone(), it["before"].clone(), it["price"].clone())
    };
    assert_eq!(
        revised.iter().map(is).collect::<Vec<_>>(),
        [(json!("WTI"), json!(1), json!("70.250000"), json!("-36.980000"))]
    );
    let again = eia.run(&place, &["prices", "--days", "20"], KEY).succeeded();
    assert!(again.out.contains("nothing new") && again.out.contains("-36.980000"), "{}", again.out);
    assert!(!again.out.contains('\u{1b}'), "{}", again.out);

    let on = revised[0]["price_date"].as_str().unwrap();
    let sql = format!(
        "SELECT revision || ' at ' || price FROM staging.market_price WHERE series = 'WTI' AND price_source = 'EIA RWTC' \
         AND price_date = '{on}' ORDER BY revision"
    );
    until("both revisions are in the tables", || {
        let told = place.sql(&sql);
        told.contains("0 at 70.250000") && told.contains("1 at -36.980000")
    });
    let count = place.sql("SELECT 'n=' || count(*) FROM staging.market_price WHERE price_source LIKE 'EIA R%' OR price_source LIKE 'EIA E%'");
    assert!(count.contains(&format!("n={}", first.len() + 1)), "{count}");
    let proof = place.run(&["verify", "--wait", "60"]).succeeded();
    assert!(proof.out.contains("Nothing was lost"), "{}", proof.out);

    // What the run began with is what it has.
    let other = place.data().parent().unwrap().join("other.csv");
    std::fs::write(&other, format!("date,price_usd_per_bbl\n{},60\n", Utc::now().date_naive())).unwrap();
    place
        .run(&["up", "--prices", other.to_str().unwrap()])
        .refused(64, &["PRICES_FILES is not given", "other.csv"]);
    place.run(&["down"]).succeeded();
    let logs = place.data().join("logs");
    assert!(holds(&logs, "EIA API v2") && !holds(&logs, KEY));
}
