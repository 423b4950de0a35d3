//! Pennsylvania's impact fee (Act 13 of 2012, 58 Pa.C.S. § 2302): each unconventional gas well owes one for each of its first
//! fifteen years from spud, by its year and the year's mean price of gas, to the Public Utility Commission by 1 April of the
//! next year. From the fourth year on a stripper, below 90 MCF a day, owes none.
//!
//! The statute's schedule is raised by the consumer price index in a year in which more wells are spudded than in the one
//! before. The records say where a year's fees are from: the Commission's notice, or the schedule as last known to be raised.

use crate::ground::Ground;
use crate::masters::GAS;
use crate::masters::projects::LEAD;
use crate::month::Month;
use crate::prices::{PriceTable, Series};
use chrono::NaiveDate;
use ledger::reference::TaxRate;
use ledger::{Product, Rate, UnitPrice};

/// The state that levies it.
const STATE: &str = "PA";
/// MCF a day, in thousandths, below which a well is a stripper.
const STRIPPER_RATE: f64 = 90_000.0;
/// The first years of a well for which each fee of a schedule holds; none after fifteen.
const FROM_YEAR: [i32; 5] = [1, 2, 3, 4, 11];
/// Years for which a well owes a fee.
const YEARS: i32 = 15;
/// Prices up to which a schedule holds, in micro-dollars, and its fees in dollars (58 Pa.C.S. § 2302(b)).
const SCHEDULES: [(i128, [i64; 5]); 5] = [
    (2_250_000, [40_000, 30_000, 25_000, 10_000, 5_000]),
    (2_990_000, [45_000, 35_000, 30_000, 15_000, 5_000]),
    (4_990_000, [50_000, 40_000, 30_000, 20_000, 10_000]),
    (5_990_000, [55_000, 45_000, 40_000, 20_000, 10_000]),
    (i128::MAX, [60_000, 55_000, 50_000, 20_000, 10_000]),
];
/// What the index has raised the schedule to from a year on, in parts per thousand: until 2016 by the Commission's own
/// schedule ($50,300 for $50,000), 2021 and 2022 by its notices; the step of 2017 is what these leave for it.
const RAISED: [(i32, i64); 4] = [(2013, 1_006), (2017, 1_013), (2021, 1_080), (2022, 1_150)];
/// The mean price of a year as the Commission announced it, in micro-dollars an MMBtu, and of 2023, which it called about that
/// of 2024; for others that of Henry Hub stands.
const ANNOUNCED: [(i32, i128); 7] = [
    (2018, 3_090_000),
    (2019, 2_630_000),
    (2020, 2_080_000),
    (2021, 3_841_000),
    (2022, 6_644_000),
    (2023, 2_740_000),
    (2024, 2_740_000),
];
/// Fees of a year as the Commission noticed them, in dollars, and where.
const NOTICED: [(i32, [i64; 5], &str); 2] = [
    (2021, [54_000, 43_200, 32_400, 21_600, 10_800], "PUC's notice for 2021; years 11 to 15 by the schedule"),
    (2022, [69_100, 63_200, 57_500, 23_000, 11_600], "PUC's notice for 2022, Pa.B. of 28 January 2023"),
];

/// The code of a fee, by its place in a schedule.
fn code(place: usize) -> String {
    format!("{STATE}-IMPACT-{}", FROM_YEAR[place])
}

/// The fees of a year by place, and where they are from.
fn of_year(year: i32, price: i128) -> ([i64; 5], String) {
    if let Some((_, fees, source)) = NOTICED.iter().find(|(of, ..)| *of == year) {
        return (*fees, (*source).to_owned());
    }
    let (_, schedule) = SCHEDULES.iter().find(|(until, _)| price <= *until).expect("the last has no end");
    let raised = RAISED.iter().rfind(|(from, _)| *from <= year).map_or(1_000, |(_, parts)| *parts);
    // To the hundred, as the Commission has them.
    let fees = schedule.map(|fee| (fee * raised / 1_000 + 50) / 100 * 100);
    let percent = format!("{}.{}", raised / 10, raised % 10);
    (fees, format!("§ 2302(b)'s schedule at {percent} %, not confirmed by a notice"))
}

/// Adds the fees of each year from the one of `since` on, for so many months: each is known, and owed, at its year's end.
pub(crate) fn add(rates: &mut Vec<TaxRate>, seed: u64, prices: &PriceTable, since: Month, months: i32) {
    for year in since.year()..=since.plus(months).year() {
        let hub =
            |month: i32| prices.month(seed, Series::HenryHub, Month(year * 12 + month).first()).units_wide();
        let announced = ANNOUNCED.iter().find(|(of, _)| *of == year);
        let price = announced.map_or_else(|| (0..12).map(hub).sum::<i128>() / 12, |(_, price)| *price);
        let (fees, source) = of_year(year, price);
        for (place, fee) in fees.into_iter().enumerate() {
            rates.push(TaxRate {
                tax_code: code(place),
                effective_date: Month(year * 12 + 11).last(),
                state: STATE.to_owned(),
                product: Product::Gas,
                rate: Rate::from_units(0),
                rate_per_unit: UnitPrice::from_units(fee * 1_000_000),
                due_months: 4,
                due_day: 1,
                statute: format!(
                    "58 Pa.C.S. § 2302, a well's fee for {year} from its year {} on: {source}",
                    FROM_YEAR[place]
                ),
            });
        }
    }
}

