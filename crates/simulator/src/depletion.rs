//! Depletion of wells by units of production: six MCF are one BOE.

use crate::draft::Draft;
use crate::facts::{Facts, Ground};
use crate::month::Month;
use ledger::Source;
use ledger::chart::code;

impl Ground {
    /// Dollars of capitalised cost, in cents, that one BOE of a well's production carries off.
    pub(crate) fn depletion_rate(well: usize) -> i64 {
        11_00 + (well as i64 % 9) * 50
    }

    /// Depletion of a well in a month, in cents, at the operator's share: intangible and tangible.
    fn depletion(&self, well: usize, facts: &Facts) -> (i64, i64) {
        let volume = |product| facts.accrued.get(&(well, product)).map_or(0, |split| split.volume.units());
        let boe = i128::from(volume(0)) + i128::from(volume(1)) / 6;
        let share = i128::from(self.masters.wells[well].record.working_interest.units());
        let cents = boe * i128::from(Self::depletion_rate(well)) * share / 1_000 / 100_000_000;
        // A dollar at least: a well that stands still still wears.
        let cents = (cents as i64).max(100);
        (cents * 7 / 10, cents - cents * 7 / 10)
    }

    /// Dr depletion / Cr accumulated, intangible and tangible.
    pub(crate) fn depletion_entry(&self, month: Month, well: u32, facts: &Facts) -> Draft<'_> {
        let well = well as usize;
        let name = &self.masters.wells[well].record.name;
        let description = format!("Depletion {}, {name}", month.first().format("%Y-%m"));
        let mut draft = Draft::new(Source::Depletion, "DEPLETION", "fixed-assets", month.last(), description);
        draft.production_month = Some(month.first());
        let (intangible, tangible) = self.depletion(well, facts);
        draft.debit(code::INTANGIBLE_DEPLETION, intangible, |line| self.on_well(line, well));
        draft.debit(code::TANGIBLE_DEPLETION, tangible, |line| self.on_well(line, well));
        draft.credit(code::INTANGIBLE_AMORTISATION, intangible, |line| self.on_well(line, well));
        draft.credit(code::TANGIBLE_DEPRECIATION, tangible, |line| self.on_well(line, well));
        draft
    }
}
