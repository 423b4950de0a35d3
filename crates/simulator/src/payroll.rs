//! Payroll twice a month; field wages go through clearing to the wells.

use crate::document::Document;
use crate::draft::Draft;
use crate::geography::BASINS;
use crate::ground::{Ground, Spent};
use crate::masters::OPERATOR;
use crate::masters::people::CENTERS;
use crate::month::Month;
use crate::payables::share_of;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::split::largest_remainder;
use ledger::{Money, Rate};
use std::collections::BTreeMap;

/// Withheld from wages, in parts per ten thousand: income tax and the employee's half of social security.
const WITHHELD: i64 = 2_240;
/// The employer's taxes and benefits on top of wages.
const BURDEN: i64 = 1_865;
/// Field wages and burden of a half month at scale 1, in cents: pumpers and foremen of some four hundred wells.
const FIELD_WAGES: i64 = 460_000_00;

impl Ground {
    /// Wages of half a month by cost centre.
    fn wages(&self, month: Month, half: u32, company: u8) -> Vec<i64> {
        let mut draw =
            Draw::new(self.seed, Stream::Payroll, u64::from(company) * 4 + u64::from(half), month.number());
        let mean = [145_000_00, 18_000_00, 42_000_00][usize::from(company)] * i64::from(self.scale);
        (0..CENTERS).map(|_| mean * draw.between(880, 1_120) / 1_000 + draw.between(0, 99)).collect()
    }

    /// Wages and burden of the field, of half a month.
    fn field_wages(&self, month: Month, half: u32) -> i64 {
        let mut draw = Draw::new(self.seed, Stream::Payroll, 64 + u64::from(half), month.number());
        FIELD_WAGES * i64::from(self.scale) * draw.between(950, 1_050) / 1_000 + draw.between(0, 99)
    }

    /// The field's wages of a month by basin and well, in proportion to what each costs to run.
    fn labour(&self, month: Month) -> BTreeMap<usize, Vec<(u32, i64)>> {
        let wells = self.masters.on_production(month);
        let weight = |well: &u32| self.masters.wells[*well as usize].expense(month.day(15), 30) / 1_000 + 400;
        let weights: Vec<i64> = wells.iter().map(weight).collect();
        let total = self.field_wages(month, 0) + self.field_wages(month, 1);
        let mut labour: BTreeMap<usize, Vec<(u32, i64)>> = BTreeMap::new();
        for (well, part) in wells.iter().zip(largest_remainder(total, &weights)) {
            let basin = self.masters.wells[*well as usize].basin.name;
            let at = BASINS.iter().position(|known| known.name == basin).expect("wells lie in basins");
            if part > 0 {
                labour.entry(at).or_default().push((*well, part));
            }
        }
        labour
    }

    /// Adds what the field's wages cost the wells.
    pub(crate) fn labour_allocated(&self, month: Month, costs: &mut BTreeMap<Spent, i64>) {
        for (well, part) in self.labour(month).into_values().flatten() {
            let lease = self.masters.wells[well as usize].lease;
            *costs.entry(Spent { lease, project: None, account: code::LABOUR, well }).or_default() += part;
        }
    }
}

/// Every document of payroll whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    for company in 0..world.ground.masters.companies.len() as u8 {
        found.extend([0, 1].map(|half| Document::new(Template::Payroll, month, half, 0).of(company)));
        found.push(Document::new(Template::PayrollTaxRemittance, month, 0, 0).of(company));
    }
    let basins = world.ground.labour(month).into_keys();
    found.extend(basins.map(|basin| Document::new(Template::LabourAllocation, month, basin as u32, 0)));
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::Payroll if document.subject == 0 => on_or_before(month.day(15)),
        Template::Payroll => on_or_before(month.last()),
        Template::PayrollTaxRemittance => on_or_after(month.plus(1).day(15)),
        _ => month.plus(1).working_day(2),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    match document.template {
        Template::Payroll => ground.payroll(document, entered_on),
        Template::PayrollTaxRemittance => withholding(world, document, entered_on),
        _ => ground.allocation(document, entered_on),
    }
}

/// Dr withholding payable, payroll by payroll / Cr cash.
fn withholding(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let what = format!("Payroll taxes of {}", document.month.label());
    let mut draft = Draft::new(document, entered_on, what);
    let mut owed = 0;
    for half in [0, 1] {
        let withheld = world.ground.withheld(document.month, half, document.company);
        owed += withheld;
        draft.debit(code::WITHHOLDING_PAYABLE, withheld, |line| {
            let payroll = Document { subject: half, ..document };
            line.clears_entry_id = Some(world.id(payroll.as_template(Template::Payroll)));
        });
    }
    draft.credit(code::CASH, owed, |_| {});
    draft
}

impl Ground {
    /// Dr wages and burden by cost centre, field wages to clearing / Cr cash for what is paid out, withholding for the rest.
    fn payroll(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let (month, half, company) = (document.month, document.subject, document.company);
        let which = if half == 0 { "first" } else { "second" };
        let mut draft =
            Draft::new(document, entered_on, format!("Payroll, {which} half of {}", month.label()));
        let wages = self.wages(month, half, company);
        let first = u32::from(company) * CENTERS as u32;
        for (center, cents) in (first..).zip(&wages) {
            draft.debit(code::SALARIES, *cents, |line| line.cost_center = Some(self.center(center).into()));
        }
        for (center, cents) in (first..).zip(&wages) {
            draft.debit(code::PAYROLL_BURDEN, share_of(*cents, BURDEN), |line| {
                line.cost_center = Some(self.center(center).into());
                line.base_amount = Some(Money::from_units(*cents));
                line.rate = Some(Rate::from_units(BURDEN * 10_000));
            });
        }
        let field = if company == OPERATOR { self.field_wages(month, half) } else { 0 };
        draft.debit(code::DISTRICT_CLEARING, field, |line| line.text = Some("Field wages and burden".into()));
        let withheld = self.withheld(month, half, company);
        let total: i64 = draft.lines.iter().map(|line| line.amount.units()).sum();
        draft.credit(code::CASH, total - withheld, |_| {});
        draft.credit(code::WITHHOLDING_PAYABLE, withheld, |_| {});
        draft
    }

    /// What of a half month's payroll goes to the tax authorities and insurers.
    fn withheld(&self, month: Month, half: u32, company: u8) -> i64 {
        let office: i64 = self
            .wages(month, half, company)
            .iter()
            .map(|cents| share_of(*cents, WITHHELD) + share_of(*cents, BURDEN))
            .sum();
        let field = if company == OPERATOR { share_of(self.field_wages(month, half), 3_450) } else { 0 };
        office + field
    }

    /// Dr field labour by well / Cr district clearing.
    fn allocation(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let basin = document.subject as usize;
        let what = format!("Field labour {}, {} district", document.month.label(), BASINS[basin].name);
        let mut draft = Draft::new(document, entered_on, what);
        let labour = self.labour(document.month);
        for (well, cents) in &labour[&basin] {
            draft.debit(code::LABOUR, *cents, |line| {
                self.on_well(line, *well);
                self.on_joint_account(line, self.masters.wells[*well as usize].lease);
            });
        }
        draft.credit(code::DISTRICT_CLEARING, labour[&basin].iter().map(|(_, cents)| cents).sum(), |_| {});
        draft
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Payroll);
}
