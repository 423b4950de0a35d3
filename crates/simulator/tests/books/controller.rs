//! What a controller who reads a year of the books looks for, and a ledger made by a program would miss.

use crate::rig::{at, each_entry, world};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};
use ledger::JournalLine;
use ledger::reference::ReferenceRecord;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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

/// A ticket is valued by the terms of its well at the mean of the month before: the newest that is published when it is entered.
/// The accrual takes the tickets off the control account and brings what the month's own price makes of their volume.
#[test]
fn tickets_are_valued_at_a_price_that_is_published_by_then_and_the_accrual_brings_the_difference() {
    let world = world("2025-03-12");
    let mut published: BTreeMap<(String, NaiveDate), (DateTime<Utc>, i64)> = BTreeMap::new();
    let later = world.reference_between(world.begins_at(), at(&world, 70));
    let known = world.opening_reference().into_iter().map(|record| (world.begins_at(), record));
    for (known_at, record) in known.chain(later) {
        if let ReferenceRecord::MarketPrice(price) = record {
            published.entry((price.series, price.price_date)).or_insert((known_at, price.price.units()));
        }
    }
    assert!(!published.contains_key(&("WTI".to_owned(), "2025-05-01".parse().unwrap())), "May has not ended");
    let mut differentials: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let (mut tickets, mut accruals) = (BTreeMap::new(), 0);
    each_entry(&world, 60, |entry| {
        let Some(month) = entry.production_month else { return };
        let carries = |account: &str| {
            entry.lines.iter().find(|line| line.account_code == account && line.unit_price.is_some())
        };
        if entry.transaction_type == "RUN_TICKET" {
            let before = ledger::period::months_later(month, -1);
            let (known_at, market) = published[&("WTI".to_owned(), before)];
            assert!(known_at <= entry.entered_at, "{before} is published at {known_at}");
            let line = carries("127.001").unwrap();
            let well = line.well_id.as_deref().unwrap().to_owned();
            differentials.entry(well.clone()).or_default().insert(line.unit_price.unwrap().units() - market);
            *tickets.entry((well, month)).or_insert(0) += line.amount.units();
        }
        let of_april = month == "2025-04-01".parse().unwrap();
        if entry.transaction_type == "REVENUE_ACCRUAL" && of_april && carries("601.000").is_some() {
            let (control, difference) = (carries("360.000").unwrap(), carries("127.001").unwrap());
            let well = control.well_id.as_deref().unwrap().to_owned();
            assert_eq!(control.amount.units(), tickets[&(well.clone(), month)], "tickets of {well}");
            assert!(
                difference.unit_price.unwrap() < control.unit_price.unwrap(),
                "April was cheaper than March"
            );
            let price = difference.unit_price.unwrap().units() - published[&("WTI".to_owned(), month)].1;
            assert_eq!(differentials[&well], BTreeSet::from([price]), "the differential of {well}");
            accruals += 1;
        }
    });
    assert!(accruals > 200, "{accruals} accruals");
}

/// Entries of each batch of 30 seconds, of a Sunday and a Monday.
#[test]
fn every_batch_of_thirty_seconds_has_an_entry_and_a_working_day_more_than_one_of_rest() {
    let world = world("2025-06-01");
    let count = |from: DateTime<Utc>| {
        let batch = TimeDelta::seconds(30);
        let starts = (0..2_880).map(|nth| from + batch * nth);
        starts.map(|start| world.submissions(start, start + batch).len()).collect::<Vec<usize>>()
    };
    let (sunday, monday) = (count(at(&world, 7)), count(at(&world, 8)));
    assert!(sunday.iter().chain(&monday).all(|entries| *entries > 0));
    let tickets = |day: u64| {
        let of_day = world.submissions(at(&world, day), at(&world, day + 1));
        of_day.iter().filter(|it| it.entry.source == ledger::Source::Production).count()
    };
    let week: Vec<usize> = (7..14).map(tickets).collect();
    assert_eq!(week.iter().collect::<BTreeSet<_>>().len(), 7, "each day has its own number: {week:?}");
    assert!(week[1..6].iter().all(|day| *day > week[0] + 100 && *day > week[6] + 100), "{week:?}");
}

