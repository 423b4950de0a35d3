//! The genesis as the templates see it, and what a month's business was before anybody booked it.
//!
//! A month's facts are a pure function of the run and the month. They are what several documents share: the accrual sums
//! the tickets, the receipt sums the finals, the cut-back sums the costs.

use crate::field::{Ticket, Work};
use crate::masters::people::Trade;
use crate::masters::wells::{WellMaster, volume};
use crate::masters::{GAS, LIQUIDS, Masters, OIL, PRODUCTS};
use crate::month::Month;
use crate::payables::Recoded;
use crate::prices::{PriceTable, Series};
use crate::random::{Draw, Stream};
use crate::revenue::Corrections;
use crate::standing::{Tickets, post_run, post_work};
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::split::largest_remainder;
use ledger::{Money, Product, Quantity, Rate, UnitPrice};
use std::collections::BTreeMap;

/// Finals of a hundred whose volume the purchaser's statement puts right; the others say what the field's meters and gauges did.
const REMEASURED: u64 = 12;
/// What a price is at least, on either side of zero: a cent, so that each sale has a value.
const PRICE_MIN: i64 = 10_000;

/// The genesis as the templates see it.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) seed: u64,
    pub(crate) scale: u32,
    pub(crate) prices: PriceTable,
    pub(crate) masters: Masters,
}

/// One well and product of a month, priced and split among its owners.
#[derive(Clone, Debug, Default)]
pub(crate) struct Split {
    pub(crate) volume: Quantity,
    pub(crate) price: UnitPrice,
    /// Value at 8/8.
    pub(crate) gross: i64,
    /// Parts of the gross, in the order of the interests of the lease's deck.
    pub(crate) parts: Vec<i64>,
    /// Parts of the volume.
    pub(crate) volumes: Vec<i64>,
    /// The tax in force, what it was levied on, the tax, and its parts.
    pub(crate) tax_record: Option<u32>,
    pub(crate) taxable: i64,
    pub(crate) tax: i64,
    pub(crate) tax_parts: Vec<i64>,
    /// Gathering of a unit, what it comes to, and its parts.
    pub(crate) fee: UnitPrice,
    pub(crate) deduct: i64,
    pub(crate) deduct_parts: Vec<i64>,
}

impl Sale {
    /// Whether its final volume is another than the one first reported.
    pub(crate) fn is_remeasured(&self) -> bool {
        self.last.volume != self.accrued.volume
    }
}

impl Split {
    /// What all interests but the company's own are owed.
    pub(crate) fn others_net(&self) -> i64 {
        let of = |total: i64, parts: &[i64]| total - parts[0];
        of(self.gross, &self.parts) - of(self.tax, &self.tax_parts) - of(self.deduct, &self.deduct_parts)
    }
}

/// A sale as on tickets, as accrued, and as finally measured and priced.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    /// What its tickets come to at the provisional price, in cents; nothing for liquids, which have none.
    pub(crate) ticketed: (UnitPrice, i64),
    pub(crate) accrued: Split,
    pub(crate) last: Split,
}

/// What a cost was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spent {
    pub(crate) lease: u32,
    /// The project, where it was spent on one.
    pub(crate) project: Option<u32>,
    pub(crate) account: &'static str,
    pub(crate) well: u32,
}

/// A line of an invoice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InvoiceLine {
    pub(crate) account: &'static str,
    /// The well it is for; none for the office.
    pub(crate) well: Option<u32>,
    /// In the invoice's currency.
    pub(crate) cents: i64,
    /// In dollars.
    pub(crate) functional_cents: i64,
}

/// A vendor's invoice.
#[derive(Debug)]
pub(crate) struct Invoice {
    pub(crate) company: u8,
    pub(crate) vendor: u32,
    pub(crate) lines: Vec<InvoiceLine>,
    /// The rate of use tax in parts per ten thousand, where the last line is what the buyer itself owes on the first.
    pub(crate) use_tax: i64,
    /// Days between its date and its entry.
    pub(crate) age_days: u64,
    /// Days that its payment is late.
    pub(crate) late_days: u64,
    /// The rate at which it was booked, where it is not in dollars.
    pub(crate) rate: Option<Rate>,
    /// The cost centre that bears it, where it is for an office.
    pub(crate) cost_center: u32,
}

