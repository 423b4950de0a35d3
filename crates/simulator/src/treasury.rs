//! Treasury: a revolver that keeps cash positive, its interest, dividends of what is left, insurance, and bad debt. The
//! parent pays its shareholders; affiliates declare to the parent at a quarter's end and pay in the month after.

use crate::books::Books;
use crate::document::Document;
use crate::draft::Draft;
use crate::items::OpenItems;
use crate::joint_interest::WRITTEN_OFF_AFTER;
use crate::masters::OPERATOR;
use crate::month::Month;
use crate::payables::share_of;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::period::on_or_before;
use ledger::{JournalLine, Money, Quantity, Rate, Side};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Interest of a year on the revolver: 7.8 %, by the days on which it stands drawn, of a year of 360.
const INTEREST: Rate = Rate::from_units(7_800_000);
/// Days that a year of a credit agreement has.
const YEAR: i64 = 360;
/// Cash that a company never goes below, by company, in cents.
const FLOOR: [i64; 3] = [8_000_000_00, 1_000_000_00, 1_500_000_00];
/// What a company keeps above it; the rest repays the revolver, and at a quarter's end is paid out.
const KEPT: [i64; 3] = [25_000_000_00, 2_500_000_00, 4_000_000_00];
/// Debt that is kept for the long run, by company, in cents at scale 1: what is drawn beyond it is repaid first.
const CORE_DEBT: [i64; 3] = [110_000_000_00, 0, 16_000_000_00];
/// Draws and repayments are whole millions.
const ROUND: i64 = 1_000_000_00;
/// Premiums of the operator's policies of a year from 1 July, in cents.
const PREMIUM: i64 = 4_836_000_00;
/// What of the insurance covers the field, in parts per ten.
const FIELD_OF_TEN: i64 = 7;
/// Provision of a quarter, in parts per ten thousand of what partners owe.
const PROVISION: i64 = 35;

/// A draw, repayment or dividend that a month's cash decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) company: u8,
    pub(crate) template: Template,
    pub(crate) day: NaiveDate,
    pub(crate) cents: i64,
    /// The draws that a repayment pays back, and how much of each.
    pub(crate) repaid: Vec<(Uuid, i64)>,
}

/// What the treasurer does in a month, from the cash and debt it begins with and the net flow of each day: draws before
/// the day on which cash would fall below the floor, and repays on the last working day.
pub(crate) fn movements(
    month: Month,
    (company, scale): (u8, i64),
    books: &Books,
    flows: &BTreeMap<NaiveDate, i64>,
) -> Vec<Movement> {
    let at = usize::from(company);
    let (mut cash, mut debt) = (books.of(company, code::CASH, [0; 3]), debt(books, company));
    let mut moved = Vec::new();
    let mut push =
        |template, day, cents| moved.push(Movement { company, template, day, cents, repaid: Vec::new() });
    for (day, flow) in flows {
        cash += flow;
        if cash < FLOOR[at] {
            let short = FLOOR[at] - cash;
            let drawn = (short / ROUND + 1) * ROUND;
            push(Template::RevolverDraw, on_or_before(*day).max(month.first()), drawn);
            cash += drawn;
            debt += drawn;
        }
    }
    let last = on_or_before(month.last());
    let spare = ((cash - KEPT[at]) / ROUND * ROUND).max(0);
    let repaid = spare.min((debt - CORE_DEBT[at] * scale).max(0) / ROUND * ROUND);
    if repaid > 0 {
        push(Template::RevolverRepayment, last, repaid);
    }
    if month.of_year().is_multiple_of(3) && spare - repaid > 0 {
        let dividend = if company == OPERATOR { Template::Dividend } else { Template::AffiliateDividend };
        push(dividend, last, spare - repaid);
    }
    moved
}

/// The draws that are open, the oldest first, as far as a repayment pays them back. What it pays beyond them was drawn before
/// anybody looked.
pub(crate) fn draws_repaid(items: &OpenItems, company: u8, bank: u32, cents: i64) -> Vec<(Uuid, i64)> {
    let mut left = cents;
    let open = items.by_master(company, code::REVOLVER, bank);
    let repaid = open.map(|(_, draw, open)| {
        let part = left.min(-open.cents);
        left -= part;
        (draw, part)
    });
    repaid.filter(|(_, part)| *part > 0).collect()
}

