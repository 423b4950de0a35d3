//! The master records: companies, land, wells, projects, owners and counterparties, all from the seed.
//!
//! | file | holds |
//! |---|---|
//! | `people` | companies, counterparties and what they trade in, owners, cost centres |
//! | `names` | what people, firms and public offices are called |
//! | `land` | leases, owner decks and joint interest decks |
//! | `transfers` | interests that pass to other owners |
//! | `wells` | wells, their decline and their cost |
//! | `projects` | the drilling programme and its AFEs |

pub(crate) mod land;
mod names;
pub(crate) mod people;
pub(crate) mod projects;
mod transfers;
pub(crate) mod wells;

use crate::month::Month;
use crate::prices::PriceTable;
use crate::random::Draw;
use crate::{impact_fee, severance};
use chrono::NaiveDate;
use land::LeaseMaster;
use ledger::reference::{Company, CostCenter, ReferenceRecord, TaxRate};
use ledger::{Product, chart};
use people::{Counterparties, OwnerMaster};
use projects::Project;
use std::collections::HashMap;
use wells::WellMaster;

/// Months that are booked before the first, so that nothing is paid, reversed or depleted that never existed.
pub(crate) const FOLDED: i32 = 24;
/// Months after the first in which wells are still drilled; the ledger goes on behind them and declines.
pub(crate) const DRILLED: i32 = 144;
/// Operated leases at scale 1.
const OPERATED_LEASES: u32 = 85;
/// Leases that others operate, at scale 1.
const OTHER_LEASES: u32 = 15;
/// Wells that share a lease at the beginning.
const WELLS_PER_LEASE: u32 = 4;
/// The operator, whose books hold the wells that it operates.
pub(crate) const OPERATOR: u8 = 0;
/// The company that holds interests in wells of others.
pub(crate) const NON_OPERATOR: u8 = 1;
/// The company that gathers gas.
pub(crate) const MIDSTREAM: u8 = 2;
/// The products that wells sell.
pub(crate) const PRODUCTS: [Product; 3] = [Product::Oil, Product::Gas, Product::NaturalGasLiquids];
/// Their places in [`PRODUCTS`].
pub(crate) const OIL: u8 = 0;
/// See [`OIL`].
pub(crate) const GAS: u8 = 1;
/// See [`OIL`].
pub(crate) const LIQUIDS: u8 = 2;

/// The unit that a product is measured in.
pub(crate) fn unit(product: Product) -> &'static str {
    match product {
        Product::Gas => "MCF",
        Product::NaturalGasLiquids => "GAL",
        _ => "BBL",
    }
}

/// All masters of a run.
#[derive(Debug)]
pub(crate) struct Masters {
    /// The first day of the ledger.
    pub(crate) start: NaiveDate,
    /// The first month that is booked.
    pub(crate) base: Month,
    pub(crate) companies: Vec<Company>,
    pub(crate) wells: Vec<WellMaster>,
    pub(crate) leases: Vec<LeaseMaster>,
    pub(crate) owners: Vec<OwnerMaster>,
    pub(crate) counterparties: Counterparties,
    pub(crate) cost_centers: Vec<CostCenter>,
    pub(crate) taxes: Vec<TaxRate>,
    pub(crate) projects: Vec<Project>,
    /// Operated wells on production, by month since `base`.
    on_production: Vec<Vec<u32>>,
    /// Wells by lease.
    on_lease: Vec<Vec<u32>>,
    /// Names that owners have.
    names: names::Names,
    /// Names that leases have.
    lease_names: names::Names,
    /// The owners that are states' land offices, by state.
    land_offices: HashMap<String, u32>,
    /// Places of masters by what names them.
    pub(crate) places: Places,
}

/// Where a master stands among its kind.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) wells: HashMap<String, u32>,
    pub(crate) leases: HashMap<String, u32>,
    pub(crate) jibs: HashMap<String, u32>,
    pub(crate) owners: HashMap<String, u32>,
    pub(crate) counterparties: HashMap<String, u32>,
    pub(crate) afes: HashMap<String, u32>,
    pub(crate) cost_centers: HashMap<String, u32>,
    pub(crate) taxes: HashMap<String, u32>,
}

