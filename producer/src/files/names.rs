//! The names of what entries point at.

use ledger::reference::{CounterpartyType, ReferenceRecord};
use simulator::World;
use std::collections::BTreeMap;

/// Names by id; the newest record of an id counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    companies: BTreeMap<String, String>,
    wells: BTreeMap<String, String>,
    leases: BTreeMap<String, String>,
    owners: BTreeMap<String, String>,
    counterparties: BTreeMap<String, (CounterpartyType, String)>,
    afes: BTreeMap<String, String>,
    cost_centers: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn of(world: &World) -> Self {
        let mut names = Self::default();
        let later = world.reference_between(world.begins_at(), world.history_ends_at());
        names
            .extend(world.opening_reference().into_iter().chain(later.into_iter().map(|(_, record)| record)));
        names
    }

    fn insert(&mut self, record: ReferenceRecord) {
        match record {
            ReferenceRecord::Company(it) => drop(self.companies.insert(it.company_code, it.name)),
            ReferenceRecord::Well(it) => drop(self.wells.insert(it.well_id, it.name)),
            ReferenceRecord::Lease(it) => drop(self.leases.insert(it.lease_id, it.name)),
            ReferenceRecord::Owner(it) => drop(self.owners.insert(it.owner_id, it.name)),
            ReferenceRecord::Counterparty(it) => {
                self.counterparties.insert(it.counterparty_id, (it.counterparty_type, it.name));
            }
            ReferenceRecord::Afe(it) => drop(self.afes.insert(it.afe_number, it.description)),
            ReferenceRecord::CostCenter(it) => drop(self.cost_centers.insert(it.cost_center, it.name)),
            _ => {}
        }
    }

    /// `1000 Permian Operating` for a company that is known, else the code alone.
    pub(crate) fn company(&self, code: &str) -> String {
        named(code, self.companies.get(code))
    }

    /// The well's name and its API number in groups.
    pub(crate) fn well(&self, id: &str) -> String {
        let api = match (id.len() == 14 && id.is_ascii()).then(|| (&id[..2], &id[2..5], &id[5..10])) {
            Some((state, county, unique)) => {
                format!("{state}-{county}-{unique}-{}-{}", &id[10..12], &id[12..])
            }
            None => id.to_owned(),
        };
        self.wells.get(id).map_or_else(|| format!("well {api}"), |name| format!("{name} ({api})"))
    }

    pub(crate) fn lease(&self, id: &str) -> String {
        format!("lease {}", named(id, self.leases.get(id)))
    }

    pub(crate) fn owner(&self, id: &str) -> String {
        format!("owner {}", named(id, self.owners.get(id)))
    }

    pub(crate) fn counterparty(&self, id: &str) -> String {
        let known = self.counterparties.get(id);
        let what = match known.map(|(what, _)| what) {
            Some(CounterpartyType::Vendor) => "vendor",
            Some(CounterpartyType::Purchaser) => "purchaser",
            Some(CounterpartyType::Partner) => "partner",
            Some(CounterpartyType::TaxAuthority) => "tax authority",
            Some(CounterpartyType::Bank) => "bank",
            None => "counterparty",
        };
        format!("{what} {}", named(id, known.map(|(_, name)| name)))
    }

    pub(crate) fn afe(&self, number: &str) -> String {
        format!("AFE {}", named(number, self.afes.get(number)))
    }

    pub(crate) fn cost_center(&self, code: &str) -> String {
        format!("cost centre {}", named(code, self.cost_centers.get(code)))
    }
}

impl Extend<ReferenceRecord> for Names {
    fn extend<I: IntoIterator<Item = ReferenceRecord>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.insert(record));
    }
}

fn named(id: &str, name: Option<&String>) -> String {
    name.map_or_else(|| id.to_owned(), |name| format!("{id} {name}"))
}
