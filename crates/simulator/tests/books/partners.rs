//! What partners bear: in the operator's books never the company's work in progress, in the non-operator's books its share.

use crate::rig::{at, each_entry, world};
use chrono::NaiveDate;
use ledger::JournalLine;
use ledger::reference::{Afe, ReferenceRecord, Well};
use simulator::World;
use std::collections::{BTreeMap, BTreeSet};

/// The records of some days: AFEs by number in the order of their days, and wells.
fn masters(world: &World, days: u64) -> (BTreeMap<String, Vec<Afe>>, BTreeMap<String, Well>) {
    let later = world.reference_between(world.begins_at(), at(world, days));
    let records = world.opening_reference().into_iter().chain(later.into_iter().map(|(_, record)| record));
    let (mut afes, mut wells) = (BTreeMap::<String, Vec<Afe>>::new(), BTreeMap::new());
    for record in records {
        match record {
            ReferenceRecord::Afe(afe) => afes.entry(afe.afe_number.clone()).or_default().push(afe),
            ReferenceRecord::Well(well) => drop(wells.insert(well.well_id.clone(), well)),
            _ => {}
        }
    }
    (afes, wells)
}

fn is_in_progress(line: &JournalLine<'_>) -> bool {
    line.account_code.starts_with("24")
}

fn cents<'l>(lines: impl Iterator<Item = &'l JournalLine<'l>>) -> i64 {
    lines.map(|line| line.signed_functional().units()).sum()
}

/// At the end of each month an operator's AFE holds the company's share of what was spent on it, and not a dollar more.
#[test]
fn work_in_progress_never_holds_the_partners_money_at_a_month_end() {
    let world = world("2025-01-01");
    let (afes, wells) = masters(&world, 120);
    let ends = ["2025-01-31", "2025-02-28", "2025-03-31"].map(|end| end.parse::<NaiveDate>().unwrap());
    // By AFE and month end: what it holds, and what was spent at 8/8.
    let mut held: BTreeMap<(String, NaiveDate), [i64; 2]> = BTreeMap::new();
    let mut carried = BTreeSet::new();
    each_entry(&world, 112, |entry| {
        for line in entry.lines.iter().filter(|line| is_in_progress(line) && entry.company_code == "1000") {
            let afe = line.afe_number.as_deref().unwrap();
            if entry.transaction_type == "OPENING_BALANCE" {
                carried.insert(afe.to_owned());
            }
            let cents = line.signed_functional().units();
            let spent = match entry.transaction_type.as_ref() {
                "AFE_INVOICE" | "MATERIAL_TRANSFER" | "RECLASSIFICATION" => cents,
                "CAPITAL_ACCRUAL" => line.base_amount.unwrap().units(),
                "CAPITAL_ACCRUAL_REVERSAL" => -line.base_amount.unwrap().units(),
                _ => 0,
            };
            for end in ends.iter().filter(|end| entry.posting_date <= **end) {
                let sums = held.entry((afe.to_owned(), *end)).or_default();
                // The rig's overhead is the company's own part from the beginning.
                sums[0] += if entry.transaction_type == "DRILLING_OVERHEAD" { 0 } else { cents };
                sums[1] += spent;
            }
        }
    });
    held.retain(|(afe, _), _| !carried.contains(afe));
    let shared = |afe: &str| wells[afes[afe][0].well_id.as_deref().unwrap()].working_interest.units();
    let mut with_partners = 0;
    for ((afe, end), [held, spent]) in &held {
        let own = i128::from(*spent) * i128::from(shared(afe)) / 100_000_000;
        assert!(
            (i128::from(*held) - own).abs() < 100,
            "{afe} holds {held} of {spent} cents on {end}, own {own}"
        );
        with_partners += u64::from(shared(afe) < 100_000_000 && *spent > 0);
    }
    assert!(with_partners > 4, "{with_partners}");
}