impl Masters {
    /// The masters of a run that begins on `start`.
    pub(crate) fn new(seed: u64, scale: u32, start: NaiveDate) -> Self {
        let base = Month::of(start).plus(-FOLDED);
        let since = base.first();
        let mut masters = Self {
            start,
            base,
            companies: people::companies(since),
            wells: Vec::new(),
            leases: Vec::new(),
            owners: Vec::new(),
            counterparties: Counterparties::new(seed, scale, since),
            cost_centers: people::cost_centers(since),
            taxes: severance::rates(since),
            projects: Vec::new(),
            on_production: Vec::new(),
            on_lease: Vec::new(),
            names: names::Names::default(),
            lease_names: names::Names::default(),
            land_offices: HashMap::new(),
            places: Places::default(),
        };
        masters.found_owners(since);
        masters.place_leases(seed, OPERATED_LEASES * scale, OTHER_LEASES * scale, since);
        masters.transfer_interests(seed);
        masters.place_wells(seed, WELLS_PER_LEASE);
        masters.plan_projects(seed, scale);
        masters.on_production = (0..=FOLDED + DRILLED).map(|at| masters.producing(base.plus(at))).collect();
        masters.on_lease = vec![Vec::new(); masters.leases.len()];
        for (at, well) in (0..).zip(&masters.wells) {
            masters.on_lease[well.lease as usize].push(at);
        }
        masters.index();
        masters
    }

