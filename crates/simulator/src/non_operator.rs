//! Wells that others operate: our share of revenue as their checks have it, and of cost as they bill it.
//!
//! | document | 127.001 | 601-603 | 710 | 301 | cash |
//! |---|---|---|---|---|---|
//! | accrual, dated month end, and its reversal | Dr net | Cr gross | Dr tax, gathering | | |
//! | the operator's check, month + 1 | | Cr gross | Dr tax, gathering | | Dr net |
//! | its bill, month + 1 | | | Dr at our interest | Cr | |
//!
//! What it bills of a well that it drills goes to 241 and 243 by AFE instead, after an accrual at our share; some operators
//! call for a part of it first (126.001), which pays the bills as they fall due.

use crate::capital::{is_equipment, split_cost};
use crate::document::Document;
use crate::draft::Draft;
use crate::ground::{Ground, Split, product};
use crate::masters::projects::INVOICED;
use crate::masters::{GAS, LIQUIDS, NON_OPERATOR, OIL, unit};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::revenue::account;
use crate::template::Template;
use crate::world::World;
use chrono::{Days, NaiveDate};
use ledger::chart::code;
use ledger::period::{on_or_after, on_or_before};
use ledger::split::largest_remainder;
use ledger::{Money, Quantity, Rate, UnitPrice};

/// What an operator's bill names, and its weight.
const BILLED: [(&str, i64); 8] = [
    (code::WELL_SERVICE, 22),
    (code::WATER_DISPOSAL, 18),
    (code::LABOUR, 16),
    (code::CHEMICALS, 12),
    (code::COMPRESSION, 11),
    (code::POWER, 9),
    (code::REPAIRS, 7),
    (code::SUPERVISION, 5),
];

/// What an operator's bills of a well name by month since spud, and the part of the cost in parts per hundred.
const DRILLED: [&[(&str, i64)]; INVOICED as usize] = [
    &[("241.001", 3), ("241.002", 14), ("241.003", 4), ("241.004", 4), ("241.005", 5), ("243.030", 10)],
    &[("241.006", 4), ("241.020", 5), ("241.021", 21), ("241.024", 6)],
    &[("241.022", 4), ("241.023", 6), ("243.031", 8), ("243.040", 4), ("243.041", 2)],
];
/// Of a well's budget, what operators call for before it is spudded, in parts per hundred: less than any well costs, also a
/// dry one.
const CALLED: i64 = 30;

/// Days between the date of an operator's bill and the day on which it comes.
const MAILED: u64 = 3;
/// Days from the due date of an operator's bill in which it is paid.
const PAID_WITHIN: u64 = 5;

/// A cost that an operator bills.
struct OurCost {
    account: &'static str,
    well: u32,
    project: Option<u32>,
    /// At 8/8.
    gross: i64,
    /// At our interest.
    cents: i64,
}

impl Ground {
    /// A well's sale of a month, our share being its first part; as accrued from our own forecast, or as the operator has it.
    fn others_sale(&self, month: Month, well: u32, place: u8, is_final: bool) -> Option<Split> {
        let forecast = self.others_volume(month, well, place);
        let price = self.price(&self.masters.wells[well as usize], place, month);
        let (mut volume, mut unit_price) = (forecast.units(), price.units());
        if is_final {
            let mut draw =
                Draw::new(self.seed, Stream::Final, u64::from(well) * 4 + u64::from(place), month.number());
            volume += volume * draw.between(-400, 400) / 10_000;
            unit_price += unit_price * draw.between(-80, 80) / 10_000;
        }
        let (volume, price) = (Quantity::from_units(volume), UnitPrice::from_units(unit_price));
        let gross = Money::product(volume, price).expect("a month's value fits").units();
        let split = self.split(month, well, place, volume, price, gross);
        (net(&split) != 0 && split.parts[0] != 0).then_some(split)
    }

    /// What an operator's check says of a sale's volume, where it is another than our forecast.
    pub(crate) fn others_revised(&self, month: Month, well: u32, place: u8) -> Option<Quantity> {
        let forecast = self.others_volume(month, well, place);
        let volume = self.others_sale(month, well, place, true)?.volume;
        (volume != forecast).then_some(volume)
    }

