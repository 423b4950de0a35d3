//! What stands when a month begins, folded from the months before; and what a month's balances decide.

use crate::books::Books;
use crate::document::Document;
use crate::draft::Draft;
use crate::field::{Ticket, Work};
use crate::ground::ticket_account;
use crate::imbalance::Imbalances;
use crate::items::{OpenItems, is_settled_in_order};
use crate::masters::OPERATOR;
use crate::month::Month;
use crate::owners::{self, Check};
use crate::plan::Planned;
use crate::template::{Counts, Template};
use crate::treasury::{self, Movement};
use crate::world::World;
use chrono::NaiveDate;
use ledger::DocumentType;
use ledger::chart::{accounts, code};
use ledger::period::midnight;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The books and reserves when a month begins.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) month: Month,
    /// Everything that was entered before.
    pub(crate) books: Books,
    /// What of bills and advances is open, document by document.
    pub(crate) items: OpenItems,
    /// Proved developed reserves by well in thousandths of a BOE, when the month before this one began: what depletes
    /// that month's production.
    pub(crate) reserves: Vec<i64>,
    /// What the company is ahead or behind of its share of wells' gas.
    pub(crate) imbalances: Imbalances,
}

/// What a month's own balances decide: checks, draws, repayments, dividends.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) checks: Vec<Check>,
    pub(crate) movements: Vec<Movement>,
}

impl Standing {
    /// What stands when the fold begins.
    pub(crate) fn first(world: &World) -> Self {
        let masters = &world.ground.masters;
        let reserves = masters.wells.iter().map(|well| well.reserves(masters.base)).collect();
        let (books, items) = (world.ground.first_balances(), OpenItems::default());
        Self { month: masters.base, books, items, reserves, imbalances: Imbalances::default() }
    }

    /// What a partner owes by lease and bill, the oldest bill of a lease first.
    pub(crate) fn billed(&self, partner: u32) -> Vec<(u32, Uuid, i64)> {
        let owed = self.items.by_master(OPERATOR, code::JIB_RECEIVABLE, partner);
        let owed = owed.filter(|(.., open)| open.cents > 0);
        owed.map(|(item, bill, open)| (item.masters[1], bill, open.cents)).collect()
    }

    /// What is open of a partner's bills of a lease and month, also what one of them gives back.
    pub(crate) fn open_of_bills(&self, partner: u32, lease: u32, billed: Month) -> Vec<(Uuid, i64)> {
        let owed = self.items.by_master(OPERATOR, code::JIB_RECEIVABLE, partner);
        let of_month =
            owed.filter(|(item, _, open)| item.masters[1] == lease && open.document.month == billed);
        of_month.map(|(_, bill, open)| (bill, open.cents)).collect()
    }

    /// What a partner has not paid of them.
    pub(crate) fn unpaid(&self, partner: u32, lease: u32, billed: Month) -> Vec<(Uuid, i64)> {
        self.open_of_bills(partner, lease, billed).into_iter().filter(|(_, cents)| *cents > 0).collect()
    }

    /// What of a project is in progress, by account.
    pub(crate) fn in_progress(&self, company: u8, project: u32) -> Vec<(&'static str, i64)> {
        accounts()
            .iter()
            .filter(|account| account.is_postable && account.account_code.starts_with("24"))
            .map(|account| {
                (account.account_code, self.books.of(company, account.account_code, [project, 0, 0]))
            })
            .filter(|(_, cents)| *cents != 0)
            .collect()
    }
}

/// Cash of a company that comes and goes by day.
type Flows = BTreeMap<NaiveDate, i64>;

/// Books a month: its documents as planned, in order, without those that its balances decide, which are decided here.
struct Booking<'w> {
    world: &'w World,
    standing: Standing,
    settled: Settled,
    flows: [Flows; 3],
}

/// Books a month onto what stands when it begins, and says what it decided.
pub(crate) fn book(world: &World, before: &Standing, planned: &[Planned]) -> (Settled, Standing) {
    let month = before.month;
    let mut booking =
        Booking { world, standing: before.clone(), settled: Settled::default(), flows: Default::default() };
    booking.tickets(month);
    let run = midnight(owners::run_day(month)).timestamp_micros();
    let at = planned.partition_point(|document| document.entered_at < run);
    booking.documents(&planned[..at]);
    booking.checks(month);
    booking.documents(&planned[at..]);
    booking.treasury(month);
    booking.produced(month.plus(-1));
    world.ground.balance_gas(month, &world.facts(month), &mut booking.standing.imbalances);
    booking.standing.month = month.plus(1);
    booking.standing.books.tidy();
    (booking.settled, booking.standing)
}

