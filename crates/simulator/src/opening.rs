//! Where the books come from: the balances that the fold begins with, and the opening entries that it leads to.
//!
//! Two years before the first day are booked like any others. What then stands on the balance sheet, by open item, owner,
//! partner, well, AFE, obligation, debt and equity, is carried in by opening entries; so nothing is paid, reversed or
//! depleted that never existed.

use crate::books::{Books, Item};
use crate::close::LINES;
use crate::document::Document;
use crate::draft::Draft;
use crate::ground::Ground;
use crate::hedging;
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;

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
            books.add(OPERATOR, code::SUSPENSE, [owner, 0, 0], -self.held_before(owner));
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
        let account = if swaps > 0 { code::DERIVATIVE_ASSET } else { code::DERIVATIVE_LIABILITY };
        books.add(OPERATOR, account, [0; 3], swaps);
    }
}

/// The opening entries of all companies: each a part of what a company carries.
pub(crate) fn documents(world: &World, found: &mut Vec<Document>) {
    let month = Month::of(world.settings().start_date);
    for company in 0..world.ground.masters.companies.len() as u8 {
        let parts = world.opening().carried(company).len().div_ceil(LINES) as u16;
        found.extend(
            (0..parts).map(|part| Document::new(Template::OpeningBalance, month, 0, part).of(company)),
        );
    }
}

/// A part of a company's opening balances. Each part balances: what it lacks stands in retained earnings, whose own
/// balance the parts make up between them.
pub(crate) fn draft(world: &World, document: Document, day: NaiveDate) -> Draft<'_> {
    let what = format!("Opening balances, part {}", document.part + 1);
    let mut draft = Draft::new(document, day, what);
    let is_earned = |item: &Item| item.account().account_code == code::RETAINED_EARNINGS;
    let carried = world.opening().carried(document.company);
    let part = carried.chunks(LINES).nth(usize::from(document.part)).unwrap_or_default();
    let mut sum = 0;
    for (item, cents) in part.iter().filter(|(item, _)| !is_earned(item)) {
        sum += cents;
        draft.debit(item.account().account_code, *cents, |line| world.ground.masters.name_item(*item, line));
    }
    draft.credit(code::RETAINED_EARNINGS, sum, |_| {});
    draft
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Opening);
}
