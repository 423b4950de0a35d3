//! Where the books come from: the balances that the fold begins with, and the opening entries that it leads to.
//!
//! Two years before the first day are booked like any others. What then stands on the balance sheet, by open item, owner,
//! partner, well, AFE, obligation, debt and equity, is carried in by opening entries; so nothing is paid, reversed or
//! depleted that never existed. Results of a year that is not closed are carried in by account in period 0 of that year, so
//! that its statements and its close are whole.

use crate::books::{Books, Item};
use crate::close::{self, LINES};
use crate::document::Document;
use crate::draft::{Draft, posting_date};
use crate::ground::Ground;
use crate::hedging;
use crate::items::OpenItems;
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::template::{Family, Template};
use crate::world::{World, entered_at};
use crate::{imbalance, retirement, taxes, treasury};
use chrono::{Datelike, Days, NaiveDate};
use ledger::chart::code;
use ledger::{JournalLine, Money};
use uuid::Uuid;

/// Cash that the companies begin the fold with, in cents.
const CASH: [i64; 3] = [40_000_000_00, 6_000_000_00, 9_000_000_00];
/// Debt that they begin it with.
const DEBT: [i64; 3] = [165_000_000_00, 0, 24_000_000_00];
/// Cost of the gathering system and of trucks and offices.
const EQUIPMENT: [(u8, i64); 2] = [(OPERATOR, 18_400_000_00), (MIDSTREAM, 126_000_000_00)];
/// Material in inventory.
const INVENTORY: [(&str, i64); 2] =
    [(code::TUBULARS, 6_350_000_00), (code::EQUIPMENT_INVENTORY, 2_180_000_00)];
/// Provision for bad debt.
const ALLOWANCE: i64 = 640_000_00;

impl Ground {
    /// The balances that the fold begins with: wells and leases with what of them was depleted, obligations, equipment,
    /// inventory, debt, cash; the rest is capital.
    pub(crate) fn first_balances(&self) -> Books {
        let masters = &self.masters;
        let mut books = Books::default();
        for (at, well) in (0..).zip(&masters.wells).filter(|(_, well)| well.project.is_none()) {
            let (whole, left) = (well.reserves(well.first_month()), well.reserves(masters.base));
            let accounts = [
                (code::INTANGIBLE, code::INTANGIBLE_AMORTISATION),
                (code::TANGIBLE, code::TANGIBLE_DEPRECIATION),
            ];
            for ((cost, accumulated), cents) in accounts.into_iter().zip(well.cost_cents) {
                let gone = i128::from(cents) * i128::from(whole - left) / i128::from(whole.max(1));
                books.add(well.company, cost, [at, 0, 0], cents);
                books.add(well.company, accumulated, [at, 0, 0], -(gone as i64));
            }
            books.add(well.company, code::RETIREMENT_OBLIGATION, [at, 0, 0], -well.obligation_cents);
        }
        for (at, lease) in (0..).zip(&masters.leases) {
            books.add(lease.company, code::LEASEHOLD, [at, 0, 0], lease.leasehold_cents);
            books.add(
                lease.company,
                code::LEASEHOLD_AMORTISATION,
                [at, 0, 0],
                -lease.leasehold_cents * 3 / 10,
            );
        }
        for owner in 0..masters.owners.len() as u32 {
            for (month, cents) in self.held_before(owner) {
                books.add(OPERATOR, code::SUSPENSE, [owner, month.number() as u32, 0], -cents);
            }
        }
        self.first_working_capital(&mut books);
        for company in [OPERATOR, NON_OPERATOR, MIDSTREAM] {
            let assets: i64 = books.carried(company).iter().map(|(_, cents)| cents).sum();
            let capital = assets * 6 / 10;
            books.add(company, code::CONTRIBUTED_CAPITAL, [0; 3], -capital);
            books.add(company, code::RETAINED_EARNINGS, [0; 3], capital - assets);
        }
        books
    }

    fn first_working_capital(&self, books: &mut Books) {
        let scale = i64::from(self.scale);
        let base = self.masters.base;
        let bank = self.masters.counterparties.banks.start;
        for company in [OPERATOR, NON_OPERATOR, MIDSTREAM] {
            let at = usize::from(company);
            books.add(company, code::CASH, [0; 3], CASH[at] * scale);
            books.add(company, code::REVOLVER, [bank, 0, 0], -DEBT[at] * scale);
        }
        for (company, cents) in EQUIPMENT {
            books.add(company, code::EQUIPMENT, [0; 3], cents * scale);
            books.add(company, code::EQUIPMENT_DEPRECIATION, [0; 3], -cents * scale * 3 / 10);
        }
        for (account, cents) in INVENTORY {
            books.add(OPERATOR, account, [0; 3], cents * scale);
        }
        books.add(OPERATOR, code::ALLOWANCE, [0; 3], -ALLOWANCE * scale);
        books.add(OPERATOR, code::PREPAID_INSURANCE, [0; 3], self.prepaid(base));
        let swaps = hedging::opening(self, base);
        for (account, cents) in [code::DERIVATIVE_ASSET, code::DERIVATIVE_LIABILITY].into_iter().zip(swaps) {
            books.add(OPERATOR, account, [0; 3], cents);
        }
    }
}

