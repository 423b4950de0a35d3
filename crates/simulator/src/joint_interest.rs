//! Joint interest: the partners' shares of a lease's cost are called, billed, charged with overhead, and paid.

use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Facts, Ground, Spent};
use crate::masters::{Masters, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::{Days, NaiveDate, TimeDelta};
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::period::on_or_after;
use ledger::split::largest_remainder;
use ledger::{Money, Quantity, UnitPrice};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Of a well's budget, what partners are called on before it is spudded, in parts per hundred.
const CALLED: i64 = 40;
/// Overhead of a producing well and month, as operating agreements were signed with it, at least and at most, in tens of
/// dollars. COPAS publishes no rates: they are negotiated, and adjusted by its factor each April.
const PRODUCING_OVERHEAD: (i64, i64) = (72, 105);
/// What partners bear of the rig's overhead goes to this line of the AFE.
const DRILLING_SUPERVISION: &str = "241.007";
/// Overhead of a month of drilling, by its days, as signed, in hundreds of dollars.
const DRILLING_OVERHEAD: (i64, i64) = (72, 105);
/// What more is agreed where wells are deep, in parts per hundred.
const DEEP: i64 = 110;
/// Basins where they are.
const DEEP_BASINS: [&str; 4] = ["Delaware", "Williston", "Anadarko", "Haynesville"];
/// Years before the books' first in which agreements were signed, at most.
const SIGNED_BEFORE: i64 = 11;
/// Days from the date of a bill in which partners pay it.
const BILL_DAYS: u64 = 30;
/// What a bill says of a cost that was billed on another account before.
const RECODED: &str = "Recoded";
/// Bills of a thousand that are never paid.
const DEFAULTED: u64 = 3;
/// Of twenty partners, how many pay by the due date as a rule, and how many some weeks after it; the others take months.
const PROMPT: u64 = 14;
/// See [`PROMPT`].
const PROMPT_OR_SLOW: u64 = PROMPT + 4;
/// Of a hundred bills, those that somebody who pays by the due date pays after it.
const SLIPPED: u64 = 8;
/// Days between the due date and the payment, by habit, at least and at most: what is due is paid in the two weeks before.
const PAID: [(i64, i64); 4] = [(-12, 0), (1, 12), (12, 45), (58, 92)];
/// Months after its own in which a bill is paid at the latest.
const PAID_AFTER: i32 = 5;
/// Months after which a bill that was not paid is written off.
pub(crate) const WRITTEN_OFF_AFTER: i32 = 7;

/// A cost that is billed, or one coded wrong before that is taken back: the project and account, what it is at 8/8, and the
/// partners' parts, in the order of the lease's partners. What is taken back is below zero.
struct Billed {
    project: Option<u32>,
    account: &'static str,
    cents: i64,
    parts: Vec<i64>,
}

impl Ground {
    /// What a month's cost of a lease comes to for its partners.
    fn billed(&self, lease: u32, facts: &Facts) -> Vec<Billed> {
        let master = &self.masters.leases[lease as usize];
        if master.partners.is_empty() {
            return Vec::new();
        }
        let weights = master.cost_weights();
        let parts = |cents| largest_remainder(cents, &weights).split_off(1);
        let costs = sums(&facts.costs, lease).into_iter();
        let costs =
            costs.map(|(project, account, cents)| Billed { project, account, cents, parts: parts(cents) });
        let taken_off = sums(&facts.taken_off, lease).into_iter();
        let taken_off = taken_off.map(|(project, account, cents)| Billed {
            project,
            account,
            cents: -cents,
            parts: parts(cents).into_iter().map(|part| -part).collect(),
        });
        costs.chain(taken_off).filter(|billed| billed.parts.iter().any(|part| *part != 0)).collect()
    }

    /// Overhead of a lease's producing wells in a month at 8/8, with the parts of the company and its partners.
    fn overhead(&self, month: Month, lease: u32) -> Overhead {
        let on = |at: &u32| self.masters.wells[*at as usize].produces_in(month);
        let wells: Vec<u32> = self.masters.wells_of(lease).iter().copied().filter(on).collect();
        let agreed = self.agreement(lease).producing;
        self.shared(lease, wells, self.adjusted(agreed, lease, month), None)
    }

    /// Overhead of a project's rig, for the days on which it drills in a month.
    fn drilling_overhead(&self, month: Month, project: u32) -> Overhead {
        let master = &self.masters.projects[project as usize];
        let mut draw = Draw::new(self.seed, Stream::Project, u64::from(project) + 1, 1 << 40);
        let days = if master.phase(month) == 0 { draw.between(16, month.length() - 2) } else { 0 };
        let agreed = self.agreement(master.lease).drilling;
        let rate = self.adjusted(agreed, master.lease, month) / month.length();
        self.shared(master.lease, vec![master.well], rate, Some(days))
    }

    /// So much a well, or a day of drilling one.
    fn shared(&self, lease: u32, wells: Vec<u32>, rate: i64, days: Option<i64>) -> Overhead {
        let count = days.unwrap_or(wells.len() as i64);
        let total = rate * count;
        let parts = largest_remainder(total, &self.masters.leases[lease as usize].cost_weights());
        Overhead { parts, wells, rate, count, unit: if days.is_some() { "DAY" } else { "WELL" }, total }
    }

    /// What a partner's overhead of a month comes to: of the wells, and of each project that drills.
    fn overheads(&self, month: Month, lease: u32, partner: u16) -> Vec<(Document, i64)> {
        let part = |overhead: Overhead| overhead.parts[usize::from(partner) + 1];
        let wells = Document::new(Template::CopasOverhead, month, lease, 0);
        let drilling =
            self.masters.projects_around(month).filter(|(_, it)| it.lease == lease && it.phase(month) == 0);
        let drilling = drilling.map(|(at, _)| {
            (Document::new(Template::DrillingOverhead, month, at, 0), part(self.drilling_overhead(month, at)))
        });
        std::iter::once((wells, part(self.overhead(month, lease)))).chain(drilling).collect()
    }

    /// The overhead that a lease's operating agreement was signed with.
    fn agreement(&self, lease: u32) -> Agreement {
        let mut draw = Draw::new(self.seed, Stream::Partner, (1 << 41) + u64::from(lease), 0);
        let is_deep = DEEP_BASINS.contains(&&*self.masters.leases[lease as usize].record.basin);
        let of_basin = |cents: i64| if is_deep { cents * DEEP / 100 } else { cents };
        Agreement {
            signed: self.masters.base.year() - draw.between(1, SIGNED_BEFORE) as i32,
            producing: of_basin(draw.between(PRODUCING_OVERHEAD.0, PRODUCING_OVERHEAD.1) * 10_00),
            drilling: of_basin(draw.between(DRILLING_OVERHEAD.0, DRILLING_OVERHEAD.1) * 100_00),
        }
    }

    /// A rate of a lease's agreement in a month: adjusted each 1 April since the one after it was signed by the year's factor,
    /// which is the same of all agreements, 2 to 5 % by the seed; to the cent each time.
    fn adjusted(&self, agreed: i64, lease: u32, month: Month) -> i64 {
        let last = month.plus(-3).year();
        (self.agreement(lease).signed + 1..=last).fold(agreed, |rate, year| {
            let mut draw = Draw::new(self.seed, Stream::Partner, 0, u64::from(year.unsigned_abs()));
            divide_half_away(i128::from(rate * draw.between(10_200, 10_500)), 10_000) as i64
        })
    }

    /// Whether a partner never pays a month's bill.
    pub(crate) fn is_defaulted(&self, month: Month, lease: u32, partner: u16) -> bool {
        Document::new(Template::JibReceipt, month, lease, partner)
            .draw(self.seed, Stream::Partner)
            .below(1_000)
            < DEFAULTED
    }

    /// The day on which a partner pays a month's bill, by its habit, which it keeps for ever.
    fn paid_on(&self, month: Month, lease: u32, partner: u16) -> NaiveDate {
        let counterparty = self.masters.leases[lease as usize].partners[usize::from(partner)].0;
        let nth = u64::from(counterparty - self.masters.counterparties.partners.start);
        // Seven steps in twenty make a round of all, so each habit has its share of them with any seed.
        let place = (nth * 7 + Draw::new(self.seed, Stream::Partner, 1 << 40, 0).below(20)) % 20;
        let mut draw =
            Document::new(Template::JibReceipt, month, lease, partner).draw(self.seed, Stream::Habit);
        let (earliest, latest) = match place {
            0..PROMPT if draw.below(100) >= SLIPPED => PAID[0],
            0..PROMPT => PAID[1],
            PROMPT..PROMPT_OR_SLOW => PAID[2],
            _ => PAID[3],
        };
        on_or_after(due_on(month.last()) + TimeDelta::days(draw.between(earliest, latest)))
    }
}

/// The day on which a bill of a date is due.
fn due_on(dated: NaiveDate) -> NaiveDate {
    dated + Days::new(BILL_DAYS)
}

/// What an operating agreement says of overhead, in cents: of a producing well and month, and of a month of drilling.
struct Agreement {
    /// The year in which it was signed, whose rates they are.
    signed: i32,
    producing: i64,
    drilling: i64,
}

struct Overhead {
    /// The company's, then the partners'.
    parts: Vec<i64>,
    wells: Vec<u32>,
    /// Of how many of a unit, at which rate in cents.
    count: i64,
    unit: &'static str,
    rate: i64,
    total: i64,
}

/// Costs of a lease by project and account.
fn sums(costs: &BTreeMap<Spent, i64>, lease: u32) -> Vec<(Option<u32>, &'static str, i64)> {
    let mut sums: Vec<(Option<u32>, &'static str, i64)> = Vec::new();
    for (spent, cents) in costs.range(spent_on(lease)) {
        match sums.last_mut() {
            Some((project, account, sum)) if (*project, *account) == (spent.project, spent.account) => {
                *sum += cents;
            }
            _ => sums.push((spent.project, spent.account, *cents)),
        }
    }
    sums
}

/// The range of costs of a lease.
fn spent_on(lease: u32) -> std::ops::Range<Spent> {
    let first = |lease| Spent { lease, project: None, account: "", well: 0 };
    first(lease)..first(lease + 1)
}

/// What a partner is billed of a month.
pub(crate) fn bill(world: &World, month: Month, lease: u32, partner: u16) -> i64 {
    let ground = &world.ground;
    let costs: i64 = ground
        .billed(lease, &world.facts(month))
        .iter()
        .map(|billed| billed.parts[usize::from(partner)])
        .sum();
    costs + ground.overheads(month, lease, partner).iter().map(|(_, cents)| cents).sum::<i64>()
}

/// What of a project's bill of the month before a partner's advance pays in `month`.
fn applied(world: &World, month: Month, standing: &Standing, project: u32, partner: u16) -> i64 {
    let ground = &world.ground;
    let lease = ground.masters.projects[project as usize].lease;
    let counterparty = ground.masters.leases[lease as usize].partners[usize::from(partner)].0;
    let advanced = -standing.books.of(OPERATOR, code::ADVANCES, [counterparty, project, 0]);
    let facts = world.facts(month.plus(-1));
    let of_project =
        ground.billed(lease, &facts).into_iter().filter(|billed| billed.project == Some(project));
    advanced.min(of_project.map(|billed| billed.parts[usize::from(partner)]).sum()).max(0)
}

/// Every document of joint interest whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, facts: &Facts, found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (at, lease) in (0..).zip(&ground.masters.leases) {
        let document = |template, part| Document::new(template, month, at, part);
        if lease.company != OPERATOR || lease.partners.is_empty() {
            continue;
        }
        if !ground.billed(at, facts).is_empty() {
            found.push(document(Template::JibCutBack, 0));
        }
        if ground.overhead(month, at).total > 0 {
            found.push(document(Template::CopasOverhead, 0));
        }
    }
    for (at, project) in ground.masters.projects_around(month) {
        if project.phase(month) == 0 {
            let partners = 0..ground.masters.leases[project.lease as usize].partners.len() as u16;
            found.extend(partners.map(|partner| Document::new(Template::CashCall, month, at, partner)));
            if !ground.masters.leases[project.lease as usize].partners.is_empty() {
                found.push(Document::new(Template::DrillingOverhead, month, at, 0));
            }
        }
    }
}

