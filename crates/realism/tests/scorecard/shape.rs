//! The shape of the ledger: each figure passes where it should, and misses where it should.

use crate::books::{Books, Entry, cents, date, entry};
use crate::find;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use ledger::period::is_business_day;
use ledger::{Source, chart};
use realism::{Outcome, Report};

/// Entries that have nothing but the shape that is asked for.
fn judge(entries: Vec<Entry>) -> Report {
    let mut books = Books { reference: Vec::new(), entries };
    books.settle();
    books.judge()
}

fn outcome(entries: Vec<Entry>, id: &str) -> Outcome {
    find(&judge(entries), id).outcome
}

/// An entry with so many debits and credits.
fn of_lines(counter: u128, debits: usize, credits: usize) -> Entry {
    let debits = (0..debits).map(|_| cents("710.005", 10_01));
    let credits = (0..credits).map(|_| cents("301.000", -10_01));
    let lines = debits.chain(credits).collect();
    entry("1000", (date("2025-03-03"), counter), Source::Payables, "SHAPE", lines)
}

fn of_amount(counter: u128, amount: i64) -> Entry {
    let lines = vec![cents("710.005", amount), cents("301.000", -amount)];
    entry("1000", (date("2025-03-03"), counter), Source::Payables, "SHAPE", lines)
}

#[test]
fn powers_of_a_ratio_follow_benfords_law_and_an_even_spread_does_not() {
    let powers =
        (0..1_000).map(|i| of_amount(i, 1_000_000_000_f64.powf(i as f64 / 1_000.0) as i64 * 100 + 1));
    assert_eq!(outcome(powers.collect(), "benford_first"), Outcome::Passed);
    let even = (0..1_000).map(|i| of_amount(i, 100_00 + i as i64 * 90));
    assert_eq!(outcome(even.collect(), "benford_first"), Outcome::Missed);
}

#[test]
fn first_two_digits_of_powers_pass_and_those_of_one_price_miss() {
    let powers =
        (0..9_000).map(|i| of_amount(i, 1_000_000_000_f64.powf(i as f64 / 9_000.0) as i64 * 100 + 1));
    assert_eq!(outcome(powers.collect(), "benford_first_two"), Outcome::Passed);
    let one = (0..1_000).map(|i| of_amount(i, 123_45 + i as i64 % 40));
    assert_eq!(outcome(one.collect(), "benford_first_two"), Outcome::Missed);
}

#[test]
fn cents_that_are_evenly_spread_pass_and_prices_that_end_in_ninety_nine_miss() {
    let even = (0..990).map(|i| of_amount(i, i as i64 * 7_00 + 1 + i as i64 % 99));
    assert_eq!(outcome(even.collect(), "last_two_digits"), Outcome::Passed);
    let retail =
        (0..990).map(|i| of_amount(i, i as i64 * 7_00 + if i % 2 == 0 { 99 } else { 1 + i as i64 % 99 }));
    assert_eq!(outcome(retail.collect(), "last_two_digits"), Outcome::Missed);
}

#[test]
fn a_few_round_amounts_are_real_and_none_or_half_are_not() {
    let rounded = |every: u128| {
        let amount = move |i: u128| if i.is_multiple_of(every) { 500_00 } else { 123_45 };
        (0..1_000).map(|i| of_amount(i, amount(i))).collect::<Vec<Entry>>()
    };
    assert_eq!(outcome(rounded(10), "round_amounts"), Outcome::Passed);
    assert_eq!(outcome(rounded(2), "round_amounts"), Outcome::Missed);
    assert_eq!(outcome(rounded(5_000), "round_amounts"), Outcome::Missed);
}

#[test]
fn entries_as_long_as_real_ones_pass_and_all_of_three_lines_miss() {
    let real = (0..100).map(|i| match i {
        0..62 => of_lines(i, 1, 1),
        62..68 => of_lines(i, 2, 1),
        68..84 => of_lines(i, 2, 2),
        84..94 => of_lines(i, 2, 3),
        _ => of_lines(i, 12, 1),
    });
    let real = judge(real.collect());
    let three = judge((0..100).map(|i| of_lines(i, 2, 1)).collect());
    for id in ["line_counts", "even_lines", "equal_sides"] {
        assert_eq!(find(&real, id).outcome, Outcome::Passed, "{id} {}", find(&real, id).figure);
        assert_eq!(find(&three, id).outcome, Outcome::Missed, "{id}");
    }
}

