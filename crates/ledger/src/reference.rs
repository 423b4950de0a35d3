//! The master records that entries point at, as they stand on the reference topics, and the index of them that the
//! checks read.
//!
//! Every record is keyed by its id and effective date and never altered once published.

use crate::entry::{InterestType, Product, Side, coded};
use crate::fixed::{DecimalInterest, Money, Quantity, Rate, UnitPrice};
use chrono::{DateTime, NaiveDate, Utc};

coded! {
    /// What a company does in the group.
    CompanyRole {
        /// Operates wells and bills its partners.
        Operator = "OPERATOR",
        /// Owns working interests that others operate.
        NonOperator = "NON_OPERATOR",
        /// Gathers, processes and transports.
        Midstream = "MIDSTREAM",
    }
}

coded! {
    /// The five classes of account.
    AccountType {
        /// What is owned.
        Asset = "ASSET",
        /// What is owed.
        Liability = "LIABILITY",
        /// What the owners put in and left in.
        Equity = "EQUITY",
        /// What was earned.
        Revenue = "REVENUE",
        /// What it cost.
        Expense = "EXPENSE",
    }
}

coded! {
    /// Where a movement of an account stands in the indirect cash flow statement.
    CashFlowClass {
        /// Cash itself.
        Cash = "CASH",
        /// Operating activities.
        Operating = "OPERATING",
        /// Investing activities.
        Investing = "INVESTING",
        /// Financing activities.
        Financing = "FINANCING",
        /// Non-cash: added back.
        NonCash = "NON_CASH",
    }
}

coded! {
    /// A dimension that an account can require on each of its lines.
    Dimension {
        /// `well_id`
        Well = "WELL",
        /// `lease_id`
        Lease = "LEASE",
        /// `owner_id`
        Owner = "OWNER",
        /// `counterparty_id`
        Counterparty = "COUNTERPARTY",
        /// `afe_number`
        Afe = "AFE",
        /// `cost_center`
        CostCenter = "COST_CENTER",
        /// `product`
        Product = "PRODUCT",
        /// `jib_code`
        Jib = "JIB",
        /// `tax_code`
        Tax = "TAX",
        /// `partner_company`
        PartnerCompany = "PARTNER_COMPANY",
        /// `quantity` with `unit_of_measure`
        Quantity = "QUANTITY",
    }
}

coded! {
    /// What a counterparty is to us.
    CounterpartyType {
        /// Sells to us.
        Vendor = "VENDOR",
        /// Buys oil or gas from us.
        Purchaser = "PURCHASER",
        /// Shares the cost of a well with us.
        Partner = "PARTNER",
        /// Collects tax.
        TaxAuthority = "TAX_AUTHORITY",
        /// Lends.
        Bank = "BANK",
    }
}

/// A company of the group. Key: `company_code`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Four characters.
    pub company_code: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Legal name.
    pub name: String,
    /// What it does.
    pub role: CompanyRole,
    /// ISO 4217 currency of its books.
    pub functional_currency: String,
    /// Total debit, in functional currency, above which an entry needs approval.
    pub approval_limit: Money,
}

/// An account of the chart. Key: `account_code`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `NNN.SSS`.
    pub account_code: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Name.
    pub name: String,
    /// Class.
    pub account_type: AccountType,
    /// The side on which it normally stands.
    pub normal_side: Side,
    /// Line of the balance sheet or income statement.
    pub statement_line: String,
    /// Place in the cash flow statement.
    pub cash_flow_class: CashFlowClass,
    /// Line of the lease operating statement, where it has one.
    pub los_line: Option<String>,
    /// What each line on it must carry.
    pub required_dimensions: Vec<Dimension>,
    /// Whether entries may post to it.
    pub is_postable: bool,
}

