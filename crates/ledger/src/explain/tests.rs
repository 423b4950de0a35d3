//! Each kind of calculation with an entry made by hand: as it is right, and off by a cent.

use super::*;
use crate::entry::{InterestType, JournalLine, Product, Side, Source};
use crate::fixed::Money;
use crate::reference::{
    Afe, JibDeck, JibShare, MarketPrice, Owner, OwnerDeck, OwnerInterest, Production, ReferenceRecord,
    Reserve, TaxRate,
};
use chrono::NaiveDate;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A line with an amount, and what `set` adds.
fn line(
    account: &str,
    side: Side,
    amount: &str,
    set: impl FnOnce(&mut JournalLine<'static>),
) -> JournalLine<'static> {
    let mut line = JournalLine::new(0, account.to_owned(), side, amount.parse().unwrap());
    set(&mut line);
    line
}

fn debit(account: &str, amount: &str, set: impl FnOnce(&mut JournalLine<'static>)) -> JournalLine<'static> {
    line(account, Side::Debit, amount, set)
}

fn credit(account: &str, amount: &str, set: impl FnOnce(&mut JournalLine<'static>)) -> JournalLine<'static> {
    line(account, Side::Credit, amount, set)
}

fn market_price(month: &str, price: &str) -> ReferenceRecord {
    ReferenceRecord::MarketPrice(MarketPrice {
        series: "WTI".into(),
        price_date: date(month),
        price_source: "test".into(),
        revision: 0,
        price: price.parse().unwrap(),
        unit_of_measure: "BBL".into(),
        currency: "USD".into(),
    })
}

fn entry(transaction_type: &str, lines: Vec<JournalLine<'static>>) -> JournalEntry<'static> {
    let total = |side| lines.iter().filter(|it| it.side == side).map(|it| it.amount).sum();
    let (total_debit, total_credit) = (total(Side::Debit), total(Side::Credit));
    let lines = (1..).zip(lines).map(|(line_number, line)| JournalLine { line_number, ..line });
    JournalEntry {
        entry_id: Uuid::from_u128(1),
        chain_id: Uuid::from_u128(1),
        company_code: "1000".into(),
        ledger: "PRIMARY".into(),
        document_type: DocumentType::Standard,
        entry_number: 1,
        posting_date: date("2025-01-31"),
        document_date: date("2025-01-31"),
        due_date: None,
        entered_at: "2025-02-10T15:00:00Z".parse().unwrap(),
        fiscal_year: 2025,
        fiscal_period: 1,
        production_month: Some(date("2025-01-01")),
        source: Source::Revenue,
        transaction_type: transaction_type.to_owned().into(),
        description: "by hand".into(),
        currency: "USD".into(),
        functional_currency: "USD".into(),
        fx_rate: None,
        created_by: "batch".into(),
        approved_by: None,
        source_document: None,
        reverses_entry_id: None,
        auto_reverse_on: None,
        adjusts_entry_id: None,
        intercompany_group_id: None,
        total_debit,
        total_credit,
        lines: lines.collect(),
    }
}

/// What two entries of a well, an owner deck, a tax and a market need.
fn facts() -> Facts {
    let since = date("2024-01-01");
    let interest = |owner: &str, interest_type, share: &str| OwnerInterest {
        owner_id: owner.into(),
        interest_type,
        decimal_interest: share.parse().unwrap(),
    };
    let owner = |owner_id: &str, is_tax_exempt| {
        ReferenceRecord::Owner(Owner {
            owner_id: owner_id.into(),
            effective_date: since,
            name: owner_id.into(),
            owner_type: "TRUST".into(),
            state: "TX".into(),
            minimum_payment: Money::ZERO,
            suspense_code: None,
            is_tax_exempt,
        })
    };
    let mut facts = Facts::default();
    facts.extend([
        ReferenceRecord::OwnerDeck(OwnerDeck {
            well_id: "W".into(),
            product: Product::Oil,
            effective_date: since,
            interests: vec![
                interest("O-1", InterestType::Working, "0.80000000"),
                interest("O-2", InterestType::Royalty, "0.15000000"),
                interest("O-3", InterestType::Royalty, "0.05000000"),
            ],
        }),
        owner("O-1", false),
        owner("O-2", false),
        owner("O-3", true),
        ReferenceRecord::TaxRate(TaxRate {
            tax_code: "TX-OIL-SEV".into(),
            effective_date: since,
            state: "TX".into(),
            product: Product::Oil,
            rate: "0.046".parse().unwrap(),
            rate_per_unit: "0.00625".parse().unwrap(),
            due_months: 1,
            due_day: 25,
            statute: "Tex. Tax Code ch. 202".into(),
        }),
        market_price("2025-01-01", "75.74"),
        ReferenceRecord::JibDeck(JibDeck {
            jib_code: "J".into(),
            effective_date: since,
            company_code: "1000".into(),
            lease_id: "L".into(),
            shares: vec![
                JibShare {
                    counterparty_id: None,
                    company_code: Some("1000".into()),
                    working_interest: "0.60000000".parse().unwrap(),
                },
                JibShare {
                    counterparty_id: Some("N-1".into()),
                    company_code: None,
                    working_interest: "0.40000000".parse().unwrap(),
                },
            ],
        }),
    ]);
    facts
}

fn at_well(line: &mut JournalLine<'static>) {
    line.well_id = Some("W".into());
    line.product = Some(Product::Oil);
}

fn measured(line: &mut JournalLine<'static>, quantity: &str, unit: &'static str, price: &str) {
    line.quantity = Some(quantity.parse().unwrap());
    line.unit_of_measure = Some(unit.into());
    line.unit_price = Some(price.parse().unwrap());
}

/// Every line is explained and agrees; and any one of them off by a cent, with whatever keeps the entry's sums, is found.
fn holds(entry: &JournalEntry<'_>, facts: &Facts) -> Explanation {
    let explanation = explain(entry, facts);
    assert_eq!(explanation.calculations.len(), entry.lines.len());
    assert!(explanation.agrees(), "{:#?}", explanation.disagreements().collect::<Vec<_>>());
    for at in 0..entry.lines.len() {
        let mut wrong = entry.clone();
        let line = &mut wrong.lines[at];
        line.amount += Money::from_units(1);
        line.functional_amount = line.amount;
        assert!(!explain(&wrong, facts).agrees(), "line {} off by a cent is not noticed", at + 1);
    }
    explanation
}

fn methods(explanation: &Explanation) -> Vec<Method> {
    explanation.calculations.iter().map(|it| it.method).collect()
}

/// 100 BBL at 70: of 7,000.00, 6,650.00 are taxed at 4.6 % and 100 BBL at 0.00625.
fn sale() -> JournalEntry<'static> {
    let owner = |line: &mut JournalLine<'static>, id: &'static str| {
        at_well(line);
        line.owner_id = Some(id.into());
    };
    let interest = |line: &mut JournalLine<'static>, kind, share: &str| {
        line.interest_type = Some(kind);
        line.decimal_interest = Some(share.parse().unwrap());
    };
    let taxed = |line: &mut JournalLine<'static>, base: &str| {
        line.tax_code = Some("TX-OIL-SEV".into());
        line.base_amount = Some(base.parse().unwrap());
        line.rate = Some("0.046".parse().unwrap());
    };
    entry(
        "REVENUE_FINAL",
        vec![
            debit("120.000", "7000.00", |it| {
                at_well(it);
                measured(it, "100", "BBL", "70");
            }),
            credit("601.000", "5600.00", |it| {
                owner(it, "O-1");
                interest(it, InterestType::Working, "0.8");
            }),
            debit("710.011", "258.13", |it| {
                owner(it, "O-1");
                taxed(it, "5600.00");
            }),
            credit("302.000", "1050.00", |it| {
                owner(it, "O-2");
                interest(it, InterestType::Royalty, "0.15");
            }),
            debit("302.000", "48.40", |it| {
                owner(it, "O-2");
                taxed(it, "1050.00");
            }),
            credit("302.000", "350.00", |it| {
                owner(it, "O-3");
                interest(it, InterestType::Royalty, "0.05");
            }),
            credit("320.000", "306.53", |it| {
                at_well(it);
                taxed(it, "6650.00");
                it.unit_of_measure = Some("BBL".into());
            }),
        ],
    )
}

#[test]
fn a_sale_is_volume_times_price_shared_by_the_deck_with_tax_by_statute_and_exempt_owners_left_out() {
    let explanation = holds(&sale(), &facts());
    let expected = [
        Method::Price,
        Method::Split,
        Method::Split,
        Method::Split,
        Method::Split,
        Method::Split,
        Method::Tax,
    ];
    assert_eq!(methods(&explanation), expected);
    let [gross, own, .., tax] = &explanation.calculations[..] else { panic!("seven lines") };
    assert_eq!(gross.text, "100.00 BBL × 70.00 = 7,000.00");
    assert_eq!(gross.notes, ["price: WTI 2025-01 75.74, differential -5.74"]);
    assert_eq!(own.notes, ["deck of OIL from 2024-01-01: 3 interests"]);
    assert_eq!(tax.text, "taxable 6,650.00 × 0.046 + 100.00 BBL × 0.00625 = 306.53");
    assert_eq!(tax.notes, ["TX-OIL-SEV from 2024-01-01: Tex. Tax Code ch. 202"]);
}

#[test]
fn a_reversal_is_explained_as_what_it_mirrors() {
    let mut reversal = unmirrored(&sale());
    reversal.transaction_type = "REVENUE_FINAL_REVERSAL".into();
    reversal.document_type = DocumentType::Reversal;
    reversal.reverses_entry_id = Some(Uuid::from_u128(7));
    assert_eq!(holds(&reversal, &facts()).mirrors, Some(Uuid::from_u128(7)));
}

#[test]
fn a_share_or_a_rate_that_the_reference_topics_do_not_have_contradicts_the_line() {
    let mut other_share = sale();
    other_share.lines[1].decimal_interest = Some("0.79".parse().unwrap());
    let mut other_rate = sale();
    other_rate.lines[6].rate = Some("0.05".parse().unwrap());
    for (entry, place, told) in [
        (other_share, 1, "decimal interest is 0.79000000, expected 0.80000000"),
        (other_rate, 6, "rate is 0.05000000, expected 0.04600000"),
    ] {
        let explanation = explain(&entry, &facts());
        assert_eq!(explanation.disagreements().count(), 1);
        assert_eq!(explanation.calculations[place].contradictions, [told]);
    }
}

#[test]
fn without_a_deck_a_share_is_said_to_be_unknown_and_never_guessed() {
    let mut accrual = sale();
    accrual.lines[1].interest_type = None;
    accrual.lines[1].decimal_interest = None;
    let explanation = explain(&accrual, &Facts::default());
    assert_eq!(explanation.calculations[3].method, Method::Stated);
    assert!(explanation.calculations[3].text.contains("deck of well W"));
}

#[test]
fn a_correction_is_what_is_right_less_what_was_booked_part_by_part() {
    // 90 BBL booked at 70, 100 right: of 700.00 the taxed 665.00, and the tax is the difference of two rounded taxes.
    let owner = |it: &mut JournalLine<'static>, id: &'static str| {
        at_well(it);
        it.owner_id = Some(id.into());
    };
    let lines = vec![
        debit("120.000", "700.00", |it| {
            at_well(it);
            measured(it, "10", "BBL", "70");
            it.text = Some("Booked 90.000 BBL at 70.000000".into());
        }),
        credit("601.000", "560.00", |it| {
            owner(it, "O-1");
            it.decimal_interest = Some("0.8".parse().unwrap());
        }),
        debit("710.011", "25.82", |it| {
            owner(it, "O-1");
            it.tax_code = Some("TX-OIL-SEV".into());
        }),
        credit("302.000", "105.00", |it| {
            owner(it, "O-2");
            it.decimal_interest = Some("0.15".parse().unwrap());
        }),
        debit("302.000", "4.84", |it| {
            owner(it, "O-2");
            it.tax_code = Some("TX-OIL-SEV".into());
        }),
        credit("302.000", "35.00", |it| {
            owner(it, "O-3");
            it.decimal_interest = Some("0.05".parse().unwrap());
        }),
        credit("320.000", "30.66", |it| {
            at_well(it);
            it.tax_code = Some("TX-OIL-SEV".into());
        }),
    ];
    let explanation = holds(&entry("PRIOR_PERIOD_ADJUSTMENT", lines), &facts());
    assert!(explanation.calculations[0].text.contains("less as booked 90.00 BBL × 70.00, 6,300.00"));
}

#[test]
fn tickets_may_round_by_half_a_cent_each_and_no_further() {
    let accrual = |gross: &str| {
        entry(
            "REVENUE_ACCRUAL",
            vec![debit("360.000", gross, |it| {
                at_well(it);
                measured(it, "100", "BBL", "70");
            })],
        )
    };
    let told = |gross: &str| explain(&accrual(gross), &facts()).calculations[0].clone();
    assert_eq!((told("7000.03").method, told("7000.03").agrees()), (Method::Tickets, true));
    assert!(!told("7000.99").agrees());
}

#[test]
fn a_joint_cost_is_billed_by_the_deck_and_leaves_the_wells_in_proportion() {
    let on = |it: &mut JournalLine<'static>, base: &str| {
        it.jib_code = Some("J".into());
        it.base_amount = Some(base.parse().unwrap());
    };
    let lines = vec![
        debit("123.000", "40.01", |it| {
            on(it, "100.02");
            it.counterparty_id = Some("N-1".into());
            it.decimal_interest = Some("0.4".parse().unwrap());
            it.billed_account_code = Some("710.010".into());
        }),
        credit("710.010", "20.01", |it| on(it, "50.02")),
        credit("710.010", "20.00", |it| on(it, "50.00")),
    ];
    let explanation = holds(&entry("JIB_CUT_BACK", lines), &facts());
    assert_eq!(methods(&explanation), [Method::Split, Method::Split, Method::Split]);
    assert_eq!(explanation.calculations[0].notes, ["deck J from 2024-01-01: 2 shares"]);
}

#[test]
fn what_was_billed_on_a_wrong_account_is_credited_by_the_same_deck() {
    let on = |it: &mut JournalLine<'static>, base: &str| {
        it.jib_code = Some("J".into());
        it.base_amount = Some(base.parse().unwrap());
    };
    let billed = |it: &mut JournalLine<'static>| {
        on(it, "100.02");
        it.counterparty_id = Some("N-1".into());
        it.decimal_interest = Some("0.4".parse().unwrap());
        it.billed_account_code = Some("710.010".into());
    };
    let told = |back: &str| {
        let lines = vec![
            debit("123.000", "40.01", billed),
            credit("710.010", "40.01", |it| on(it, "100.02")),
            credit("123.000", back, billed),
            debit("710.010", back, |it| on(it, "100.02")),
        ];
        explain(&entry("JIB_CUT_BACK", lines), &facts())
    };
    let explanation = told("40.01");
    assert!(explanation.agrees(), "{explanation:?}");
    assert_eq!(methods(&explanation), [Method::Split; 4]);
    assert!(explanation.calculations[2].text.contains("by mistake"), "{explanation:?}");
    assert!(!told("40.02").agrees());
}

