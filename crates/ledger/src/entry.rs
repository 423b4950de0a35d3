//! The journal entry: one document with all its lines.

use crate::fixed::{DecimalInterest, Money, Quantity, Rate, UnitPrice};
use crate::reference::Dimension;
use chrono::{DateTime, NaiveDate, Utc};
use std::borrow::Cow;
use uuid::Uuid;

/// Text of an entry: borrowed from the record it was read from, or owned.
pub type Text<'a> = Cow<'a, str>;

/// The most lines that one entry may have.
pub const LINES_MAX: usize = 999;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in its fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands on the wire and in the tables.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::entry::UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::entry::UnknownCode {
                        what: stringify!($name),
                        code: code.chars().take(64).collect(),
                    }),
                }
            }
        }
    };
}
pub(crate) use coded;

/// A code that is not one of the values of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is no {what}")]
pub struct UnknownCode {
    /// The type that was asked for.
    pub what: &'static str,
    /// The code as given, cut to 64 characters.
    pub code: String,
}

coded! {
    /// The side of a line.
    Side {
        /// Left.
        Debit = "DEBIT",
        /// Right.
        Credit = "CREDIT",
    }
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

coded! {
    /// What kind of document an entry is.
    DocumentType {
        /// An ordinary entry.
        Standard = "STD",
        /// An accrual, reversed on the first day of the next period.
        Accrual = "ACR",
        /// The mirror of an earlier entry.
        Reversal = "RVS",
        /// An adjusting entry, allowed into a soft-closed period.
        Adjusting = "ADJ",
        /// A closing entry, allowed into a soft-closed period.
        Closing = "CLS",
        /// An opening balance (fiscal period 0).
        Opening = "OPN",
    }
}

coded! {
    /// The subledger that an entry comes from.
    Source {
        /// Production: field tickets.
        Production = "PRD",
        /// Revenue accounting.
        Revenue = "REV",
        /// Accounts payable.
        Payables = "AP",
        /// Accounts receivable.
        Receivables = "AR",
        /// Joint interest billing.
        JointInterest = "JIB",
        /// Payroll.
        Payroll = "PAY",
        /// Depreciation, depletion and amortisation.
        Depletion = "DDA",
        /// Asset retirement obligations.
        AssetRetirement = "ARO",
        /// Capital projects.
        Capital = "CAP",
        /// Hedging.
        Hedging = "HDG",
        /// Severance and ad valorem tax.
        Tax = "TAX",
        /// Intercompany.
        Intercompany = "IC",
        /// Inventory.
        Inventory = "INV",
        /// Treasury.
        Treasury = "TRE",
        /// Entered by hand.
        Manual = "MAN",
    }
}

coded! {
    /// What a well sells.
    Product {
        /// Crude oil, in barrels (BBL).
        Oil = "OIL",
        /// Natural gas, in thousand cubic feet (MCF).
        Gas = "GAS",
        /// Natural gas liquids, in gallons (GAL).
        NaturalGasLiquids = "NGL",
        /// Produced water, in barrels (BBL).
        Water = "WTR",
    }
}

coded! {
    /// The kind of share that an owner holds.
    InterestType {
        /// Working interest: bears cost.
        Working = "WI",
        /// Royalty interest.
        Royalty = "RI",
        /// Overriding royalty interest.
        Overriding = "ORRI",
    }
}

/// One journal entry, whole: a header and at most [`LINES_MAX`] lines.
///
/// Nothing here promises that it balances; [`crate::check`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry<'a> {
    /// One per document; UUIDv7-shaped from simulated time, so that keys append.
    pub entry_id: Uuid,
    /// Root of the reversal chain or the intercompany group, else the entry's own id: the record key.
    pub chain_id: Uuid,
    /// The company whose books these are.
    pub company_code: Text<'a>,
    /// The book within the company.
    pub ledger: Text<'a>,
    /// Kind of document.
    pub document_type: DocumentType,
    /// Gapless per company and fiscal year, from 1.
    pub entry_number: i64,
    /// The day it counts.
    pub posting_date: NaiveDate,
    /// The day on the document behind it.
    pub document_date: NaiveDate,
    /// When it falls due.
    pub due_date: Option<NaiveDate>,
    /// When it was entered: simulated time, UTC, microseconds.
    pub entered_at: DateTime<Utc>,
    /// The calendar year of the posting date.
    pub fiscal_year: i32,
    /// 0 opening, 1 to 12, 13 adjusting.
    pub fiscal_period: i32,
    /// First day of the month in which the oil or gas was produced.
    pub production_month: Option<NaiveDate>,
    /// The subledger.
    pub source: Source,
    /// The template that made it.
    pub transaction_type: Text<'a>,
    /// What it is, for people.
    pub description: Text<'a>,
    /// ISO 4217 currency of the amounts.
    pub currency: Text<'a>,
    /// ISO 4217 currency of the company's books.
    pub functional_currency: Text<'a>,
    /// Functional units for one unit of `currency`; present exactly where the two differ.
    pub fx_rate: Option<Rate>,
    /// Who or what entered it.
    pub created_by: Text<'a>,
    /// Who approved it.
    pub approved_by: Option<Text<'a>>,
    /// Number of the invoice, ticket, statement or check behind it.
    pub source_document: Option<Text<'a>>,
    /// The entry that this one mirrors.
    pub reverses_entry_id: Option<Uuid>,
    /// The day on which this accrual will be reversed.
    pub auto_reverse_on: Option<NaiveDate>,
    /// The entry that this one corrects.
    pub adjusts_entry_id: Option<Uuid>,
    /// The group that ties entries of several companies together.
    pub intercompany_group_id: Option<Uuid>,
    /// Sum of the debit amounts, in `currency`.
    pub total_debit: Money,
    /// Sum of the credit amounts, in `currency`.
    pub total_credit: Money,
    /// The lines, numbered from 1.
    pub lines: Vec<JournalLine<'a>>,
}

