//! Lines that carry what they are calculated from: quantity and price, base and rate, base and share.

use super::sheet::{Sheet, expect};
use super::{Calculation, Facts, Method, kind, words};
use crate::chart::code;
use crate::entry::{JournalEntry, JournalLine, Product};
use crate::fixed::{DecimalInterest, Money, Quantity, Rate, UnitPrice, divide_half_away};
use crate::forward::{REVERSION, TRAILING};
use chrono::{Datelike, NaiveDate};

/// Explains the lines that carry it, of those that are still open.
pub(super) fn explain(sheet: &mut Sheet<'_>) {
    for at in sheet.open() {
        let line = sheet.line(at);
        // What is valued the same as the market, or had no value before, states no zero.
        let is_swap = kind(sheet.entry) == "HEDGE_MARK_TO_MARKET";
        let calculation =
            match (line.quantity, line.unit_price, line.base_amount, line.rate, line.decimal_interest) {
                (quantity, price, before, ..) if is_swap && (quantity.is_some() || before.is_some()) => {
                    let worth = (quantity.unwrap_or_default(), price.unwrap_or_default());
                    valued(sheet, line, worth, before.unwrap_or_default())
                }
                (Some(quantity), Some(price), None, ..) => priced(sheet, line, quantity, price),
                (Some(quantity), Some(price), Some(before), ..) => {
                    valued(sheet, line, (quantity, price), before)
                }
                (Some(time), None, Some(base), Some(rate), None) if of_a_year(line).is_some() => {
                    by_time(line, (base, rate), time)
                }
                (_, None, Some(base), Some(rate), share) => rated(sheet, line, (base, rate), share),
                (_, None, Some(base), None, Some(share)) => shared(sheet, line, base, share),
                _ => continue,
            };
        sheet.put(at, calculation);
    }
}

/// `1,234.50 BBL × 61.23`.
pub(super) fn times(line: &JournalLine<'_>, quantity: Quantity, price: UnitPrice) -> String {
    let unit = line.unit_of_measure.as_deref().unwrap_or("units");
    format!("{} {unit} × {}", words::number(quantity), words::number(price))
}

/// Quantity times price.
fn priced(sheet: &Sheet<'_>, line: &JournalLine<'_>, quantity: Quantity, price: UnitPrice) -> Calculation {
    let cents = Money::product(quantity, price).unwrap_or(Money::MAX).units();
    let calculation = Calculation::worked(line, Method::Price, times(line, quantity, price), cents);
    if kind(sheet.entry) == "HEDGE_SETTLEMENT" {
        return swap(sheet, line, price, calculation);
    }
    if kind(sheet.entry) == "IMPACT_FEE_ACCRUAL" {
        return fee(sheet, line, price, calculation);
    }
    if kind(sheet.entry) == "GAS_IMBALANCE" {
        return imbalance(sheet, line, (times(line, quantity, price), cents));
    }
    calculation.noting(market(sheet.facts, sheet.entry, line))
}

/// A well's fee of a year is what the record that holds at its end says.
fn fee(sheet: &Sheet<'_>, line: &JournalLine<'_>, price: UnitPrice, calculation: Calculation) -> Calculation {
    let code = line.tax_code.as_deref().unwrap_or_default();
    let Some(tax) = sheet.facts.tax(code, sheet.entry.posting_date) else { return calculation };
    let mut calculation = calculation.noting([format!("{code}: {}", tax.statute)]);
    calculation.contradictions.extend(expect("fee", price, tax.rate_per_unit).err());
    calculation
}

/// Gas beyond a party's share adds to an account on its normal side; what is below zero comes off it on the other.
fn imbalance(sheet: &Sheet<'_>, line: &JournalLine<'_>, (text, cents): (String, i64)) -> Calculation {
    let account = crate::chart::place(&line.account_code).map(|at| &crate::chart::accounts()[at]);
    let normal = account.map_or(line.side, |account| account.normal_side);
    let calculation = Calculation::worked_on(line, Method::Price, text, (normal, cents));
    let side = if line.side == crate::entry::Side::Debit { "debit" } else { "credit" };
    let note = (line.side != normal).then(|| format!("below zero: it comes off the account, by a {side}"));
    calculation.noting(note).noting(market(sheet.facts, sheet.entry, line))
}

