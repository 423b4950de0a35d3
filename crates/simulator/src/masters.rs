//! The master records: companies, leases, wells, owners, counterparties and decks, all from the seed.

use crate::geography::{BASINS, Basin, COUNTIES, County, api_number};
use crate::random::{Draw, Stream};
use crate::taxes;
use chrono::{Days, NaiveDate};
use ledger::reference::{
    Company, CompanyRole, CostCenter, Counterparty, CounterpartyType, JibDeck, JibShare, Lease, Owner,
    OwnerDeck, OwnerInterest, ReferenceRecord, TaxRate, Well,
};
use ledger::split::largest_remainder;
use ledger::{DecimalInterest, InterestType, Money, Product, chart};
use std::collections::HashMap;

/// Wells at scale 1.
pub(crate) const WELLS: u32 = 400;
/// Wells that share a lease, and so its owners and partners.
const WELLS_PER_LEASE: u32 = 4;
/// The operator, whose books hold the wells.
pub(crate) const OPERATOR: usize = 0;
/// The products that wells sell in this version.
pub(crate) const PRODUCTS: [Product; 2] = [Product::Oil, Product::Gas];
/// One whole, in units of a decimal interest.
const WHOLE: i64 = DecimalInterest::ONE.units();

/// A well with what its documents need.
#[derive(Debug)]
pub(crate) struct WellMaster {
    pub(crate) record: Well,
    pub(crate) lease: usize,
    pub(crate) basin: &'static Basin,
    /// Initial rate of the primary product in thousandths a day, and its decline.
    pub(crate) initial_rate: f64,
    pub(crate) exponent: f64,
    pub(crate) monthly_decline: f64,
    /// Thousandths of gas (MCF) for each thousandth of oil (BBL).
    pub(crate) gas_ratio: f64,
    /// Place of the tax record in [`Masters::taxes`], by product.
    pub(crate) tax: [Option<usize>; 2],
    /// MMBtu in an MCF, in units of a rate.
    pub(crate) heat_factor: i64,
}

/// A lease with its owners and partners.
#[derive(Debug)]
pub(crate) struct LeaseMaster {
    pub(crate) record: Lease,
    pub(crate) jib_code: String,
    /// Everybody's share of revenue, the operator's first; they sum to 1.
    pub(crate) interests: Vec<OwnerInterest>,
    /// Partners: counterparty number and share of cost; with the operator's they sum to 1.
    pub(crate) partners: Vec<(String, DecimalInterest)>,
    pub(crate) operator_share: DecimalInterest,
    pub(crate) purchaser: usize,
}

/// All masters of a run.
#[derive(Debug)]
pub(crate) struct Masters {
    pub(crate) companies: Vec<Company>,
    pub(crate) wells: Vec<WellMaster>,
    pub(crate) leases: Vec<LeaseMaster>,
    pub(crate) owners: Vec<Owner>,
    pub(crate) purchasers: Vec<Counterparty>,
    pub(crate) vendors: Vec<Counterparty>,
    pub(crate) partners: Vec<Counterparty>,
    pub(crate) authorities: Vec<Counterparty>,
    pub(crate) cost_centers: Vec<CostCenter>,
    pub(crate) taxes: Vec<TaxRate>,
    pub(crate) exempt: HashMap<String, bool>,
}

const SURNAMES: [&str; 24] = [
    "Abernathy",
    "Barrera",
    "Calloway",
    "Dugan",
    "Espinoza",
    "Fairchild",
    "Guidry",
    "Hollis",
    "Ingram",
    "Jessup",
    "Kincaid",
    "Landry",
    "McAllister",
    "Navarro",
    "Olsen",
    "Pruitt",
    "Quintana",
    "Rasmussen",
    "Sandoval",
    "Thibodeaux",
    "Upshaw",
    "Villarreal",
    "Whitlock",
    "Yarbrough",
];
const WELL_NAMES: [&str; 16] = [
    "Caliche",
    "Mesquite",
    "Badger",
    "Longhorn",
    "Sandhill",
    "Bluestem",
    "Coyote",
    "Juniper",
    "Palo Duro",
    "Redtail",
    "Roadrunner",
    "Sagebrush",
    "Switchgrass",
    "Timberline",
    "Windmill",
    "Yucca",
];
const TRADES: [&str; 10] = [
    "Chemical",
    "Compression",
    "Electric Co-op",
    "Field Services",
    "Fluids",
    "Rental Tools",
    "Roustabout",
    "Trucking",
    "Water Midstream",
    "Well Service",
];