/// The documents of a movement, the `nth` of its month: one, or one in the books of each of two affiliates.
pub(crate) fn movement_documents(month: Month, nth: u32, movement: &Movement) -> Vec<Document> {
    let document = Document::new(movement.template, month, nth, 0);
    let companies = match movement.template {
        Template::AffiliateDividend => vec![movement.company, OPERATOR],
        _ => vec![movement.company],
    };
    companies.into_iter().map(|company| document.of(company)).collect()
}

/// Dr cash / Cr revolver; its reverse; Dr dividends / Cr cash. What an affiliate declares it owes the parent: Dr dividends /
/// Cr due to affiliates there, Dr due from affiliates / Cr dividends of affiliates here.
pub(crate) fn movement_draft<'w>(world: &'w World, document: Document, movement: &Movement) -> Draft<'w> {
    if movement.template == Template::AffiliateDividend {
        return affiliate_dividend(world, document, movement.day, movement);
    }
    let bank = world.ground.masters.counterparties.banks.start;
    let mut draft = Draft::new(document, movement.day, movement_title(document));
    match movement.template {
        Template::RevolverDraw => {
            draft.debit(code::CASH, movement.cents, |_| {});
            draft.credit(code::REVOLVER, movement.cents, |line| world.ground.with(line, bank));
        }
        Template::RevolverRepayment => {
            let repaid: i64 = movement.repaid.iter().map(|(_, cents)| cents).sum();
            let beyond = (None, movement.cents - repaid);
            let draws = movement.repaid.iter().map(|(draw, cents)| (Some(*draw), *cents));
            for (draw, cents) in draws.chain([beyond]) {
                draft.debit(code::REVOLVER, cents, |line| {
                    world.ground.with(line, bank);
                    line.clears_entry_id = draw;
                });
            }
            draft.credit(code::CASH, movement.cents, |_| {});
        }
        _ => {
            draft.debit(code::DIVIDENDS, movement.cents, |_| {});
            draft.credit(code::CASH, movement.cents, |_| {});
        }
    }
    draft
}

/// What a movement is called.
pub(crate) fn movement_title(document: Document) -> String {
    let what = match document.template {
        Template::RevolverDraw => "Revolver drawn",
        Template::RevolverRepayment => "Revolver repaid",
        Template::AffiliateDividend => "Dividend declared",
        _ => "Dividend",
    };
    format!("{what}, {}", document.month.label())
}

/// A dividend of an affiliate, or its payment. The parent's document roots the group.
fn affiliate_dividend<'w>(
    world: &'w World,
    document: Document,
    day: NaiveDate,
    movement: &Movement,
) -> Draft<'w> {
    let is_paid = document.template == Template::AffiliateDividendPayment;
    let is_parent = document.company == OPERATOR;
    let companies = &world.ground.masters.companies;
    let payer = companies[usize::from(movement.company)].company_code.as_str();
    let partner = if is_parent { payer } else { companies[usize::from(OPERATOR)].company_code.as_str() };
    let what = if is_paid { "Dividend paid" } else { "Dividend declared" };
    let mut draft = Draft::new(document, day, format!("{what}, {payer}, {}", document.month.label()));
    let group = world.id_on(document.of(OPERATOR), day);
    (draft.intercompany_group, draft.chain) = (Some(group), Some(group));
    let declared = document.as_template(Template::AffiliateDividend);
    let cleared = is_paid.then(|| world.id_on(declared, movement.day));
    let (debit, credit) = match (is_paid, is_parent) {
        (false, false) => (code::DIVIDENDS, code::DUE_TO_AFFILIATES),
        (false, true) => (code::DUE_FROM_AFFILIATES, code::DIVIDEND_INCOME),
        (true, false) => (code::DUE_TO_AFFILIATES, code::CASH),
        (true, true) => (code::CASH, code::DUE_FROM_AFFILIATES),
    };
    for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
        draft.post(account, side, movement.cents, |line| {
            line.partner_company = Some(partner.into());
            line.clears_entry_id = cleared.filter(|_| account != code::CASH);
        });
    }
    draft
}

/// Every treasury document whose business is of `month` and follows from nothing else.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    if month.of_year() == 7 {
        found.push(Document::new(Template::InsurancePremium, month, 0, 0));
    }
    if month >= world.ground.masters.base {
        found.push(Document::new(Template::InsuranceAmortisation, month, 0, 0));
    }
}

