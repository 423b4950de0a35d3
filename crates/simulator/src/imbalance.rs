//! Gas imbalances, by the sales method: what a party takes beyond its share of a well's gas, or leaves to the others.
//!
//! Each month the owners of a gas well nominate what they take in kind; who has a market for more takes more for a year on
//! end. Revenue is what is sold, so nothing is booked as long as the well still holds enough to make up what one is ahead or
//! behind, which the balancing agreement lets it do by a part of its share each month. What is beyond that is owed (306), or
//! due (121), at the month's price; it moves both ways, and is settled in cash when the well is plugged. So an old well's
//! imbalance is booked in its last months, and that of others not at all.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Facts, Ground};
use crate::masters::wells::WellMaster;
use crate::masters::{GAS, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::period::on_or_after;
use ledger::{Money, Quantity, UnitPrice};
use std::collections::BTreeMap;

/// What a party takes in a month differs from its share by this at most, in parts per thousand of it.
const NOMINATED: i64 = 500;
/// What it differs by on the mean of a year, at most.
const LEANED: i64 = 250;
/// Of an imbalance, what whoever is behind makes up in a month, in parts per thousand.
const MADE_UP: i64 = 60;
/// At most this part of a month's share goes to making up, in parts per thousand: balancing agreements say a quarter.
const MADE_UP_MAX: i64 = 250;
/// Months after its last in which a well's imbalance is settled.
const SETTLED_AFTER: i32 = 2;

/// What the company is ahead of its share of a well's gas, or below zero behind, in thousandths of an MCF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Imbalance {
    /// All that it took beyond its share.
    pub(crate) taken: i64,
    /// What of it the well can no longer make up.
    pub(crate) beyond: i64,
}

/// Imbalances by well.
pub(crate) type Imbalances = BTreeMap<u32, Imbalance>;

impl Ground {
    /// Whether the owners of a well take gas in kind: gas wells with partners.
    fn is_taken_in_kind(&self, well: &WellMaster) -> bool {
        well.is_operated() && well.is_gas() && !self.masters.leases[well.lease as usize].partners.is_empty()
    }

    /// Carries imbalances over a month.
    pub(crate) fn balance_gas(&self, month: Month, facts: &Facts, imbalances: &mut Imbalances) {
        for at in self.masters.on_production(month) {
            let well = &self.masters.wells[*at as usize];
            if !self.is_taken_in_kind(well) {
                continue;
            }
            let Some(sale) = facts.sales.get(&(*at, GAS)) else { continue };
            let imbalance = imbalances.entry(*at).or_default();
            let mut draw = Draw::new(self.seed, Stream::Takes, u64::from(*at), month.number());
            imbalance.taken =
                taken(imbalance.taken, sale.accrued.volumes[0], self.leaned(*at, month), &mut draw);
            imbalance.beyond = beyond(imbalance.taken, self.can_make_up(well, month));
        }
    }

    /// What the company takes of a well beyond its share on the mean of a year, in parts per thousand of it.
    fn leaned(&self, well: u32, month: Month) -> i64 {
        let year = u64::from(month.year().unsigned_abs());
        Draw::new(self.seed, Stream::Takes, (1 << 40) + u64::from(well), year).between(-LEANED, LEANED)
    }

    /// What of the company's imbalance a well can make up after a month; none where it goes on for decades.
    fn can_make_up(&self, well: &WellMaster, month: Month) -> Option<i64> {
        let last = well.last_month?;
        let share = self.masters.leases[well.lease as usize].net_share().units();
        let left = if month < last { well.reserves(month.plus(1)) } else { 0 };
        // Six MCF are one BOE.
        let own = i128::from(left) * 6 * i128::from(share) / 100_000_000;
        Some((own * i128::from(MADE_UP_MAX) / 1_000) as i64)
    }

    /// The price of a well's gas in a month.
    fn gas_price(&self, month: Month, well: u32) -> UnitPrice {
        self.price(&self.masters.wells[well as usize], GAS, month)
    }
}

/// What is taken beyond the share after a month in which `share` is the company's own.
fn taken(before: i64, share: i64, leaned: i64, draw: &mut Draw) -> i64 {
    let of = |volume: i64, parts: i64| divide_half_away(i128::from(volume) * i128::from(parts), 1_000) as i64;
    let most = of(share, MADE_UP_MAX).max(0);
    before + of(share, leaned + draw.between(-NOMINATED, NOMINATED)) - of(before, MADE_UP).clamp(-most, most)
}

/// What of an imbalance is beyond what can be made up.
fn beyond(taken: i64, can_make_up: Option<i64>) -> i64 {
    can_make_up.map_or(0, |most| taken - taken.clamp(-most, most))
}

/// What a month moves the payable and the receivable by, in thousandths of an MCF owed.
fn moved(before: Imbalance, now: Imbalance) -> [(&'static str, i64); 2] {
    let payable = now.beyond.max(0) - before.beyond.max(0);
    let receivable = now.beyond.min(0) - before.beyond.min(0);
    [(code::IMBALANCE_PAYABLE, payable), (code::IMBALANCE_RECEIVABLE, receivable)]
}

/// What `month` moved a well's balances by, at its price: account, volume, cents owed.
fn postings(world: &World, month: Month, well: u32) -> Vec<(&'static str, Quantity, i64)> {
    let of = |month: Month| world.standing(month).imbalances.get(&well).copied().unwrap_or_default();
    let price = world.ground.gas_price(month, well);
    let cents = |volume| Money::product(volume, price).expect("an imbalance fits").units();
    let moved = moved(of(month), of(month.plus(1))).into_iter();
    let moved = moved.map(|(account, volume)| (account, Quantity::from_units(volume)));
    moved
        .map(|(account, volume)| (account, volume, cents(volume)))
        .filter(|(.., cents)| *cents != 0)
        .collect()
}

/// What follows from what stands when a month begins: what the month before moved, and what is settled.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let before = month.plus(-1);
    if before < world.ground.masters.base {
        return;
    }
    let masters = &world.ground.masters;
    let last = |well: u32| masters.wells[well as usize].last_month;
    for well in standing.imbalances.keys().copied() {
        let has_produced = last(well).is_some_and(|last| before <= last);
        if has_produced && !postings(world, before, well).is_empty() {
            found.push(Document::new(Template::GasImbalance, before, well, 0));
        }
        let is_plugged = last(well).is_some_and(|last| last.plus(SETTLED_AFTER) == month);
        if is_plugged && owed(standing, well).iter().any(|(_, cents)| *cents != 0) {
            found.push(Document::new(Template::GasImbalanceSettlement, month, well, 0));
        }
    }
}

