//! Which documents exist, and when each is entered.

use crate::facts::{Facts, Ground};
use crate::masters::PRODUCTS;
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use ledger::Product;
use ledger::period::{business_day_of, midnight, on_or_after, on_or_before};
use uuid::Uuid;

/// A document by what makes it: enough to build it, and to name it from another document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A part of the opening balances.
    Opening { part: u32 },
    /// A field ticket.
    Ticket { slot: u64 },
    /// A vendor invoice.
    Invoice { day: i32, index: u32 },
    /// Its payment.
    Payment { day: i32, index: u32 },
    /// A vendor's monthly invoice for its tickets.
    ServiceInvoice { month: Month, vendor: u32 },
    /// Its payment.
    ServicePayment { month: Month, vendor: u32 },
    /// Wages of half a month.
    Payroll { month: Month, half: u8, company: u8 },
    /// The taxes withheld in a month.
    Withholding { month: Month, company: u8 },
    /// Revenue of a well and product, accrued.
    Accrual { month: Month, well: u32, product: u8 },
    /// Its reversal.
    Reversal { month: Month, well: u32, product: u8 },
    /// The final revenue.
    Final { month: Month, well: u32, product: u8 },
    /// A purchaser's payment for a month.
    Receipt { month: Month, purchaser: u32 },
    /// A check to an owner for a month.
    Distribution { month: Month, owner: u32 },
    /// Severance tax of a month, by tax record.
    Severance { month: Month, tax: u32 },
    /// Depletion of a well.
    Depletion { month: Month, well: u32 },
    /// The partners' shares of a lease's cost, billed.
    CutBack { month: Month, lease: u32 },
    /// Their payment, a partner each.
    JointReceipt { month: Month, lease: u32, partner: u8 },
}

impl Kind {
    /// Sixteen bytes that only this document has.
    fn identity(self) -> [u8; 16] {
        let (tag, first, second, third): (u8, u64, u32, u8) = match self {
            Self::Opening { part } => (0, 0, part, 0),
            Self::Ticket { slot } => (1, slot, 0, 0),
            Self::Invoice { day, index } => (2, u64::from(day.unsigned_abs()), index, 0),
            Self::Payment { day, index } => (3, u64::from(day.unsigned_abs()), index, 0),
            Self::ServiceInvoice { month, vendor } => (4, month.number(), vendor, 0),
            Self::ServicePayment { month, vendor } => (5, month.number(), vendor, 0),
            Self::Payroll { month, half, company } => (6, month.number(), u32::from(half), company),
            Self::Withholding { month, company } => (7, month.number(), 0, company),
            Self::Accrual { month, well, product } => (8, month.number(), well, product),
            Self::Reversal { month, well, product } => (9, month.number(), well, product),
            Self::Final { month, well, product } => (10, month.number(), well, product),
            Self::Receipt { month, purchaser } => (11, month.number(), purchaser, 0),
            Self::Distribution { month, owner } => (12, month.number(), owner, 0),
            Self::Severance { month, tax } => (13, month.number(), tax, 0),
            Self::Depletion { month, well } => (14, month.number(), well, 0),
            Self::CutBack { month, lease } => (15, month.number(), lease, 0),
            Self::JointReceipt { month, lease, partner } => (16, month.number(), lease, partner),
        };
        let mut bytes = [0; 16];
        bytes[0] = tag;
        bytes[1] = third;
        bytes[2..6].copy_from_slice(&second.to_le_bytes());
        bytes[6..14].copy_from_slice(&first.to_le_bytes());
        bytes
    }

    /// The company in whose books it is, by place.
    pub(crate) fn company(self) -> u8 {
        match self {
            Self::Payroll { company, .. } | Self::Withholding { company, .. } => company,
            // The first parts are each company's cash; the open items behind them are the operator's.
            Self::Opening { part } if part < 3 => part as u8,
            _ => 0,
        }
    }