    /// What a lease's operator bills for a month at 8/8, by account and well: what it spends, and the county's tax.
    fn others_costs(&self, month: Month, lease: u32) -> Vec<(&'static str, u32, i64)> {
        let mut costs = Vec::new();
        for well in self
            .masters
            .wells_of(lease)
            .iter()
            .filter(|at| self.masters.wells[**at as usize].produces_in(month))
        {
            let master = &self.masters.wells[*well as usize];
            let mut draw =
                Draw::new(self.seed, Stream::Invoice, u64::from(*well) + (1 << 40), month.number());
            let cents = master.expense(month.day(15), 30) * draw.between(70, 140) / 100;
            let weights: Vec<i64> = BILLED.iter().map(|(_, weight)| weight * draw.between(30, 170)).collect();
            let parts = largest_remainder(cents.max(80_000), &weights);
            costs.extend(BILLED.iter().zip(parts).map(|((account, _), part)| (*account, *well, part)));
            let sales = [OIL, GAS, LIQUIDS].map(|place| self.others_sale(month, *well, place, false));
            let worked = sales.iter().flatten().map(|sale| self.worked(month, lease, sale)).sum();
            let tax = self.property_tax_on(lease, worked);
            costs.extend((tax > 0).then_some((code::AD_VALOREM_EXPENSE, *well, tax)));
        }
        let fees = self.impact_fees(month, lease).into_iter();
        costs.extend(fees.map(|(well, _, fee)| (code::AD_VALOREM_EXPENSE, well, self.fee_cents(fee))));
        costs
    }

    /// What of a well's cost its operator spends in a month at 8/8, by account; all months together come to its cost, or of
    /// a dry well to what drilling takes.
    fn others_drilling(&self, month: Month, project: u32) -> Vec<(&'static str, i64)> {
        let master = &self.masters.projects[project as usize];
        let mut draw = Draw::new(self.seed, Stream::Project, u64::from(project) + 1, 0);
        let phases = if master.is_dry { &DRILLED[..1] } else { &DRILLED[..] };
        let all = || (0..).zip(phases).flat_map(|(phase, of)| of.iter().map(move |it| (phase, it)));
        let weights: Vec<i64> = all().map(|(_, (_, part))| part * draw.between(70, 130)).collect();
        let percent: i64 = all().map(|(_, (_, part))| part).sum();
        let cost = master.budget.units() / 1_000 * master.cost_of_budget / 100 * percent;
        let parts = if master.is_dry {
            largest_remainder(cost, &weights)
        } else {
            let is_tangible = all().map(|(_, (account, _))| is_equipment(account));
            let weights: Vec<(bool, i64)> = is_tangible.zip(weights).collect();
            let intangible = cost / 1_000 * self.intangible_of(project);
            split_cost([intangible, cost - intangible], &weights)
        };
        let of_month = all().zip(parts).filter(|((phase, _), _)| *phase == master.phase(month));
        of_month.map(|((_, (account, _)), part)| (*account, part)).collect()
    }

    /// Our share of what a lease's operator bills for a month, a line each.
    fn our_costs(&self, month: Month, lease: u32) -> Vec<OurCost> {
        let mut costs: Vec<OurCost> = self
            .others_costs(month, lease)
            .into_iter()
            .map(|(account, well, gross)| self.our_cost(account, (lease, well, None), gross))
            .collect();
        for (at, project) in self.masters.projects_around(month).filter(|(_, it)| it.lease == lease) {
            let of_project = self.others_drilling(month, at).into_iter();
            costs.extend(
                of_project
                    .map(|(account, gross)| self.our_cost(account, (lease, project.well, Some(at)), gross)),
            );
        }
        costs
    }

    fn our_cost(
        &self,
        account: &'static str,
        (lease, well, project): (u32, u32, Option<u32>),
        gross: i64,
    ) -> OurCost {
        let share = self.masters.leases[lease as usize].own_share;
        let cents = Money::product(Money::from_units(gross), share).expect("a share fits").units();
        OurCost { account, well, project, gross, cents }
    }