impl Booking<'_> {
    fn draft(&mut self, document: Document, entered: NaiveDate, draft: &Draft<'_>) {
        let company = document.company;
        for line in &draft.lines {
            if line.account_code == code::CASH {
                let flow = self.flows[usize::from(company)].entry(entered).or_default();
                *flow += line.signed_functional().units();
            }
            self.standing.books.book(&self.world.ground.masters, company, draft, line);
        }
        self.standing.items.take(self.world, document, entered, draft, is_settled_in_order);
    }

    fn documents(&mut self, planned: &[Planned]) {
        for document in planned.iter().filter(|planned| !is_undone(planned)) {
            let draft = self.world.draft(document.document, document.entered_on());
            self.draft(document.document, document.entered_on(), &draft);
        }
    }

    /// Field tickets, a month of a well and account at once.
    fn tickets(&mut self, month: Month) {
        self.standing.books.book_tickets(month, &self.world.facts(month).tickets);
    }

    fn checks(&mut self, month: Month) {
        let checks = owners::checks(self.world, month, &self.standing);
        let day = owners::run_day(month);
        for (part, check) in checks.iter().enumerate() {
            let document = check_document(month, check, part);
            self.draft(document, day, &owners::check_draft(&self.world.ground, document, day, check));
        }
        self.settled.checks = checks;
    }

    fn treasury(&mut self, month: Month) {
        let scale = i64::from(self.world.ground.scale);
        for company in 0..self.flows.len() as u8 {
            let flows = std::mem::take(&mut self.flows[usize::from(company)]);
            // The balance with which the month began.
            let mut begun = self.standing.books.clone();
            begun.add(company, code::CASH, [0; 3], -flows.values().sum::<i64>());
            for movement in treasury::movements(month, (company, scale), &begun, &flows) {
                self.movement(month, movement);
            }
        }
    }

    fn movement(&mut self, month: Month, mut movement: Movement) {
        let (world, nth) = (self.world, self.settled.movements.len() as u32);
        if movement.template == Template::RevolverRepayment {
            let bank = world.ground.masters.counterparties.banks.start;
            let (items, cents) = (&self.standing.items, movement.cents);
            movement.repaid = treasury::draws_repaid(items, movement.company, bank, cents);
        }
        for document in treasury::movement_documents(month, nth, &movement) {
            let draft = treasury::movement_draft(world, document, &movement);
            for line in &draft.lines {
                self.standing.books.book(&world.ground.masters, document.company, &draft, line);
            }
            self.standing.items.take(world, document, movement.day, &draft, is_settled_in_order);
        }
        self.settled.movements.push(movement);
    }

    /// Takes a month's production off the reserves.
    fn produced(&mut self, month: Month) {
        let world = self.world;
        if month < world.ground.masters.base {
            return;
        }
        let facts = world.facts(month);
        for (well, reserves) in (0..).zip(&mut self.standing.reserves) {
            *reserves = (*reserves - world.ground.production(month, &facts, well)).max(0);
        }
    }
}

/// Whether a document is an accrual that is reversed right behind itself, in the same fiscal year, or that reversal:
/// together they leave nothing in the books.
fn is_undone(planned: &Planned) -> bool {
    let shape = planned.document.template.shape();
    let reverses = matches!(shape.document_type, DocumentType::Accrual | DocumentType::Reversal);
    let (accrued, reversed) = match shape.counts {
        Counts::MonthEnd | Counts::NextMonth => (0, 1),
        _ => (1, 2),
    };
    let month = planned.document.month;
    reverses && month.plus(accrued).year() == month.plus(reversed).year()
}

/// The document of a check.
pub(crate) fn check_document(month: Month, check: &Check, part: usize) -> Document {
    Document::new(Template::OwnerDistribution, month, check.owner, part as u16)
}

/// Postings of field tickets in cents, by account and what it is kept by.
pub(crate) type Tickets = BTreeMap<(&'static str, [u32; 3]), i64>;

/// Adds what a ticket of a month posts.
pub(crate) fn post_ticket(tickets: &mut Tickets, month: Month, ticket: &Ticket) {
    let cents = ticket.amount.units();
    match ticket.work {
        Work::Run(place) => post_run(tickets, (ticket.well, place, month), cents),
        Work::Water | Work::Service => {
            let account = ticket_account(ticket.work).expect("work charges an account");
            *tickets.entry((account, [ticket.well, 0, 0])).or_default() += cents;
            let vendor = ticket.vendor.expect("somebody does the work");
            post_work(tickets, (vendor, month), cents);
        }
    }
}

/// Adds what a vendor's work of a month adds to what is received and not invoiced.
pub(crate) fn post_work(tickets: &mut Tickets, (vendor, month): (u32, Month), cents: i64) {
    let of = [vendor, month.number() as u32, 0];
    *tickets.entry((code::RECEIVED_NOT_INVOICED, of)).or_default() -= cents;
}

/// Adds what runs of a well and product post in a month.
pub(crate) fn post_run(tickets: &mut Tickets, (well, place, month): (u32, u8, Month), cents: i64) {
    let of = [well, u32::from(place), month.number() as u32];
    *tickets.entry((code::ACCRUED_SALES, of)).or_default() += cents;
    *tickets.entry((code::REVENUE_CONTROL, of)).or_default() -= cents;
}

impl Books {
    /// Books a month's tickets without an entry for each.
    pub(crate) fn book_tickets(&mut self, month: Month, tickets: &Tickets) {
        for ((account, masters), cents) in tickets {
            self.add_counted(OPERATOR, month.year(), account, *masters, *cents);
        }
    }
}