#[test]
fn an_accrual_of_capital_is_the_companys_part_of_an_estimate_and_what_partners_will_be_billed() {
    let accrual = |partners: &str| {
        let lines = vec![
            debit("241.002", "420.00", |it| it.base_amount = Some("700.00".parse().unwrap())),
            debit("243.030", "180.00", |it| it.base_amount = Some("300.00".parse().unwrap())),
            debit("123.001", partners, |it| {
                it.jib_code = Some("J".into());
                it.counterparty_id = Some("N-1".into());
                it.base_amount = Some("1000.00".parse().unwrap());
                it.decimal_interest = Some("0.4".parse().unwrap());
            }),
            credit("301.002", "1000.00", |_| {}),
        ];
        explain(&entry("CAPITAL_ACCRUAL", lines), &facts())
    };
    let explanation = accrual("400.00");
    assert!(explanation.agrees(), "{explanation:?}");
    assert_eq!(methods(&explanation)[..3], [Method::Split; 3]);
    assert!(!accrual("410.00").agrees());
}

#[test]
fn overhead_is_a_rate_for_each_well_that_partners_and_the_company_share() {
    let lines = vec![
        debit("123.000", "840.00", |it| {
            it.jib_code = Some("J".into());
            it.counterparty_id = Some("N-1".into());
            it.decimal_interest = Some("0.4".parse().unwrap());
        }),
        debit("710.001", "630.00", |_| {}),
        debit("710.001", "630.00", |_| {}),
        credit("910.000", "2100.00", |it| measured(it, "2", "WELL", "1050")),
    ];
    let explanation = holds(&entry("COPAS_OVERHEAD", lines), &facts());
    assert_eq!(explanation.calculations[3].text, "2.00 WELL × 1,050.00 = 2,100.00");
}

