//! History.

use crate::books::{Api, Books};
use crate::client::once;
use crate::journal::{WELL, tickets};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

fn ids(page: &Value) -> Vec<Uuid> {
    let entries = page["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["entry_id"].as_str().unwrap().parse().unwrap()).collect()
}

/// All pages of a list, by the `Link` of each.
async fn walk(api: &Api, first: &str) -> Vec<Uuid> {
    let (mut path, mut found) = (first.to_owned(), Vec::new());
    loop {
        let response = api.get(&path).await;
        assert_eq!(response.status(), 200, "{path}");
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let page: Value = response.json().await.unwrap();
        found.extend(ids(&page));
        assert_eq!(page["has_more"].as_bool(), Some(link.is_some()));
        let Some(link) = link else { return found };
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        assert!(next.ends_with(page["next_cursor"].as_str().unwrap()), "{next}");
        next.clone_into(&mut path);
    }
}

#[test]
fn pages_walk_every_entry_once_even_while_more_is_loaded() {
    let books = Books::opened();
    let entries = tickets(1..121);
    books.validate(&entries);
    books.load();
    let api = books.serve();
    let expected: BTreeSet<Uuid> = entries.iter().map(|entry| entry.entry_id).collect();
    books.runtime.block_on(async {
        for order in ["newest", "oldest"] {
            let found = walk(&api, &format!("/v1/entries?limit=7&order={order}")).await;
            assert!(found.is_sorted_by(|a, b| if order == "oldest" { a < b } else { a > b }));
            assert_eq!(once(found), expected);
        }
        let first = api.json("/v1/entries?limit=50&order=oldest").await;
        tokio::task::block_in_place(|| {
            books.validate(&tickets(121..140));
            std::thread::scope(|scope| scope.spawn(|| books.load()).join().unwrap());
        });
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = walk(&api, &format!("/v1/entries?order=oldest&cursor={cursor}")).await;
        assert_eq!(once(ids(&first).into_iter().chain(rest)), expected);
        assert_eq!(walk(&api, "/v1/entries?limit=9999").await.len(), 139, "more than the limit is the limit");
    });
}

#[test]
fn filters_give_exactly_what_they_say() {
    let books = Books::opened();
    let entries = tickets(1..121);
    books.validate(&entries);
    books.load();
    let api = books.serve();
    let expect = |wanted: &dyn Fn(&ledger::JournalEntry<'_>) -> bool| -> BTreeSet<Uuid> {
        entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.entry_id).collect()
    };
    let april = "2025-04-01".parse().unwrap();
    let well = |entry: &ledger::JournalEntry<'_>| entry.lines[0].well_id.as_deref() == Some(WELL);
    let cases: Vec<(String, BTreeSet<Uuid>)> = vec![
        ("company=1000".into(), expect(&|entry| entry.company_code == "1000")),
        ("source=AP".into(), expect(&|entry| entry.source.code() == "AP")),
        (format!("well={WELL}"), expect(&well)),
        ("account=127.001".into(), expect(&|_| true)),
        (
            format!("account=127.001&well={WELL}&company=2000"),
            expect(&|entry| well(entry) && entry.company_code == "2000"),
        ),
        ("account=999.999".into(), expect(&|_| false)),
        ("period=2025-04".into(), expect(&|entry| entry.fiscal_period == 4)),
        ("period=2025".into(), expect(&|_| true)),
        ("period=2024".into(), expect(&|_| false)),
        ("date_from=2025-04-01".into(), expect(&|entry| entry.posting_date >= april)),
        ("date_from=2025-04-01&date_to=2025-04-01".into(), expect(&|entry| entry.posting_date == april)),
    ];
    books.runtime.block_on(async {
        for (query, expected) in cases {
            assert_eq!(once(walk(&api, &format!("/v1/entries?limit=10&{query}")).await), expected, "{query}");
        }
    });
}