/// A swap's price is what it fixes less what the market was.
fn swap(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    price: UnitPrice,
    calculation: Calculation,
) -> Calculation {
    let month = crate::period::first_of_month(sheet.entry.posting_date);
    let months = [month, crate::period::months_later(month, -1)];
    let terms = line.text.as_deref().and_then(|text| {
        let (fixed, market) = text.strip_prefix("Fixed ")?.split_once(", market ")?;
        Some((fixed.parse::<UnitPrice>().ok()?, market.parse::<UnitPrice>().ok()?))
    });
    let Some((fixed, at_market)) = terms else { return calculation };
    let known = months.iter().find_map(|month| {
        sheet.facts.price("WTI", *month).filter(|known| known.price == at_market).map(|_| *month)
    });
    let source = known.map_or("no WTI on the reference topics is that".to_owned(), |month| {
        format!("WTI of {}", words::month(month))
    });
    let note = format!("fixed {} less market {} ({source})", words::number(fixed), words::number(at_market));
    let mut calculation = calculation.noting([note]);
    calculation.contradictions.extend(expect("price", price, fixed - at_market).err());
    calculation
}

/// The change of a value: of what is above zero for an asset, of what is below for a liability.
fn valued(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    (quantity, price): (Quantity, UnitPrice),
    before: Money,
) -> Calculation {
    let value = Money::product(quantity, price).unwrap_or(Money::MAX).units();
    if kind(sheet.entry) == "EXCHANGE_REVALUATION" {
        let text = format!(
            "{}, {}, less booked {}",
            times(line, quantity, price),
            words::cents(value),
            words::cents(before.units())
        );
        let cents = (crate::entry::Side::Credit, value - before.units());
        return Calculation::worked_on(line, Method::Price, text, cents)
            .noting(["open invoices in the vendor's currency at the month's rate".to_owned()]);
    }
    let kept = if line.account_code == code::DERIVATIVE_ASSET { value.max(0) } else { value.min(0) };
    let text = format!(
        "{}, to the {} {}, less {} before",
        if quantity.is_zero() { "nothing open".to_owned() } else { times(line, quantity, price) },
        if line.account_code == code::DERIVATIVE_ASSET { "asset" } else { "liability" },
        words::cents(kept),
        words::cents(before.units()),
    );
    let side = crate::entry::Side::Debit;
    let mut calculation = Calculation::worked_on(line, Method::Price, text, (side, kept - before.units()));
    let (note, contradictions) = marked(sheet, line, price);
    calculation.contradictions.extend(contradictions);
    calculation.noting(note)
}

/// What a swap's price at a month's end is, and what contradicts it: what the swaps of a month of delivery fix, less the
/// forward price of that month on the curve that the market's means of the months up to then make.
fn marked(sheet: &Sheet<'_>, line: &JournalLine<'_>, price: UnitPrice) -> (Option<String>, Vec<String>) {
    let terms = line.text.as_deref().and_then(|text| {
        let (delivered, prices) = text.strip_prefix("Swaps for ")?.split_once(", fixed ")?;
        let delivered: NaiveDate = format!("{delivered}-01").parse().ok()?;
        let (fixed, forward) = prices.split_once(", forward ")?;
        Some((delivered, fixed.parse::<UnitPrice>().ok()?, forward.parse::<UnitPrice>().ok()?))
    });
    let Some((delivered, fixed, forward)) = terms else { return (None, Vec::new()) };
    let month = crate::period::first_of_month(sheet.entry.posting_date);
    let months_of = |date: NaiveDate| date.year() * 12 + date.month0() as i32;
    let ahead = usize::try_from(months_of(delivered) - months_of(month)).ok();
    let mut contradictions = Vec::from_iter(expect("price", price, fixed - forward).err());
    let known = ahead.and_then(|ahead| Some((ahead, sheet.facts.curve("WTI", month)?.ahead(ahead))));
    let source = match known {
        None => "no WTI of the month is on the reference topics".to_owned(),
        Some((ahead, known)) => {
            contradictions.extend(expect("forward price", forward, known).err());
            match ahead {
                0 => format!("WTI of {}", words::month(month)),
                _ => format!(
                    "WTI of {}, {} of {REVERSION} of the way to the mean of its {TRAILING} months",
                    words::month(month),
                    ahead.min(REVERSION)
                ),
            }
        }
    };
    let note = format!("fixed {} less forward {} ({source})", words::number(fixed), words::number(forward));
    (Some(note), contradictions)
}

