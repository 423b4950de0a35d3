//! Sales: what a month's volume came to, who owns what share of it, and what tax and gathering take from each.
//!
//! The gross, the tax and the gathering fee are each rounded once at 8/8 and split among the owners of the deck by largest
//! remainder; owners that are exempt leave the tax base. A correction is what is right less what was booked, part by part.

use super::measured::{market, times};
use super::sheet::{Sheet, expect};
use super::{Calculation, Facts, Method, kind, words};
use crate::chart::code;
use crate::entry::{InterestType, JournalLine, Product, Side};
use crate::fixed::{DecimalInterest, Money, Quantity, UnitPrice};
use crate::reference::TaxRate;
use crate::split::largest_remainder;
use chrono::NaiveDate;

/// A sale at 8/8.
#[derive(Clone, Copy)]
struct Measured {
    volume: Quantity,
    price: UnitPrice,
    gross: i64,
}

impl Measured {
    fn new(volume: Quantity, price: UnitPrice) -> Self {
        Self { volume, price, gross: Money::product(volume, price).unwrap_or(Money::MAX).units() }
    }
}

/// Who owns what share.
struct Deck {
    interests: Vec<(String, Option<InterestType>, DecimalInterest)>,
    /// Shares in units; zero in `taxed` for owners that are exempt.
    weights: Vec<i64>,
    taxed: Vec<i64>,
    /// What it is called in notes.
    name: String,
}

/// What is levied on a sale.
struct Terms<'f> {
    tax: Option<&'f TaxRate>,
    /// Gathering of a unit, where a line says it.
    fee: Option<UnitPrice>,
}

/// A sale's gross, tax and gathering, and their parts in the order of the deck.
struct Split {
    measured: Measured,
    parts: Vec<i64>,
    taxable: i64,
    tax: i64,
    tax_parts: Vec<i64>,
    fee: i64,
    fee_parts: Vec<i64>,
}

impl Split {
    fn new(measured: Measured, deck: &Deck, terms: &Terms<'_>) -> Self {
        let parts = largest_remainder(measured.gross, &deck.weights);
        let of_taxed = parts.iter().zip(&deck.taxed).filter(|(_, weight)| **weight > 0);
        let taxable = of_taxed.map(|(part, _)| part).sum();
        let tax = terms.tax.map_or(0, |tax| levied(tax, taxable, measured.volume));
        let fee =
            terms.fee.map_or(0, |fee| Money::product(measured.volume, fee).unwrap_or(Money::MAX).units());
        Self {
            measured,
            parts,
            taxable,
            tax,
            tax_parts: largest_remainder(tax, &deck.taxed),
            fee,
            fee_parts: largest_remainder(fee, &deck.weights),
        }
    }
}

/// The tax on a value and a volume; a negative value owes none.
fn levied(tax: &TaxRate, taxable: i64, volume: Quantity) -> i64 {
    let by_value = Money::product(Money::from_units(taxable.max(0)), tax.rate).unwrap_or(Money::MAX);
    let by_volume = Money::product(volume, tax.rate_per_unit).unwrap_or(Money::MAX);
    by_value.units() + by_volume.units()
}

impl Deck {
    /// The deck of the reference topics; where there is none, the shares of the entry's own lines if they are whole.
    fn of(sheet: &Sheet<'_>, well: &str, product: Product, month: NaiveDate) -> Option<Self> {
        if let Some(deck) = sheet.facts.owner_deck(well, product, month) {
            let interests = deck.interests.iter();
            let interests = interests
                .map(|it| (it.owner_id.clone(), Some(it.interest_type), it.decimal_interest))
                .collect();
            let name =
                format!("deck of {product} from {}: {} interests", deck.effective_date, deck.interests.len());
            return Some(Self::new(sheet.facts, interests, name, |_| false));
        }
        let own = |line: &&JournalLine<'_>| line.owner_id.is_some() && line.decimal_interest.is_some();
        let interests: Vec<_> = sheet
            .entry
            .lines
            .iter()
            .filter(own)
            .map(|line| {
                let owner = line.owner_id.as_deref().unwrap_or_default().to_owned();
                (owner, line.interest_type, line.decimal_interest.unwrap_or_default())
            })
            .collect();
        let whole: i64 = interests.iter().map(|(.., share)| share.units()).sum();
        let is_untaxed = |owner: &str| {
            !sheet
                .entry
                .lines
                .iter()
                .any(|line| line.tax_code.is_some() && line.owner_id.as_deref() == Some(owner))
        };
        let name = "the entry's own shares; no deck is on the reference topics".to_owned();
        (whole == DecimalInterest::ONE.units()).then(|| Self::new(sheet.facts, interests, name, is_untaxed))
    }

