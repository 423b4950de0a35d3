//! Wells: where they stand, how they decline, what they cost.

use super::land::LeaseMaster;
use super::{GAS, LIQUIDS, Masters, NON_OPERATOR, OIL};
use crate::geography::{BASINS, Basin, County, api_number};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::{Days, NaiveDate};
use ledger::reference::Well;
use ledger::split::largest_remainder;
use ledger::{Product, Quantity};
use std::collections::HashMap;

/// Decline of a month at which a hyperbola ends and an exponential takes over: some 8 % a year. Without it an exponent
/// above 1 would never run dry.
const TERMINAL_DECLINE: f64 = 0.007;
/// Months over which reserves are counted: thirty years.
const RESERVE_MONTHS: i32 = 360;
/// Days of a mean month.
const DAYS_A_MONTH: f64 = 30.4375;

/// What of a well's cost is intangible by basin, in parts per thousand, in the middle: the deeper a well and the more stages
/// its frac has, the less of it is steel.
const INTANGIBLE: [(&str, i64); 9] = [
    ("Midland", 725),
    ("Delaware", 745),
    ("Eagle Ford", 715),
    ("Williston", 740),
    ("DJ", 710),
    ("Anadarko", 750),
    ("Appalachia", 735),
    ("Haynesville", 760),
    ("Uinta", 720),
];
/// How much more or less it is of a single well.
const INTANGIBLE_BY_WELL: i64 = 30;

/// Arps' decline: q = qi / (1 + b·D·t)^(1/b), t in months, exponential behind the terminal decline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve {
    /// Thousandths of the primary product's unit a day.
    pub(crate) initial: f64,
    exponent: f64,
    decline: f64,
    /// Where the exponential begins, and the rate there.
    terminal_at: f64,
    terminal_rate: f64,
}

impl Curve {
    pub(crate) fn new(initial: f64, exponent: f64, decline: f64) -> Self {
        let terminal_at = (decline / TERMINAL_DECLINE - 1.0).max(0.0) / (exponent * decline);
        let terminal_rate = initial / libm::pow(1.0 + exponent * decline * terminal_at, 1.0 / exponent);
        Self { initial, exponent, decline, terminal_at, terminal_rate }
    }

    /// The daily rate after so many months; it ramps up over the first six weeks.
    pub(crate) fn rate(&self, months: f64) -> f64 {
        if months >= self.terminal_at {
            return self.terminal_rate * libm::exp(-TERMINAL_DECLINE * (months - self.terminal_at));
        }
        let full = self.initial / libm::pow(1.0 + self.exponent * self.decline * months, 1.0 / self.exponent);
        if months < 1.5 { full * (0.4 + 0.4 * months) } else { full }
    }
}

/// A well with what its documents need.
#[derive(Debug)]
pub(crate) struct WellMaster {
    pub(crate) record: Well,
    pub(crate) lease: u32,
    pub(crate) company: u8,
    pub(crate) basin: &'static Basin,
    curve: Curve,
    /// Gas (MCF) for each barrel of oil; of a gas well that makes oil, the other way round.
    gas_ratio: f64,
    /// Whether it makes oil at all.
    makes_oil: bool,
    /// MMBtu in an MCF, in units of a rate.
    pub(crate) heat_factor: i64,
    /// The project that drills it, where it is drilled in this ledger.
    pub(crate) project: Option<u32>,
    /// The last month of production, where it is plugged in this ledger.
    pub(crate) last_month: Option<Month>,
    /// What of its cost is intangible, in parts per thousand.
    pub(crate) intangible: i64,
    /// Intangible and tangible cost and retirement obligation of a well that stood before, own share, in cents.
    pub(crate) cost_cents: [i64; 2],
    pub(crate) obligation_cents: i64,
}

impl WellMaster {
    pub(crate) fn is_operated(&self) -> bool {
        self.company != NON_OPERATOR
    }

    pub(crate) fn first_month(&self) -> Month {
        Month::of(self.record.first_production_date)
    }

    /// Whether it produces from a day or an earlier one on.
    pub(crate) fn has_begun(&self, day: NaiveDate) -> bool {
        self.record.first_production_date <= day
    }

    pub(crate) fn produces_in(&self, month: Month) -> bool {
        self.first_month() <= month && self.last_month.is_none_or(|last| month <= last)
    }

    pub(crate) fn is_gas(&self) -> bool {
        self.record.primary_product == Product::Gas
    }