/// What a ticket may be of, and when.
#[test]
fn trucks_take_full_loads_thinner_at_night_and_crews_whole_and_half_hours_by_day_on_working_days() {
    let world = world("2025-06-01");
    let (mut loads, mut metered, mut by_night, mut visits, mut at_rest) = (Vec::new(), Vec::new(), 0, 0, 0);
    each_entry(&world, 30, |entry| {
        let measured = || entry.lines[0].quantity.unwrap().units();
        let hour = (entry.entered_at.hour() + 18) % 24;
        match &*entry.transaction_type {
            "RUN_TICKET" if entry.description.starts_with("Oil hauled") => {
                loads.push(measured());
                by_night += u32::from(!(6..18).contains(&hour));
            }
            "RUN_TICKET" => metered.push(measured()),
            "SERVICE_TICKET" => {
                assert!(
                    measured() >= 1_000 && measured() % 500 == 0,
                    "{} thousandths of an hour",
                    measured()
                );
                assert!((7..18).contains(&hour), "{} at {hour} o'clock", entry.description);
                visits += 1;
                at_rest += u32::from(!ledger::period::is_business_day(entry.posting_date));
            }
            _ => {}
        }
    });
    assert!(loads.iter().all(|load| *load <= 200_000), "{:?}", loads.iter().max());
    let part =
        |of: std::ops::Range<i64>| loads.iter().filter(|load| of.contains(load)).count() * 100 / loads.len();
    assert!(part(120_000..200_001) > 80, "{} % of {} loads", part(120_000..200_001), loads.len());
    metered.sort_unstable();
    assert!(metered[metered.len() / 2] > 120_000, "{:?}", metered[metered.len() / 2]);
    let of_night = f64::from(by_night) / loads.len() as f64;
    assert!((0.2..0.4).contains(&of_night), "{of_night}");
    assert!(visits > 2_000 && at_rest * 8 < visits, "{at_rest} of {visits} on days of rest");
}

#[test]
fn the_tickets_of_a_month_come_to_the_production_that_is_reported_for_it() {
    let world = world("2025-06-01");
    let mut sold: BTreeMap<(String, ledger::Product), i64> = BTreeMap::new();
    each_entry(&world, 30, |entry| {
        if ["RUN_TICKET", "GAS_METER"].contains(&&*entry.transaction_type) {
            let line = &entry.lines[0];
            let of = (line.well_id.as_deref().unwrap().to_owned(), line.product.unwrap());
            *sold.entry(of).or_default() += line.quantity.unwrap().units();
        }
    });
    let mut reported = BTreeMap::new();
    for (_, record) in world.reference_between(at(&world, 30), at(&world, 36)) {
        if let ReferenceRecord::Production(it) = record
            && sold.contains_key(&(it.well_id.clone(), it.product))
        {
            reported.insert((it.well_id, it.product), it.volume.units());
        }
    }
    assert!(sold.len() > 600);
    assert_eq!(sold, reported);
}

