//! Wells that are drilled: invoices by AFE, accruals of work not yet invoiced, and the end as property or expense.

use crate::document::{Document, some_business_day};
use crate::draft::Draft;
use crate::ground::{Ground, Spent, account_of, scattered};
use crate::masters::OPERATOR;
use crate::masters::people::Trade;
use crate::masters::projects::{FROM_INVENTORY, INVOICED};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::standing::Standing;
use crate::template::Template;
use crate::world::World;
use chrono::{Days, NaiveDate};
use ledger::Money;
use ledger::chart::code;
use ledger::period::on_or_after;
use ledger::split::largest_remainder;
use std::collections::BTreeMap;

/// Invoices of a project by month since spud.
const INVOICES: [u16; INVOICED as usize] = [11, 13, 9];
/// Artificial lift.
const LIFT: &str = "243.031";
/// What of a well's cost is spent when it is drilled, in parts per hundred.
const DRILLED_OF_COST: i64 = 40;
/// Of next month's first invoices, what is accrued as done.
const ACCRUED_INVOICES: u16 = 5;

/// An invoice for a project: vendor, and cents by account.
struct ProjectInvoice {
    vendor: u32,
    lines: Vec<(&'static str, i64)>,
}

impl ProjectInvoice {
    fn total(&self) -> i64 {
        self.lines.iter().map(|(_, cents)| cents).sum()
    }
}

impl Ground {
    /// Invoices that come in for a project in a month.
    fn project_invoices(&self, month: Month, project: u32) -> u16 {
        let master = &self.masters.projects[project as usize];
        let phase = master.phase(month);
        if master.is_dry && phase > 0 {
            // What is dry is plugged, not completed.
            return 0;
        }
        usize::try_from(phase).ok().and_then(|phase| INVOICES.get(phase)).copied().unwrap_or(0)
    }

    /// The `index`-th of them. All of a project's invoices together come to its cost but for what is taken from inventory.
    fn project_invoice(&self, month: Month, project: u32, index: u16) -> ProjectInvoice {
        let phase = self.masters.projects[project as usize].phase(month) as usize;
        let place = INVOICES[..phase].iter().sum::<u16>() + index;
        let cents = self.project_invoiced(project)[usize::from(place)];
        let (vendor, trade, mut draw) = self.project_vendor(project, (phase, place));
        let count = *draw.pick(&[1, 1, 1, 2, 3]);
        let parts = largest_remainder(cents, &(0..count).map(|_| draw.between(20, 100)).collect::<Vec<_>>());
        // A well gets its lift when it is completed as a producer.
        let is_fitting = |account: &&str| phase + 1 == INVOICED as usize || *account != LIFT;
        let mut account = || std::iter::repeat_with(|| account_of(trade, &mut draw)).find(is_fitting);
        let lines = parts.into_iter().filter(|part| *part > 0);
        let lines = lines.map(|part| (account().expect("the first account of each trade fits"), part));
        ProjectInvoice { vendor, lines: lines.collect() }
    }

    /// What each of a project's invoices comes to, in their order.
    fn project_invoiced(&self, project: u32) -> Vec<i64> {
        let master = &self.masters.projects[project as usize];
        let mut draw = Draw::new(self.seed, Stream::Project, u64::from(project) + 1, 0);
        let weights: Vec<i64> =
            (0..INVOICES.iter().sum()).map(|_: u16| scattered(&mut draw, 10_000).max(300)).collect();
        let of_cost = |parts: i64| master.budget.units() / 1_000 * parts;
        let invoiced = master.cost_of_budget - FROM_INVENTORY;
        if master.is_dry {
            return largest_remainder(
                of_cost(invoiced) / 100 * DRILLED_OF_COST,
                &weights[..usize::from(INVOICES[0])],
            );
        }
        let phases = (0..).zip(INVOICES).flat_map(|(phase, count)| (0..count).map(move |_| phase));
        let is_tangible = (0..).zip(phases).map(|(place, phase)| {
            let (_, trade, _) = self.project_vendor(project, (phase, place));
            is_equipment(trade.accounts[0])
        });
        let weights: Vec<(bool, i64)> = is_tangible.zip(weights).collect();
        // What comes from inventory is equipment too.
        let intangible = of_cost(master.cost_of_budget) / 1_000 * self.intangible_of(project);
        split_cost([intangible, of_cost(invoiced) - intangible], &weights)
    }

    /// What of a project's cost is intangible, in parts per thousand.
    pub(crate) fn intangible_of(&self, project: u32) -> i64 {
        self.masters.wells[self.masters.projects[project as usize].well as usize].intangible
    }

