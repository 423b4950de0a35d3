//! Each reason is provoked from one good entry; the earlier reason wins; no single cent goes unnoticed.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::{NaiveDate, TimeZone, Utc};
use ledger::check::{Reference, Submission, check};
use ledger::period::periods_of_year;
use ledger::reference::*;
use ledger::*;
use proptest::prelude::*;
use uuid::Uuid;

const WELL: &str = "42389000010000";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn reference() -> Reference {
    let day = date("2025-01-01");
    let mut reference = Reference::default();
    reference.insert(ReferenceRecord::Company(Company {
        company_code: "1000".into(),
        effective_date: day,
        name: "Operator".into(),
        role: CompanyRole::Operator,
        functional_currency: "USD".into(),
        approval_limit: "1000000".parse().unwrap(),
    }));
    reference.extend(chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(day))));
    reference.extend(periods_of_year("1000", 2025).into_iter().map(ReferenceRecord::Period));
    reference.insert(ReferenceRecord::Well(Well {
        well_id: WELL.into(),
        effective_date: day,
        name: "Caliche 1H".into(),
        lease_id: "L1".into(),
        company_code: "1000".into(),
        state: "TX".into(),
        county: "Reeves".into(),
        basin: "Delaware".into(),
        primary_product: Product::Oil,
        first_production_date: day,
        working_interest: "0.6".parse().unwrap(),
        net_revenue_interest: "0.468".parse().unwrap(),
        status: "PRODUCING".into(),
    }));
    for owner_id in ["O1", "O2"] {
        reference.insert(ReferenceRecord::Owner(Owner {
            owner_id: owner_id.into(),
            effective_date: day,
            name: "Owner".into(),
            owner_type: "INDIVIDUAL".into(),
            state: "TX".into(),
            minimum_payment: "100".parse().unwrap(),
            suspense_code: None,
            is_tax_exempt: false,
        }));
    }
    reference
}

fn line(number: i32, account: &'static str, side: Side, amount: &str) -> JournalLine<'static> {
    let mut line = JournalLine::new(number, account, side, amount.parse().unwrap());
    line.well_id = Some(WELL.into());
    line.product = Some(Product::Oil);
    line
}

/// A revenue accrual: 8/8 to accrued sales, the company's share to revenue, two owners' to their payables.
fn good() -> JournalEntry<'static> {
    let id = Uuid::from_u128(7);
    let mut revenue = line(2, chart::code::OIL_REVENUE, Side::Credit, "46.80");
    revenue.quantity = Some("1".parse().unwrap());
    revenue.unit_of_measure = Some("BBL".into());
    let mut lines = vec![line(1, chart::code::ACCRUED_SALES, Side::Debit, "100.00"), revenue];
    for (number, owner, share, amount) in [(3, "O1", "0.312", "31.20"), (4, "O2", "0.22", "22.00")] {
        let mut owed = line(number, chart::code::OWNERS_PAYABLE, Side::Credit, amount);
        owed.owner_id = Some(owner.into());
        owed.interest_type = Some(InterestType::Royalty);
        owed.decimal_interest = Some(share.parse().unwrap());
        lines.push(owed);
    }
    lines[1].interest_type = Some(InterestType::Working);
    lines[1].decimal_interest = Some("0.468".parse().unwrap());
    JournalEntry {
        entry_id: id,
        chain_id: id,
        company_code: "1000".into(),
        ledger: "PRIMARY".into(),
        document_type: DocumentType::Accrual,
        entry_number: 1,
        posting_date: date("2025-03-31"),
        document_date: date("2025-03-31"),
        due_date: None,
        entered_at: Utc.with_ymd_and_hms(2025, 4, 3, 10, 0, 0).unwrap(),
        fiscal_year: 2025,
        fiscal_period: 3,
        production_month: Some(date("2025-03-01")),
        source: Source::Revenue,
        transaction_type: "REVENUE_ACCRUAL".into(),
        description: "Oil, March".into(),
        currency: "USD".into(),
        functional_currency: "USD".into(),
        fx_rate: None,
        created_by: "revenue".into(),
        approved_by: None,
        source_document: None,
        reverses_entry_id: None,
        auto_reverse_on: None,
        adjusts_entry_id: None,
        intercompany_group_id: None,
        total_debit: "100".parse().unwrap(),
        total_credit: "100".parse().unwrap(),
        lines,
    }
}

fn verdict(entry: &JournalEntry<'_>, reference: &Reference) -> Option<ReasonCode> {
    let key = entry.chain_id.to_string();
    check(&Submission { key: key.as_bytes(), entry }, reference).err().map(|rejection| rejection.reason)
}