    /// The month whose business it is.
    pub(crate) fn base_month(self, ground: &Ground) -> Month {
        match self {
            Self::Opening { .. } => Month(0),
            Self::Ticket { slot } => {
                let day = NaiveDate::from_epoch_days((slot / ground.tickets_a_day()) as i32);
                Month::of(day.expect("a day of the ledger"))
            }
            Self::Invoice { day, .. } | Self::Payment { day, .. } => Month::of(day_of(day)),
            Self::ServiceInvoice { month, .. }
            | Self::ServicePayment { month, .. }
            | Self::Payroll { month, .. }
            | Self::Withholding { month, .. }
            | Self::Accrual { month, .. }
            | Self::Reversal { month, .. }
            | Self::Final { month, .. }
            | Self::Receipt { month, .. }
            | Self::Distribution { month, .. }
            | Self::Severance { month, .. }
            | Self::Depletion { month, .. }
            | Self::CutBack { month, .. }
            | Self::JointReceipt { month, .. } => month,
        }
    }
}

/// A day from its number of days since 1970.
pub(crate) fn day_of(days: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(days).expect("a day of the ledger")
}

impl Ground {
    /// The day on which a document is entered. The close runs by working day: 3 revenue, 4 services, 5 joint interest,
    /// 6 depletion; finals follow on the 20th (oil) and the 26th (gas), money after that.
    pub(crate) fn entered_on(&self, kind: Kind) -> NaiveDate {
        match kind {
            Kind::Opening { .. } | Kind::Ticket { .. } => {
                unreachable!("their instants are fixed to the second")
            }
            Kind::Invoice { day, .. } => day_of(day),
            Kind::Payment { day, index } => {
                let invoice = self.invoice(day_of(day), index);
                let terms = self.masters.vendors[invoice.vendor].payment_terms_days.unsigned_abs();
                on_or_after(day_of(day) + Days::new(u64::from(terms)))
            }
            Kind::ServiceInvoice { month, .. } => business_day_of(month.plus(1).first(), 4),
            Kind::ServicePayment { month, .. } => on_or_after(month.plus(2).day(8)),
            Kind::Payroll { month, half: 0, .. } => on_or_before(month.day(15)),
            Kind::Payroll { month, .. } => on_or_before(month.last()),
            Kind::Withholding { month, .. } => on_or_after(month.plus(1).day(15)),
            Kind::Accrual { month, .. } | Kind::Reversal { month, .. } => {
                business_day_of(month.plus(1).first(), 3)
            }
            Kind::Final { month, product, .. } => {
                let is_oil = PRODUCTS[usize::from(product)] == Product::Oil;
                on_or_after(month.plus(1).day(if is_oil { 20 } else { 26 }))
            }
            Kind::Receipt { month, .. } => on_or_after(month.plus(2).day(3)),
            Kind::Distribution { month, .. } => on_or_after(month.plus(2).day(25)),
            Kind::Severance { month, tax } => {
                let tax = &self.masters.taxes[tax as usize];
                let due = month.plus(tax.due_months).day(u64::from(tax.due_day.unsigned_abs()));
                on_or_before(due).max(on_or_after(month.plus(1).day(21)))
            }
            Kind::Depletion { month, .. } => business_day_of(month.plus(1).first(), 6),
            Kind::CutBack { month, .. } => business_day_of(month.plus(1).first(), 5),
            Kind::JointReceipt { month, .. } => on_or_after(month.plus(1).day(22)),
        }
    }

    /// The instant at which a document is entered; `opens_at` is that of the opening balances.
    pub(crate) fn entered_at(&self, kind: Kind, opens_at: DateTime<Utc>) -> DateTime<Utc> {
        match kind {
            Kind::Opening { part } => opens_at + TimeDelta::seconds(i64::from(part)),
            Kind::Ticket { slot } => self.ticket_at(slot),
            // A reversal is entered right after its target.
            Kind::Reversal { month, well, product } => {
                self.entered_at(Kind::Accrual { month, well, product }, opens_at) + TimeDelta::milliseconds(1)
            }
            _ => midnight(self.entered_on(kind)) + self.time_of_day(kind),
        }
    }

