//! The chart of accounts: three digits, a point and a three-digit sub, in the order that upstream accountants know.
//!
//! 100s current assets, 200s property, 300s liabilities and clearing, 400s long-term, 500s equity, 600s revenue,
//! 710 lease operating expense, 725 to 749 depletion, 800s exploration, 900s general and administrative.

use crate::entry::Side;
use crate::reference::{Account, AccountType, CashFlowClass, Dimension};
use chrono::NaiveDate;

/// Accounts that templates and checks name.
pub mod code {
    /// Cash, operating.
    pub const CASH: &str = "100.000";
    /// Accounts receivable, oil and gas sales.
    pub const SALES_RECEIVABLE: &str = "120.000";
    /// Joint interest billings receivable.
    pub const JIB_RECEIVABLE: &str = "123.000";
    /// Accrued oil and gas sales.
    pub const ACCRUED_SALES: &str = "127.001";
    /// Proved leasehold.
    pub const LEASEHOLD: &str = "220.000";
    /// Accumulated amortisation, leasehold.
    pub const LEASEHOLD_AMORTISATION: &str = "226.000";
    /// Wells, intangible.
    pub const INTANGIBLE: &str = "231.000";
    /// Accumulated amortisation, intangible.
    pub const INTANGIBLE_AMORTISATION: &str = "232.000";
    /// Wells, tangible.
    pub const TANGIBLE: &str = "233.000";
    /// Accumulated depreciation, tangible.
    pub const TANGIBLE_DEPRECIATION: &str = "234.000";
    /// Vouchers payable.
    pub const VOUCHERS_PAYABLE: &str = "301.000";
    /// Payroll withholding payable.
    pub const WITHHOLDING_PAYABLE: &str = "301.001";
    /// Revenue distributions payable.
    pub const OWNERS_PAYABLE: &str = "302.000";
    /// Received not invoiced.
    pub const RECEIVED_NOT_INVOICED: &str = "303.000";
    /// Revenue in suspense.
    pub const SUSPENSE: &str = "304.000";
    /// Accrued gathering and transportation.
    pub const GATHERING_PAYABLE: &str = "307.000";
    /// Severance tax payable.
    pub const SEVERANCE_PAYABLE: &str = "320.000";
    /// Clearing, district expense.
    pub const DISTRICT_CLEARING: &str = "350.000";
    /// Revenue control.
    pub const REVENUE_CONTROL: &str = "360.000";
    /// Other receivables.
    pub const OTHER_RECEIVABLES: &str = "126.000";
    /// Advances to operators of wells in which the company has an interest.
    pub const ADVANCES_TO_OPERATORS: &str = "126.001";
    /// Joint interest billings, work that is done and not yet billed.
    pub const JIB_UNBILLED: &str = "123.001";
    /// Revolving credit facility.
    pub const REVOLVER: &str = "400.000";
    /// Contributed capital.
    pub const CONTRIBUTED_CAPITAL: &str = "500.000";
    /// Retained earnings.
    pub const RETAINED_EARNINGS: &str = "530.000";
    /// Oil revenue.
    pub const OIL_REVENUE: &str = "601.000";
    /// Gas revenue.
    pub const GAS_REVENUE: &str = "602.000";
    /// Natural gas liquids revenue.
    pub const LIQUIDS_REVENUE: &str = "603.000";
    /// Gathering and processing fees.
    pub const MIDSTREAM_REVENUE: &str = "605.000";
    /// Supervision and overhead.
    pub const SUPERVISION: &str = "710.001";
    /// Field labour.
    pub const LABOUR: &str = "710.003";
    /// Chemicals.
    pub const CHEMICALS: &str = "710.005";
    /// Fuel.
    pub const FUEL: &str = "710.006";
    /// Power.
    pub const POWER: &str = "710.007";
    /// Water disposal.
    pub const WATER_DISPOSAL: &str = "710.008";
    /// Compression.
    pub const COMPRESSION: &str = "710.009";
    /// Well service.
    pub const WELL_SERVICE: &str = "710.010";
    /// Severance tax.
    pub const SEVERANCE_EXPENSE: &str = "710.011";
    /// Gathering and transportation.
    pub const GATHERING_EXPENSE: &str = "710.016";
    /// Amortisation of intangible wells.
    pub const INTANGIBLE_DEPLETION: &str = "732.000";
    /// Depreciation of tangible wells.
    pub const TANGIBLE_DEPLETION: &str = "734.000";
    /// Salaries and wages.
    pub const SALARIES: &str = "900.000";
    /// Payroll taxes and benefits.
    pub const PAYROLL_BURDEN: &str = "901.000";
    /// Accounts receivable, gas marketing and gathering.
    pub const MARKETING_RECEIVABLE: &str = "122.000";
    /// Gas imbalance receivable.
    pub const IMBALANCE_RECEIVABLE: &str = "121.000";
    /// Due from affiliates.
    pub const DUE_FROM_AFFILIATES: &str = "125.000";
    /// Allowance for doubtful accounts.
    pub const ALLOWANCE: &str = "129.000";
    /// Materials inventory, tubulars.
    pub const TUBULARS: &str = "132.000";
    /// Materials inventory, equipment.
    pub const EQUIPMENT_INVENTORY: &str = "135.000";
    /// Prepaid insurance.
    pub const PREPAID_INSURANCE: &str = "140.000";
    /// Derivative asset.
    pub const DERIVATIVE_ASSET: &str = "142.000";
    /// Field and office equipment.
    pub const EQUIPMENT: &str = "258.000";
    /// Accumulated depreciation, equipment.
    pub const EQUIPMENT_DEPRECIATION: &str = "259.000";
    /// Accrued capital expenditure.
    pub const ACCRUED_CAPITAL: &str = "301.002";
    /// Backup withholding payable.
    pub const BACKUP_WITHHOLDING: &str = "301.003";
    /// Revenue distributions payable, accrued.
    pub const OWNERS_ACCRUED: &str = "302.001";
    /// Advances from joint interest owners.
    pub const ADVANCES: &str = "305.000";
    /// Gas imbalance payable.
    pub const IMBALANCE_PAYABLE: &str = "306.000";
    /// Escheat payable to states.
    pub const ESCHEAT_PAYABLE: &str = "308.000";
    /// Due to affiliates.
    pub const DUE_TO_AFFILIATES: &str = "310.000";
    /// Ad valorem tax payable.
    pub const AD_VALOREM_PAYABLE: &str = "321.000";
    /// Use tax payable.
    pub const USE_TAX_PAYABLE: &str = "322.000";
    /// Interest payable.
    pub const INTEREST_PAYABLE: &str = "330.000";
    /// Derivative liability.
    pub const DERIVATIVE_LIABILITY: &str = "342.000";
    /// Asset retirement obligations.
    pub const RETIREMENT_OBLIGATION: &str = "410.000";
    /// Dividends.
    pub const DIVIDENDS: &str = "520.000";
    /// Dividends of affiliates: in consolidation they go against what the affiliate distributed.
    pub const DIVIDEND_INCOME: &str = "606.000";
    /// Hedging gain or loss.
    pub const HEDGING: &str = "610.000";
    /// Unrealised hedging gain or loss.
    pub const UNREALISED_HEDGING: &str = "611.000";
    /// Repairs and maintenance.
    pub const REPAIRS: &str = "710.004";
    /// Insurance of leases.
    pub const LEASE_INSURANCE: &str = "710.018";
    /// Ad valorem tax.
    pub const AD_VALOREM_EXPENSE: &str = "710.019";
    /// Amortisation of leasehold.
    pub const LEASEHOLD_DEPLETION: &str = "726.000";
    /// Accretion of asset retirement obligations.
    pub const ACCRETION: &str = "735.000";
    /// Gain or loss on retirement of wells.
    pub const RETIREMENT_RESULT: &str = "736.000";
    /// Clearing, plugging and abandonment.
    pub const PLUGGING: &str = "353.000";
    /// Depreciation of equipment.
    pub const DEPRECIATION: &str = "738.000";
    /// Dry hole expense.
    pub const DRY_HOLE: &str = "804.000";
    /// COPAS overhead recovered.
    pub const OVERHEAD_RECOVERED: &str = "910.000";
    /// Management fees charged to affiliates.
    pub const FEES_CHARGED: &str = "911.000";
    /// Management fees of affiliates.
    pub const FEES_BORNE: &str = "912.000";
    /// Bad debt.
    pub const BAD_DEBT: &str = "915.000";
    /// Interest expense.
    pub const INTEREST: &str = "940.000";
    /// Foreign exchange gain or loss.
    pub const FOREIGN_EXCHANGE: &str = "960.000";
    /// Unrealised foreign exchange gain or loss.
    pub const UNREALISED_EXCHANGE: &str = "961.000";
}

