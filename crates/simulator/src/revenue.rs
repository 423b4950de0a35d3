//! Revenue: accrued once, reversed, booked finally, received, distributed, taxed.
//!
//! | document | 127.001 accrued | 360.000 control | 120.000 receivable | 601/602 own revenue | 302 owners | 320 tax |
//! |---|---|---|---|---|---|---|
//! | run tickets of the month | Dr G | Cr G | | | | |
//! | accrual, dated month end | | Dr G | | Cr own | Cr net | Cr T |
//! | its reversal, dated the 1st | | Cr G | | Dr own | Dr net | Dr T |
//! | final, month + 1 | Cr G | Dr G | Dr F | Cr own | Cr net | Cr T' |
//! | receipt, month + 2 | | | Cr F | | | |
//! | distribution, month + 2 | | | | | Dr net | |
//! | severance, when due | | | | | | Dr T' |
//!
//! So 127.001 and 360.000 come back to zero for each production month, and revenue counts once. G is the sum of the
//! tickets, F the final volume at the final price. Owners' gross shares are credits, their taxes and deducts debits on
//! lines of their own, so that a check stub can be printed.

use crate::draft::Draft;
use crate::facts::{Facts, Ground, Split};
use crate::masters::PRODUCTS;
use crate::month::Month;
use chrono::NaiveDate;
use ledger::chart::code;
use ledger::split::largest_remainder;
use ledger::{DocumentType, JournalLine, Money, Product, Quantity, Source};
use uuid::Uuid;

/// A well and product of a production month.
#[derive(Clone, Copy)]
pub(crate) struct Sale {
    pub(crate) month: Month,
    pub(crate) well: usize,
    pub(crate) product: usize,
}

impl Ground {
    fn sale_name(&self, sale: Sale) -> String {
        let product = PRODUCTS[sale.product];
        format!(
            "{product} {}, {}",
            sale.month.first().format("%Y-%m"),
            self.masters.wells[sale.well].record.name
        )
    }