/// What a year has of the time that a line's rate of a year is taken for, and its name: months, or days of a credit
/// agreement.
fn of_a_year(line: &JournalLine<'_>) -> Option<(i128, &'static str)> {
    match line.unit_of_measure.as_deref() {
        Some("MONTH") => Some((12, "months")),
        Some("DAY") => Some((360, "days")),
        _ => None,
    }
}

/// Base times the rate of a year, by the part of the year, rounded once.
fn by_time(line: &JournalLine<'_>, (base, rate): (Money, Rate), time: Quantity) -> Calculation {
    let (year, name) = of_a_year(line).unwrap_or((1, "years"));
    let exact = base.units_wide() * rate.units_wide() * time.units_wide();
    let cents = divide_half_away(exact, Rate::ONE.units_wide() * Quantity::ONE.units_wide() * year) as i64;
    let text = format!(
        "{} × {} a year × {} of {year} {name}",
        words::cents(base.units()),
        words::number(rate),
        words::number(time)
    );
    let note = match line.account_code.as_ref() {
        code::INTEREST => "what stood drawn on the revolver on those days, by days of a year of 360",
        _ => "cost of the equipment, in equal parts over the months of its life",
    };
    Calculation::worked(line, Method::Rate, text, cents).noting([note.to_owned()])
}

/// Base times rate.
fn rated(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    (base, rate): (Money, Rate),
    share: Option<DecimalInterest>,
) -> Calculation {
    let cents = Money::product(base, rate).unwrap_or(Money::MAX).units();
    let text = format!("{} × {}", words::cents(base.units()), words::number(rate));
    let mut calculation = Calculation::worked(line, Method::Rate, text, cents);
    if let Some(share) = share {
        calculation.contradictions.extend(expect("rate", rate.units(), share.units()).err());
    }
    let (notes, contradictions) = about_rate(sheet, line, base, rate);
    calculation.contradictions.extend(contradictions);
    calculation.noting(notes)
}

/// What a base and a rate are, and what contradicts them.
fn about_rate(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    base: Money,
    rate: Rate,
) -> (Vec<String>, Vec<String>) {
    let said = |text: &str| (vec![text.to_owned()], Vec::new());
    match (kind(sheet.entry), line.account_code.as_ref()) {
        ("DEPLETION" | "LEASEHOLD_AMORTISATION", _) => depletion(sheet, line, rate),
        ("DEPRECIATION", _) => said("what is left of the equipment in the last month of its life"),
        ("ARO_ACCRETION", _) => said("the obligation × a month of the credit-adjusted rate (ASC 410-20)"),
        ("BAD_DEBT_PROVISION", _) => said("what partners owe × the provision of a quarter"),
        ("AD_VALOREM_ACCRUAL", _) => {
            said("revenue of the well's working interest × the counties' rate; partners are billed theirs")
        }
        ("MATERIAL_TRANSFER", _) => {
            let condition = line.text.as_deref().unwrap_or("its condition");
            (vec![format!("price when new × {condition} (COPAS)")], Vec::new())
        }
        ("NON_OPERATED_BILL", _) => said("the operator's cost at 8/8 × the company's working interest"),
        ("INSURANCE_AMORTISATION", _) => said("a month of the premium × the part of it that covers this"),
        ("OWNER_DISTRIBUTION", _) => withheld(sheet, base),
        ("PAYROLL", _) => burden(sheet, line, base),
        ("VENDOR_INVOICE", _) => use_tax(sheet, line, base),
        _ => (Vec::new(), Vec::new()),
    }
}

