//! Entries of a real ledger are explained from its topics alone.

use crate::command::{Place, Said, free_port, until};
use crate::rig::programs;
use serde_json::Value;

/// Families of entries, a type of each, that the first ten days of a year hold.
const TYPES: [&str; 12] = [
    "REVENUE_ACCRUAL",
    "REVENUE_ACCRUAL_REVERSAL",
    "RUN_TICKET",
    "VENDOR_INVOICE",
    "VENDOR_PAYMENT",
    "JIB_CUT_BACK",
    "COPAS_OVERHEAD",
    "DEPLETION",
    "NON_OPERATED_ACCRUAL",
    "HEDGE_SETTLEMENT",
    "MATERIAL_TRANSFER",
    "AD_VALOREM_ACCRUAL",
];

fn up(place: &Place) {
    let ports = ["--api-port", "--kafka-port", "--registry-port", "--postgres-port", "--admin-port"]
        .map(|name| (name, free_port().to_string()));
    let mut all = vec!["up", "--start-date", "2025-01-01", "--days", "10"];
    all.extend(ports.iter().flat_map(|(name, port)| [*name, port.as_str()]));
    Said::of(place.command(&all).output().unwrap()).succeeded();
}

/// The id of an entry of a type, once one is loaded.
fn id_of(place: &Place, transaction_type: &str) -> String {
    let sql = format!(
        "SELECT 'id=' || entry_id FROM staging.journal_entry WHERE transaction_type = '{transaction_type}' \
         ORDER BY entry_id LIMIT 1"
    );
    let mut id = None;
    until(&format!("a {transaction_type} is in the tables"), || {
        let said = place.sql(&sql);
        id = said.find("id=").map(|at| said[at + 3..].chars().take(36).collect());
        id.is_some()
    });
    id.unwrap()
}

#[test]
fn an_entry_is_explained_from_the_topics_and_the_same_entry_from_the_seed() {
    assert!(programs().join("wellbook-producer").exists(), "build the services first");
    let place = Place::new();
    up(&place);
    for transaction_type in TYPES {
        let id = id_of(&place, transaction_type);
        let explained = place.run(&["explain", &id]).succeeded().out;
        assert!(explained.contains(transaction_type) && explained.contains(&id), "{explained}");
        assert!(explained.contains("every amount agrees"), "{explained}");
        let from_topics = place.run(&["explain", &id, "--json"]).succeeded().out;
        let from_seed = place.run(&["explain", &id, "--json", "--from-seed", "--start-date", "2025-01-01"]);
        let of = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (from_topics, from_seed) = (of(&from_topics), of(&from_seed.succeeded().out));
        assert_eq!(from_topics["agrees"], true);
        let amounts = |value: &Value| -> Vec<(Value, Value, Value)> {
            let lines = value["lines"].as_array().unwrap().iter();
            lines.map(|it| (it["amount"].clone(), it["method"].clone(), it["recomputed"].clone())).collect()
        };
        assert_eq!(amounts(&from_topics), amounts(&from_seed), "{transaction_type}");
    }
    let nobody = "01942fd5-4e5c-7d27-8a2f-0a8f3ba9d3f1";
    place.run(&["explain", nobody]).refused(1, &[nobody, "has no entry"]);
}