#[test]
fn gas_beyond_a_share_adds_to_an_account_on_its_normal_side_and_comes_off_it_on_the_other() {
    let due = |quantity: &'static str| {
        entry(
            "GAS_IMBALANCE",
            vec![
                debit("121.000", "7091.50", move |it| measured(it, quantity, "MCF", "2.681559")),
                credit("602.000", "7091.50", |it| measured(it, "2644.542", "MCF", "2.681559")),
            ],
        )
    };
    let explanation = holds(&due("2644.542"), &facts());
    assert_eq!(explanation.calculations[0].text, "2,644.542 MCF × 2.681559 = 7,091.50");
    assert!(!explain(&due("-2644.542"), &facts()).agrees(), "a volume below zero is no debit");
    let owed = vec![
        debit("602.000", "7091.50", |it| measured(it, "-2644.542", "MCF", "2.681559")),
        credit("306.000", "7091.50", |it| measured(it, "2644.542", "MCF", "2.681559")),
    ];
    let explanation = holds(&entry("GAS_IMBALANCE", owed), &facts());
    assert_eq!(explanation.calculations[0].notes, ["below zero: it comes off the account, by a debit"]);
}

#[test]
fn depletion_is_a_base_times_production_over_reserves() {
    let mut facts = facts();
    facts.extend([
        ReferenceRecord::Production(Production {
            well_id: "W".into(),
            product: Product::Oil,
            production_month: date("2025-01-01"),
            revision: 0,
            volume: "100".parse().unwrap(),
            unit_of_measure: "BBL".into(),
        }),
        ReferenceRecord::Reserve(Reserve {
            well_id: "W".into(),
            product: Product::Oil,
            effective_date: date("2025-01-31"),
            proved_developed: "9900".parse().unwrap(),
            proved: "12000".parse().unwrap(),
            unit_of_measure: "BBL".into(),
        }),
    ]);
    let depletion = |rate: &str, amount: &str| {
        let lines = vec![
            debit("732.000", amount, |it| {
                it.well_id = Some("W".into());
                it.base_amount = Some("50000.00".parse().unwrap());
                it.rate = Some(rate.parse().unwrap());
                it.quantity = Some("100".parse().unwrap());
                it.unit_of_measure = Some("BOE".into());
            }),
            credit("232.000", amount, |it| it.well_id = Some("W".into())),
        ];
        entry("DEPLETION", lines)
    };
    let explanation = holds(&depletion("0.01", "500.00"), &facts);
    let rate = "rate: 100.00 BOE made in 2025-01 ÷ 10,000.00 BOE proved developed when it began";
    assert_eq!(explanation.calculations[0].notes, [rate]);
    // The amount follows from the rate, and the rate from nothing.
    let explanation = explain(&depletion("0.02", "1000.00"), &facts);
    assert!(!explanation.agrees());
    assert!(explanation.calculations[0].contradictions[0].starts_with("rate is 0.02000000"));
}