/// Withheld from what is paid out after netting.
fn withheld(sheet: &Sheet<'_>, base: Money) -> (Vec<String>, Vec<String>) {
    let owed: i64 = on_account(sheet, code::OWNERS_PAYABLE);
    let netted: i64 = on_account(sheet, code::JIB_RECEIVABLE);
    let note = format!(
        "backup withholding (26 U.S.C. § 3406) of what is owed, {}{}",
        words::cents(owed),
        if netted == 0 { String::new() } else { format!(", less what is netted, {}", words::cents(netted)) }
    );
    let contradiction = expect("base", base, Money::from_units(owed - netted)).err();
    (vec![note], contradiction.into_iter().collect())
}

fn on_account(sheet: &Sheet<'_>, account: &str) -> i64 {
    let lines = sheet.entry.lines.iter().filter(|line| line.account_code == account);
    lines.map(|line| line.amount.units()).sum()
}

/// The burden of a cost centre's wages.
fn burden(sheet: &Sheet<'_>, line: &JournalLine<'_>, base: Money) -> (Vec<String>, Vec<String>) {
    let wages =
        sheet.places(|other| other.account_code == code::SALARIES && other.cost_center == line.cost_center);
    let Some(at) = wages.first() else {
        return (Vec::new(), vec!["no wages of this cost centre".to_owned()]);
    };
    let contradiction = expect("base", base, sheet.line(*at).amount).err();
    (
        vec![format!("wages of {} × taxes and benefits", words::lines(&[*at]))],
        contradiction.into_iter().collect(),
    )
}

/// Tax that the buyer itself owes on what the vendor charged none for.
fn use_tax(sheet: &Sheet<'_>, line: &JournalLine<'_>, base: Money) -> (Vec<String>, Vec<String>) {
    let taxed = sheet.places(|other| {
        other.rate.is_none() && other.side == line.side && other.account_code == line.account_code
    });
    let of: i64 = taxed.iter().map(|at| sheet.line(*at).amount.units()).sum();
    let contradiction = expect("base", base, Money::from_units(of)).err();
    (
        vec![format!("{} × use tax, which the buyer pays to the state", words::lines(&taxed))],
        contradiction.into_iter().collect(),
    )
}

/// Base times a share.
fn shared(sheet: &Sheet<'_>, line: &JournalLine<'_>, base: Money, share: DecimalInterest) -> Calculation {
    let cents = Money::product(base, share).unwrap_or(Money::MAX).units();
    let text = format!("{} × share {share}", words::cents(base.units()));
    let calculation = Calculation::worked(line, Method::Share, text, cents);
    match kind(sheet.entry) {
        "CASH_CALL" => {
            let afe = line
                .afe_number
                .as_deref()
                .and_then(|number| sheet.facts.afe(number, sheet.entry.posting_date));
            let called = afe.filter(|afe| !afe.budget.is_zero()).map(|afe| {
                let of_ten_thousand = divide_half_away(base.units_wide() * 10_000, afe.budget.units_wide());
                let percent = Rate::from_units(of_ten_thousand as i64 * 1_000_000);
                let (number, budget) = (&afe.afe_number, words::cents(afe.budget.units()));
                format!("called: {} % of the budget {budget} of AFE {number}", words::number(percent))
            });
            calculation.noting(called)
        }
        "ARO_RECOGNITION" => {
            calculation.noting(["the engineers' estimate at 8/8 × the company's working interest".to_owned()])
        }
        _ => calculation,
    }
}

// --- production and reserves ---------------------------------------------------------------------------------------

