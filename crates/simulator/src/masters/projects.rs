//! The drilling programme: a well and its AFE each.
//!
//! An AFE is approved the month before the well is spudded. Drilling takes one month, completion two more; when all is
//! billed, in the fifth, the well produces and its cost becomes property. A few exploratory wells come up dry. A third of the
//! wells cost more than their budget; what costs a tenth more gets a supplement.
//!
//! Operators of others' leases drill too: they send a ballot with the AFE, and the non-operator takes part at its share.

use super::wells::{Site, intangible_by, next_serial, well};
use super::{DRILLED, FOLDED, Masters, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::NaiveDate;
use ledger::Money;
use ledger::reference::{Afe, ReferenceRecord};
use std::collections::HashMap;

/// Wells spudded in a year at scale 1.
const WELLS_A_YEAR: u32 = 34;
/// Wells that others spud in a year at scale 1: as many for each well that stands.
const OTHERS_A_YEAR: u32 = 6;
/// Days between a ballot and its answer: operating agreements give thirty, and most are answered sooner.
const BALLOT_DAYS: u64 = 18;
/// Months between spud and first production.
pub(crate) const LEAD: i32 = 4;
/// Months in which invoices come in.
pub(crate) const INVOICED: i32 = 3;
/// The first month, counted from spud, in which the cost is complete in the books and billed to the partners.
pub(crate) const CLOSES: i32 = INVOICED + 1;
/// Wells of a hundred that are exploratory and dry.
const DRY: u64 = 3;
/// Wells of a hundred that meet trouble: lost circulation, a fish, a frac that screens out.
const TROUBLED: u64 = 8;
/// What of a budget is pipe from inventory, in parts per thousand: vendors invoice the rest.
pub(crate) const FROM_INVENTORY: i64 = 33;
/// What a supplement leaves for what is not foreseen even then, in parts per thousand of the budget.
const CONTINGENCY: i64 = 25;

/// A project with its AFE.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) afe_number: String,
    /// In whose books it stands: the operator's, or the non-operator's at its share.
    pub(crate) company: u8,
    pub(crate) lease: u32,
    pub(crate) well: u32,
    pub(crate) spud: Month,
    pub(crate) is_dry: bool,
    /// At 8/8.
    pub(crate) budget: Money,
    /// What it will cost, in parts per thousand of the budget.
    pub(crate) cost_of_budget: i64,
}

impl Project {
    /// Months since spud.
    pub(crate) fn phase(&self, month: Month) -> i32 {
        month.0 - self.spud.0
    }

    /// The month in which its cost becomes property or expense.
    pub(crate) fn closes(&self) -> Month {
        self.spud.plus(CLOSES)
    }

    fn needs_supplement(&self) -> bool {
        self.cost_of_budget > 1_100
    }

    /// The budget with its supplement, which raises it to what it will take.
    pub(crate) fn last_budget(&self) -> Money {
        if !self.needs_supplement() {
            return self.budget;
        }
        Money::from_units(self.budget.units() / 1_000 * (self.cost_of_budget + CONTINGENCY))
    }
}

impl Masters {
    pub(super) fn plan_projects(&mut self, seed: u64, scale: u32) {
        let (operated, others): (Vec<u32>, Vec<u32>) =
            (0..self.leases.len() as u32).partition(|lease| self.leases[*lease as usize].company == OPERATOR);
        let mut serials = HashMap::new();
        // Numbers of new wells begin where no well that stood before reaches.
        let mut on_lease: HashMap<u32, u32> = HashMap::new();
        for at in 0..FOLDED + DRILLED {
            let spud = self.base.plus(at);
            for (leases, a_year, kind) in [(&operated, WELLS_A_YEAR, 0), (&others, OTHERS_A_YEAR, 1 << 41)] {
                let mut draw = Draw::new(seed, Stream::Project, spud.number(), kind);
                let (whole, rest) = (a_year * scale / 12, a_year * scale % 12);
                let count = whole + u32::from(draw.below(12) < u64::from(rest));
                for nth in 0..count {
                    let lease = *draw.pick(leases);
                    let number = on_lease.entry(lease).or_insert(4);
                    *number += 1;
                    let mut of_cost =
                        Draw::new(seed, Stream::Project, spud.number(), kind + (1 << 42) + u64::from(nth));
                    let by = intangible_by(&mut of_cost);
                    self.plan_project(&mut draw, (spud, nth, by), lease, *number, &mut serials);
                }
            }
        }
    }