    /// Whether it ever sells a product.
    pub(crate) fn sells(&self, product: u8) -> bool {
        match product {
            OIL => self.makes_oil,
            LIQUIDS => self.basin.liquids_yield > 0,
            _ => true,
        }
    }

    /// Months of production by a day.
    fn age(&self, day: NaiveDate) -> f64 {
        (day - self.record.first_production_date).num_days() as f64 / DAYS_A_MONTH
    }

    /// Daily rate of oil or gas in thousandths of its unit; gas rises against oil as a well ages.
    pub(crate) fn rate(&self, product: u8, day: NaiveDate) -> f64 {
        let age = self.age(day);
        if age < 0.0 {
            return 0.0;
        }
        let primary = self.curve.rate(age);
        let rise = 1.0 + (0.006 * age).min(0.8);
        match (self.is_gas(), product == GAS) {
            (true, true) => primary,
            (true, false) => {
                if self.makes_oil {
                    primary / self.gas_ratio
                } else {
                    0.0
                }
            }
            (false, true) => primary * self.gas_ratio * rise,
            (false, false) => primary,
        }
    }

    /// Barrels of oil equivalent a day, in thousandths.
    pub(crate) fn equivalent_rate(&self, day: NaiveDate) -> f64 {
        self.rate(OIL, day) + self.rate(GAS, day) / 6.0
    }

    /// What its basin's wells cost for the BOE of so many days, in cents at 8/8.
    pub(crate) fn expense(&self, day: NaiveDate, days: i64) -> i64 {
        let equivalents = i128::from(self.equivalent_rate(day) as i64) * i128::from(days);
        (equivalents * i128::from(self.basin.expense_cents_per_boe) / 1_000) as i64
    }

    /// Water for each barrel of oil, in thousandths, or for each hundred MCF of a gas well; it rises with age.
    pub(crate) fn water_cut(&self, day: NaiveDate) -> f64 {
        0.8 + (0.008 * self.age(day).max(0.0)).min(2.0)
    }

    /// What is still to come from a month on, in thousandths of a BOE, at 8/8.
    pub(crate) fn reserves(&self, from: Month) -> i64 {
        let first = from.max(self.first_month());
        let last =
            self.last_month.map_or(RESERVE_MONTHS, |last| last.0 - first.0 + 1).clamp(0, RESERVE_MONTHS);
        let month = |at: i32| self.equivalent_rate(first.plus(at).day(15)) * DAYS_A_MONTH;
        (0..last).map(month).sum::<f64>() as i64
    }
}

/// What decides a new well's record.
pub(super) struct Site<'m> {
    pub(super) lease: u32,
    pub(super) master: &'m LeaseMaster,
    pub(super) serial: u32,
    pub(super) number: u32,
    pub(super) first_production: NaiveDate,
    pub(super) since: NaiveDate,
    /// What more of its cost is intangible than is usual in its basin, in parts per thousand.
    pub(super) intangible_by: i64,
}

fn intangible(basin: &Basin) -> i64 {
    let of = INTANGIBLE.iter().find(|(name, _)| *name == basin.name);
    of.map(|(_, parts)| *parts).expect("each basin has its own")
}

/// How much more of a well's cost is intangible than is usual in its basin.
pub(super) fn intangible_by(draw: &mut Draw) -> i64 {
    draw.between(-INTANGIBLE_BY_WELL, INTANGIBLE_BY_WELL)
}

/// A well at a site, its numbers drawn.
pub(super) fn well(draw: &mut Draw, site: &Site<'_>) -> WellMaster {
    let county: &County = site.master.county;
    let basin = BASINS.iter().find(|basin| basin.name == county.basin).expect("counties lie in basins");
    let is_gas = draw.below(100) < u64::from(basin.gas_share);
    let initial =
        if is_gas { draw.between(5_000, 16_000) } else { draw.between(380, 1_400) } as f64 * 1_000.0;
    let exponent = draw.between(80, 130) as f64 / 100.0;
    let decline = draw.between(12, 22) as f64 / 100.0;
    let gas_ratio = if is_gas { draw.between(60, 140) as f64 } else { draw.between(12, 45) as f64 / 10.0 };
    let lease = &site.master.record;
    WellMaster {
        record: Well {
            well_id: api_number(county, site.serial),
            effective_date: site.since,
            name: format!("{} {}H", lease.name, site.number),
            lease_id: lease.lease_id.clone(),
            company_code: lease.company_code.clone(),
            state: county.state.to_owned(),
            county: county.name.to_owned(),
            basin: county.basin.to_owned(),
            primary_product: if is_gas { Product::Gas } else { Product::Oil },
            first_production_date: site.first_production,
            working_interest: site.master.own_share,
            net_revenue_interest: site.master.net_share(),
            status: "PRODUCING".to_owned(),
        },
        lease: site.lease,
        company: site.master.company,
        basin,
        curve: Curve::new(initial, exponent, decline),
        gas_ratio,
        makes_oil: !(is_gas && basin.dry_gas),
        heat_factor: draw.between(102_000_000, 128_000_000),
        project: None,
        last_month: None,
        intangible: intangible(basin) + site.intangible_by,
        cost_cents: [0, 0],
        obligation_cents: 0,
    }
}

