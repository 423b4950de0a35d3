//! What happens in the field in a month: meters are read, trucks haul oil and water, crews service wells.
//!
//! Meters are read by telemetry, well after well in turn, every 30 seconds round the clock (at scale 1), so that no batch of
//! live mode is empty. Of a well with much oil one reading a day is the run through its automatic custody meter. The others
//! fill tanks that trucks empty, at any hour but mostly by day; water goes as its tank fills; crews come by day and on
//! working days. So hours, weekdays and holidays have their own shape, and no two days as many tickets.
//!
//! Gas and metered oil of a day come to what the well made on that day, hauled oil to what it made in the month: its tank
//! holds as much at the end of a month as at its beginning.

use crate::ground::Ground;
use crate::masters::wells::{WellMaster, volume};
use crate::masters::{GAS, OIL};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ledger::period::is_business_day;
use ledger::split::largest_remainder;
use ledger::{Money, Quantity, UnitPrice};

/// Meter readings a day at scale 1: one every 30 seconds.
const READINGS_A_DAY: u64 = 2_880;
/// Barrels a day, in thousandths, from which on a well has a custody meter of its own.
const METERED_FROM: f64 = 120_000.0;
/// What a truck carries of oil and of water at most on the mean of a month, in thousandths of a barrel. Loads scatter about
/// the mean by the parts per hundred that follow.
const OIL_LOAD: (i64, i64) = (178_000, 8);
const WATER_LOAD: (i64, i64) = (121_000, 7);
/// Of a well's water, the part that leaves by truck; pipes take the rest to the company's own wells.
const HAULED_OF_WATER: i64 = 4;
/// What of a basin's lease operating expense is done by the hour, on field tickets, in parts per hundred.
const SERVICED_OF_EXPENSE: i64 = 18;
/// Hours of a hundred visits that crews make on days of rest.
const SERVICED_AT_REST: u64 = 15;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// What a field ticket records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Oil or gas that left the lease, by place of the product.
    Run(u8),
    /// Produced water hauled away.
    Water,
    /// A visit by a service company.
    Service,
}

/// A field ticket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) well: u32,
    pub(crate) work: Work,
    /// Milliseconds since its month began.
    at: u32,
    pub(crate) quantity: Quantity,
    pub(crate) price: UnitPrice,
    /// Quantity times price; negative where the price is.
    pub(crate) amount: Money,
    /// Who hauled or serviced; of a meter nobody.
    pub(crate) vendor: Option<u32>,
}

impl Ticket {
    /// When a ticket of a month is entered.
    pub(crate) fn entered_at(&self, month: Month) -> DateTime<Utc> {
        month.begins_at() + TimeDelta::milliseconds(i64::from(self.at))
    }
}

/// In which order the meters of a month are read.
#[derive(Debug)]
pub(crate) struct Rounds<'g> {
    month: Month,
    wells: &'g [u32],
    /// Wells that begin within the month: place among its wells, and first day.
    young: Vec<(usize, NaiveDate)>,
    /// Readings a day.
    readings: u64,
}

impl Rounds<'_> {
    /// When a well's meters are read on a day, in milliseconds of it; nothing before the well begins.
    fn read_at(&self, place: usize, day: NaiveDate) -> impl Iterator<Item = i64> {
        let waiting = || self.young.iter().filter(|(_, first)| *first > day);
        let wells = (self.wells.len() - waiting().count()) as u64;
        let place = (place - waiting().filter(|(at, _)| *at < place).count()) as u64;
        let turned = u64::from(day.to_epoch_days().unsigned_abs()) * self.readings % wells;
        let readings = self.readings;
        let slots = ((place + wells - turned) % wells..readings).step_by(wells as usize);
        slots.map(move |slot| (slot * DAY.unsigned_abs() / readings) as i64)
    }
}

/// A well's month as its tickets are written.
struct Book<'w, F> {
    ground: &'w Ground,
    well: u32,
    master: &'w WellMaster,
    /// Days of the month on which it produces, each with what it made of oil in thousandths of a barrel.
    days: Vec<(NaiveDate, i64)>,
    month: Month,
    draw: Draw,
    each: F,
}