impl Masters {
    /// The masters of a run that begins on `start`; all records hold from two years before.
    pub(crate) fn new(seed: u64, scale: u32, start: NaiveDate) -> Self {
        let since = start - Days::new(730);
        let companies = companies(since);
        let purchasers = counterparties(since, CounterpartyType::Purchaser, 'P', 12, "Crude & Gas Marketing");
        let vendors = vendors(since, 120 * scale);
        let partners = counterparties(since, CounterpartyType::Partner, 'N', 40, "Energy Partners");
        let taxes = taxes::rates(since);
        let mut masters = Self {
            companies,
            wells: Vec::new(),
            leases: Vec::new(),
            owners: Vec::new(),
            purchasers,
            vendors,
            partners,
            authorities: counterparties(
                since,
                CounterpartyType::TaxAuthority,
                'T',
                12,
                "Department of Revenue",
            ),
            cost_centers: cost_centers(since),
            taxes,
            exempt: HashMap::new(),
        };
        masters.found_owners(since);
        masters.place_leases(seed, WELLS * scale / WELLS_PER_LEASE, since);
        masters.drill(seed, WELLS * scale, start, since);
        masters.exempt =
            masters.owners.iter().map(|owner| (owner.owner_id.clone(), owner.is_tax_exempt)).collect();
        masters
    }

    /// The operator itself and every partner own revenue too.
    fn found_owners(&mut self, since: NaiveDate) {
        let operator = self.companies[OPERATOR].name.clone();
        self.owners.push(owner("O-00000", &operator, "COMPANY", "TX", since));
        for (i, partner) in self.partners.iter_mut().enumerate() {
            let owner_id = format!("O-P{i:04}");
            self.owners.push(owner(&owner_id, &partner.name, "COMPANY", "TX", since));
            partner.owner_id = Some(owner_id);
        }
    }

    fn place_leases(&mut self, seed: u64, count: u32, since: NaiveDate) {
        for i in 0..count {
            let mut draw = Draw::new(seed, Stream::Master, u64::from(i), 1);
            let county = county_of(&mut draw, i, count);
            let lease = self.lease(&mut draw, i, county, since);
            self.leases.push(lease);
        }
    }

    fn lease(&mut self, draw: &mut Draw, i: u32, county: &County, since: NaiveDate) -> LeaseMaster {
        let royalty = *draw.pick(&[12_500_000, 16_666_667, 18_750_000, 20_000_000, 22_500_000, 25_000_000]);
        let overriding = *draw.pick(&[0, 0, 1_000_000, 2_000_000, 3_125_000]);
        let operator_share = *draw.pick(&[45_000_000, 60_000_000, 75_000_000, 87_500_000, 100_000_000]);
        let partners = self.partners_of(draw, WHOLE - operator_share);
        let mut interests =
            working_interests(WHOLE - royalty - overriding, operator_share, &partners, &self.partners);
        self.royalty_owners(draw, i, royalty, county, since, &mut interests);
        if overriding > 0 {
            let id = format!("O-{i:04}X");
            self.owners.push(owner(&id, "Overriding Royalty Trust", "TRUST", county.state, since));
            interests.push(interest(id, InterestType::Overriding, overriding));
        }
        LeaseMaster {
            record: Lease {
                lease_id: format!("L-{i:05}"),
                effective_date: since,
                name: format!("{} {}", draw.pick(&WELL_NAMES), draw.between(1, 80)),
                company_code: self.companies[OPERATOR].company_code.clone(),
                state: county.state.to_owned(),
                county: county.name.to_owned(),
                basin: county.basin.to_owned(),
                royalty_rate: DecimalInterest::from_units(royalty),
            },
            jib_code: format!("J-{i:05}"),
            interests,
            partners: partners
                .iter()
                .map(|(at, share)| {
                    (self.partners[*at].counterparty_id.clone(), DecimalInterest::from_units(*share))
                })
                .collect(),
            operator_share: DecimalInterest::from_units(operator_share),
            purchaser: draw.below(self.purchasers.len() as u64) as usize,
        }
    }

