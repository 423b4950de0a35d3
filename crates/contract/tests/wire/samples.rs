//! One record of each kind, every field filled.

use chrono::{DateTime, NaiveDate, Utc};
use contract::run::{FaultRate, GenesisPrice, LateMaster};
use contract::seal::{ControlTotal, EntryNumberRange, Totals};
use contract::{Anchor, Digest, Genesis, InjectedFault, Seal};
use ledger::reference::*;
use ledger::*;
use uuid::Uuid;

fn day() -> NaiveDate {
    "2025-11-24".parse().unwrap()
}

fn instant() -> DateTime<Utc> {
    "2025-11-24T06:00:30.000001Z".parse().unwrap()
}

pub(crate) fn entry() -> JournalEntry<'static> {
    let mut entry = JournalEntry {
        entry_id: Uuid::from_u128(0x0198_0000),
        chain_id: Uuid::from_u128(0x0198_0000),
        company_code: "company_code".into(),
        ledger: "ledger".into(),
        document_type: DocumentType::Standard,
        entry_number: 7,
        posting_date: day(),
        document_date: day(),
        due_date: Some(day()),
        entered_at: instant(),
        fiscal_year: 13,
        fiscal_period: 13,
        production_month: Some(day()),
        source: Source::Production,
        transaction_type: "REVENUE_ACCRUAL".into(),
        description: "Oil, März".into(),
        currency: "currency".into(),
        functional_currency: "functional_currency".into(),
        fx_rate: Some("0.046".parse().unwrap()),
        created_by: "created_by".into(),
        approved_by: Some("approved_by".into()),
        source_document: Some("source_document".into()),
        reverses_entry_id: Some(Uuid::from_u128(0x0198_0000)),
        auto_reverse_on: Some(day()),
        adjusts_entry_id: Some(Uuid::from_u128(0x0198_0000)),
        intercompany_group_id: Some(Uuid::from_u128(0x0198_0000)),
        total_debit: "-1234.56".parse().unwrap(),
        total_credit: "-1234.56".parse().unwrap(),
        lines: vec![JournalLine {
            line_number: 13,
            account_code: "account_code".into(),
            side: Side::Debit,
            amount: "-1234.56".parse().unwrap(),
            functional_amount: "-1234.56".parse().unwrap(),
            quantity: Some("1.001".parse().unwrap()),
            unit_of_measure: Some("unit_of_measure".into()),
            unit_price: Some("-12.000001".parse().unwrap()),
            heat_factor: Some("0.046".parse().unwrap()),
            base_amount: Some("-1234.56".parse().unwrap()),
            rate: Some("0.046".parse().unwrap()),
            product: Some(Product::Oil),
            cost_center: Some("cost_center".into()),
            well_id: Some("well_id".into()),
            lease_id: Some("lease_id".into()),
            afe_number: Some("afe_number".into()),
            jib_code: Some("jib_code".into()),
            billed_account_code: Some("billed_account_code".into()),
            owner_id: Some("owner_id".into()),
            interest_type: Some(InterestType::Working),
            decimal_interest: Some("0.18750000".parse().unwrap()),
            suspense_code: None,
            tax_code: Some("tax_code".into()),
            counterparty_id: Some("counterparty_id".into()),
            partner_company: Some("partner_company".into()),
            clears_entry_id: Some(Uuid::from_u128(0x0198_0000)),
            production_month: Some(day()),
            text: Some("text".into()),
        }],
    };
    entry.lines.push(JournalLine::new(14, "601.000", Side::Credit, "1234.56".parse().unwrap()));
    entry
}

