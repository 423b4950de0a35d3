//! The entry templates, as data: what each is called, whose book it is in, where it comes from and when it counts.
//!
//! What a template posts is a function of its family's file; what it *is* stands here, once.

use ledger::{DocumentType, Source};

/// Who enters a document, and so when in the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desk {
    /// Gauges and meters, round the clock.
    Field,
    /// Runs of revenue, depletion and billing, in the night.
    Batch,
    /// People in the office, with names.
    Payables,
    /// People in the office, with names.
    Accounting,
    /// Payments, in the morning.
    Treasury,
}

impl Desk {
    /// Who creates what this desk enters.
    pub(crate) const fn people(self) -> &'static [&'static str] {
        match self {
            Self::Field => &["field"],
            Self::Batch => &["batch"],
            Self::Payables => &["a.guidry", "c.navarro", "j.hollis", "m.pruitt", "t.olsen", "w.landry"],
            Self::Accounting => &["b.kincaid", "d.rasmussen", "k.villarreal", "s.whitlock"],
            Self::Treasury => &["treasury"],
        }
    }
}

/// Which day a document counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// The day on which it is entered.
    AsEntered,
    /// The last day of its month.
    MonthEnd,
    /// The first day of the month after its own.
    NextMonth,
    /// The last day of the month after its own.
    NextMonthEnd,
    /// The first day of the second month after its own.
    SecondMonth,
    /// The last day of its fiscal year, in the adjusting period.
    YearEnd,
}

/// The file that builds a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Tickets,
    Revenue,
    Owners,
    Taxes,
    Payables,
    Currency,
    JointInterest,
    NonOperator,
    Capital,
    Depletion,
    Retirement,
    Payroll,
    Hedging,
    Imbalance,
    Midstream,
    Materials,
    Treasury,
    Close,
    Opening,
}

/// What a template is.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) code: &'static str,
    pub(crate) family: Family,
    pub(crate) source: Source,
    pub(crate) document_type: DocumentType,
    pub(crate) desk: Desk,
    pub(crate) counts: Counts,
}

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $family:ident, $source:ident, $kind:ident, $desk:ident, $counts:ident;)+) => {
        /// The entry templates.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum Template { $($(#[$doc])* $name),+ }

        impl Template {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What it is.
            pub(crate) const fn shape(self) -> &'static Shape {
                match self {
                    $(Self::$name => &Shape {
                        code: $code,
                        family: Family::$family,
                        source: Source::$source,
                        document_type: DocumentType::$kind,
                        desk: Desk::$desk,
                        counts: Counts::$counts,
                    }),+
                }
            }
        }
    };
}

