//! The ledger is a function of its settings, balances, and passes every check.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use ledger::check::{Reference, Submission as Checked, check};
use ledger::period::midnight;
use ledger::reference::AccountType;
use ledger::{DocumentType, JournalEntry, JournalLine, Side};
use simulator::{FaultRates, PriceTable, Settings, Submission, World};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn settings(start: &str, fault_rate: &str) -> Settings {
    Settings {
        seed: 42,
        start_date: start.parse().unwrap(),
        historical_days: 40,
        scale: 1,
        fault_rates: FaultRates::uniform(fault_rate.parse().unwrap()),
        prices: PriceTable::built_in(),
    }
}

fn world(start: &str) -> World {
    World::new(settings(start, "0")).unwrap()
}

fn at(world: &World, days: u64) -> DateTime<Utc> {
    midnight(world.settings().start_date + Days::new(days))
}

fn reference(world: &World, until: DateTime<Utc>) -> Reference {
    let mut reference = Reference::default();
    reference.extend(world.opening_reference());
    reference.extend(world.reference_between(world.begins_at(), until).into_iter().map(|(_, record)| record));
    reference
}

fn verdict(submission: &Submission<'_>, reference: &Reference) -> Option<ledger::Rejection> {
    let key = submission.entry.chain_id.to_string();
    check(&Checked { key: key.as_bytes(), entry: &submission.entry }, reference).err()
}

#[test]
fn every_good_entry_passes_every_check_and_is_numbered_without_gaps_across_a_year_end() {
    let world = world("2025-12-10");
    let until = at(&world, 40);
    let reference = reference(&world, until);
    let submissions = world.submissions(world.begins_at(), until);
    assert!(submissions.len() > 120_000, "{} entries", submissions.len());
    let mut numbers: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for (ordinal, submission) in (0..).zip(&submissions) {
        assert_eq!(submission.ordinal, ordinal);
        let entry = &submission.entry;
        if let Some(rejection) = verdict(submission, &reference) {
            panic!("{} {}: {rejection}", entry.transaction_type, entry.description);
        }
        let last = numbers.entry((entry.company_code.to_string(), entry.fiscal_year)).or_default();
        *last += 1;
        assert_eq!(entry.entry_number, *last, "{}", entry.description);
    }
    assert!(numbers.len() >= 4, "two years are numbered: {numbers:?}");
}

/// Every template of the field is in a year's books: the twenty of the accountants, and what belongs to them.
#[test]
fn a_year_shows_every_template() {
    let world = world("2024-10-10");
    let kinds: std::collections::BTreeSet<String> = (0..14)
        .flat_map(|month| {
            let from = at(&world, month * 28);
            let submissions = world
                .submissions(if month == 0 { world.begins_at() } else { from }, at(&world, month * 28 + 28));
            submissions.into_iter().map(|it| it.entry.transaction_type.into_owned()).collect::<Vec<_>>()
        })
        .collect();
    let known = simulator::transaction_types();
    let missing: Vec<&str> = known.iter().copied().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(known.len() > 65 && missing.is_empty(), "of {} templates {missing:?} are missing", known.len());
}

#[test]
fn days_asked_for_backwards_are_those_of_the_run() {
    let (one, other) = (world("2025-01-20"), world("2025-01-20"));
    let run = one.submissions(one.begins_at(), at(&one, 45));
    let mut backwards: Vec<_> =
        (0..45).rev().map(|day| other.submissions(at(&other, day), at(&other, day + 1))).collect();
    backwards.push(other.submissions(other.begins_at(), at(&other, 0)));
    backwards.reverse();
    assert!(backwards.concat() == run, "a day is not the same from behind");
}

#[test]
fn any_cut_of_the_sequence_gives_the_same_entries() {
    let whole_world = world("2025-03-05");
    let (from, until) = (whole_world.begins_at(), at(&whole_world, 3));
    let whole = whole_world.submissions(from, until);
    let mut cut = Vec::new();
    let mut start = from;
    while start < until {
        let end = (start + TimeDelta::minutes(397)).min(until);
        cut.extend(whole_world.submissions(start, end));
        start = end;
    }
    assert_eq!(cut, whole);
}