#[test]
fn equipment_of_twenty_years_loses_a_twelfth_of_a_yearly_rate_a_month_to_the_cent() {
    let depreciation = |amount: &str| {
        let lines = vec![
            debit("738.000", amount, |line| {
                line.base_amount = Some("126000000".parse().unwrap());
                line.rate = Some("0.05".parse().unwrap());
                line.quantity = Some("1".parse().unwrap());
                line.unit_of_measure = Some("MONTH".into());
            }),
            credit("259.000", amount, |_| {}),
        ];
        entry("DEPRECIATION", lines)
    };
    let explanation = holds(&depreciation("525000.00"), &Facts::default());
    assert_eq!(
        explanation.calculations[0].text,
        "126,000,000.00 × 0.05 a year × 1.00 of 12 months = 525,000.00"
    );
    assert!(!explain(&depreciation("524999.16"), &Facts::default()).agrees());
}

#[test]
fn interest_is_of_each_stretch_of_days_on_what_stood_drawn_and_the_payable_is_all_of_it() {
    let accrual = |amount: &str, payable: &str| {
        let stretch = |amount: &str, base: &str, days: &str| {
            debit("940.000", amount, |line| {
                line.base_amount = Some(base.parse().unwrap());
                line.rate = Some("0.078".parse().unwrap());
                line.quantity = Some(days.parse().unwrap());
                line.unit_of_measure = Some("DAY".into());
            })
        };
        let lines = vec![
            stretch("333666.67", "110000000", "14"),
            stretch(amount, "120000000", "17"),
            credit("330.000", payable, |_| {}),
        ];
        entry("INTEREST_ACCRUAL", lines)
    };
    let explanation = holds(&accrual("442000.00", "775666.67"), &Facts::default());
    let texts: Vec<&str> = explanation.calculations[..2].iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "110,000,000.00 × 0.078 a year × 14.00 of 360 days = 333,666.67",
            "120,000,000.00 × 0.078 a year × 17.00 of 360 days = 442,000.00",
        ]
    );
    assert!(!explain(&accrual("442000.01", "775666.68"), &Facts::default()).agrees());
}