#[test]
fn an_accrual_of_capital_leaves_the_partners_part_unbilled_and_both_make_the_estimate() {
    let world = world("2025-03-01");
    let (mut shared, mut alone) = (0, 0);
    each_entry(&world, 45, |entry| {
        if entry.transaction_type != "CAPITAL_ACCRUAL" || entry.company_code != "1000" {
            return;
        }
        let on = |account: &'static str| {
            entry.lines.iter().filter(move |line| line.account_code.starts_with(account))
        };
        let estimate: i64 = on("24").map(|line| line.base_amount.unwrap().units()).sum();
        assert_eq!(-cents(on("301.002")), estimate, "{}", entry.description);
        for line in on("123.001") {
            assert!(line.counterparty_id.is_some() && line.jib_code.is_some() && line.afe_number.is_some());
            let share = i128::from(line.decimal_interest.unwrap().units());
            let part = i128::from(estimate) * share / 100_000_000;
            assert!((i128::from(line.amount.units()) - part).abs() <= 1, "{}", entry.description);
        }
        assert!(on("123.000").next().is_none(), "nothing is billed by an estimate");
        *(if on("123.001").next().is_some() { &mut shared } else { &mut alone }) += 1;
    });
    assert!(shared > 2, "{shared} with partners, {alone} without");
}

/// What a well of others cost the non-operator.
#[derive(Debug, Default)]
struct Taken {
    proposed: Option<NaiveDate>,
    billed: i64,
    called: i64,
    closed: i64,
    depleted: i64,
    obligation: i64,
    /// Balance of 24x, 126.001 and 301.002.
    left: [i64; 3],
}

/// Ballot, call, bills, property, depletion and obligation, all at the non-operator's share.
#[test]
fn the_non_operator_takes_part_in_others_wells_from_the_ballot_to_depletion() {
    let world = world("2024-06-01");
    let days = 330;
    let (afes, wells) = masters(&world, days);
    let start = world.settings().start_date;
    let number = |well: &str| {
        let is_of = |(_, records): &(&String, &Vec<Afe>)| records[0].well_id.as_deref() == Some(well);
        afes.iter().find(is_of).map(|(number, _)| number.clone())
    };
    let mut taken: BTreeMap<String, Taken> = BTreeMap::new();
    for (afe, records) in afes.iter().filter(|(_, records)| records[0].company_code == "2000") {
        let statuses: Vec<&str> = records.iter().map(|record| record.status.as_str()).collect();
        assert_eq!(statuses[0], "PROPOSED", "{afe}");
        // What is proposed at the very end has no answer yet.
        assert!(statuses.len() == 1 || statuses[1] == "APPROVED", "{afe}: {statuses:?}");
        if records[0].effective_date >= start {
            taken.entry(afe.clone()).or_default().proposed = Some(records[0].effective_date);
        }
    }
    each_entry(&world, days, |entry| {
        for line in entry.lines.iter().filter(|_| entry.company_code == "2000") {
            let of_well = || line.well_id.as_deref().and_then(number);
            let Some(afe) = line.afe_number.as_deref().map(str::to_owned).or_else(of_well) else { continue };
            let Some(of) = taken.get_mut(&afe) else { continue };
            let cents = line.signed_functional().units();
            assert!(Some(entry.posting_date) > of.proposed, "{afe}: {}", entry.description);
            match (entry.transaction_type.as_ref(), line.account_code.as_ref()) {
                ("NON_OPERATED_BILL", account) if account.starts_with("24") => of.billed += cents,
                ("NON_OPERATED_CASH_CALL", "126.001") => of.called += cents,
                ("CLOSE_TO_PROVED", "231.000" | "233.000") => of.closed += cents,
                ("DEPLETION", "732.000" | "734.000") => of.depleted += cents,
                ("ARO_RECOGNITION", "410.000") => of.obligation -= cents,
                _ => {}
            }
            match line.account_code.as_ref() {
                account if account.starts_with("24") => of.left[0] += cents,
                "126.001" => of.left[1] += cents,
                "301.002" => of.left[2] += cents,
                _ => {}
            }
        }
    });
    let budget = |afe: &str| afes[afe].iter().map(|record| record.budget.units()).max().unwrap();
    let finished: Vec<(&String, &Taken)> = taken.iter().filter(|(_, of)| of.closed > 0).collect();
    assert!(finished.len() > 1, "{taken:?}");
    for (afe, of) in &finished {
        assert_eq!(of.closed, of.billed, "{afe}: {of:?}");
        assert!(of.billed > budget(afe) * 8 / 10 && of.billed <= budget(afe) * 12 / 10, "{afe}: {of:?}");
        assert_eq!(of.left, [0; 3], "{afe}: {of:?}");
        assert!(of.obligation > 0, "{afe}: {of:?}");
        let share = wells[afes[*afe][0].well_id.as_deref().unwrap()].working_interest;
        assert!(share.units() < 50_000_000, "{afe}: {share}");
    }
    assert!(finished.iter().any(|(_, of)| of.depleted > 0), "{finished:?}");
    assert!(finished.iter().any(|(_, of)| of.called > 0), "{finished:?}");
}

