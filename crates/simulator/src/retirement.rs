//! Asset retirement obligations: recognised with a new well, accreted each month, settled when a well is plugged.
//!
//! Plugging is a joint cost like any other: contractors invoice it at 8/8 to 353.000, the month's billing takes the
//! partners' shares off it, and what is left, the company's own, is settled against the obligation with gain or loss.

use crate::document::{Document, some_business_day};
use crate::draft::Draft;
use crate::ground::{Ground, Spent};
use crate::masters::OPERATOR;
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::on_or_after;
use ledger::split::largest_remainder;
use ledger::{DecimalInterest, Money, Rate};
use std::collections::BTreeMap;

/// Accretion of a month: a credit-adjusted rate of 8 % a year (ASC 410-20).
const ACCRETION: Rate = Rate::from_units(666_667);
/// Months after its last in which a well is plugged.
const PLUGGED_AFTER: i32 = 2;
/// What plugs a well: the first account of the trade that does it, and its part of the cost in parts per hundred.
const WORK: [(&str, i64); 2] = [(code::WELL_SERVICE, 76), ("710.015", 24)];

impl Ground {
    /// The wells that are plugged in a month.
    fn plugged_in(&self, month: Month) -> impl Iterator<Item = u32> + '_ {
        let is_plugged = move |well: &crate::masters::wells::WellMaster| {
            well.company == OPERATOR
                && well.project.is_none()
                && well.last_month.is_some_and(|last| last.plus(PLUGGED_AFTER) == month)
        };
        (0..).zip(&self.masters.wells).filter(move |(_, well)| is_plugged(well)).map(|(at, _)| at)
    }

    /// The contractors' invoices for plugging a well, at 8/8: around what the obligation has grown to.
    fn plugging(&self, month: Month, well: u32) -> Vec<(u32, i64)> {
        let master = &self.masters.wells[well as usize];
        let share = master.record.working_interest.units_wide();
        let mut gross = i128::from(master.obligation_cents) * DecimalInterest::ONE.units_wide() / share;
        for _ in self.masters.base.0..month.0 {
            gross += gross * ACCRETION.units_wide() / Rate::ONE.units_wide();
        }
        let mut draw = Draw::new(self.seed, Stream::Well, u64::from(well), month.number());
        let cost = gross as i64 * draw.between(780, 1_310) / 1_000;
        let parts = largest_remainder(cost, &WORK.map(|(_, part)| part));
        let contractor = |account: &str, draw: &mut Draw| loop {
            let (vendor, trade) = self.masters.counterparties.field.pick(draw);
            let is_paid_in_dollars = self.masters.counterparties.all[vendor as usize].currency == "USD";
            if trade.accounts[0] == account && is_paid_in_dollars {
                break vendor;
            }
        };
        WORK.iter().zip(parts).map(|((account, _), part)| (contractor(account, &mut draw), part)).collect()
    }

    /// Adds what plugging costs the wells of a month.
    pub(crate) fn plugged(&self, month: Month, costs: &mut BTreeMap<Spent, i64>) {
        for well in self.plugged_in(month) {
            let lease = self.masters.wells[well as usize].lease;
            let cents: i64 = self.plugging(month, well).iter().map(|(_, cents)| cents).sum();
            costs.insert(Spent { lease, project: None, account: code::PLUGGING, well }, cents);
        }
    }

    fn plugged_on(&self, invoice: Document) -> NaiveDate {
        let mut draw = invoice.as_template(Template::PluggingInvoice).draw(self.seed, Stream::Well);
        some_business_day(invoice.month, &mut draw)
    }
}

/// Every document of plugging whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    for well in world.ground.plugged_in(month) {
        for part in 0..WORK.len() as u16 {
            let invoice = Document::new(Template::PluggingInvoice, month, well, part);
            found.extend([invoice, invoice.as_template(Template::PluggingPayment)]);
        }
        found.push(Document::new(Template::AroSettlement, month, well, 0));
    }
}

fn accretion(standing: &Standing, company: u8, well: u32) -> (i64, i64) {
    let obligation = -standing.books.of(company, code::RETIREMENT_OBLIGATION, [well, 0, 0]);
    (obligation, accreted(obligation))
}