    /// Up to three partners who bear what the operator does not.
    fn partners_of(&self, draw: &mut Draw, share: i64) -> Vec<(usize, i64)> {
        if share == 0 {
            return Vec::new();
        }
        let count = draw.between(1, 3);
        let first = draw.below(self.partners.len() as u64) as usize;
        let weights: Vec<i64> = (0..count).map(|_| draw.between(1, 4)).collect();
        let parts = largest_remainder(share, &weights);
        parts.into_iter().enumerate().map(|(k, part)| ((first + 7 * k) % self.partners.len(), part)).collect()
    }

    fn royalty_owners(
        &mut self,
        draw: &mut Draw,
        lease: u32,
        royalty: i64,
        county: &County,
        since: NaiveDate,
        interests: &mut Vec<OwnerInterest>,
    ) {
        let count = draw.between(2, 14);
        let weights: Vec<i64> = (0..count).map(|_| draw.between(1, 64)).collect();
        for (k, part) in largest_remainder(royalty, &weights).into_iter().enumerate() {
            let id = format!("O-{lease:04}{k:02}");
            let is_public = draw.below(40) == 0;
            let name = format!("{} Family Minerals", draw.pick(&SURNAMES));
            let kind = if is_public { "STATE" } else { "INDIVIDUAL" };
            let mut record =
                owner(&id, if is_public { "State Land Office" } else { &name }, kind, county.state, since);
            record.is_tax_exempt = is_public;
            self.owners.push(record);
            interests.push(interest(id, InterestType::Royalty, part));
        }
    }

    fn drill(&mut self, seed: u64, count: u32, start: NaiveDate, since: NaiveDate) {
        let mut serials: HashMap<(u8, u16), u32> = HashMap::new();
        for i in 0..count {
            let mut draw = Draw::new(seed, Stream::Master, u64::from(i), 2);
            let lease = (i / WELLS_PER_LEASE) as usize;
            let record = &self.leases[lease].record;
            let county = COUNTIES
                .iter()
                .find(|county| county.name == record.county && county.basin == record.basin)
                .expect("leases lie in counties of the table");
            let serial = serials.entry((county.api_state, county.api_county)).or_default();
            *serial += 1;
            let well = self.well(&mut draw, i, lease, county, *serial, (start, since));
            self.wells.push(well);
        }
    }

    fn well(
        &self,
        draw: &mut Draw,
        i: u32,
        lease: usize,
        county: &County,
        serial: u32,
        (start, since): (NaiveDate, NaiveDate),
    ) -> WellMaster {
        let basin = BASINS.iter().find(|basin| basin.name == county.basin).expect("counties lie in basins");
        let is_gas = draw.below(100) < u64::from(basin.gas_share);
        let lease_master = &self.leases[lease];
        let tax = PRODUCTS.map(|product| {
            self.taxes.iter().position(|tax| tax.state == county.state && tax.product == product)
        });
        WellMaster {
            record: Well {
                well_id: api_number(county, serial),
                effective_date: since,
                name: format!("{} {}H", lease_master.record.name, i % WELLS_PER_LEASE + 1),
                lease_id: lease_master.record.lease_id.clone(),
                company_code: lease_master.record.company_code.clone(),
                state: county.state.to_owned(),
                county: county.name.to_owned(),
                basin: county.basin.to_owned(),
                primary_product: if is_gas { Product::Gas } else { Product::Oil },
                first_production_date: start - Days::new(draw.between(200, 3_000).unsigned_abs()),
                working_interest: lease_master.operator_share,
                net_revenue_interest: lease_master.interests[0].decimal_interest,
                status: "PRODUCING".to_owned(),
            },
            lease,
            basin,
            initial_rate: if is_gas { draw.between(4_000, 14_000) } else { draw.between(350, 1_400) } as f64
                * 1_000.0,
            exponent: draw.between(80, 140) as f64 / 100.0,
            monthly_decline: draw.between(12, 22) as f64 / 100.0,
            gas_ratio: if is_gas { 80.0 } else { draw.between(12, 45) as f64 / 10.0 },
            tax,
            heat_factor: draw.between(102_000_000, 128_000_000),
        }
    }

