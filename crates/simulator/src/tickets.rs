//! Field tickets: what leaves a lease or is done on it, booked as it happens.
//!
//! A run ticket posts its value at 8/8, Dr accrued sales / Cr revenue control; the accrual clears the control account at
//! month end. A water or service ticket posts Dr lease operating expense / Cr received not invoiced; the vendor's monthly
//! invoice clears that.

use crate::draft::Draft;
use crate::facts::{Ground, Work, ticket_account};
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::period::first_of_month;
use ledger::{JournalLine, Product, Source};

impl Ground {
    pub(crate) fn ticket_entry(&self, slot: u64, day: NaiveDate) -> Draft<'_> {
        let ticket = self.ticket(slot);
        let well = &self.masters.wells[ticket.well].record;
        let (transaction_type, what) = match ticket.work {
            Work::Run(Product::Oil) => ("RUN_TICKET", "Oil run"),
            Work::Run(_) => ("GAS_METER", "Gas metered"),
            Work::Water => ("WATER_TICKET", "Water hauled"),
            Work::Service => ("SERVICE_TICKET", "Field service"),
        };
        let mut draft =
            Draft::new(Source::Production, transaction_type, "field", day, format!("{what}, {}", well.name));
        draft.production_month = Some(first_of_month(day));
        draft.source_document = Some(format!("FT-{slot}"));
        let unit = match ticket.work {
            Work::Run(Product::Gas) => "MCF",
            Work::Service => "HR",
            _ => "BBL",
        };
        let cents = ticket.amount.units();
        let measured = |line: &mut JournalLine<'_>| {
            line.quantity = Some(ticket.quantity);
            line.unit_of_measure = Some(unit.into());
            line.unit_price = Some(ticket.price);
        };
        match ticket.work {
            Work::Run(product) => {
                draft.debit(code::ACCRUED_SALES, cents, |line| {
                    measured(line);
                    self.at_well(line, ticket.well, product);
                });
                draft.credit(code::REVENUE_CONTROL, cents, |line| self.at_well(line, ticket.well, product));
            }
            Work::Water | Work::Service => {
                draft.debit(ticket_account(ticket.work), cents, |line| {
                    measured(line);
                    self.on_well(line, ticket.well);
                });
                draft.credit(code::RECEIVED_NOT_INVOICED, cents, |line| {
                    line.counterparty_id =
                        Some(self.masters.vendors[ticket.vendor].counterparty_id.as_str().into());
                });
            }
        }
        draft
    }

    /// Names the well and its lease.
    pub(crate) fn on_well<'w>(&'w self, line: &mut JournalLine<'w>, well: usize) {
        let record = &self.masters.wells[well].record;
        line.well_id = Some(record.well_id.as_str().into());
        line.lease_id = Some(record.lease_id.as_str().into());
    }

    /// Names the well, its lease and a product.
    pub(crate) fn at_well<'w>(&'w self, line: &mut JournalLine<'w>, well: usize, product: Product) {
        self.on_well(line, well);
        line.product = Some(product);
    }
}
