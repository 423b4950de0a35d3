//! What a controller looks for in the cost of wells, in overhead, and in what is paid.

use crate::rig::{each_entry, world};
use ledger::{JournalEntry, JournalLine};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn on<'e>(entry: &'e JournalEntry<'e>, account: &'static str) -> impl Iterator<Item = &'e JournalLine<'e>> {
    entry.lines.iter().filter(move |line| line.account_code == account)
}

/// What of a well's cost is intangible, in parts per thousand, by well: of those that stood before, and of new ones.
#[test]
fn two_thirds_to_four_fifths_of_a_wells_cost_are_intangible_and_each_wells_part_is_its_own() {
    let mut opening: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    let mut closed: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    each_entry(&world("2025-01-01"), 200, |entry| {
        let of = match &*entry.transaction_type {
            "OPENING_BALANCE" => &mut opening,
            "CLOSE_TO_PROVED" => &mut closed,
            _ => return,
        };
        for (at, account) in ["231.000", "233.000"].into_iter().enumerate() {
            for line in on(entry, account) {
                let well = line.well_id.as_deref().unwrap().to_owned();
                of.entry(well).or_default()[at] += line.signed_functional().units();
            }
        }
    });
    for (kind, wells, different) in [("opening", &opening, 60), ("closed", &closed, 8)] {
        let parts: Vec<i64> = wells.values().map(|[a, b]| a * 1_000 / (a + b)).collect();
        let (low, high) = (parts.iter().min().unwrap(), parts.iter().max().unwrap());
        assert!(*low >= 650 && *high <= 800, "{kind}: {low} to {high}");
        let unique: BTreeSet<&i64> = parts.iter().collect();
        assert!(unique.len() > different, "{kind}: {} of {}", unique.len(), parts.len());
    }
}

#[test]
fn a_correction_names_the_sale_that_it_corrects_and_no_sale_is_corrected_twice() {
    let mut finals = BTreeSet::new();
    let mut adjusted = BTreeSet::new();
    let mut months = BTreeSet::new();
    each_entry(&world("2025-01-01"), 300, |entry| match &*entry.transaction_type {
        "REVENUE_FINAL" => drop(finals.insert(entry.entry_id)),
        "PRIOR_PERIOD_ADJUSTMENT" => {
            let of = entry.adjusts_entry_id.expect("each names what it adjusts");
            assert!(finals.contains(&of), "{} of {of}", entry.description);
            assert!(adjusted.insert(of), "{} once more", entry.description);
            months.insert(entry.posting_date.format("%Y-%m").to_string());
        }
        _ => {}
    });
    assert!(adjusted.len() > 100 && months.len() > 4, "{} in {months:?}", adjusted.len());
}

/// What is open of a company's account, by the entry that opened it and whom or what it is of; credits below zero.
type Open = BTreeMap<(Uuid, String, String), i64>;

#[test]
fn property_tax_withholding_imbalances_obligations_and_draws_are_settled_entry_by_entry() {
    const SETTLED: [(&str, &str); 6] = [
        ("AD_VALOREM_PAYMENT", "321.000"),
        ("BACKUP_WITHHOLDING_REMITTANCE", "301.003"),
        ("GAS_IMBALANCE_SETTLEMENT", "306.000"),
        ("GAS_IMBALANCE_SETTLEMENT", "121.000"),
        ("ARO_SETTLEMENT", "410.000"),
        ("REVOLVER_REPAYMENT", "400.000"),
    ];
    let mut open = Open::new();
    let mut settled: BTreeMap<&str, usize> = BTreeMap::new();
    each_entry(&world("2025-01-01"), 400, |entry| {
        for line in &entry.lines {
            let Some((kind, account)) =
                SETTLED.into_iter().find(|(_, account)| line.account_code == *account)
            else {
                continue;
            };
            let settles = SETTLED.contains(&(&*entry.transaction_type, account));
            let of = [&line.counterparty_id, &line.owner_id, &line.well_id].into_iter().flatten().next();
            let of = format!("{} {}", entry.company_code, of.map_or("", |of| of));
            let id = if settles { line.clears_entry_id } else { Some(entry.entry_id) };
            let id = id.unwrap_or_else(|| panic!("{} names nothing on {account}", entry.description));
            let key = (id, account.to_owned(), of);
            assert!(!settles || open.contains_key(&key), "{}: {key:?} is not open", entry.description);
            let left = open.entry(key).or_default();
            let before = *left;
            *left += line.signed_functional().units();
            let is_within = before.signum() * left.signum() >= 0;
            assert!(!settles || is_within, "{}: {} of {before}", entry.description, line.amount);
            if settles {
                *settled.entry(kind).or_default() += 1;
            }
        }
    });
    assert_eq!(settled.len(), 5, "{settled:?}");
}