#[test]
fn a_day_alone_is_that_day_of_the_run() {
    let (one, other) = (world("2025-03-05"), world("2025-03-05"));
    let run = one.submissions(one.begins_at(), at(&one, 31));
    let day = other.submissions(at(&other, 30), at(&other, 31));
    assert!(day.len() > 2_880);
    assert_eq!(day, run[run.len() - day.len()..]);
}

#[test]
fn threads_make_the_same_ledger_as_one() {
    let world = world("2025-03-05");
    let alone: Vec<_> = (0..4).map(|day| world.submissions(at(&world, day), at(&world, day + 1))).collect();
    let fresh = World::new(world.settings().clone()).unwrap();
    let together: Vec<_> = std::thread::scope(|scope| {
        let made = |day| {
            let fresh = &fresh;
            scope.spawn(move || fresh.submissions(at(fresh, day), at(fresh, day + 1)))
        };
        let threads: Vec<_> = (0..4).map(made).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(together, alone);
}

/// At each month end that has been closed nothing is left in clearing, and of a settled production month nothing accrued.
#[test]
fn clearing_accounts_are_zero_at_each_close_and_accrued_sales_once_a_month_is_settled() {
    let world = world("2025-03-01");
    let submissions = world.submissions(world.begins_at(), at(&world, 92));
    let entries = || submissions.iter().map(|submission| &submission.entry);
    for end in ["2025-03-31", "2025-04-30"] {
        let end: NaiveDate = end.parse().unwrap();
        for account in ["350.000", "360.000", "303.000"] {
            let lines = entries().filter(|entry| entry.posting_date <= end).flat_map(|entry| &entry.lines);
            let balance: i64 = lines
                .filter(|line| line.account_code == account)
                .map(|line| line.signed_functional().units())
                .sum();
            assert_eq!(balance, 0, "{account} at {end}");
        }
    }
    let march: NaiveDate = "2025-03-01".parse().unwrap();
    let of_march = entries().filter(|entry| entry.production_month == Some(march));
    let accrued = of_march.flat_map(|entry| &entry.lines).filter(|line| line.account_code == "127.001");
    assert_eq!(accrued.map(|line| line.signed_functional().units()).sum::<i64>(), 0);
}

/// Both books of what affiliates charge each other say the same, under one key.
#[test]
fn affiliates_owe_each_other_the_same_in_both_books() {
    let world = world("2025-03-01");
    let submissions = world.submissions(at(&world, 0), at(&world, 62));
    let mut groups: BTreeMap<_, (i64, std::collections::BTreeSet<String>)> = BTreeMap::new();
    for entry in submissions.iter().map(|submission| &submission.entry) {
        let Some(group) = entry.intercompany_group_id else { continue };
        assert_eq!(entry.chain_id, group);
        let group = groups.entry(group).or_default();
        group.1.insert(entry.company_code.to_string());
        let due = entry.lines.iter().filter(|line| ["125.000", "310.000"].contains(&&*line.account_code));
        group.0 += due.map(|line| line.signed_functional().units()).sum::<i64>();
    }
    assert!(groups.len() > 10, "{} groups", groups.len());
    assert!(groups.values().all(|(due, companies)| *due == 0 && companies.len() == 2), "{groups:?}");
}

/// The gatherer earns in the month in which the gas flows, and the two books agree at each month end.
#[test]
fn gathering_by_the_affiliate_is_accrued_in_its_month_and_affiliates_agree_at_every_month_end() {
    let world = world("2025-03-01");
    let submissions = world.submissions(world.begins_at(), at(&world, 92));
    let entries = || submissions.iter().map(|submission| &submission.entry);
    let balance = |account: &str, end: NaiveDate, company: &str| -> i64 {
        let until = entries().filter(|entry| entry.posting_date <= end && entry.company_code == company);
        let lines = until.flat_map(|entry| &entry.lines).filter(|line| line.account_code == account);
        lines.map(|line| line.signed_functional().units()).sum()
    };
    for end in ["2025-03-31", "2025-04-30"] {
        let end: NaiveDate = end.parse().unwrap();
        let due = |company| balance("125.000", end, company) + balance("310.000", end, company);
        assert_eq!(due("1000") + due("2000") + due("3000"), 0, "{end}");
    }
    let march: NaiveDate = "2025-03-01".parse().unwrap();
    let earned = |from: NaiveDate, until: NaiveDate| -> i64 {
        let of_march = entries().filter(|entry| {
            entry.production_month == Some(march) && (from..until).contains(&entry.posting_date)
        });
        let lines = of_march
            .flat_map(|entry| &entry.lines)
            .filter(|line| line.account_code == "605.000" && line.partner_company.is_some());
        -lines.map(|line| line.signed_functional().units()).sum::<i64>()
    };
    let (april, may, june) = ("2025-04-01", "2025-05-01", "2025-06-01");
    let [april, may, june] = [april, may, june].map(|day| day.parse::<NaiveDate>().unwrap());
    let in_march = earned(march, april);
    assert!(in_march > 0, "{in_march}");
    assert_eq!(earned(april, may), 0, "reversed, and accrued once more");
    let in_may = earned(may, june);
    assert!(in_may.abs() * 20 < in_march, "only what was finally measured is still earned: {in_may}");
}

#[test]
fn no_company_ever_runs_out_of_cash_and_no_owner_is_overpaid() {
    let world = world("2025-01-01");
    let submissions = world.submissions(world.begins_at(), at(&world, 120));
    let mut cash: BTreeMap<(String, NaiveDate), i64> = BTreeMap::new();
    let mut owed: BTreeMap<String, i64> = BTreeMap::new();
    for entry in submissions.iter().map(|submission| &submission.entry) {
        for line in &entry.lines {
            let cents = line.signed_functional().units();
            if line.account_code == "100.000" {
                *cash.entry((entry.company_code.to_string(), entry.entered_at.date_naive())).or_default() +=
                    cents;
            }
            if let Some(owner) = line.owner_id.as_ref().filter(|_| line.account_code == "302.000") {
                *owed.entry(owner.to_string()).or_default() -= cents;
            }
        }
        if entry.transaction_type == "OWNER_DISTRIBUTION" {
            let owner = entry.lines[0].owner_id.as_deref().unwrap();
            assert!(owed[owner] >= 0, "{owner} was paid {} cents too much", -owed[owner]);
        }
    }
    for company in ["1000", "2000", "3000"] {
        let mut balance = 0;
        for ((_, day), cents) in cash.iter().filter(|((of, _), _)| of == company) {
            balance += cents;
            assert!(balance > 0, "{company} has {balance} cents on {day}");
        }
    }
}

#[test]
fn a_reversal_mirrors_its_accrual_and_shares_its_chain() {
    let world = world("2025-03-01");
    let submissions = world.submissions(at(&world, 0), at(&world, 12));
    let by_id: BTreeMap<_, _> =
        submissions.iter().map(|submission| (submission.entry.entry_id, &submission.entry)).collect();
    let mut reversals = 0;
    for reversal in by_id.values().filter(|entry| entry.reverses_entry_id.is_some()) {
        let target = by_id[&reversal.reverses_entry_id.unwrap()];
        assert_eq!(reversal.chain_id, target.chain_id);
        let is_of_affiliates = target.intercompany_group_id.is_some();
        assert!(is_of_affiliates || target.chain_id == target.entry_id, "{}", target.description);
        assert_eq!(Some(reversal.posting_date), target.auto_reverse_on);
        assert!(reversal.entered_at > target.entered_at);
        for (line, mirror) in target.lines.iter().zip(&reversal.lines) {
            assert_eq!((line.side.opposite(), line.amount), (mirror.side, mirror.amount));
        }
        reversals += 1;
    }
    assert!(reversals > 500, "{reversals}");
}

#[test]
fn the_books_open_balanced_and_with_what_is_still_to_be_paid() {
    let world = world("2025-03-22");
    let opening = world.submissions(world.begins_at(), at(&world, 0));
    let balance = |account: &str| -> i64 {
        let lines = opening.iter().flat_map(|submission| &submission.entry.lines);
        lines.filter(|line| line.account_code == account).map(|line| line.signed_functional().units()).sum()
    };
    for (account, side) in [
        ("100.000", Side::Debit),
        ("120.000", Side::Debit),
        ("123.000", Side::Debit),
        ("231.000", Side::Debit),
        ("232.000", Side::Credit),
        ("241.002", Side::Debit),
        ("301.000", Side::Credit),
        ("302.000", Side::Credit),
        ("304.000", Side::Credit),
        ("400.000", Side::Credit),
        ("410.000", Side::Credit),
        ("500.000", Side::Credit),
    ] {
        let is_debit = balance(account) > 0;
        assert_eq!(is_debit, side == Side::Debit, "{account}: {}", balance(account));
        assert_ne!(balance(account), 0, "{account}");
    }
}

/// Also where the books begin between a year's end and its close, the close takes the whole year to retained earnings.
#[test]
fn a_year_is_closed_whole_however_late_in_it_the_books_begin() {
    for start in ["2025-01-01", "2025-01-17", "2025-02-04"] {
        let world = world(start);
        let end = midnight("2025-02-11".parse().unwrap());
        let submissions = world.submissions(world.begins_at(), end);
        let mut left: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut closed: BTreeMap<String, i64> = BTreeMap::new();
        for entry in submissions.iter().map(|submission| &submission.entry) {
            for line in entry.lines.iter().filter(|_| entry.fiscal_year == 2024) {
                let account = ledger::chart::account(&line.account_code).unwrap();
                let is_result = matches!(account.account_type, AccountType::Revenue | AccountType::Expense);
                if is_result || account.account_code == "520.000" {
                    let cents = line.signed_functional().units();
                    let of = (entry.company_code.to_string(), line.account_code.to_string());
                    *left.entry(of).or_default() += cents;
                    if entry.document_type == DocumentType::Closing {
                        *closed.entry(line.account_code.to_string()).or_default() += cents;
                    }
                }
            }
        }
        let open: Vec<_> = left.iter().filter(|(_, cents)| **cents != 0).collect();
        assert!(closed.len() > 40 && open.is_empty(), "{start}: {} closed, open {open:?}", closed.len());
        for account in ["601.000", "603.000", "710.003", "710.010", "710.011", "732.000", "900.000"] {
            let is_expense = account > "700";
            // A year of it: more than the adjustments of a close could be.
            assert!((closed[account] < -100_000_000) == is_expense, "{start} {account}: {}", closed[account]);
        }
    }
}

/// What an entry clears, reverses or adjusts is in the ledger, was entered before, and is never cleared beyond itself: also
/// where it was opened before the books begin.
#[test]
fn an_entry_refers_to_published_entries_alone_and_clears_no_more_than_was_open() {
    let world = world("2025-03-11");
    let submissions = world.submissions(world.begins_at(), at(&world, 75));
    let opening: BTreeSet<Uuid> =
        submissions.iter().filter(|it| it.entry.fiscal_period == 0).map(|it| it.entry.entry_id).collect();
    // An opening entry carries many items: the text of each names its document.
    let with = |entry: &JournalEntry<'_>, line: &JournalLine<'_>| {
        let of = [&line.counterparty_id, &line.partner_company, &line.owner_id, &line.well_id];
        let with = of.into_iter().find_map(|id| id.as_deref()).unwrap_or_default();
        let is_carried = opening.contains(&line.clears_entry_id.unwrap_or(entry.entry_id));
        let text = line.text.as_deref().filter(|_| is_carried).unwrap_or_default();
        let tickets = matches!(&*line.account_code, "127.001" | "303.000");
        let produced = line.production_month.or(entry.production_month).filter(|_| tickets);
        format!("{with} {text} {:?} {produced:?}", line.product.filter(|_| tickets))
    };
    let mut known = BTreeSet::new();
    let mut items: BTreeMap<(Uuid, String, String), i64> = BTreeMap::new();
    let mut cleared_of_opening: BTreeMap<String, u32> = BTreeMap::new();
    for entry in submissions.iter().map(|submission| &submission.entry) {
        for named in [entry.reverses_entry_id, entry.adjusts_entry_id].into_iter().flatten() {
            assert!(known.contains(&named), "{}", entry.description);
        }
        for line in &entry.lines {
            let cents = line.signed_functional().units();
            let account = line.account_code.to_string();
            let Some(cleared) = line.clears_entry_id else {
                *items.entry((entry.entry_id, account, with(entry, line))).or_default() += cents;
                continue;
            };
            let item = items.get_mut(&(cleared, account.clone(), with(entry, line)));
            let item = item.unwrap_or_else(|| {
                panic!(
                    "{} {} of {}: {account} clears nothing of {cleared}",
                    entry.transaction_type, entry.description, entry.entered_at
                )
            });
            let before = *item;
            *item += cents;
            let holds = *item == 0 || item.signum() == before.signum();
            assert!(holds, "{}: {account} of {before} by {cents}", entry.description);
            if opening.contains(&cleared) {
                // What is opened by well, product and month, or by well alone, is known by these.
                let is_by_well = matches!(&*account, "127.001" | "303.000" | "410.000");
                assert!(line.text.is_some() || is_by_well, "{account}");
                *cleared_of_opening.entry(account).or_default() += 1;
            }
        }
        known.insert(entry.entry_id);
    }
    for account in ["120.000", "122.000", "123.000", "125.000", "127.001", "301.000", "303.000", "310.000"] {
        assert!(
            cleared_of_opening.get(account).is_some_and(|count| *count > 0),
            "{account}: {cleared_of_opening:?}"
        );
    }
    for line in submissions.iter().filter(|it| it.entry.fiscal_period == 0).flat_map(|it| &it.entry.lines) {
        let by_document = ["120.000", "122.000", "123.000", "125.000", "301.000", "305.000", "310.000"];
        assert!(line.text.is_some() || !by_document.contains(&&*line.account_code), "{line:?}");
    }
    // Two months on, nothing that vendors invoiced or purchasers took before the books began is left.
    for (account, cents) in [("120.000", 0), ("301.000", 0), ("303.000", 0)] {
        let of = |(entry_id, code, _): &(Uuid, String, String)| opening.contains(entry_id) && code == account;
        let left: i64 = items.iter().filter(|(item, _)| of(item)).map(|(_, cents)| cents.abs()).sum();
        assert_eq!(left, cents, "{account}");
    }
}

/// Every line that pays, receives or writes off what another entry opened names it.
#[test]
fn what_settles_an_item_names_it() {
    let world = world("2024-12-10");
    let settling: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("VENDOR_PAYMENT", &["301.000"][..]),
        ("SERVICE_PAYMENT", &["301.000"]),
        ("AFE_PAYMENT", &["301.000"]),
        ("MATERIAL_PAYMENT", &["301.000"]),
        ("NON_OPERATED_PAYMENT", &["301.000"]),
        ("PAYROLL_TAX_REMITTANCE", &["301.001"]),
        ("PURCHASER_RECEIPT", &["120.000"]),
        ("FEE_RECEIPT", &["122.000"]),
        ("JIB_RECEIPT", &["123.000"]),
        ("OWNER_DISTRIBUTION", &["123.000"]),
        ("CASH_CALL_APPLICATION", &["123.000", "305.000"]),
        ("BAD_DEBT_WRITE_OFF", &["123.000"]),
        ("INTERCOMPANY_SETTLEMENT", &["125.000", "310.000"]),
        ("AFFILIATE_DIVIDEND_PAYMENT", &["125.000", "310.000"]),
        ("INTEREST_PAYMENT", &["330.000"]),
        ("ESCHEAT_REMITTANCE", &["308.000"]),
    ]);
    let mut seen = BTreeSet::new();
    for month in 0..13 {
        for submission in world.submissions(at(&world, month * 28), at(&world, month * 28 + 28)) {
            let entry = submission.entry;
            let Some(accounts) = settling.get(&*entry.transaction_type) else { continue };
            for line in entry.lines.iter().filter(|line| accounts.contains(&&*line.account_code)) {
                assert!(line.clears_entry_id.is_some(), "{} {}", entry.transaction_type, entry.description);
                seen.insert(entry.transaction_type.to_string());
            }
        }
    }
    let missing: Vec<_> = settling.keys().filter(|kind| !seen.contains(**kind)).collect();
    assert!(missing.is_empty(), "{missing:?} never came");
}