/// What stands on a well's balances, debits positive.
fn owed(standing: &Standing, well: u32) -> [(&'static str, i64); 2] {
    let of = |account| (account, standing.books.of(OPERATOR, account, [well, 0, 0]));
    [code::IMBALANCE_PAYABLE, code::IMBALANCE_RECEIVABLE].map(of)
}

/// What the entry of a month's imbalance of a well is called.
pub(crate) fn title(ground: &Ground, document: Document) -> String {
    format!("Gas imbalance {}, {}", document.month.label(), ground.well_name(document.subject))
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    match document.template {
        Template::GasImbalance => document.month.plus(1).working_day(7),
        _ => on_or_after(document.month.day(20)),
    }
}

/// Dr gas revenue / Cr imbalance payable or receivable for what the reserves cannot make up, or back; and its settlement in
/// cash.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (month, well) = (document.month, document.subject);
    let name = ground.well_name(well);
    if document.template == Template::GasImbalanceSettlement {
        let mut draft = Draft::new(document, entered_on, format!("Gas imbalance settled, {name}"));
        let standing = world.standing(month);
        for (account, _) in owed(&standing, well) {
            for (_, moved, open) in standing.items.by_master(OPERATOR, account, well) {
                draft.credit(account, open.cents, |line| {
                    ground.on_well(line, well);
                    line.clears_entry_id = Some(moved);
                });
            }
        }
        draft.debit(code::CASH, owed(&standing, well).iter().map(|(_, cents)| cents).sum(), |_| {});
        return draft;
    }
    let mut draft = Draft::new(document, entered_on, title(ground, document));
    draft.production_month = Some(month.first());
    let price = ground.gas_price(month, well);
    for (account, volume, cents) in postings(world, month, well) {
        draft.debit(code::GAS_REVENUE, cents, |line| {
            ground.at_well(line, well, GAS);
            line.quantity = Some(-volume);
            line.heat_factor = ground.heat(well, GAS);
            line.unit_of_measure = Some("MCF".into());
            line.unit_price = Some(price);
        });
        draft.credit(account, cents, |line| {
            ground.on_well(line, well);
            // What is due to us grows where what we owe falls.
            line.quantity = Some(if account == code::IMBALANCE_RECEIVABLE { -volume } else { volume });
            line.unit_of_measure = Some("MCF".into());
            line.unit_price = Some(price);
        });
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};

    any_is_sound!(Imbalance);

    #[test]
    fn takes_go_above_and_below_the_share_and_come_back() {
        let (share, mut ahead) = (10_000_000, Vec::new());
        let mut taken_so_far = 0;
        for month in 0..600 {
            let leaned = if month / 12 % 2 == 0 { LEANED } else { -LEANED };
            taken_so_far = taken(taken_so_far, share, leaned, &mut Draw::new(7, Stream::Takes, 3, month));
            ahead.push(taken_so_far);
        }
        let turns = ahead.windows(2).filter(|pair| (pair[0] > 0) != (pair[1] > 0)).count();
        assert!(turns > 40, "{turns} turns");
        assert!(ahead.iter().all(|volume| volume.abs() < 6 * share), "{:?}", ahead.iter().max());
    }

    #[test]
    fn only_what_the_well_cannot_make_up_is_owed_and_it_is_owed_no_more_once_made_up() {
        assert_eq!(beyond(900, None), 0);
        assert_eq!(
            [beyond(900, Some(1_000)), beyond(900, Some(300)), beyond(-900, Some(300))],
            [0, 600, -600]
        );
        let of = |beyond| Imbalance { taken: 0, beyond };
        let made_up = moved(of(600), of(0));
        assert_eq!(made_up, [(code::IMBALANCE_PAYABLE, -600), (code::IMBALANCE_RECEIVABLE, 0)]);
    }

    /// What the operator's books owe for gas is the imbalance that cannot be made up, and nothing once a well is plugged.
    #[test]
    fn the_books_follow_the_imbalance_until_it_is_settled() {
        let world = world();
        let masters = &world.ground.masters;
        let (mut moved, mut ended) = (0, 0);
        for month in (2..28).map(|at| masters.base.plus(at)) {
            let standing = world.standing(month);
            for (well, imbalance) in &standing.imbalances {
                let last = masters.wells[*well as usize].last_month;
                let books = owed(&standing, *well).iter().map(|(_, cents)| cents).sum::<i64>();
                // The last month before this one is booked in this one.
                moved += usize::from(books != 0 && imbalance.taken != 0);
                if last.is_some_and(|last| last.plus(SETTLED_AFTER) < month) {
                    assert_eq!(books, 0, "{}", masters.wells[*well as usize].record.name);
                    ended += 1;
                }
            }
        }
        assert!(moved > 5 && ended > 5, "{moved} moved, {ended} ended");
    }
}