#[test]
fn whatever_is_wrong_with_a_request_is_a_problem_that_says_so() {
    let books = Books::opened();
    books.validate(&tickets(1..11));
    books.load();
    let api = books.serve();
    books.runtime.block_on(async {
        let page = api.json("/v1/entries?limit=2&company=1000").await;
        let cursor = page["next_cursor"].as_str().unwrap();
        let other_run = contract::Position::start(Uuid::new_v4());
        let mut ahead: contract::Position =
            api.json("/health").await["position"].as_str().unwrap().parse().unwrap();
        ahead.next[2] += 1_000_000;
        for (path, status, code, detail) in [
            ("/v1/entries?cursor=nonsense".to_owned(), 400, "bad_cursor", "it is damaged"),
            (format!("/v1/entries?cursor={cursor}"), 400, "bad_cursor", "other filters"),
            (format!("/v1/entries?company=2000&cursor={cursor}"), 400, "bad_cursor", "other filters"),
            (
                "/v1/entries?date_from=31.12.2025".into(),
                400,
                "bad_parameter",
                "date_from: `31.12.2025` is no date",
            ),
            (
                "/v1/entries?date_from=2025-02-01&date_to=2025-01-01".into(),
                400,
                "bad_parameter",
                "is after date_to",
            ),
            ("/v1/entries?period=2025-99".into(), 400, "bad_parameter", "period: `2025-99` is no period"),
            ("/v1/entries?source=XYZ".into(), 400, "bad_parameter", "source: `XYZ` is no source"),
            ("/v1/entries?company=%27%20OR%201".into(), 400, "bad_parameter", "company: `' OR 1` is no code"),
            ("/v1/entries?limit=0".into(), 400, "bad_parameter", "limit: `0` is no limit"),
            ("/v1/entries?limit=many".into(), 400, "bad_parameter", "limit: `many` is no limit"),
            ("/v1/entries?accuont=302.000".into(), 400, "bad_parameter", "unknown parameter `accuont`"),
            ("/v1/entries?limit=1&limit=2".into(), 400, "bad_parameter", "twice the parameter `limit`"),
            ("/v1/entries/17".into(), 400, "bad_parameter", "id: `17` is no UUID"),
            (format!("/v1/entries/{}", Uuid::nil()), 404, "unknown_entry", "is loaded"),
            ("/v1/trial-balance".into(), 400, "bad_parameter", "`company` is missing"),
            ("/v1/trial-balance?company=1000".into(), 400, "bad_parameter", "`period` is missing"),
            ("/v1/accounts?x=1".into(), 400, "bad_parameter", "unknown parameter `x`"),
            ("/v1/nothing".into(), 404, "unknown_path", "/docs"),
            ("/v1/feed".into(), 400, "not_a_websocket", ""),
            ("/v1/feed/sse?from=yesterday".into(), 400, "bad_position", "`latest`, `earliest` or a position"),
            (format!("/v1/feed/sse?from={other_run}"), 400, "other_run", &*other_run.incarnation.to_string()),
            (format!("/v1/feed/ndjson?from={ahead}"), 400, "bad_position", "beyond the end of partition 2"),
            ("/v1/feed/ndjson?sauce=AP".into(), 400, "bad_parameter", "unknown parameter `sauce`"),
            ("/get-gl?start_date=2025-01-01".into(), 400, "bad_parameter", "end_date is missing"),
            (
                "/get-gl?start_date=2025-01-01&end_date=2024-01-01".into(),
                400,
                "bad_parameter",
                "is after end_date",
            ),
            (
                "/get-gl?start_date=tomorrow&end_date=2024-01-01".into(),
                400,
                "bad_parameter",
                "start_date: `tomorrow`",
            ),
        ] {
            let response = api.get(&path).await;
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
            let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
            let problem: Value = response.json().await.unwrap();
            assert_eq!(problem["code"], code, "{path}: {problem}");
            assert_eq!(problem["type"], format!("urn:wellbook:problem:{code}"));
            assert_eq!(
                (&problem["status"], &problem["request_id"]),
                (&Value::from(status), &Value::from(id))
            );
            assert!(problem["detail"].as_str().unwrap().contains(detail), "{path}: {problem}");
        }
        let response = api.http.post(api.url("/v1/entries")).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (405, &"application/problem+json".parse().unwrap())
        );
    });
}

#[test]
fn one_entry_the_chart_and_the_trial_balance_agree_to_the_cent() {
    let books = Books::opened();
    let entries = tickets(1..61);
    books.validate(&entries);
    books.load();
    books.load_masters();
    let api = books.serve();
    books.runtime.block_on(async {
        let wanted = &entries[16];
        let entry = api.json(&format!("/v1/entries/{}", wanted.entry_id)).await;
        assert_eq!(entry["total_debit"], wanted.total_debit.to_string());
        assert_eq!(entry["lines"][1]["amount"], wanted.lines[1].amount.to_string());
        assert_eq!(entry["description"], wanted.description.as_ref());
        let chart = api.json("/v1/accounts").await;
        assert_eq!(chart["accounts"].as_array().unwrap().len(), ledger::chart::accounts().len());
        let balance = api.json("/v1/trial-balance?company=1000&period=2025-03").await;
        let march =
            |entry: &&ledger::JournalEntry<'_>| entry.company_code == "1000" && entry.fiscal_period == 3;
        let total: ledger::Money = entries.iter().filter(march).map(|entry| entry.total_debit).sum();
        assert_eq!(balance["total_debit"], total.to_string());
        assert_eq!(
            (&balance["total_credit"], &balance["is_balanced"]),
            (&balance["total_debit"], &Value::from(true))
        );
        assert_eq!(balance["rows"].as_array().unwrap().len(), 2);
    });
}