    fn new(
        facts: &Facts,
        interests: Vec<(String, Option<InterestType>, DecimalInterest)>,
        name: String,
        is_untaxed: impl Fn(&str) -> bool,
    ) -> Self {
        let weights: Vec<i64> = interests.iter().map(|(.., share)| share.units()).collect();
        let is_exempt =
            |owner: &str| facts.owner(owner).map_or_else(|| is_untaxed(owner), |it| it.is_tax_exempt);
        let taxed =
            interests.iter().map(|(owner, _, share)| if is_exempt(owner) { 0 } else { share.units() });
        let taxed = taxed.collect();
        Self { interests, weights, taxed, name }
    }

    /// The place of a line's owner; of a line without one, the company's own, which comes first.
    fn place_of(&self, line: &JournalLine<'_>) -> Option<usize> {
        let Some(owner) = line.owner_id.as_deref() else { return Some(0) };
        let is_owner = |(id, kind, _): &(String, Option<InterestType>, DecimalInterest)| {
            id == owner && (line.interest_type.is_none() || line.interest_type == *kind)
        };
        self.interests.iter().position(is_owner)
    }

    /// What contradicts a line's share.
    fn contradicts(&self, place: usize, line: &JournalLine<'_>) -> Option<String> {
        let (_, kind, share) = &self.interests[place];
        let share = line.decimal_interest.and_then(|stated| expect("decimal interest", stated, *share).err());
        let kind = match (line.interest_type, kind) {
            (Some(stated), Some(kind)) => expect("interest", stated, *kind).err(),
            _ => None,
        };
        share.or(kind)
    }
}

// --- operated wells ------------------------------------------------------------------------------------------------

/// What is right of a sale, and what of it was booked before.
struct Sale<'f> {
    deck: Deck,
    terms: Terms<'f>,
    right: Split,
    booked: Option<Split>,
}

impl Sale<'_> {
    /// A number of what is right less that of what was booked.
    fn less(&self, of: impl Fn(&Split) -> i64) -> i64 {
        of(&self.right) - self.booked.as_ref().map_or(0, of)
    }

    /// What the number is of, in words: `so much`, or of a correction `so much, 7.00, less as booked so much, 6.30`.
    fn told(&self, of: impl Fn(&Split) -> String, total: impl Fn(&Split) -> i64) -> String {
        let Some(booked) = &self.booked else { return of(&self.right) };
        let with_total = |split| format!("{}, {}", of(split), words::cents(total(split)));
        format!("{}, less as booked {}", with_total(&self.right), with_total(booked))
    }
}

/// An accrual, a final or a correction of a sale of a well that the company operates.
pub(super) fn operated(sheet: &mut Sheet<'_>) {
    let Some(whole) = whole(sheet) else { return };
    let line = sheet.line(whole);
    let Some((right, booked)) = measured(sheet, whole) else { return not_told(sheet) };
    let month = line.production_month.or(sheet.entry.production_month);
    let (Some(well), Some(product), Some(month)) = (line.well_id.as_deref(), line.product, month) else {
        return;
    };
    explain_tickets(sheet);
    explain_whole(sheet, whole, &right, booked.as_ref());
    explain_volume(sheet, whole, right.volume, (well, product, month));
    let Some(deck) = Deck::of(sheet, well, product, month) else {
        return without_deck(sheet, well);
    };
    let taxed = sheet.entry.lines.iter().find_map(|line| line.tax_code.as_deref());
    let tax = taxed.and_then(|code| sheet.facts.tax(code, month));
    let fee = sheet.on(code::GATHERING_PAYABLE).and_then(|at| sheet.line(at).unit_price);
    let terms = Terms { tax, fee };
    let right = Split::new(right, &deck, &terms);
    let booked = booked.map(|booked| Split::new(booked, &deck, &terms));
    let sale = Sale { deck, terms, right, booked };
    for at in sheet.open() {
        if let Some(calculation) = of_sale(sheet, at, &sale) {
            sheet.put(at, calculation);
        }
    }
    name_deck(sheet, &sale.deck);
}