#[test]
fn what_gathering_costs_stands_on_the_gathering_systems_and_nothing_else_does() {
    let mut systems = BTreeSet::new();
    each_entry(&world("2025-01-01"), 40, |entry| {
        for line in &entry.lines {
            let is_of_system = line.cost_center.as_deref().is_some_and(|center| center.starts_with("3000-2"));
            let is_of_gathering = line.account_code.starts_with("720.");
            let is_equipment = line.account_code == "258.000";
            assert!(is_of_gathering == is_of_system || is_equipment, "{}", entry.description);
            systems.extend(line.cost_center.as_deref().filter(|_| is_of_system).map(str::to_owned));
        }
    });
    assert_eq!(systems.len(), 3, "{systems:?}");
}

#[test]
fn each_operating_agreement_has_overhead_of_its_own_and_all_are_adjusted_by_the_same_factor_in_april() {
    let mut rates: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let mut drilling = BTreeSet::new();
    each_entry(&world("2025-01-01"), 250, |entry| {
        for line in on(entry, "910.000") {
            let Some(price) = line.unit_price else { continue };
            assert!(line.text.as_deref().unwrap().starts_with("Agreement of "), "{:?}", line.text);
            if entry.transaction_type == "DRILLING_OVERHEAD" {
                drilling.insert(price.units() / 10_000);
                continue;
            }
            let lease = line.lease_id.as_deref().unwrap().to_owned();
            let month = entry.posting_date.format("%Y-%m").to_string();
            rates.entry(lease).or_default().insert(month, price.units() / 10_000);
        }
    });
    let of = |month: &str| -> Vec<i64> { rates.values().filter_map(|of| of.get(month).copied()).collect() };
    let unique: BTreeSet<i64> = of("2025-03").into_iter().collect();
    assert!(unique.len() > 30 && rates.len() > 55, "{} of {}", unique.len(), rates.len());
    let (low, high) = (unique.first().unwrap(), unique.last().unwrap());
    assert!(*low > 70_000 && *high < 190_000, "{low} to {high}");
    assert_eq!(of("2025-01"), of("2025-03"));
    assert_eq!(of("2025-04"), of("2025-07"));
    let factors = of("2025-03").into_iter().zip(of("2025-04")).map(|(a, b)| (b * 1_000 + a / 2) / a);
    let factors: BTreeSet<i64> = factors.collect();
    assert!(factors.len() == 1 && (1_020..=1_050).contains(factors.first().unwrap()), "{factors:?}");
    assert!(drilling.len() > 8, "{drilling:?}");
}

#[test]
fn the_imbalance_of_a_gas_well_is_booked_for_some_months_before_it_is_plugged() {
    let mut booked: BTreeMap<String, u32> = BTreeMap::new();
    each_entry(&world("2025-01-01"), 400, |entry| {
        if entry.transaction_type == "GAS_IMBALANCE" {
            *booked.entry(entry.description.split(", ").last().unwrap().to_owned()).or_default() += 1;
        }
    });
    assert!(booked.values().any(|months| *months > 2), "{booked:?}");
}

#[test]
fn the_operator_and_the_gatherer_buy_equipment_a_few_times_a_year_and_depreciate_it() {
    let mut bought: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut bases: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    each_entry(&world("2025-01-01"), 365, |entry| {
        let company = entry.company_code.to_string();
        match &*entry.transaction_type {
            "VENDOR_INVOICE" => {
                let lines = on(entry, "258.000").map(|line| line.amount.units());
                bought.entry(company).or_default().extend(lines);
            }
            "DEPRECIATION" => {
                let bases = bases.entry(company).or_default();
                bases.extend(entry.lines.iter().filter_map(|line| line.base_amount).map(|base| base.units()));
            }
            _ => {}
        }
    });
    bought.retain(|_, lines| !lines.is_empty());
    assert_eq!(bought.keys().collect::<Vec<_>>(), ["1000", "3000"]);
    for (company, lines) in &bought {
        assert!((3..20).contains(&lines.len()), "{company}: {lines:?}");
        assert!(bases[company].len() > 2, "{company}: {:?}", bases[company]);
    }
}