type Fault = fn(&mut JournalEntry<'static>);

/// One way to provoke each reason that a good entry can be broken into, in the order of the checks.
const FAULTS: &[(ReasonCode, Fault)] = &[
    (ReasonCode::TextInvalid, |e| e.description = "a\0b".into()),
    (ReasonCode::MissingLines, |e| e.lines.truncate(1)),
    (ReasonCode::TooManyLines, |e| {
        let line = e.lines[0].clone();
        e.lines.resize(1000, line);
    }),
    (ReasonCode::AmountNotPositive, |e| e.lines[1].amount = Money::ZERO),
    (ReasonCode::AmountOutOfRange, |e| e.lines[0].amount = "1000000000000.01".parse().unwrap()),
    (ReasonCode::OneSided, |e| e.lines.iter_mut().for_each(|line| line.side = Side::Debit)),
    (ReasonCode::Unbalanced, |e| e.lines[0].amount = "100.01".parse().unwrap()),
    (ReasonCode::FxMissing, |e| {
        e.currency = "CAD".into();
        e.fx_rate = None;
    }),
    (ReasonCode::FunctionalUnbalanced, |e| {
        e.currency = "CAD".into();
        e.fx_rate = Some("0.7".parse().unwrap());
        e.lines[0].functional_amount = "70.01".parse().unwrap();
    }),
    (ReasonCode::TotalsMismatch, |e| e.total_credit = "100.01".parse().unwrap()),
    (ReasonCode::UnknownCompany, |e| e.company_code = "9999".into()),
    (ReasonCode::UnknownAccount, |e| e.lines[3].account_code = "999.000".into()),
    (ReasonCode::AccountNotPostable, |e| e.lines[0].account_code = "710.000".into()),
    (ReasonCode::DimensionMissing, |e| e.lines[0].well_id = None),
    (ReasonCode::UnknownWell, |e| e.lines[0].well_id = Some("42389999990000".into())),
    (ReasonCode::UnknownOwner, |e| e.lines[3].owner_id = Some("O9".into())),
    (ReasonCode::UnknownCounterparty, |e| e.lines[0].counterparty_id = Some("V9".into())),
    (ReasonCode::UnknownAfe, |e| e.lines[0].afe_number = Some("AFE9".into())),
    (ReasonCode::DecimalsNotOne, |e| e.lines[3].decimal_interest = Some("0.21999999".parse().unwrap())),
    (ReasonCode::ApprovalMissing, |e| e.source = Source::Manual),
    (ReasonCode::DatesIncoherent, |e| e.document_date = date("2025-04-01")),
    (ReasonCode::PeriodMismatch, |e| e.fiscal_period = 4),
    (ReasonCode::PeriodClosed, |e| e.entered_at = Utc.with_ymd_and_hms(2025, 4, 11, 0, 0, 0).unwrap()),
];

#[test]
fn a_good_entry_passes() {
    assert_eq!(verdict(&good(), &reference()), None);
}

#[test]
fn each_fault_gets_its_own_reason() {
    let reference = reference();
    for (reason, fault) in FAULTS {
        let mut entry = good();
        fault(&mut entry);
        assert_eq!(verdict(&entry, &reference), Some(*reason));
    }
}

#[test]
fn of_two_faults_the_earlier_check_is_the_reason() {
    let reference = reference();
    for (i, (reason, fault)) in FAULTS.iter().enumerate() {
        for (_, later) in &FAULTS[i + 1..] {
            let mut entry = good();
            later(&mut entry);
            fault(&mut entry);
            let found = verdict(&entry, &reference).unwrap();
            assert!(found <= *reason, "{found} was found where {reason} is earlier");
        }
    }
}

#[test]
fn a_record_under_another_key_is_refused() {
    let entry = good();
    let found = check(&Submission { key: b"elsewhere", entry: &entry }, &reference()).unwrap_err();
    assert_eq!(found.reason, ReasonCode::KeyMismatch);
    assert!(found.detail.contains("elsewhere"), "{}", found.detail);
}

#[test]
fn a_soft_closed_period_takes_adjusting_entries_and_no_others() {
    let (reference, mut entry) = (reference(), good());
    entry.entered_at = Utc.with_ymd_and_hms(2025, 4, 14, 0, 0, 0).unwrap();
    assert_eq!(verdict(&entry, &reference), Some(ReasonCode::PeriodClosed));
    entry.document_type = DocumentType::Adjusting;
    assert_eq!(verdict(&entry, &reference), None);
    entry.entered_at = Utc.with_ymd_and_hms(2025, 4, 17, 0, 0, 0).unwrap();
    assert_eq!(verdict(&entry, &reference), Some(ReasonCode::PeriodClosed));
}

#[test]
fn an_entry_by_hand_needs_the_approval_of_somebody_else() {
    let (reference, mut entry) = (reference(), good());
    entry.source = Source::Manual;
    entry.approved_by = Some(entry.created_by.clone());
    assert_eq!(verdict(&entry, &reference), Some(ReasonCode::ApprovalMissing));
    entry.approved_by = Some("controller".into());
    assert_eq!(verdict(&entry, &reference), None);
}

#[test]
fn opening_entries_are_exempt_from_the_period_checks() {
    let (reference, mut entry) = (reference(), good());
    entry.document_type = DocumentType::Opening;
    entry.fiscal_period = 0;
    assert_eq!(verdict(&entry, &reference), None);
}

proptest! {
    #[test]
    fn any_change_of_a_single_cent_is_caught(line in 0_usize..4, cents in prop_oneof![-5_i64..0, 1_i64..5]) {
        let mut entry = good();
        let changed = entry.lines[line].amount + Money::from_units(cents);
        entry.lines[line].amount = changed;
        entry.lines[line].functional_amount = changed;
        prop_assert_eq!(verdict(&entry, &reference()), Some(ReasonCode::Unbalanced));
    }

    #[test]
    fn owners_paid_by_largest_remainder_always_balance(
        gross in 1_i64..100_000_000_000,
        weights in proptest::collection::vec(1_i64..10_000_000, 1..40),
    ) {
        let mut entry = good();
        let owner = entry.lines[2].clone();
        entry.lines.truncate(1);
        entry.lines[0].amount = Money::from_units(gross);
        for (part, number) in split::largest_remainder(gross, &weights).into_iter().zip(2..) {
            if part > 0 {
                let amount = Money::from_units(part);
                let share = JournalLine { line_number: number, amount, functional_amount: amount, ..owner.clone() };
                entry.lines.push(JournalLine { interest_type: None, decimal_interest: None, ..share });
            }
        }
        entry.lines[0].functional_amount = Money::from_units(gross);
        entry.total_debit = Money::from_units(gross);
        entry.total_credit = Money::from_units(gross);
        entry.approved_by = Some("controller".into());
        prop_assert_eq!(verdict(&entry, &reference()), None);
    }
}