/// A fiscal period of a company with its fixed close instants. Key: `company_code`, `fiscal_year`, `fiscal_period`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Company.
    pub company_code: String,
    /// Calendar year.
    pub fiscal_year: i32,
    /// 0 opening, 1 to 12, 13 adjusting.
    pub fiscal_period: i32,
    /// First posting date.
    pub start_date: NaiveDate,
    /// Last posting date.
    pub end_date: NaiveDate,
    /// Entries entered before this are too early for it.
    pub opens_at: DateTime<Utc>,
    /// From here on only adjusting and closing entries.
    pub soft_closes_at: DateTime<Utc>,
    /// From here on nothing.
    pub closes_at: DateTime<Utc>,
}

/// A well. Key: `well_id`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Well {
    /// API-14: state (2, API's own codes), county (3), unique (5), sidetrack (2), event (2).
    pub well_id: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Name on the sign.
    pub name: String,
    /// Lease it stands on.
    pub lease_id: String,
    /// Company in whose books it is.
    pub company_code: String,
    /// Postal code of the state.
    pub state: String,
    /// County or parish.
    pub county: String,
    /// Basin.
    pub basin: String,
    /// Product that it was drilled for.
    pub primary_product: Product,
    /// First day of production.
    pub first_production_date: NaiveDate,
    /// The company's working interest, before royalties.
    pub working_interest: DecimalInterest,
    /// The company's net revenue interest.
    pub net_revenue_interest: DecimalInterest,
    /// `PRODUCING`, `SHUT_IN`, `PLUGGED` …
    pub status: String,
}

/// A lease. Key: `lease_id`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Lease number.
    pub lease_id: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Name.
    pub name: String,
    /// Company in whose books it is.
    pub company_code: String,
    /// Postal code of the state.
    pub state: String,
    /// County or parish.
    pub county: String,
    /// Basin.
    pub basin: String,
    /// Share of production that goes to the lessor.
    pub royalty_rate: DecimalInterest,
}

/// An owner of revenue. Key: `owner_id`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Owner number.
    pub owner_id: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Name.
    pub name: String,
    /// `INDIVIDUAL`, `TRUST`, `COMPANY`, `STATE`, `FEDERAL` …
    pub owner_type: String,
    /// Postal code of the state of residence.
    pub state: String,
    /// Smallest balance that is paid out.
    pub minimum_payment: Money,
    /// Why payments are held, where they are.
    pub suspense_code: Option<String>,
    /// Whether severance tax is withheld from the share (governments are exempt).
    pub is_tax_exempt: bool,
}

/// A vendor, purchaser or partner. Key: `counterparty_id`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterparty {
    /// Number.
    pub counterparty_id: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Name.
    pub name: String,
    /// What it is to us.
    pub counterparty_type: CounterpartyType,
    /// Days between document and payment.
    pub payment_terms_days: i32,
    /// ISO 4217 currency of its documents.
    pub currency: String,
    /// Owner number of a partner who also takes revenue.
    pub owner_id: Option<String>,
}

/// One owner's share in an [`OwnerDeck`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerInterest {
    /// Owner.
    pub owner_id: String,
    /// Kind of share.
    pub interest_type: InterestType,
    /// Size.
    pub decimal_interest: DecimalInterest,
}

/// Who is paid for a well's product: one record holds the whole deck, so nobody ever reads half of one.
/// Key: `well_id`, `product`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerDeck {
    /// Well.
    pub well_id: String,
    /// Product.
    pub product: Product,
    /// First production day on which the deck holds.
    pub effective_date: NaiveDate,
    /// Shares, by owner number; they sum to 1.00000000.
    pub interests: Vec<OwnerInterest>,
}

/// One partner's share in a [`JibDeck`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JibShare {
    /// Partner; the operator's own share carries its own company code in `company_code` instead.
    pub counterparty_id: Option<String>,
    /// The operator, for its own share.
    pub company_code: Option<String>,
    /// Share of cost.
    pub working_interest: DecimalInterest,
}