impl Ground {
    /// What the wells of a lease owe for the year that ends with a month: well, its year from spud, place of the tax record.
    pub(crate) fn impact_fees(&self, month: Month, lease: u32) -> Vec<(u32, i32, u32)> {
        if month.of_year() != 12 || self.masters.leases[lease as usize].record.state != STATE {
            return Vec::new();
        }
        let wells = self.masters.wells_of(lease).iter();
        wells
            .filter_map(|at| {
                let year = self.year_of_fee(*at, month)?;
                let place = FROM_YEAR.iter().rposition(|from| *from <= year)?;
                Some((*at, year, self.fee(place, month.last())?))
            })
            .collect()
    }

    /// The year from spud for which a well owes a fee at a year's end, if any.
    fn year_of_fee(&self, at: u32, december: Month) -> Option<i32> {
        let well = &self.masters.wells[at as usize];
        let spud = match well.project {
            Some(project) => self.masters.projects[project as usize].spud,
            None => well.first_month().plus(-LEAD),
        };
        let year = december.year() - spud.year() + 1;
        let stands = spud <= december && well.last_month.is_none_or(|last| december <= last);
        // It makes most at the year's beginning.
        let is_stripper = year >= FROM_YEAR[3] && well.rate(GAS, december.plus(-11).day(15)) < STRIPPER_RATE;
        (stands && year <= YEARS && !is_stripper).then_some(year)
    }

    /// The place of the record of a fee that became known on a day.
    fn fee(&self, place: usize, day: NaiveDate) -> Option<u32> {
        let code = code(place);
        let is_it = |tax: &TaxRate| tax.effective_date == day && tax.tax_code == code;
        self.masters.taxes.iter().position(is_it).map(|at| at as u32)
    }

    /// A fee in cents.
    pub(crate) fn fee_cents(&self, record: u32) -> i64 {
        self.masters.taxes[record as usize].rate_per_unit.units() / 10_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::sound::world;
    use crate::taxes;
    use crate::template::Template;
    use ledger::chart::code;

    #[test]
    fn fees_are_the_commissions_where_it_gave_notice_and_follow_the_price_of_gas_elsewhere() {
        assert_eq!(of_year(2022, 6_644_000).0[0], 69_100);
        assert_eq!(of_year(2016, 2_460_000).0, [45_300, 35_200, 30_200, 15_100, 5_000]);
        assert_eq!(of_year(2024, 2_740_000).0, [51_800, 40_300, 34_500, 17_300, 5_800]);
        let dear = of_year(2025, 3_520_000);
        assert_eq!(dear.0, [57_500, 46_000, 34_500, 23_000, 11_500]);
        assert!(dear.1.ends_with("not confirmed by a notice"));
    }

    #[test]
    fn wells_of_pennsylvania_owe_a_years_fee_at_its_end_and_the_commission_is_paid_before_april() {
        let world = world();
        let december = Month::of("2024-12-01".parse().unwrap());
        let (mut owed, mut wells) = (0, 0);
        for lease in 0..world.ground.masters.leases.len() as u32 {
            let fees = world.ground.impact_fees(december, lease);
            let is_operated = world
                .ground
                .masters
                .wells_of(lease)
                .iter()
                .all(|at| world.ground.masters.wells[*at as usize].is_operated());
            if fees.is_empty() || !is_operated {
                continue;
            }
            let document = Document::new(Template::ImpactFeeAccrual, december, lease, 0);
            let draft = world.draft(document, taxes::entered_on(world, document));
            let expensed = draft.lines.iter().filter(|line| line.account_code == code::AD_VALOREM_EXPENSE);
            let expensed: i64 = expensed.map(|line| line.amount.units()).sum();
            assert_eq!(expensed, fees.iter().map(|(.., fee)| world.ground.fee_cents(*fee)).sum::<i64>());
            assert_eq!(draft.posting_date, december.last());
            (owed, wells) = (owed + expensed, wells + fees.len());
            assert!(fees.iter().all(|(_, year, _)| (1..=YEARS).contains(year)));
        }
        assert!(wells > 5, "{wells}");
        let march = december.plus(3);
        let mut found = Vec::new();
        taxes::due(world, march, &world.standing(march), &mut found);
        found.retain(|document| document.template == Template::ImpactFeePayment);
        assert_eq!(found.len(), 1);
        let paid_on = taxes::entered_on(world, found[0]);
        assert_eq!(paid_on, "2025-03-31".parse().unwrap());
        let paid = world.draft(found[0], paid_on);
        let cleared = paid.lines.iter().filter(|line| line.clears_entry_id.is_some());
        assert_eq!(cleared.map(|line| line.amount.units()).sum::<i64>(), owed);
    }
}