#[test]
fn a_swap_is_what_it_fixes_less_the_market() {
    let settled = |market: &str, price: &str, amount: &str| {
        let lines = vec![
            credit("100.000", amount, |_| {}),
            debit("610.000", amount, |it| {
                measured(it, "1000", "BBL", price);
                it.text = Some(format!("Fixed 70.600000, market {market}").into());
            }),
        ];
        entry("HEDGE_SETTLEMENT", lines)
    };
    let explanation = holds(&settled("75.740000", "-5.14", "5140.00"), &facts());
    assert_eq!(explanation.calculations[1].notes, ["fixed 70.60 less market 75.74 (WTI of 2025-01)"]);
    assert!(!explain(&settled("75.740000", "-5.15", "5150.00"), &facts()).agrees());
}

#[test]
fn swaps_are_marked_on_the_curve_that_the_known_means_make_and_what_was_settled_is_nothing() {
    let mut facts = facts();
    // 75.74 in January 2025 and 51.74 in all the 23 months before: their mean is 52.74.
    facts.insert(market_price("2024-12-01", "51.74"));
    let marked = |forward: &str, price: &str, amount: &str| {
        let lines = vec![
            credit("342.000", amount, |it| {
                measured(it, "1000", "BBL", price);
                it.base_amount = Some("-400.00".parse().unwrap());
                it.text = Some(format!("Swaps for 2026-01, fixed 63.000000, forward {forward}").into());
            }),
            credit("142.000", "250.00", |it| {
                it.base_amount = Some("250.00".parse().unwrap());
                it.text = Some("Swaps for 2024-12 settled".into());
            }),
            debit("611.000", "1090.00", |_| {}),
        ];
        entry("HEDGE_MARK_TO_MARKET", lines)
    };
    // A year on it is half of the way back: 64.24, of which 63 − 64.24 = −1.24 a barrel.
    let explanation = holds(&marked("64.240000", "-1.24", "840.00"), &facts);
    assert_eq!(
        explanation.calculations[0].notes,
        ["fixed 63.00 less forward 64.24 (WTI of 2025-01, 12 of 24 of the way to the mean of its 24 months)"]
    );
    assert!(!explain(&marked("64.250000", "-1.25", "850.00"), &facts).agrees());
}