    /// Who sends an invoice of a project, in which trade, and the numbers that the rest of it is drawn from.
    fn project_vendor(&self, project: u32, (phase, place): (usize, u16)) -> (u32, Trade, Draw) {
        let mut draw = Draw::new(self.seed, Stream::Project, u64::from(project) + 1, 1 + u64::from(place));
        loop {
            let (vendor, trade) = self.masters.counterparties.drilling.pick(&mut draw);
            // Completion follows drilling; pipe is bought for both.
            let first = trade.accounts[0];
            let is_of_phase = match phase {
                0 => matches!(first, "241.002" | "241.004" | "241.005" | "243.030"),
                _ => matches!(first, "241.020" | "241.021" | "243.040" | "243.030"),
            };
            if is_of_phase {
                return (vendor, trade, draw);
            }
        }
    }

    /// Adds what a month's invoices for projects cost.
    pub(crate) fn projects_invoiced(&self, month: Month, costs: &mut BTreeMap<Spent, i64>) {
        for (at, project) in self.masters.operated_projects(month) {
            for index in 0..self.project_invoices(month, at) {
                for (account, cents) in self.project_invoice(month, at, index).lines {
                    let spent =
                        Spent { lease: project.lease, project: Some(at), account, well: project.well };
                    *costs.entry(spent).or_default() += cents;
                }
            }
        }
    }

    /// First lines of a month's invoices for projects whose work goes on: invoice, what it was spent on, and cents.
    pub(crate) fn project_lines(&self, month: Month) -> Vec<(Document, Spent, i64)> {
        let mut lines = Vec::new();
        // What is corrected in the month after must be billed before the project closes.
        let projects = self.masters.operated_projects(month);
        for (at, project) in projects.filter(|(_, project)| project.phase(month) + 1 < INVOICED) {
            for index in 0..self.project_invoices(month, at) {
                let invoice = Document::new(Template::AfeInvoice, month, at, index);
                if let Some((account, cents)) = self.project_invoice(month, at, index).lines.first() {
                    let spent =
                        Spent { lease: project.lease, project: Some(at), account, well: project.well };
                    lines.push((invoice, spent, *cents));
                }
            }
        }
        lines
    }

    /// What is done by a month's end and not in the books, by account at 8/8: of our own projects a part of next month's
    /// invoices, of others' the operator's bill of the month.
    fn accrued_capital(&self, month: Month, project: u32) -> BTreeMap<&'static str, i64> {
        if self.masters.projects[project as usize].company != OPERATOR {
            return self.unbilled_drilling(month, project).into_iter().collect();
        }
        let next = month.plus(1);
        let mut accrued = BTreeMap::new();
        for index in 0..self.project_invoices(next, project).min(ACCRUED_INVOICES) {
            for (account, cents) in self.project_invoice(next, project, index).lines {
                // Engineers estimate to the hundred dollars.
                *accrued.entry(account).or_default() += cents / 100_00 * 100_00;
            }
        }
        accrued.retain(|_, cents| *cents > 0);
        accrued
    }

    fn invoiced_on(&self, invoice: Document) -> NaiveDate {
        let mut draw = invoice.as_template(Template::AfeInvoice).draw(self.seed, Stream::Project);
        some_business_day(invoice.month, &mut draw)
    }
}

/// Whether an account of work in progress is of equipment.
pub(crate) fn is_equipment(account: &str) -> bool {
    account.starts_with("243.")
}

/// Splits what of a well is intangible, and what is equipment, each by the weights of its own kind. Where one kind has none,
/// the other has all.
pub(crate) fn split_cost([intangible, tangible]: [i64; 2], weights: &[(bool, i64)]) -> Vec<i64> {
    let of = |kind: bool| -> Vec<i64> {
        weights.iter().map(|(is_tangible, weight)| if *is_tangible == kind { *weight } else { 0 }).collect()
    };
    let has = |kind: bool| weights.iter().any(|(is_tangible, _)| *is_tangible == kind);
    if !has(true) || !has(false) {
        let all: Vec<i64> = weights.iter().map(|(_, weight)| *weight).collect();
        return largest_remainder(intangible + tangible, &all);
    }
    let parts = largest_remainder(intangible, &of(false)).into_iter();
    parts.zip(largest_remainder(tangible, &of(true))).map(|(a, b)| a + b).collect()
}

