//! What happened in a month, before anybody booked it: tickets, volumes, revenue splits, costs.
//!
//! A month's facts are a pure function of the run and the month. They are what several documents share: the accrual sums
//! the tickets, the receipt sums the finals, the cut-back sums the costs.

use crate::masters::{Masters, PRODUCTS, WellMaster};
use crate::month::Month;
use crate::prices::{PriceTable, Series};
use crate::random::{Draw, Stream};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::split::largest_remainder;
use ledger::{Money, Product, Quantity, UnitPrice};
use std::collections::BTreeMap;

/// Field tickets a day at scale 1: one every 30 seconds.
pub(crate) const TICKETS_A_DAY: u64 = 2_880;
/// Gathering and transportation of an MCF, in micro-dollars.
const GATHERING_PER_MCF: i64 = 350_000;
/// Vendor invoices a business day at scale 1.
pub(crate) const INVOICES_A_DAY: u32 = 210;

/// The genesis as the templates see it.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) seed: u64,
    pub(crate) scale: u32,
    pub(crate) prices: PriceTable,
    pub(crate) masters: Masters,
}

/// What a field ticket records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Oil or gas that left the lease.
    Run(Product),
    /// Produced water hauled away.
    Water,
    /// A visit by a service company.
    Service,
}

/// A field ticket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) well: usize,
    pub(crate) work: Work,
    pub(crate) quantity: Quantity,
    pub(crate) price: UnitPrice,
    pub(crate) amount: Money,
    pub(crate) vendor: usize,
}

/// One well and product of a month, priced and split among its owners.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    pub(crate) volume: Quantity,
    pub(crate) price: UnitPrice,
    /// Value at 8/8.
    pub(crate) gross: Money,
    /// Parts of the gross, in the order of the lease's interests.
    pub(crate) parts: Vec<i64>,
    /// What tax was levied on, the tax, and its parts.
    pub(crate) taxable: Money,
    pub(crate) tax: Money,
    pub(crate) tax_parts: Vec<i64>,
    /// Gathering and its parts.
    pub(crate) deduct: Money,
    pub(crate) deduct_parts: Vec<i64>,
}

impl Split {
    /// What the `i`-th interest is owed.
    pub(crate) fn net(&self, i: usize) -> i64 {
        self.parts[i] - self.tax_parts[i] - self.deduct_parts[i]
    }
}

/// The facts of a month.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// As accrued from the tickets, by well and product.
    pub(crate) accrued: BTreeMap<(usize, usize), Split>,
    /// As finally measured and priced.
    pub(crate) finals: BTreeMap<(usize, usize), Split>,
    /// Water and service tickets in cents, by vendor, with the number of tickets.
    pub(crate) services: BTreeMap<usize, (i64, u32)>,
    /// Cost in cents by lease, account and well.
    pub(crate) costs: BTreeMap<(usize, &'static str, usize), i64>,
    /// What owners are owed for the month's finals, by owner number.
    pub(crate) owed: BTreeMap<String, i64>,
    /// Gross of the finals by purchaser.
    pub(crate) sold: BTreeMap<usize, i64>,
    /// Tax of the finals by tax record.
    pub(crate) taxed: BTreeMap<usize, i64>,
}

impl Ground {
    /// Tickets a day at this scale.
    pub(crate) fn tickets_a_day(&self) -> u64 {
        TICKETS_A_DAY * u64::from(self.scale)
    }

    /// When the `slot`-th ticket since 1970 is entered: on an even grid round the clock.
    pub(crate) fn ticket_at(&self, slot: u64) -> DateTime<Utc> {
        let per_day = u128::from(self.tickets_a_day());
        let micros = u128::from(slot) * 86_400_000_000 / per_day;
        DateTime::from_timestamp_micros(micros as i64).expect("a ledger's instants are within chrono's range")
    }

    /// The slots of a month.
    pub(crate) fn slots(&self, month: Month) -> std::ops::Range<u64> {
        let slot = |date: NaiveDate| u64::from(date.to_epoch_days().unsigned_abs()) * self.tickets_a_day();
        slot(month.first())..slot(month.plus(1).first())
    }

