//! Vendors: invoices for lease operating expense and for the office, monthly invoices for tickets, payments, and what is
//! coded wrong and moved.

use crate::document::{Document, some_business_day};
use crate::draft::Draft;
use crate::ground::{Facts, Ground, Invoice, InvoiceLine, Spent, account_of, scattered};
use crate::masters::people::{CENTERS, Trade, gathering_center};
use crate::masters::{MIDSTREAM, NON_OPERATOR, OPERATOR};
use crate::month::Month;
use crate::random::{Draw, Stream};
use crate::template::Template;
use crate::world::World;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use ledger::chart::code;
use ledger::fixed::divide_half_away;
use ledger::period::{is_business_day, on_or_after};
use ledger::{Money, Rate, Side};
use std::collections::BTreeMap;

/// Vendor invoices of an ordinary day at scale 1.
const INVOICES_A_DAY: i64 = 290;
/// Use tax by state on goods and rentals whose vendor charges no sales tax, in parts per ten thousand: a buyer with a direct
/// payment permit owes it itself (Tex. Tax Code § 151.417). Texas with its cities, others the state's rate; Montana has none.
const USE_TAX: [(&str, i64); 11] = [
    ("TX", 825),
    ("NM", 513),
    ("CO", 290),
    ("LA", 500),
    ("ND", 500),
    ("OH", 575),
    ("OK", 450),
    ("PA", 600),
    ("UT", 485),
    ("WV", 600),
    ("WY", 400),
];
/// Accounts of goods and rentals.
const GOODS: [&str; 6] = [code::CHEMICALS, code::FUEL, code::COMPRESSION, "710.014", "710.017", "905.003"];
/// Corrections of a month at scale 1, of vendors' invoices and of those for wells that are drilled.
const CORRECTIONS: [u32; 2] = [590, 10];
/// Invoices of its stretch of a month that are looked at for one to correct: nearly each stretch has one among so many.
const LOOKED_AT: u32 = 24;
/// Days after a monthly invoice falls due in which it is paid.
const SETTLED_AFTER: u64 = 3;
/// Accounts of a well that is drilled, among which costs are confused: intangible ones, and equipment.
const CONFUSED: [&[&str]; 2] =
    [&["241.001", "241.002", "241.003", "241.004", "241.005", "241.006"], &["243.030", "243.040"]];
/// Trades whose vendors also sell equipment that is capitalised, by the first of their accounts, with the mean of such an
/// invoice in cents: computers and radios of the operator, compressors and meters of the gathering system.
const EQUIPMENT: [(&str, i64); 4] =
    [("905.003", 34_000_00), ("905.006", 26_000_00), ("720.005", 130_000_00), ("720.003", 80_000_00)];
/// One of so many of their invoices is for equipment: some a year.
const EQUIPMENT_EVERY: u64 = 260;
/// What of a basin's lease operating expense vendors invoice outside field tickets, in parts per hundred.
const INVOICED_OF_EXPENSE: i64 = 52;

/// The first line of an invoice, which was coded to the wrong account, and is moved in the month after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recoded {
    /// The invoice.
    invoice: Document,
    /// What the cost was spent on, as coded.
    from: Spent,
    to: &'static str,
    cents: i64,
}

impl Recoded {
    /// What the cost was spent on, as it is right.
    fn right(&self) -> Spent {
        Spent { account: self.to, ..self.from }
    }
}

impl Ground {
    /// Invoices entered on a day: many on Mondays and at month end, few at weekends, when only interfaces run.
    pub(crate) fn invoices_on(&self, day: NaiveDate) -> u16 {
        let of_day = match day.weekday() {
            _ if !is_business_day(day) => 8,
            Weekday::Mon => 125,
            Weekday::Tue => 110,
            Weekday::Wed => 100,
            Weekday::Thu => 95,
            _ => 85,
        };
        let month = Month::of(day);
        let left = (day.day()..=month.last().day())
            .filter(|other| is_business_day(month.day(u64::from(*other))))
            .count();
        let peak = if left <= 5 && is_business_day(day) { 175 } else { 100 };
        (INVOICES_A_DAY * i64::from(self.scale) * of_day * peak / 10_000).min(i64::from(u16::MAX)) as u16
    }