#[test]
fn withholding_is_of_what_is_paid_after_netting_and_cash_is_the_rest() {
    let check = |base: &str, withheld: &str, cash: &str| {
        let lines = vec![
            debit("302.000", "1000.00", |it| it.owner_id = Some("O-1".into())),
            credit("123.000", "400.00", |_| {}),
            credit("301.003", withheld, |it| {
                it.base_amount = Some(base.parse().unwrap());
                it.rate = Some("0.24".parse().unwrap());
            }),
            credit("100.000", cash, |_| {}),
        ];
        entry("OWNER_DISTRIBUTION", lines)
    };
    let explanation = holds(&check("600.00", "144.00", "456.00"), &facts());
    assert_eq!(methods(&explanation), [Method::Standing, Method::Standing, Method::Rate, Method::Balance]);
    assert!(!explain(&check("1000.00", "240.00", "360.00"), &facts()).agrees());
}

#[test]
fn an_invoice_in_another_currency_is_stated_and_converted_line_by_line() {
    let mut invoice = entry(
        "VENDOR_INVOICE",
        vec![
            debit("710.010", "100.01", |it| it.functional_amount = "73.01".parse().unwrap()),
            debit("710.010", "50.00", |it| it.functional_amount = "36.50".parse().unwrap()),
            credit("301.000", "150.01", |it| it.functional_amount = "109.51".parse().unwrap()),
        ],
    );
    invoice.currency = "CAD".into();
    invoice.fx_rate = Some("0.73".parse().unwrap());
    invoice.source_document = Some("INV-7".into());
    let explanation = explain(&invoice, &facts());
    assert!(explanation.agrees(), "{explanation:#?}");
    assert_eq!(methods(&explanation), [Method::Stated, Method::Stated, Method::Sum]);
    assert_eq!(explanation.calculations[0].text, "as invoiced, document INV-7");
    invoice.lines[1].functional_amount = "36.51".parse().unwrap();
    assert!(!explain(&invoice, &facts()).agrees());
}

