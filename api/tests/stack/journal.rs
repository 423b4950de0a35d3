//! Entries and masters as the tests need them.

use chrono::Days;
use ledger::chart;
use ledger::period::periods_of_year;
use ledger::reference::{Company, CompanyRole, Lease, ReferenceRecord, Well};
use ledger::{DocumentType, JournalEntry, JournalLine, Money, Product, Side, Source};
use uuid::Uuid;

pub(crate) const RUN_DAY: &str = "2025-03-01";
pub(crate) const WELL: &str = "42389000010000";

/// The `number`th entry, a day after the other, for two companies and two subledgers in turn.
pub(crate) fn ticket(number: u32) -> JournalEntry<'static> {
    let id = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 | u128::from(number) << 80);
    let amount = Money::from_units(81_234 + i64::from(number));
    let day = RUN_DAY.parse::<chrono::NaiveDate>().unwrap() + Days::new(u64::from(number % 60));
    let mut lines = vec![
        JournalLine::new(1, chart::code::ACCRUED_SALES, Side::Debit, amount),
        JournalLine::new(2, chart::code::REVENUE_CONTROL, Side::Credit, amount),
    ];
    for line in &mut lines {
        line.product = Some(Product::Oil);
        line.well_id = number.is_multiple_of(3).then(|| WELL.into());
    }
    JournalEntry {
        entry_id: id,
        chain_id: id,
        company_code: if number.is_multiple_of(2) { "1000" } else { "2000" }.into(),
        ledger: "PRIMARY".into(),
        document_type: DocumentType::Standard,
        entry_number: i64::from(number),
        posting_date: day,
        document_date: day,
        due_date: None,
        entered_at: chrono::DateTime::from_timestamp(1_743_422_400 + i64::from(number), 0).unwrap(),
        fiscal_year: 2025,
        fiscal_period: i32::try_from(chrono::Datelike::month(&day)).unwrap(),
        production_month: RUN_DAY.parse().ok(),
        source: if number.is_multiple_of(5) { Source::Payables } else { Source::Production },
        transaction_type: "RUN_TICKET".into(),
        description: format!("Run ticket \"{number}\" – oil").into(),
        currency: "USD".into(),
        functional_currency: "USD".into(),
        fx_rate: None,
        created_by: "field".into(),
        approved_by: None,
        source_document: None,
        reverses_entry_id: None,
        auto_reverse_on: None,
        adjusts_entry_id: None,
        intercompany_group_id: None,
        total_debit: amount,
        total_credit: amount,
        lines,
    }
}

pub(crate) fn tickets(numbers: std::ops::Range<u32>) -> Vec<JournalEntry<'static>> {
    numbers.map(ticket).collect()
}

/// An entry of some 200 kB of JSON.
pub(crate) fn bulky(number: u32) -> JournalEntry<'static> {
    let mut entry = ticket(number);
    let line = entry.lines[0].clone();
    entry.lines = (1..=900)
        .map(|at| JournalLine { line_number: at, text: Some("x".repeat(100).into()), ..line.clone() })
        .collect();
    entry
}

/// All masters that the entries point at.
pub(crate) fn masters() -> Vec<ReferenceRecord> {
    let first = "2025-01-01".parse().unwrap();
    let company = |code: &str| {
        ReferenceRecord::Company(Company {
            company_code: code.into(),
            effective_date: first,
            name: "Operator".into(),
            role: CompanyRole::Operator,
            functional_currency: "USD".into(),
            approval_limit: "1000000".parse().unwrap(),
        })
    };
    let well = ReferenceRecord::Well(Well {
        well_id: WELL.into(),
        effective_date: first,
        name: "Caliche 1H".into(),
        lease_id: "L1".into(),
        company_code: "1000".into(),
        state: "TX".into(),
        county: "Reeves".into(),
        basin: "Delaware".into(),
        primary_product: Product::Oil,
        first_production_date: first,
        working_interest: "0.6".parse().unwrap(),
        net_revenue_interest: "0.468".parse().unwrap(),
        status: "PRODUCING".into(),
    });
    let lease = ReferenceRecord::Lease(Lease {
        lease_id: "L1".into(),
        effective_date: first,
        name: "Caliche".into(),
        state: "TX".into(),
        county: "Reeves".into(),
        basin: "Delaware".into(),
        company_code: "1000".into(),
        royalty_rate: "0.125".parse().unwrap(),
    });
    let accounts = chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(first)));
    let periods = periods_of_year("1000", 2025).into_iter().map(ReferenceRecord::Period);
    [company("1000"), company("2000"), lease, well].into_iter().chain(accounts).chain(periods).collect()
}
