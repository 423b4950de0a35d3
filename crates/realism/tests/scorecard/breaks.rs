//! Each tie and each test of the domain, broken.

use crate::books::{AFFILIATE, Books, Line, WELL, cents, date, entry, line, total};
use crate::find;
use chrono::{Days, TimeDelta};
use ledger::reference::ReferenceRecord;
use ledger::{DecimalInterest, Money, Product, Quantity, Source, UnitPrice};
use realism::Outcome;

type Break = fn(&mut Books);

fn record(books: &mut Books, change: impl FnMut(&mut ReferenceRecord)) {
    books.reference.iter_mut().for_each(change);
}

/// Makes a line of the entry larger by so many cents; the entry no longer balances.
fn add(books: &mut Books, transaction_type: &str, at: usize, more: i64) {
    let line = &mut books.first(transaction_type).lines[at];
    line.amount += Money::from_units(more);
    line.functional_amount = line.amount;
}

/// Makes two lines of an entry larger, so that it still balances.
fn inflate(books: &mut Books, transaction_type: &str, lines: [usize; 2], more: i64) {
    for at in lines {
        add(books, transaction_type, at, more);
    }
    total(books.first(transaction_type));
}

fn scale_prices(books: &mut Books, of: &str, factor: i64) {
    record(books, |record| match record {
        ReferenceRecord::MarketPrice(price) if price.series == of => {
            price.price = UnitPrice::from_units(price.price.units() * factor);
        }
        _ => {}
    });
}