templates! {
    /// Opening balances of a company.
    OpeningBalance = "OPENING_BALANCE", Opening, Manual, Opening, Accounting, AsEntered;

    /// A field ticket; its kind follows from its slot.
    Ticket = "FIELD_TICKET", Tickets, Production, Standard, Field, AsEntered;

    /// Revenue of a well and product, accrued.
    RevenueAccrual = "REVENUE_ACCRUAL", Revenue, Revenue, Accrual, Batch, MonthEnd;
    /// Its reversal.
    RevenueAccrualReversal = "REVENUE_ACCRUAL_REVERSAL", Revenue, Revenue, Reversal, Batch, NextMonth;
    /// Gas and liquids that the second month has not settled are accrued once more.
    RevenueReaccrual = "REVENUE_ACCRUAL", Revenue, Revenue, Accrual, Batch, NextMonthEnd;
    /// Its reversal.
    RevenueReaccrualReversal = "REVENUE_ACCRUAL_REVERSAL", Revenue, Revenue, Reversal, Batch, SecondMonth;
    /// The final volume and price, owner by owner.
    RevenueFinal = "REVENUE_FINAL", Revenue, Revenue, Standard, Batch, AsEntered;
    /// A correction of an earlier production month, as a delta.
    PriorPeriodAdjustment = "PRIOR_PERIOD_ADJUSTMENT", Revenue, Revenue, Adjusting, Accounting, AsEntered;
    /// A purchaser pays.
    PurchaserReceipt = "PURCHASER_RECEIPT", Revenue, Receivables, Standard, Treasury, AsEntered;

    /// A check to an owner.
    OwnerDistribution = "OWNER_DISTRIBUTION", Owners, Revenue, Standard, Batch, AsEntered;
    /// Revenue held in suspense is released.
    SuspenseRelease = "SUSPENSE_RELEASE", Owners, Revenue, Standard, Accounting, AsEntered;
    /// Revenue of an owner who cannot be found becomes the state's.
    Escheat = "ESCHEAT", Owners, Revenue, Standard, Accounting, AsEntered;
    /// It is handed over.
    EscheatRemittance = "ESCHEAT_REMITTANCE", Owners, Treasury, Standard, Treasury, AsEntered;
    /// What was withheld from owners without a taxpayer number goes to the Treasury.
    BackupWithholdingRemittance = "BACKUP_WITHHOLDING_REMITTANCE", Owners, Tax, Standard, Treasury, AsEntered;

    /// Severance tax of a month.
    SeveranceRemittance = "SEVERANCE_REMITTANCE", Taxes, Tax, Standard, Treasury, AsEntered;
    /// Property tax of a lease's wells.
    AdValoremAccrual = "AD_VALOREM_ACCRUAL", Taxes, Tax, Standard, Batch, MonthEnd;
    /// A year of it is paid.
    AdValoremPayment = "AD_VALOREM_PAYMENT", Taxes, Tax, Standard, Treasury, AsEntered;

    /// Use tax of a month.
    UseTaxRemittance = "USE_TAX_REMITTANCE", Taxes, Tax, Standard, Treasury, AsEntered;

    /// A vendor's invoice.
    VendorInvoice = "VENDOR_INVOICE", Payables, Payables, Standard, Payables, AsEntered;
    /// Its payment.
    VendorPayment = "VENDOR_PAYMENT", Payables, Payables, Standard, Treasury, AsEntered;
    /// A vendor's monthly invoice for its field tickets.
    ServiceInvoice = "SERVICE_INVOICE", Payables, Payables, Standard, Payables, MonthEnd;
    /// Its payment.
    ServicePayment = "SERVICE_PAYMENT", Payables, Payables, Standard, Treasury, AsEntered;
    /// A cost that was coded to the wrong account is moved.
    Reclassification = "RECLASSIFICATION", Payables, Manual, Standard, Accounting, AsEntered;

    /// What is owed in Canadian dollars is brought to the month's rate.
    ExchangeRevaluation = "EXCHANGE_REVALUATION", Currency, Payables, Accrual, Accounting, MonthEnd;
    /// Its reversal.
    ExchangeRevaluationReversal = "EXCHANGE_REVALUATION_REVERSAL", Currency, Payables, Reversal, Accounting, NextMonth;

    /// The partners' shares of a lease's cost are billed.
    JibCutBack = "JIB_CUT_BACK", JointInterest, JointInterest, Standard, Batch, MonthEnd;
    /// A partner pays a bill.
    JibReceipt = "JIB_RECEIPT", JointInterest, JointInterest, Standard, Treasury, AsEntered;
    /// Overhead by the accounting procedure.
    CopasOverhead = "COPAS_OVERHEAD", JointInterest, JointInterest, Standard, Batch, MonthEnd;
    /// Overhead of a rig, by the same procedure.
    DrillingOverhead = "DRILLING_OVERHEAD", JointInterest, JointInterest, Standard, Batch, MonthEnd;
    /// A partner advances its share of a well.
    CashCall = "CASH_CALL", JointInterest, JointInterest, Standard, Treasury, AsEntered;
    /// The advance is used.
    CashCallApplication = "CASH_CALL_APPLICATION", JointInterest, JointInterest, Standard, Batch, AsEntered;

    /// A well that others operate: its revenue, accrued.
    NonOperatedAccrual = "NON_OPERATED_ACCRUAL", NonOperator, Revenue, Accrual, Batch, MonthEnd;
    /// Its reversal.
    NonOperatedAccrualReversal = "NON_OPERATED_ACCRUAL_REVERSAL", NonOperator, Revenue, Reversal, Batch, NextMonth;
    /// The operator's check.
    NonOperatedRevenue = "NON_OPERATED_REVENUE", NonOperator, Revenue, Standard, Batch, AsEntered;
    /// The operator's bill.
    NonOperatedBill = "NON_OPERATED_BILL", NonOperator, JointInterest, Standard, Payables, AsEntered;
    /// The operator calls for a share of a well before it is spudded.
    NonOperatedCashCall = "NON_OPERATED_CASH_CALL", NonOperator, JointInterest, Standard, Treasury, AsEntered;
    /// Its payment.
    NonOperatedPayment = "NON_OPERATED_PAYMENT", NonOperator, JointInterest, Standard, Treasury, AsEntered;

    /// An invoice for a well that is being drilled.
    AfeInvoice = "AFE_INVOICE", Capital, Capital, Standard, Payables, AsEntered;
    /// Its payment.
    AfePayment = "AFE_PAYMENT", Capital, Payables, Standard, Treasury, AsEntered;
    /// Work done and not yet invoiced.
    CapitalAccrual = "CAPITAL_ACCRUAL", Capital, Capital, Accrual, Accounting, MonthEnd;
    /// Its reversal.
    CapitalAccrualReversal = "CAPITAL_ACCRUAL_REVERSAL", Capital, Capital, Reversal, Accounting, NextMonth;
    /// A finished well becomes property.
    CloseToProved = "CLOSE_TO_PROVED", Capital, Capital, Standard, Accounting, AsEntered;
    /// A dry exploratory well becomes expense.
    DryHole = "DRY_HOLE", Capital, Capital, Standard, Accounting, AsEntered;

    /// Depletion of a well.
    Depletion = "DEPLETION", Depletion, Depletion, Standard, Batch, MonthEnd;
    /// Amortisation of a lease.
    LeaseholdAmortisation = "LEASEHOLD_AMORTISATION", Depletion, Depletion, Standard, Batch, MonthEnd;
    /// Depreciation of equipment.
    Depreciation = "DEPRECIATION", Depletion, Depletion, Standard, Batch, MonthEnd;

    /// A new well's retirement obligation.
    AroRecognition = "ARO_RECOGNITION", Retirement, AssetRetirement, Standard, Accounting, AsEntered;
    /// A month of accretion.
    AroAccretion = "ARO_ACCRETION", Retirement, AssetRetirement, Standard, Batch, MonthEnd;
    /// A contractor's invoice for plugging a well.
    PluggingInvoice = "PLUGGING_INVOICE", Retirement, Payables, Standard, Payables, AsEntered;
    /// Its payment.
    PluggingPayment = "PLUGGING_PAYMENT", Retirement, Payables, Standard, Treasury, AsEntered;
    /// A plugged well's obligation is settled at what plugging cost the company.
    AroSettlement = "ARO_SETTLEMENT", Retirement, AssetRetirement, Standard, Accounting, MonthEnd;
    /// Its cost leaves the books.
    WellRetirement = "WELL_RETIREMENT", Retirement, AssetRetirement, Standard, Accounting, AsEntered;

    /// Wages of half a month.
    Payroll = "PAYROLL", Payroll, Payroll, Standard, Treasury, AsEntered;
    /// The taxes withheld in a month.
    PayrollTaxRemittance = "PAYROLL_TAX_REMITTANCE", Payroll, Payroll, Standard, Treasury, AsEntered;
    /// Field wages leave their clearing account for the wells.
    LabourAllocation = "LABOUR_ALLOCATION", Payroll, Payroll, Standard, Batch, MonthEnd;

    /// A month's swaps are settled.
    HedgeSettlement = "HEDGE_SETTLEMENT", Hedging, Hedging, Standard, Treasury, AsEntered;
    /// Swaps are brought to their value.
    HedgeMarkToMarket = "HEDGE_MARK_TO_MARKET", Hedging, Hedging, Standard, Accounting, MonthEnd;

    /// Gas taken beyond what is ours and the reserves can make up.
    GasImbalance = "GAS_IMBALANCE", Imbalance, Revenue, Standard, Accounting, MonthEnd;
    /// It is settled in cash.
    GasImbalanceSettlement = "GAS_IMBALANCE_SETTLEMENT", Imbalance, Revenue, Standard, Treasury, AsEntered;
    /// Gathering by an affiliate, in both books.
    GatheringFee = "GATHERING_FEE", Midstream, Intercompany, Standard, Batch, AsEntered;
    /// Gathering by an affiliate that is not invoiced yet, in both books.
    GatheringAccrual = "GATHERING_ACCRUAL", Midstream, Intercompany, Accrual, Batch, MonthEnd;
    /// Its reversal.
    GatheringAccrualReversal = "GATHERING_ACCRUAL_REVERSAL", Midstream, Intercompany, Reversal, Batch, NextMonth;
    /// What the second month has not seen invoiced is accrued once more.
    GatheringReaccrual = "GATHERING_ACCRUAL", Midstream, Intercompany, Accrual, Batch, NextMonthEnd;
    /// Its reversal.
    GatheringReaccrualReversal = "GATHERING_ACCRUAL_REVERSAL", Midstream, Intercompany, Reversal, Batch, SecondMonth;
    /// Its settlement, in both books.
    IntercompanySettlement = "INTERCOMPANY_SETTLEMENT", Midstream, Intercompany, Standard, Treasury, AsEntered;
    /// Services of the parent, in both books.
    ManagementFee = "MANAGEMENT_FEE", Midstream, Intercompany, Standard, Accounting, AsEntered;
    /// Gathering by others is paid.
    GatheringPayment = "GATHERING_PAYMENT", Midstream, Payables, Standard, Treasury, AsEntered;
    /// Gathering for others.
    ThirdPartyFee = "THIRD_PARTY_FEE", Midstream, Receivables, Standard, Batch, AsEntered;
    /// It is paid.
    FeeReceipt = "FEE_RECEIPT", Midstream, Receivables, Standard, Treasury, AsEntered;

    /// Materials are bought.
    MaterialPurchase = "MATERIAL_PURCHASE", Materials, Inventory, Standard, Payables, AsEntered;
    /// They are paid.
    MaterialPayment = "MATERIAL_PAYMENT", Materials, Payables, Standard, Treasury, AsEntered;
    /// They go to a well.
    MaterialTransfer = "MATERIAL_TRANSFER", Materials, Inventory, Standard, Accounting, AsEntered;

    /// Interest of a month.
    InterestAccrual = "INTEREST_ACCRUAL", Treasury, Treasury, Standard, Accounting, MonthEnd;
    /// It is paid.
    InterestPayment = "INTEREST_PAYMENT", Treasury, Treasury, Standard, Treasury, AsEntered;
    /// The revolver is drawn.
    RevolverDraw = "REVOLVER_DRAW", Treasury, Treasury, Standard, Treasury, AsEntered;
    /// The revolver is repaid.
    RevolverRepayment = "REVOLVER_REPAYMENT", Treasury, Treasury, Standard, Treasury, AsEntered;
    /// A dividend.
    Dividend = "DIVIDEND", Treasury, Treasury, Standard, Treasury, AsEntered;
    /// A year of insurance is paid.
    InsurancePremium = "INSURANCE_PREMIUM", Treasury, Treasury, Standard, Treasury, AsEntered;
    /// A month of it is used.
    InsuranceAmortisation = "INSURANCE_AMORTISATION", Treasury, Treasury, Standard, Accounting, MonthEnd;
    /// What partners may not pay.
    BadDebtProvision = "BAD_DEBT_PROVISION", Treasury, Receivables, Adjusting, Accounting, MonthEnd;
    /// What a partner did not pay.
    BadDebtWriteOff = "BAD_DEBT_WRITE_OFF", Treasury, Receivables, Standard, Accounting, AsEntered;

    /// An adjustment of the auditors.
    AuditAdjustment = "AUDIT_ADJUSTMENT", Close, Manual, Adjusting, Accounting, YearEnd;
    /// The year's results become retained earnings.
    YearEndClose = "YEAR_END_CLOSE", Close, Manual, Closing, Accounting, YearEnd;

    /// A dividend to the parent is declared, in both books.
    AffiliateDividend = "AFFILIATE_DIVIDEND", Treasury, Intercompany, Standard, Treasury, AsEntered;
    /// It is paid, in both books.
    AffiliateDividendPayment = "AFFILIATE_DIVIDEND_PAYMENT", Treasury, Intercompany, Standard, Treasury, AsEntered;

    /// A year's fee of each gas well of Pennsylvania.
    ImpactFeeAccrual = "IMPACT_FEE_ACCRUAL", Taxes, Tax, Standard, Batch, MonthEnd;
    /// It is paid.
    ImpactFeePayment = "IMPACT_FEE_PAYMENT", Taxes, Tax, Standard, Treasury, AsEntered;
}

/// The transaction types of a field ticket, by what it records.
pub(crate) const TICKETS: [&str; 4] = ["RUN_TICKET", "GAS_METER", "WATER_TICKET", "SERVICE_TICKET"];

/// The transaction types that entries can have, each once.
pub(crate) fn transaction_types() -> Vec<&'static str> {
    let mut types: Vec<&str> = TICKETS.to_vec();
    for template in Template::ALL {
        let code = template.shape().code;
        if *template != Template::Ticket && !types.contains(&code) {
            types.push(code);
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reverses_is_dated_the_next_month_and_what_it_reverses_the_month_end() {
        for template in Template::ALL {
            let shape = template.shape();
            match shape.document_type {
                DocumentType::Accrual => {
                    assert!(
                        matches!(shape.counts, Counts::MonthEnd | Counts::NextMonthEnd),
                        "{}",
                        shape.code
                    );
                }
                DocumentType::Reversal => {
                    assert!(
                        matches!(shape.counts, Counts::NextMonth | Counts::SecondMonth),
                        "{}",
                        shape.code
                    );
                }
                _ => {}
            }
        }
    }
}