    /// The `index`-th vendor invoice of a day: most for one lease's wells, some for the office and the gathering system.
    pub(crate) fn invoice(&self, day: NaiveDate, index: u16) -> Invoice {
        let mut draw = Draw::new(
            self.seed,
            Stream::Invoice,
            u64::from(index),
            u64::from(day.num_days_from_ce().unsigned_abs()),
        );
        let vendors = &self.masters.counterparties;
        let (company, (vendor, trade)) = match draw.below(100) {
            0..=81 => (OPERATOR, vendors.field.pick(&mut draw)),
            82..=91 => (OPERATOR, vendors.office.pick(&mut draw)),
            92..=93 => (NON_OPERATOR, vendors.office.pick(&mut draw)),
            94 => (MIDSTREAM, vendors.office.pick(&mut draw)),
            _ => (MIDSTREAM, vendors.gathering.pick(&mut draw)),
        };
        let rate = (vendors.all[vendor as usize].currency == "CAD").then(|| self.exchange_rate(day));
        let count = *draw.pick(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
        let is_field = trade.accounts[0].starts_with("710.");
        let wells = if is_field { self.wells_visited(day, &mut draw) } else { Vec::new() };
        let mean = match wells.first() {
            Some(well) => self.expense(*well, day) / count,
            None => 260_000 / count,
        };
        let mut lines: Vec<InvoiceLine> = (0..count)
            .map(|_| {
                let account = account_of(trade, &mut draw);
                let well = if is_field { Some(*draw.pick(&wells)) } else { None };
                let cents = rounded(&mut draw, mean);
                InvoiceLine { account, well, cents, functional_cents: in_dollars(cents, rate) }
            })
            .collect();
        if let Some(line) = self.equipment((day, index), company, trade).filter(|_| rate.is_none()) {
            lines = vec![line];
        }
        let use_tax = match lines[..] {
            [line] if rate.is_none() && GOODS.contains(&line.account) && draw.below(10) < 9 => {
                self.use_tax(line.well)
            }
            _ => 0,
        };
        if use_tax > 0 {
            let tax = share_of(lines[0].cents, use_tax).max(1);
            lines.push(InvoiceLine { cents: tax, functional_cents: tax, ..lines[0] });
        }
        Invoice {
            company,
            vendor,
            lines,
            use_tax,
            age_days: draw.below(5),
            late_days: draw.below(5),
            rate,
            cost_center: if trade.accounts[0].starts_with("720.") {
                gathering_center(&mut draw)
            } else {
                u32::from(company) * CENTERS as u32 + draw.below(CENTERS as u64) as u32
            },
        }
    }

    /// The line of an invoice that is for equipment.
    fn equipment(&self, (day, index): (NaiveDate, u16), company: u8, trade: Trade) -> Option<InvoiceLine> {
        let of_trade = EQUIPMENT.iter().find(|(account, _)| *account == trade.accounts[0]);
        let (_, mean) = of_trade.filter(|_| company != NON_OPERATOR)?;
        let day = u64::from(day.num_days_from_ce().unsigned_abs());
        let mut draw = Draw::new(self.seed, Stream::Invoice, (1 << 41) + u64::from(index), day);
        let is_bought = draw.below(EQUIPMENT_EVERY) == 0;
        let cents = rounded(&mut draw, *mean).max(5_000_00);
        is_bought.then_some(InvoiceLine {
            account: code::EQUIPMENT,
            well: None,
            cents,
            functional_cents: cents,
        })
    }

    /// The rate of use tax where a well stands, or at the office, which is in Texas.
    fn use_tax(&self, well: Option<u32>) -> i64 {
        let state = well.map_or("TX", |well| self.masters.wells[well as usize].record.state.as_str());
        USE_TAX.iter().find(|(of, _)| *of == state).map_or(0, |(_, rate)| *rate)
    }

    /// A well on production and its neighbours on the lease.
    fn wells_visited(&self, day: NaiveDate, draw: &mut Draw) -> Vec<u32> {
        let first = self.masters.any_on_production(day, draw);
        let lease = self.masters.wells[first as usize].lease;
        let well = |at: &u32| &self.masters.wells[*at as usize];
        let on = self.masters.on_production(Month::of(day)).iter().copied();
        let beside = on.filter(|at| *at != first && well(at).lease == lease && well(at).has_begun(day));
        std::iter::once(first).chain(beside.take(3)).collect()
    }

    /// The mean of an invoice for a well: its share of what the basin's wells cost a BOE, over the invoices of a month.
    fn expense(&self, well: u32, day: NaiveDate) -> i64 {
        let master = &self.masters.wells[well as usize];
        let monthly = master.expense(day, 30);
        let wells = self.masters.on_production(Month::of(day)).len() as i64;
        let invoices = (INVOICES_A_DAY * i64::from(self.scale) * 24 * 82 / 100 / wells).max(1);
        (monthly * INVOICED_OF_EXPENSE / 100 / invoices).max(9_000)
    }

    /// What is moved in a month: lines of invoices of the month before. No invoice is corrected twice, since each correction
    /// looks into a stretch of its own.
    pub(crate) fn recoded(&self, month: Month) -> Vec<Recoded> {
        let last = month.plus(-1);
        if last < self.masters.base {
            return Vec::new();
        }
        let counts: Vec<u32> = last.days().map(|day| u32::from(self.invoices_on(day))).collect();
        let [vendors, projects] = CORRECTIONS.map(|count| count * self.scale);
        let invoices: u32 = counts.iter().sum();
        let of_vendors = (0..vendors).filter_map(|nth| {
            let stretch = invoices * nth / vendors..invoices * (nth + 1) / vendors;
            self.recoded_invoice(month, (nth, stretch), &counts)
        });
        let billed = self.project_lines(last);
        let of_projects = (0..projects.min(billed.len() as u32)).map(|nth| {
            let (invoice, from, cents) = billed[nth as usize * billed.len() / projects as usize];
            let mut draw =
                Draw::new(self.seed, Stream::Correction, (1 << 41) + u64::from(nth), month.number());
            let to = another(from.account, || *draw.pick(CONFUSED[usize::from(from.account >= "243")]));
            Recoded { invoice, from, to, cents }
        });
        of_vendors.chain(of_projects).collect()
    }

    /// One of a stretch of a month's invoices, counted from the month's first: an operator's for a well that still produces.
    fn recoded_invoice(
        &self,
        month: Month,
        (nth, stretch): (u32, std::ops::Range<u32>),
        counts: &[u32],
    ) -> Option<Recoded> {
        let mut draw = Draw::new(self.seed, Stream::Correction, (1 << 40) + u64::from(nth), month.number());
        let wells = self.masters.on_production(month);
        (0..LOOKED_AT).find_map(|_| {
            let mut index = stretch.start + draw.below(u64::from(stretch.len() as u32)) as u32;
            let mut day = 0;
            while index >= counts[day] {
                index -= counts[day];
                day += 1;
            }
            let last = month.plus(-1);
            let document = Document::new(Template::VendorInvoice, last, day as u32, index as u16);
            let invoice = self.invoice(day_of(document), document.part);
            let line = invoice.lines[0];
            let well = line.well.filter(|well| wells.binary_search(well).is_ok())?;
            // What is taxed or in another currency is voided and entered anew instead.
            if invoice.company != OPERATOR || invoice.rate.is_some() || invoice.use_tax > 0 {
                return None;
            }
            let vendors = &self.masters.counterparties.field;
            let to = another(line.account, || account_of(vendors.pick(&mut draw).1, &mut draw));
            let lease = self.masters.wells[well as usize].lease;
            let from = Spent { lease, project: None, account: line.account, well };
            Some(Recoded { invoice: document, from, to, cents: line.functional_cents })
        })
    }

    /// Adds what a month's corrections put right, and says what they take off where it was.
    pub(crate) fn moved_costs(
        recoded: &[Recoded],
        costs: &mut BTreeMap<Spent, i64>,
        taken_off: &mut BTreeMap<Spent, i64>,
    ) {
        for recoded in recoded {
            *costs.entry(recoded.right()).or_default() += recoded.cents;
            *taken_off.entry(recoded.from).or_default() += recoded.cents;
        }
    }

    /// The vendor invoices of a month, by day.
    pub(crate) fn invoices(&self, month: Month) -> Vec<Vec<Invoice>> {
        let of_day = |day| (0..self.invoices_on(day)).map(|index| self.invoice(day, index)).collect();
        month.days().map(of_day).collect()
    }

    /// Adds what a month's invoices cost.
    pub(crate) fn invoiced(&self, invoices: &[Vec<Invoice>], costs: &mut BTreeMap<Spent, i64>) {
        for line in invoices.iter().flatten().flat_map(|invoice| &invoice.lines) {
            let Some(well) = line.well else { continue };
            let lease = self.masters.wells[well as usize].lease;
            let spent = Spent { lease, project: None, account: line.account, well };
            *costs.entry(spent).or_default() += line.functional_cents;
        }
    }
}

/// Invoice amounts: most scattered, some at round figures, as rentals and day rates are.
fn rounded(draw: &mut Draw, mean: i64) -> i64 {
    let cents = scattered(draw, mean);
    let rounded = if draw.below(100) < 14 { (cents + 25_00) / 50_00 * 50_00 } else { cents };
    rounded.max(1_25)
}

/// Cents of another currency in cents of the dollar.
pub(crate) fn in_dollars(cents: i64, rate: Option<Rate>) -> i64 {
    match rate {
        Some(rate) => Money::product(Money::from_units(cents), rate).expect("an invoice fits").units().max(1),
        None => cents,
    }
}

/// The day of an invoice: its subject, from 0.
fn day_of(document: Document) -> NaiveDate {
    document.month.day(u64::from(document.subject) + 1)
}

/// The date on an invoice.
fn dated(document: Document, invoice: &Invoice) -> NaiveDate {
    day_of(document) - Days::new(invoice.age_days)
}

/// The invoice of a document: the one of its day that its part names.
fn invoice_of(document: Document, facts: &Facts) -> &Invoice {
    &facts.invoices[document.subject as usize][usize::from(document.part)]
}

/// Every document of vendors whose business is of `month`.
pub(crate) fn documents(month: Month, facts: &Facts, found: &mut Vec<Document>) {
    for (subject, of_day) in (0..).zip(&facts.invoices) {
        for (part, invoice) in (0..).zip(of_day) {
            let document = Document::new(Template::VendorInvoice, month, subject, part).of(invoice.company);
            found.extend([document, document.as_template(Template::VendorPayment)]);
        }
    }
    for vendor in facts.services.keys() {
        let invoice = Document::new(Template::ServiceInvoice, month, *vendor, 0);
        found.extend([invoice, invoice.as_template(Template::ServicePayment)]);
    }
    let corrections = 0..facts.recoded.len() as u32;
    found.extend(corrections.map(|nth| Document::new(Template::Reclassification, month, nth, 0)));
}

/// The day on which a document of this family is entered.
pub(crate) fn entered_on(world: &World, document: Document) -> NaiveDate {
    let ground = &world.ground;
    match document.template {
        Template::VendorPayment => {
            let facts = world.facts(document.month);
            let invoice = invoice_of(document, &facts);
            on_or_after(ground.due(dated(document, invoice), invoice.vendor) + Days::new(invoice.late_days))
        }
        Template::ServiceInvoice => document.month.plus(1).working_day(2),
        Template::ServicePayment => {
            let due = ground.due(document.month.last(), document.subject);
            on_or_after(due + Days::new(SETTLED_AFTER))
        }
        Template::Reclassification => {
            let mut draw = document.draw(ground.seed, Stream::Correction);
            // Half of what is coded wrong is found at the close.
            if draw.below(2) == 0 {
                document.month.working_day(draw.between(1, 5) as u32)
            } else {
                some_business_day(document.month, &mut draw)
            }
        }
        _ => day_of(document),
    }
}

/// Builds a document of this family.
pub(crate) fn draft(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    match document.template {
        Template::VendorInvoice => {
            let facts = world.facts(document.month);
            ground.invoice_draft(document, entered_on, invoice_of(document, &facts))
        }
        Template::VendorPayment => {
            let invoice_id = world.id(document.as_template(Template::VendorInvoice));
            let facts = world.facts(document.month);
            ground.payment_draft(document, entered_on, invoice_of(document, &facts), invoice_id)
        }
        Template::ServiceInvoice => service_invoice(world, document, entered_on),
        Template::ServicePayment => service_payment(world, document, entered_on),
        _ => correction(world, document, entered_on),
    }
}

impl Ground {
    /// The day on which what is dated on a day falls due, by the counterparty's terms.
    pub(crate) fn due(&self, dated: NaiveDate, counterparty: u32) -> NaiveDate {
        let terms = self.masters.counterparties.all[counterparty as usize].payment_terms_days;
        dated + Days::new(u64::from(terms.unsigned_abs()))
    }

