//! Asset retirement obligations: recognised with a new well, accreted each month, settled when a well is plugged.

use crate::document::Document;
use crate::draft::Draft;
use crate::month::Month;
use crate::random::Stream;
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::{Money, Rate};

/// Accretion of a month: a credit-adjusted rate of 8 % a year (ASC 410-20).
const ACCRETION: Rate = Rate::from_units(666_667);
/// Months after its last in which a well is plugged.
const PLUGGED_AFTER: i32 = 2;

fn accretion(standing: &Standing, company: u8, well: u32) -> (i64, i64) {
    let obligation = -standing.books.of(company, code::RETIREMENT_OBLIGATION, [well, 0, 0]);
    (obligation, Money::product(Money::from_units(obligation), ACCRETION).expect("an accretion fits").units())
}

/// What follows from what stands when a month begins.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let masters = &world.ground.masters;
    for (well, master) in (0..).zip(&masters.wells) {
        let document = |template, month| Document::new(template, month, well, 0).of(master.company);
        if accretion(standing, master.company, well).1 > 0 {
            found.push(document(Template::AroAccretion, month.plus(-1)));
        }
        if master.project.is_none() && master.last_month.is_some_and(|last| last.plus(PLUGGED_AFTER) == month)
        {
            found.push(document(Template::AroSettlement, month));
            if standing.books.of(master.company, code::INTANGIBLE, [well, 0, 0]) != 0 {
                found.push(document(Template::WellRetirement, month));
            }
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
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    match document.template {
        Template::AroAccretion => document.month.plus(1).working_day(6),
        Template::AroRecognition => document.month.working_day(7),
        Template::AroSettlement => document.month.working_day(10),
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
        Template::AroSettlement => settlement(world, document, entered_on),
        _ => well_retirement(world, document, entered_on),
    }
}

/// Dr obligation / Cr cash; what the plugging cost more or less is loss or gain.
fn settlement(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let well = document.subject;
    let mut draft =
        Draft::new(document, entered_on, format!("Plugging and abandonment, {}", ground.well_name(well)));
    let (obligation, accreted) = accretion(&world.standing(document.month), document.company, well);
    let owed = obligation + accreted;
    let cost = owed * document.draw(ground.seed, Stream::Well).between(780, 1_310) / 1_000;
    draft.debit(code::RETIREMENT_OBLIGATION, owed, |line| ground.on_well(line, well));
    draft.debit(code::RETIREMENT_RESULT, cost - owed, |line| ground.on_well(line, well));
    draft.credit(code::CASH, cost, |_| {});
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
    use crate::sound::any_is_sound;

    any_is_sound!(Retirement);
}