/// Months before the books' first in which a document was entered whose item on an account that is
/// [settled as planned](crate::items::is_settled_as_planned) can still be open: terms are 45 days at most, purchasers pay a
/// correction within two months.
pub(crate) const OPENED_WITHIN: i32 = 3;

/// Whether documents of a family open items on such accounts, or clear them.
pub(crate) fn opens_items(family: Family) -> bool {
    matches!(
        family,
        Family::Revenue
            | Family::Owners
            | Family::Payables
            | Family::NonOperator
            | Family::Capital
            | Family::Retirement
            | Family::Payroll
            | Family::Midstream
            | Family::Materials
            | Family::Treasury
    )
}

/// A line of the opening entries: a balance, or what of it one document opened.
#[derive(Clone, Copy, Debug)]
struct CarriedLine {
    item: Item,
    /// The entry that opened it before the books begin, and its document.
    opened_by: Option<(Uuid, Document)>,
    cents: i64,
}

impl CarriedLine {
    fn key(&self) -> (Item, Option<Uuid>) {
        (self.item, self.opened_by.map(|(entry_id, _)| entry_id))
    }
}

/// What the companies carry in, by company.
#[derive(Debug)]
pub(crate) struct Carried(Vec<CarriedIn>);

/// What a company carries in, in order.
#[derive(Debug)]
struct CarriedIn {
    /// What stands, and the results of the year that the day before the first is in.
    lines: Vec<CarriedLine>,
    /// Results of the year before, where the books begin before it is closed.
    last_year: Vec<CarriedLine>,
}

impl CarriedIn {
    /// What each of its opening entries carries, and whether that is of the year before.
    fn parts(&self) -> impl Iterator<Item = (&[CarriedLine], bool)> {
        let now = self.lines.chunks(LINES).map(|part| (part, false));
        now.chain(self.last_year.chunks(LINES).map(|part| (part, true)))
    }
}

impl Carried {
    /// What stands in the books of the companies on the day before their first, item by item where it is known what opened
    /// it, and the results of years that are not closed.
    pub(crate) fn new(
        books: &Books,
        items: &[OpenItems],
        companies: std::ops::Range<u8>,
        eve: NaiveDate,
    ) -> Self {
        let results = |company, year| {
            let results = books.results(company, year).into_iter();
            results.map(|(item, cents)| CarriedLine { item, opened_by: None, cents })
        };
        let carried_in = |company| {
            let mut lines = carried_lines(books, items, company);
            lines.extend(results(company, eve.year()));
            lines.sort_unstable_by_key(CarriedLine::key);
            CarriedIn { lines, last_year: results(company, eve.year() - 1).collect() }
        };
        Self(companies.map(carried_in).collect())
    }

    fn of(&self, company: u8) -> &CarriedIn {
        &self.0[usize::from(company)]
    }

    /// The place of a line among those of its company, and the line.
    fn find(&self, key: (Item, Option<Uuid>)) -> Option<(usize, CarriedLine)> {
        let lines = &self.of(key.0.company).lines;
        lines.binary_search_by_key(&key, CarriedLine::key).ok().map(|at| (at, lines[at]))
    }

    /// How many opening entries come before a company's.
    fn entries_before(&self, company: u8) -> usize {
        self.0[..usize::from(company)].iter().map(|carried| carried.parts().count()).sum()
    }
}

/// The days on which opening entries count, of books that begin on `start`: the day before, and where that is in another
/// year than one that is not closed, also the last of that one, whose results it takes.
pub(crate) fn days(start: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let eve = start - Days::new(1);
    let is_open = start <= close::closed_on(eve.year() - 1);
    std::iter::once(eve).chain(is_open.then(|| last_day(eve.year() - 1)))
}

fn last_day(year: i32) -> NaiveDate {
    Month(year * 12 + 11).last()
}

