//! Swaps on oil: layered by the quarter up to 18 months ahead, settled each month against the market's mean, and brought to
//! their value on the forward curve.
//!
//! At the end of each quarter a layer is bought for each of the next [`LAYERS`] quarters: a part of the barrels that the
//! wells are expected to make, at a fixed price near the mean of the quarter's forward prices on that day. A quarter that
//! begins has all of its layers, the one after it all but one, and so on; so at any month's end the next 15 to 18 months are
//! hedged in part, the nearest most. The curve is that of [`ledger::forward`], from the market's means up to that month.

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
use ledger::fixed::divide_half_away;
use ledger::forward::Curve;
use ledger::{JournalLine, Money, Quantity, UnitPrice};
use std::collections::BTreeMap;

/// Quarters ahead for which a layer is bought at a quarter's end.
const LAYERS: i32 = 6;
/// Barrels a month of a layer at scale 1: all layers are about half of what the wells make.
const BARRELS: i64 = 70_000;

/// Swaps for a month of delivery, bought at one quarter's end: fixed price received, market price paid.
#[derive(Clone, Copy, Debug)]
struct Layer {
    fixed: UnitPrice,
    barrels: Quantity,
}

impl Layer {
    /// What its difference to a price is worth.
    fn worth(self, price: UnitPrice) -> i64 {
        Money::product(self.barrels, self.fixed - price).expect("a swap's value fits").units()
    }
}

/// What is open for a month of delivery at a month's end: all layers as one at their mean price, and the forward price.
#[derive(Clone, Copy, Debug)]
struct Open {
    swaps: Layer,
    forward: UnitPrice,
}

impl Open {
    fn value(self) -> i64 {
        self.swaps.worth(self.forward)
    }
}

/// The month at whose end the quarter of a month ends.
fn quarter_end(month: Month) -> Month {
    month.plus(2 - (month.of_year() as i32 - 1) % 3)
}

/// Layers as one, at the mean of what they fix by barrel.
fn as_one(layers: &[Layer]) -> Option<Layer> {
    let barrels: i64 = layers.iter().map(|layer| layer.barrels.units()).sum();
    if barrels == 0 {
        return None;
    }
    let fixed = layers.iter().map(|layer| layer.fixed.units_wide() * layer.barrels.units_wide()).sum();
    Some(Layer {
        fixed: UnitPrice::from_units(divide_half_away(fixed, i128::from(barrels)) as i64),
        barrels: Quantity::from_units(barrels),
    })
}

impl Ground {
    fn market(&self, month: Month) -> UnitPrice {
        self.prices.month(self.seed, Series::Wti, month.first())
    }

    /// The forward curve at a month's end.
    fn curve(&self, month: Month) -> Curve {
        Curve::new(std::array::from_fn(|back| self.market(month.plus(-(back as i32)))))
    }

    /// The layer for a month of delivery that was bought at a quarter's end, `bought`, on the curve of that day.
    fn layer(&self, delivered: Month, bought: Month, curve: Curve) -> Layer {
        let quarter = quarter_end(delivered);
        // One price and one number of barrels for the months of a quarter.
        let entity = 1 << 32 | bought.number();
        let mut draw = Draw::new(self.seed, Stream::Corporate, entity, quarter.number());
        let ahead = (quarter.0 - bought.0) as usize;
        let quoted: i64 = (ahead - 2..=ahead).map(|months| curve.ahead(months).units()).sum::<i64>() / 3;
        let struck = quoted * draw.between(965, 1_030) / 1_000;
        // Quoted to the nickel; never below ten dollars, whatever the market of one month.
        let fixed = (struck / 50_000 * 50_000).max(10_000_000);
        let barrels = BARRELS * i64::from(self.scale) * draw.between(85, 115) / 100;
        Layer {
            fixed: UnitPrice::from_units(fixed),
            barrels: Quantity::from_units(barrels / 100 * 100 * 1_000),
        }
    }