    /// Every record that is known when the run begins, what is pointed at before what points.
    pub(crate) fn records(&self, since: NaiveDate) -> Vec<ReferenceRecord> {
        let mut records: Vec<ReferenceRecord> = Vec::new();
        records.extend(self.companies.iter().cloned().map(ReferenceRecord::Company));
        records
            .extend(chart::accounts().iter().map(|account| ReferenceRecord::Account(account.record(since))));
        records.extend(self.cost_centers.iter().cloned().map(ReferenceRecord::CostCenter));
        records.extend(self.taxes.iter().cloned().map(ReferenceRecord::TaxRate));
        records.extend(self.leases.iter().map(|lease| ReferenceRecord::Lease(lease.record.clone())));
        records.extend(self.wells.iter().map(|well| ReferenceRecord::Well(well.record.clone())));
        records.extend(self.owners.iter().cloned().map(ReferenceRecord::Owner));
        let counterparties = [&self.purchasers, &self.vendors, &self.partners, &self.authorities];
        records.extend(counterparties.into_iter().flatten().cloned().map(ReferenceRecord::Counterparty));
        records.extend(self.wells.iter().flat_map(|well| self.owner_decks(well, since)));
        records.extend(self.leases.iter().map(|lease| self.jib_deck(lease, since)));
        records
    }

    fn owner_decks(&self, well: &WellMaster, since: NaiveDate) -> Vec<ReferenceRecord> {
        let deck = |product| {
            ReferenceRecord::OwnerDeck(OwnerDeck {
                well_id: well.record.well_id.clone(),
                product,
                effective_date: since,
                interests: self.leases[well.lease].interests.clone(),
            })
        };
        PRODUCTS.into_iter().map(deck).collect()
    }

    fn jib_deck(&self, lease: &LeaseMaster, since: NaiveDate) -> ReferenceRecord {
        let company_code = lease.record.company_code.clone();
        let operator = JibShare {
            counterparty_id: None,
            company_code: Some(company_code.clone()),
            working_interest: lease.operator_share,
        };
        let partner = |(id, share): &(String, DecimalInterest)| JibShare {
            counterparty_id: Some(id.clone()),
            company_code: None,
            working_interest: *share,
        };
        ReferenceRecord::JibDeck(JibDeck {
            jib_code: lease.jib_code.clone(),
            effective_date: since,
            company_code,
            lease_id: lease.record.lease_id.clone(),
            shares: std::iter::once(operator).chain(lease.partners.iter().map(partner)).collect(),
        })
    }
}

fn interest(owner_id: String, interest_type: InterestType, units: i64) -> OwnerInterest {
    OwnerInterest { owner_id, interest_type, decimal_interest: DecimalInterest::from_units(units) }
}

/// What is left after royalties, split among those who bear the cost; the operator first.
fn working_interests(
    net: i64,
    operator_share: i64,
    partners: &[(usize, i64)],
    records: &[Counterparty],
) -> Vec<OwnerInterest> {
    let weights: Vec<i64> =
        std::iter::once(operator_share).chain(partners.iter().map(|(_, share)| *share)).collect();
    let mut parts = largest_remainder(net, &weights).into_iter();
    let own = parts.next().expect("the operator has a share");
    let mut interests = vec![interest("O-00000".to_owned(), InterestType::Working, own)];
    for ((at, _), part) in partners.iter().zip(parts) {
        let owner_id = records[*at].owner_id.clone().expect("every partner owns revenue");
        interests.push(interest(owner_id, InterestType::Working, part));
    }
    interests
}

/// Leases fill the basins by their shares, in the table's order.
fn county_of(draw: &mut Draw, i: u32, count: u32) -> &'static County {
    let mut place = i * 100 / count.max(1);
    let basin = BASINS.iter().find(|basin| {
        let here = place < basin.share;
        place = place.saturating_sub(basin.share);
        here
    });
    let basin = basin.expect("shares sum to 100");
    let of_basin: Vec<&'static County> =
        COUNTIES.iter().filter(|county| county.basin == basin.name).collect();
    of_basin[draw.below(of_basin.len() as u64) as usize]
}