/// The day on which an opening entry counts: its results are of that day's year.
pub(crate) fn counts_on(world: &World, document: Document) -> NaiveDate {
    let eve = world.begins_at().date_naive();
    let part = world.opening().of(document.company).parts().nth(usize::from(document.part));
    let is_of_last_year = part.is_some_and(|(_, of_last_year)| of_last_year);
    if is_of_last_year { last_day(eve.year() - 1) } else { eve }
}

/// The opening entry that carries a line, and the line.
fn carrier(world: &World, key: (Item, Option<Uuid>)) -> Option<(Uuid, CarriedLine)> {
    let company = key.0.company;
    let (at, line) = world.opening().find(key)?;
    let part = at / LINES;
    let month = Month::of(world.settings().start_date);
    let document = Document::new(Template::OpeningBalance, month, 0, part as u16).of(company);
    Some((world.opening_id((world.opening().entries_before(company) + part) as i64, document), line))
}

fn carried_lines(books: &Books, items: &[OpenItems], company: u8) -> Vec<CarriedLine> {
    let mut lines = Vec::new();
    for (item, cents) in books.carried(company) {
        let opened = items.iter().flat_map(|items| items.of(item));
        let opened = opened.map(|(item, entry_id, open)| CarriedLine {
            item,
            opened_by: Some((entry_id, open.document)),
            cents: open.cents,
        });
        let opened: Vec<CarriedLine> = opened.collect();
        let rest = cents - opened.iter().map(|line| line.cents).sum::<i64>();
        if rest != 0 {
            lines.push(CarriedLine { item, opened_by: None, cents: rest });
        }
        lines.extend(opened);
    }
    lines
}

/// The opening entries of all companies, in order: each a part of what a company carries.
pub(crate) fn documents(world: &World) -> Vec<Document> {
    let month = Month::of(world.settings().start_date);
    let mut found = Vec::new();
    for (company, carried) in (0..).zip(&world.opening().0) {
        let parts = 0..carried.parts().count() as u16;
        found.extend(parts.map(|part| Document::new(Template::OpeningBalance, month, 0, part).of(company)));
    }
    found
}

/// A part of a company's opening balances. Each part balances: what it lacks stands in retained earnings, whose own
/// balance the parts make up between them. An open item has a line of its own that names its document.
pub(crate) fn draft(world: &World, document: Document) -> Draft<'_> {
    let what = format!("Opening balances, part {}", document.part + 1);
    let mut draft = Draft::new(document, counts_on(world, document), what);
    let is_earned = |line: &&CarriedLine| line.item.account().account_code == code::RETAINED_EARNINGS;
    let parts = world.opening().of(document.company).parts();
    let part = parts.map(|(part, _)| part).nth(usize::from(document.part)).unwrap_or_default();
    let mut sum = 0;
    for carried in part.iter().filter(|line| !is_earned(line)) {
        sum += carried.cents;
        draft.debit(carried.item.account().account_code, carried.cents, |line| {
            world.ground.masters.name_item(carried.item, line);
            if let Some((entry_id, document)) = carried.opened_by {
                line.text = Some(named(world, entry_id, document).into());
                if carried.item.account().account_code == code::BACKUP_WITHHOLDING {
                    world.ground.to_owner(line, document.subject);
                }
            }
        });
    }
    draft.credit(code::RETAINED_EARNINGS, sum, |_| {});
    draft
}

/// What an open item's document is called: its number, or what it says, with its dates.
fn named(world: &World, entry_id: Uuid, document: Document) -> String {
    // Some stay open for a year or more: what they say is known without their month's facts and balances.
    let title = match document.template {
        Template::AdValoremAccrual => Some(taxes::property_tax_title(&world.ground, document)),
        Template::GasImbalance => Some(imbalance::title(&world.ground, document)),
        Template::RevolverDraw
        | Template::RevolverRepayment
        | Template::Dividend
        | Template::AffiliateDividend => Some(treasury::movement_title(document)),
        _ => None,
    };
    if let Some(title) = title {
        let entered_on = entered_at(entry_id).map(|at| at.date_naive());
        let dated = entered_on.map_or(document.month.last(), |day| posting_date(document, day));
        return format!("{title} of {dated}");
    }
    let draft = world.draft(document, world.entered_on(document));
    let due = draft.due_date.map(|due| format!(", due {due}")).unwrap_or_default();
    format!("{} of {}{due}", draft.source_document.unwrap_or(draft.description), draft.document_date)
}