    /// The layers for the months from `month` on as they stand at its end, by month of delivery: the month itself is settled
    /// only in the next.
    fn layers(&self, month: Month) -> BTreeMap<Month, Vec<Layer>> {
        let this = quarter_end(month);
        let mut layers: BTreeMap<Month, Vec<Layer>> = BTreeMap::new();
        for bought in (0..=LAYERS).map(|back| this.plus(-3 * back)).filter(|bought| *bought <= month) {
            let curve = self.curve(bought);
            for delivered in (1..=3 * LAYERS).map(|ahead| bought.plus(ahead)).filter(|it| *it >= month) {
                layers.entry(delivered).or_default().push(self.layer(delivered, bought, curve));
            }
        }
        layers
    }

    /// What is open at a month's end, by month of delivery.
    fn open(&self, month: Month) -> BTreeMap<Month, Open> {
        let curve = self.curve(month);
        let layers = self.layers(month).into_iter();
        let open = layers.filter_map(|(delivered, layers)| {
            let forward = curve.ahead((delivered.0 - month.0) as usize);
            Some((delivered, Open { swaps: as_one(&layers)?, forward }))
        });
        open.collect()
    }

    /// What a month's swaps are settled for, by layer.
    fn settled(&self, month: Month) -> Vec<(Layer, i64)> {
        let market = self.market(month);
        let layers = self.layers(month).remove(&month).unwrap_or_default();
        layers.into_iter().map(|layer| (layer, layer.worth(market))).collect()
    }
}

/// Every hedging document whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let ground = &world.ground;
    if ground.settled(month).iter().any(|(_, cents)| *cents != 0) {
        found.push(Document::new(Template::HedgeSettlement, month, 0, 0));
    }
    if month > ground.masters.base && !changes(ground, month).is_empty() {
        found.push(Document::new(Template::HedgeMarkToMarket, month, 0, 0));
    }
}

/// What a month moves the value of a month's swaps by.
struct Change {
    delivered: Month,
    /// What is left open; none where the swaps were settled.
    now: Option<Open>,
    /// Value before.
    before: i64,
}

impl Change {
    fn value(&self) -> i64 {
        self.now.map_or(0, Open::value)
    }

    /// What it moves the derivative asset by.
    fn asset(&self) -> i64 {
        self.value().max(0) - self.before.max(0)
    }

    /// What it moves the derivative liability by.
    fn liability(&self) -> i64 {
        self.value().min(0) - self.before.min(0)
    }

    /// Tells on a line what it is worked out from.
    fn told(&self, line: &mut JournalLine<'_>, before: i64) {
        line.base_amount = Some(Money::from_units(before));
        let delivered = self.delivered.label();
        let Some(open) = self.now else {
            line.text = Some(format!("Swaps for {delivered} settled").into());
            return;
        };
        let (fixed, forward) = (open.swaps.fixed, open.forward);
        line.quantity = Some(open.swaps.barrels);
        line.unit_of_measure = Some("BBL".into());
        line.unit_price = Some(fixed - forward);
        line.text = Some(format!("Swaps for {delivered}, fixed {fixed}, forward {forward}").into());
    }
}

/// The months of delivery whose swaps' value a month moves.
fn changes(ground: &Ground, month: Month) -> Vec<Change> {
    let (now, before) = (ground.open(month), ground.open(month.plus(-1)));
    let delivered = before.keys().chain(now.keys().filter(|it| !before.contains_key(it)));
    let change = |delivered: &Month| Change {
        delivered: *delivered,
        now: now.get(delivered).copied(),
        before: before.get(delivered).map_or(0, |open| open.value()),
    };
    delivered.map(change).filter(|change| change.asset() != 0 || change.liability() != 0).collect()
}

/// The value of swaps at the end of a month, of those that are assets and of those that are liabilities, debits positive: the
/// books open with it.
pub(crate) fn opening(ground: &Ground, month: Month) -> [i64; 2] {
    let values: Vec<i64> = ground.open(month).values().map(|open| open.value()).collect();
    [values.iter().map(|it| it.max(&0)).sum(), values.iter().map(|it| it.min(&0)).sum()]
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let working_day = if document.template == Template::HedgeSettlement { 5 } else { 6 };
    document.month.plus(1).working_day(working_day)
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    match document.template {
        Template::HedgeSettlement => settlement(world, document, entered_on),
        _ => valuation(world, document, entered_on),
    }
}