/// Who bears a property's cost. Key: `jib_code`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JibDeck {
    /// Deck number.
    pub jib_code: String,
    /// First day on which the deck holds.
    pub effective_date: NaiveDate,
    /// Operator.
    pub company_code: String,
    /// Lease whose wells it covers.
    pub lease_id: String,
    /// Shares; they sum to 1.00000000.
    pub shares: Vec<JibShare>,
}

/// An authorisation for expenditure. Key: `afe_number`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Afe {
    /// Number.
    pub afe_number: String,
    /// First day on which the record holds; a supplement is a new record.
    pub effective_date: NaiveDate,
    /// In whose books the cost stands.
    pub company_code: String,
    /// Well.
    pub well_id: Option<String>,
    /// What for.
    pub description: String,
    /// Budget at 8/8; of a well that others operate, the company's share of it.
    pub budget: Money,
    /// 0 for the original, then 1, 2 …
    pub supplement: i32,
    /// `PROPOSED` on another operator's ballot, `APPROVED` or `CLOSED`.
    pub status: String,
}

/// A cost centre. Key: `cost_center`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostCenter {
    /// Code.
    pub cost_center: String,
    /// First day on which the record holds.
    pub effective_date: NaiveDate,
    /// Company.
    pub company_code: String,
    /// Name.
    pub name: String,
}

/// A tax rate by statute. Key: `tax_code`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    /// Code, such as `TX-OIL-SEV`.
    pub tax_code: String,
    /// First production day on which the rate holds.
    pub effective_date: NaiveDate,
    /// Postal code of the state.
    pub state: String,
    /// Product taxed.
    pub product: Product,
    /// Share of taxable value.
    pub rate: Rate,
    /// Fixed amount for one unit of volume, in dollars.
    pub rate_per_unit: UnitPrice,
    /// Months after the production month in which it is due.
    pub due_months: i32,
    /// Day of that month.
    pub due_day: i32,
    /// The law or agency page.
    pub statute: String,
}

/// What a well produced in a month. Key: `well_id`, `product`, `production_month`, `revision`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Production {
    /// Well.
    pub well_id: String,
    /// Product.
    pub product: Product,
    /// First day of the month.
    pub production_month: NaiveDate,
    /// 0 as first reported, then 1, 2 …
    pub revision: i32,
    /// Gross (8/8) volume.
    pub volume: Quantity,
    /// Unit of `volume`.
    pub unit_of_measure: String,
}

/// What is left to produce. Key: `well_id`, `product`, `effective_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Well.
    pub well_id: String,
    /// Product.
    pub product: Product,
    /// Date of the estimate.
    pub effective_date: NaiveDate,
    /// Proved developed reserves, gross.
    pub proved_developed: Quantity,
    /// All proved reserves, gross.
    pub proved: Quantity,
    /// Unit of both.
    pub unit_of_measure: String,
}

/// A market price. Key: `series`, `price_date`, `price_source`, `revision`; a revised price is a new record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketPrice {
    /// Series, such as `WTI` or `HENRY_HUB`.
    pub series: String,
    /// Day, or the first of the month for a monthly mean.
    pub price_date: NaiveDate,
    /// Where it is from.
    pub price_source: String,
    /// 0 as first published, then 1, 2 …
    pub revision: i32,
    /// Price, signed.
    pub price: UnitPrice,
    /// What one unit is: BBL, MMBTU, GAL.
    pub unit_of_measure: String,
    /// ISO 4217 currency.
    pub currency: String,
}

/// Any one record of a reference topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after the record it holds")]
pub enum ReferenceRecord {
    Company(Company),
    Account(Account),
    Period(Period),
    Well(Well),
    Lease(Lease),
    Owner(Owner),
    Counterparty(Counterparty),
    OwnerDeck(OwnerDeck),
    JibDeck(JibDeck),
    Afe(Afe),
    CostCenter(CostCenter),
    TaxRate(TaxRate),
    Production(Production),
    Reserve(Reserve),
    MarketPrice(MarketPrice),
}