pub(crate) fn references() -> Vec<ReferenceRecord> {
    vec![
        ReferenceRecord::Company(Company {
            company_code: "company_code".into(),
            effective_date: day(),
            name: "name".into(),
            role: CompanyRole::Operator,
            functional_currency: "functional_currency".into(),
            approval_limit: "-1234.56".parse().unwrap(),
        }),
        ReferenceRecord::Account(Account {
            account_code: "account_code".into(),
            effective_date: day(),
            name: "name".into(),
            account_type: AccountType::Asset,
            normal_side: Side::Debit,
            statement_line: "statement_line".into(),
            cash_flow_class: CashFlowClass::Cash,
            los_line: Some("los_line".into()),
            required_dimensions: vec![Dimension::Well],
            is_postable: true,
        }),
        ReferenceRecord::Period(Period {
            company_code: "company_code".into(),
            fiscal_year: 13,
            fiscal_period: 13,
            start_date: day(),
            end_date: day(),
            opens_at: instant(),
            soft_closes_at: instant(),
            closes_at: instant(),
        }),
        ReferenceRecord::Well(Well {
            well_id: "well_id".into(),
            effective_date: day(),
            name: "name".into(),
            lease_id: "lease_id".into(),
            company_code: "company_code".into(),
            state: "state".into(),
            county: "county".into(),
            basin: "basin".into(),
            primary_product: Product::Oil,
            first_production_date: day(),
            working_interest: "0.18750000".parse().unwrap(),
            net_revenue_interest: "0.18750000".parse().unwrap(),
            status: "status".into(),
        }),
        ReferenceRecord::Lease(Lease {
            lease_id: "lease_id".into(),
            effective_date: day(),
            name: "name".into(),
            company_code: "company_code".into(),
            state: "state".into(),
            county: "county".into(),
            basin: "basin".into(),
            royalty_rate: "0.18750000".parse().unwrap(),
        }),
        ReferenceRecord::Owner(Owner {
            owner_id: "owner_id".into(),
            effective_date: day(),
            name: "name".into(),
            owner_type: "owner_type".into(),
            state: "state".into(),
            minimum_payment: "-1234.56".parse().unwrap(),
            suspense_code: None,
            is_tax_exempt: true,
        }),
        ReferenceRecord::Counterparty(Counterparty {
            counterparty_id: "counterparty_id".into(),
            effective_date: day(),
            name: "name".into(),
            counterparty_type: CounterpartyType::Vendor,
            payment_terms_days: 13,
            currency: "currency".into(),
            owner_id: Some("owner_id".into()),
        }),
        ReferenceRecord::OwnerDeck(OwnerDeck {
            well_id: "well_id".into(),
            product: Product::Oil,
            effective_date: day(),
            interests: vec![OwnerInterest {
                owner_id: "owner_id".into(),
                interest_type: InterestType::Working,
                decimal_interest: "0.18750000".parse().unwrap(),
            }],
        }),
        ReferenceRecord::JibDeck(JibDeck {
            jib_code: "jib_code".into(),
            effective_date: day(),
            company_code: "company_code".into(),
            lease_id: "lease_id".into(),
            shares: vec![JibShare {
                counterparty_id: Some("counterparty_id".into()),
                company_code: Some("company_code".into()),
                working_interest: "0.18750000".parse().unwrap(),
            }],
        }),
        ReferenceRecord::Afe(Afe {
            afe_number: "afe_number".into(),
            effective_date: day(),
            company_code: "company_code".into(),
            well_id: Some("well_id".into()),
            description: "description".into(),
            budget: "-1234.56".parse().unwrap(),
            supplement: 13,
            status: "status".into(),
        }),
        ReferenceRecord::CostCenter(CostCenter {
            cost_center: "cost_center".into(),
            effective_date: day(),
            company_code: "company_code".into(),
            name: "name".into(),
        }),
        ReferenceRecord::TaxRate(TaxRate {
            tax_code: "tax_code".into(),
            effective_date: day(),
            state: "state".into(),
            product: Product::Oil,
            rate: "0.046".parse().unwrap(),
            rate_per_unit: "-12.000001".parse().unwrap(),
            due_months: 13,
            due_day: 13,
            statute: "statute".into(),
        }),
        ReferenceRecord::Production(Production {
            well_id: "well_id".into(),
            product: Product::Oil,
            production_month: day(),
            revision: 13,
            volume: "1.001".parse().unwrap(),
            unit_of_measure: "unit_of_measure".into(),
        }),
        ReferenceRecord::Reserve(Reserve {
            well_id: "well_id".into(),
            product: Product::Oil,
            effective_date: day(),
            proved_developed: "1.001".parse().unwrap(),
            proved: "1.001".parse().unwrap(),
            unit_of_measure: "unit_of_measure".into(),
        }),
        ReferenceRecord::MarketPrice(MarketPrice {
            series: "series".into(),
            price_date: day(),
            price_source: "price_source".into(),
            revision: 13,
            price: "-12.000001".parse().unwrap(),
            unit_of_measure: "unit_of_measure".into(),
            currency: "currency".into(),
        }),
    ]
}

fn totals() -> Totals {
    let mut digest = Digest::default();
    digest.add(Uuid::from_u128(1), b"key", b"\0\0\0\0\x07value");
    let total = ControlTotal {
        company_code: "1000".into(),
        currency: "USD".into(),
        debit: 123_456_789_012_345_678_901,
        credit: 123_456_789_012_345_678_901,
    };
    Totals { entries: 120, lines: 260, digest, amounts: vec![total] }
}

pub(crate) fn seal() -> Seal {
    let range =
        EntryNumberRange { company_code: "1000".into(), fiscal_year: 2025, first: 1, last: 120, count: 120 };
    let mut seal = Seal {
        sequence: 3,
        window_start: instant(),
        window_end: instant(),
        is_history: true,
        good: totals(),
        planted: Totals::default(),
        entry_numbers: vec![range],
        running_digest: totals().digest,
        previous: Digest::default(),
        chain: Digest::default(),
    };
    seal.chain = seal.expected_chain();
    seal
}

pub(crate) fn fault() -> InjectedFault {
    InjectedFault {
        ce_id: Uuid::from_u128(5),
        batch: 3,
        index: 17,
        reason: ReasonCode::Unbalanced,
        entry_id: Uuid::from_u128(6),
        company_code: "1000".into(),
        description: "line 1 is 0.01 too high".into(),
    }
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        random_seed: 42,
        start_date: day(),
        historical_days: 365,
        scale: 1,
        fault_rates: vec![FaultRate { reason: "unbalanced".into(), rate: "0.0005".parse().unwrap() }],
        price_source: "built-in".into(),
        price_digest: Digest::default().to_string(),
        prices: vec![GenesisPrice {
            series: "WTI".into(),
            price_date: day(),
            price: "-37.63".parse().unwrap(),
        }],
        simulator_version: "1".into(),
        incarnation: Uuid::from_u128(8),
        created_at: instant(),
        late_master: Some(LateMaster { kind: "well".into(), days: 3 }),
    }
}

pub(crate) fn anchor() -> Anchor {
    Anchor { simulated: instant(), wall: instant(), speed: "120".parse().unwrap(), interval_seconds: 30 }
}