/// Accretion of a month on an obligation.
pub(crate) fn accreted(obligation: i64) -> i64 {
    Money::product(Money::from_units(obligation), ACCRETION).expect("an accretion fits").units()
}

/// What follows from what stands when a month begins.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let masters = &world.ground.masters;
    for (well, master) in (0..).zip(&masters.wells) {
        let document = |template, month| Document::new(template, month, well, 0).of(master.company);
        if accretion(standing, master.company, well).1 > 0 {
            found.push(document(Template::AroAccretion, month.plus(-1)));
        }
        let is_plugged = master.project.is_none()
            && master.last_month.is_some_and(|last| last.plus(PLUGGED_AFTER) == month);
        if is_plugged && standing.books.of(master.company, code::INTANGIBLE, [well, 0, 0]) != 0 {
            found.push(document(Template::WellRetirement, month));
        }
    }
    for (_, project) in masters.projects_around(month) {
        if project.closes() == month && !project.is_dry {
            let recognised = Document::new(Template::AroRecognition, month, project.well, 0);
            found.push(recognised.of(project.company));
        }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    match document.template {
        Template::AroAccretion => document.month.plus(1).working_day(6),
        Template::AroRecognition => document.month.working_day(7),
        Template::PluggingInvoice => world.ground.plugged_on(document),
        Template::PluggingPayment => {
            let ground = &world.ground;
            let (vendor, _) = ground.plugging(document.month, document.subject)[usize::from(document.part)];
            on_or_after(ground.due(ground.plugged_on(document), vendor))
        }
        // Once partners are billed and the month's accretion is booked.
        Template::AroSettlement => document.month.plus(1).working_day(7),
        _ => document.month.working_day(11),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (well, company) = (document.subject, document.company);
    let name = ground.well_name(well);
    match document.template {
        Template::AroAccretion => {
            let (obligation, cents) = accretion(&world.standing(document.month.plus(1)), company, well);
            let mut draft =
                Draft::new(document, entered_on, format!("Accretion {}, {name}", document.month.label()));
            draft.debit(code::ACCRETION, cents, |line| {
                ground.on_well(line, well);
                line.base_amount = Some(Money::from_units(obligation));
                line.rate = Some(ACCRETION);
            });
            draft.credit(code::RETIREMENT_OBLIGATION, cents, |line| ground.on_well(line, well));
            draft
        }
        Template::AroRecognition => {
            let mut draft = Draft::new(document, entered_on, format!("Retirement obligation, {name}"));
            let gross =
                Money::from_units(document.draw(ground.seed, Stream::Project).between(45_000, 140_000) * 100);
            let share = ground.masters.wells[well as usize].record.working_interest;
            let cents = Money::product(gross, share).expect("an obligation fits").units();
            draft.debit(code::TANGIBLE, cents, |line| {
                ground.on_well(line, well);
                line.base_amount = Some(gross);
                line.decimal_interest = Some(share);
            });
            draft.credit(code::RETIREMENT_OBLIGATION, cents, |line| ground.on_well(line, well));
            draft
        }
        Template::PluggingInvoice | Template::PluggingPayment => contractor(world, document, entered_on),
        Template::AroSettlement => settlement(world, document, entered_on),
        _ => well_retirement(world, document, entered_on),
    }
}

/// Dr plugging at 8/8 / Cr vouchers payable; and Dr vouchers payable / Cr cash.
fn contractor(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let well = document.subject;
    let (vendor, cents) = ground.plugging(document.month, well)[usize::from(document.part)];
    let mut draft = Draft::new(document, entered_on, String::new());
    if document.template == Template::PluggingPayment {
        draft.description = format!("Payment, {}", ground.name(vendor));
        draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
            ground.with(line, vendor);
            line.clears_entry_id = Some(world.id(document.as_template(Template::PluggingInvoice)));
        });
        draft.credit(code::CASH, cents, |_| {});
        return draft;
    }
    draft.description = format!("Plugging of {}, {}", ground.well_name(well), ground.name(vendor));
    draft.due_date = Some(ground.due(draft.document_date, vendor));
    draft.source_document = Some(format!("PA-{}-{well}{}", document.month.label(), document.part));
    draft.debit(code::PLUGGING, cents, |line| {
        ground.on_well(line, well);
        ground.on_joint_account(line, ground.masters.wells[well as usize].lease);
    });
    draft.credit(code::VOUCHERS_PAYABLE, cents, |line| ground.with(line, vendor));
    draft
}