    /// Dr revenue control / Cr own revenue, owners, tax, gathering; auto-reversed.
    pub(crate) fn accrual_entry(&self, sale: Sale, facts: &Facts) -> Draft<'_> {
        let description = format!("Revenue accrual, {}", self.sale_name(sale));
        let posting = sale.month.last();
        let mut draft = Draft::new(Source::Revenue, "REVENUE_ACCRUAL", "revenue", posting, description);
        draft.document_type = DocumentType::Accrual;
        draft.production_month = Some(sale.month.first());
        draft.auto_reverse_on = Some(sale.month.plus(1).first());
        let split = &facts.accrued[&(sale.well, sale.product)];
        draft.debit(code::REVENUE_CONTROL, split.gross.units(), |line| {
            self.at_well(line, sale.well, PRODUCTS[sale.product]);
        });
        self.share_out(&mut draft, sale, split);
        draft
    }

    /// The accrual's mirror: sides swapped, quantities negated, dated the first of the next month.
    pub(crate) fn reversal_entry(&self, sale: Sale, facts: &Facts, accrual_id: Uuid) -> Draft<'_> {
        let mut draft = self.accrual_entry(sale, facts);
        draft.document_type = DocumentType::Reversal;
        draft.transaction_type = "REVENUE_ACCRUAL_REVERSAL";
        draft.description = format!("Reversal of revenue accrual, {}", self.sale_name(sale));
        draft.posting_date = sale.month.plus(1).first();
        draft.document_date = draft.posting_date;
        draft.auto_reverse_on = None;
        draft.reverses = Some(accrual_id);
        draft.chain = Some(accrual_id);
        for line in &mut draft.lines {
            line.side = line.side.opposite();
            line.quantity = line.quantity.map(|quantity| -quantity);
        }
        draft
    }

    /// Dr receivable at the final value / Cr own revenue, owners, tax, gathering; and the tickets' accrued sales and
    /// control are cleared against each other.
    pub(crate) fn final_entry(&self, sale: Sale, facts: &Facts, day: NaiveDate) -> Draft<'_> {
        let description = format!("Final revenue, {}", self.sale_name(sale));
        let mut draft = Draft::new(Source::Revenue, "REVENUE_FINAL", "revenue", day, description);
        draft.production_month = Some(sale.month.first());
        let key = (sale.well, sale.product);
        let (accrued, last) = (&facts.accrued[&key], &facts.finals[&key]);
        let lease = &self.masters.leases[self.masters.wells[sale.well].lease];
        let product = PRODUCTS[sale.product];
        draft.debit(code::SALES_RECEIVABLE, last.gross.units(), |line| {
            self.at_well(line, sale.well, product);
            line.counterparty_id =
                Some(self.masters.purchasers[lease.purchaser].counterparty_id.as_str().into());
        });
        self.share_out(&mut draft, sale, last);
        draft.debit(code::REVENUE_CONTROL, accrued.gross.units(), |line| {
            self.at_well(line, sale.well, product);
        });
        draft.credit(code::ACCRUED_SALES, accrued.gross.units(), |line| {
            self.at_well(line, sale.well, product);
        });
        draft
    }

    /// Credits the gross by interest; charges tax and gathering to each.
    fn share_out<'w>(&'w self, draft: &mut Draft<'w>, sale: Sale, split: &Split) {
        let well = &self.masters.wells[sale.well];
        let interests = &self.masters.leases[well.lease].interests;
        let product = PRODUCTS[sale.product];
        let weights: Vec<i64> = interests.iter().map(|share| share.decimal_interest.units()).collect();
        let volumes = largest_remainder(split.volume.units(), &weights);
        for (i, share) in interests.iter().enumerate() {
            let account = if i == 0 { revenue_account(product) } else { code::OWNERS_PAYABLE };
            draft.credit(account, split.parts[i], |line| {
                self.at_well(line, sale.well, product);
                line.owner_id = Some(share.owner_id.as_str().into());
                line.interest_type = Some(share.interest_type);
                line.decimal_interest = Some(share.decimal_interest);
                line.quantity = Some(Quantity::from_units(volumes[i]));
                line.unit_of_measure = Some(if product == Product::Gas { "MCF" } else { "BBL" }.into());
                line.unit_price = Some(split.price);
            });
        }
        self.charge_tax(draft, sale, split);
        self.charge_gathering(draft, sale, split);
    }

    fn charge_tax<'w>(&'w self, draft: &mut Draft<'w>, sale: Sale, split: &Split) {
        let well = &self.masters.wells[sale.well];
        let Some(tax) = well.tax[sale.product].map(|tax| &self.masters.taxes[tax]) else { return };
        let interests = &self.masters.leases[well.lease].interests;
        for (i, share) in interests.iter().enumerate() {
            let account = if i == 0 { code::SEVERANCE_EXPENSE } else { code::OWNERS_PAYABLE };
            draft.debit(account, split.tax_parts[i], |line| {
                self.at_well(line, sale.well, PRODUCTS[sale.product]);
                line.owner_id = Some(share.owner_id.as_str().into());
                line.tax_code = Some(tax.tax_code.as_str().into());
                line.base_amount = Some(Money::from_units(split.parts[i]));
                line.rate = Some(tax.rate);
            });
        }
        draft.credit(code::SEVERANCE_PAYABLE, split.tax.units(), |line| {
            self.at_well(line, sale.well, PRODUCTS[sale.product]);
            line.tax_code = Some(tax.tax_code.as_str().into());
            line.base_amount = Some(split.taxable);
            line.rate = Some(tax.rate);
        });
    }

    fn charge_gathering<'w>(&'w self, draft: &mut Draft<'w>, sale: Sale, split: &Split) {
        let interests = &self.masters.leases[self.masters.wells[sale.well].lease].interests;
        let dimensions = |line: &mut JournalLine<'w>| self.at_well(line, sale.well, PRODUCTS[sale.product]);
        for (i, share) in interests.iter().enumerate() {
            let account = if i == 0 { code::GATHERING_EXPENSE } else { code::OWNERS_PAYABLE };
            draft.debit(account, split.deduct_parts[i], |line| {
                dimensions(line);
                line.owner_id = Some(share.owner_id.as_str().into());
            });
        }
        draft.credit(code::GATHERING_PAYABLE, split.deduct.units(), dimensions);
    }

    /// Dr cash / Cr receivable: a purchaser pays a month's finals, a line for each lease.
    pub(crate) fn receipt_entry(
        &self,
        month: Month,
        purchaser: u32,
        facts: &Facts,
        day: NaiveDate,
    ) -> Draft<'_> {
        let buyer = &self.masters.purchasers[purchaser as usize];
        let description = format!("Receipt for {}, {}", month.first().format("%Y-%m"), buyer.name);
        let mut draft = Draft::new(Source::Receivables, "PURCHASER_RECEIPT", "treasury", day, description);
        draft.production_month = Some(month.first());
        draft.debit(code::CASH, facts.sold[&(purchaser as usize)], |_| {});
        let mut by_lease = std::collections::BTreeMap::<usize, i64>::new();
        for ((well, _), last) in &facts.finals {
            let lease = self.masters.wells[*well].lease;
            if self.masters.leases[lease].purchaser == purchaser as usize {
                *by_lease.entry(lease).or_default() += last.gross.units();
            }
        }
        for (lease, cents) in by_lease {
            draft.credit(code::SALES_RECEIVABLE, cents, |line| {
                line.counterparty_id = Some(buyer.counterparty_id.as_str().into());
                line.lease_id = Some(self.masters.leases[lease].record.lease_id.as_str().into());
            });
        }
        draft
    }

    /// Dr owners / Cr cash: a check for what a month's finals owe an owner.
    pub(crate) fn distribution_entry(
        &self,
        month: Month,
        owner: u32,
        facts: &Facts,
        day: NaiveDate,
    ) -> Draft<'_> {
        let owner = &self.masters.owners[owner as usize];
        let cents = facts.owed[&owner.owner_id];
        let description = format!("Revenue check for {}, {}", month.first().format("%Y-%m"), owner.name);
        let mut draft = Draft::new(Source::Revenue, "OWNER_DISTRIBUTION", "revenue", day, description);
        draft.production_month = Some(month.first());
        draft.source_document = Some(format!("CK-{}-{}", month.first().format("%Y%m"), owner.owner_id));
        draft.debit(code::OWNERS_PAYABLE, cents, |line| line.owner_id = Some(owner.owner_id.as_str().into()));
        draft.credit(code::CASH, cents, |_| {});
        draft
    }

    /// Dr severance payable / Cr cash: a state's tax of a month.
    pub(crate) fn severance_entry(&self, month: Month, tax: u32, facts: &Facts, day: NaiveDate) -> Draft<'_> {
        let record = &self.masters.taxes[tax as usize];
        let cents = facts.taxed[&(tax as usize)];
        let description = format!("Severance tax {} of {}", record.tax_code, month.first().format("%Y-%m"));
        let mut draft = Draft::new(Source::Tax, "SEVERANCE_REMITTANCE", "tax", day, description);
        draft.production_month = Some(month.first());
        draft.debit(code::SEVERANCE_PAYABLE, cents, |line| {
            line.tax_code = Some(record.tax_code.as_str().into());
            line.product = Some(record.product);
        });
        draft.credit(code::CASH, cents, |_| {});
        draft
    }
}

fn revenue_account(product: Product) -> &'static str {
    match product {
        Product::Gas => code::GAS_REVENUE,
        _ => code::OIL_REVENUE,
    }
}
