//! Owners are paid: check runs with netting and backup withholding, releases from suspense, escheat.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::Ground;
use crate::masters::OPERATOR;
use crate::month::Month;
use crate::payables::share_of;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::{Money, Rate};

/// Backup withholding of a payment to an owner without a taxpayer number: 24 % (26 U.S.C. § 3406).
const WITHHELD: i64 = 2_400;
/// The month in which unclaimed revenue is reported to the states, which have it by 1 July (Tex. Prop. Code § 74.301).
const ESCHEATED_IN: u32 = 6;
/// Years over which what was held before the books' first month comes of age: three, by most states' law.
const AGED_OVER: i64 = 3;

/// A check of a run: what an owner is owed, and what of it is netted against which joint account's bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) owner: u32,
    pub(crate) cents: i64,
    pub(crate) netted: Vec<(u32, i64)>,
}

/// The day of a month's check run: after its finals, before its end.
pub(crate) fn run_day(month: Month) -> NaiveDate {
    on_or_before(month.day(28))
}

/// The checks of a month's run, from what stands when it runs: every balance of a hundred dollars, in December of ten.
pub(crate) fn checks(world: &World, month: Month, standing: &Standing) -> Vec<Check> {
    let masters = &world.ground.masters;
    let mut checks = Vec::new();
    for (owner, master) in (0..).zip(&masters.owners) {
        let cents = -standing.books.of(OPERATOR, code::OWNERS_PAYABLE, [owner, 0, 0]);
        let least = if month.of_year() == 12 { 10_00 } else { master.record.minimum_payment.units() };
        if cents < least {
            continue;
        }
        let mut left = cents;
        let mut netted = Vec::new();
        for (lease, billed) in master.netted_partner.iter().flat_map(|partner| standing.billed(*partner)) {
            let taken = billed.min(left);
            if taken > 0 {
                netted.push((lease, taken));
                left -= taken;
            }
        }
        checks.push(Check { owner, cents, netted });
    }
    checks
}

/// What of a month does not follow from its check run.
pub(crate) fn documents(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    for (owner, master) in (0..).zip(&world.ground.masters.owners) {
        let held = -standing.books.of(OPERATOR, code::SUSPENSE, [owner, 0, 0]);
        let document = |template| Document::new(template, month, owner, 0);
        if held > 0 && master.is_released_in(month) {
            found.push(document(Template::SuspenseRelease));
        }
        let unlocatable = master.suspense(month) == Some("UNLOCATABLE");
        if unlocatable
            && month.of_year() == ESCHEATED_IN
            && world.ground.unclaimed(month, owner).min(held) > 0
        {
            found.push(document(Template::Escheat));
        }
        if standing.books.of(OPERATOR, code::ESCHEAT_PAYABLE, [owner, 0, 0]) < 0 {
            found.push(document(Template::EscheatRemittance));
        }
    }
    if standing.books.of(OPERATOR, code::BACKUP_WITHHOLDING, [0; 3]) < 0 {
        found.push(Document::new(Template::BackupWithholdingRemittance, month, 0, 0));
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::OwnerDistribution => run_day(month),
        Template::SuspenseRelease => month.working_day(3),
        Template::Escheat => month.working_day(12),
        Template::EscheatRemittance => month.working_day(1),
        _ => on_or_after(month.day(15)),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    match document.template {
        Template::OwnerDistribution => check_draft(
            &world.ground,
            document,
            entered_on,
            &world.settled(document.month).checks[document.part as usize],
        ),
        Template::SuspenseRelease => moved(
            world,
            document,
            entered_on,
            "Release from suspense",
            (code::SUSPENSE, code::OWNERS_PAYABLE),
        ),
        Template::Escheat => {
            moved(world, document, entered_on, "Unclaimed revenue", (code::SUSPENSE, code::ESCHEAT_PAYABLE))
        }
        Template::EscheatRemittance => remittance(world, document, entered_on),
        _ => {
            let owed = -world.standing(document.month).books.of(OPERATOR, code::BACKUP_WITHHOLDING, [0; 3]);
            let what = format!("Backup withholding of {}", document.month.plus(-1).label());
            let mut draft = Draft::new(document, entered_on, what);
            draft.debit(code::BACKUP_WITHHOLDING, owed, |_| {});
            draft.credit(code::CASH, owed, |_| {});
            draft
        }
    }
}

/// Dr owner / Cr joint interest receivable where it is netted, withholding, and cash for the rest.
pub(crate) fn check_draft<'w>(
    ground: &'w Ground,
    document: Document,
    entered_on: NaiveDate,
    check: &Check,
) -> Draft<'w> {
    let owner = &ground.masters.owners[check.owner as usize];
    let mut draft = Draft::new(document, entered_on, format!("Revenue check, {}", owner.record.name));
    draft.source_document = Some(format!("CK-{}-{}", entered_on.format("%y%m"), owner.record.owner_id));
    draft.debit(code::OWNERS_PAYABLE, check.cents, |line| ground.to_owner(line, check.owner));
    let mut left = check.cents;
    for (lease, cents) in &check.netted {
        left -= cents;
        draft.credit(code::JIB_RECEIVABLE, *cents, |line| {
            ground.on_joint_account(line, *lease);
            ground.with(line, owner.netted_partner.expect("only a partner is netted"));
            line.text = Some("Netted".into());
        });
    }
    if owner.withheld {
        let withheld = share_of(left, WITHHELD);
        draft.credit(code::BACKUP_WITHHOLDING, withheld, |line| {
            ground.to_owner(line, check.owner);
            line.base_amount = Some(Money::from_units(left));
            line.rate = Some(Rate::from_units(WITHHELD * 10_000));
        });
        left -= withheld;
    }
    draft.credit(code::CASH, left, |_| {});
    draft
}