#[test]
fn pairs_of_accounts_must_be_neither_one_nor_all() {
    let accounts: Vec<&'static str> = chart::accounts()
        .iter()
        .filter(|account| account.is_postable)
        .map(|account| account.account_code)
        .collect();
    let ledger = |share: usize| {
        let pair = |i: usize| if i % 100 < share { 0 } else { i };
        let made = |i: usize| {
            let (debit, credit) = (accounts[pair(i) % 80], accounts[pair(i) / 80]);
            let lines = vec![cents(debit, 10_01), cents(credit, -10_01)];
            entry("1000", (date("2025-03-03"), i as u128), Source::Payables, "SHAPE", lines)
        };
        (0..1_000).map(made).collect::<Vec<Entry>>()
    };
    for (share, wanted) in [(65, Outcome::Passed), (100, Outcome::Missed), (0, Outcome::Missed)] {
        assert_eq!(outcome(ledger(share), "account_pairs"), wanted, "{share}");
    }
}

#[test]
fn a_few_entries_by_hand_are_real_and_many_are_not() {
    let ledger = |every: u128| {
        let made = |i| {
            let mut made = of_lines(i, 1, 1);
            if i.is_multiple_of(every) {
                made.source = Source::Manual;
            }
            made
        };
        (0..300).map(made).collect::<Vec<Entry>>()
    };
    assert_eq!(outcome(ledger(30), "manual_share"), Outcome::Passed);
    assert_eq!(outcome(ledger(2), "manual_share"), Outcome::Missed);
}

/// Two months with as many entries a day as `count` says; what is posted by `behind` counts for the month before.
fn calendar(count: impl Fn(NaiveDate) -> u128, behind: impl Fn(NaiveDate) -> bool) -> Vec<Entry> {
    let days = date("2025-02-28").iter_days().take_while(|day| *day <= date("2025-04-30"));
    let of_day = |day: NaiveDate| {
        let made = (0..count(day)).map(move |i| {
            let lines = vec![cents("710.005", 10_01), cents("301.000", -10_01)];
            entry("1000", (day, i), Source::Payables, "SHAPE", lines)
        });
        let is_behind = behind(day);
        made.map(move |mut entry| {
            if is_behind {
                entry.posting_date = entry.posting_date.with_day(1).unwrap() - Days::new(1);
            }
            entry
        })
        .collect::<Vec<Entry>>()
    };
    days.flat_map(of_day).collect()
}

fn nth_working_day(day: NaiveDate) -> usize {
    day.with_day(1)
        .unwrap()
        .iter_days()
        .take_while(|passed| *passed <= day)
        .filter(|passed| is_business_day(*passed))
        .count()
}

fn is_rush(day: NaiveDate) -> bool {
    nth_working_day(day) <= 8 || nth_working_day(day) > 16
}

#[test]
fn an_office_that_rushes_and_rests_passes_and_a_machine_does_not() {
    let office = |day: NaiveDate| match day.weekday() {
        Weekday::Sat | Weekday::Sun => 1,
        Weekday::Mon if is_rush(day) => 26,
        _ if is_rush(day) => 20,
        _ => 10,
    };
    let office = judge(calendar(office, |day| nth_working_day(day) <= 6));
    let machine =
        judge(calendar(|day| if day.weekday() == Weekday::Fri { 12 } else { 10 }, |day| day.day() > 20));
    for id in ["weekdays", "weekends", "month_end_peak", "close_peak", "close_profile"] {
        assert_eq!(find(&office, id).outcome, Outcome::Passed, "{id} {}", find(&office, id).figure);
        assert_eq!(find(&machine, id).outcome, Outcome::Missed, "{id} {}", find(&machine, id).figure);
    }
}

#[test]
fn field_tickets_are_counted_apart() {
    let tickets = (0..500).map(|i| {
        let mut made = of_lines(i, 2, 1);
        made.source = Source::Production;
        made
    });
    let business = (500..600).map(|i| of_lines(i, 1, 1));
    let report = judge(tickets.chain(business).collect());
    assert_eq!(report.observed.field_tickets, 500);
    assert_eq!(find(&report, "even_lines").figure, "100.0 %");
}