    fn index(&mut self) {
        fn places<'n>(names: impl Iterator<Item = &'n str>) -> HashMap<String, u32> {
            // Tax codes repeat with each effective date: the first place names them all.
            let mut places = HashMap::new();
            for (name, at) in names.zip(0..) {
                places.entry(name.to_owned()).or_insert(at);
            }
            places
        }
        self.places = Places {
            wells: places(self.wells.iter().map(|well| well.record.well_id.as_str())),
            leases: places(self.leases.iter().map(|lease| lease.record.lease_id.as_str())),
            jibs: places(self.leases.iter().map(|lease| lease.jib_code.as_str())),
            owners: places(self.owners.iter().map(|owner| owner.record.owner_id.as_str())),
            counterparties: places(self.counterparties.all.iter().map(|it| it.counterparty_id.as_str())),
            afes: places(self.projects.iter().map(|project| project.afe_number.as_str())),
            cost_centers: places(self.cost_centers.iter().map(|it| it.cost_center.as_str())),
            taxes: places(self.taxes.iter().map(|tax| tax.tax_code.as_str())),
        };
    }

    fn producing(&self, month: Month) -> Vec<u32> {
        (0..)
            .zip(&self.wells)
            .filter(|(_, well)| well.is_operated() && well.produces_in(month))
            .map(|(at, _)| at)
            .collect()
    }

    /// Operated wells on production in a month.
    pub(crate) fn on_production(&self, month: Month) -> &[u32] {
        let at = (month.0 - self.base.0).clamp(0, FOLDED + DRILLED);
        &self.on_production[at as usize]
    }

    /// An operated well that has begun by a day.
    pub(crate) fn any_on_production(&self, day: NaiveDate, draw: &mut Draw) -> u32 {
        let wells = self.on_production(Month::of(day));
        let from = draw.below(wells.len() as u64) as usize;
        let (behind, ahead) = wells.split_at(from);
        let mut all = ahead.iter().chain(behind).copied();
        all.find(|well| self.wells[*well as usize].has_begun(day))
            .expect("wells are on production at any time")
    }

    /// The wells of a lease, drilled and to be drilled.
    pub(crate) fn wells_of(&self, lease: u32) -> &[u32] {
        &self.on_lease[lease as usize]
    }

    /// The tax on a well's product in a month, by place.
    pub(crate) fn tax(&self, well: u32, product: u8, month: Month) -> Option<u32> {
        let well = &self.wells[well as usize];
        let of = (well.record.state.as_str(), PRODUCTS[usize::from(product)]);
        let first = (well.record.first_production_date, month.0 - well.first_month().0);
        let class = severance::class(of, first, well.rate(OIL, month.day(15)));
        severance::in_force(&self.taxes, (of.0, of.1, class), month.first())
    }

    /// Lets the rates that follow the market follow it, as long as wells are drilled.
    pub(crate) fn tax_by_prices(&mut self, seed: u64, prices: &PriceTable) {
        severance::follow_prices(&mut self.taxes, seed, prices, FOLDED + DRILLED);
        impact_fee::add(&mut self.taxes, seed, prices, self.base, FOLDED + DRILLED);
    }

    /// Every record that is known before `start`, what is pointed at before what points.
    pub(crate) fn records(&self, start: NaiveDate) -> Vec<ReferenceRecord> {
        let since = self.base.first();
        let mut records: Vec<ReferenceRecord> = Vec::new();
        records.extend(self.companies.iter().cloned().map(ReferenceRecord::Company));
        records
            .extend(chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(since))));
        records.extend(self.cost_centers.iter().cloned().map(ReferenceRecord::CostCenter));
        let held_before = |tax: &&TaxRate| tax.effective_date <= since;
        records.extend(self.taxes.iter().filter(held_before).cloned().map(ReferenceRecord::TaxRate));
        records.extend(self.leases.iter().map(|lease| ReferenceRecord::Lease(lease.record.clone())));
        let first = self.owners.iter().filter(|owner| owner.record.effective_date <= since);
        records.extend(first.map(|owner| ReferenceRecord::Owner(owner.record.clone())));
        records.extend(self.counterparties.all.iter().cloned().map(ReferenceRecord::Counterparty));
        let drilled = |well: &&WellMaster| well.project.is_none();
        for well in self.wells.iter().filter(drilled) {
            records.push(ReferenceRecord::Well(well.record.clone()));
            records.extend(self.owner_decks(well, since));
        }
        records.extend(self.leases.iter().map(|lease| self.jib_deck(lease, since)));
        let mut month = self.base.plus(-projects::LEAD);
        while month <= Month::of(start) {
            records
                .extend(self.became_known(month).into_iter().filter(|(day, _)| *day < start).map(|it| it.1));
            month = month.plus(1);
        }
        records
    }

    /// The records that become known in a month, with their days.
    pub(crate) fn became_known(&self, month: Month) -> Vec<(NaiveDate, ReferenceRecord)> {
        let mut records = self.transfers_known(month);
        records.extend(self.projects_known(month));
        let is_set =
            |tax: &&TaxRate| tax.effective_date > self.since() && Month::of(tax.effective_date) == month;
        let set = self.taxes.iter().filter(is_set).cloned();
        records.extend(set.map(|tax| (tax.effective_date, ReferenceRecord::TaxRate(tax))));
        records.extend(self.owners.iter().filter_map(|owner| owner.released(month)));
        let plugged = |well: &&WellMaster| well.project.is_none() && well.last_month == Some(month.plus(-2));
        records.extend(self.wells.iter().filter(plugged).map(|well| {
            let status = "PLUGGED".to_owned();
            let record =
                ledger::reference::Well { effective_date: month.first(), status, ..well.record.clone() };
            (month.first(), ReferenceRecord::Well(record))
        }));
        records
    }

    /// The first day of the records.
    pub(crate) fn since(&self) -> NaiveDate {
        self.base.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::DecimalInterest;
    use std::collections::HashSet;

    fn masters() -> Masters {
        Masters::new(42, 1, "2025-01-01".parse().unwrap())
    }

    #[test]
    fn every_deck_sums_to_exactly_one() {
        let whole = DecimalInterest::ONE.units();
        for lease in &masters().leases {
            let cost: i64 = lease.partners.iter().map(|(_, share)| share.units()).sum();
            for deck in &lease.decks {
                let revenue: i64 = deck.interests.iter().map(|share| share.decimal_interest.units()).sum();
                assert_eq!(revenue, whole, "{} from {}", lease.record.lease_id, deck.since.label());
            }
            if lease.company == OPERATOR {
                assert_eq!(cost + lease.own_share.units(), whole, "{}", lease.record.lease_id);
            }
        }
    }

    #[test]
    fn some_four_hundred_wells_stand_in_all_nine_basins_and_no_two_share_a_number() {
        let masters = masters();
        let ids: HashSet<&str> = masters.wells.iter().map(|well| well.record.well_id.as_str()).collect();
        let basins: HashSet<&str> = masters.wells.iter().map(|well| well.basin.name).collect();
        assert_eq!((ids.len(), basins.len()), (masters.wells.len(), 9));
        let start = Month::of("2025-01-01".parse().unwrap());
        let on = masters.wells.iter().filter(|well| well.produces_in(start)).count();
        assert!((380..520).contains(&on), "{on} wells");
        assert!((700..1_700).contains(&masters.owners.len()), "{} owners", masters.owners.len());
    }

    #[test]
    fn no_two_owners_counterparties_or_wells_are_called_the_same_and_states_hold_their_own_minerals() {
        for scale in [1, 3] {
            let masters = Masters::new(42, scale, "2025-01-01".parse().unwrap());
            let owners = masters.owners.iter().map(|owner| owner.record.name.as_str());
            let others = masters.counterparties.all.iter().map(|it| it.name.as_str());
            let wells = masters.wells.iter().map(|well| well.record.name.as_str());
            let leases = masters.leases.iter().map(|lease| lease.record.name.as_str());
            let all: [Vec<&str>; 4] = [owners.collect(), others.collect(), wells.collect(), leases.collect()];
            for names in all {
                let unique: HashSet<&str> = names.iter().copied().collect();
                assert_eq!(unique.len(), names.len(), "at scale {scale}");
            }
            let offices = masters.owners.iter().filter(|owner| owner.record.owner_type == "STATE");
            let offices: Vec<_> =
                offices.map(|it| (it.record.state.as_str(), it.record.name.as_str())).collect();
            assert!(
                offices.len() > 5 && offices.contains(&("TX", "Texas General Land Office")),
                "{offices:?}"
            );
        }
    }

    #[test]
    fn scale_multiplies_the_wells() {
        let (one, three) = (masters(), Masters::new(42, 3, "2025-01-01".parse().unwrap()));
        assert_eq!(three.leases.len(), 3 * one.leases.len());
        assert!(three.wells.len() > 5 * one.wells.len() / 2);
    }
}
