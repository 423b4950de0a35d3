//! Companies, cost centres, counterparties with what they trade in, and owners of revenue.

use super::names::{self, Names};
use super::{MIDSTREAM, Masters};
use crate::geography::{BASINS, COUNTIES, County};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::NaiveDate;
use ledger::reference::{
    Company, CompanyRole, CostCenter, Counterparty, CounterpartyType, Owner, ReferenceRecord,
};
use ledger::{InterestType, Money};
use std::ops::Range;

/// What a vendor sells: the name of the trade, and the accounts that its invoices charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trade {
    name: &'static str,
    pub(crate) accounts: &'static [&'static str],
}

const fn trade(name: &'static str, accounts: &'static [&'static str]) -> Trade {
    Trade { name, accounts }
}

/// Trades of the field, the commonest first; an invoice's accounts are the commonest first too.
const FIELD_TRADES: [Trade; 12] = [
    trade("Well Service", &["710.010", "710.013", "710.004"]),
    trade("Chemical", &["710.005"]),
    trade("Compression", &["710.009"]),
    trade("Roustabout", &["710.004", "710.021", "710.003"]),
    trade("Electric Co-op", &["710.007"]),
    trade("Contract Pumping", &["710.002", "710.001"]),
    trade("Rental Tools", &["710.014", "710.010"]),
    trade("Water Midstream", &["710.012"]),
    trade("Fuel Supply", &["710.006"]),
    trade("Automation", &["710.017", "710.022"]),
    trade("Environmental", &["710.015", "710.022"]),
    trade("Trucking", &["710.022", "710.021"]),
];
const OFFICE_TRADES: [Trade; 8] = [
    trade("Consulting", &["905.008", "905.000"]),
    trade("Software", &["905.003"]),
    trade("& Partners LLP", &["905.001"]),
    trade("Properties", &["905.004", "905.006"]),
    trade("Travel", &["905.005"]),
    trade("Communications", &["905.006"]),
    trade("Staffing", &["905.007", "905.000"]),
    trade("Accountants", &["905.002"]),
];
const DRILLING_TRADES: [Trade; 7] = [
    trade("Drilling", &["241.002", "241.001", "241.007"]),
    trade("Pressure Pumping", &["241.021", "241.024", "241.022"]),
    trade("Tubulars", &["243.030", "243.031"]),
    trade("Directional", &["241.005", "241.003"]),
    trade("Cementing", &["241.004", "241.003"]),
    trade("Wellhead", &["243.040", "243.041"]),
    trade("Completion Services", &["241.020", "241.023", "241.006"]),
];
const GATHERING_TRADES: [Trade; 5] = [
    trade("Compressor Service", &["720.005", "720.003"]),
    trade("Power & Light", &["720.002"]),
    trade("Pipeline Services", &["720.003", "720.001"]),
    trade("Corrosion Control", &["720.004"]),
    trade("Field Labour", &["720.001"]),
];
const MATERIAL_TRADES: [Trade; 2] =
    [trade("Pipe & Supply", &["132.000"]), trade("Oilfield Supply", &["135.000"])];

/// What purchasers, partners, operators of others' wells and banks call themselves.
const PURCHASERS: [&str; 6] = [
    "Crude & Gas Marketing",
    "Energy Marketing LLC",
    "Petroleum Supply",
    "Hydrocarbon Trading LP",
    "Refining & Marketing",
    "Commodity Services Inc.",
];
const PARTNERS: [&str; 10] = [
    "Energy Partners LP",
    "Petroleum Corp.",
    "Exploration LLC",
    "Oil & Gas Inc.",
    "Resources Ltd.",
    "Production Co.",
    "Working Interest Fund III",
    "Energy Holdings LLC",
    "Drilling Partners",
    "Petroleum Investments LP",
];
const OPERATORS: [&str; 4] = ["Operating LLC", "Operating Co.", "Exploration & Production", "Petroleum Inc."];
const BANKS: [&str; 3] = ["National Bank", "State Bank & Trust", "Bank NA"];

/// Trades that haul water, and trades that service wells.
const HAULING: [&str; 2] = ["Water Midstream", "Trucking"];
const SERVICING: [&str; 3] = ["Well Service", "Roustabout", "Rental Tools"];

/// A group of vendors by place, with each one's trade.
#[derive(Debug)]
pub(crate) struct Vendors {
    first: u32,
    trades: Vec<Trade>,
}

impl Vendors {
    /// One of them: the earlier, the likelier, as in any vendor ledger.
    pub(crate) fn pick(&self, draw: &mut Draw) -> (u32, Trade) {
        let at = earlier(self.trades.len(), draw);
        (self.first + at as u32, self.trades[at])
    }
}

/// A place among some: the earlier, the likelier, as in any vendor ledger.
fn earlier(count: usize, draw: &mut Draw) -> usize {
    draw.below(count as u64).min(draw.below(count as u64)) as usize
}

/// Everybody who is neither a company of the group nor an owner.
#[derive(Debug)]
pub(crate) struct Counterparties {
    pub(crate) all: Vec<Counterparty>,
    pub(crate) purchasers: Range<u32>,
    pub(crate) partners: Range<u32>,
    /// Operators of wells in which the non-operator holds interests.
    pub(crate) operators: Range<u32>,
    pub(crate) banks: Range<u32>,
    pub(crate) field: Vendors,
    /// Vendors of the field by place, who haul water, and who service wells. Their tickets are in dollars.
    haulers: Vec<u32>,
    servicers: Vec<u32>,
    pub(crate) office: Vendors,
    pub(crate) drilling: Vendors,
    pub(crate) gathering: Vendors,
    pub(crate) materials: Vendors,
    /// Who collects property tax, in the order of the counties.
    counties: Range<u32>,
    /// Who gathers gas where no affiliate does, in the order of the basins.
    gatherers: Range<u32>,
    /// Who collects the impact fee.
    pub(crate) fee_office: u32,
}

impl Counterparties {
    /// The counterparties of a run, known from `since` on.
    pub(crate) fn new(seed: u64, scale: u32, since: NaiveDate) -> Self {
        let mut made = Maker { seed, since, all: Vec::new(), names: Names::default() };
        let purchasers = made.plain(CounterpartyType::Purchaser, 'P', 12, &PURCHASERS);
        let partners = made.plain(CounterpartyType::Partner, 'N', 40, &PARTNERS);
        let operators = made.plain(CounterpartyType::Vendor, 'X', 8, &OPERATORS);
        let banks = made.plain(CounterpartyType::Bank, 'B', 3, &BANKS);
        made.named(CounterpartyType::TaxAuthority, 'T', names::revenue_offices());
        let field = made.vendors('V', 96 * scale, &FIELD_TRADES);
        let office = made.vendors('G', 32, &OFFICE_TRADES);
        let drilling = made.vendors('D', 28 * scale, &DRILLING_TRADES);
        let gathering = made.vendors('M', 15, &GATHERING_TRADES);
        let materials = made.vendors('S', 6, &MATERIAL_TRADES);
        let offices = COUNTIES.iter().map(|county| format!("{} County Tax Office", county.name));
        let counties = made.named(CounterpartyType::TaxAuthority, 'C', offices);
        let systems = BASINS.iter().map(|basin| format!("{} Gas Gathering LP", basin.name));
        let gatherers = made.named(CounterpartyType::Vendor, 'K', systems);
        let commission = ["Pennsylvania Public Utility Commission".to_owned()];
        let fee_office = made.named(CounterpartyType::TaxAuthority, 'U', commission.into_iter()).start;
        let [haulers, servicers] = [&HAULING[..], &SERVICING].map(|trades| made.in_dollars(&field, trades));
        Self {
            all: made.all,
            purchasers,
            partners,
            operators,
            banks,
            field,
            haulers,
            servicers,
            office,
            drilling,
            gathering,
            materials,
            counties,
            gatherers,
            fee_office,
        }
    }

    /// Who hauls the water of a well: the earlier, the likelier.
    pub(crate) fn hauler(&self, draw: &mut Draw) -> u32 {
        self.haulers[earlier(self.haulers.len(), draw)]
    }

    /// Who services a well.
    pub(crate) fn servicer(&self, draw: &mut Draw) -> u32 {
        self.servicers[earlier(self.servicers.len(), draw)]
    }

    /// The office that collects a county's property tax.
    pub(crate) fn tax_office(&self, county: &County) -> u32 {
        let at = COUNTIES.iter().position(|known| known == county).expect("leases lie in counties");
        self.counties.start + at as u32
    }

    /// Who gathers a basin's gas, by place of the basin.
    pub(crate) fn gatherer(&self, basin: usize) -> u32 {
        self.gatherers.start + basin as u32
    }
}

struct Maker {
    seed: u64,
    since: NaiveDate,
    all: Vec<Counterparty>,
    names: Names,
}

impl Maker {
    fn plain(&mut self, kind: CounterpartyType, letter: char, count: u32, trades: &[&str]) -> Range<u32> {
        let first = self.all.len() as u32;
        for i in 0..count {
            let name = self.names.firm(i as usize + letter as usize, trades[i as usize % trades.len()]);
            self.all.push(self.record(format!("{letter}-{i:05}"), name, kind));
        }
        first..first + count
    }

    fn named(
        &mut self,
        kind: CounterpartyType,
        letter: char,
        names: impl Iterator<Item = String>,
    ) -> Range<u32> {
        let first = self.all.len() as u32;
        for (i, name) in names.enumerate() {
            self.names.take(&name);
            self.all.push(self.record(format!("{letter}-{i:05}"), name, kind));
        }
        first..self.all.len() as u32
    }

    fn record(&self, id: String, name: String, counterparty_type: CounterpartyType) -> Counterparty {
        Counterparty {
            counterparty_id: id,
            effective_date: self.since,
            name,
            counterparty_type,
            payment_terms_days: 30,
            currency: "USD".to_owned(),
            owner_id: None,
        }
    }

    fn vendors(&mut self, letter: char, count: u32, trades: &[Trade]) -> Vendors {
        let first = self.all.len() as u32;
        let mut of_vendors = Vec::new();
        for i in 0..count {
            let mut draw =
                Draw::new(self.seed, Stream::Master, u64::from(letter as u32), u64::from(i) + (1 << 32));
            let trade = trades[i as usize % trades.len()];
            let name = self.names.firm(i as usize * 11 + letter as usize, trade.name);
            let mut record = self.record(format!("{letter}-{i:05}"), name, CounterpartyType::Vendor);
            record.payment_terms_days = *draw.pick(&[15, 30, 30, 30, 45]);
            // Rental tools and software are also bought in Canada.
            if matches!(trade.name, "Rental Tools" | "Software") && i % 3 == 0 {
                "CAD".clone_into(&mut record.currency);
                record.name.push_str(" (Canada)");
            }
            self.all.push(record);
            of_vendors.push(trade);
        }
        Vendors { first, trades: of_vendors }
    }

    /// Vendors of some trades that invoice in dollars, by place.
    fn in_dollars(&self, vendors: &Vendors, trades: &[&str]) -> Vec<u32> {
        let named = (vendors.first..).zip(&vendors.trades);
        let of_trade = named.filter(|(_, trade)| trades.contains(&trade.name)).map(|(at, _)| at);
        of_trade.filter(|at| self.all[*at as usize].currency == "USD").collect()
    }
}

/// Royalty owners of a hundred that are a state's land office.
const OF_THE_STATE: u64 = 3;

/// An owner of revenue, and whether its money is held.
#[derive(Debug)]
pub(crate) struct OwnerMaster {
    pub(crate) record: Owner,
    /// The first month in which the money is no longer held, where it ever is.
    held_until: Option<Month>,
    /// No taxpayer number is on file, so tax is withheld (26 U.S.C. § 3406).
    pub(crate) withheld: bool,
    /// The partner that it is, whose bills are netted from its checks.
    pub(crate) netted_partner: Option<u32>,
}

impl OwnerMaster {
    /// Why the money is held in a month.
    pub(crate) fn suspense(&self, month: Month) -> Option<&str> {
        let code = self.record.suspense_code.as_deref()?;
        self.held_until.is_none_or(|until| month < until).then_some(code)
    }

    /// Whether its money is let go in this month.
    pub(crate) fn is_released_in(&self, month: Month) -> bool {
        self.held_until == Some(month)
    }

    /// Its record without the hold, in the month in which that ends.
    pub(crate) fn released(&self, month: Month) -> Option<(NaiveDate, ReferenceRecord)> {
        let day = month.first();
        let record = || Owner { effective_date: day, suspense_code: None, ..self.record.clone() };
        self.is_released_in(month).then(|| (day, ReferenceRecord::Owner(record())))
    }
}

pub(super) fn companies(since: NaiveDate) -> Vec<Company> {
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

/// Cost centres of a company's office.
pub(crate) const CENTERS: usize = 6;
/// The gathering systems, cost centres of the field.
const SYSTEMS: [&str; 3] = ["Midland", "Delaware", "DJ"];

pub(super) fn cost_centers(since: NaiveDate) -> Vec<CostCenter> {
    let names: [&str; CENTERS] =
        ["Executive", "Accounting", "Land", "Engineering", "Operations", "Information Systems"];
    let record = |company: &str, i: usize| CostCenter {
        cost_center: format!("{company}-{:03}", 100 + i),
        effective_date: since,
        company_code: company.to_owned(),
        name: names[i].to_owned(),
    };
    let companies = ["1000", "2000", "3000"];
    let offices = companies.iter().flat_map(|company| (0..CENTERS).map(|i| record(company, i)));
    let systems = (0..).zip(SYSTEMS).map(|(i, basin)| CostCenter {
        cost_center: format!("{}-{}", companies[usize::from(MIDSTREAM)], 201 + i),
        effective_date: since,
        company_code: companies[usize::from(MIDSTREAM)].to_owned(),
        name: format!("{basin} Gathering System"),
    });
    offices.chain(systems).collect()
}

/// The place of one of the gathering systems among the cost centres.
pub(crate) fn gathering_center(draw: &mut Draw) -> u32 {
    (3 * CENTERS) as u32 + draw.below(SYSTEMS.len() as u64) as u32
}

fn record(id: &str, name: &str, kind: &str, state: &str, since: NaiveDate) -> Owner {
    Owner {
        owner_id: id.to_owned(),
        effective_date: since,
        name: name.to_owned(),
        owner_type: kind.to_owned(),
        state: state.to_owned(),
        // Tex. Nat. Res. Code § 91.402: nothing below 100 dollars need be paid before the year's end.
        minimum_payment: Money::from_units(100_00),
        suspense_code: None,
        is_tax_exempt: false,
    }
}

impl Masters {
    /// The companies themselves, every partner and every operator of others' wells own revenue too; mineral owners come
    /// with their leases.
    pub(super) fn found_owners(&mut self, since: NaiveDate) {
        for (at, company) in [(0, 0), (1, 1)] {
            let name = self.companies[company].name.clone();
            self.add_owner(record(&format!("O-0000{at}"), &name, "COMPANY", "TX", since));
        }
        for at in self.counterparties.partners.clone() {
            let owner_id = format!("O-P{:04}", at - self.counterparties.partners.start);
            let name = self.counterparties.all[at as usize].name.clone();
            let owner = self.add_owner(record(&owner_id, &name, "COMPANY", "TX", since));
            // One partner in five has agreed to netting.
            self.owners[owner as usize].netted_partner = (at % 5 == 0).then_some(at);
            self.counterparties.all[at as usize].owner_id = Some(owner_id);
        }
        for at in self.counterparties.operators.clone() {
            let owner_id = format!("O-X{:04}", at - self.counterparties.operators.start);
            let name = self.counterparties.all[at as usize].name.clone();
            self.add_owner(record(&owner_id, &name, "COMPANY", "TX", since));
            self.counterparties.all[at as usize].owner_id = Some(owner_id);
        }
    }

    fn add_owner(&mut self, record: Owner) -> u32 {
        self.names.take(&record.name);
        self.owners.push(OwnerMaster { record, held_until: None, withheld: false, netted_partner: None });
        self.owners.len() as u32 - 1
    }

    /// The owner that is a company of the group.
    pub(super) fn owner_of_company(company: u8) -> u32 {
        u32::from(company)
    }

    /// The owner that is the `nth` partner.
    pub(crate) fn owner_of_partner(nth: u32) -> u32 {
        2 + nth
    }

    /// The owner that is the `nth` operator of others' wells.
    pub(super) fn owner_of_operator(&self, nth: u32) -> u32 {
        2 + self.counterparties.partners.len() as u32 + nth
    }

    /// Somebody who takes over an interest from `since` on; held until a division order is signed, where `held_until` says.
    pub(super) fn add_successor(
        &mut self,
        draw: &mut Draw,
        (id, state): (&str, &str),
        since: Month,
        held_until: Option<Month>,
    ) -> u32 {
        let (kind, name) = match draw.below(100) {
            0..=24 => ("TRUST", self.names.trust(draw)),
            25..=49 => ("COMPANY", self.names.mineral_firm(draw)),
            _ => ("INDIVIDUAL", self.names.heirs(draw)),
        };
        let mut made = record(id, &name, kind, state, since.first());
        made.suspense_code = held_until.map(|_| "NO_DIVISION_ORDER".to_owned());
        let at = self.add_owner(made);
        self.owners[at as usize].held_until = held_until;
        at
    }

    /// The office that holds a state's minerals: one owner, of whatever leases.
    fn land_office(&mut self, state: &str, since: NaiveDate) -> u32 {
        if let Some(known) = self.land_offices.get(state) {
            return *known;
        }
        let mut made = record(&format!("O-S{state}"), names::land_office(state), "STATE", state, since);
        made.is_tax_exempt = true;
        let at = self.add_owner(made);
        self.land_offices.insert(state.to_owned(), at);
        at
    }

    /// An owner of a lease's royalty: now and then the state, where it has no share of it yet.
    pub(super) fn add_royalty_owner(
        &mut self,
        draw: &mut Draw,
        (id, state): (&str, &str),
        since: NaiveDate,
        shares: &[(u32, InterestType, i64)],
    ) -> u32 {
        if draw.below(100) < OF_THE_STATE {
            let office = self.land_office(state, since);
            if shares.iter().all(|(owner, ..)| *owner != office) {
                return office;
            }
        }
        self.add_mineral_owner(draw, id, state, since)
    }

    /// A mineral owner: mostly families and trusts, a few whose money is held.
    pub(super) fn add_mineral_owner(
        &mut self,
        draw: &mut Draw,
        id: &str,
        state: &str,
        since: NaiveDate,
    ) -> u32 {
        let (kind, name) = match draw.below(97) {
            0..=17 => ("TRUST", self.names.trust(draw)),
            18..=32 => ("COMPANY", self.names.mineral_firm(draw)),
            _ => ("INDIVIDUAL", self.names.person(draw)),
        };
        let mut made = record(id, &name, kind, state, since);
        let held = draw.below(1_000);
        let until = self.base.plus(draw.between(6, 60) as i32);
        let withheld = kind == "INDIVIDUAL" && draw.below(100) < 3;
        if held < 45 {
            let code = if held < 12 {
                "UNLOCATABLE"
            } else {
                *draw.pick(&["TITLE_DISPUTE", "PROBATE", "NO_DIVISION_ORDER"])
            };
            made.suspense_code = Some(code.to_owned());
        }
        let is_released = made.suspense_code.as_deref().is_some_and(|code| code != "UNLOCATABLE");
        let at = self.add_owner(made);
        let owner = &mut self.owners[at as usize];
        owner.held_until = is_released.then_some(until);
        owner.withheld = withheld;
        at
    }
}