/// What follows from what stands when a month begins: advances that are used, and what partners pay of bills of the months
/// before.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    for (at, project) in world.ground.masters.projects_around(month) {
        let partners = 0..world.ground.masters.leases[project.lease as usize].partners.len() as u16;
        let used = partners.filter(|partner| applied(world, month, standing, at, *partner) > 0);
        found.extend(used.map(|partner| Document::new(Template::CashCallApplication, month, at, partner)));
    }
    for billed in (1..=PAID_AFTER).map(|after| month.plus(-after)) {
        if billed >= world.ground.masters.base {
            receipts(world, month, (billed, standing), found);
        }
    }
}

/// What partners pay in a month of the bills of an earlier one, by what stands when the month of the payment begins.
fn receipts(world: &World, month: Month, (billed, standing): (Month, &Standing), found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (at, lease) in (0..).zip(&ground.masters.leases).filter(|(_, lease)| lease.company == OPERATOR) {
        for (partner, (counterparty, _)) in (0..).zip(&lease.partners) {
            let receipt = Document::new(Template::JibReceipt, billed, at, partner);
            let pays = Month::of(ground.paid_on(billed, at, partner)) == month
                && !ground.masters.is_netted(*counterparty)
                && !ground.is_defaulted(billed, at, partner);
            if pays && paid(world, month, receipt, standing).iter().map(|(_, cents)| cents).sum::<i64>() > 0 {
                found.push(receipt);
            }
        }
    }
}