impl Masters {
    /// The wells that stand when the ledger begins.
    pub(super) fn place_wells(&mut self, seed: u64, per_lease: u32) {
        let since = self.since();
        let mut serials = HashMap::new();
        for i in 0..self.leases.len() as u32 * per_lease {
            let mut draw = Draw::new(seed, Stream::Master, u64::from(i), 2);
            let lease = i / per_lease;
            let master = &self.leases[lease as usize];
            let first_production = since - Days::new(draw.between(60, 2_800).unsigned_abs());
            let serial = next_serial(&mut serials, master.county);
            let number = i % per_lease + 1;
            let intangible_by = intangible_by(&mut Draw::new(seed, Stream::Master, u64::from(i), 3));
            let site = Site { lease, master, serial, number, first_production, since, intangible_by };
            let mut made = well(&mut draw, &site);
            self.price(&mut draw, &mut made);
            // Of the oldest a quarter is plugged, some time in the ledger's years.
            let is_old = (since - first_production).num_days() > 1_500;
            if made.is_operated() && is_old && draw.below(100) < 28 {
                made.last_month = Some(self.base.plus(draw.between(3, 84) as i32));
            }
            self.wells.push(made);
        }
    }

    /// What the well cost, by what it will have made, and what of that is depleted: about 12 dollars a BOE at own share.
    fn price(&self, draw: &mut Draw, well: &mut WellMaster) {
        let share = i128::from(well.record.working_interest.units());
        let ultimate = i128::from(well.reserves(well.first_month()));
        let cents_per_boe = i128::from(draw.between(950, 1_500));
        let of_gas = if well.is_gas() { 55 } else { 100 };
        // Thousandths of a BOE, hundred-millionths of a share.
        let gross = ultimate * cents_per_boe * of_gas / 100 / 1_000;
        let cost = (gross * share / 100_000_000) as i64;
        let parts = largest_remainder(cost, &[well.intangible, 1_000 - well.intangible]);
        well.cost_cents = [parts[0], parts[1]];
        let obligation = draw.between(50_000_00, 150_000_00);
        well.obligation_cents = (i128::from(obligation) * share / 100_000_000) as i64;
    }
}

/// The next unique number of a county.
pub(super) fn next_serial(serials: &mut HashMap<(u8, u16), u32>, county: &County) -> u32 {
    let serial = serials.entry((county.api_state, county.api_county)).or_default();
    *serial += 1;
    *serial
}

/// The volume of so many days at a rate.
pub(crate) fn volume(rate: f64, days: f64) -> Quantity {
    Quantity::from_units((rate * days) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_loses_most_of_its_first_rate_in_a_year_and_never_jumps_where_the_exponential_begins() {
        let curve = Curve::new(1_000_000.0, 1.1, 0.15);
        let lost = 1.0 - curve.rate(14.0) / curve.rate(2.0);
        assert!((0.45..0.85).contains(&lost), "{lost}");
        let at = curve.terminal_at;
        assert!((curve.rate(at - 0.01) / curve.rate(at + 0.01) - 1.0).abs() < 0.01);
    }

    #[test]
    fn reserves_end() {
        let masters = Masters::new(42, 1, "2025-01-01".parse().unwrap());
        let base = masters.base;
        let is_dry = |well: &&WellMaster| well.last_month.is_some_and(|last| last < well.first_month());
        for well in masters.wells.iter().filter(|well| !is_dry(well)) {
            let whole = well.reserves(well.first_month());
            assert!(whole > 0 && well.reserves(base) <= whole, "{}", well.record.name);
        }
    }
}