/// Dr obligation / Cr the company's own part of plugging; what that was more or less is loss or gain.
fn settlement(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let well = document.subject;
    let mut draft =
        Draft::new(document, entered_on, format!("Plugging and abandonment, {}", ground.well_name(well)));
    let (obligation, accreted) = accretion(&world.standing(document.month.plus(1)), document.company, well);
    let owed = obligation + accreted;
    let own = ground.kept(&world.facts(document.month), well, code::PLUGGING);
    draft.debit(code::RETIREMENT_OBLIGATION, owed, |line| ground.on_well(line, well));
    draft.debit(code::RETIREMENT_RESULT, own - owed, |line| ground.on_well(line, well));
    draft.credit(code::PLUGGING, own, |line| ground.on_well(line, well));
    draft
}

/// Dr accumulated depletion and the rest as loss / Cr wells.
fn well_retirement(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let well = document.subject;
    let standing = world.standing(document.month);
    let of = |account| standing.books.of(document.company, account, [well, 0, 0]);
    let mut draft = Draft::new(document, entered_on, format!("Well retired, {}", ground.well_name(well)));
    let accounts =
        [code::INTANGIBLE_AMORTISATION, code::TANGIBLE_DEPRECIATION, code::INTANGIBLE, code::TANGIBLE];
    let left: i64 = accounts.iter().map(|account| of(account)).sum();
    for account in &accounts[..2] {
        draft.debit(account, -of(account), |line| ground.on_well(line, well));
    }
    draft.debit(code::RETIREMENT_RESULT, left, |line| ground.on_well(line, well));
    for account in &accounts[2..] {
        draft.credit(account, of(account), |line| ground.on_well(line, well));
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};

    any_is_sound!(Retirement);

    #[test]
    fn plugging_is_paid_at_eight_eighths_billed_to_partners_and_settled_at_the_own_share() {
        let world = world();
        let first = Month::of("2024-09-01".parse().unwrap());
        let plugged = (0..8).map(|at| first.plus(at));
        let plugged: Vec<(Month, u32)> =
            plugged.flat_map(|month| world.ground.plugged_in(month).map(move |well| (month, well))).collect();
        let mut billed = 0;
        for (month, well) in plugged {
            let drafts = |document: Document| draft(world, document, entered_on(world, document));
            let of = |draft: &Draft<'_>, account: &str| -> i64 {
                let lines = draft.lines.iter().filter(|line| line.account_code == account);
                let of_well = lines.filter(|line| {
                    line.well_id.as_deref()
                        == Some(world.ground.masters.wells[well as usize].record.well_id.as_str())
                });
                of_well.map(|line| line.signed_functional().units()).sum()
            };
            let document = |template, part| Document::new(template, month, well, part);
            let cost: i64 = (0..2)
                .map(|part| of(&drafts(document(Template::PluggingInvoice, part)), code::PLUGGING))
                .sum();
            let lease = world.ground.masters.wells[well as usize].lease;
            let bill = Document::new(Template::JibCutBack, month, lease, 0);
            let has_partners = !world.ground.masters.leases[lease as usize].partners.is_empty();
            let cut =
                if has_partners { of(&world.draft(bill, month.plus(1).first()), code::PLUGGING) } else { 0 };
            let settled = drafts(document(Template::AroSettlement, 0));
            assert!(cost > 0 && cost + cut > 0);
            assert_eq!(cost + cut + of(&settled, code::PLUGGING), 0, "{}", settled.description);
            let share = world.ground.masters.wells[well as usize].record.working_interest.units_wide();
            let own = i128::from(cost) * share / DecimalInterest::ONE.units_wide();
            assert!((i128::from(cost + cut) - own).abs() <= 2, "{} of {cost} for {share}", cost + cut);
            billed += u32::from(has_partners);
        }
        assert!(billed > 0);
    }
}