fn companies(since: NaiveDate) -> Vec<Company> {
    let company = |code: &str, name: &str, role, limit: i64| Company {
        company_code: code.to_owned(),
        effective_date: since,
        name: name.to_owned(),
        role,
        functional_currency: "USD".to_owned(),
        approval_limit: Money::from_units(limit * 100),
    };
    vec![
        company("1000", "Caprock Operating LLC", CompanyRole::Operator, 250_000),
        company("2000", "Caprock Non-Op Holdings LLC", CompanyRole::NonOperator, 100_000),
        company("3000", "Caprock Midstream LLC", CompanyRole::Midstream, 100_000),
    ]
}

fn owner(id: &str, name: &str, kind: &str, state: &str, since: NaiveDate) -> Owner {
    Owner {
        owner_id: id.to_owned(),
        effective_date: since,
        name: name.to_owned(),
        owner_type: kind.to_owned(),
        state: state.to_owned(),
        minimum_payment: Money::from_units(100_00),
        suspense_code: None,
        is_tax_exempt: false,
    }
}

fn counterparties(
    since: NaiveDate,
    counterparty_type: CounterpartyType,
    letter: char,
    count: u32,
    trade: &str,
) -> Vec<Counterparty> {
    let record = |i: u32| Counterparty {
        counterparty_id: format!("{letter}-{i:05}"),
        effective_date: since,
        name: format!("{} {trade}", SURNAMES[i as usize % SURNAMES.len()]),
        counterparty_type,
        payment_terms_days: 30,
        currency: "USD".to_owned(),
        owner_id: None,
    };
    (0..count).map(record).collect()
}

fn vendors(since: NaiveDate, count: u32) -> Vec<Counterparty> {
    let mut vendors = counterparties(since, CounterpartyType::Vendor, 'V', count, "");
    for (i, vendor) in vendors.iter_mut().enumerate() {
        vendor.name =
            format!("{} {}", SURNAMES[i % SURNAMES.len()], TRADES[i / SURNAMES.len() % TRADES.len()]);
        vendor.payment_terms_days = [15, 30, 30, 45][i % 4];
    }
    vendors
}

fn cost_centers(since: NaiveDate) -> Vec<CostCenter> {
    let names = ["Executive", "Accounting", "Land", "Engineering", "Operations", "Information Systems"];
    let record = |company: &str, i: usize| CostCenter {
        cost_center: format!("{company}-{:03}", 100 + i),
        effective_date: since,
        company_code: company.to_owned(),
        name: names[i].to_owned(),
    };
    ["1000", "2000", "3000"].iter().flat_map(|company| (0..names.len()).map(|i| record(company, i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masters() -> Masters {
        Masters::new(42, 1, "2025-01-01".parse().unwrap())
    }

    #[test]
    fn every_deck_sums_to_exactly_one() {
        for lease in &masters().leases {
            let revenue: i64 = lease.interests.iter().map(|share| share.decimal_interest.units()).sum();
            let cost: i64 = lease.partners.iter().map(|(_, share)| share.units()).sum();
            assert_eq!(revenue, WHOLE, "{}", lease.record.lease_id);
            assert_eq!(cost + lease.operator_share.units(), WHOLE, "{}", lease.record.lease_id);
        }
    }

    #[test]
    fn wells_have_numbers_of_their_own_in_all_nine_basins() {
        let masters = masters();
        let ids: std::collections::HashSet<&str> =
            masters.wells.iter().map(|well| well.record.well_id.as_str()).collect();
        let basins: std::collections::HashSet<&str> =
            masters.wells.iter().map(|well| well.basin.name).collect();
        assert_eq!((ids.len(), basins.len()), (400, 9));
        assert!((700..1_600).contains(&masters.owners.len()), "{} owners", masters.owners.len());
    }

    #[test]
    fn scale_multiplies_the_wells() {
        assert_eq!(Masters::new(42, 3, "2025-01-01".parse().unwrap()).wells.len(), 1_200);
    }
}