    /// Dr expense at 8/8, a line each / Cr vouchers payable.
    fn invoice_draft(&self, document: Document, entered_on: NaiveDate, invoice: &Invoice) -> Draft<'_> {
        let (day, index) = (day_of(document), document.part);
        let mut draft = Draft::new(document, entered_on, format!("Invoice, {}", self.name(invoice.vendor)));
        draft.document_date = dated(document, invoice);
        draft.due_date = Some(self.due(draft.document_date, invoice.vendor));
        draft.source_document = Some(format!("INV-{}-{index:04}", day.format("%y%m%d")));
        draft.foreign = invoice.rate.map(|rate| ("CAD", rate));
        for (nth, line) in invoice.lines.iter().enumerate() {
            let is_use_tax = invoice.use_tax > 0 && nth > 0;
            draft.post_foreign(line.account, Side::Debit, (line.cents, line.functional_cents), |made| {
                match line.well {
                    Some(well) => {
                        self.on_well(made, well);
                        self.on_joint_account(made, self.masters.wells[well as usize].lease);
                    }
                    None => made.cost_center = Some(self.center(invoice.cost_center).into()),
                }
                if is_use_tax {
                    made.base_amount = Some(Money::from_units(invoice.lines[0].cents));
                    made.rate = Some(Rate::from_units(invoice.use_tax * 10_000));
                    made.text = Some("Use tax".into());
                }
            });
        }
        draft.post_foreign(code::VOUCHERS_PAYABLE, Side::Credit, invoice.total(), |line| {
            self.with(line, invoice.vendor);
        });
        if let Some(tax) = invoice.use_tax_line() {
            draft.credit(code::USE_TAX_PAYABLE, tax.cents, |_| {});
        }
        draft
    }