const BREAKS: &[(&str, &str, Break)] = &[
    ("entry_balance", "a cent too much", |books| add(books, "INVOICE", 0, 1)),
    ("entry_balance", "a header that does not sum", |books| {
        books.first("INVOICE").total_debit = Money::from_units(1);
    }),
    ("positive_amounts", "a line of nothing", |books| {
        books.first("INVOICE").lines.push(cents("710.005", 0));
    }),
    ("entry_numbers", "a gap", |books| books.first("PAYMENT").entry_number += 1),
    ("closed_periods", "an entry after the close", |books| {
        let late = date("2025-04-21");
        let mut late =
            entry("1000", (late, 950), Source::Manual, "LATE", vec![line("100.000", 1), line("605.000", -1)]);
        (late.posting_date, late.fiscal_period) = (date("2025-01-31"), 1);
        books.entries.push(late);
        books.settle();
    }),
    ("owner_splits", "an owner less", |books| {
        books.first("FINAL").lines[2].decimal_interest = Some(DecimalInterest::from_units(24_999_999));
    }),
    ("owner_decks", "an owner of another deck", |books| {
        books.first("FINAL").lines[2].owner_id = Some("O-1".into());
    }),
    ("owner_decks", "a transfer that came before what was booked", |books| {
        let mut decks = books.reference.iter().filter_map(|record| match record {
            ReferenceRecord::OwnerDeck(deck) => Some(deck.clone()),
            _ => None,
        });
        let mut later = decks.next_back().unwrap();
        later.effective_date = later.effective_date + Days::new(1);
        later.interests[1].owner_id = "O-3".to_owned();
        books.reference.push(ReferenceRecord::OwnerDeck(later));
    }),
    ("period_balance", "a cent too much", |books| add(books, "INVOICE", 0, 1)),
    ("balance_sheet", "a cent too much", |books| add(books, "INVOICE", 0, 1)),
    ("balance_sheet", "an account that no chart has", |books| {
        books.first("INVOICE").lines[0].account_code = "799.000".into();
    }),
    ("roll_forward", "another period than the date's", |books| books.first("INVOICE").fiscal_period += 1),
    ("clearing_accounts", "an accrual that does not clear", |books| inflate(books, "ACCRUAL", [0, 1], 100)),
    ("accrued_sales", "a final that settles less", |books| {
        let last = books.first("FINAL").lines.len() - 1;
        inflate(books, "FINAL", [last - 1, last], -100);
    }),
    ("cash", "more paid than there is", |books| inflate(books, "PAYMENT", [0, 1], 900_000_000)),
    ("owner_subledger", "an owner that nobody knows", |books| {
        books.first("CHECK").lines[0].owner_id = Some("O-9".into());
    }),
    ("owner_subledger", "a check for more than is owed", |books| {
        inflate(books, "CHECK", [0, 1], 100_000_000);
    }),
    ("partner_subledger", "a line without a deck", |books| books.first("BILLING").lines[0].jib_code = None),
    ("partner_subledger", "a partner who pays too much", |books| {
        inflate(books, "JIB_RECEIPT", [0, 1], 100);
    }),
    ("project_subledger", "an AFE that was closed with cost left", |books| {
        inflate(books, "CAPITALISED", [0, 1], -100);
    }),
    ("project_subledger", "an AFE that was credited below zero", |books| {
        inflate(books, "CAPITALISED", [0, 1], 100);
    }),
    ("asset_subledger", "a well depleted beyond its cost", |books| {
        inflate(books, "DEPLETION", [0, 1], 900_000_000);
    }),
    ("asset_subledger", "cost on a well that nobody knows", |books| {
        books.first("CAPITALISED").lines[0].well_id = Some("42389300990000".into());
    }),
    ("retirement_subledger", "an obligation settled beyond itself", |books| {
        let lines = vec![line("410.000", 90_000), line("100.000", -90_000)];
        let mut settled = entry("1000", (date("2025-04-10"), 951), Source::AssetRetirement, "SETTLED", lines);
        settled.lines[0].well_id = Some(WELL.into());
        books.entries.push(settled);
        books.settle();
    }),
    ("payments", "paid twice", |books| {
        let again = books.first("PAYMENT").clone();
        books.entries.push(entry("1000", (again.posting_date, 952), Source::Payables, "AGAIN", again.lines));
        books.settle();
    }),
    ("payments", "paid too much", |books| inflate(books, "PAYMENT", [0, 1], 1)),
    ("payments", "an unknown entry cleared", |books| {
        let other = books.first("BILLING").entry_id;
        books.first("PAYMENT").lines[0].clears_entry_id = Some(other);
    }),
    ("payments", "an item of another vendor cleared", |books| {
        books.first("PAYMENT").lines[0].counterparty_id = Some("J-1".into());
    }),
    ("payments", "more invoiced than was received", |books| {
        let mut work = line("303.000", 5);
        work.counterparty_id = Some("V-1".into());
        books.first("PAYMENT").lines.extend([work, line("100.000", -5)]);
    }),
    ("payments", "a correction of what nobody booked", |books| {
        let unknown = crate::books::id(date("2024-12-30").and_time(chrono::NaiveTime::MIN).and_utc(), 1);
        books.first("CORRECTION").adjusts_entry_id = Some(unknown);
    }),
    ("reversals", "a mirror with another amount", |books| inflate(books, "REVERSAL", [0, 1], 1)),
    ("reversals", "a mirror of another well", |books| {
        books.first("REVERSAL").lines[1].well_id = None;
    }),
    ("reversals", "another day than announced", |books| {
        let mirror = books.first("REVERSAL");
        mirror.posting_date = mirror.posting_date + Days::new(1);
    }),
    ("reversals", "no mirror", |books| books.drop_first("REVERSAL")),
    ("reversals", "two mirrors", |books| {
        let mut again = books.first("REVERSAL").clone();
        again.entered_at += TimeDelta::microseconds(1);
        books.entries.push(again);
        books.settle();
    }),
    ("reversal_share", "reversals missing", |books| {
        for _ in 0..5 {
            books.drop_first("REVERSAL");
        }
    }),
    ("intercompany", "one side only", |books| books.drop_first("DUE_TO")),
    ("intercompany", "another amount", |books| inflate(books, "DUE_TO", [0, 1], 1)),
    ("intercompany", "both sides in one company", |books| {
        books.first("DUE_TO").company_code = "1000".into();
        books.settle();
    }),
    ("intercompany", "a month end at which only one company has booked", |books| {
        let late = books.first("DUE_TO");
        (late.posting_date, late.fiscal_period) = (date("2025-02-03"), 2);
    }),
    ("intercompany", "a pair of companies that disagrees", |books| {
        books.first("DUE_FROM").lines[0].partner_company = Some("3000".into());
    }),
    ("severance_amount", "a tax of two cents more", |books| {
        let last = books.first("FINAL").lines.len() - 3;
        add(books, "FINAL", last, 2);
    }),
    ("severance_statute", "a well whose state asks for more", |books| {
        record(books, |record| {
            if let ReferenceRecord::Well(well) = record {
                well.state = "NM".to_owned();
            }
        });
    }),
    ("severance_rate", "a rate that is not in force", |books| {
        record(books, |record| {
            if let ReferenceRecord::TaxRate(tax) = record {
                tax.rate = "0.05".parse().unwrap();
            }
        });
    }),
    ("severance_shares", "tax that nobody bears", |books| {
        books.first("FINAL").lines[4].amount += Money::from_units(1);
    }),
    ("oil_price", "oil far below the market", |books| scale_prices(books, "WTI", 2)),
    ("gas_price", "gas far above the market", |books| {
        record(books, |record| {
            if let ReferenceRecord::MarketPrice(price) = record
                && price.series == "HENRY_HUB"
            {
                price.price = UnitPrice::ONE;
            }
        });
    }),
    ("liquids_price", "liquids at a tenth", |books| scale_prices(books, "WTI", 3)),
    ("lifting_cost", "an invoice a hundred times as high", |books| {
        inflate(books, "INVOICE", [0, 1], 900_000_000);
    }),
    ("depletion", "ten times the rate", |books| {
        record(books, |record| {
            if let ReferenceRecord::Well(well) = record {
                well.net_revenue_interest = DecimalInterest::from_units(7_500_000);
            }
        });
    }),
    ("depletion_variation", "a month that is depleted threefold", |books| {
        inflate(books, "DEPLETION", [0, 1], 30_000_000);
    }),
    ("production_lag", "final oil in the month after next", |books| {
        for entry in books.entries.iter_mut().filter(|entry| entry.transaction_type == "FINAL") {
            entry.posting_date = entry.posting_date + Days::new(31);
        }
    }),
    ("production_lag", "no correction", |books| books.drop_first("CORRECTION")),
    ("decks", "a deck that does not sum", |books| {
        record(books, |record| {
            if let ReferenceRecord::OwnerDeck(deck) = record {
                deck.interests.pop();
            }
        });
    }),
    ("decline", "a well that grows", |books| {
        record(books, |record| {
            if let ReferenceRecord::Production(made) = record {
                let month = chrono::Datelike::month(&made.production_month);
                made.volume = Quantity::from_units(i64::from(month) * 1_000_000);
            }
        });
    }),
];