/// The line that carries the sale at 8/8.
fn whole(sheet: &Sheet<'_>) -> Option<usize> {
    let carries = |account: &str| {
        sheet.entry.lines.iter().position(|line| {
            // What corrects the price alone has no volume.
            let is_measured = line.quantity.is_some() || kind(sheet.entry) == "PRIOR_PERIOD_ADJUSTMENT";
            line.account_code == account && is_measured && line.unit_price.is_some()
        })
    };
    [code::SALES_RECEIVABLE, code::ACCRUED_SALES, code::REVENUE_CONTROL].into_iter().find_map(carries)
}

/// What is right, and of a correction what was booked. Where an accrual's price is that of its tickets, its gross is what they
/// came to.
fn measured(sheet: &Sheet<'_>, whole: usize) -> Option<(Measured, Option<Measured>)> {
    let line = sheet.line(whole);
    let price = line.unit_price?;
    if kind(sheet.entry) == "PRIOR_PERIOD_ADJUSTMENT" {
        let booked = as_booked(line)?;
        let volume = booked.volume + line.quantity.unwrap_or_default();
        return Some((Measured::new(volume, price), Some(booked)));
    }
    let mut sale = Measured::new(line.quantity?, price);
    if line.account_code == code::REVENUE_CONTROL {
        sale.gross = signed(line, Side::Debit);
    }
    Some((sale, None))
}

/// `Booked 12345.678 BBL at 61.230000`: a correction names what it corrects.
fn as_booked(line: &JournalLine<'_>) -> Option<Measured> {
    let (measure, price) = line.text.as_deref()?.strip_prefix("Booked ")?.split_once(" at ")?;
    let (volume, _) = measure.split_once(' ')?;
    Some(Measured::new(volume.parse().ok()?, price.parse().ok()?))
}

fn signed(line: &JournalLine<'_>, side: Side) -> i64 {
    if line.side == side { line.amount.units() } else { -line.amount.units() }
}

/// The value at 8/8 where it is volume times price.
fn explain_whole(sheet: &mut Sheet<'_>, whole: usize, right: &Measured, booked: Option<&Measured>) {
    let line = sheet.line(whole);
    if line.account_code == code::REVENUE_CONTROL {
        return;
    }
    let mut text = times(line, right.volume, right.price);
    let mut cents = right.gross;
    if let Some(booked) = booked {
        text = format!(
            "{text}, {}, less as booked {}, {}",
            words::cents(right.gross),
            times(line, booked.volume, booked.price),
            words::cents(booked.gross)
        );
        cents -= booked.gross;
    }
    let on_tickets = line.base_amount.filter(|_| line.account_code == code::ACCRUED_SALES);
    if let Some(on_tickets) = on_tickets {
        text = format!(
            "{text}, {}, less on the month's tickets {}",
            words::cents(right.gross),
            words::cents(on_tickets.units())
        );
        cents -= on_tickets.units();
    }
    let calculation = Calculation::worked_on(line, Method::Price, text, (Side::Debit, cents));
    let mut calculation = calculation.noting(market(sheet.facts, sheet.entry, line));
    if let Some(on_tickets) = on_tickets {
        let control = sheet.on(code::REVENUE_CONTROL).map_or(0, |at| signed(sheet.line(at), Side::Debit));
        calculation.contradictions.extend(expect("base", on_tickets, Money::from_units(control)).err());
    }
    sheet.put(whole, calculation);
}