impl Ground {
    /// The order in which the meters of a month are read.
    pub(crate) fn rounds(&self, month: Month) -> Rounds<'_> {
        let wells = self.masters.on_production(month);
        let begins = |at: &u32| self.masters.wells[*at as usize].record.first_production_date;
        let first = wells.iter().map(begins).enumerate();
        let young = first.filter(|(_, day)| *day > month.first()).collect();
        Rounds { month, wells, young, readings: READINGS_A_DAY * u64::from(self.scale) }
    }

    /// Every ticket of a month, in the order in which they are entered.
    pub(crate) fn field(&self, month: Month) -> Vec<Ticket> {
        let rounds = self.rounds(month);
        let mut tickets = Vec::new();
        for well in rounds.wells {
            self.tickets_of(&rounds, *well, |ticket| tickets.push(*ticket));
        }
        tickets.sort_unstable_by_key(|ticket| (ticket.at, ticket.well, ticket.work, ticket.quantity));
        tickets.shrink_to_fit();
        tickets
    }

    /// Every ticket of a well in a month; none where it is not on production.
    pub(crate) fn tickets_of(&self, rounds: &Rounds<'_>, well: u32, each: impl FnMut(&Ticket)) {
        let Ok(place) = rounds.wells.binary_search(&well) else { return };
        let month = rounds.month;
        let master = &self.masters.wells[well as usize];
        let days = month.days().filter(|day| master.has_begun(*day)).map(|day| (day, 0)).collect();
        let draw = Draw::new(self.seed, Stream::Volume, u64::from(well), month.number());
        let mut book = Book { ground: self, well, master, days, month, draw, each };
        let is_metered = book.read_meters(rounds, place);
        if !is_metered {
            book.haul_oil();
        }
        book.haul_water();
        book.service();
    }
}