    /// What of a month's bill for a project has not come by its end, by account: at 8/8, to the hundred dollars.
    pub(crate) fn unbilled_drilling(&self, month: Month, project: u32) -> Vec<(&'static str, i64)> {
        let estimated = |(account, cents): (&'static str, i64)| (account, cents / 100_00 * 100_00);
        let drilled = self.others_drilling(month, project).into_iter().map(estimated);
        drilled.filter(|(_, cents)| *cents > 0).collect()
    }

    /// What the operator of a project calls for before it is spudded: the part of the budget, and our share of that. Every
    /// other operator calls for nothing.
    fn called(&self, project: u32) -> Option<(Money, i64)> {
        let master = &self.masters.projects[project as usize];
        let lease = &self.masters.leases[master.lease as usize];
        if master.company != NON_OPERATOR || !lease.purchaser.is_multiple_of(2) {
            return None;
        }
        let called = Money::from_units(master.budget.units() / 100 * CALLED);
        Some((called, Money::product(called, lease.own_share).expect("a share fits").units()))
    }

    /// What of a month's bill for a project the call of before pays.
    fn advanced(&self, month: Month, project: u32) -> i64 {
        let Some((_, called)) = self.called(project) else { return 0 };
        let master = &self.masters.projects[project as usize];
        let share = self.masters.leases[master.lease as usize].own_share;
        let of = |cents: i64| Money::product(Money::from_units(cents), share).expect("a share fits").units();
        let billed = |month: Month| -> i64 {
            self.others_drilling(month, project).into_iter().map(|(_, cents)| of(cents)).sum()
        };
        let before: i64 = (0..master.phase(month)).map(|phase| billed(master.spud.plus(phase))).sum();
        (called - before).clamp(0, billed(month))
    }
}

/// What reaches us of our share.
fn net(split: &Split) -> i64 {
    split.parts[0] - split.tax_parts[0] - split.deduct_parts[0]
}

/// Every document of others' wells whose business is of `month`.
pub(crate) fn documents(world: &World, month: Month, found: &mut Vec<Document>) {
    let ground = &world.ground;
    for (well, master) in (0..).zip(&ground.masters.wells) {
        if master.company != NON_OPERATOR || !master.produces_in(month) {
            continue;
        }
        for place in [OIL, GAS, LIQUIDS] {
            let document = |template| Document::new(template, month, well, u16::from(place)).of(NON_OPERATOR);
            if ground.others_sale(month, well, place, false).is_some() {
                found.extend(
                    [Template::NonOperatedAccrual, Template::NonOperatedAccrualReversal].map(document),
                );
            }
            if ground.others_sale(month, well, place, true).is_some() {
                found.push(document(Template::NonOperatedRevenue));
            }
        }
    }
    for (at, project) in ground.masters.projects_around(month) {
        if project.phase(month) == 0 && ground.called(at).is_some() {
            found.push(Document::new(Template::NonOperatedCashCall, month, at, 0).of(NON_OPERATOR));
        }
    }
    for (lease, master) in (0..).zip(&ground.masters.leases) {
        if master.company == NON_OPERATOR && !ground.our_costs(month, lease).is_empty() {
            let bill = Document::new(Template::NonOperatedBill, month, lease, 0).of(NON_OPERATOR);
            found.extend([bill, bill.as_template(Template::NonOperatedPayment)]);
        }
    }
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let month = document.month.plus(1);
    match document.template {
        Template::NonOperatedCashCall => document.month.working_day(2),
        Template::NonOperatedRevenue => on_or_before(month.day(26)),
        Template::NonOperatedBill => billed_on(document),
        Template::NonOperatedPayment => {
            let ground = &world.ground;
            let operator = ground.masters.leases[document.subject as usize].purchaser;
            let late = document.draw(ground.seed, Stream::Partner).below(PAID_WITHIN);
            on_or_after(ground.due(dated(document), operator) + Days::new(late))
        }
        _ => month.working_day(4),
    }
}

/// The day on which the operator's bill comes.
fn billed_on(document: Document) -> NaiveDate {
    on_or_after(document.month.plus(1).day(12 + u64::from(document.subject % 5)))
}

/// The date on it.
fn dated(document: Document) -> NaiveDate {
    billed_on(document) - Days::new(MAILED)
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let accrual = || ground.others_draft(document.as_template(Template::NonOperatedAccrual), entered_on);
    match document.template {
        Template::NonOperatedAccrual => accrual(),
        Template::NonOperatedAccrualReversal => {
            let target = world.id(document.as_template(Template::NonOperatedAccrual));
            accrual().mirror(document, entered_on, target)
        }
        Template::NonOperatedRevenue => ground.others_draft(document, entered_on),
        Template::NonOperatedBill => ground.others_bill(document, entered_on),
        Template::NonOperatedCashCall => ground.others_call(document, entered_on),
        _ => payment(world, document, entered_on),
    }
}

/// Dr vouchers payable / Cr advances to operators, as far as they go, and cash.
fn payment(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (month, at) = (document.month, document.subject);
    let operator = ground.masters.leases[at as usize].purchaser;
    let cents: i64 = ground.our_costs(month, at).iter().map(|cost| cost.cents).sum();
    let mut draft = Draft::new(document, entered_on, format!("Payment, {}", ground.name(operator)));
    draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
        ground.with(line, operator);
        line.clears_entry_id = Some(world.id(document.as_template(Template::NonOperatedBill)));
    });
    let mut left = cents;
    for (project, master) in ground.masters.projects_around(month).filter(|(_, it)| it.lease == at) {
        let advanced = ground.advanced(month, project);
        left -= advanced;
        draft.credit(code::ADVANCES_TO_OPERATORS, advanced, |line| {
            ground.on_project(line, project);
            ground.with(line, operator);
            let call = Document::new(Template::NonOperatedCashCall, master.spud, project, 0);
            line.clears_entry_id = Some(world.id(call.of(NON_OPERATOR)));
        });
    }
    draft.credit(code::CASH, left, |_| {});
    draft
}