/// What nobody claims is held by production month, and goes to the state in the year in which it is three years old.
#[test]
fn unclaimed_revenue_ages_by_production_month_before_it_goes_to_the_state() {
    let world = world("2024-05-20");
    let mut held: BTreeMap<(String, NaiveDate), i64> = BTreeMap::new();
    let states: BTreeMap<String, String> = world
        .opening_reference()
        .into_iter()
        .filter_map(|record| match record {
            ledger::reference::ReferenceRecord::Owner(owner) => Some((owner.owner_id, owner.state)),
            _ => None,
        })
        .collect();
    let mut reported: BTreeMap<NaiveDate, BTreeSet<NaiveDate>> = BTreeMap::new();
    for month in 0..15 {
        let from = if month == 0 { world.begins_at() } else { at(&world, month * 28) };
        for submission in world.submissions(from, at(&world, month * 28 + 28)) {
            let entry = submission.entry;
            let escheats = entry.transaction_type == "ESCHEAT";
            for line in entry.lines.iter().filter(|line| line.account_code == "304.000") {
                let owner = line.owner_id.as_deref().unwrap();
                let produced = line.production_month.or(entry.production_month).unwrap();
                let left = held.entry((owner.to_owned(), produced)).or_default();
                *left -= line.signed_functional().units();
                if escheats {
                    assert_eq!(*left, 0, "{owner} {produced}: a month goes whole");
                    if states[owner] == "TX" {
                        reported.entry(entry.posting_date).or_default().insert(produced);
                    }
                }
            }
        }
    }
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let reports: Vec<&BTreeSet<NaiveDate>> = reported.values().collect();
    assert_eq!(reports.len(), 2, "Texas has one report a year: {:?}", reported.keys());
    // Dormant on 1 March, three years after it was payable in the second month after production.
    assert_eq!((reports[0].first(), reports[0].last()), (Some(&day("2020-01-01")), Some(&day("2020-12-01"))));
    assert_eq!((reports[1].first(), reports[1].last()), (Some(&day("2021-01-01")), Some(&day("2021-12-01"))));
    let open = held.iter().filter(|((owner, produced), cents)| {
        states.get(owner).is_some_and(|state| state == "TX") && *produced < day("2022-01-01") && **cents != 0
    });
    assert_eq!(open.count(), 0);
}

