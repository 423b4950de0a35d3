//! Depletion by units of production, and depreciation by the month.
//!
//! A month's depletion is what is not yet depleted times production over the reserves at the month's beginning: wells on
//! their own proved developed reserves, leaseholds on all proved reserves of the lease. Six MCF are one BOE.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Facts, Ground};
use crate::masters::{GAS, MIDSTREAM, NON_OPERATOR, OIL, OPERATOR};
use crate::month::Month;
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::{Money, Quantity, Rate};

/// Proved reserves of a lease, in parts per ten of its proved developed ones.
pub(crate) const PROVED_OF_DEVELOPED: i64 = 14;
/// Years over which equipment is depreciated: ten of trucks and offices, twenty of gathering lines. The rate of a year is
/// exact to the last digit, that of a month would not be.
const LIVES: [(u8, i64); 2] = [(OPERATOR, 10), (MIDSTREAM, 20)];

/// A depletion: what is not yet depleted, the part of it, and the production.
struct Depleted {
    remaining: i64,
    rate: Rate,
    production: i64,
}

impl Depleted {
    fn cents(&self) -> i64 {
        Money::product(Money::from_units(self.remaining), self.rate).expect("a depletion fits").units()
    }
}

impl Ground {
    /// Production of a well in a month, in thousandths of a BOE at 8/8.
    pub(crate) fn production(&self, month: Month, facts: &Facts, well: u32) -> i64 {
        if self.masters.wells[well as usize].company == NON_OPERATOR {
            let volume = |place| self.others_volume(month, well, place).units();
            volume(OIL) + volume(GAS) / 6
        } else {
            Self::equivalents(facts, well)
        }
    }
}

fn rate(production: i64, reserves: i64) -> Rate {
    if production >= reserves {
        return Rate::ONE;
    }
    Rate::from_units(divide_half_away(
        i128::from(production) * i128::from(Rate::ONE.units()),
        i128::from(reserves),
    ) as i64)
}

/// Depletion of a well in the month before `standing`'s: intangible and tangible.
fn of_well(world: &World, standing: &Standing, well: u32) -> [Depleted; 2] {
    let company = world.ground.masters.wells[well as usize].company;
    let month = standing.month.plus(-1);
    let production = world.ground.production(month, &world.facts(month), well);
    let rate = rate(production, standing.reserves[well as usize]);
    let remaining = |cost, accumulated| {
        standing.books.of(company, cost, [well, 0, 0]) + standing.books.of(company, accumulated, [well, 0, 0])
    };
    [(code::INTANGIBLE, code::INTANGIBLE_AMORTISATION), (code::TANGIBLE, code::TANGIBLE_DEPRECIATION)].map(
        |(cost, accumulated)| Depleted { remaining: remaining(cost, accumulated).max(0), rate, production },
    )
}

/// Amortisation of a lease in the month before `standing`'s.
fn of_lease(world: &World, standing: &Standing, lease: u32) -> Depleted {
    let company = world.ground.masters.leases[lease as usize].company;
    let month = standing.month.plus(-1);
    let facts = world.facts(month);
    let wells = world.ground.masters.wells_of(lease);
    let production = wells.iter().map(|well| world.ground.production(month, &facts, *well)).sum();
    let developed: i64 = wells
        .iter()
        .filter(|well| world.ground.masters.wells[**well as usize].first_month() <= month)
        .map(|well| standing.reserves[*well as usize])
        .sum();
    let remaining = standing.books.of(company, code::LEASEHOLD, [lease, 0, 0])
        + standing.books.of(company, code::LEASEHOLD_AMORTISATION, [lease, 0, 0]);
    Depleted {
        remaining: remaining.max(0),
        rate: rate(production, developed / 10 * PROVED_OF_DEVELOPED),
        production,
    }
}

/// What follows from what stands when a month begins: depletion of the month before.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let before = month.plus(-1);
    if before < world.ground.masters.base {
        return;
    }
    let masters = &world.ground.masters;
    for (well, master) in (0..).zip(&masters.wells) {
        if master.produces_in(before) && of_well(world, standing, well).iter().any(|it| it.cents() > 0) {
            found.push(Document::new(Template::Depletion, before, well, 0).of(master.company));
        }
    }
    for (lease, master) in (0..).zip(&masters.leases) {
        if of_lease(world, standing, lease).cents() > 0 {
            found.push(Document::new(Template::LeaseholdAmortisation, before, lease, 0).of(master.company));
        }
    }
    for (company, _) in LIVES {
        if straight_line(standing, company).cents > 0 {
            found.push(Document::new(Template::Depreciation, before, 0, 0).of(company));
        }
    }
}