    fn plan_project(
        &mut self,
        draw: &mut Draw,
        (spud, nth, intangible_by): (Month, u32, i64),
        lease: u32,
        number: u32,
        serials: &mut HashMap<(u8, u16), u32>,
    ) {
        let is_dry = draw.below(100) < DRY;
        let master = &self.leases[lease as usize];
        let serial = 10_000 + next_serial(serials, master.county);
        let first_production = spud.plus(LEAD).day(draw.between(1, 12).unsigned_abs());
        let since = spud.first();
        let site = Site { lease, master, serial, number, first_production, since, intangible_by };
        let mut made = well(draw, &site);
        made.project = Some(self.projects.len() as u32);
        "DRILLING".clone_into(&mut made.record.status);
        if is_dry {
            made.last_month = Some(spud);
        }
        // Lateral feet at some 900 dollars a foot.
        let budget = draw.between(7_500, 12_000) * draw.between(780, 1_020);
        let company = self.leases[lease as usize].company;
        let series = if company == OPERATOR { "AFE" } else { "AFE-NO" };
        self.projects.push(Project {
            afe_number: format!("{series}-{}-{:02}{nth:02}", spud.year(), spud.of_year()),
            company,
            lease,
            well: self.wells.len() as u32,
            spud,
            is_dry,
            budget: Money::from_units(budget / 1_000 * 1_000_00),
            cost_of_budget: match draw.below(100) {
                0..TROUBLED => draw.between(1_105, 1_170),
                _ => draw.between(900, 1_040),
            },
        });
        self.wells.push(made);
    }

    /// Those of them that the company operates.
    pub(crate) fn operated_projects(&self, month: Month) -> impl Iterator<Item = (u32, &Project)> {
        self.projects_around(month).filter(|(_, project)| project.company == OPERATOR)
    }

    /// Projects whose work, bills or close may fall in a month, with their places.
    pub(crate) fn projects_around(&self, month: Month) -> impl Iterator<Item = (u32, &Project)> {
        let from = self.projects.partition_point(|project| project.spud < month.plus(-CLOSES - 3));
        let until = self.projects.partition_point(|project| project.spud <= month.plus(2));
        (from as u32..).zip(&self.projects[from..until.max(from)])
    }

    /// Wells and AFEs of projects that become known in a month: the AFE and the well before anything is charged to them,
    /// a supplement when it is needed, the end when it is reached.
    pub(super) fn projects_known(&self, month: Month) -> Vec<(NaiveDate, ReferenceRecord)> {
        let mut records = Vec::new();
        for (_, project) in self.projects_around(month) {
            let day = month.first();
            let well = &self.wells[project.well as usize];
            match project.phase(month) {
                -1 => {
                    let known = ledger::reference::Well { effective_date: day, ..well.record.clone() };
                    records.push((day, ReferenceRecord::Well(known)));
                    records.extend(self.owner_decks(well, day).into_iter().map(|deck| (day, deck)));
                    if project.company == OPERATOR {
                        records.push((day, self.afe(project, day, 0, "APPROVED")));
                    } else {
                        let answered = month.day(1 + BALLOT_DAYS);
                        records.push((day, self.afe(project, day, 0, "PROPOSED")));
                        records.push((answered, self.afe(project, answered, 0, "APPROVED")));
                    }
                }
                2 if project.needs_supplement() => records.push((day, self.afe(project, day, 1, "APPROVED"))),
                LEAD if !project.is_dry => {
                    let status = "PRODUCING".to_owned();
                    let on = ledger::reference::Well { effective_date: day, status, ..well.record.clone() };
                    records.push((day, ReferenceRecord::Well(on)));
                }
                CLOSES if project.is_dry => {
                    let status = "DRY".to_owned();
                    let dry = ledger::reference::Well { effective_date: day, status, ..well.record.clone() };
                    records.push((day, ReferenceRecord::Well(dry)));
                }
                phase if phase == CLOSES + 1 => {
                    let supplement = i32::from(project.needs_supplement());
                    records.push((day, self.afe(project, day, supplement, "CLOSED")));
                }
                _ => {}
            }
        }
        records
    }

    fn afe(&self, project: &Project, day: NaiveDate, supplement: i32, status: &str) -> ReferenceRecord {
        let well = &self.wells[project.well as usize].record;
        let what = if project.is_dry { "exploratory well" } else { "drill and complete" };
        let budget = if supplement > 0 { project.last_budget() } else { project.budget };
        let budget = match project.company {
            OPERATOR => budget,
            // A partner authorises its own share.
            _ => Money::product(budget, self.leases[project.lease as usize].own_share).expect("a share fits"),
        };
        ReferenceRecord::Afe(Afe {
            afe_number: project.afe_number.clone(),
            effective_date: day,
            company_code: well.company_code.clone(),
            well_id: Some(well.well_id.clone()),
            description: format!("{}, {what}", well.name),
            budget,
            supplement,
            status: status.to_owned(),
        })
    }
}