/// Dr cash / Cr hedging gain, a line a layer, by what each fixes above the month's market.
fn settlement(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    let (bank, market) = (ground.masters.counterparties.banks.start, ground.market(month));
    let mut draft = Draft::new(document, entered_on, format!("Oil swaps settled, {}", month.label()));
    let settled = ground.settled(month);
    draft.debit(code::CASH, settled.iter().map(|(_, cents)| cents).sum(), |_| {});
    for (layer, cents) in settled {
        draft.credit(code::HEDGING, cents, |line| {
            ground.with(line, bank);
            line.quantity = Some(layer.barrels);
            line.unit_of_measure = Some("BBL".into());
            line.unit_price = Some(layer.fixed - market);
            line.text = Some(format!("Fixed {}, market {market}", layer.fixed).into());
        });
    }
    draft
}

/// Dr derivative asset, Dr derivative liability, a line for each month of delivery, by what its swaps gained / Cr unrealised
/// hedging gain.
fn valuation(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    let bank = ground.masters.counterparties.banks.start;
    let mut draft = Draft::new(document, entered_on, format!("Oil swaps at market, {}", month.label()));
    let changes = changes(ground, month);
    for change in &changes {
        draft.debit(code::DERIVATIVE_ASSET, change.asset(), |line| {
            ground.with(line, bank);
            change.told(line, change.before.max(0));
        });
        draft.debit(code::DERIVATIVE_LIABILITY, change.liability(), |line| {
            ground.with(line, bank);
            change.told(line, change.before.min(0));
        });
    }
    let gained = changes.iter().map(|change| change.asset() + change.liability()).sum();
    draft.credit(code::UNREALISED_HEDGING, gained, |line| ground.with(line, bank));
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};

    any_is_sound!(Hedging);

    #[test]
    fn at_any_months_end_the_next_fifteen_months_are_hedged_the_nearest_most() {
        let ground = &world().ground;
        let first = Month::of("2024-01-01".parse().unwrap());
        for month in (0..36).map(|at| first.plus(at)) {
            let open = ground.open(month);
            let (last, _) = open.last_key_value().unwrap();
            assert!((15..=18).contains(&(last.0 - month.0)), "{}: to {}", month.label(), last.label());
            assert_eq!(open.len() as i32, last.0 - month.0 + 1, "every month between");
            let barrels = |ahead: i32| open[&month.plus(ahead)].swaps.barrels.units();
            assert!(barrels(1) > barrels(7) && barrels(7) > barrels(13), "{}", month.label());
        }
    }

    #[test]
    fn each_month_of_delivery_is_marked_at_its_own_forward_price_and_the_changes_add_up() {
        let ground = &world().ground;
        let first = Month::of("2024-12-01".parse().unwrap());
        let forwards: Vec<UnitPrice> = ground.open(first).values().map(|open| open.forward).collect();
        assert_eq!(forwards[0], ground.market(first));
        assert!(forwards[1..].windows(2).all(|pair| pair[0] != pair[1]), "{forwards:?}");
        let mut values = opening(ground, first);
        for month in (1..14).map(|at| first.plus(at)) {
            let changes = changes(ground, month);
            values[0] += changes.iter().map(Change::asset).sum::<i64>();
            values[1] += changes.iter().map(Change::liability).sum::<i64>();
            assert_eq!(values, opening(ground, month), "{}", month.label());
        }
    }

    #[test]
    fn the_months_of_a_quarter_have_one_price_in_a_layer_and_layers_differ() {
        let ground = &world().ground;
        let month = Month::of("2025-01-01".parse().unwrap());
        let layers = ground.layers(month);
        let of = |month: i32| {
            let layers = &layers[&Month::of("2025-01-01".parse().unwrap()).plus(month)];
            layers.iter().map(|layer| layer.fixed).collect::<Vec<_>>()
        };
        assert_eq!(of(0).len(), LAYERS as usize);
        assert_eq!(of(0), of(2));
        assert_eq!(of(3).len(), LAYERS as usize - 1);
        assert!(of(0).windows(2).any(|pair| pair[0] != pair[1]));
    }
}