/// One account of the chart, before it has an effective date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartAccount {
    /// `NNN.SSS`.
    pub account_code: &'static str,
    /// Name.
    pub name: &'static str,
    /// Class.
    pub account_type: AccountType,
    /// The side on which it normally stands.
    pub normal_side: Side,
    /// Line of the balance sheet or income statement.
    pub statement_line: &'static str,
    /// Place in the cash flow statement.
    pub cash_flow_class: CashFlowClass,
    /// Line of the lease operating statement, where it has one.
    pub los_line: Option<&'static str>,
    /// What each line on it must carry.
    pub required_dimensions: &'static [Dimension],
    /// Whether entries may post to it; headings take no postings.
    pub is_postable: bool,
}

impl ChartAccount {
    /// The account as a master record that holds from `effective_date` on.
    #[must_use]
    pub fn record(&self, effective_date: NaiveDate) -> Account {
        Account {
            account_code: self.account_code.to_owned(),
            effective_date,
            name: self.name.to_owned(),
            account_type: self.account_type,
            normal_side: self.normal_side,
            statement_line: self.statement_line.to_owned(),
            cash_flow_class: self.cash_flow_class,
            los_line: self.los_line.map(str::to_owned),
            required_dimensions: self.required_dimensions.to_vec(),
            is_postable: self.is_postable,
        }
    }
}