impl Ground {
    /// Dr accrued sales or cash / Cr own revenue; Dr own tax and gathering.
    fn others_draft(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let (well, place) = (document.subject, document.part as u8);
        let is_final = document.template == Template::NonOperatedRevenue;
        let split =
            self.others_sale(document.month, well, place, is_final).expect("it is listed because it sold");
        let lease = &self.masters.leases[self.masters.wells[well as usize].lease as usize];
        let what = if is_final { "Operator's check" } else { "Revenue accrual" };
        let name = format!("{what}, {} {}, {}", product(place), document.month.label(), self.well_name(well));
        let mut draft = Draft::new(document, entered_on, name);
        draft.production_month = Some(document.month.first());
        draft.auto_reverse_on = (!is_final).then(|| document.month.plus(1).first());
        if is_final {
            draft.debit(code::CASH, net(&split), |line| self.with(line, lease.purchaser));
        } else {
            draft.debit(code::ACCRUED_SALES, net(&split), |line| self.at_well(line, well, place));
        }
        draft.credit(account(place), split.parts[0], |line| {
            self.at_well(line, well, place);
            line.decimal_interest = Some(lease.net_share());
            line.quantity = Some(Quantity::from_units(split.volumes[0]));
            line.unit_of_measure = Some(unit(product(place)).into());
            line.unit_price = Some(split.price);
            line.heat_factor = self.heat(well, place);
            line.base_amount = Some(Money::from_units(split.gross));
        });
        draft.debit(code::SEVERANCE_EXPENSE, split.tax_parts[0], |line| {
            self.at_well(line, well, place);
            line.base_amount = Some(Money::from_units(split.tax));
            if let Some(tax) = split.tax_record {
                line.tax_code = Some(self.masters.taxes[tax as usize].tax_code.as_str().into());
            }
        });
        draft.debit(code::GATHERING_EXPENSE, split.deduct_parts[0], |line| {
            self.at_well(line, well, place);
            line.base_amount = Some(Money::from_units(split.deduct));
        });
        draft
    }

    /// Dr advances to operators / Cr cash: our share of a part of the budget.
    fn others_call(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let project = &self.masters.projects[document.subject as usize];
        let lease = &self.masters.leases[project.lease as usize];
        let (called, cents) = self.called(document.subject).expect("it is listed because it is called");
        let what = format!("Cash call {}, {}", project.afe_number, self.name(lease.purchaser));
        let mut draft = Draft::new(document, entered_on, what);
        draft.debit(code::ADVANCES_TO_OPERATORS, cents, |line| {
            self.on_project(line, document.subject);
            self.with(line, lease.purchaser);
            line.base_amount = Some(called);
            line.decimal_interest = Some(lease.own_share);
        });
        draft.credit(code::CASH, cents, |_| {});
        draft
    }

    /// Dr expense and work in progress at our interest / Cr vouchers payable.
    fn others_bill(&self, document: Document, entered_on: NaiveDate) -> Draft<'_> {
        let lease = &self.masters.leases[document.subject as usize];
        let what = format!("Joint interest bill {}, {}", document.month.label(), self.name(lease.purchaser));
        let mut draft = Draft::new(document, entered_on, what);
        draft.document_date = dated(document);
        draft.due_date = Some(self.due(draft.document_date, lease.purchaser));
        draft.source_document = Some(format!("OP-{}-{}", document.month.label(), lease.jib_code));
        let mut total = 0;
        for cost in self.our_costs(document.month, document.subject) {
            total += cost.cents;
            draft.debit(cost.account, cost.cents, |line| {
                match cost.project {
                    Some(project) => self.on_project(line, project),
                    None => self.on_well(line, cost.well),
                }
                self.on_joint_account(line, document.subject);
                line.base_amount = Some(Money::from_units(cost.gross));
                line.rate = Some(Rate::from_units(lease.own_share.units()));
                line.decimal_interest = Some(lease.own_share);
            });
        }
        draft.credit(code::VOUCHERS_PAYABLE, total, |line| self.with(line, lease.purchaser));
        draft
    }
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(NonOperator);
}