    /// Office hours of the Central time zone, thickest in the middle of the day; never a whole second, so that no two
    /// documents crowd one instant.
    fn time_of_day(&self, kind: Kind) -> TimeDelta {
        let identity = kind.identity();
        let number = |at: usize| u64::from_le_bytes(identity[at..at + 8].try_into().expect("eight bytes"));
        let mut draw = Draw::new(self.seed, Stream::Desk, number(0), number(8));
        let (opens, span) = (13 * 3_600_000_000_i64, 9 * 3_600_000_000_i64);
        let first = draw.between(0, span / 2);
        TimeDelta::microseconds(opens + first + draw.between(0, span / 2))
    }

    /// A UUID in version 7's shape: milliseconds of simulated time, then bits that only this document of this run has.
    pub(crate) fn entry_id(&self, kind: Kind, opens_at: DateTime<Utc>) -> Uuid {
        let entered_at = self.entered_at(kind, opens_at);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes()).update(&kind.identity());
        let mut bits = [0; 10];
        bits.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        uuid::Builder::from_unix_timestamp_millis(entered_at.timestamp_millis().unsigned_abs(), &bits)
            .into_uuid()
    }

    /// Every document whose business is of `month`, given its facts, tickets aside.
    pub(crate) fn documents(&self, month: Month, facts: &Facts, found: &mut Vec<Kind>) {
        for day in crate::facts::days(month).filter(|day| ledger::period::is_business_day(*day)) {
            let day = day.to_epoch_days();
            for index in 0..crate::facts::INVOICES_A_DAY * self.scale {
                found.extend([Kind::Invoice { day, index }, Kind::Payment { day, index }]);
            }
        }
        for vendor in facts.services.keys().map(|vendor| *vendor as u32) {
            found.extend([Kind::ServiceInvoice { month, vendor }, Kind::ServicePayment { month, vendor }]);
        }
        for company in 0..self.masters.companies.len() as u8 {
            found.extend([0, 1].map(|half| Kind::Payroll { month, half, company }));
            found.push(Kind::Withholding { month, company });
        }
        for ((well, product), split) in &facts.accrued {
            let (well, product) = (*well as u32, *product as u8);
            if !split.gross.is_zero() {
                found.push(Kind::Accrual { month, well, product });
                found.push(Kind::Reversal { month, well, product });
            }
            found.push(Kind::Final { month, well, product });
        }
        let positive = |cents: &i64| *cents > 0;
        found.extend(
            facts
                .sold
                .iter()
                .filter(|(_, cents)| positive(cents))
                .map(|(at, _)| Kind::Receipt { month, purchaser: *at as u32 }),
        );
        found.extend(
            facts
                .taxed
                .iter()
                .filter(|(_, cents)| positive(cents))
                .map(|(at, _)| Kind::Severance { month, tax: *at as u32 }),
        );
        found.extend(self.masters.owners.iter().enumerate().filter_map(|(at, owner)| {
            facts
                .owed
                .get(&owner.owner_id)
                .filter(|cents| positive(cents))
                .map(|_| Kind::Distribution { month, owner: at as u32 })
        }));
        found.extend((0..self.masters.wells.len() as u32).map(|well| Kind::Depletion { month, well }));
        self.joint_documents(month, facts, found);
    }

    fn joint_documents(&self, month: Month, facts: &Facts, found: &mut Vec<Kind>) {
        for (at, lease) in self.masters.leases.iter().enumerate() {
            let costs = crate::joint_interest::shares(lease, at, facts);
            if costs.is_empty() {
                continue;
            }
            let lease_number = at as u32;
            found.push(Kind::CutBack { month, lease: lease_number });
            for partner in 0..lease.partners.len() {
                if costs.iter().any(|(_, parts)| parts[partner] > 0) {
                    found.push(Kind::JointReceipt { month, lease: lease_number, partner: partner as u8 });
                }
            }
        }
    }
}