impl Invoice {
    /// What the vendor is owed: in its currency, and in dollars.
    pub(crate) fn total(&self) -> (i64, i64) {
        let owed = &self.lines[..self.lines.len() - usize::from(self.use_tax > 0)];
        owed.iter().fold((0, 0), |sum, line| (sum.0 + line.cents, sum.1 + line.functional_cents))
    }

    /// What the state is owed, where the buyer pays it itself.
    pub(crate) fn use_tax_line(&self) -> Option<&InvoiceLine> {
        self.lines.last().filter(|_| self.use_tax > 0)
    }
}

/// Volume and value of a well's run tickets of a month: oil and gas.
#[derive(Clone, Copy, Debug, Default)]
struct Runs([(i64, i64); 2]);

impl Runs {
    fn add(&mut self, ticket: &Ticket) {
        if let Work::Run(product) = ticket.work {
            let run = &mut self.0[usize::from(product)];
            run.0 += ticket.quantity.units();
            run.1 += ticket.amount.units();
        }
    }
}

/// The facts of a month.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Sales of operated wells, by well and product.
    pub(crate) sales: BTreeMap<(u32, u8), Sale>,
    /// Water and service tickets in cents, by vendor, with the number of tickets.
    pub(crate) services: BTreeMap<u32, (i64, u32)>,
    /// Cost at 8/8 in cents.
    pub(crate) costs: BTreeMap<Spent, i64>,
    /// What of invoices of the month before was coded wrong and is moved, and what that takes off where it was.
    pub(crate) recoded: Vec<Recoded>,
    pub(crate) taken_off: BTreeMap<Spent, i64>,
    /// Corrections of earlier months that are entered in this one.
    pub(crate) corrections: Corrections,
    /// Severance tax in cents, by place of the tax code.
    pub(crate) taxed: BTreeMap<u32, i64>,
    /// What the month's field tickets post.
    pub(crate) tickets: Tickets,
    /// Vendor invoices by day of the month, from 0.
    pub(crate) invoices: Vec<Vec<Invoice>>,
}

impl Ground {
    // --- prices ----------------------------------------------------------------------------------------------------

    /// What a unit of a well's product fetches in a month: a barrel, an MCF of its heat, a gallon of liquids, which
    /// follows propane.
    pub(crate) fn price(&self, well: &WellMaster, product: u8, month: Month) -> UnitPrice {
        self.price_on(well, product, month, month)
    }

    /// What tickets of a month are valued at: the market of the month before, the last whose mean is known on its days, by
    /// the terms of this month. The accrual brings the difference.
    pub(crate) fn provisional_price(&self, well: &WellMaster, product: u8, month: Month) -> UnitPrice {
        self.price_on(well, product, month.plus(-1), month)
    }

    /// The price on a month's market by the terms of `month`.
    fn price_on(&self, well: &WellMaster, product: u8, market: Month, month: Month) -> UnitPrice {
        let market = |series| self.prices.month(self.seed, series, market.first()).units();
        let price = match product {
            GAS => {
                let of_hub = i128::from(market(Series::HenryHub)) * i128::from(well.basin.gas_of_henry_hub);
                let is_shoulder = matches!(month.of_year(), 4 | 5 | 9 | 10);
                let discount = if is_shoulder { well.basin.shoulder_discount_cents * 10_000 } else { 0 };
                let per_mmbtu = divide_half_away(of_hub, 10_000) - i128::from(discount);
                divide_half_away(per_mmbtu * i128::from(well.heat_factor), 100_000_000) as i64
            }
            LIQUIDS => {
                let of_propane =
                    i128::from(market(Series::Propane)) * i128::from(well.basin.liquids_of_propane);
                divide_half_away(of_propane, 10_000) as i64
            }
            _ => market(Series::Wti) + well.basin.oil_differential_cents * 10_000,
        };
        UnitPrice::from_units(if price.abs() < PRICE_MIN { PRICE_MIN } else { price })
    }

    /// MMBtu in an MCF of a well's gas; none for what is measured otherwise.
    pub(crate) fn heat(&self, well: u32, product: u8) -> Option<Rate> {
        (product == GAS).then(|| Rate::from_units(self.masters.wells[well as usize].heat_factor))
    }

    // --- sales -----------------------------------------------------------------------------------------------------