#[test]
fn an_invoice_in_another_currency_is_paid_in_it_and_what_its_dollar_moved_is_realised() {
    let at = |line: &mut JournalLine<'_>, dollars: &str| line.functional_amount = dollars.parse().unwrap();
    let payment = |booked: &'static str, lost: &'static str| {
        let mut payment = entry(
            "VENDOR_PAYMENT",
            vec![
                debit("301.000", "150.01", |it| {
                    it.clears_entry_id = Some(Uuid::from_u128(7));
                    at(it, "109.51");
                }),
                credit("960.000", "150.01", |it| at(it, booked)),
                debit("960.000", "150.01", |it| at(it, lost)),
                credit("100.000", "150.01", |it| at(it, lost)),
            ],
        );
        payment.currency = "CAD".into();
        payment.fx_rate = Some("0.74".parse().unwrap());
        payment
    };
    let explanation = holds(&payment("109.51", "111.01"), &facts());
    assert_eq!(methods(&explanation), [Method::Clears, Method::Same, Method::Rate, Method::Rate]);
    assert_eq!(
        explanation.calculations[2].notes,
        ["realised: -1.50 in the company's currency, above zero a gain"]
    );
    assert!(!explain(&payment("109.50", "111.01"), &facts()).agrees());
    assert!(!explain(&payment("109.51", "111.02"), &facts()).agrees());
}