/// A month of straight-line depreciation: what it is taken of, the rate of a year, and the cents.
struct StraightLine {
    base: i64,
    rate: Rate,
    /// Whether it is the last, which takes all that is left.
    is_last: bool,
    cents: i64,
}

fn straight_line(standing: &Standing, company: u8) -> StraightLine {
    let years = LIVES.iter().find(|(of, _)| *of == company).map_or(1, |(_, years)| *years);
    let cost = standing.books.of(company, code::EQUIPMENT, [0; 3]);
    let left = cost + standing.books.of(company, code::EQUIPMENT_DEPRECIATION, [0; 3]);
    let cents = divide_half_away(i128::from(cost), i128::from(years * 12)) as i64;
    if cents > left {
        StraightLine { base: left, rate: Rate::ONE, is_last: true, cents: left }
    } else {
        StraightLine { base: cost, rate: Rate::from_units(Rate::ONE.units() / years), is_last: false, cents }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    document.month.plus(1).working_day(6)
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let standing = world.standing(document.month.plus(1));
    let (month, at) = (document.month, document.subject);
    match document.template {
        Template::Depletion => {
            let what = format!("Depletion {}, {}", month.label(), ground.well_name(at));
            let mut draft = Draft::new(document, entered_on, what);
            draft.production_month = Some(month.first());
            let depleted = of_well(world, &standing, at);
            let accounts = [code::INTANGIBLE_DEPLETION, code::TANGIBLE_DEPLETION];
            for (account, it) in accounts.into_iter().zip(&depleted) {
                draft.debit(account, it.cents(), |line| {
                    ground.on_well(line, at);
                    calculated(line, it);
                });
            }
            let accumulated = [code::INTANGIBLE_AMORTISATION, code::TANGIBLE_DEPRECIATION];
            for (account, it) in accumulated.into_iter().zip(&depleted) {
                draft.credit(account, it.cents(), |line| ground.on_well(line, at));
            }
            draft
        }
        Template::LeaseholdAmortisation => {
            let lease = &ground.masters.leases[at as usize].record;
            let what = format!("Leasehold amortisation {}, {}", month.label(), lease.name);
            let mut draft = Draft::new(document, entered_on, what);
            draft.production_month = Some(month.first());
            let depleted = of_lease(world, &standing, at);
            draft.debit(code::LEASEHOLD_DEPLETION, depleted.cents(), |line| {
                line.lease_id = Some(lease.lease_id.as_str().into());
                calculated(line, &depleted);
            });
            draft.credit(code::LEASEHOLD_AMORTISATION, depleted.cents(), |line| {
                line.lease_id = Some(lease.lease_id.as_str().into());
            });
            draft
        }
        _ => {
            let line_of = straight_line(&standing, document.company);
            let mut draft =
                Draft::new(document, entered_on, format!("Depreciation of equipment {}", month.label()));
            draft.debit(code::DEPRECIATION, line_of.cents, |line| {
                line.base_amount = Some(Money::from_units(line_of.base));
                line.rate = Some(line_of.rate);
                if !line_of.is_last {
                    line.quantity = Some(Quantity::ONE);
                    line.unit_of_measure = Some("MONTH".into());
                }
            });
            draft.credit(code::EQUIPMENT_DEPRECIATION, line_of.cents, |_| {});
            draft
        }
    }
}

fn calculated(line: &mut ledger::JournalLine<'_>, depleted: &Depleted) {
    line.base_amount = Some(Money::from_units(depleted.remaining));
    line.rate = Some(depleted.rate);
    line.quantity = Some(Quantity::from_units(depleted.production));
    line.unit_of_measure = Some("BOE".into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};

    any_is_sound!(Depletion);

    #[test]
    fn equipment_of_twenty_years_loses_its_cost_over_two_hundred_and_forty_to_the_cent() {
        let month = Month::of("2025-01-01".parse().unwrap());
        for company in [OPERATOR, MIDSTREAM] {
            let document = Document::new(Template::Depreciation, month, 0, 0).of(company);
            let draft = draft(world(), document, entered_on(document));
            let line = &draft.lines[0];
            let base = line.base_amount.unwrap().units_wide();
            let of_a_month = |units: i128| divide_half_away(units, 12 * Rate::ONE.units_wide());
            assert_eq!(line.quantity, Some(Quantity::ONE));
            assert_eq!(
                line.amount.units_wide(),
                of_a_month(base * line.rate.unwrap().units_wide()),
                "{}",
                draft.description
            );
            let years = if company == OPERATOR { 10 } else { 20 };
            assert_eq!(line.amount.units_wide(), divide_half_away(base, years * 12));
        }
    }
}
