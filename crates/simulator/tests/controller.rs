//! What a controller who reads a year of the books looks for, and a ledger made by a program would miss.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{DateTime, Days, NaiveDate, Utc};
use ledger::period::midnight;
use ledger::reference::ReferenceRecord;
use ledger::{JournalEntry, JournalLine};
use simulator::{FaultRates, PriceTable, Settings, World};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn world(start: &str) -> World {
    World::new(Settings {
        seed: 42,
        start_date: start.parse().unwrap(),
        historical_days: 400,
        scale: 1,
        fault_rates: FaultRates::default(),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

fn at(world: &World, days: u64) -> DateTime<Utc> {
    midnight(world.settings().start_date + Days::new(days))
}

/// Shows each good entry of some days, a day at a time.
fn each_entry(world: &World, days: u64, mut show: impl FnMut(&JournalEntry<'_>)) {
    for day in 0..days {
        let from = if day == 0 { world.begins_at() } else { at(world, day) };
        for submission in world.submissions(from, at(world, day + 1)) {
            if submission.planted.is_none() {
                show(&submission.entry);
            }
        }
    }
}

fn cents<'l>(lines: impl Iterator<Item = &'l JournalLine<'l>>) -> i64 {
    lines.map(|line| line.signed_functional().units()).sum()
}

/// Interest of each company and month is what its revolver stood at, day by day, of a year of 360; also of what is drawn and
/// repaid within a month.
#[test]
fn interest_is_of_what_stood_drawn_on_each_day() {
    let world = world("2025-01-01");
    // By company: what is drawn by the day from which it is, and the interest of each month.
    let mut drawn: BTreeMap<String, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
    let mut accrued: BTreeMap<(String, NaiveDate), i64> = BTreeMap::new();
    each_entry(&world, 400, |entry| {
        let company = entry.company_code.to_string();
        let on = |account: &'static str| entry.lines.iter().filter(move |it| it.account_code == account);
        let moved = -cents(on("400.000"));
        if moved != 0 {
            *drawn.entry(company.clone()).or_default().entry(entry.posting_date).or_default() += moved;
        }
        if entry.transaction_type == "INTEREST_ACCRUAL" {
            *accrued.entry((company, entry.posting_date)).or_default() += cents(on("940.000"));
        }
    });
    let (mut months, mut within) = (0, 0);
    for (company, moves) in &drawn {
        for month in 1..=12 {
            let first = NaiveDate::from_ymd_opt(2025, month, 1).unwrap();
            let end = ledger::period::month_end(first);
            let stands = |day: NaiveDate| moves.range(..=day).map(|(_, cents)| cents).sum::<i64>();
            let days = first.iter_days().take_while(|day| *day <= end);
            let cent_days: i128 = days.map(|day| i128::from(stands(day))).sum();
            let exact = cent_days * 78 / 360_000;
            let interest = accrued.get(&(company.clone(), end)).copied().unwrap_or_default();
            assert!((i128::from(interest) - exact).abs() <= 5, "{company} {end}: {interest} for {exact}");
            months += u32::from(interest > 0);
            within += u32::from(interest > 0 && stands(first - Days::new(1)) == 0 && stands(end) == 0);
        }
    }
    assert!(months > 24, "{months}");
    assert!(within > 0, "nobody drew and repaid within a month");
    assert!(accrued.keys().any(|(company, _)| company == "2000"), "{accrued:?}");
}

#[test]
fn nothing_is_hauled_serviced_or_invoiced_at_a_well_before_it_produces() {
    let world = world("2025-01-01");
    let begins: BTreeMap<String, NaiveDate> = world
        .opening_reference()
        .into_iter()
        .chain(world.reference_between(world.begins_at(), at(&world, 120)).into_iter().map(|(_, it)| it))
        .filter_map(|record| match record {
            ReferenceRecord::Well(well) => Some((well.well_id, well.first_production_date)),
            _ => None,
        })
        .collect();
    let mut young = BTreeSet::new();
    each_entry(&world, 120, |entry| {
        let kinds = [
            "RUN_TICKET",
            "GAS_METER",
            "WATER_TICKET",
            "SERVICE_TICKET",
            "VENDOR_INVOICE",
            "MATERIAL_TRANSFER",
        ];
        if !kinds.contains(&&*entry.transaction_type) {
            return;
        }
        // What goes to a well that is drilled names its AFE.
        let of_producing = entry.lines.iter().filter(|line| line.afe_number.is_none());
        for well in of_producing.filter_map(|line| line.well_id.as_deref()) {
            let first = begins[well];
            assert!(entry.posting_date >= first, "{} of {well}, which begins {first}", entry.description);
            if entry.posting_date < first + Days::new(20) {
                young.insert(well.to_owned());
            }
        }
    });
    assert!(young.len() > 4, "{} wells begin", young.len());
}

/// Days between the due date of a bill and its payment, over all bills and by who pays.
#[test]
fn most_partners_pay_within_terms_some_weeks_late_and_few_after_months_each_by_its_habit() {
    let world = world("2025-01-01");
    let mut due: BTreeMap<Uuid, NaiveDate> = BTreeMap::new();
    let mut late: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    each_entry(&world, 330, |entry| {
        if let Some(day) = entry.due_date {
            due.insert(entry.entry_id, day);
        }
        if entry.transaction_type == "JIB_RECEIPT" {
            let paid = entry.lines.iter().filter(|line| line.account_code == "123.000");
            let dues = paid.filter_map(|line| due.get(&line.clears_entry_id.unwrap()));
            let partner = entry.lines[1].counterparty_id.as_deref().unwrap();
            let days = dues.map(|due| (entry.posting_date - *due).num_days());
            late.entry(partner.to_owned()).or_default().extend(days.take(1));
        }
    });
    let all = || late.values().flatten();
    let part = |days: std::ops::RangeInclusive<i64>| {
        all().filter(|late| days.contains(late)).count() * 100 / all().count()
    };
    let shares = [part(-20..=2), part(15..=50), part(58..=95)];
    assert!(shares[0] > 50 && (8..35).contains(&shares[1]) && (2..20).contains(&shares[2]), "{shares:?}");
    let mean = |days: &Vec<i64>| days.iter().sum::<i64>() / days.len() as i64;
    let habits: Vec<i64> = late.values().filter(|days| days.len() > 9).map(mean).collect();
    assert!(habits.iter().any(|mean| *mean > 55) && habits.iter().any(|mean| *mean < 0), "{habits:?}");
}

#[test]
fn what_operators_of_others_wells_bill_is_paid_when_it_is_due_and_not_before() {
    let world = world("2025-01-01");
    let mut due: BTreeMap<Uuid, NaiveDate> = BTreeMap::new();
    let mut paid = BTreeSet::new();
    each_entry(&world, 150, |entry| {
        if entry.transaction_type == "NON_OPERATED_BILL" {
            due.insert(entry.entry_id, entry.due_date.unwrap());
        }
        if entry.transaction_type == "NON_OPERATED_PAYMENT"
            && let Some(due) = due.get(&entry.lines[0].clears_entry_id.unwrap())
        {
            let days = (entry.posting_date - *due).num_days();
            assert!((0..10).contains(&days), "{days} days after {due}: {}", entry.description);
            paid.insert(days);
        }
    });
    assert!(paid.len() > 3, "{paid:?}");
}

#[test]
fn material_is_bought_ahead_of_its_need_and_inventory_moves_without_ever_running_out() {
    let world = world("2025-01-01");
    let mut stands: BTreeMap<String, i64> = BTreeMap::new();
    let mut ends: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    each_entry(&world, 365, |entry| {
        for line in &entry.lines {
            if line.account_code.starts_with("132.") || line.account_code.starts_with("135.") {
                let cents = stands.entry(line.account_code.to_string()).or_default();
                *cents += line.signed_functional().units();
                assert!(*cents >= 0, "{} on {}", line.account_code, entry.posting_date);
                let month = entry.posting_date.format("%Y-%m").to_string();
                ends.entry(line.account_code.to_string()).or_default().insert(month, *cents);
            }
        }
    });
    assert_eq!(ends.len(), 2, "{ends:?}");
    for (account, months) in &ends {
        let different: BTreeSet<i64> = months.values().copied().collect();
        assert!(different.len() == months.len(), "{account} stands still: {months:?}");
        let (low, high) = (different.first().unwrap(), different.last().unwrap());
        assert!(high < &(low * 3), "{account} runs away: {months:?}");
    }
}

#[test]
fn the_controller_approves_what_is_made_by_hand_and_the_cfo_what_is_above_the_limit() {
    let world = world("2025-01-01");
    let limits: BTreeMap<String, i64> = world
        .opening_reference()
        .into_iter()
        .filter_map(|record| match record {
            ReferenceRecord::Company(company) => Some((company.company_code, company.approval_limit.units())),
            _ => None,
        })
        .collect();
    let mut approved: BTreeMap<String, u32> = BTreeMap::new();
    each_entry(&world, 20, |entry| {
        let debits = entry.lines.iter().filter(|line| line.side == ledger::Side::Debit);
        let is_above =
            debits.map(|line| line.functional_amount.units()).sum::<i64>() > limits[&*entry.company_code];
        let by_hand = entry.source == ledger::Source::Manual;
        let expected = if is_above { Some("cfo") } else { by_hand.then_some("controller") };
        assert_eq!(entry.approved_by.as_deref(), expected, "{}", entry.description);
        *approved.entry(entry.approved_by.as_deref().unwrap_or_default().to_owned()).or_default() += 1;
    });
    assert!(approved["controller"] > 100 && approved["cfo"] > 100, "{approved:?}");
}