/// The date on an invoice that is entered on a day.
fn dated(invoice: Document, entered_on: NaiveDate) -> NaiveDate {
    entered_on - Days::new(u64::from(invoice.part % 6))
}

/// Every capital document whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (at, _) in ground.masters.operated_projects(month) {
        for index in 0..ground.project_invoices(month, at) {
            let invoice = Document::new(Template::AfeInvoice, month, at, index);
            found.extend([invoice, invoice.as_template(Template::AfePayment)]);
        }
    }
    for (at, project) in ground.masters.projects_around(month) {
        if !ground.accrued_capital(month, at).is_empty() {
            let accrual = Document::new(Template::CapitalAccrual, month, at, 0).of(project.company);
            found.extend([accrual, accrual.as_template(Template::CapitalAccrualReversal)]);
        }
    }
}

/// What follows from what stands when a month begins: finished projects leave work in progress.
pub(crate) fn due(world: &World, month: Month, standing: &Standing, found: &mut Vec<Document>) {
    for (at, project) in world.ground.masters.projects_around(month) {
        if project.closes() == month && !standing.in_progress(project.company, at).is_empty() {
            let template = if project.is_dry { Template::DryHole } else { Template::CloseToProved };
            found.push(Document::new(template, month, at, 0).of(project.company));
        }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    match document.template {
        Template::AfeInvoice => world.ground.invoiced_on(document),
        Template::AfePayment => {
            let ground = &world.ground;
            let invoice = ground.project_invoice(document.month, document.subject, document.part);
            let dated = dated(document, ground.invoiced_on(document));
            on_or_after(ground.due(dated, invoice.vendor) + Days::new(2))
        }
        Template::CapitalAccrual | Template::CapitalAccrualReversal => document.month.plus(1).working_day(4),
        _ => document.month.working_day(7),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    match document.template {
        Template::AfeInvoice => ground.afe_invoice(document, entered_on),
        Template::AfePayment => {
            let invoice = ground.project_invoice(document.month, document.subject, document.part);
            let mut draft =
                Draft::new(document, entered_on, format!("Payment, {}", ground.name(invoice.vendor)));
            draft.debit(code::VOUCHERS_PAYABLE, invoice.total(), |line| {
                ground.with(line, invoice.vendor);
                line.clears_entry_id = Some(world.id(document.as_template(Template::AfeInvoice)));
            });
            draft.credit(code::CASH, invoice.total(), |_| {});
            draft
        }
        Template::CapitalAccrual => ground.capital_accrual(document, entered_on),
        Template::CapitalAccrualReversal => {
            let accrual = document.as_template(Template::CapitalAccrual);
            ground.capital_accrual(accrual, entered_on).mirror(document, entered_on, world.id(accrual))
        }
        _ => finished(world, document, entered_on),
    }
}

impl Ground {
    /// Dr work in progress by AFE line / Cr vouchers payable.
    fn afe_invoice(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let invoice = self.project_invoice(document.month, document.subject, document.part);
        let project = &self.masters.projects[document.subject as usize];
        let what = format!("{}, {}", project.afe_number, self.name(invoice.vendor));
        let mut draft = Draft::new(document, entered_on, what);
        draft.document_date = dated(document, entered_on);
        draft.due_date = Some(self.due(draft.document_date, invoice.vendor));
        draft.source_document =
            Some(format!("{}-{:02}{:02}", project.afe_number, project.phase(document.month), document.part));
        for (account, cents) in &invoice.lines {
            draft.debit(account, *cents, |line| {
                self.on_project(line, document.subject);
                self.on_joint_account(line, project.lease);
            });
        }
        draft.credit(code::VOUCHERS_PAYABLE, invoice.total(), |line| self.with(line, invoice.vendor));
        draft
    }

    /// Dr work in progress at our share and unbilled joint interest for the partners' / Cr accrued capital, of our own
    /// projects at 8/8: an estimate of what is done and not invoiced; auto-reversed.
    fn capital_accrual(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let project = &self.masters.projects[document.subject as usize];
        let lease = &self.masters.leases[project.lease as usize];
        let what = format!("Work done, not invoiced, {}", project.afe_number);
        let mut draft = Draft::new(document, entered_on, what);
        draft.auto_reverse_on = Some(document.month.plus(1).first());
        let accrued = self.accrued_capital(document.month, document.subject);
        let gross: Vec<i64> = accrued.values().copied().collect();
        let total = Money::from_units(gross.iter().sum());
        let is_operated = project.company == OPERATOR;
        let parts = match is_operated {
            true => largest_remainder(total.units(), &lease.cost_weights()),
            false => vec![Money::product(total, lease.own_share).expect("a share fits").units()],
        };
        for ((account, cents), part) in accrued.iter().zip(largest_remainder(parts[0], &gross)) {
            draft.debit(account, part, |line| {
                self.on_project(line, document.subject);
                line.base_amount = Some(Money::from_units(*cents));
            });
        }
        for ((partner, share), part) in lease.partners.iter().zip(&parts[1..]) {
            draft.debit(code::JIB_UNBILLED, *part, |line| {
                self.on_project(line, document.subject);
                self.on_joint_account(line, project.lease);
                self.with(line, *partner);
                line.base_amount = Some(total);
                line.decimal_interest = Some(*share);
            });
        }
        draft.credit(code::ACCRUED_CAPITAL, parts.iter().sum(), |line| {
            self.on_project(line, document.subject);
            if !is_operated {
                line.base_amount = Some(total);
                line.decimal_interest = Some(lease.own_share);
            }
        });
        draft
    }
}

/// Dr wells, intangible and tangible, or dry hole expense / Cr work in progress.
fn finished(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let project = &ground.masters.projects[document.subject as usize];
    let standing = world.standing(document.month);
    let progress = standing.in_progress(document.company, document.subject);
    let sum = |tangible| {
        progress.iter().filter(|(account, _)| is_equipment(account) == tangible).map(|(_, cents)| cents).sum()
    };
    let what = if project.is_dry { "Dry hole" } else { "Close to proved property" };
    let name = format!("{what}, {}, {}", project.afe_number, ground.well_name(project.well));
    let mut draft = Draft::new(document, entered_on, name);
    let (intangible, tangible): (i64, i64) = (sum(false), sum(true));
    if project.is_dry {
        draft.debit(code::DRY_HOLE, intangible + tangible, |line| ground.on_project(line, document.subject));
    } else {
        draft.debit(code::INTANGIBLE, intangible, |line| ground.on_project(line, document.subject));
        draft.debit(code::TANGIBLE, tangible, |line| ground.on_project(line, document.subject));
    }
    for (account, cents) in progress {
        draft.credit(account, cents, |line| ground.on_project(line, document.subject));
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{any_is_sound, world};

    /// Operators finish most wells within their budget, and what runs away from it has a supplement.
    #[test]
    fn a_third_of_the_wells_cost_more_than_their_budget_and_few_a_tenth_more_without_a_supplement() {
        let world = world();
        let masters = &world.ground.masters;
        let mut spent: BTreeMap<u32, i64> = BTreeMap::new();
        for month in (0..24).map(|at| masters.base.plus(at)) {
            let facts = world.facts(month);
            for (costs, sign) in [(&facts.costs, 1), (&facts.taken_off, -1)] {
                for (of, cents) in costs {
                    of.project.into_iter().for_each(|at| *spent.entry(at).or_default() += sign * cents);
                }
            }
        }
        let closed = |at: &u32| {
            let project = &masters.projects[*at as usize];
            !project.is_dry && (1..24 - INVOICED).contains(&(project.spud.0 - masters.base.0))
        };
        spent.retain(|at, _| closed(at));
        let over = |of: fn(&crate::masters::projects::Project) -> Money, thousandths: i64| {
            let is_over = |(at, cents): &(&u32, &i64)| {
                **cents > of(&masters.projects[**at as usize]).units() / 1_000 * thousandths
            };
            spent.iter().filter(is_over).count() * 100 / spent.len()
        };
        let (original, last) = (over(|it| it.budget, 1_000), over(|it| it.last_budget(), 1_100));
        println!("{original} of 100 over, {last} by a tenth, of {}", spent.len());
        assert!(spent.len() > 40 && (22..=44).contains(&original), "{original} of 100 of {}", spent.len());
        assert!(over(|it| it.last_budget(), 1_000) <= original && last <= 2, "{last} of 100");
    }

    #[test]
    fn no_well_gets_lift_while_it_is_drilled() {
        let world = world();
        let masters = &world.ground.masters;
        let mut lifted = 0;
        for month in (0..24).map(|at| masters.base.plus(at)) {
            let facts = world.facts(month);
            for of in facts.costs.keys().filter(|of| of.account == LIFT) {
                let project = &masters.projects[of.project.unwrap() as usize];
                assert!(project.phase(month) + 1 >= INVOICED && !project.is_dry, "{}", project.afe_number);
                lifted += 1;
            }
        }
        assert!(lifted > 10, "{lifted}");
    }

    any_is_sound!(Capital);
}
