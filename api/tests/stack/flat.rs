//! `/get-gl`.

use crate::books::{Books, PATIENCE};
use crate::journal::{ticket, tickets};
use bytes::BytesMut;
use serde_json::Value;
use std::collections::BTreeSet;

const FIELDS: [&str; 29] = [
    "gl_entry_id",
    "journal_batch",
    "journal_entry",
    "transaction_date",
    "posting_date",
    "account_code",
    "account_name",
    "account_type",
    "debit_amount",
    "credit_amount",
    "net_amount",
    "well_id",
    "lease_name",
    "property_id",
    "afe_number",
    "jib_number",
    "cost_center",
    "journal_source",
    "transaction_type",
    "description",
    "fiscal_period",
    "fiscal_year",
    "fiscal_month",
    "state",
    "county",
    "basin",
    "created_timestamp",
    "created_by",
    "last_modified",
];

async fn rows(response: &mut reqwest::Response, held: &mut BytesMut, count: usize) -> Vec<String> {
    let mut rows = Vec::new();
    while rows.len() < count {
        let Some(at) = held.iter().position(|byte| *byte == b'\n') else {
            let chunk = tokio::time::timeout(PATIENCE, response.chunk()).await.expect("nothing came in time");
            held.extend_from_slice(&chunk.unwrap().unwrap());
            continue;
        };
        rows.push(String::from_utf8(held.split_to(at + 1)[..at].to_vec()).unwrap());
    }
    rows
}

fn expected(numbers: std::ops::Range<u32>) -> BTreeSet<String> {
    numbers.flat_map(|number| [1, 2].map(|line| format!("{}-{line}", ticket(number).entry_id))).collect()
}

fn id(row: &str) -> String {
    serde_json::from_str::<Value>(row).unwrap()["gl_entry_id"].as_str().unwrap().to_owned()
}

#[test]
fn history_runs_into_live_rows_without_gap_or_repeat() {
    let books = Books::opened();
    books.validate(&tickets(0..700));
    books.load();
    books.load_masters();
    // Validated, and not loaded yet.
    books.validate(&tickets(700..750));
    let api = books.serve();
    books.runtime.block_on(async {
        let mut response = api.get("/get-gl").await;
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let mut held = BytesMut::new();
        let mut found = rows(&mut response, &mut held, 1_400).await;
        tokio::task::block_in_place(|| books.validate(&tickets(750..800)));
        found.extend(rows(&mut response, &mut held, 200).await);
        let ids: Vec<String> = found.iter().map(|row| id(row)).collect();
        let once: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!((ids.len(), once), (1_600, expected(0..800)));
        for row in [&found[0], &found[1_599]] {
            let value: Value = serde_json::from_str(row).unwrap();
            let names: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, FIELDS.into_iter().collect());
            assert!(value["account_name"].is_string() && value["account_type"].is_string(), "{row}");
        }
        let live = found.iter().find(|row| id(row) == format!("{}-1", ticket(753).entry_id)).unwrap();
        assert!(live.contains(r#""debit_amount":819.87,"credit_amount":0.00,"net_amount":819.87"#), "{live}");
        assert!(live.contains(r#""lease_name":"Caliche","property_id":"L1""#), "{live}");
        assert!(live.contains(r#""journal_entry":"2000-2025-753""#), "{live}");
    });
}

#[test]
fn a_range_of_days_is_one_document_with_its_count() {
    let books = Books::opened();
    books.validate(&tickets(0..120));
    books.load();
    let api = books.serve();
    books.runtime.block_on(async {
        let document = api.json("/get-gl?start_date=2025-03-02&end_date=2025-03-03").await;
        let data = document["data"].as_array().unwrap();
        // Of sixty days, each is met twice; an entry has two lines.
        assert_eq!((document["count"].as_u64(), data.len()), (Some(8), 8));
        assert!(
            data.iter().all(|row| row["posting_date"] == "2025-03-02" || row["posting_date"] == "2025-03-03")
        );
        let none = api.get("/get-gl?start_date=2020-01-01&end_date=2020-12-31").await.text().await.unwrap();
        assert_eq!(none, r#"{"count":0,"data":[]}"#);
    });
}

#[test]
fn a_range_that_is_too_large_is_refused_with_its_size() {
    let books = Books::opened();
    let entries: Vec<_> = (0..112).map(crate::journal::bulky).collect();
    for part in entries.chunks(10) {
        books.validate(part);
    }
    books.load();
    let api = books.serve();
    books.runtime.block_on(async {
        let response = api.get("/get-gl?start_date=2025-01-01&end_date=2025-12-31").await;
        assert_eq!(response.status(), 400);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "range_too_large");
        assert!(
            problem["detail"].as_str().unwrap().contains("100800 rows, one answer at most 100000"),
            "{problem}"
        );
    });
}