/// What follows from what stands when a month begins: interest, provisions and affiliates' dividends of the month before, and
/// what a partner has not paid for half a year.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    let before = month.plus(-1);
    if before < world.ground.masters.base {
        return;
    }
    for company in 0..world.ground.masters.companies.len() as u8 {
        if interest(world, before, company, standing) > 0 {
            let accrual = Document::new(Template::InterestAccrual, before, 0, 0).of(company);
            found.extend([accrual, accrual.as_template(Template::InterestPayment)]);
        }
    }
    if before.of_year().is_multiple_of(3) && provision(standing).1 > 0 {
        found.push(Document::new(Template::BadDebtProvision, before, 0, 0));
    }
    for (nth, movement) in (0..).zip(&world.settled(before).movements) {
        if movement.template == Template::AffiliateDividend {
            let declared = movement_documents(before, nth, movement).into_iter();
            found.extend(declared.map(|it| it.as_template(Template::AffiliateDividendPayment)));
        }
    }
    let billed = month.plus(-WRITTEN_OFF_AFTER);
    if billed < world.ground.masters.base {
        return;
    }
    for (lease, master) in (0..).zip(&world.ground.masters.leases) {
        for (partner, (counterparty, _)) in (0..).zip(&master.partners) {
            let never = world.ground.is_defaulted(billed, lease, partner)
                && !world.ground.masters.is_netted(*counterparty);
            if never && !standing.unpaid(*counterparty, lease, billed).is_empty() {
                found.push(Document::new(Template::BadDebtWriteOff, month, lease, partner));
            }
        }
    }
}

/// What stands drawn on the revolver for some days on end.
struct Drawn {
    cents: i64,
    days: i64,
}

impl Drawn {
    fn interest(&self) -> i64 {
        let exact = i128::from(self.cents) * INTEREST.units_wide() * i128::from(self.days);
        divide_half_away(exact, Rate::ONE.units_wide() * i128::from(YEAR)) as i64
    }
}

/// What stood drawn in a month, told back from what stands when the next begins. What is drawn bears interest from its day
/// on, what is repaid up to the day before.
fn drawn(world: &World, month: Month, company: u8, next: &Standing) -> Vec<Drawn> {
    let signed = |movement: &Movement| match movement.template {
        Template::RevolverDraw => movement.cents,
        Template::RevolverRepayment => -movement.cents,
        _ => 0,
    };
    let settled = world.settled(month);
    let moved = || settled.movements.iter().filter(|movement| movement.company == company);
    let mut cents = debt(&next.books, company) - moved().map(signed).sum::<i64>();
    let mut from = month.first();
    let mut stretches = Vec::new();
    let end = (month.plus(1).first(), 0);
    for (day, by) in moved().map(|movement| (movement.day, signed(movement))).chain([end]) {
        stretches.push(Drawn { cents, days: (day - from).num_days() });
        (cents, from) = (cents + by, day);
    }
    stretches.retain(|drawn| drawn.cents > 0 && drawn.days > 0);
    stretches
}

fn interest(world: &World, month: Month, company: u8, next: &Standing) -> i64 {
    drawn(world, month, company, next).iter().map(Drawn::interest).sum()
}

/// What of the revolver is drawn.
fn debt(books: &Books, company: u8) -> i64 {
    books.by_master(company, code::REVOLVER, None).iter().map(|(_, cents)| -cents).sum()
}

