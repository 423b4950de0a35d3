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
use uuid::Uuid;

/// Backup withholding of a payment to an owner without a taxpayer number: 24 % (26 U.S.C. § 3406).
const WITHHELD: i64 = 2_400;
/// Years after which a state presumes mineral proceeds abandoned, from when they were payable, where it is not
/// [`DORMANT_YEARS`]: Louisiana two (R.S. 9:154); New Mexico (§ 7-8A-2), Ohio (R.C. 169.02), Oklahoma (60 O.S. § 651 ff.),
/// Montana (§ 70-9-803) and West Virginia (§ 36-8-2) five. The texts of Texas, Wyoming and Oklahoma were compared; the others
/// are the states' general periods. Where a state takes all that stands once a part is dormant, only that part goes here.
const DORMANCY: [(&str, i32); 6] = [("LA", 2), ("NM", 5), ("OH", 5), ("OK", 5), ("MT", 5), ("WV", 5)];
/// Years in the others: Texas (Prop. Code § 75.101), Wyoming (§ 34-24-117), Colorado, North Dakota, Utah, Pennsylvania.
const DORMANT_YEARS: i32 = 3;
/// Months after production in which revenue is payable.
const PAYABLE_AFTER: i32 = 2;
/// Mean of what is held for an owner that nobody can find, of a month before the fold begins, in cents.
const HELD_OF_MONTH: std::ops::RangeInclusive<i64> = 12_00..=620_00;

/// A check of a run: what an owner is owed, and what of it is netted against which bill of which joint account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) owner: u32,
    pub(crate) cents: i64,
    pub(crate) netted: Vec<(u32, Uuid, i64)>,
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
        for (lease, bill, billed) in
            master.netted_partner.iter().flat_map(|partner| standing.billed(*partner))
        {
            let taken = billed.min(left);
            if taken > 0 {
                netted.push((lease, bill, taken));
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
        let held = held(standing, owner);
        let document = |template| Document::new(template, month, owner, 0);
        if sum(&held) > 0 && master.is_released_in(month) {
            found.push(document(Template::SuspenseRelease));
        }
        let unlocatable = master.suspense(month) == Some("UNLOCATABLE");
        let state = &master.record.state;
        if unlocatable && month.of_year() == Report::of(state).month && sum(&dormant(state, month, &held)) > 0
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
            let standing = world.standing(document.month);
            let owed = -standing.books.of(OPERATOR, code::BACKUP_WITHHOLDING, [0; 3]);
            let what = format!("Backup withholding of {}", document.month.plus(-1).label());
            let mut draft = Draft::new(document, entered_on, what);
            for (_, check, open) in standing.items.by_master(OPERATOR, code::BACKUP_WITHHOLDING, 0) {
                draft.debit(code::BACKUP_WITHHOLDING, -open.cents, |line| {
                    world.ground.to_owner(line, open.document.subject);
                    line.clears_entry_id = Some(check);
                });
            }
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
    for (lease, bill, cents) in &check.netted {
        left -= cents;
        draft.credit(code::JIB_RECEIVABLE, *cents, |line| {
            ground.on_joint_account(line, *lease);
            ground.with(line, owner.netted_partner.expect("only a partner is netted"));
            line.clears_entry_id = Some(*bill);
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

/// What is held for an owner, by production month, the oldest first.
fn held(standing: &Standing, owner: u32) -> Vec<(Month, i64)> {
    let held = standing.books.by_master(OPERATOR, code::SUSPENSE, Some(owner));
    held.into_iter().map(|([_, month, _], cents)| (Month(month as i32), -cents)).collect()
}

fn sum(held: &[(Month, i64)]) -> i64 {
    held.iter().map(|(_, cents)| cents).sum()
}

/// When a state's yearly report of unclaimed property is made up: the month before it is due, and the months from the
/// beginning of its year until the day that it reports what was dormant on.
struct Report {
    month: u32,
    until: i32,
}

impl Report {
    /// Due 1 July of what was dormant on 1 March (Tex. Prop. Code §§ 74.101, 74.301); 15 April of the year before (72 P.S.
    /// § 1301.11); elsewhere 1 November of what was dormant on 30 June (uniform acts of 1981 and 1995, § 17 and § 7).
    fn of(state: &str) -> Self {
        match state {
            "TX" => Self { month: 6, until: 2 },
            "PA" => Self { month: 3, until: 0 },
            _ => Self { month: 10, until: 6 },
        }
    }

    /// The last production month that a state's report of a year takes in.
    fn through(state: &str, year: i32) -> Month {
        let years = DORMANCY.iter().find(|(of, _)| *of == state).map_or(DORMANT_YEARS, |(_, years)| *years);
        Month(year * 12).plus(Self::of(state).until - 1 - PAYABLE_AFTER - 12 * years)
    }
}

/// What of it a state presumes abandoned in a month in which it is reported.
fn dormant(state: &str, month: Month, held: &[(Month, i64)]) -> Vec<(Month, i64)> {
    let through = Report::through(state, month.year());
    held.iter().copied().filter(|(produced, _)| *produced <= through).collect()
}

impl Ground {
    /// What is held for an owner when the fold begins, because nobody can find it, by production month: all that the last
    /// report before did not take in.
    pub(crate) fn held_before(&self, owner: u32) -> Vec<(Month, i64)> {
        let record = &self.masters.owners[owner as usize].record;
        if record.suspense_code.as_deref() != Some("UNLOCATABLE") {
            return Vec::new();
        }
        let base = self.masters.base;
        let is_reported = Report::of(&record.state).month < base.of_year();
        let through = Report::through(&record.state, base.year() - i32::from(!is_reported));
        let mut draw = Draw::new(self.seed, Stream::Master, u64::from(owner), 3);
        let mean = draw.between(*HELD_OF_MONTH.start(), *HELD_OF_MONTH.end());
        let months = (through.0 + 1..base.0).map(Month);
        months.map(|month| (month, mean * draw.between(60, 140) / 100)).collect()
    }
}

/// Dr suspense, by production month / Cr another liability to the owner: all that stands there, or what nobody has claimed
/// for too long.
fn moved<'w>(
    world: &'w World,
    document: Document,
    entered_on: NaiveDate,
    what: &str,
    (from, to): (&'static str, &'static str),
) -> Draft<'w> {
    let ground = &world.ground;
    let owner = &ground.masters.owners[document.subject as usize].record;
    let mut moved = held(&world.standing(document.month), document.subject);
    if document.template == Template::Escheat {
        moved = dormant(&owner.state, document.month, &moved);
    }
    let mut draft = Draft::new(document, entered_on, format!("{what}, {}", owner.name));
    for (produced, cents) in &moved {
        draft.debit(from, *cents, |line| {
            ground.to_owner(line, document.subject);
            line.suspense_code = owner.suspense_code.as_deref().map(Into::into);
            line.production_month = Some(produced.first());
        });
    }
    draft.credit(to, sum(&moved), |line| ground.to_owner(line, document.subject));
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
    draft.debit(code::ESCHEAT_PAYABLE, owed, |line| {
        ground.to_owner(line, document.subject);
        let escheat = Document { month: document.month.plus(-1), ..document };
        line.clears_entry_id = Some(world.id(escheat.as_template(Template::Escheat)));
    });
    draft.credit(code::CASH, owed, |_| {});
    draft
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Owners);
}
