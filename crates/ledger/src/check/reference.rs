//! The index of master records that the checks read.

use crate::reference::{Account, Company, Period, ReferenceRecord};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// The master records known so far. For each id the newest effective record counts. It grows with the masters
/// themselves, which are thousands, never with the entries.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    companies: HashMap<String, Company>,
    accounts: HashMap<String, Account>,
    periods: HashMap<String, HashMap<(i32, i32), Period>>,
    wells: HashSet<String>,
    owners: HashSet<String>,
    counterparties: HashSet<String>,
    afes: HashSet<String>,
}

impl Reference {
    /// Takes in a record; records that no check reads are passed over.
    pub fn insert(&mut self, record: ReferenceRecord) {
        match record {
            ReferenceRecord::Company(company) => {
                let code = company.company_code.clone();
                insert_newest(&mut self.companies, code, company, |c| c.effective_date);
            }
            ReferenceRecord::Account(account) => {
                let code = account.account_code.clone();
                insert_newest(&mut self.accounts, code, account, |a| a.effective_date);
            }
            ReferenceRecord::Period(period) => {
                let of_company = self.periods.entry(period.company_code.clone()).or_default();
                of_company.insert((period.fiscal_year, period.fiscal_period), period);
            }
            ReferenceRecord::Well(well) => {
                self.wells.insert(well.well_id);
            }
            ReferenceRecord::Owner(owner) => {
                self.owners.insert(owner.owner_id);
            }
            ReferenceRecord::Counterparty(counterparty) => {
                self.counterparties.insert(counterparty.counterparty_id);
            }
            ReferenceRecord::Afe(afe) => {
                self.afes.insert(afe.afe_number);
            }
            ReferenceRecord::Lease(_)
            | ReferenceRecord::OwnerDeck(_)
            | ReferenceRecord::JibDeck(_)
            | ReferenceRecord::CostCenter(_)
            | ReferenceRecord::TaxRate(_)
            | ReferenceRecord::Production(_)
            | ReferenceRecord::Reserve(_)
            | ReferenceRecord::MarketPrice(_) => {}
        }
    }

    /// The company with this code.
    #[must_use]
    pub fn company(&self, company_code: &str) -> Option<&Company> {
        self.companies.get(company_code)
    }

    /// The account with this code.
    #[must_use]
    pub fn account(&self, account_code: &str) -> Option<&Account> {
        self.accounts.get(account_code)
    }

    /// A period of a company.
    #[must_use]
    pub fn period(&self, company_code: &str, fiscal_year: i32, fiscal_period: i32) -> Option<&Period> {
        self.periods.get(company_code)?.get(&(fiscal_year, fiscal_period))
    }

    /// Whether the well is known.
    #[must_use]
    pub fn has_well(&self, well_id: &str) -> bool {
        self.wells.contains(well_id)
    }

    /// Whether the owner is known.
    #[must_use]
    pub fn has_owner(&self, owner_id: &str) -> bool {
        self.owners.contains(owner_id)
    }

    /// Whether the vendor, purchaser or partner is known.
    #[must_use]
    pub fn has_counterparty(&self, counterparty_id: &str) -> bool {
        self.counterparties.contains(counterparty_id)
    }

    /// Whether the authorisation for expenditure is known.
    #[must_use]
    pub fn has_afe(&self, afe_number: &str) -> bool {
        self.afes.contains(afe_number)
    }
}

impl Extend<ReferenceRecord> for Reference {
    fn extend<I: IntoIterator<Item = ReferenceRecord>>(&mut self, records: I) {
        for record in records {
            self.insert(record);
        }
    }
}

fn insert_newest<T>(
    map: &mut HashMap<String, T>,
    id: String,
    record: T,
    effective: impl Fn(&T) -> NaiveDate,
) {
    match map.get(&id) {
        Some(known) if effective(known) > effective(&record) => {}
        _ => {
            map.insert(id, record);
        }
    }
}