    /// A well's sales of a month by product, where it had any.
    pub(crate) fn sales(&self, month: Month, at: u32) -> Vec<(u8, Sale)> {
        let mut runs = Runs::default();
        self.tickets_of(&self.rounds(month), at, |ticket| runs.add(ticket));
        self.sold(month, at, runs)
    }

    /// The sales that a month's run tickets come to.
    fn sold(&self, month: Month, at: u32, Runs([oil, gas]): Runs) -> Vec<(u8, Sale)> {
        let well = &self.masters.wells[at as usize];
        // Gallons follow from the gas that was metered.
        let gallons =
            divide_half_away(i128::from(gas.0) * i128::from(well.basin.liquids_yield), 1_000) as i64;
        let sold = [(OIL, oil), (GAS, gas), (LIQUIDS, (gallons, 0))];
        let made = sold.into_iter().filter(|(_, (volume, _))| *volume > 0);
        made.map(|(product, (volume, ticketed))| (product, self.sale(month, at, product, volume, ticketed)))
            .collect()
    }

    fn sale(&self, month: Month, at: u32, product: u8, volume: i64, ticketed: i64) -> Sale {
        let well = &self.masters.wells[at as usize];
        let price = self.price(well, product, month);
        let made = Quantity::from_units(volume);
        let gross = Money::product(made, price).expect("a month's value fits").units();
        let accrued = self.split(month, at, product, made, price, gross);
        let ticketed = (self.provisional_price(well, product, month), ticketed);
        let mut draw =
            Draw::new(self.seed, Stream::Final, u64::from(at) * 4 + u64::from(product), month.number());
        let is_remeasured = draw.below(100) < REMEASURED;
        let parts = if is_remeasured { draw.between(-150, 150) } else { 0 };
        let measured = Quantity::from_units((volume + volume * parts / 10_000).max(1));
        let paid = UnitPrice::from_units(price.units() + price.units() * draw.between(-50, 50) / 10_000);
        let value = Money::product(measured, paid).expect("a month's value fits").units();
        Sale { ticketed, accrued, last: self.split(month, at, product, measured, paid, value) }
    }

    /// Rounds the gross, the tax and the deduct once each, and splits each by largest remainder. Exempt owners leave the
    /// tax base.
    pub(crate) fn split(
        &self,
        month: Month,
        at: u32,
        product: u8,
        volume: Quantity,
        price: UnitPrice,
        gross: i64,
    ) -> Split {
        let well = &self.masters.wells[at as usize];
        let lease = &self.masters.leases[well.lease as usize];
        let deck = lease.deck(month);
        let parts = largest_remainder(gross, &deck.weights);
        let taxable: i64 = parts
            .iter()
            .zip(&deck.taxed_weights)
            .filter(|(_, weight)| **weight > 0)
            .map(|(part, _)| *part)
            .sum();
        let tax_record = self.masters.tax(at, product, month);
        let tax = tax_record.map_or(0, |tax| self.severance(tax, taxable, volume));
        let fee = gathering_fee(well, product);
        let deduct = Money::product(volume, fee).expect("a deduct fits").units();
        Split {
            volume,
            price,
            gross,
            volumes: largest_remainder(volume.units(), &deck.weights),
            parts,
            tax_record,
            taxable,
            tax,
            tax_parts: largest_remainder(tax, &deck.taxed_weights),
            fee,
            deduct,
            deduct_parts: largest_remainder(deduct, &deck.weights),
        }
    }

    /// The tax on a value and a volume; a negative value owes none.
    fn severance(&self, tax: u32, taxable: i64, volume: Quantity) -> i64 {
        let tax = &self.masters.taxes[tax as usize];
        let by_value = Money::product(Money::from_units(taxable.max(0)), tax.rate).expect("a tax fits");
        let by_volume = Money::product(volume, tax.rate_per_unit).expect("a tax fits");
        (by_value + by_volume).units()
    }

    // --- the month -------------------------------------------------------------------------------------------------