#[test]
fn each_break_is_found_by_its_test() {
    for (id, what, break_it) in BREAKS {
        let mut books = Books::sound();
        break_it(&mut books);
        let report = books.judge();
        let test = find(&report, id);
        assert_eq!(test.outcome, Outcome::Missed, "{id}, {what}: {} {:?}", test.figure, test.rows);
        assert!(!test.passed && !report.is_passed());
    }
}

#[test]
fn every_tie_and_every_test_of_the_domain_has_a_break() {
    let report = Books::sound().judge();
    let broken = |id: &str| BREAKS.iter().any(|(of, ..)| *of == id);
    for test in report.tests.iter().filter(|test| test.group != realism::Group::Shape) {
        assert!(broken(test.id) || test.id == "api_numbers", "{}", test.id);
    }
}

#[test]
fn a_federal_state_code_another_county_and_a_short_number_are_no_api_numbers() {
    for (well_id, state, county) in [
        ("48389300010000", "TX", "Reeves"),
        ("42301300010000", "TX", "Reeves"),
        ("42390300010000", "TX", "Elsewhere"),
        ("4238930001", "TX", "Reeves"),
        ("42389300010000", "CA", "Kern"),
    ] {
        let mut books = Books::sound();
        record(&mut books, |record| {
            if let ReferenceRecord::Well(well) = record {
                (well.well_id, well.state, well.county) = (well_id.into(), state.into(), county.into());
            }
        });
        assert_eq!(
            find(&books.judge(), "api_numbers").outcome,
            Outcome::Missed,
            "{well_id} {state} {county}"
        );
    }
}

