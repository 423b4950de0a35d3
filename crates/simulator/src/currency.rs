//! The Canadian dollar: what it is worth on a day, what of invoices in it is open at a month's end, and what that is then
//! worth.
//!
//! Of the past only monthly means are built in. A month's mean is taken as the rate of its 15th, and the days between two of
//! them lie on the line between: so a day has a rate of its own, and the days of a month are near its mean. A day without
//! business keeps the rate of the last that had some.
//!
//! An invoice is booked at the rate of the day on which it is entered, and paid in its own currency at that of the day of
//! payment. An open invoice is brought to the rate of the month's last day, the difference is an unrealised gain or loss, and
//! the entry is reversed on the first day of the next month; so a payment books the whole difference to the invoice as
//! realised.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::Ground;
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::payables;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::period::on_or_before;
use ledger::{Money, Quantity, Rate, UnitPrice};
use std::collections::BTreeMap;

/// The first month of [`MONTHLY_MEANS`].
const FIRST: (i32, u32) = (2018, 1);
/// Canadian dollars for a US dollar, in ten-thousandths: the monthly means of the Federal Reserve's noon rates (release G.5,
/// series EXCAUS), in the public domain, from January 2018 to January 2026. Behind them there is a seeded path, before them
/// the first.
#[rustfmt::skip]
const MONTHLY_MEANS: [i64; 97] = [
    12429, 12588, 12933, 12732, 12866, 13125, 13133, 13042, 13034, 13004, 13205, 13436,
    13300, 13209, 13371, 13378, 13460, 13289, 13105, 13273, 13241, 13189, 13237, 13169,
    13089, 13286, 13960, 14048, 13972, 13552, 13497, 13229, 13230, 13218, 13073, 12809,
    12725, 12696, 12569, 12494, 12125, 12220, 12530, 12599, 12671, 12434, 12567, 12800,
    12622, 12711, 12660, 12628, 12859, 12804, 12936, 12917, 13339, 13689, 13457, 13585,
    13422, 13454, 13683, 13484, 13517, 13286, 13211, 13478, 13531, 13712, 13707, 13416,
    13423, 13500, 13536, 13674, 13667, 13705, 13714, 13655, 13546, 13757, 13973, 14247,
    14389, 14299, 14356, 13981, 13867, 13668, 13691, 13797, 13834, 13988, 14056, 13795,
    13771,
];
/// The day of a month that its mean is taken for.
const MIDDLE: u64 = 15;
/// Months back in which an invoice that is open at a month's end can have come in: terms are at most 45 days, none is paid
/// more than a week late, and two months have 59.
const OPEN_MONTHS: i32 = 1;

impl Ground {
    /// US dollars for a Canadian dollar on a day, with six digits after the point.
    pub(crate) fn exchange_rate(&self, day: NaiveDate) -> Rate {
        let day = on_or_before(day);
        let month = Month::of(day);
        let middle = |month: Month| month.day(MIDDLE);
        let from = if day < middle(month) { month.plus(-1) } else { month };
        let until = from.plus(1);
        let (passed, whole) = ((day - middle(from)).num_days(), (middle(until) - middle(from)).num_days());
        // Quoted in ten-thousandths, as the means are.
        let canadian = self.canadian(from) * (whole - passed) + self.canadian(until) * passed;
        let canadian = divide_half_away(i128::from(canadian), i128::from(whole));
        Rate::from_units(divide_half_away(10_000 * 1_000_000, canadian) as i64 * 100)
    }

    /// Canadian dollars for a US dollar in a month's mean, in ten-thousandths.
    fn canadian(&self, month: Month) -> i64 {
        let (year, first) = FIRST;
        let at = month.0 - (year * 12 + first as i32 - 1);
        let last = MONTHLY_MEANS.len() as i32 - 1;
        let mut canadian = MONTHLY_MEANS[at.clamp(0, last) as usize];
        for after in last + 1..=at {
            // At most 1.5 % a month, and drawn back to where it began by a tenth of the distance.
            let month = month.plus(after - at);
            let mut draw = Draw::new(self.seed, Stream::Exchange, 0, month.number());
            let step = canadian * draw.between(-150, 150) / 10_000;
            canadian += step + (MONTHLY_MEANS[last as usize] - canadian) / 10;
        }
        canadian
    }
}

/// What is owed in Canadian dollars, and what it was booked at in US dollars.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    canadian: i64,
    booked: i64,
}

impl Open {
    /// What it is worth more at a rate.
    fn gained(self, rate: Rate) -> i64 {
        Money::product(Money::from_units(self.canadian), rate).expect("payables fit").units() - self.booked
    }
}

/// Invoices in Canadian dollars that a company owes at a month's end, by vendor.
fn open(world: &World, month: Month, company: u8) -> BTreeMap<u32, Open> {
    let mut open: BTreeMap<u32, Open> = BTreeMap::new();
    for month_of in (0..=OPEN_MONTHS).map(|back| month.plus(-back)) {
        if month_of < world.ground.masters.base {
            continue;
        }
        let facts = world.facts(month_of);
        for (subject, of_day) in (0..).zip(&facts.invoices) {
            for (part, invoice) in (0..).zip(of_day) {
                if invoice.company != company || invoice.rate.is_none() {
                    continue;
                }
                let payment = Document::new(Template::VendorPayment, month_of, subject, part).of(company);
                if payables::entered_on(world, payment) > month.last() {
                    let (canadian, booked) = invoice.total();
                    let of_vendor = open.entry(invoice.vendor).or_default();
                    of_vendor.canadian += canadian;
                    of_vendor.booked += booked;
                }
            }
        }
    }
    open
}