    /// The facts of a month.
    pub(crate) fn facts(&self, month: Month) -> Facts {
        let mut facts = Facts::default();
        let rounds = self.rounds(month);
        for well in self.masters.on_production(month) {
            let mut runs = Runs::default();
            let mut work: [(&'static str, i64); 2] = [(code::WATER_DISPOSAL, 0), (code::WELL_SERVICE, 0)];
            self.tickets_of(&rounds, *well, |ticket| {
                runs.add(ticket);
                let Some((account, vendor)) = ticket_account(ticket.work).zip(ticket.vendor) else { return };
                let cents = ticket.amount.units();
                let service = facts.services.entry(vendor).or_default();
                service.0 += cents;
                service.1 += 1;
                work[usize::from(account == work[1].0)].1 += cents;
            });
            for (account, cents) in work.into_iter().filter(|(_, cents)| *cents > 0) {
                self.worked_on(&mut facts, *well, account, cents);
            }
            for (place, (_, cents)) in (0..).zip(runs.0).filter(|(_, (volume, _))| *volume > 0) {
                post_run(&mut facts.tickets, (*well, place, month), cents);
            }
            for (product, sale) in self.sold(month, *well, runs) {
                facts.sales.insert((*well, product), sale);
            }
        }
        for (vendor, (cents, _)) in &facts.services {
            post_work(&mut facts.tickets, (*vendor, month), *cents);
        }
        facts.invoices = self.invoices(month);
        self.invoiced(&facts.invoices, &mut facts.costs);
        self.projects_invoiced(month, &mut facts.costs);
        self.labour_allocated(month, &mut facts.costs);
        self.materials_moved(month, &mut facts.costs);
        self.plugged(month, &mut facts.costs);
        self.property_taxed(month, &mut facts);
        facts.recoded = self.recoded(month);
        Self::moved_costs(&facts.recoded, &mut facts.costs, &mut facts.taken_off);
        facts.corrections = self.corrections(month);
        facts.taxed = self.taxed(&facts);
        facts
    }

    /// Adds what tickets of work on a well post and cost.
    fn worked_on(&self, facts: &mut Facts, well: u32, account: &'static str, cents: i64) {
        *facts.tickets.entry((account, [well, 0, 0])).or_default() += cents;
        let lease = self.masters.wells[well as usize].lease;
        *facts.costs.entry(Spent { lease, project: None, account, well }).or_default() += cents;
    }

    /// Barrels of oil equivalent that an operated well made in a month, in thousandths, at 8/8.
    pub(crate) fn equivalents(facts: &Facts, well: u32) -> i64 {
        let volume =
            |product| facts.sales.get(&(well, product)).map_or(0, |sale| sale.accrued.volume.units());
        volume(OIL) + volume(GAS) / 6
    }

    /// Volume of a product of a well that others operate, in a month.
    pub(crate) fn others_volume(&self, month: Month, at: u32, product: u8) -> Quantity {
        let well = &self.masters.wells[at as usize];
        if !well.produces_in(month) || !well.sells(product) {
            return Quantity::ZERO;
        }
        let gas = product == LIQUIDS;
        let made =
            volume(well.rate(if gas { GAS } else { product }, month.day(15)), month.length() as f64 * 0.96);
        if !gas {
            return made;
        }
        let gallons = divide_half_away(made.units_wide() * i128::from(well.basin.liquids_yield), 1_000);
        Quantity::from_units(gallons as i64)
    }
}

/// Gathering, processing and transportation of a unit.
fn gathering_fee(well: &WellMaster, product: u8) -> UnitPrice {
    UnitPrice::from_units(match product {
        GAS => well.basin.gathering_cents_per_mcf * 10_000,
        LIQUIDS => 85_000,
        _ => 0,
    })
}

/// The account that a water or service ticket charges.
pub(crate) fn ticket_account(work: Work) -> Option<&'static str> {
    match work {
        Work::Water => Some(code::WATER_DISPOSAL),
        Work::Service => Some(code::WELL_SERVICE),
        Work::Run(_) => None,
    }
}

/// A part of an amount that scatters over two orders of magnitude about `mean`, as amounts of invoices do: the product of
/// three even draws.
pub(crate) fn scattered(draw: &mut Draw, mean: i64) -> i64 {
    let mut scattered = i128::from(mean);
    for _ in 0..3 {
        scattered = scattered * i128::from(draw.between(8, 192)) / 100;
    }
    scattered as i64
}

/// One of a trade's accounts, the first likeliest.
pub(crate) fn account_of(trade: Trade, draw: &mut Draw) -> &'static str {
    let count = trade.accounts.len() as u64;
    trade.accounts[draw.below(count).min(draw.below(count)) as usize]
}

/// The product at a place.
pub(crate) fn product(place: u8) -> Product {
    PRODUCTS[usize::from(place)]
}