/// What is sold is what is reported: the volume is that of a revision, of an accrual that of the first.
fn explain_volume(
    sheet: &mut Sheet<'_>,
    whole: usize,
    volume: Quantity,
    (well, product, month): (&str, Product, NaiveDate),
) {
    let is_accrual = kind(sheet.entry) == "REVENUE_ACCRUAL";
    let reports = sheet.facts.reports(well, product, month);
    let reports: Vec<_> = reports.take(if is_accrual { 1 } else { usize::MAX }).collect();
    let Some(last) = reports.last() else { return };
    let known = reports.iter().find(|report| report.volume == volume).unwrap_or(last);
    let which = match known.revision {
        0 => String::new(),
        revision => format!(", revision {revision}"),
    };
    let (of_month, made) = (words::month(month), words::number(known.volume));
    sheet.note(whole, format!("reported production of {of_month}{which}: {made} {}", known.unit_of_measure));
    if let Err(contradiction) = expect("volume sold", volume, known.volume) {
        sheet.contradict(whole, contradiction);
    }
}

/// Revenue control, which the month's field tickets filled one by one.
fn explain_tickets(sheet: &mut Sheet<'_>) {
    let control = sheet.on(code::REVENUE_CONTROL);
    let Some(at) = control else { return };
    let line = sheet.line(at);
    let (Some(volume), Some(price)) = (line.quantity, line.unit_price) else { return };
    let at_once = Money::product(volume, price).unwrap_or(Money::MAX).units();
    let between = line.amount.units() - at_once.abs();
    let text = format!(
        "the month's field tickets, each an entry of its own: {}, {}, and {} that rounding ticket by ticket makes",
        times(line, volume, price),
        words::cents(at_once),
        words::cents(between)
    );
    let mut calculation =
        Calculation::new(line, Method::Tickets, text).noting(market(sheet.facts, sheet.entry, line));
    // A ticket is of a unit at least, and rounds by half a cent at most.
    let most = volume.units().abs() / 2_000 + 1;
    if between.abs() > most {
        calculation.contradictions.push(format!("tickets cannot round by {}", words::cents(between)));
    }
    let month = line.production_month.or(sheet.entry.production_month);
    if let (Some(well), Some(product), Some(month)) = (line.well_id.as_deref(), line.product, month)
        && let Some(production) = sheet.facts.production(well, product, month)
    {
        calculation.notes.push(format!(
            "reported production of {}: {} {}",
            words::month(month),
            words::number(production.volume),
            production.unit_of_measure
        ));
    }
    sheet.put(at, calculation);
}

/// A correction that does not tell what it corrects cannot be worked out, and no other rule may try.
fn not_told(sheet: &mut Sheet<'_>) {
    for at in sheet.open() {
        let text = "what is right less what was booked, which the entry does not tell".to_owned();
        let calculation = Calculation::new(sheet.line(at), Method::Stated, text);
        sheet.put(at, calculation);
    }
}

/// Without a deck no share can be worked out, and no other rule may try.
fn without_deck(sheet: &mut Sheet<'_>, well: &str) {
    for at in sheet.open() {
        let text = format!("a share by the deck of well {well}, which is not on the reference topics");
        let calculation = Calculation::new(sheet.line(at), Method::Stated, text);
        sheet.put(at, calculation);
    }
}

/// A line of a sale but for the value at 8/8.
fn of_sale(sheet: &Sheet<'_>, at: usize, sale: &Sale<'_>) -> Option<Calculation> {
    let line = sheet.line(at);
    match line.account_code.as_ref() {
        code::SEVERANCE_PAYABLE => Some(tax_at_8_8(line, sale)),
        code::GATHERING_PAYABLE => {
            let fee = sale.terms.fee?;
            let text = sale.told(|split| times(line, split.measured.volume, fee), |split| split.fee);
            Some(
                Calculation::worked_on(line, Method::Price, text, (Side::Credit, sale.less(|it| it.fee)))
                    .noting(["gathering and processing at 8/8".to_owned()]),
            )
        }
        code::OWNERS_ACCRUED => Some(others(line, sale)),
        code::ACCRUED_SALES | code::REVENUE_CONTROL => None,
        _ => Some(share(line, sale)),
    }
}

