//! Vendors: invoices for lease operating expense, monthly invoices for tickets, and payments.

use crate::draft::Draft;
use crate::facts::{Facts, Ground};
use crate::kind::day_of;
use crate::month::Month;
use chrono::{Days, NaiveDate};
use ledger::chart::code;
use ledger::{JournalLine, Source};

impl Ground {
    fn name_vendor<'w>(&'w self, line: &mut JournalLine<'w>, vendor: usize) {
        line.counterparty_id = Some(self.masters.vendors[vendor].counterparty_id.as_str().into());
    }

    /// Dr lease operating expense at 8/8, a line each / Cr vouchers payable.
    pub(crate) fn invoice_entry(&self, days: i32, index: u32) -> Draft<'_> {
        let day = day_of(days);
        let invoice = self.invoice(day, index);
        let vendor = &self.masters.vendors[invoice.vendor];
        let mut draft = Draft::new(
            Source::Payables,
            "VENDOR_INVOICE",
            "payables",
            day,
            format!("Invoice, {}", vendor.name),
        );
        draft.document_date = day - Days::new(invoice.age_days);
        draft.due_date = Some(day + Days::new(u64::from(vendor.payment_terms_days.unsigned_abs())));
        draft.source_document = Some(format!("INV-{days}-{index}"));
        let mut total = 0;
        for line in &invoice.lines {
            total += line.cents;
            draft.debit(line.account, line.cents, |made| {
                self.on_well(made, line.well);
                let lease = self.masters.wells[line.well].lease;
                made.jib_code = Some(self.masters.leases[lease].jib_code.as_str().into());
            });
        }
        draft.credit(code::VOUCHERS_PAYABLE, total, |line| self.name_vendor(line, invoice.vendor));
        draft
    }

    /// Dr vouchers payable / Cr cash, on the first business day on or after the due date.
    pub(crate) fn payment_entry(
        &self,
        days: i32,
        index: u32,
        day: NaiveDate,
        invoice_id: uuid::Uuid,
    ) -> Draft<'_> {
        let invoice = self.invoice(day_of(days), index);
        let total = invoice.lines.iter().map(|line| line.cents).sum();
        let name = &self.masters.vendors[invoice.vendor].name;
        let mut draft =
            Draft::new(Source::Payables, "VENDOR_PAYMENT", "treasury", day, format!("Payment, {name}"));
        draft.source_document = Some(format!("PAY-{days}-{index}"));
        draft.debit(code::VOUCHERS_PAYABLE, total, |line| {
            self.name_vendor(line, invoice.vendor);
            line.clears_entry_id = Some(invoice_id);
        });
        draft.credit(code::CASH, total, |_| {});
        draft
    }

    /// Dr received not invoiced / Cr vouchers payable: a vendor's invoice for its tickets of a month.
    pub(crate) fn service_invoice_entry(
        &self,
        month: Month,
        vendor: u32,
        day: NaiveDate,
        facts: &Facts,
    ) -> Draft<'_> {
        let vendor = vendor as usize;
        let (cents, tickets) = facts.services[&vendor];
        let name = &self.masters.vendors[vendor].name;
        let description = format!("{tickets} field tickets of {}, {name}", month.first().format("%Y-%m"));
        let mut draft = Draft::new(Source::Payables, "SERVICE_INVOICE", "payables", day, description);
        draft.due_date = Some(day + Days::new(30));
        draft.source_document = Some(format!("SVC-{}-{vendor}", month.first().format("%Y%m")));
        draft.debit(code::RECEIVED_NOT_INVOICED, cents, |line| self.name_vendor(line, vendor));
        draft.credit(code::VOUCHERS_PAYABLE, cents, |line| self.name_vendor(line, vendor));
        draft
    }

    /// Dr vouchers payable / Cr cash for such an invoice.
    pub(crate) fn service_payment_entry(
        &self,
        vendor: u32,
        day: NaiveDate,
        facts: &Facts,
        invoice_id: uuid::Uuid,
    ) -> Draft<'_> {
        let vendor = vendor as usize;
        let (cents, _) = facts.services[&vendor];
        let description = format!("Payment of field tickets, {}", self.masters.vendors[vendor].name);
        let mut draft = Draft::new(Source::Payables, "SERVICE_PAYMENT", "treasury", day, description);
        draft.debit(code::VOUCHERS_PAYABLE, cents, |line| {
            self.name_vendor(line, vendor);
            line.clears_entry_id = Some(invoice_id);
        });
        draft.credit(code::CASH, cents, |_| {});
        draft
    }
}