/// A correction names the invoice that it corrects, and the month's billing gives partners the difference.
#[test]
fn a_recoded_cost_names_its_invoice_and_partners_bear_it_where_it_is_right() {
    let world = world("2025-03-01");
    let (_, wells) = masters(&world, 75);
    // Invoices by id: account, well, AFE and cents of each line.
    type Charged = Vec<(String, Option<String>, Option<String>, i64)>;
    let mut invoices: BTreeMap<uuid::Uuid, Charged> = BTreeMap::new();
    let (mut corrected, mut unnamed) = (BTreeSet::new(), 0);
    // By lease, account and month: what was spent at 8/8 and what was kept, and where something was recoded.
    let mut costs: BTreeMap<(String, String, String), [i64; 2]> = BTreeMap::new();
    let mut recoded = BTreeSet::new();
    each_entry(&world, 75, |entry| {
        if entry.company_code != "1000" || entry.transaction_type == "OPENING_BALANCE" {
            return;
        }
        let charged = |line: &JournalLine<'_>| {
            let own = |text: &Option<ledger::Text<'_>>| text.as_deref().map(str::to_owned);
            (line.account_code.to_string(), own(&line.well_id), own(&line.afe_number), line.amount.units())
        };
        if matches!(entry.transaction_type.as_ref(), "VENDOR_INVOICE" | "AFE_INVOICE") {
            invoices.insert(entry.entry_id, entry.lines.iter().map(charged).collect());
        }
        let month = entry.posting_date.format("%Y-%m").to_string();
        if entry.transaction_type == "RECLASSIFICATION" {
            let [to, from] = &entry.lines[..] else { panic!("{}", entry.description) };
            assert_eq!(
                (&to.well_id, &to.afe_number, &to.jib_code),
                (&from.well_id, &from.afe_number, &from.jib_code)
            );
            match entry.adjusts_entry_id {
                Some(invoice) => {
                    assert!(invoices[&invoice].contains(&charged(from)), "{}", entry.description);
                    assert!(corrected.insert(invoice), "{} is corrected twice", entry.description);
                }
                // The invoice is older than the books.
                None => unnamed += u64::from(month != "2025-03"),
            }
            let lease = from.lease_id.as_deref().unwrap().to_owned();
            recoded.insert((lease, from.account_code.to_string(), month.clone()));
        }
        for line in entry.lines.iter().filter(|line| line.account_code.starts_with("710.")) {
            let Some(lease) = line.lease_id.as_deref() else { continue };
            let of = (lease.to_owned(), line.account_code.to_string(), month.clone());
            let sums = costs.entry(of).or_default();
            let cents = line.signed_functional().units();
            match entry.transaction_type.as_ref() {
                "COPAS_OVERHEAD" => {}
                "JIB_CUT_BACK" => sums[1] += cents,
                _ => *sums = sums.map(|sum| sum + cents),
            }
        }
    });
    assert!(corrected.len() > 300 && unnamed == 0, "{} corrections, {unnamed} without", corrected.len());
    let share_of = |lease: &str| {
        let well = wells.values().find(|well| well.lease_id == lease).unwrap();
        i128::from(well.working_interest.units())
    };
    let mut shared = 0;
    for of in recoded.iter().filter(|(_, account, month)| account.starts_with("710.") && month != "2025-05") {
        let [spent, kept] = costs[of];
        let own = i128::from(spent) * share_of(&of.0) / 100_000_000;
        assert!((i128::from(kept) - own).abs() <= 4, "{of:?}: {kept} of {spent} kept, own {own}");
        shared += u64::from(share_of(&of.0) < 100_000_000);
    }
    assert!(shared > 100, "{shared}");
}
