//! The end of a year: what auditors adjust, and results that become retained earnings.

use crate::document::{Document, some_business_day};
use crate::draft::Draft;
use crate::ground::{Ground, account_of, scattered};
use crate::month::Month;
use crate::random::Stream;
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;

/// Audit adjustments of a year.
const ADJUSTMENTS: u32 = 14;
/// Lines of one closing entry beside its balancing line: below the most that an entry may have.
pub(crate) const LINES: usize = 900;

/// Every document whose business is of `month`: adjustments of the year that ends with it.
pub(crate) fn documents(month: Month, found: &mut Vec<Document>) {
    if month.of_year() == 12 {
        found.extend((0..ADJUSTMENTS).map(|nth| Document::new(Template::AuditAdjustment, month, nth, 0)));
    }
}

/// What follows from what stands when a month begins: in February, when nothing of the old year is open, it is closed.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    if month.of_year() != 2 {
        return;
    }
    let december = month.plus(-2);
    for company in 0..world.ground.masters.companies.len() as u8 {
        let parts = standing.books.results(company, december.year()).len().div_ceil(LINES) as u16;
        found.extend(
            (0..parts).map(|part| Document::new(Template::YearEndClose, december, 0, part).of(company)),
        );
    }
}

/// The day on which a year is closed: in February, when nothing of it is open any more.
pub(crate) fn closed_on(year: i32) -> NaiveDate {
    Month(year * 12 + 13).working_day(5)
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    if document.template == Template::YearEndClose {
        return closed_on(document.month.year());
    }
    some_business_day(document.month.plus(1), &mut document.draw(world.ground.seed, Stream::Correction))
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    if document.template == Template::AuditAdjustment {
        return world.ground.adjustment(document, entered_on);
    }
    let year = document.month.year();
    let standing = world.standing(document.month.plus(2));
    let results = standing.books.results(document.company, year);
    let part = results.chunks(LINES).nth(usize::from(document.part)).unwrap_or_default();
    let what = format!("Close of {year} to retained earnings, part {}", document.part + 1);
    let mut draft = Draft::new(document, entered_on, what);
    for (item, cents) in part {
        draft.credit(item.account().account_code, *cents, |line| world.ground.masters.name_item(*item, line));
    }
    draft.debit(code::RETAINED_EARNINGS, part.iter().map(|(_, cents)| cents).sum(), |_| {});
    draft
}

impl Ground {
    /// Dr one office expense / Cr another, in the adjusting period.
    fn adjustment(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let mut draw = document.draw(self.seed, Stream::Corporate);
        let vendors = &self.masters.counterparties.office;
        let from = account_of(vendors.pick(&mut draw).1, &mut draw);
        let to = loop {
            let to = account_of(vendors.pick(&mut draw).1, &mut draw);
            if to != from {
                break to;
            }
        };
        let cents = scattered(&mut draw, 1_400_000).max(100_00);
        let center = draw.below(crate::masters::people::CENTERS as u64) as u32;
        let mut draft =
            Draft::new(document, entered_on, format!("Audit adjustment {}", document.subject + 1));
        draft.source_document = Some(format!("AJE-{}-{:02}", document.month.year(), document.subject + 1));
        draft.debit(to, cents, |line| line.cost_center = Some(self.center(center).into()));
        draft.credit(from, cents, |line| line.cost_center = Some(self.center(center).into()));
        draft
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Close);
}