/// What a receipt of a month pays, bill by bill: in the month of the billing what no advance does, later what is open.
fn paid(world: &World, month: Month, receipt: Document, standing: &Standing) -> Vec<(Uuid, i64)> {
    let (billed, lease, partner) = (receipt.month, receipt.subject, receipt.part);
    let ground = &world.ground;
    if month > billed.plus(1) {
        let counterparty = ground.masters.leases[lease as usize].partners[usize::from(partner)].0;
        return standing.open_of_bills(counterparty, lease, billed);
    }
    let overheads = ground.overheads(billed, lease, partner);
    let overhead: i64 = overheads.iter().map(|(_, cents)| cents).sum();
    let costs = payable(world, billed, standing, lease, partner) - overhead;
    let costs = (Document { template: Template::JibCutBack, part: 0, ..receipt }, costs);
    let bills = std::iter::once(costs).chain(overheads);
    bills.map(|(bill, cents)| (world.id(bill), cents)).collect()
}

/// What a partner pays of a month's bill: what its advances do not.
fn payable(world: &World, billed: Month, next: &Standing, at: u32, partner: u16) -> i64 {
    let projects =
        world.ground.masters.projects_around(billed.plus(1)).filter(|(_, project)| project.lease == at);
    let advanced: i64 =
        projects.map(|(project, _)| applied(world, billed.plus(1), next, project, partner)).sum();
    bill(world, billed, at, partner) - advanced
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let month = document.month;
    match document.template {
        Template::JibReceipt => world.ground.paid_on(month, document.subject, document.part),
        Template::CashCall => month.working_day(3),
        Template::CashCallApplication => month.working_day(6),
        _ => month.plus(1).working_day(5),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    match document.template {
        Template::JibCutBack => ground.cut_back(document, entered_on, &world.facts(document.month)),
        Template::CopasOverhead | Template::DrillingOverhead => ground.overhead_draft(document, entered_on),
        Template::JibReceipt => receipt(world, document, entered_on),
        Template::CashCall => ground.cash_call(document, entered_on),
        _ => application(world, document, entered_on),
    }
}

impl Ground {
    /// Dr joint interest receivable, a line per partner, account and AFE / Cr the cost by well: the operator keeps its own
    /// share.
    fn cut_back(&self, document: Document, entered_on: NaiveDate, facts: &Facts) -> Draft<'_> {
        let (month, at) = (document.month, document.subject);
        let lease = &self.masters.leases[at as usize];
        let what = format!("Joint interest billing {}, {}", month.label(), lease.record.name);
        let mut draft = Draft::new(document, entered_on, what);
        draft.due_date = Some(due_on(draft.document_date));
        draft.source_document = Some(format!("JIB-{}-{}", month.label(), lease.jib_code));
        for billed in self.billed(at, facts) {
            for ((partner, share), part) in lease.partners.iter().zip(&billed.parts) {
                draft.debit(code::JIB_RECEIVABLE, *part, |line| {
                    self.on_joint_account(line, at);
                    self.with(line, *partner);
                    line.decimal_interest = Some(*share);
                    line.billed_account_code = Some(billed.account.into());
                    line.base_amount = Some(Money::from_units(billed.cents.abs()));
                    line.text = (billed.cents < 0).then(|| RECODED.into());
                    line.afe_number = billed
                        .project
                        .map(|project| self.masters.projects[project as usize].afe_number.as_str().into());
                });
            }
            self.cut_from_wells(&mut draft, at, &billed, facts);
        }
        draft
    }

    /// What partners bear of each well's cost, in proportion to it, or give back of what they no longer bear: well,
    /// cost, their part.
    fn cut(lease: u32, billed: &Billed, facts: &Facts) -> Vec<(u32, i64, i64)> {
        let of = |spent: &Spent| spent.account == billed.account && spent.project == billed.project;
        let sign = billed.cents.signum();
        let costs = if sign < 0 { &facts.taken_off } else { &facts.costs };
        let wells: Vec<(u32, i64)> = costs
            .range(spent_on(lease))
            .filter(|(spent, cents)| of(spent) && **cents > 0)
            .map(|(spent, cents)| (spent.well, *cents))
            .collect();
        let weights: Vec<i64> = wells.iter().map(|(_, cents)| *cents).collect();
        let parts = largest_remainder(sign * billed.parts.iter().sum::<i64>(), &weights);
        wells.into_iter().zip(parts).map(|((well, cents), part)| (well, cents, sign * part)).collect()
    }

    /// Takes what partners bear off each well, or puts back what they no longer bear.
    fn cut_from_wells<'w>(&'w self, draft: &mut Draft<'w>, lease: u32, billed: &Billed, facts: &Facts) {
        for (well, cents, part) in Self::cut(lease, billed, facts) {
            draft.credit(billed.account, part, |line| {
                self.on_joint_account(line, lease);
                line.base_amount = Some(Money::from_units(cents));
                match billed.project {
                    Some(project) => self.on_project(line, project),
                    None => self.on_well(line, well),
                }
            });
        }
    }

    /// What of a month's cost of a well on an account stays with the company, once its partners are billed.
    pub(crate) fn kept(&self, facts: &Facts, well: u32, account: &'static str) -> i64 {
        let lease = self.masters.wells[well as usize].lease;
        let spent = crate::ground::Spent { lease, project: None, account, well };
        let cost = facts.costs.get(&spent).copied().unwrap_or_default();
        let billed = self.billed(lease, facts);
        let of_account = billed.iter().find(|it| it.project.is_none() && it.account == account);
        let cut = of_account.map(|billed| Self::cut(lease, billed, facts)).unwrap_or_default();
        cost - cut.iter().find(|(of, ..)| *of == well).map_or(0, |(.., part)| *part)
    }

    /// Dr joint interest receivable and own supervision, of wells as expense or of a project as work in progress / Cr
    /// overhead recovered.
    fn overhead_draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let month = document.month;
        let project = (document.template == Template::DrillingOverhead).then_some(document.subject);
        let at = project.map_or(document.subject, |project| self.masters.projects[project as usize].lease);
        let lease = &self.masters.leases[at as usize];
        let overhead = match project {
            Some(project) => self.drilling_overhead(month, project),
            None => self.overhead(month, at),
        };
        let of = project.map_or(lease.record.name.as_str(), |project| {
            &self.masters.projects[project as usize].afe_number
        });
        let mut draft = Draft::new(document, entered_on, format!("COPAS overhead {}, {of}", month.label()));
        draft.due_date = Some(due_on(draft.document_date));
        draft.source_document = Some(format!("JIB-{}-{}", month.label(), lease.jib_code));
        let own = if project.is_some() { DRILLING_SUPERVISION } else { code::SUPERVISION };
        for ((partner, share), part) in lease.partners.iter().zip(&overhead.parts[1..]) {
            draft.debit(code::JIB_RECEIVABLE, *part, |line| {
                self.on_joint_account(line, at);
                self.with(line, *partner);
                line.decimal_interest = Some(*share);
                line.billed_account_code = Some(own.into());
                line.base_amount = Some(Money::from_units(overhead.total));
                line.afe_number =
                    project.map(|project| self.masters.projects[project as usize].afe_number.as_str().into());
            });
        }
        let evenly = vec![1; overhead.wells.len()];
        for (well, part) in overhead.wells.iter().zip(largest_remainder(overhead.parts[0], &evenly)) {
            draft.debit(own, part, |line| match project {
                Some(project) => self.on_project(line, project),
                None => self.on_well(line, *well),
            });
        }
        draft.credit(code::OVERHEAD_RECOVERED, overhead.total, |line| {
            line.quantity = Some(Quantity::from_units(overhead.count * 1_000));
            line.unit_of_measure = Some(overhead.unit.into());
            line.unit_price = Some(UnitPrice::from_units(overhead.rate * 10_000));
            line.text = Some(self.agreed(at, project.is_some()).into());
            line.lease_id = Some(lease.record.lease_id.as_str().into());
        });
        draft
    }

    /// What a lease's agreement says of overhead, as an entry names it.
    fn agreed(&self, lease: u32, is_of_drilling: bool) -> String {
        let agreement = self.agreement(lease);
        let rate = if is_of_drilling { agreement.drilling } else { agreement.producing };
        let of = if is_of_drilling { "of drilling" } else { "and well" };
        let rate = Money::from_units(rate);
        format!("Agreement of {}: {rate} a month {of}, adjusted each April (COPAS)", agreement.signed)
    }

    /// Dr cash / Cr advances: a partner's share of a part of the budget.
    fn cash_call(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let project = &self.masters.projects[document.subject as usize];
        let (partner, share) =
            self.masters.leases[project.lease as usize].partners[usize::from(document.part)];
        let what = format!("Cash call {}, {}", project.afe_number, self.name(partner));
        let mut draft = Draft::new(document, entered_on, what);
        let called = Money::from_units(project.budget.units() * CALLED / 100);
        let cents = Money::product(called, share).expect("a part of a budget fits").units();
        draft.debit(code::CASH, cents, |_| {});
        draft.credit(code::ADVANCES, cents, |line| {
            self.on_project(line, document.subject);
            self.with(line, partner);
            line.decimal_interest = Some(share);
            line.base_amount = Some(called);
        });
        draft
    }
}