/// Every document of this family whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let rate = world.ground.exchange_rate(month.last());
    for company in [OPERATOR, NON_OPERATOR, MIDSTREAM] {
        if open(world, month, company).values().any(|open| open.gained(rate) != 0) {
            let document = Document::new(Template::ExchangeRevaluation, month, 0, 0).of(company);
            found.extend([document, document.as_template(Template::ExchangeRevaluationReversal)]);
        }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    document.month.plus(1).working_day(3)
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let target = document.as_template(Template::ExchangeRevaluation);
    let revalued = revaluation(world, target, entered_on);
    if document.template == Template::ExchangeRevaluation {
        return revalued;
    }
    revalued.mirror(document, entered_on, world.id(target))
}

/// Cr vouchers payable, a line a vendor, by what its open invoices are worth more / Dr unrealised exchange loss;
/// auto-reversed.
fn revaluation(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    let rate = ground.exchange_rate(month.last());
    let what = format!("Canadian dollar payables at the rate of {}", on_or_before(month.last()));
    let mut draft = Draft::new(document, entered_on, what);
    draft.auto_reverse_on = Some(month.plus(1).first());
    let open = open(world, month, document.company);
    for (vendor, open) in &open {
        draft.credit(code::VOUCHERS_PAYABLE, open.gained(rate), |line| {
            ground.with(line, *vendor);
            line.quantity = Some(Quantity::from_units(open.canadian * 10));
            line.unit_of_measure = Some("CAD".into());
            line.unit_price = Some(UnitPrice::from_units(rate.units() / 100));
            line.base_amount = Some(Money::from_units(open.booked));
        });
    }
    let gained = open.values().map(|open| open.gained(rate)).sum();
    draft.debit(code::UNREALISED_EXCHANGE, gained, |line| {
        line.text = Some("Canadian dollar".into());
    });
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};
    use ledger::Side;

    any_is_sound!(Currency);

    fn month(text: &str) -> Month {
        Month::of(text.parse().unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_lies_between_the_federal_reserves_means_and_behind_the_last_on_a_path_near_it() {
        let ground = &world().ground;
        let rate = |text: &str| ground.exchange_rate(day(text)).to_string();
        assert_eq!(rate("2024-07-15"), "0.72918200"); // 1 ÷ 1.3714, the mean of July
        assert_eq!(rate("2024-07-31"), "0.73078000"); // 16 of 31 days on to August's 1.3655: 1.3684
        assert_eq!(rate("2024-06-15"), rate("2024-06-14")); // a Saturday
        assert_eq!(rate("2017-03-01"), rate("2018-01-01"));
        let days: Vec<i64> =
            day("2024-01-01").iter_days().take(3_000).map(|day| ground.exchange_rate(day).units()).collect();
        assert!(
            days.windows(2).all(|pair| (pair[1] - pair[0]).abs() * 1_000 < pair[0] * 5),
            "a day moves little"
        );
        assert!(days.iter().all(|rate| (62_000_000..84_000_000).contains(rate)));
        let moved = days.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(moved > 1_800, "{moved}");
    }

    #[test]
    fn what_is_owed_in_canadian_dollars_stands_at_the_rate_of_the_months_end() {
        let (world, month) = (world(), month("2025-01-01"));
        let document = Document::new(Template::ExchangeRevaluation, month, 0, 0);
        let draft = revaluation(world, document, entered_on(document));
        let open = open(world, month, OPERATOR);
        let owed: i64 = open.values().map(|open| open.booked).sum();
        let lines = draft.lines.iter().filter(|line| line.account_code == code::VOUCHERS_PAYABLE);
        let moved: i64 = lines.map(|line| -line.signed_functional().units()).sum();
        let at_the_rate = |canadian: i64| {
            Money::product(Money::from_units(canadian), world.ground.exchange_rate(month.last()))
                .unwrap()
                .units()
        };
        assert!(owed > 0 && moved != 0);
        assert_eq!(owed + moved, open.values().map(|open| at_the_rate(open.canadian)).sum::<i64>());
        assert_eq!(draft.auto_reverse_on, Some("2025-02-01".parse().unwrap()));
    }

    #[test]
    fn a_payment_realises_what_the_dollar_moved_since_the_invoice() {
        let (world, month) = (world(), month("2025-01-01"));
        let facts = world.facts(month);
        let mut seen = 0;
        for (subject, of_day) in (0..).zip(&facts.invoices) {
            for (part, invoice) in (0..).zip(of_day).filter(|(_, invoice)| invoice.rate.is_some()) {
                let payment =
                    Document::new(Template::VendorPayment, month, subject, part).of(invoice.company);
                let paid_on = payables::entered_on(world, payment);
                let draft = payables::draft(world, payment, paid_on);
                let (canadian, booked) = invoice.total();
                let rate = world.ground.exchange_rate(paid_on);
                let realised = Money::product(Money::from_units(canadian), rate).unwrap().units() - booked;
                let of = |account: &str| {
                    let lines = draft.lines.iter().filter(|line| line.account_code == account);
                    lines.map(|line| line.signed_functional().units()).sum::<i64>()
                };
                assert_eq!(of(code::FOREIGN_EXCHANGE), realised, "{}", draft.description);
                assert_eq!(draft.foreign, Some(("CAD", rate)));
                let paid = |account: &str| -> i64 {
                    let lines = draft.lines.iter().filter(|line| line.account_code == account);
                    lines
                        .map(|line| if line.side == Side::Debit { 1 } else { -1 } * line.amount.units())
                        .sum()
                };
                let in_canadian = [code::VOUCHERS_PAYABLE, code::CASH, code::FOREIGN_EXCHANGE].map(paid);
                assert_eq!(in_canadian, [canadian, -canadian, 0], "{}", draft.description);
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