/// The newest report of a well, product and month is what its final and its corrections come to; none is less than was sold.
#[test]
fn what_is_sold_is_what_is_reported_and_a_corrected_volume_is_a_revision_of_the_report() {
    /// Of each revision: when it was published, and its volume.
    type Revisions = BTreeMap<i32, (DateTime<Utc>, i64)>;
    let world = world("2025-01-01");
    let mut reports: BTreeMap<(String, ledger::Product, NaiveDate), Revisions> = BTreeMap::new();
    for (known_at, record) in world.reference_between(world.begins_at(), at(&world, 330)) {
        if let ReferenceRecord::Production(it) = record {
            let of = reports.entry((it.well_id, it.product, it.production_month)).or_default();
            assert!(of.insert(it.revision, (known_at, it.volume.units())).is_none(), "a revision comes once");
        }
    }
    let mut sold: BTreeMap<_, i64> = BTreeMap::new();
    let (mut finals, mut corrections) = (0, 0);
    each_entry(&world, 330, |entry| {
        let is_final = entry.transaction_type == "REVENUE_FINAL";
        if !is_final && entry.transaction_type != "PRIOR_PERIOD_ADJUSTMENT" {
            return;
        }
        let receivable = entry.lines.iter().filter(|line| line.account_code == "120.000");
        for line in receivable.filter(|line| line.quantity.is_some()) {
            let month = entry.production_month.unwrap();
            let of = (line.well_id.as_deref().unwrap().to_owned(), line.product.unwrap(), month);
            // What was produced before the books begin is reported by nobody here.
            let Some(known) = reports.get(&of) else { continue };
            let measured = line.quantity.unwrap().units();
            let volume = if is_final { 0 } else { sold[&of] } + measured;
            let mut known = known.values().rev().filter(|(known_at, _)| *known_at <= entry.entered_at);
            assert_eq!(known.next().unwrap().1, volume, "{}", entry.description);
            sold.insert(of, volume);
            finals += u32::from(is_final);
            corrections += u32::from(!is_final);
        }
    });
    let revised =
        reports.iter().filter(|(of, known)| known.len() > 1 && sold.contains_key(*of)).count() as u32;
    assert!(finals > 5_000 && corrections > 20, "{finals} finals, {corrections} corrections");
    assert!(revised > finals / 20 && revised < finals / 4, "{revised} revised of {finals}");
}

/// Of each invoice in Canadian dollars that is paid: what is left of its payable, in its currency and in the company's.
#[test]
fn what_is_owed_in_canadian_dollars_is_paid_in_them_and_leaves_nothing_in_either_currency() {
    let world = world("2025-01-01");
    let (mut owed, mut rates): (BTreeMap<Uuid, [i64; 2]>, BTreeSet<i64>) = Default::default();
    let mut paid = 0;
    each_entry(&world, 120, |entry| {
        if entry.currency != "CAD" {
            let line = entry.lines.iter().find(|line| line.account_code == "301.000");
            let cleared = line.and_then(|line| line.clears_entry_id);
            assert!(!cleared.is_some_and(|it| owed.contains_key(&it)), "{} in dollars", entry.description);
            return;
        }
        rates.insert(entry.fx_rate.unwrap().units());
        for line in entry.lines.iter().filter(|line| line.account_code == "301.000") {
            let dollars = line.signed_functional().units();
            let canadian = line.amount.units() * dollars.signum();
            match line.clears_entry_id {
                None => drop(owed.insert(entry.entry_id, [canadian, dollars])),
                // What came in before the books began has no entry here.
                Some(cleared) => {
                    if let Some(left) = owed.remove(&cleared) {
                        assert_eq!([left[0] + canadian, left[1] + dollars], [0, 0], "{}", entry.description);
                        paid += 1;
                    }
                }
            }
        }
    });
    assert!(paid > 100, "{paid}");
    assert!(rates.len() > 60, "a rate a day: {}", rates.len());
}

/// The entry that marks swaps at the end of a year names each month of the next one, each at a price of its own.
#[test]
fn at_a_years_end_each_month_of_the_next_is_hedged_and_marked_at_its_own_price() {
    let world = world("2025-11-01");
    let mut prices = BTreeMap::new();
    each_entry(&world, 75, |entry| {
        let december: NaiveDate = "2025-12-31".parse().unwrap();
        if entry.transaction_type == "HEDGE_MARK_TO_MARKET" && entry.posting_date == december {
            for text in entry.lines.iter().filter_map(|line| line.text.as_deref()) {
                let terms = text.strip_prefix("Swaps for ").and_then(|it| it.split_once(", fixed "));
                if let Some((month, terms)) = terms.filter(|(month, _)| month.starts_with("2026")) {
                    prices.insert(month.to_owned(), terms.split_once(", forward ").unwrap().1.to_owned());
                }
            }
        }
    });
    assert_eq!(prices.len(), 12, "{prices:?}");
    assert_eq!(prices.values().collect::<BTreeSet<_>>().len(), 12, "{prices:?}");
}