impl Ground {
    /// What is held for an owner when the fold begins, because nobody can find it.
    pub(crate) fn held_before(&self, owner: u32) -> i64 {
        let is_unlocatable =
            self.masters.owners[owner as usize].record.suspense_code.as_deref() == Some("UNLOCATABLE");
        let mut draw = Draw::new(self.seed, Stream::Master, u64::from(owner), 3);
        if is_unlocatable { draw.between(400_00, 28_000_00) } else { 0 }
    }

    /// What of it comes of age in a year: what came in three years before.
    fn unclaimed(&self, month: Month, owner: u32) -> i64 {
        let year = i64::from(month.year() - self.masters.base.year());
        let of_year = self.held_before(owner) / (AGED_OVER + 1);
        if (0..=AGED_OVER).contains(&year) { of_year } else { 0 }
    }
}

/// Dr suspense / Cr another liability to the owner: all that stands there, or what nobody has claimed for too long.
fn moved<'w>(
    world: &'w World,
    document: Document,
    entered_on: NaiveDate,
    what: &str,
    (from, to): (&'static str, &'static str),
) -> Draft<'w> {
    let ground = &world.ground;
    let owner = &ground.masters.owners[document.subject as usize].record;
    let held = -world.standing(document.month).books.of(OPERATOR, code::SUSPENSE, [document.subject, 0, 0]);
    let cents = match document.template {
        Template::Escheat => held.min(ground.unclaimed(document.month, document.subject)),
        _ => held,
    };
    let mut draft = Draft::new(document, entered_on, format!("{what}, {}", owner.name));
    draft.debit(from, cents, |line| {
        ground.to_owner(line, document.subject);
        line.suspense_code = owner.suspense_code.as_deref().map(Into::into);
    });
    draft.credit(to, cents, |line| ground.to_owner(line, document.subject));
    draft
}

/// Dr escheat payable / Cr cash.
fn remittance(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let owner = &ground.masters.owners[document.subject as usize].record;
    let owed =
        -world.standing(document.month).books.of(OPERATOR, code::ESCHEAT_PAYABLE, [document.subject, 0, 0]);
    let what = format!("Unclaimed property to {}, {}", owner.state, owner.name);
    let mut draft = Draft::new(document, entered_on, what);
    draft.debit(code::ESCHEAT_PAYABLE, owed, |line| ground.to_owner(line, document.subject));
    draft.credit(code::CASH, owed, |_| {});
    draft
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Owners);
}
