//! Every amount of the ledger is explained from its entry and the reference records alone.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{DateTime, Days, Utc};
use ledger::explain::{Facts, Method, explain};
use ledger::period::midnight;
use simulator::{FaultRates, PriceTable, Settings, Submission, World, transaction_types};
use std::collections::{BTreeMap, BTreeSet};

fn world(start: &str) -> World {
    World::new(Settings {
        seed: 42,
        start_date: start.parse().unwrap(),
        historical_days: 60,
        scale: 1,
        fault_rates: FaultRates::uniform("0".parse().unwrap()),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

fn at(world: &World, days: u64) -> DateTime<Utc> {
    midnight(world.settings().start_date + Days::new(days))
}

/// All reference records of the days, and of the weeks behind them in which production and prices are reported.
fn facts(world: &World, days: u64) -> Facts {
    let mut facts = Facts::default();
    facts.extend(world.opening_reference());
    let later = world.reference_between(world.begins_at(), at(world, days + 45));
    facts.extend(later.into_iter().map(|(_, record)| record));
    facts
}

/// Types with lines that begin outside the books: invoices, wages, vouchers, estimates, what people decide.
const STATED: [&str; 23] = [
    "AFE_INVOICE",
    "AFFILIATE_DIVIDEND",
    "AUDIT_ADJUSTMENT",
    "CAPITAL_ACCRUAL",
    "CAPITAL_ACCRUAL_REVERSAL",
    "DIVIDEND",
    "FEE_RECEIPT",
    "GATHERING_ACCRUAL",
    "GATHERING_ACCRUAL_REVERSAL",
    "GATHERING_FEE",
    "INSURANCE_PREMIUM",
    "LABOUR_ALLOCATION",
    "MANAGEMENT_FEE",
    "MATERIAL_PURCHASE",
    "PAYROLL",
    "PLUGGING_INVOICE",
    "PURCHASER_RECEIPT",
    "RECLASSIFICATION",
    "REVOLVER_DRAW",
    "REVOLVER_REPAYMENT",
    "SERVICE_INVOICE",
    "VENDOR_INVOICE",
    "OPENING_BALANCE",
];

/// What the explanations of many entries come to.
#[derive(Default)]
struct Seen {
    types: BTreeSet<String>,
    /// Lines by how they come about.
    lines: BTreeMap<&'static str, u64>,
    stated: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Seen {
    fn explain(&mut self, submission: &Submission<'_>, facts: &Facts) {
        let entry = &submission.entry;
        let explanation = explain(entry, facts);
        let numbers: Vec<i32> = explanation.calculations.iter().map(|it| it.line_number).collect();
        let expected: Vec<i32> = entry.lines.iter().map(|line| line.line_number).collect();
        assert_eq!(numbers, expected, "{} {}", entry.transaction_type, entry.description);
        self.types.insert(entry.transaction_type.to_string());
        for it in &explanation.calculations {
            *self.lines.entry(it.method.code()).or_default() += 1;
            assert_eq!(it.recomputed.is_some(), it.method.is_recomputed(), "{}", it.text);
            if it.method == Method::Stated {
                self.stated.insert(entry.transaction_type.to_string());
            }
        }
        for it in explanation.disagreements().take(1) {
            self.wrong.push(format!(
                "{} {} of {}: {it:?}",
                entry.transaction_type, entry.description, entry.entry_id
            ));
        }
    }

    fn verdict(&self) {
        let first: Vec<&String> = self.wrong.iter().take(12).collect();
        assert!(self.wrong.is_empty(), "{} entries do not agree: {first:#?}", self.wrong.len());
        let outside: Vec<&String> = self.stated.iter().filter(|it| !STATED.contains(&it.as_str())).collect();
        assert!(outside.is_empty(), "stated, not worked out: {outside:?}");
    }
}

#[test]
fn every_amount_of_sixty_days_across_a_year_end_is_explained_and_agrees_to_the_cent() {
    let world = world("2025-12-10");
    let facts = facts(&world, 60);
    let mut seen = Seen::default();
    for day in 0..60 {
        let from = if day == 0 { world.begins_at() } else { at(&world, day) };
        for submission in world.submissions(from, at(&world, day + 1)) {
            seen.explain(&submission, &facts);
        }
    }
    seen.verdict();
    let lines: u64 = seen.lines.values().sum();
    let count = |method: Method| seen.lines.get(method.code()).copied().unwrap_or_default();
    assert!(lines > 500_000, "{lines}");
    assert!(count(Method::Stated) * 10 < lines, "{:?}", seen.lines);
    println!("{:?}", seen.lines);
}

#[test]
fn every_transaction_type_is_explained_however_rare() {
    let world = world("2025-01-01");
    let days = 3 * 365;
    let facts = facts(&world, days);
    let mut seen = Seen::default();
    let mut explained: BTreeMap<String, u32> = BTreeMap::new();
    for day in 0..days {
        if transaction_types().iter().all(|it| explained.contains_key(*it)) {
            break;
        }
        let from = if day == 0 { world.begins_at() } else { at(&world, day) };
        for submission in world.submissions(from, at(&world, day + 1)) {
            let count = explained.entry(submission.entry.transaction_type.to_string()).or_default();
            *count += 1;
            if *count <= 300 {
                seen.explain(&submission, &facts);
            }
        }
    }
    seen.verdict();
    let missing: Vec<&str> = transaction_types().into_iter().filter(|it| !seen.types.contains(*it)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