#[test]
fn a_tax_by_volume_counts_the_barrels_of_the_split() {
    let mut books = Books::sound();
    record(&mut books, |record| {
        if let ReferenceRecord::TaxRate(tax) = record
            && tax.product == Product::Oil
        {
            tax.rate_per_unit = "0.10625".parse().unwrap();
        }
    });
    assert_eq!(find(&books.judge(), "severance_amount").outcome, Outcome::Missed);
    for entry in &mut books.entries {
        let barrels: i64 = entry
            .lines
            .iter()
            .filter(|line| line.decimal_interest.is_some())
            .filter_map(|line| line.quantity)
            .map(|q| q.units().abs())
            .sum();
        for line in entry.lines.iter_mut().filter(|line| line.base_amount.is_some()) {
            if line.account_code == "320.000" && line.product == Some(Product::Oil) {
                // Ten cents a barrel more, of thousandths.
                line.amount += Money::from_units((barrels + 50) / 100);
            }
        }
    }
    assert_eq!(find(&books.judge(), "severance_amount").outcome, Outcome::Passed);
}

#[test]
fn a_ledger_that_publishes_a_wrong_rate_and_follows_it_is_found_out() {
    let mut books = Books::sound();
    record(&mut books, |record| {
        if let ReferenceRecord::TaxRate(tax) = record
            && tax.product == Product::Gas
        {
            tax.rate = "0.0751".parse().unwrap();
        }
    });
    let is_gas = |line: &&mut Line| line.tax_code.as_deref() == Some("TX-GAS-SEV") && line.rate.is_some();
    for line in books.entries.iter_mut().flat_map(|entry| &mut entry.lines).filter(is_gas) {
        line.rate = "0.0751".parse().ok();
        if line.account_code == "320.000" {
            line.amount = Money::product(line.base_amount.unwrap(), line.rate.unwrap()).unwrap();
        }
    }
    let report = books.judge();
    for (id, outcome) in [
        ("severance_amount", Outcome::Passed),
        ("severance_rate", Outcome::Passed),
        ("severance_statute", Outcome::Missed),
    ] {
        assert_eq!(find(&report, id).outcome, outcome, "{id} {:?}", find(&report, id).rows);
    }
}

#[test]
fn a_sale_without_the_tax_that_the_state_asks_is_found() {
    let mut books = Books::sound();
    books.first("FINAL").lines.retain(|line| line.account_code != "320.000");
    let report = books.judge();
    assert_eq!(find(&report, "severance_statute").outcome, Outcome::Missed);
}

#[test]
fn only_where_pipelines_are_full_may_gas_sell_far_below_the_market() {
    let mut books = Books::sound();
    record(&mut books, |record| {
        if let ReferenceRecord::MarketPrice(price) = record
            && price.series == "HENRY_HUB"
        {
            price.price = "8".parse().unwrap();
        }
    });
    assert_eq!(find(&books.judge(), "gas_price").outcome, Outcome::Passed);
    record(&mut books, |record| {
        if let ReferenceRecord::Well(well) = record {
            well.basin = "Eagle Ford".to_owned();
        }
    });
    assert_eq!(find(&books.judge(), "gas_price").outcome, Outcome::Missed);
}

#[test]
fn only_an_operators_books_hold_cost_at_eight_eighths() {
    let mut books = Books::sound();
    let lines = vec![line("710.005", 50_000_000), line("100.000", -50_000_000)];
    let mut other = entry(AFFILIATE, (date("2025-03-10"), 953), Source::Payables, "OTHERS", lines);
    other.lines[0].well_id = Some(WELL.into());
    books.entries.push(other);
    books.settle();
    assert_eq!(find(&books.judge(), "lifting_cost").outcome, Outcome::Passed);
}

