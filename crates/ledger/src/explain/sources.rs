//! Where an amount begins that no calculation of its own entry makes.

use super::{Calculation, Method, kind, words};
use crate::entry::{JournalEntry, JournalLine};

/// What is said of it.
pub(super) fn of(entry: &JournalEntry<'_>, line: &JournalLine<'_>) -> Calculation {
    if let Some(cleared) = line.clears_entry_id {
        let month = line.production_month.map(|month| format!(", production {}", words::month(month)));
        let lesser = match kind(entry) {
            "OWNER_DISTRIBUTION" => ", at most what the owner is paid",
            "CASH_CALL_APPLICATION" => ": what the advance covers of the bill, the lesser of both",
            _ => "",
        };
        let text = format!("clears what entry {cleared} left open{}{lesser}", month.unwrap_or_default());
        return Calculation::new(line, Method::Clears, text);
    }
    let (method, text) = begins(entry, line);
    let document = entry.source_document.as_deref().filter(|_| method == Method::Stated);
    let text = document.map_or_else(|| text.clone(), |document| format!("{text}, document {document}"));
    Calculation::new(line, method, text)
}

fn begins(entry: &JournalEntry<'_>, line: &JournalLine<'_>) -> (Method, String) {
    let stated = |text: &str| (Method::Stated, text.to_owned());
    match kind(entry) {
        "OPENING_BALANCE" => standing("carried in: stood", line),
        "VENDOR_INVOICE" | "AFE_INVOICE" | "MATERIAL_PURCHASE" | "PLUGGING_INVOICE" => stated("as invoiced"),
        "SERVICE_INVOICE" => {
            (Method::Tickets, "the vendor's field tickets of the month, each an entry of its own".to_owned())
        }
        "RECLASSIFICATION" | "AUDIT_ADJUSTMENT" => stated("as the accountant's voucher states"),
        "CAPITAL_ACCRUAL" => stated("the engineers' estimate of work done and not invoiced"),
        "PAYROLL" => stated(payroll(&line.account_code)),
        "LABOUR_ALLOCATION" => {
            stated("the well's part of the field's wages, in proportion to what each well costs")
        }
        "PURCHASER_RECEIPT" => stated("short paid, as the purchaser's remittance states"),
        "REVOLVER_DRAW" | "REVOLVER_REPAYMENT" => stated("as the bank's advice states"),
        "DIVIDEND" | "AFFILIATE_DIVIDEND" => stated("as the board resolved"),
        "INSURANCE_PREMIUM" => stated("as the policy states"),
        "MANAGEMENT_FEE" => stated("as the service agreement between the companies states"),
        "GATHERING_ACCRUAL" => stated("the gathering of the month's accrued sales in the basin"),
        "GATHERING_FEE" | "FEE_RECEIPT" => stated("as the gatherer's statement of the month has it"),
        "AD_VALOREM_PAYMENT"
        | "AFFILIATE_DIVIDEND_PAYMENT"
        | "BACKUP_WITHHOLDING_REMITTANCE"
        | "BAD_DEBT_WRITE_OFF"
        | "CLOSE_TO_PROVED"
        | "DRY_HOLE"
        | "ARO_SETTLEMENT"
        | "ESCHEAT"
        | "ESCHEAT_REMITTANCE"
        | "GAS_IMBALANCE_SETTLEMENT"
        | "IMPACT_FEE_PAYMENT"
        | "GATHERING_PAYMENT"
        | "INTERCOMPANY_SETTLEMENT"
        | "INTEREST_PAYMENT"
        | "OWNER_DISTRIBUTION"
        | "PAYROLL_TAX_REMITTANCE"
        | "SEVERANCE_REMITTANCE"
        | "SUSPENSE_RELEASE"
        | "USE_TAX_REMITTANCE"
        | "WELL_RETIREMENT"
        | "YEAR_END_CLOSE" => standing("what stood", line),
        _ => stated("stated on the source document"),
    }
}

fn payroll(account: &str) -> &'static str {
    match account {
        crate::chart::code::WITHHOLDING_PAYABLE => {
            "withheld from wages, with the employer's part, as the payroll register states"
        }
        _ => "as the payroll register states",
    }
}

/// Whether the account is kept by partners of a joint account.
fn is_of_partners(line: &JournalLine<'_>) -> bool {
    line.account_code.starts_with("123.") || line.account_code.starts_with("305.")
}

/// A balance of the books, and what it is of.
fn standing(what: &str, line: &JournalLine<'_>) -> (Method, String) {
    let of = [
        ("owner", &line.owner_id),
        (if is_of_partners(line) { "partner" } else { "counterparty" }, &line.counterparty_id),
        ("AFE", &line.afe_number),
        ("well", &line.well_id),
        ("lease", &line.lease_id),
        ("tax", &line.tax_code),
        ("cost centre", &line.cost_center),
        ("company", &line.partner_company),
    ];
    let of = of.iter().find_map(|(name, id)| id.as_deref().map(|id| format!(" of {name} {id}")));
    (Method::Standing, format!("{what} on account {}{}", line.account_code, of.unwrap_or_default()))
}