    pub(crate) fn center(&self, at: u32) -> &str {
        &self.masters.cost_centers[at as usize].cost_center
    }

    /// Dr vouchers payable / Cr cash, in the invoice's currency. What the Canadian dollar moved in between is gain or loss: the
    /// payable at the rate of its invoice goes out of foreign exchange, and comes in again at the rate of payment.
    fn payment_draft(
        &self,
        document: Document,
        entered_on: NaiveDate,
        invoice: &Invoice,
        invoice_id: uuid::Uuid,
    ) -> Draft<'_> {
        let mut draft = Draft::new(document, entered_on, format!("Payment, {}", self.name(invoice.vendor)));
        let (cents, booked) = invoice.total();
        let rate = invoice.rate.map(|_| self.exchange_rate(entered_on));
        let paid = in_dollars(cents, rate);
        draft.foreign = rate.map(|rate| ("CAD", rate));
        draft.post_foreign(code::VOUCHERS_PAYABLE, Side::Debit, (cents, booked), |line| {
            self.with(line, invoice.vendor);
            line.clears_entry_id = Some(invoice_id);
        });
        if paid != booked {
            for (side, dollars, when) in [(Side::Credit, booked, "invoice"), (Side::Debit, paid, "payment")] {
                draft.post_foreign(code::FOREIGN_EXCHANGE, side, (cents, dollars), |line| {
                    let dollars = Money::from_units(dollars);
                    line.text = Some(format!("{dollars} US dollars, at the rate of {when}").into());
                });
            }
        }
        draft.post_foreign(code::CASH, Side::Credit, (cents, paid), |_| {});
        draft
    }
}