#[test]
fn what_a_voided_payment_had_cleared_can_be_paid_again() {
    let mut books = Books::sound();
    let payment = books.first("PAYMENT").clone();
    let mut void = entry(
        "1000",
        (payment.posting_date + Days::new(1), 954),
        Source::Payables,
        "VOID",
        payment.lines.clone(),
    );
    void.document_type = ledger::DocumentType::Reversal;
    void.reverses_entry_id = Some(payment.entry_id);
    void.lines.iter_mut().for_each(|line| line.side = line.side.opposite());
    let again =
        entry("1000", (payment.posting_date + Days::new(2), 955), Source::Payables, "AGAIN", payment.lines);
    books.entries.extend([void, again]);
    books.settle();
    let report = books.judge();
    assert_eq!(find(&report, "payments").outcome, Outcome::Passed, "{:?}", find(&report, "payments").rows);
    assert_eq!(find(&report, "reversals").outcome, Outcome::Passed, "{:?}", find(&report, "reversals").rows);
}

#[test]
fn a_correction_that_lowers_value_lowers_the_tax_and_the_close_of_a_year_costs_nothing() {
    let mut books = Books::sound();
    let target = books.first("FINAL").entry_id;
    let mut lower = books.first("CORRECTION").clone();
    lower.entered_at += TimeDelta::seconds(1);
    lower.adjusts_entry_id = Some(target);
    for line in &mut lower.lines {
        line.side = line.side.opposite();
        line.quantity = line.quantity.map(|quantity| -quantity);
        line.base_amount = line.base_amount.map(|base| -base);
    }
    let lines = vec![line("530.000", 1_000_000), line("710.005", -1_000_000)];
    let mut close = entry("1000", (date("2025-04-10"), 956), Source::Manual, "CLOSE", lines);
    close.document_type = ledger::DocumentType::Closing;
    close.lines[1].well_id = Some(WELL.into());
    books.entries.extend([lower, close]);
    books.settle();
    let report = books.judge();
    for id in ["severance_amount", "severance_shares", "oil_price", "lifting_cost"] {
        assert_eq!(find(&report, id).outcome, Outcome::Passed, "{id} {:?}", find(&report, id).rows);
    }
}

#[test]
fn what_is_accrued_to_owners_as_a_whole_needs_no_owner() {
    let mut books = Books::sound();
    for entry in &mut books.entries {
        if matches!(&*entry.transaction_type, "ACCRUAL" | "REVERSAL") {
            for line in entry.lines.iter_mut().filter(|line| line.account_code == "302.000") {
                line.account_code = "302.001".into();
                (line.owner_id, line.interest_type, line.tax_code) = (None, None, None);
            }
            entry.lines.iter_mut().for_each(|line| line.interest_type = None);
        }
    }
    let mut account = ledger::chart::account("302.000").unwrap().record(date("2023-01-01"));
    account.account_code = "302.001".to_owned();
    books.reference.push(ReferenceRecord::Account(account));
    let report = books.judge();
    let missed: Vec<&str> =
        report.missed().filter(|test| test.group != realism::Group::Shape).map(|test| test.id).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn an_item_from_before_the_opening_is_cleared_of_the_opening_entry_that_carries_it_and_of_nothing_else() {
    let carried = |more: i64, books: &mut Books| {
        let item = books.first("INVOICE").lines[1].clone();
        let opening = books.first("OPENING");
        opening.lines.push(item);
        opening.lines.push(cents("530.000", 9_000_000));
        let opening_id = opening.entry_id;
        books.first("PAYMENT").lines[0].clears_entry_id = Some(opening_id);
        inflate(books, "PAYMENT", [0, 1], more);
        find(&books.judge(), "payments").outcome
    };
    assert_eq!(carried(0, &mut Books::sound()), Outcome::Passed);
    assert_eq!(carried(1, &mut Books::sound()), Outcome::Missed);
    let mut books = Books::sound();
    let evening = date("2024-12-30").and_time(chrono::NaiveTime::MIN).and_utc();
    books.first("PAYMENT").lines[0].clears_entry_id = Some(crate::books::id(evening, 1));
    assert_eq!(find(&books.judge(), "payments").outcome, Outcome::Missed);
}