    /// The ticket of a slot. Wells are visited in turn; seven visits make a cycle of three oil runs, two gas meterings, a
    /// water haul and a service.
    pub(crate) fn ticket(&self, slot: u64) -> Ticket {
        let wells = self.masters.wells.len() as u64;
        let (at, visit) = ((slot % wells) as usize, slot / wells);
        let well = &self.masters.wells[at];
        let work = match visit % 7 {
            0 | 2 | 5 => Work::Run(Product::Oil),
            3 | 6 => Work::Run(Product::Gas),
            4 => Work::Water,
            _ => Work::Service,
        };
        let day =
            NaiveDate::from_epoch_days((slot / self.tickets_a_day()) as i32).expect("a day of the ledger");
        let mut draw = Draw::new(self.seed, Stream::Volume, at as u64, slot);
        let days_a_cycle = 7.0 * wells as f64 / self.tickets_a_day() as f64;
        let noise = 1.0 + draw.between(-40, 40) as f64 / 1_000.0;
        let vendor = draw.below(self.masters.vendors.len() as u64) as usize;
        let (quantity, price) = match work {
            Work::Run(product) => {
                let tickets = if product == Product::Oil { 3.0 } else { 2.0 };
                let volume = rate(well, product, day) * days_a_cycle / tickets * noise;
                (Quantity::from_units((volume.round() as i64).max(1)), self.price(well, product, day))
            }
            Work::Water => {
                let water = rate(well, Product::Oil, day).max(4_000.0) * days_a_cycle * 0.9 * noise;
                (Quantity::from_units((water.round() as i64).max(1_000)), UnitPrice::from_units(620_000))
            }
            Work::Service => (
                Quantity::from_units(draw.between(2, 14) * 500),
                UnitPrice::from_units(draw.between(85, 210) * 1_000_000),
            ),
        };
        let value = Money::product(quantity, price).expect("a ticket's value fits");
        // A ticket is worth at least a cent: lines of nothing do not exist.
        let amount = if value.is_zero() { Money::from_units(1) } else { value };
        Ticket { well: at, work, quantity, price, amount, vendor }
    }

    /// What a unit of a well's product fetches in `day`'s month.
    pub(crate) fn price(&self, well: &WellMaster, product: Product, day: NaiveDate) -> UnitPrice {
        match product {
            Product::Gas => {
                let hub = self.prices.month(self.seed, Series::HenryHub, day).units();
                let by_basin =
                    divide_half_away(i128::from(hub) * i128::from(well.basin.gas_of_henry_hub), 10_000);
                UnitPrice::from_units(
                    divide_half_away(by_basin * i128::from(well.heat_factor), 100_000_000) as i64
                )
            }
            _ => {
                let wti = self.prices.month(self.seed, Series::Wti, day).units();
                UnitPrice::from_units(wti + well.basin.oil_differential_cents * 10_000)
            }
        }
    }

    /// The facts of a month.
    pub(crate) fn facts(&self, month: Month) -> Facts {
        let mut facts = Facts::default();
        let mut runs: BTreeMap<(usize, usize), (i64, i64)> = BTreeMap::new();
        for slot in self.slots(month) {
            let ticket = self.ticket(slot);
            let lease = self.masters.wells[ticket.well].lease;
            match ticket.work {
                Work::Run(product) => {
                    let run = runs.entry((ticket.well, place(product))).or_default();
                    run.0 += ticket.quantity.units();
                    run.1 += ticket.amount.units();
                }
                Work::Water | Work::Service => {
                    let service = facts.services.entry(ticket.vendor).or_default();
                    service.0 += ticket.amount.units();
                    service.1 += 1;
                    *facts.costs.entry((lease, ticket_account(ticket.work), ticket.well)).or_default() +=
                        ticket.amount.units();
                }
            }
        }
        for ((well, product), (volume, gross)) in runs {
            self.split_month(&mut facts, month, (well, product), volume, gross);
        }
        for day in days(month) {
            for invoice in self.invoices(day) {
                for line in &invoice.lines {
                    let lease = self.masters.wells[line.well].lease;
                    *facts.costs.entry((lease, line.account, line.well)).or_default() += line.cents;
                }
            }
        }
        facts
    }

    fn split_month(&self, facts: &mut Facts, month: Month, key: (usize, usize), volume: i64, gross: i64) {
        let (at, product) = key;
        let well = &self.masters.wells[at];
        let price = self.price(well, PRODUCTS[product], month.first());
        let accrued = self.split(at, product, Quantity::from_units(volume), price, Money::from_units(gross));
        let mut draw = Draw::new(self.seed, Stream::Final, at as u64 * 2 + product as u64, month.number());
        let final_volume = volume + volume * draw.between(-150, 150) / 10_000;
        let final_price =
            UnitPrice::from_units(price.units() + price.units() * draw.between(-50, 50) / 10_000);
        let quantity = Quantity::from_units(final_volume.max(1));
        let value = Money::product(quantity, final_price).expect("a month's value fits");
        let last = self.split(at, product, quantity, final_price, value);
        let lease = &self.masters.leases[well.lease];
        *facts.sold.entry(lease.purchaser).or_default() += last.gross.units();
        if let Some(tax) = well.tax[product] {
            *facts.taxed.entry(tax).or_default() += last.tax.units();
        }
        for (i, interest) in lease.interests.iter().enumerate().skip(1) {
            *facts.owed.entry(interest.owner_id.clone()).or_default() += last.net(i);
        }
        facts.accrued.insert(key, accrued);
        facts.finals.insert(key, last);
    }