impl<F: FnMut(&Ticket)> Book<'_, F> {
    fn write(
        &mut self,
        (day, at): (NaiveDate, i64),
        work: Work,
        (quantity, price): (i64, UnitPrice),
        vendor: Option<u32>,
    ) {
        let at = (day - self.month.first()).num_days() * DAY + at;
        let quantity = Quantity::from_units(quantity);
        let amount = Money::product(quantity, price).expect("a ticket's value fits");
        (self.each)(&Ticket { well: self.well, work, at: at as u32, quantity, price, amount, vendor });
    }

    /// Reads the meters day by day, and keeps what oil each made; says whether that goes through a meter, too.
    fn read_meters(&mut self, rounds: &Rounds<'_>, place: usize) -> bool {
        let at_price = |product| self.ground.provisional_price(self.master, product, self.month);
        let (oil_price, gas_price) = (at_price(OIL), at_price(GAS));
        let is_read_often = rounds.readings >= 2 * rounds.wells.len() as u64;
        let is_metered = is_read_often && self.master.rate(OIL, self.month.day(15)) >= METERED_FROM;
        for nth in 0..self.days.len() {
            let day = self.days[nth].0;
            let made = self.made(day);
            self.days[nth].1 = volume(self.master.rate(OIL, day), made).units();
            let gas = volume(self.master.rate(GAS, day), made).units();
            let mut read_at: Vec<i64> = rounds.read_at(place, day).collect();
            if is_metered {
                let at = read_at.remove(read_at.len() / 2);
                self.write((day, at), Work::Run(OIL), (self.days[nth].1.max(1_000), oil_price), None);
            }
            let weights: Vec<i64> = read_at.iter().map(|_| self.draw.between(88, 112)).collect();
            let parts = largest_remainder(gas.max(1_000 * weights.len() as i64), &weights);
            for (at, part) in read_at.into_iter().zip(parts) {
                self.write((day, at), Work::Run(GAS), (part, gas_price), None);
            }
        }
        is_metered
    }

    /// The part of a day's rate that is made: on one day of fourteen the well is down for hours.
    fn made(&mut self, day: NaiveDate) -> f64 {
        let is_down = self.draw.below(1_000) < 70 && day > self.master.record.first_production_date;
        let up = if is_down { self.draw.between(300, 700) } else { 1_000 };
        up as f64 / 1_000.0 * (1.0 + self.draw.between(-40, 40) as f64 / 1_000.0)
    }

    /// Trucks take the oil as the tank fills.
    fn haul_oil(&mut self) {
        let price = self.ground.provisional_price(self.master, OIL, self.month);
        let made: i64 = self.days.iter().map(|(_, oil)| oil).sum();
        if !self.master.sells(OIL) || made == 0 {
            return;
        }
        let loads = self.loads(made, OIL_LOAD);
        // A tank's stock, which each month leaves as it was; a new well's is empty.
        let is_new = self.month <= self.master.first_month();
        let mut tank = Draw::new(self.ground.seed, Stream::Volume, u64::from(self.well), 0);
        let stock = if is_new { 0 } else { loads[0] * tank.between(0, 99) / 100 };
        let (mut hauled, mut filled, mut nth) = (0, self.days[0].1, 0);
        for load in loads {
            hauled += load;
            while filled + stock < hauled && nth + 1 < self.days.len() {
                nth += 1;
                filled += self.days[nth].1;
            }
            let at = self.some_time(28);
            let hauler = self.ground.masters.counterparties.hauler(&mut self.draw);
            self.write((self.days[nth].0, at), Work::Run(OIL), (load, price), Some(hauler));
        }
    }

    /// Trucks take a part of the water.
    fn haul_water(&mut self) {
        let master = self.master;
        let water = |day: NaiveDate| {
            let oil = master.rate(OIL, day).max(master.rate(GAS, day) / 100.0);
            volume(oil * master.water_cut(day), 1.0).units()
        };
        let hauled = self.days.iter().map(|(day, _)| water(*day)).sum::<i64>() / HAULED_OF_WATER;
        if hauled < 1_000 {
            return;
        }
        let loads = self.loads(hauled, WATER_LOAD);
        let (days, count) = (self.days.len() as u64, loads.len() as u64);
        for (nth, load) in (0..).zip(loads) {
            let day = self.days[((nth * days + self.draw.below(days)) / count) as usize].0;
            let at = self.some_time(22);
            let hauler = self.ground.masters.counterparties.hauler(&mut self.draw);
            let price = UnitPrice::from_units(self.draw.between(168, 276) * 10_000);
            self.write((day, at), Work::Water, (load, price), Some(hauler));
        }
    }

    /// Crews work on the well by the hour: the field's share of what the basin's wells cost.
    fn service(&mut self) {
        let days = self.days.len();
        let expense = self.master.expense(self.days[days / 2].0, days as i64);
        let mut left = expense * SERVICED_OF_EXPENSE / 100;
        loop {
            // Whole and half hours, at an hourly rate in dollars.
            let rate = self.draw.between(85, 210);
            let of_half = rate * 50;
            let halves = self.draw.between(2, 20).min((left + of_half / 2) / of_half);
            if halves < 2 {
                return;
            }
            left -= halves * of_half;
            let day = self.some_working_day();
            // From 07:30 to 17:30 Central, most about noon.
            let at = 27 * HOUR / 2 + self.draw.between(0, 5 * HOUR) + self.draw.between(0, 5 * HOUR);
            let servicer = self.ground.masters.counterparties.servicer(&mut self.draw);
            let price = UnitPrice::from_units(rate * 1_000_000);
            self.write((day, at), Work::Service, (halves * 500, price), Some(servicer));
        }
    }

    /// As many loads as a volume takes.
    fn loads(&mut self, volume: i64, (most, scatter): (i64, i64)) -> Vec<i64> {
        let count = (volume + most - 1) / most;
        let weights: Vec<i64> = (0..count).map(|_| self.draw.between(100 - scatter, 100 + scatter)).collect();
        largest_remainder(volume, &weights)
    }

    /// A time of day at which trucks come: so many of a hundred by night, from 18:00 to 06:00 Central.
    fn some_time(&mut self, at_night: u64) -> i64 {
        let is_night = self.draw.below(100) < at_night;
        self.draw.between(0, DAY / 2 - 1) + if is_night { 0 } else { DAY / 2 }
    }

    /// A day on which crews work: seldom one of rest.
    fn some_working_day(&mut self) -> NaiveDate {
        let days = self.days.len() as u64;
        let mut day = self.days[self.draw.below(days) as usize].0;
        // A well that began on the month's last Saturday has no working day.
        for _ in 0..8 {
            if is_business_day(day) || self.draw.below(100) < SERVICED_AT_REST {
                break;
            }
            day = self.days[self.draw.below(days) as usize].0;
        }
        day
    }
}