/// Tax that the operator remits for all owners.
fn tax_at_8_8(line: &JournalLine<'_>, sale: &Sale<'_>) -> Calculation {
    let Some(tax) = sale.terms.tax else { return unknown_tax(line) };
    let by_volume = |split: &Split| {
        if tax.rate_per_unit.is_zero() {
            String::new()
        } else {
            format!(" + {}", times(line, split.measured.volume, tax.rate_per_unit))
        }
    };
    let by_value = |split: &Split| {
        format!("taxable {} × {}", words::cents(split.taxable.max(0)), words::number(tax.rate))
    };
    let text = sale.told(|split| by_value(split) + &by_volume(split), |split| split.tax);
    let mut calculation =
        Calculation::worked_on(line, Method::Tax, text, (Side::Credit, sale.less(|split| split.tax)));
    calculation.notes.push(format!("{} from {}: {}", tax.tax_code, tax.effective_date, tax.statute));
    calculation.contradictions.extend(of_tax(line, tax, sale.less(|split| split.taxable)));
    calculation
}

fn unknown_tax(line: &JournalLine<'_>) -> Calculation {
    let code = line.tax_code.as_deref().unwrap_or("no code");
    Calculation::new(line, Method::Stated, format!("tax {code}, whose rate is not on the reference topics"))
}

/// What contradicts the rate and the base that a line states. A tax on volume alone states no rate.
fn of_tax(line: &JournalLine<'_>, tax: &TaxRate, base: i64) -> Option<String> {
    let stated: Money = line.base_amount?;
    let rate = expect("rate", line.rate.unwrap_or_default(), tax.rate).err();
    rate.or_else(|| expect("base", stated, Money::from_units(base)).err())
}

/// What an accrual owes to all interests but the company's own.
fn others(line: &JournalLine<'_>, sale: &Sale<'_>) -> Calculation {
    let split = &sale.right;
    let less = |total: i64, parts: &[i64]| total - parts.first().copied().unwrap_or_default();
    let gross = less(split.measured.gross, &split.parts);
    let (tax, fee) = (less(split.tax, &split.tax_parts), less(split.fee, &split.fee_parts));
    let text = format!(
        "others' gross {} less their tax {} and their gathering {}",
        words::cents(gross),
        words::cents(tax),
        words::cents(fee)
    );
    Calculation::worked_on(line, Method::Split, text, (Side::Credit, gross - tax - fee))
}

/// An interest's part of the gross, of the tax, or of the gathering fee.
fn share(line: &JournalLine<'_>, sale: &Sale<'_>) -> Calculation {
    let Some(place) = sale.deck.place_of(line) else {
        let mut calculation = Calculation::new(
            line,
            Method::Split,
            "a share by the deck, which does not name its owner".to_owned(),
        );
        calculation.recomputed = Some(Money::ZERO);
        return calculation;
    };
    let (_, _, decimal) = &sale.deck.interests[place];
    let text = |what: &str, total: fn(&Split) -> i64, parts: fn(&Split) -> &[i64]| {
        let of = |split: &Split| format!("{decimal} of {what} {}", words::cents(total(split)));
        sale.told(of, |split| parts(split)[place]) + ", by largest remainder"
    };
    if line.decimal_interest.is_some() {
        let text = text("the gross", |split| split.measured.gross, |split| &split.parts);
        let cents = sale.less(|split| split.parts[place]);
        let mut calculation = Calculation::worked_on(line, Method::Split, text, (Side::Credit, cents));
        calculation.contradictions.extend(sale.deck.contradicts(place, line));
        return calculation;
    }
    if line.tax_code.is_some() {
        let Some(tax) = sale.terms.tax else { return unknown_tax(line) };
        let text = text("the tax, among those who bear it,", |split| split.tax, |split| &split.tax_parts);
        let cents = sale.less(|split| split.tax_parts[place]);
        let mut calculation = Calculation::worked_on(line, Method::Split, text, (Side::Debit, cents));
        calculation.contradictions.extend(of_tax(line, tax, sale.less(|split| split.parts[place])));
        return calculation;
    }
    let text = text("gathering and processing", |split| split.fee, |split| &split.fee_parts);
    let cents = sale.less(|split| split.fee_parts[place]);
    Calculation::worked_on(line, Method::Split, text, (Side::Debit, cents))
}

