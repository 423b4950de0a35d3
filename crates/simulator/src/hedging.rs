//! Swaps on oil: a strip a calendar year, settled each month against the market's mean, and brought to its value.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::Ground;
use crate::month::Month;
use crate::prices::Series;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::{JournalLine, Money, Quantity, UnitPrice};

/// Barrels hedged in a month at scale 1, about half of what the wells make.
const BARRELS: i64 = 420_000;

/// A year's strip of swaps: fixed price received, market price paid.
struct Strip {
    fixed: UnitPrice,
    barrels: Quantity,
}

impl Strip {
    /// What its difference to a price is worth.
    fn worth(&self, price: UnitPrice) -> i64 {
        Money::product(self.barrels, self.fixed - price).expect("a strip's value fits").units()
    }
}

impl Ground {
    fn market(&self, month: Month) -> UnitPrice {
        self.prices.month(self.seed, Series::Wti, month.first())
    }

    /// The strip of a month's year, struck near the market of the December before.
    fn strip(&self, month: Month) -> Strip {
        let december = Month(month.year() * 12 - 1);
        let mut draw = Draw::new(self.seed, Stream::Corporate, 1, u64::from(month.year().unsigned_abs()));
        let struck = self.market(december).units() * draw.between(960, 1_050) / 1_000;
        // Quoted to the nickel; never below ten dollars, whatever the spot of one month.
        let fixed = (struck / 50_000 * 50_000).max(10_000_000);
        Strip {
            fixed: UnitPrice::from_units(fixed),
            barrels: Quantity::from_units(
                BARRELS * i64::from(self.scale) * draw.between(85, 115) / 100 * 1_000,
            ),
        }
    }

    /// What is left of the year's strip at a month's end: the month itself is settled only in the next.
    fn left(&self, month: Month) -> Strip {
        let strip = self.strip(month);
        let months = 13 - i64::from(month.of_year());
        Strip { barrels: Quantity::from_units(strip.barrels.units() * months), ..strip }
    }

    /// Its value; the forward curve is taken as flat.
    fn value(&self, month: Month) -> i64 {
        self.left(month).worth(self.market(month))
    }

    /// What a month's swaps are settled for.
    fn settled(&self, month: Month) -> i64 {
        self.strip(month).worth(self.market(month))
    }
}

/// Every hedging document whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let ground = &world.ground;
    if ground.settled(month) != 0 {
        found.push(Document::new(Template::HedgeSettlement, month, 0, 0));
    }
    if month > ground.masters.base && change(ground, month) != (0, 0) {
        found.push(Document::new(Template::HedgeMarkToMarket, month, 0, 0));
    }
}

/// What a month moves the derivative asset and the derivative liability by.
fn change(ground: &Ground, month: Month) -> (i64, i64) {
    let (now, before) = (ground.value(month), ground.value(month.plus(-1)));
    (now.max(0) - before.max(0), now.min(0) - before.min(0))
}

/// The value of swaps at the end of a month, debits positive: the books open with it.
pub(crate) fn opening(ground: &Ground, month: Month) -> i64 {
    ground.value(month)
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let working_day = if document.template == Template::HedgeSettlement { 5 } else { 6 };
    document.month.plus(1).working_day(working_day)
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    let bank = ground.masters.counterparties.banks.start;
    if document.template == Template::HedgeSettlement {
        let mut draft = Draft::new(document, entered_on, format!("Oil swaps settled, {}", month.label()));
        let strip = ground.strip(month);
        let cents = ground.settled(month);
        draft.debit(code::CASH, cents, |_| {});
        draft.credit(code::HEDGING, cents, |line| {
            ground.with(line, bank);
            line.quantity = Some(strip.barrels);
            line.unit_of_measure = Some("BBL".into());
            line.unit_price = Some(strip.fixed - ground.market(month));
            line.text = Some(format!("Fixed {}, market {}", strip.fixed, ground.market(month)).into());
        });
        return draft;
    }
    let mut draft = Draft::new(document, entered_on, format!("Oil swaps at market, {}", month.label()));
    let (asset, liability) = change(ground, month);
    let (now, before) = (ground.left(month), ground.value(month.plus(-1)));
    let valued = |line: &mut JournalLine<'_>, before: i64| {
        line.quantity = Some(now.barrels);
        line.unit_of_measure = Some("BBL".into());
        line.unit_price = Some(now.fixed - ground.market(month));
        line.base_amount = Some(Money::from_units(before));
    };
    draft.debit(code::DERIVATIVE_ASSET, asset, |line| {
        ground.with(line, bank);
        valued(line, before.max(0));
    });
    draft.debit(code::DERIVATIVE_LIABILITY, liability, |line| {
        ground.with(line, bank);
        valued(line, before.min(0));
    });
    draft.credit(code::UNREALISED_HEDGING, asset + liability, |line| ground.with(line, bank));
    draft
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Hedging);
}