#[test]
fn payables_in_another_currency_are_worth_what_the_months_rate_makes_of_them() {
    let revaluation = |amount: &str| {
        let payable = credit("301.000", amount, |line| {
            measured(line, "10000.00", "CAD", "0.729661");
            line.base_amount = Some("7260.00".parse().unwrap());
        });
        entry("EXCHANGE_REVALUATION", vec![payable, debit("961.000", amount, |_| {})])
    };
    let explanation = holds(&revaluation("36.61"), &Facts::default());
    assert_eq!(
        explanation.calculations[0].text,
        "10,000.00 CAD × 0.729661, 7,296.61, less booked 7,260.00 = 36.61"
    );
    assert!(!explain(&revaluation("36.62"), &Facts::default()).agrees());
}

#[test]
fn a_cash_call_is_a_share_of_a_part_of_the_budget() {
    let mut facts = facts();
    facts.insert(ReferenceRecord::Afe(Afe {
        afe_number: "A-1".into(),
        effective_date: date("2025-01-01"),
        company_code: "1000".into(),
        well_id: Some("W".into()),
        description: "Drill W".into(),
        budget: "1000000.00".parse().unwrap(),
        supplement: 0,
        status: "OPEN".into(),
    }));
    let lines = vec![
        debit("100.000", "160000.00", |_| {}),
        credit("305.000", "160000.00", |it| {
            it.afe_number = Some("A-1".into());
            it.base_amount = Some("400000.00".parse().unwrap());
            it.decimal_interest = Some("0.4".parse().unwrap());
        }),
    ];
    let explanation = holds(&entry("CASH_CALL", lines), &facts);
    assert_eq!(explanation.calculations[1].notes, ["called: 40.00 % of the budget 1,000,000.00 of AFE A-1"]);
}

#[test]
fn a_finished_well_takes_over_what_was_in_progress_intangible_and_tangible_apart() {
    let lines = vec![
        debit("231.000", "300.00", |_| {}),
        debit("233.000", "50.00", |_| {}),
        credit("241.001", "200.00", |it| it.afe_number = Some("A-1".into())),
        credit("241.002", "100.00", |it| it.afe_number = Some("A-1".into())),
        credit("243.030", "50.00", |it| it.afe_number = Some("A-1".into())),
    ];
    let explanation = holds(&entry("CLOSE_TO_PROVED", lines), &facts());
    assert_eq!(explanation.calculations[0].text, "sum of lines 3, 4 = 300.00");
    assert_eq!(explanation.calculations[4].text, "what stood on account 243.030 of AFE A-1");
}

#[test]
fn the_entries_that_an_entry_clears_reverses_or_adjusts_are_told_beside_what_names_them() {
    let id = Uuid::from_u128;
    let lines = vec![
        debit("301.000", "12.00", |it| it.clears_entry_id = Some(id(9))),
        debit("301.000", "3.00", |it| it.clears_entry_id = Some(id(10))),
        credit("100.000", "15.00", |_| {}),
    ];
    let mut payment = entry("VENDOR_PAYMENT", lines);
    payment.adjusts_entry_id = Some(id(9));
    let mut invoice = entry("VENDOR_INVOICE", vec![debit("710.009", "1012.00", |_| {})]);
    (invoice.entry_id, invoice.entry_number) = (id(9), 77);
    assert_eq!(named(&payment), [id(9), id(10)]);
    let mut explanation = explain(&payment, &facts());
    explanation.tell_of(&payment, &[(id(9), Named::of(&invoice))].into());
    let told = format!(
        "entry {}-000077 of {}, VENDOR_INVOICE, 1,012.00 USD",
        invoice.fiscal_year, invoice.posting_date
    );
    assert_eq!(explanation.calculations[0].notes.join("; "), told);
    assert!(explanation.calculations[1].notes[0].contains("carried in"), "{explanation:#?}");
    assert_eq!(explanation.notes, [format!("adjusts {told}")]);
}

#[test]
fn what_nobody_knows_is_stated_and_its_other_side_balances_it() {
    let lines = vec![
        debit("301.000", "12.00", |it| it.clears_entry_id = Some(Uuid::from_u128(9))),
        credit("100.000", "12.00", |_| {}),
    ];
    let explanation = holds(&entry("A_TYPE_OF_TOMORROW", lines), &facts());
    assert_eq!(methods(&explanation), [Method::Clears, Method::Same]);
}