/// The deck is named once, on the first line that has a share of it.
fn name_deck(sheet: &mut Sheet<'_>, deck: &Deck) {
    let own = sheet.places(|line| line.decimal_interest.is_some());
    if let Some(first) = own.first() {
        sheet.note(*first, deck.name.clone());
    }
}

// --- wells of others -----------------------------------------------------------------------------------------------

/// The company's part of a sale of a well that others operate: its lines name the value, tax and gathering at 8/8.
pub(super) fn of_others(sheet: &mut Sheet<'_>) {
    let own = sheet.entry.lines.iter().position(|line| line.decimal_interest.is_some());
    let Some(own) = own else { return };
    let line = sheet.line(own);
    let month = line.production_month.or(sheet.entry.production_month);
    let (Some(well), Some(product), Some(month)) = (line.well_id.as_deref(), line.product, month) else {
        return;
    };
    let Some(deck) = Deck::of(sheet, well, product, month) else { return without_deck(sheet, well) };
    let tax = sheet.on(code::SEVERANCE_EXPENSE);
    let fee = sheet.on(code::GATHERING_EXPENSE);
    let parts = [
        (Some(own), "the gross", Side::Credit, &deck.weights),
        (tax, "the tax, among those who bear it,", Side::Debit, &deck.taxed),
        (fee, "gathering and processing", Side::Debit, &deck.weights),
    ];
    for (at, what, side, weights) in parts {
        let Some(at) = at else { continue };
        let line = sheet.line(at);
        let Some(total) = line.base_amount else {
            let text = format!("the company's part of {what}, which the line does not tell");
            sheet.put(at, Calculation::new(line, Method::Stated, text));
            continue;
        };
        let part = largest_remainder(total.units(), weights)[0];
        let decimal = &deck.interests[0].2;
        let text = format!("{decimal} of {what} {}, by largest remainder", words::cents(total.units()));
        let mut calculation = Calculation::worked_on(line, Method::Split, text, (side, part));
        if at == own {
            calculation.notes.extend(market(sheet.facts, sheet.entry, line));
            calculation.contradictions.extend(deck.contradicts(0, line));
            gross_of_others(sheet, line, (well, product, month), &mut calculation);
        }
        if let Some(rate) = line.tax_code.as_deref().and_then(|code| sheet.facts.tax(code, month)) {
            calculation
                .notes
                .push(format!("{} from {}: {}", rate.tax_code, rate.effective_date, rate.statute));
        }
        sheet.put(at, calculation);
    }
    name_deck(sheet, &deck);
}

/// Where the value at 8/8 of a sale of others is from: an accrual's is reported production at the price, a final's is stated.
fn gross_of_others(
    sheet: &Sheet<'_>,
    line: &JournalLine<'_>,
    (well, product, month): (&str, Product, NaiveDate),
    calculation: &mut Calculation,
) {
    if kind(sheet.entry) != "NON_OPERATED_ACCRUAL" {
        calculation.notes.push("the gross is as the operator's statement has it".to_owned());
        return;
    }
    let production = sheet.facts.production(well, product, month).zip(line.unit_price);
    let Some((production, price)) = production else {
        calculation
            .notes
            .push("the gross is a forecast; production is not on the reference topics".to_owned());
        return;
    };
    let gross = Measured::new(production.volume, price).gross;
    calculation.notes.push(format!(
        "the gross: reported production of {}, {}, {}",
        words::month(month),
        times(line, production.volume, price),
        words::cents(gross)
    ));
    let stated = line.base_amount.unwrap_or_default();
    calculation.contradictions.extend(expect("gross", stated, Money::from_units(gross)).err());
}
