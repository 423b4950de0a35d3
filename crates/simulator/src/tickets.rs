//! Field tickets: what leaves a lease or is done on it, booked as it happens.
//!
//! A run ticket posts its value at 8/8, Dr accrued sales / Cr revenue control; the accrual clears the control account at
//! month end. A water or service ticket posts Dr lease operating expense / Cr received not invoiced; the vendor's monthly
//! invoice clears that.

use crate::document::Document;
use crate::draft::Draft;
use crate::field::{Ticket, Work};
use crate::ground::{Ground, product, ticket_account};
use crate::masters::{GAS, unit};
use crate::template::TICKETS;
use chrono::NaiveDate;
use ledger::JournalLine;
use ledger::chart::code;

impl Ground {
    /// A ticket of a month.
    pub(crate) fn ticket_draft(
        &self,
        document: Document,
        entered_on: NaiveDate,
        ticket: &Ticket,
    ) -> Draft<'_> {
        let well = &self.masters.wells[ticket.well as usize].record;
        let (transaction_type, what) = match ticket.work {
            Work::Run(GAS) => (TICKETS[1], "Gas metered"),
            Work::Run(_) if ticket.vendor.is_none() => (TICKETS[0], "Oil metered"),
            Work::Run(_) => (TICKETS[0], "Oil hauled"),
            Work::Water => (TICKETS[2], "Water hauled"),
            Work::Service => (TICKETS[3], "Field service"),
        };
        let mut draft = Draft::new(document, entered_on, format!("{what}, {}", well.name));
        draft.transaction_type = transaction_type;
        draft.production_month = Some(document.month.first());
        draft.source_document = Some(format!("FT-{}-{:06}", document.month.label(), document.subject + 1));
        match ticket.work {
            Work::Run(place) => self.run(&mut draft, ticket, place),
            Work::Water | Work::Service => self.work_done(&mut draft, ticket),
        }
        draft
    }

    fn run<'w>(&'w self, draft: &mut Draft<'w>, ticket: &Ticket, place: u8) {
        let cents = ticket.amount.units();
        draft.debit(code::ACCRUED_SALES, cents, |line| {
            measured(line, ticket, unit(product(place)));
            self.at_well(line, ticket.well, place);
            if place == GAS {
                let heat = self.masters.wells[ticket.well as usize].heat_factor;
                line.heat_factor = Some(ledger::Rate::from_units(heat));
            }
        });
        draft.credit(code::REVENUE_CONTROL, cents, |line| self.at_well(line, ticket.well, place));
    }

    fn work_done<'w>(&'w self, draft: &mut Draft<'w>, ticket: &Ticket) {
        let cents = ticket.amount.units();
        let account = ticket_account(ticket.work).expect("work that is no run charges an account");
        draft.debit(account, cents, |line| {
            measured(line, ticket, if ticket.work == Work::Water { "BBL" } else { "HR" });
            self.on_well(line, ticket.well);
        });
        let vendor = ticket.vendor.expect("somebody does the work");
        draft.credit(code::RECEIVED_NOT_INVOICED, cents, |line| self.with(line, vendor));
    }

    /// Names the well and its lease.
    pub(crate) fn on_well<'w>(&'w self, line: &mut JournalLine<'w>, well: u32) {
        let record = &self.masters.wells[well as usize].record;
        line.well_id = Some(record.well_id.as_str().into());
        line.lease_id = Some(record.lease_id.as_str().into());
    }

    /// Names the well, its lease and a product.
    pub(crate) fn at_well<'w>(&'w self, line: &mut JournalLine<'w>, well: u32, place: u8) {
        self.on_well(line, well);
        line.product = Some(product(place));
    }

    /// Names the counterparty.
    pub(crate) fn with<'w>(&'w self, line: &mut JournalLine<'w>, counterparty: u32) {
        let record = &self.masters.counterparties.all[counterparty as usize];
        line.counterparty_id = Some(record.counterparty_id.as_str().into());
    }

    /// Names the AFE and the well that it drills.
    pub(crate) fn on_project<'w>(&'w self, line: &mut JournalLine<'w>, project: u32) {
        let project = &self.masters.projects[project as usize];
        self.on_well(line, project.well);
        line.afe_number = Some(project.afe_number.as_str().into());
    }

    /// Names the joint account of a lease.
    pub(crate) fn on_joint_account<'w>(&'w self, line: &mut JournalLine<'w>, lease: u32) {
        let lease = &self.masters.leases[lease as usize];
        line.jib_code = Some(lease.jib_code.as_str().into());
        line.lease_id = Some(lease.record.lease_id.as_str().into());
    }

    /// Names the owner.
    pub(crate) fn to_owner<'w>(&'w self, line: &mut JournalLine<'w>, owner: u32) {
        line.owner_id = Some(self.masters.owners[owner as usize].record.owner_id.as_str().into());
    }

    /// A counterparty's name.
    pub(crate) fn name(&self, counterparty: u32) -> &str {
        &self.masters.counterparties.all[counterparty as usize].name
    }

    /// A well's name.
    pub(crate) fn well_name(&self, well: u32) -> &str {
        &self.masters.wells[well as usize].record.name
    }
}

fn measured(line: &mut JournalLine<'_>, ticket: &Ticket, unit: &'static str) {
    line.quantity = Some(ticket.quantity);
    line.unit_of_measure = Some(unit.into());
    line.unit_price = Some(ticket.price);
}

#[cfg(test)]
mod tests {
    use crate::sound::any_is_sound;

    any_is_sound!(Tickets);
}
