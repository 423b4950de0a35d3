//! Which record goes on which topic, under which key.

use crate::fault::InjectedFault;
use crate::run::RunRecord;
use crate::seal::Seal;
use crate::topic::Topic;
use ledger::reference::ReferenceRecord;

/// The key of a seal: its sequence, decimal.
#[must_use]
pub fn seal_key(seal: &Seal) -> String {
    seal.sequence.to_string()
}

/// The key of a planted fault: its `ce_id`.
#[must_use]
pub fn fault_key(fault: &InjectedFault) -> String {
    fault.ce_id.to_string()
}

/// The key of a record of the run: `genesis`, or `anchor/` and its wall clock in microseconds. The topic is compacted,
/// and every key is used once.
#[must_use]
pub fn run_key(record: &RunRecord) -> String {
    match &record.anchor {
        Some(anchor) => format!("anchor/{}", anchor.wall.timestamp_micros()),
        None => "genesis".to_owned(),
    }
}

/// The topic of a reference record.
#[must_use]
pub const fn reference_topic(record: &ReferenceRecord) -> Topic {
    match record {
        ReferenceRecord::Company(_) => Topic::Company,
        ReferenceRecord::Account(_) => Topic::Account,
        ReferenceRecord::Period(_) => Topic::Period,
        ReferenceRecord::Well(_) => Topic::Well,
        ReferenceRecord::Lease(_) => Topic::Lease,
        ReferenceRecord::Owner(_) => Topic::Owner,
        ReferenceRecord::Counterparty(_) => Topic::Counterparty,
        ReferenceRecord::OwnerDeck(_) => Topic::OwnerDeck,
        ReferenceRecord::JibDeck(_) => Topic::JibDeck,
        ReferenceRecord::Afe(_) => Topic::Afe,
        ReferenceRecord::CostCenter(_) => Topic::CostCenter,
        ReferenceRecord::TaxRate(_) => Topic::TaxRate,
        ReferenceRecord::Production(_) => Topic::Production,
        ReferenceRecord::Reserve(_) => Topic::Reserve,
        ReferenceRecord::MarketPrice(_) => Topic::MarketPrice,
    }
}

/// The key of a reference record: its id and effective date, parted by `/`.
#[must_use]
pub fn reference_key(record: &ReferenceRecord) -> String {
    match record {
        ReferenceRecord::Company(r) => format!("{}/{}", r.company_code, r.effective_date),
        ReferenceRecord::Account(r) => format!("{}/{}", r.account_code, r.effective_date),
        ReferenceRecord::Period(r) => format!("{}/{}/{:02}", r.company_code, r.fiscal_year, r.fiscal_period),
        ReferenceRecord::Well(r) => format!("{}/{}", r.well_id, r.effective_date),
        ReferenceRecord::Lease(r) => format!("{}/{}", r.lease_id, r.effective_date),
        ReferenceRecord::Owner(r) => format!("{}/{}", r.owner_id, r.effective_date),
        ReferenceRecord::Counterparty(r) => format!("{}/{}", r.counterparty_id, r.effective_date),
        ReferenceRecord::OwnerDeck(r) => format!("{}/{}/{}", r.well_id, r.product, r.effective_date),
        ReferenceRecord::JibDeck(r) => format!("{}/{}", r.jib_code, r.effective_date),
        ReferenceRecord::Afe(r) => format!("{}/{}", r.afe_number, r.effective_date),
        ReferenceRecord::CostCenter(r) => format!("{}/{}", r.cost_center, r.effective_date),
        ReferenceRecord::TaxRate(r) => format!("{}/{}", r.tax_code, r.effective_date),
        ReferenceRecord::Production(r) => {
            format!("{}/{}/{}/{}", r.well_id, r.product, r.production_month, r.revision)
        }
        ReferenceRecord::Reserve(r) => format!("{}/{}/{}", r.well_id, r.product, r.effective_date),
        ReferenceRecord::MarketPrice(r) => {
            format!("{}/{}/{}/{}", r.series, r.price_date, r.price_source, r.revision)
        }
    }
}