/// The whole chart, by code.
#[must_use]
pub fn accounts() -> &'static [ChartAccount] {
    &CHART
}

/// The place of an account in [`accounts`].
#[must_use]
pub fn place(account_code: &str) -> Option<usize> {
    CHART.binary_search_by(|account| account.account_code.cmp(account_code)).ok()
}

/// The account with this code.
#[must_use]
pub fn account(account_code: &str) -> Option<&'static ChartAccount> {
    place(account_code).map(|i| &CHART[i])
}

#[expect(clippy::too_many_arguments, reason = "a row of a table, one argument a column")]
const fn row(
    account_code: &'static str,
    name: &'static str,
    account_type: AccountType,
    normal_side: Side,
    statement_line: &'static str,
    cash_flow_class: CashFlowClass,
    los_line: Option<&'static str>,
    required_dimensions: &'static [Dimension],
) -> ChartAccount {
    ChartAccount {
        account_code,
        name,
        account_type,
        normal_side,
        statement_line,
        cash_flow_class,
        los_line,
        required_dimensions,
        is_postable: true,
    }
}

/// A heading: it groups accounts in reports and takes no postings.
const fn heading(account_code: &'static str, name: &'static str, account_type: AccountType) -> ChartAccount {
    let normal_side = match account_type {
        AccountType::Asset | AccountType::Expense => Side::Debit,
        AccountType::Liability | AccountType::Equity | AccountType::Revenue => Side::Credit,
    };
    let mut account =
        row(account_code, name, account_type, normal_side, name, CashFlowClass::Operating, None, &[]);
    account.is_postable = false;
    account
}

