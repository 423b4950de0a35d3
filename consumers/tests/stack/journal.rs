//! Entries and masters as the tests need them.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::chart::{self, code};
use ledger::period::periods_of_year;
use ledger::reference::{
    Afe, Company, CompanyRole, Counterparty, CounterpartyType, Owner, ReferenceRecord, Well,
};
use ledger::{DocumentType, JournalEntry, JournalLine, Product, Side, Source};
use uuid::Uuid;

pub(crate) const COMPANY: &str = "1000";
pub(crate) const WELL: &str = "42389000010000";

pub(crate) fn day() -> NaiveDate {
    "2025-03-31".parse().unwrap()
}

pub(crate) fn entered_at() -> DateTime<Utc> {
    "2025-03-31T12:00:00Z".parse().unwrap()
}

pub(crate) fn well(well_id: &str) -> ReferenceRecord {
    ReferenceRecord::Well(Well {
        well_id: well_id.into(),
        effective_date: "2025-01-01".parse().unwrap(),
        name: "Caliche 1H".into(),
        lease_id: "L1".into(),
        company_code: COMPANY.into(),
        state: "TX".into(),
        county: "Reeves".into(),
        basin: "Delaware".into(),
        primary_product: Product::Oil,
        first_production_date: "2025-01-01".parse().unwrap(),
        working_interest: "0.6".parse().unwrap(),
        net_revenue_interest: "0.468".parse().unwrap(),
        status: "PRODUCING".into(),
    })
}

pub(crate) fn owner(owner_id: &str) -> ReferenceRecord {
    ReferenceRecord::Owner(Owner {
        owner_id: owner_id.into(),
        effective_date: day(),
        name: "Ana Reyes".into(),
        owner_type: "INDIVIDUAL".into(),
        state: "TX".into(),
        minimum_payment: "100".parse().unwrap(),
        suspense_code: None,
        is_tax_exempt: false,
    })
}

pub(crate) fn vendor(counterparty_id: &str) -> ReferenceRecord {
    ReferenceRecord::Counterparty(Counterparty {
        counterparty_id: counterparty_id.into(),
        effective_date: day(),
        name: "Pecos Hauling".into(),
        counterparty_type: CounterpartyType::Vendor,
        payment_terms_days: 30,
        currency: "USD".into(),
        owner_id: None,
    })
}

pub(crate) fn afe(afe_number: &str) -> ReferenceRecord {
    ReferenceRecord::Afe(Afe {
        afe_number: afe_number.into(),
        effective_date: day(),
        company_code: COMPANY.into(),
        well_id: Some(WELL.into()),
        description: "Workover".into(),
        budget: "250000".parse().unwrap(),
        supplement: 0,
        status: "OPEN".into(),
    })
}

/// All masters that [`ticket`] points at.
pub(crate) fn masters() -> Vec<ReferenceRecord> {
    let first = "2025-01-01".parse().unwrap();
    let company = ReferenceRecord::Company(Company {
        company_code: COMPANY.into(),
        effective_date: first,
        name: "Operator".into(),
        role: CompanyRole::Operator,
        functional_currency: "USD".into(),
        approval_limit: "1000000".parse().unwrap(),
    });
    let accounts = chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(first)));
    let periods = periods_of_year(COMPANY, 2025).into_iter().map(ReferenceRecord::Period);
    [company, well(WELL)].into_iter().chain(accounts).chain(periods).collect()
}

/// A good run ticket.
pub(crate) fn ticket(number: i64) -> JournalEntry<'static> {
    let id = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(number).unwrap());
    let amount = "812.34".parse().unwrap();
    let mut lines = vec![
        JournalLine::new(1, code::ACCRUED_SALES, Side::Debit, amount),
        JournalLine::new(2, code::REVENUE_CONTROL, Side::Credit, amount),
    ];
    for line in &mut lines {
        (line.well_id, line.product) = (Some(WELL.into()), Some(Product::Oil));
    }
    JournalEntry {
        entry_id: id,
        chain_id: id,
        company_code: COMPANY.into(),
        ledger: "PRIMARY".into(),
        document_type: DocumentType::Standard,
        entry_number: number,
        posting_date: day(),
        document_date: day(),
        due_date: None,
        entered_at: entered_at(),
        fiscal_year: 2025,
        fiscal_period: 3,
        production_month: Some("2025-03-01".parse().unwrap()),
        source: Source::Production,
        transaction_type: "RUN_TICKET".into(),
        description: "Run ticket".into(),
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