fn provision(standing: &Standing) -> (i64, i64) {
    let owed: i64 =
        standing.books.by_master(OPERATOR, code::JIB_RECEIVABLE, None).iter().map(|(_, cents)| cents).sum();
    (owed, divide_half_away(i128::from(owed) * i128::from(PROVISION), 10_000) as i64)
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::RevolverDraw
        | Template::RevolverRepayment
        | Template::Dividend
        | Template::AffiliateDividend => world.settled(month).movements[document.subject as usize].day,
        Template::AffiliateDividendPayment => month.plus(1).working_day(7),
        Template::InterestAccrual | Template::BadDebtProvision => month.plus(1).working_day(6),
        Template::InterestPayment => month.plus(1).working_day(14),
        Template::InsurancePremium => month.working_day(1),
        Template::InsuranceAmortisation => month.plus(1).working_day(3),
        _ => month.working_day(9),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let month = document.month;
    let mut draft = Draft::new(document, entered_on, String::new());
    match document.template {
        Template::RevolverDraw
        | Template::RevolverRepayment
        | Template::Dividend
        | Template::AffiliateDividend => {
            return movement_draft(
                world,
                document,
                &world.settled(month).movements[document.subject as usize],
            );
        }
        Template::AffiliateDividendPayment => {
            let declared = world.settled(month).movements[document.subject as usize].clone();
            return affiliate_dividend(world, document, entered_on, &declared);
        }
        Template::InterestAccrual | Template::InterestPayment => {
            let next = world.standing(month.plus(1));
            let cents = interest(world, month, document.company, &next);
            draft.description = format!("Interest on the revolver, {}", month.label());
            if document.template == Template::InterestAccrual {
                for drawn in drawn(world, month, document.company, &next) {
                    draft.debit(code::INTEREST, drawn.interest(), |line| {
                        line.base_amount = Some(Money::from_units(drawn.cents));
                        line.rate = Some(INTEREST);
                        line.quantity = Some(Quantity::from_units(drawn.days * 1_000));
                        line.unit_of_measure = Some("DAY".into());
                    });
                }
                draft.credit(code::INTEREST_PAYABLE, cents, |_| {});
            } else {
                draft.debit(code::INTEREST_PAYABLE, cents, |line| {
                    let accrual = document.as_template(Template::InterestAccrual);
                    line.clears_entry_id = Some(world.id(accrual));
                });
                draft.credit(code::CASH, cents, |_| {});
            }
        }
        Template::InsurancePremium => {
            draft.description = format!("Insurance, {} to {}", month.label(), month.plus(11).label());
            draft.debit(code::PREPAID_INSURANCE, ground.premium(month), |_| {});
            draft.credit(code::CASH, ground.premium(month), |_| {});
        }
        Template::InsuranceAmortisation => {
            draft.description = format!("Insurance used, {}", month.label());
            let (field, office) = ground.insurance(month);
            let part = |line: &mut JournalLine<'_>, of_ten: i64| {
                line.base_amount = Some(Money::from_units(field + office));
                line.rate = Some(Rate::from_units(Rate::ONE.units() / 10 * of_ten));
            };
            draft.debit(code::LEASE_INSURANCE, field, |line| part(line, FIELD_OF_TEN));
            draft.debit("905.010", office, |line| {
                line.cost_center = Some(ground.center(0).into());
                part(line, 10 - FIELD_OF_TEN);
            });
            draft.credit(code::PREPAID_INSURANCE, field + office, |_| {});
        }
        Template::BadDebtProvision => {
            let (owed, cents) = provision(&world.standing(month.plus(1)));
            draft.description = format!("Doubtful joint interest receivables, {}", month.label());
            draft.debit(code::BAD_DEBT, cents, |line| {
                line.base_amount = Some(Money::from_units(owed));
                line.rate = Some(Rate::from_units(PROVISION * 10_000));
            });
            draft.credit(code::ALLOWANCE, cents, |_| {});
        }
        _ => write_off(world, document, &mut draft),
    }
    draft
}

/// Dr allowance / Cr joint interest receivable, bill by bill: of what a partner never paid, what is still open.
fn write_off<'w>(world: &'w World, document: Document, draft: &mut Draft<'w>) {
    let ground = &world.ground;
    let billed = document.month.plus(-WRITTEN_OFF_AFTER);
    let partner = ground.masters.leases[document.subject as usize].partners[usize::from(document.part)].0;
    let unpaid = world.standing(document.month).unpaid(partner, document.subject, billed);
    draft.description = format!("Bill of {} written off, {}", billed.label(), ground.name(partner));
    draft.debit(code::ALLOWANCE, unpaid.iter().map(|(_, cents)| cents).sum(), |_| {});
    for (bill, cents) in unpaid {
        draft.credit(code::JIB_RECEIVABLE, cents, |line| {
            ground.on_joint_account(line, document.subject);
            ground.with(line, partner);
            line.clears_entry_id = Some(bill);
        });
    }
}

impl crate::ground::Ground {
    /// The premium of the policy year that a month lies in.
    fn premium(&self, month: Month) -> i64 {
        let year = month.plus(-6).year();
        let mut draw = Draw::new(self.seed, Stream::Corporate, 2, u64::from(year.unsigned_abs()));
        PREMIUM * i64::from(self.scale) * draw.between(950, 1_080) / 1_000
    }

    /// A month's part of it: of the field, and of the office.
    fn insurance(&self, month: Month) -> (i64, i64) {
        let premium = self.premium(month);
        // The last month of the policy takes what rounding left.
        let used = if month.of_year() == 6 { premium - premium / 12 * 11 } else { premium / 12 };
        let field = share_of(used, FIELD_OF_TEN * 1_000);
        (field, used - field)
    }

    /// What of a policy is prepaid when a month begins.
    pub(crate) fn prepaid(&self, month: Month) -> i64 {
        let used = (month.of_year() + 5) % 12;
        let before = month.plus(-1);
        if used == 0 { 0 } else { self.premium(before) - self.premium(before) / 12 * i64::from(used) }
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Treasury);
}