/// What an affiliate distributes stays in the group until the parent pays it out.
#[test]
fn dividends_of_affiliates_go_to_the_parent_and_net_in_consolidation() {
    let world = world("2025-01-01");
    let submissions = world.submissions(at(&world, 0), at(&world, 200));
    let entries = || submissions.iter().map(|submission| &submission.entry);
    let kind = |code: &'static str| entries().filter(move |entry| entry.transaction_type == code);
    let mut groups: BTreeMap<_, (i64, i64, BTreeSet<String>)> = BTreeMap::new();
    for entry in kind("AFFILIATE_DIVIDEND").chain(kind("AFFILIATE_DIVIDEND_PAYMENT")) {
        let group = groups.entry(entry.intercompany_group_id.unwrap()).or_default();
        group.2.insert(entry.company_code.to_string());
        for line in &entry.lines {
            let cents = line.signed_functional().units();
            match &*line.account_code {
                "125.000" | "310.000" => group.0 += cents,
                _ => group.1 += cents,
            }
            assert!(line.partner_company.is_some(), "{}", entry.description);
        }
    }
    assert!(groups.len() >= 4, "{} groups", groups.len());
    assert!(groups.values().all(|group| (group.0, group.1, group.2.len()) == (0, 0, 2)), "{groups:?}");
    assert!(kind("DIVIDEND").all(|entry| entry.company_code == "1000"));
}
