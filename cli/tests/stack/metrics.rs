//! What services serve at `/metrics` is what docs/metrics.md says.

use crate::rig::{Machine, checkout};
use contract::Topic;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A family of series: its type, and the labels of all its series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Family {
    kind: String,
    labels: BTreeSet<String>,
}

type Families = BTreeMap<String, Family>;

/// The sections of the page that describe a service.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("producer", &["Every service", "Producer"]),
    ("validator", &["Every service", "Validator and sink", "Validator"]),
    ("sink", &["Every service", "Validator and sink", "Sink"]),
    ("api", &["Every service", "API"]),
];

/// The families that a section of the page lists.
fn documented(page: &str, section: &str) -> Families {
    let heading = format!("\n## {section}\n");
    let body = page.split(&heading).nth(1).unwrap_or_else(|| panic!("the page has no section {section}"));
    let body = body.split("\n## ").next().unwrap();
    let rows = body.lines().filter(|line| line.starts_with("| `"));
    let families = rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let ticked = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let labels = ticked(cells[3]).into_iter().collect();
        (ticked(cells[1]).remove(0), Family { kind: cells[2].to_owned(), labels })
    });
    families.collect()
}

/// The families of a scrape.
fn scraped(text: &str) -> Families {
    let mut families = Families::new();
    let mut newest = String::new();
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').unwrap();
            newest = name.to_owned();
            families.insert(newest.clone(), Family { kind: kind.to_owned(), labels: BTreeSet::new() });
        } else if !line.starts_with('#') && !line.is_empty() {
            assert!(line.starts_with(&newest), "{line} stands under {newest}");
            let labels =
                line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map_or("", |it| it.0);
            let names = labels.split("\",").filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
            families.get_mut(&newest).unwrap().labels.extend(names.filter(|name| name != "le"));
        }
    }
    families
}

/// How two lists of families differ, in words.
fn differences(service: &str, documented: &Families, served: &Families) -> String {
    let mut said = String::new();
    for name in documented.keys().chain(served.keys()).collect::<BTreeSet<_>>() {
        let (on_page, in_scrape) = (documented.get(name), served.get(name));
        if on_page != in_scrape {
            writeln!(said, "{service}: {name} is {on_page:?} on the page and {in_scrape:?} in the scrape")
                .unwrap();
        }
    }
    said
}

#[test]
fn every_metric_that_services_serve_is_on_its_page_and_every_one_there_is_served() {
    let page = std::fs::read_to_string(checkout().join("docs/metrics.md")).unwrap();
    let run = [("HISTORICAL_DAYS", "1"), ("STREAMING_INTERVAL_SECONDS", "1"), ("FAULT_RATE", "0.01")];
    let machine = Machine::with_services(run.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    machine.wait_for_growth(Topic::JournalEntryDlq);
    machine.wait_for_rows_to_grow();
    let admin = |service: &str| machine.stack().unit(service).unwrap().admin().unwrap();
    machine.get(&format!("{}/v1/entries?limit=1", machine.stack().endpoints().api));
    for (service, sections) in SECTIONS {
        let documented: Families = sections.iter().flat_map(|section| documented(&page, section)).collect();
        let mut found = String::new();
        // Some are set at intervals of seconds.
        machine.wait_until(&format!("{service} serves what the page lists"), || {
            let served = scraped(&machine.get(&format!("http://{}/metrics", admin(service))));
            let is_more = served.keys().any(|name| !documented.contains_key(name));
            found = differences(service, &documented, &served);
            found.is_empty() || is_more
        });
        assert!(found.is_empty(), "{found}");
    }
}
