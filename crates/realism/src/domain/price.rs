//! Realised prices against the market.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::month::Month;
use crate::names::Names;
use crate::question::{Question, Tally};
use crate::report::{Chart, Group, Row, Span, Test};
use crate::seen::{Seen, signed};
use crate::thresholds::{Band, Thresholds};
use ledger::{JournalLine, Product, Quantity, Rate};
use std::collections::BTreeMap;

const OIL: Question = Question {
    id: "oil_price",
    group: Group::Domain,
    name: "Oil sells near WTI",
    asks: "For each basin and month: is oil revenue ÷ barrels, less the mean WTI price of the month, in the band?",
    source: "Differentials of −0.5 to −6 $/bbl",
};
const GAS: Question = Question {
    id: "gas_price",
    group: Group::Domain,
    name: "Gas sells near Henry Hub",
    asks: "For each basin and month: is gas revenue ÷ MMBtu a part of Henry Hub within the band?",
    source: "40 to 105 %; Waha, where Permian gas sells, has been negative",
};
const LIQUIDS: Question = Question {
    id: "liquids_price",
    group: Group::Domain,
    name: "Liquids sell as a part of WTI",
    asks: "For each basin and month: is liquids revenue ÷ barrel of 42 gallons a part of WTI within the band?",
    source: "25 to 40 %",
};

/// Basins whose gas sells at Waha.
const WAHA: [&str; 2] = ["Midland", "Delaware"];

/// What is wanted of a basin.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    band: Band,
    at_waha: Band,
}

impl Wanted {
    fn of(self, basin: &str) -> Band {
        if WAHA.contains(&basin) { self.at_waha } else { self.band }
    }

    fn told(self, unit: &str) -> String {
        let mut told = format!("{} to {} {unit}", self.band.low, self.band.high);
        if self.at_waha != self.band {
            told.push_str(&format!("; at Waha {} to {}", self.at_waha.low, self.at_waha.high));
        }
        told
    }
}

/// Cents and thousandths of the unit that the market quotes.
#[derive(Clone, Copy, Debug, Default)]
struct Sold {
    cents: i128,
    units: i128,
}

/// Bounded by basins, products and production months.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    sold: BTreeMap<(u32, Product, Month), Sold>,
}

impl Prices {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters, names: &mut Names) {
        if !seen.is_business() {
            return;
        }
        let is_reversal = seen.entry.reverses_entry_id.is_some();
        for (account, line) in seen.lines() {
            let Some(product) = product_sold(account) else { continue };
            // What corrects the price alone, or is short paid, has no volume.
            let quantity = line.quantity.unwrap_or_default();
            let Some(well) = line.well_id.as_deref().and_then(|id| masters.wells.get(id)) else { continue };
            let Some(month) = seen.production(line) else { continue };
            let units = market_units(line, product, quantity);
            let sold = self.sold.entry((names.number(&well.basin), product, month)).or_default();
            sold.cents -= signed(line);
            // A reversal takes the volume back, whatever sign it writes.
            sold.units += if is_reversal { -units.abs() } else { units };
        }
    }

    pub(crate) fn judge(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
        thresholds: &Thresholds,
    ) -> Vec<Test> {
        let judge = |question: &Question, product, series: &str, wanted: Wanted, unit| {
            let mut tally = Tally::default();
            let mut found = BTreeMap::<String, Band>::new();
            let final_months = self.sold.iter().filter(|((_, of, month), _)| {
                *of == product && closing.is_final(*month, thresholds.final_after_months)
            });
            for ((basin, _, month), sold) in final_months {
                let Some(market) = masters.price(series, *month).filter(|market| *market != 0.0) else {
                    continue;
                };
                if sold.units <= 0 {
                    continue;
                }
                let price = sold.cents as f64 / 100.0 / (sold.units as f64 / 1_000.0);
                let value = if product == Product::Oil { price - market } else { price / market };
                let basin = names.name(*basin).to_owned();
                tally.check(wanted.of(&basin).holds(value), || {
                    (format!("{basin} {month}"), format!("{price:.2} against {market:.2}: {value:.2}"))
                });
                let of_basin = found.entry(basin).or_insert(Band::new(value, value));
                *of_basin = of_basin.stretched(value);
            }
            conclude(closing, question, tally, &found, wanted, unit)
        };
        let everywhere = |band| Wanted { band, at_waha: band };
        let gas = Wanted { band: thresholds.gas_of_henry_hub, at_waha: thresholds.gas_of_waha };
        let (oil, liquids) = (everywhere(thresholds.oil_differential), everywhere(thresholds.liquids_of_wti));
        vec![
            judge(&OIL, Product::Oil, "WTI", oil, "$/bbl against WTI"),
            judge(&GAS, Product::Gas, "HENRY_HUB", gas, "of Henry Hub"),
            judge(&LIQUIDS, Product::NaturalGasLiquids, "WTI", liquids, "of WTI"),
        ]
    }
}

fn conclude(
    closing: &Closing,
    question: &Question,
    tally: Tally,
    found: &BTreeMap<String, Band>,
    wanted: Wanted,
    unit: &'static str,
) -> Test {
    let threshold = wanted.told(unit);
    let Some(all) = found.values().copied().reduce(|all, one| all.stretched(one.low).stretched(one.high))
    else {
        return question.unseen(
            closing,
            threshold,
            "no final month of it was sold, or the market has no price",
        );
    };
    let figure = format!("{:.2} to {:.2}; {} of {} out", all.low, all.high, tally.broken, tally.checked);
    let rows = found.iter().map(|(basin, found)| {
        let band = wanted.of(basin);
        let holds = band.holds(found.low) && band.holds(found.high);
        Row::judged(basin.clone(), format!("{:.2} to {:.2} {unit}", found.low, found.high), holds)
    });
    let spans = found.iter().map(|(basin, found)| Span {
        of: basin.clone(),
        wanted: wanted.of(basin),
        found: *found,
    });
    let mut test = question.judged(tally.broken == 0, figure, threshold);
    test.rows_left_out = tally.broken - tally.rows.len() as u64;
    test.with_rows(rows.chain(tally.rows).collect()).with_chart(Chart::Spans { spans: spans.collect(), unit })
}

fn product_sold(account: Account) -> Option<Product> {
    match account.natural() {
        601 => Some(Product::Oil),
        602 => Some(Product::Gas),
        603 => Some(Product::NaturalGasLiquids),
        _ => None,
    }
}

/// Thousandths of a barrel, or of an MMBtu where the line knows how much heat an MCF has.
fn market_units(line: &JournalLine<'_>, product: Product, quantity: Quantity) -> i128 {
    let units = quantity.units_wide();
    match (product, line.unit_of_measure.as_deref()) {
        (Product::NaturalGasLiquids, Some("GAL")) => units / 42,
        (Product::Gas, Some("MCF")) => match line.heat_factor {
            Some(heat) => units * heat.units_wide() / Rate::ONE.units_wide(),
            None => units,
        },
        _ => units,
    }
}