/// An account that is not `from`.
fn another(from: &str, mut draw: impl FnMut() -> &'static str) -> &'static str {
    loop {
        let to = draw();
        if to != from {
            return to;
        }
    }
}

/// Dr one account / Cr another of what an invoice charged, which was coded wrong; the next billing bills partners the
/// difference. An invoice from before the books begin has no entry to name.
fn correction(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let recoded = world.facts(document.month).recoded[document.subject as usize];
    let Recoded { invoice, from, to, cents } = recoded;
    let what = format!("Recode {} to {to}, {}", from.account, ground.well_name(from.well));
    let mut draft = Draft::new(document, entered_on, what);
    draft.source_document = Some(format!("JE-{}-{:04}", document.month.label(), document.subject + 1));
    draft.adjusts = world.is_published(invoice).then(|| world.id(invoice));
    for (account, cents) in [(to, cents), (from.account, -cents)] {
        draft.debit(account, cents, |line| {
            match from.project {
                Some(project) => ground.on_project(line, project),
                None => ground.on_well(line, from.well),
            }
            ground.on_joint_account(line, from.lease);
        });
    }
    draft
}

/// Dr received not invoiced / Cr vouchers payable: a vendor's tickets of a month.
fn service_invoice(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (cents, tickets) = world.facts(document.month).services[&document.subject];
    let what =
        format!("{tickets} field tickets of {}, {}", document.month.label(), ground.name(document.subject));
    let mut draft = Draft::new(document, entered_on, what);
    draft.due_date = Some(ground.due(draft.document_date, document.subject));
    draft.source_document = Some(format!("FTI-{}-{}", document.month.label(), document.subject));
    draft.debit(code::RECEIVED_NOT_INVOICED, cents, |line| {
        // Hundreds of tickets: their vendor and month name them.
        ground.with(line, document.subject);
        line.production_month = Some(document.month.first());
    });
    draft.credit(code::VOUCHERS_PAYABLE, cents, |line| ground.with(line, document.subject));
    draft
}

fn service_payment(world: &World, document: Document, entered_on: NaiveDate) -> Draft<'_> {
    let ground = &world.ground;
    let (cents, _) = world.facts(document.month).services[&document.subject];
    let mut draft = Draft::new(document, entered_on, format!("Payment, {}", ground.name(document.subject)));
    draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
        ground.with(line, document.subject);
        line.clears_entry_id = Some(world.id(document.as_template(Template::ServiceInvoice)));
    });
    draft.credit(code::CASH, cents, |_| {});
    draft
}

/// A part of an amount in parts per ten thousand, rounded once.
pub(crate) fn share_of(cents: i64, of_ten_thousand: i64) -> i64 {
    divide_half_away(i128::from(cents) * i128::from(of_ten_thousand), 10_000) as i64
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Payables);
}