#[rustfmt::skip]
static CHART: [ChartAccount; 143] = [
    row("100.000", "Cash, operating", AccountType::Asset, Side::Debit, "Cash", CashFlowClass::Cash, None, &[]),
    row("100.001", "Cash, revenue distribution", AccountType::Asset, Side::Debit, "Cash", CashFlowClass::Cash, None, &[]),
    heading("110.000", "Current assets", AccountType::Asset),
    row("120.000", "Accounts receivable, oil and gas sales", AccountType::Asset, Side::Debit, "Accounts receivable", CashFlowClass::Operating, None, &[Dimension::Counterparty]),
    row("121.000", "Gas imbalance receivable", AccountType::Asset, Side::Debit, "Accounts receivable", CashFlowClass::Operating, None, &[Dimension::Well]),
    row("122.000", "Accounts receivable, gas marketing", AccountType::Asset, Side::Debit, "Accounts receivable", CashFlowClass::Operating, None, &[Dimension::Counterparty]),
    row("123.000", "Joint interest billings receivable", AccountType::Asset, Side::Debit, "Joint interest receivable", CashFlowClass::Operating, None, &[Dimension::Counterparty, Dimension::Jib]),
    row("123.001", "Joint interest billings, unbilled", AccountType::Asset, Side::Debit, "Joint interest receivable", CashFlowClass::Operating, None, &[Dimension::Counterparty, Dimension::Jib]),
    row("125.000", "Due from affiliates", AccountType::Asset, Side::Debit, "Due from affiliates", CashFlowClass::Operating, None, &[Dimension::PartnerCompany]),
    row("126.000", "Other receivables", AccountType::Asset, Side::Debit, "Accounts receivable", CashFlowClass::Operating, None, &[]),
    row("126.001", "Advances to operators", AccountType::Asset, Side::Debit, "Advances to operators", CashFlowClass::Investing, None, &[Dimension::Counterparty, Dimension::Afe]),
    row("127.001", "Accrued oil and gas sales", AccountType::Asset, Side::Debit, "Accrued receivables", CashFlowClass::Operating, None, &[Dimension::Well, Dimension::Product]),
    row("127.002", "Accrued interest receivable", AccountType::Asset, Side::Debit, "Accrued receivables", CashFlowClass::Operating, None, &[]),
    row("129.000", "Allowance for doubtful accounts", AccountType::Asset, Side::Credit, "Accounts receivable", CashFlowClass::NonCash, None, &[]),
    row("132.000", "Materials inventory, tubulars", AccountType::Asset, Side::Debit, "Inventory", CashFlowClass::Operating, None, &[]),
    row("135.000", "Materials inventory, equipment", AccountType::Asset, Side::Debit, "Inventory", CashFlowClass::Operating, None, &[]),
    row("140.000", "Prepaid insurance", AccountType::Asset, Side::Debit, "Prepaid expenses", CashFlowClass::Operating, None, &[]),
    row("142.000", "Derivative asset", AccountType::Asset, Side::Debit, "Derivatives", CashFlowClass::NonCash, None, &[]),
    heading("200.000", "Property", AccountType::Asset),
    row("211.001", "Unproved property, lease bonus", AccountType::Asset, Side::Debit, "Unproved property", CashFlowClass::Investing, None, &[Dimension::Lease]),
    row("219.000", "Impairment allowance, unproved property", AccountType::Asset, Side::Credit, "Unproved property", CashFlowClass::NonCash, None, &[]),
    row("220.000", "Proved leasehold", AccountType::Asset, Side::Debit, "Proved property", CashFlowClass::Investing, None, &[Dimension::Lease]),
    row("226.000", "Accumulated amortisation, leasehold", AccountType::Asset, Side::Credit, "Accumulated depletion", CashFlowClass::NonCash, None, &[Dimension::Lease]),
    row("231.000", "Wells, intangible", AccountType::Asset, Side::Debit, "Proved property", CashFlowClass::Investing, None, &[Dimension::Well]),
    row("232.000", "Accumulated amortisation, intangible", AccountType::Asset, Side::Credit, "Accumulated depletion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("233.000", "Wells, tangible", AccountType::Asset, Side::Debit, "Proved property", CashFlowClass::Investing, None, &[Dimension::Well]),
    row("234.000", "Accumulated depreciation, tangible", AccountType::Asset, Side::Credit, "Accumulated depletion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("241.001", "Work in progress, location and roads", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.002", "Work in progress, rig day work", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.003", "Work in progress, mud and fluids", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.004", "Work in progress, cementing", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.005", "Work in progress, directional and logging", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.006", "Work in progress, fuel and water", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.007", "Work in progress, drilling supervision", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.020", "Work in progress, completion rig", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.021", "Work in progress, stimulation and proppant", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.022", "Work in progress, perforating and wireline", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.023", "Work in progress, flowback", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("241.024", "Work in progress, completion water", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("243.030", "Work in progress, casing and tubing", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("243.031", "Work in progress, artificial lift", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("243.040", "Work in progress, wellhead and lease equipment", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("243.041", "Work in progress, tanks and separation", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("244.000", "Work in progress, workover", AccountType::Asset, Side::Debit, "Work in progress", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("258.000", "Field and office equipment", AccountType::Asset, Side::Debit, "Other property", CashFlowClass::Investing, None, &[]),
    row("259.000", "Accumulated depreciation, equipment", AccountType::Asset, Side::Credit, "Other property", CashFlowClass::NonCash, None, &[]),
    heading("300.000", "Liabilities", AccountType::Liability),
    row("301.000", "Vouchers payable", AccountType::Liability, Side::Credit, "Accounts payable", CashFlowClass::Operating, None, &[Dimension::Counterparty]),
    row("301.001", "Payroll withholding payable", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[]),
    row("301.002", "Accrued capital expenditure", AccountType::Liability, Side::Credit, "Accounts payable", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("301.003", "Backup withholding payable", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[]),
    row("302.000", "Revenue distributions payable", AccountType::Liability, Side::Credit, "Revenue payable", CashFlowClass::Operating, None, &[Dimension::Owner]),
    row("302.001", "Revenue distributions payable, accrued", AccountType::Liability, Side::Credit, "Revenue payable", CashFlowClass::Operating, None, &[Dimension::Well, Dimension::Product]),
    row("303.000", "Received not invoiced", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[Dimension::Counterparty]),
    row("304.000", "Revenue in suspense", AccountType::Liability, Side::Credit, "Revenue payable", CashFlowClass::Operating, None, &[Dimension::Owner]),
    row("305.000", "Advances from joint interest owners", AccountType::Liability, Side::Credit, "Advances", CashFlowClass::Operating, None, &[Dimension::Counterparty, Dimension::Afe]),
    row("306.000", "Gas imbalance payable", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[Dimension::Well]),
    row("307.000", "Accrued gathering and transportation", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[]),
    row("308.000", "Escheat payable to states", AccountType::Liability, Side::Credit, "Revenue payable", CashFlowClass::Operating, None, &[Dimension::Owner]),
    row("310.000", "Due to affiliates", AccountType::Liability, Side::Credit, "Due to affiliates", CashFlowClass::Operating, None, &[Dimension::PartnerCompany]),
    row("320.000", "Severance tax payable", AccountType::Liability, Side::Credit, "Taxes payable", CashFlowClass::Operating, None, &[Dimension::Tax]),
    row("321.000", "Ad valorem tax payable", AccountType::Liability, Side::Credit, "Taxes payable", CashFlowClass::Operating, None, &[Dimension::Counterparty]),
    row("322.000", "Use tax payable", AccountType::Liability, Side::Credit, "Taxes payable", CashFlowClass::Operating, None, &[]),
    row("330.000", "Interest payable", AccountType::Liability, Side::Credit, "Accrued liabilities", CashFlowClass::Operating, None, &[]),
    row("342.000", "Derivative liability", AccountType::Liability, Side::Credit, "Derivatives", CashFlowClass::NonCash, None, &[]),
    row("350.000", "Clearing, district expense", AccountType::Asset, Side::Debit, "Clearing", CashFlowClass::Operating, None, &[]),
    row("351.000", "Clearing, region expense", AccountType::Asset, Side::Debit, "Clearing", CashFlowClass::Operating, None, &[]),
    row("352.000", "Clearing, facility expense", AccountType::Asset, Side::Debit, "Clearing", CashFlowClass::Operating, None, &[]),
    row("353.000", "Clearing, plugging and abandonment", AccountType::Asset, Side::Debit, "Clearing", CashFlowClass::Operating, None, &[Dimension::Well]),
    row("360.000", "Revenue control", AccountType::Liability, Side::Credit, "Clearing", CashFlowClass::Operating, None, &[Dimension::Well, Dimension::Product]),
    row("361.000", "Billing control", AccountType::Asset, Side::Debit, "Clearing", CashFlowClass::Operating, None, &[]),
    row("400.000", "Revolving credit facility", AccountType::Liability, Side::Credit, "Long-term debt", CashFlowClass::Financing, None, &[Dimension::Counterparty]),
    row("410.000", "Asset retirement obligations", AccountType::Liability, Side::Credit, "Asset retirement obligations", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("420.000", "Deferred income tax", AccountType::Liability, Side::Credit, "Deferred tax", CashFlowClass::NonCash, None, &[]),
    row("500.000", "Contributed capital", AccountType::Equity, Side::Credit, "Contributed capital", CashFlowClass::Financing, None, &[]),
    row("520.000", "Dividends", AccountType::Equity, Side::Debit, "Retained earnings", CashFlowClass::Financing, None, &[]),
    row("530.000", "Retained earnings", AccountType::Equity, Side::Credit, "Retained earnings", CashFlowClass::Financing, None, &[]),
    heading("600.000", "Revenue", AccountType::Revenue),
    row("601.000", "Oil revenue", AccountType::Revenue, Side::Credit, "Oil revenue", CashFlowClass::Operating, Some("Revenue, oil"), &[Dimension::Well, Dimension::Product]),
    row("602.000", "Gas revenue", AccountType::Revenue, Side::Credit, "Gas revenue", CashFlowClass::Operating, Some("Revenue, gas"), &[Dimension::Well, Dimension::Product]),
    row("603.000", "Natural gas liquids revenue", AccountType::Revenue, Side::Credit, "Liquids revenue", CashFlowClass::Operating, Some("Revenue, liquids"), &[Dimension::Well, Dimension::Product]),
    row("604.000", "Royalty income", AccountType::Revenue, Side::Credit, "Royalty income", CashFlowClass::Operating, None, &[]),
    row("605.000", "Gathering and processing fees", AccountType::Revenue, Side::Credit, "Midstream revenue", CashFlowClass::Operating, None, &[]),
    row("606.000", "Dividends of affiliates", AccountType::Revenue, Side::Credit, "Dividends of affiliates", CashFlowClass::Operating, None, &[Dimension::PartnerCompany]),
    row("610.000", "Hedging gain or loss", AccountType::Revenue, Side::Credit, "Hedging", CashFlowClass::Operating, None, &[]),
    row("611.000", "Unrealised hedging gain or loss", AccountType::Revenue, Side::Credit, "Hedging", CashFlowClass::NonCash, None, &[]),
    heading("710.000", "Lease operating expense", AccountType::Expense),
    row("710.001", "Supervision and overhead", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Supervision"), &[Dimension::Well]),
    row("710.002", "Contract pumping", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Pumping"), &[Dimension::Well]),
    row("710.003", "Field labour", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Labour"), &[Dimension::Well]),
    row("710.004", "Repairs and maintenance", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Repairs"), &[Dimension::Well]),
    row("710.005", "Chemicals", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Chemicals"), &[Dimension::Well]),
    row("710.006", "Fuel", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Fuel and power"), &[Dimension::Well]),
    row("710.007", "Power", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Fuel and power"), &[Dimension::Well]),
    row("710.008", "Water disposal", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Water disposal"), &[Dimension::Well]),
    row("710.009", "Compression", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Compression"), &[Dimension::Well]),
    row("710.010", "Well service", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Well service"), &[Dimension::Well]),
    row("710.011", "Severance tax", AccountType::Expense, Side::Debit, "Production taxes", CashFlowClass::Operating, Some("Severance tax"), &[Dimension::Well, Dimension::Product, Dimension::Tax]),
    row("710.012", "Salt water disposal", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Water disposal"), &[Dimension::Well]),
    row("710.013", "Workover expense", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Workover"), &[Dimension::Well]),
    row("710.014", "Rentals", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Rentals"), &[Dimension::Well]),
    row("710.015", "Environment and safety", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Environment and safety"), &[Dimension::Well]),
    row("710.016", "Gathering and transportation", AccountType::Expense, Side::Debit, "Gathering and transportation", CashFlowClass::Operating, Some("Gathering and transportation"), &[Dimension::Well, Dimension::Product]),
    row("710.017", "Measurement and automation", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Measurement"), &[Dimension::Well]),
    row("710.018", "Insurance", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Insurance"), &[]),
    row("710.019", "Ad valorem tax", AccountType::Expense, Side::Debit, "Production taxes", CashFlowClass::Operating, Some("Ad valorem tax"), &[Dimension::Well]),
    row("710.021", "Roads and locations", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Roads and locations"), &[Dimension::Well]),
    row("710.022", "Other lease operating expense", AccountType::Expense, Side::Debit, "Lease operating expense", CashFlowClass::Operating, Some("Other"), &[Dimension::Well]),
    row("720.001", "Gathering system, labour", AccountType::Expense, Side::Debit, "Gathering system expense", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("720.002", "Gathering system, power and fuel", AccountType::Expense, Side::Debit, "Gathering system expense", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("720.003", "Gathering system, maintenance", AccountType::Expense, Side::Debit, "Gathering system expense", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("720.004", "Gathering system, chemicals", AccountType::Expense, Side::Debit, "Gathering system expense", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("720.005", "Gathering system, compression", AccountType::Expense, Side::Debit, "Gathering system expense", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    heading("725.000", "Depletion", AccountType::Expense),
    row("726.000", "Amortisation of leasehold", AccountType::Expense, Side::Debit, "Depletion", CashFlowClass::NonCash, None, &[Dimension::Lease]),
    row("732.000", "Amortisation of intangible wells", AccountType::Expense, Side::Debit, "Depletion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("734.000", "Depreciation of tangible wells", AccountType::Expense, Side::Debit, "Depletion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("735.000", "Accretion of asset retirement obligations", AccountType::Expense, Side::Debit, "Accretion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("736.000", "Gain or loss on retirement of wells", AccountType::Expense, Side::Debit, "Accretion", CashFlowClass::NonCash, None, &[Dimension::Well]),
    row("738.000", "Depreciation of equipment", AccountType::Expense, Side::Debit, "Depletion", CashFlowClass::NonCash, None, &[]),
    heading("800.000", "Exploration", AccountType::Expense),
    row("804.000", "Dry hole expense", AccountType::Expense, Side::Debit, "Exploration", CashFlowClass::Investing, None, &[Dimension::Afe]),
    row("900.000", "Salaries and wages", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("901.000", "Payroll taxes and benefits", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.000", "Office and professional services", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.001", "Legal fees", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.002", "Audit and tax services", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.003", "Software and data", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.004", "Office rent", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.005", "Travel", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.006", "Utilities and telephone", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.007", "Training and recruiting", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.008", "Consultants", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.009", "Bank charges", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("905.010", "Insurance, corporate", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::CostCenter]),
    row("910.000", "COPAS overhead recovered", AccountType::Expense, Side::Credit, "General and administrative", CashFlowClass::Operating, None, &[]),
    row("911.000", "Management fees charged to affiliates", AccountType::Expense, Side::Credit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::PartnerCompany]),
    row("912.000", "Management fees of affiliates", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::Operating, None, &[Dimension::PartnerCompany]),
    row("915.000", "Bad debt", AccountType::Expense, Side::Debit, "General and administrative", CashFlowClass::NonCash, None, &[]),
    row("940.000", "Interest expense", AccountType::Expense, Side::Debit, "Interest", CashFlowClass::Operating, None, &[]),
    row("950.000", "Income tax", AccountType::Expense, Side::Debit, "Income tax", CashFlowClass::Operating, None, &[]),
    row("960.000", "Foreign exchange gain or loss", AccountType::Expense, Side::Debit, "Foreign exchange", CashFlowClass::Operating, None, &[]),
    row("961.000", "Unrealised foreign exchange gain or loss", AccountType::Expense, Side::Debit, "Foreign exchange", CashFlowClass::NonCash, None, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_always_carry_the_sub() {
        assert!(CHART.windows(2).all(|pair| pair[0].account_code < pair[1].account_code));
        for account in accounts() {
            let (natural, sub) = account.account_code.split_once('.').unwrap();
            assert!(natural.len() == 3 && sub.len() == 3, "{}", account.account_code);
        }
    }

    #[test]
    fn every_lease_operating_account_has_a_line_on_the_statement_and_names_the_well() {
        for account in accounts().iter().filter(|account| account.account_code.starts_with("710.")) {
            if account.is_postable && account.account_code != "710.018" {
                assert!(account.los_line.is_some(), "{}", account.account_code);
                assert!(account.required_dimensions.contains(&Dimension::Well), "{}", account.account_code);
            }
        }
    }

    #[test]
    fn headings_take_no_postings() {
        assert!(!account("710.000").unwrap().is_postable);
        assert!(account(code::CASH).unwrap().is_postable);
        assert!(account("999.999").is_none());
    }
}