    /// Rounds the gross, the tax and the deduct once each, and splits each by largest remainder. Exempt owners leave the
    /// tax base.
    fn split(&self, at: usize, product: usize, volume: Quantity, price: UnitPrice, gross: Money) -> Split {
        let well = &self.masters.wells[at];
        let interests = &self.masters.leases[well.lease].interests;
        let weights: Vec<i64> = interests.iter().map(|share| share.decimal_interest.units()).collect();
        let parts = largest_remainder(gross.units(), &weights);
        let taxed: Vec<i64> = interests
            .iter()
            .zip(&weights)
            .map(|(share, weight)| if self.masters.exempt[&share.owner_id] { 0 } else { *weight })
            .collect();
        let taxable = interests
            .iter()
            .zip(&parts)
            .filter(|(share, _)| !self.masters.exempt[&share.owner_id])
            .map(|(_, part)| *part)
            .sum::<i64>();
        let tax = well.tax[product].map_or(0, |tax| {
            let tax = &self.masters.taxes[tax];
            let by_value = Money::product(Money::from_units(taxable), tax.rate).expect("a tax fits");
            let by_volume = Money::product(volume, tax.rate_per_unit).expect("a tax fits");
            // A negative value owes no tax.
            (by_value + by_volume).units().max(0)
        });
        let deduct = if PRODUCTS[product] == Product::Gas {
            Money::product(volume, UnitPrice::from_units(GATHERING_PER_MCF)).expect("a deduct fits").units()
        } else {
            0
        };
        Split {
            volume,
            price,
            gross,
            parts,
            taxable: Money::from_units(taxable),
            tax: Money::from_units(tax),
            tax_parts: largest_remainder(tax, &taxed),
            deduct: Money::from_units(deduct),
            deduct_parts: largest_remainder(deduct, &weights),
        }
    }

    /// The vendor invoices entered on a day.
    pub(crate) fn invoices(&self, day: NaiveDate) -> Vec<Invoice> {
        if !ledger::period::is_business_day(day) {
            return Vec::new();
        }
        (0..INVOICES_A_DAY * self.scale).map(|index| self.invoice(day, index)).collect()
    }

    /// The `index`-th vendor invoice of a day: one to eight lines of lease operating expense on one lease's wells.
    pub(crate) fn invoice(&self, day: NaiveDate, index: u32) -> Invoice {
        let mut draw = Draw::new(
            self.seed,
            Stream::Invoice,
            u64::from(index),
            u64::from(day.num_days_from_ce().unsigned_abs()),
        );
        let vendor = draw.below(self.masters.vendors.len() as u64) as usize;
        let first_well = draw.below(self.masters.wells.len() as u64) as usize;
        let lease = self.masters.wells[first_well].lease;
        let wells: Vec<usize> = (0..self.masters.wells.len())
            .skip(lease * 4)
            .take(4)
            .filter(|at| self.masters.wells[*at].lease == lease)
            .collect();
        let count = *draw.pick(&[1, 1, 1, 2, 2, 3, 4, 8]);
        // A business day's invoices sum to about what the basin's wells cost in a month, over 21 days.
        let mean = self.masters.wells[first_well].basin.expense_dollars * 100 / 11;
        let lines = (0..count)
            .map(|_| {
                let scatter = draw.between(5, 100) * draw.between(5, 100);
                InvoiceLine {
                    account: EXPENSES[draw.below(EXPENSES.len() as u64) as usize],
                    well: *draw.pick(&wells),
                    cents: (mean * scatter / 2_500 / i64::from(count)).max(1_25),
                }
            })
            .collect();
        Invoice { vendor, lines, age_days: draw.below(5) }
    }
}

/// A vendor invoice.
#[derive(Debug)]
pub(crate) struct Invoice {
    pub(crate) vendor: usize,
    pub(crate) lines: Vec<InvoiceLine>,
    /// Days between its date and its entry.
    pub(crate) age_days: u64,
}

/// A line of an invoice.
#[derive(Debug)]
pub(crate) struct InvoiceLine {
    pub(crate) account: &'static str,
    pub(crate) well: usize,
    pub(crate) cents: i64,
}

/// What vendors invoice.
const EXPENSES: [&str; 7] = [
    code::LABOUR,
    code::CHEMICALS,
    code::FUEL,
    code::POWER,
    code::COMPRESSION,
    code::WELL_SERVICE,
    code::OTHER_EXPENSE,
];

/// The account that a water or service ticket charges.
pub(crate) fn ticket_account(work: Work) -> &'static str {
    match work {
        Work::Water => code::WATER_DISPOSAL,
        Work::Service => code::WELL_SERVICE,
        Work::Run(_) => code::ACCRUED_SALES,
    }
}

/// Place of a product in [`PRODUCTS`].
pub(crate) fn place(product: Product) -> usize {
    usize::from(product == Product::Gas)
}

/// The days of a month.
pub(crate) fn days(month: Month) -> impl Iterator<Item = NaiveDate> {
    month.first().iter_days().take_while(move |day| *day <= month.last())
}

/// Daily rate in thousandths by Arps: q = qi / (1 + b·D·t)^(1/b), t in months of production.
fn rate(well: &WellMaster, product: Product, day: NaiveDate) -> f64 {
    let months = (day - well.record.first_production_date).num_days().max(0) as f64 / 30.4375;
    let base = 1.0 + well.exponent * well.monthly_decline * months;
    let primary = well.initial_rate / libm::pow(base, 1.0 / well.exponent);
    match (well.record.primary_product, product) {
        (Product::Gas, Product::Gas) => primary,
        (Product::Gas, _) => primary / well.gas_ratio,
        (_, Product::Gas) => primary * well.gas_ratio,
        _ => primary,
    }
}