/// Dr advances / Cr joint interest receivable: what was called pays what was billed.
fn application(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let project = &ground.masters.projects[document.subject as usize];
    let (partner, _) = ground.masters.leases[project.lease as usize].partners[usize::from(document.part)];
    let standing = world.standing(document.month);
    let cents = applied(world, document.month, &standing, document.subject, document.part);
    let what = format!("Advance applied {}, {}", project.afe_number, ground.name(partner));
    let mut draft = Draft::new(document, entered_on, what);
    draft.debit(code::ADVANCES, cents, |line| {
        ground.on_project(line, document.subject);
        ground.with(line, partner);
        let called = Document { month: project.spud, ..document };
        line.clears_entry_id = Some(world.id(called.as_template(Template::CashCall)));
    });
    draft.credit(code::JIB_RECEIVABLE, cents, |line| {
        ground.on_joint_account(line, project.lease);
        ground.with(line, partner);
        line.afe_number = Some(project.afe_number.as_str().into());
        let billed = Document::new(Template::JibCutBack, document.month.plus(-1), project.lease, 0);
        line.clears_entry_id = Some(world.id(billed));
    });
    draft
}

/// Dr cash / Cr joint interest receivable: a partner pays a bill, its costs less what its advances paid and its overhead.
fn receipt(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (month, at) = (document.month, document.subject);
    let lease = &ground.masters.leases[at as usize];
    let (partner, share) = lease.partners[usize::from(document.part)];
    let what = format!("Joint interest receipt {}, {}", month.label(), ground.name(partner));
    let mut draft = Draft::new(document, entered_on, what);
    let month = Month::of(entered_on);
    let bills = paid(world, month, document, &world.standing(month));
    draft.debit(code::CASH, bills.iter().map(|(_, cents)| cents).sum(), |_| {});
    for (bill, cents) in bills {
        draft.credit(code::JIB_RECEIVABLE, cents, |line| {
            ground.on_joint_account(line, at);
            ground.with(line, partner);
            line.decimal_interest = Some(share);
            line.clears_entry_id = Some(bill);
        });
    }
    draft
}

impl Masters {
    /// Whether a partner's bills are netted from its revenue.
    pub(crate) fn is_netted(&self, partner: u32) -> bool {
        let nth = partner - self.counterparties.partners.start;
        self.owners[Self::owner_of_partner(nth) as usize].netted_partner.is_some()
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(JointInterest);
}