/// Production over the reserves with which the month began.
fn depletion(sheet: &Sheet<'_>, line: &JournalLine<'_>, rate: Rate) -> (Vec<String>, Vec<String>) {
    let (mut notes, mut contradictions) = (Vec::new(), Vec::new());
    let is_lease = line.well_id.is_none();
    let month = sheet.entry.production_month;
    let made = line.quantity;
    let (Some(month), Some(made)) = (month, made) else { return (notes, contradictions) };
    let known = match (line.well_id.as_deref(), line.lease_id.as_deref()) {
        (Some(well), _) => equivalents(sheet.facts, [well], month),
        (None, Some(lease)) => {
            equivalents(sheet.facts, sheet.facts.wells_of(lease).iter().map(String::as_str), month)
        }
        (None, None) => None,
    };
    let Some(known) = known else {
        notes.push(format!("{} BOE; production is not on the reference topics", words::number(made)));
        return (notes, contradictions);
    };
    contradictions.extend(expect("production", made, Quantity::from_units(known.made)).err());
    match known.left {
        Some(left) if !is_lease => {
            let begun = known.made + left;
            let share = if begun <= known.made { Rate::ONE.units() } else { rate_of(known.made, begun) };
            notes.push(format!(
                "rate: {} BOE made in {} ÷ {} BOE proved developed when it began",
                words::number(made),
                words::month(month),
                words::number(Quantity::from_units(begun)),
            ));
            // Reserves are reported by product, to the thousandth: what that rounds is all that may be between.
            if (share - rate.units()).abs() > 2 + rate.units() / made.units().max(1) * 4 {
                contradictions
                    .push(format!("rate is {rate}, production over reserves is {}", Rate::from_units(share)));
            }
        }
        _ => {
            let begun =
                divide_half_away(made.units_wide() * i128::from(Rate::ONE.units()), rate.units_wide().max(1));
            notes.push(format!(
                "rate: {} BOE made in {} ÷ {} BOE of {} reserves",
                words::number(made),
                words::month(month),
                words::number(Quantity::from_units(begun as i64)),
                if is_lease { "all proved" } else { "proved developed" },
            ));
        }
    }
    (notes, contradictions)
}

fn rate_of(made: i64, begun: i64) -> i64 {
    divide_half_away(i128::from(made) * i128::from(Rate::ONE.units()), i128::from(begun)) as i64
}

/// What wells made in a month and what they still hold at its end, in thousandths of a BOE.
struct Equivalents {
    made: i64,
    /// None where there is no estimate.
    left: Option<i64>,
}

/// Six MCF are one BOE; liquids are in the gas. None where no production is known.
fn equivalents<'w>(
    facts: &Facts,
    wells: impl IntoIterator<Item = &'w str>,
    month: NaiveDate,
) -> Option<Equivalents> {
    let (mut is_known, mut made, mut left) = (false, 0, None);
    for well in wells {
        for (product, of_boe) in [(Product::Oil, 1), (Product::Gas, 6)] {
            let Some(volume) = facts.production(well, product, month) else { continue };
            is_known = true;
            made += volume.volume.units() / of_boe;
            if let Some(reserve) = facts.reserve(well, product, crate::period::month_end(month)) {
                *left.get_or_insert(0) += reserve.proved_developed.units() / of_boe;
            }
        }
    }
    is_known.then_some(Equivalents { made, left })
}

// --- prices --------------------------------------------------------------------------------------------------------

/// How a price compares with the market's of its month; a ticket's, with that of the month before, the last that is known on
/// its day.
pub(super) fn market(facts: &Facts, entry: &JournalEntry<'_>, line: &JournalLine<'_>) -> Option<String> {
    let month = line.production_month.or(entry.production_month)?;
    let is_provisional =
        matches!(kind(entry), "RUN_TICKET" | "GAS_METER") || line.account_code == code::REVENUE_CONTROL;
    let month = crate::period::months_later(month, if is_provisional { -1 } else { 0 });
    let (price, product) = (line.unit_price?, line.product?);
    let (series, name) = match product {
        Product::Oil => ("WTI", "WTI"),
        Product::Gas => ("HENRY_HUB", "Henry Hub"),
        Product::NaturalGasLiquids => ("PROPANE", "propane"),
        Product::Water => return None,
    };
    let known = facts.price(series, month)?;
    let price_is = if is_provisional { "provisional price" } else { "price" };
    let of_month = format!("{price_is}: {name} {} {}", words::month(month), words::number(known.price));
    let differential = |market| format!("differential {}", words::number(price - market));
    Some(match (product, line.heat_factor) {
        (Product::Gas, Some(heat)) => {
            let of_heat = UnitPrice::product(known.price, heat).ok()?;
            let (heat, shown) = (words::number(heat), words::number(of_heat));
            format!("{of_month} × {heat} MMBtu in an MCF = {shown}, {}", differential(of_heat))
        }
        (Product::Gas, None) => {
            format!("{of_month} an MMBtu, {} to the price of an MCF", differential(known.price))
        }
        _ => format!("{of_month}, {}", differential(known.price)),
    })
}