/// One line of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine<'a> {
    /// From 1, without gaps.
    pub line_number: i32,
    /// Account as `NNN.SSS`, always with the sub.
    pub account_code: Text<'a>,
    /// Debit or credit.
    pub side: Side,
    /// Amount in the entry's currency, greater than zero.
    pub amount: Money,
    /// Amount in the company's functional currency.
    pub functional_amount: Money,
    /// Volume or count.
    pub quantity: Option<Quantity>,
    /// Unit of `quantity`: BBL, MCF, GAL, HR …
    pub unit_of_measure: Option<Text<'a>>,
    /// Price of one unit, signed.
    pub unit_price: Option<UnitPrice>,
    /// MMBtu in one MCF.
    pub heat_factor: Option<Rate>,
    /// What a rate was applied to.
    pub base_amount: Option<Money>,
    /// The rate that was applied.
    pub rate: Option<Rate>,
    /// Product sold or taxed.
    pub product: Option<Product>,
    /// Cost centre.
    pub cost_center: Option<Text<'a>>,
    /// Well, as API-14.
    pub well_id: Option<Text<'a>>,
    /// Lease.
    pub lease_id: Option<Text<'a>>,
    /// Authorisation for expenditure.
    pub afe_number: Option<Text<'a>>,
    /// Joint interest billing deck.
    pub jib_code: Option<Text<'a>>,
    /// The account whose cost a JIB line bills.
    pub billed_account_code: Option<Text<'a>>,
    /// Owner paid or owed.
    pub owner_id: Option<Text<'a>>,
    /// Kind of that owner's share.
    pub interest_type: Option<InterestType>,
    /// Size of that owner's or partner's share.
    pub decimal_interest: Option<DecimalInterest>,
    /// Why the money is held in suspense.
    pub suspense_code: Option<Text<'a>>,
    /// Tax that the line accrues or remits.
    pub tax_code: Option<Text<'a>>,
    /// Vendor, purchaser or partner.
    pub counterparty_id: Option<Text<'a>>,
    /// The other company of an intercompany pair.
    pub partner_company: Option<Text<'a>>,
    /// The entry whose open item this line clears.
    pub clears_entry_id: Option<Uuid>,
    /// Production month, where it differs from the entry's.
    pub production_month: Option<NaiveDate>,
    /// Free text.
    pub text: Option<Text<'a>>,
}

impl<'a> JournalLine<'a> {
    /// A line with nothing but account, side and an amount in functional currency; dimensions are set on it.
    #[must_use]
    pub fn new(line_number: i32, account_code: impl Into<Text<'a>>, side: Side, amount: Money) -> Self {
        Self {
            line_number,
            account_code: account_code.into(),
            side,
            amount,
            functional_amount: amount,
            quantity: None,
            unit_of_measure: None,
            unit_price: None,
            heat_factor: None,
            base_amount: None,
            rate: None,
            product: None,
            cost_center: None,
            well_id: None,
            lease_id: None,
            afe_number: None,
            jib_code: None,
            billed_account_code: None,
            owner_id: None,
            interest_type: None,
            decimal_interest: None,
            suspense_code: None,
            tax_code: None,
            counterparty_id: None,
            partner_company: None,
            clears_entry_id: None,
            production_month: None,
            text: None,
        }
    }

    /// Whether the line says what a dimension asks for.
    #[must_use]
    pub fn carries(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Well => self.well_id.is_some(),
            Dimension::Lease => self.lease_id.is_some(),
            Dimension::Owner => self.owner_id.is_some(),
            Dimension::Counterparty => self.counterparty_id.is_some(),
            Dimension::Afe => self.afe_number.is_some(),
            Dimension::CostCenter => self.cost_center.is_some(),
            Dimension::Product => self.product.is_some(),
            Dimension::Jib => self.jib_code.is_some(),
            Dimension::Tax => self.tax_code.is_some(),
            Dimension::PartnerCompany => self.partner_company.is_some(),
            Dimension::Quantity => self.quantity.is_some() && self.unit_of_measure.is_some(),
        }
    }

    /// The functional amount with its sign: debits positive, credits negative.
    #[must_use]
    pub fn signed_functional(&self) -> Money {
        match self.side {
            Side::Debit => self.functional_amount,
            Side::Credit => -self.functional_amount,
        }
    }
}