/// Makes a draft refer to published entries alone. What it clears of an item that was opened before the books begin, it
/// clears of the opening entry that carries the item, with the item's name on both lines.
pub(crate) fn refer(world: &World, document: Document, draft: &mut Draft<'_>) {
    if document.template == Template::OpeningBalance {
        return;
    }
    let counts = (draft.posting_date, draft.production_month);
    for line in &mut draft.lines {
        let Some(cleared) = line.clears_entry_id.filter(|cleared| world.is_before_books(*cleared)) else {
            if document.template == Template::RevolverRepayment && line.clears_entry_id.is_none() {
                // What is not of a draw was drawn before anybody looked.
                let item = Item::of_line(&world.ground.masters, document.company, counts, line);
                let is_of_debt = line.account_code == code::REVOLVER;
                line.clears_entry_id =
                    is_of_debt.then(|| carrier(world, (item, None))).flatten().map(|it| it.0);
            }
            continue;
        };
        let item = Item::of_line(&world.ground.masters, document.company, counts, line);
        let carrier = carrier(world, (item, Some(cleared)));
        line.clears_entry_id = carrier.map(|(entry_id, _)| entry_id);
        if let Some((entry_id, opened_by)) = carrier.and_then(|(_, carried)| carried.opened_by) {
            line.text = Some(named(world, entry_id, opened_by).into());
        }
    }
    if document.template == Template::AroSettlement {
        refer_obligation(world, document, draft);
    }
    if document.month <= Month::of(world.settings().start_date) {
        refer_tickets(world, document, draft);
    }
}

/// What settles a month's tickets clears, of those from before the books begin, the opening entry that carries them: a line
/// of its own where the month began before the books and went on after.
fn refer_tickets(world: &World, document: Document, draft: &mut Draft<'_>) {
    let account = match document.template {
        Template::ServiceInvoice => code::RECEIVED_NOT_INVOICED,
        Template::RevenueFinal => code::ACCRUED_SALES,
        _ => return,
    };
    let Some(at) = draft.lines.iter().position(|line| line.account_code == account) else { return };
    let counts = (draft.posting_date, draft.production_month);
    let line = &draft.lines[at];
    let item = Item::of_line(&world.ground.masters, document.company, counts, line);
    let Some((carrier, carried)) = carrier(world, (item, None)) else { return };
    let (settled, open) = (line.signed_functional().units(), -carried.cents);
    let mut cleared = line.clone();
    cleared.clears_entry_id = Some(carrier);
    if settled == open {
        draft.lines[at] = cleared;
        return;
    }
    // Tickets of a month have one sign, so what is left has it too.
    let (whole, part) = (Money::from_units(settled.abs()), Money::from_units(open.abs()));
    if settled.signum() != open.signum() || part > whole {
        return;
    }
    (cleared.amount, cleared.functional_amount) = (part, part);
    let left = &mut draft.lines[at];
    (left.amount, left.functional_amount) = (whole - part, whole - part);
    draft.lines.insert(at, cleared);
    number(draft);
}

/// What settles a well's obligation clears the opening entry that carries it, and the accretion of each month since, a line
/// each.
fn refer_obligation(world: &World, document: Document, draft: &mut Draft<'_>) {
    let (well, company) = (document.subject, document.company);
    let item = Item::new(company, code::RETIREMENT_OBLIGATION, [well, 0, 0]);
    let is_of_obligation = |line: &JournalLine<'_>| line.account_code == code::RETIREMENT_OBLIGATION;
    let at = draft.lines.iter().position(is_of_obligation);
    let (Some(at), Some((opening, carried))) = (at, carrier(world, (item, None))) else { return };
    let mut cleared = vec![(opening, -carried.cents)];
    let mut month = Month::of(world.settings().start_date).plus(-1);
    while month <= document.month {
        let accretion = Document::new(Template::AroAccretion, month, well, 0).of(company);
        if world.is_published(accretion) {
            let obligation: i64 = cleared.iter().map(|(_, cents)| cents).sum();
            cleared.push((world.id(accretion), retirement::accreted(obligation)));
        }
        month = month.plus(1);
    }
    let whole = &draft.lines[at];
    if cleared.iter().map(|(_, cents)| cents).sum::<i64>() != whole.signed_functional().units() {
        return;
    }
    let parts: Vec<JournalLine<'_>> = cleared
        .into_iter()
        .filter(|(_, cents)| *cents > 0)
        .map(|(entry_id, cents)| {
            let mut part = whole.clone();
            (part.amount, part.functional_amount) = (Money::from_units(cents), Money::from_units(cents));
            part.clears_entry_id = Some(entry_id);
            part
        })
        .collect();
    draft.lines.splice(at..=at, parts);
    number(draft);
}

/// Numbers a draft's lines anew.
fn number(draft: &mut Draft<'_>) {
    for (number, line) in (1..).zip(&mut draft.lines) {
        line.line_number = number;
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Opening);
}
