//! What a barrel costs: lease operating expense and depletion.

use crate::closing::Closing;
use crate::masters::Masters;
use crate::month::Month;
use crate::names::Names;
use crate::question::{Question, grouped};
use crate::report::{Chart, Group, Row, Span, Test};
use crate::seen::{Seen, signed};
use crate::thresholds::{Band, Thresholds};
use ledger::reference::CompanyRole;
use ledger::{DecimalInterest, DocumentType, Side, Source};
use std::collections::BTreeMap;

const LIFTING: Question = Question {
    id: "lifting_cost",
    group: Group::Domain,
    name: "Lease operating expense a BOE",
    asks: "For each basin, at 8/8: are the 710 accounts without taxes and gathering, before partners are billed, in the band for each BOE that its wells produced in the closed months?",
    source: "Operators' reports 2022 to 2025: Permian 5 to 8 $/BOE, Bakken 9 to 12, Eagle Ford 6 to 9, DJ 3 to 5, Marcellus and Haynesville 0.6 to 2",
};
const DEPLETION: Question = Question {
    id: "depletion",
    group: Group::Domain,
    name: "Depletion a BOE",
    asks: "Are 726, 732 and 734 in the band for each net BOE (at the company's net revenue interest) of the wells that carry depletion?",
    source: "Operators' reports: 10 to 17 $/BOE",
};
const VARIATION: Question = Question {
    id: "depletion_variation",
    group: Group::Domain,
    name: "A well's depletion rate is stable",
    asks: "How much does a well's depletion a BOE vary from month to month (coefficient of variation; nineteen wells of twenty are below the figure)?",
    source: "Units of production: cost ÷ reserves changes with revisions only",
};

/// 710 accounts that are no lifting cost: severance tax, gathering, ad valorem tax.
const NO_LIFTING: [u32; 3] = [11, 16, 19];
/// Months of production that a well needs to vary.
const MONTHS_MIN: usize = 3;

/// Bounded by wells and months.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    /// By basin and month of posting, in cents at 8/8.
    lifting: BTreeMap<(u32, Month), i128>,
    /// By well and month of posting, in cents at the company's share.
    depletion: BTreeMap<(u32, Month), i128>,
    leasehold: BTreeMap<Month, i128>,
}

impl Costs {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters, names: &mut Names) {
        // The close of a year takes expense to retained earnings, and opening balances carry it in; neither costs anything.
        if matches!(seen.entry.document_type, DocumentType::Closing | DocumentType::Opening) {
            return;
        }
        for (account, line) in seen.lines() {
            match account.natural() {
                710 if !NO_LIFTING.contains(&account.sub()) => {
                    // A billing cuts the cost back to the company's share, and gives back what was billed by mistake; only
                    // its lines name the joint account.
                    let is_cut_back = seen.entry.source == Source::JointInterest
                        && (line.side == Side::Credit || line.jib_code.is_some());
                    let well = line.well_id.as_deref().and_then(|id| masters.wells.get(id));
                    let Some(well) = well.filter(|_| !is_cut_back) else { continue };
                    if is_operated(masters, &seen.entry.company_code) {
                        let of = (names.number(&well.basin), seen.posted);
                        *self.lifting.entry(of).or_default() += signed(line);
                    }
                }
                732 | 734 => {
                    let Some(well) = line.well_id.as_deref() else { continue };
                    *self.depletion.entry((names.number(well), seen.posted)).or_default() += signed(line);
                }
                726 => *self.leasehold.entry(seen.posted).or_default() += signed(line),
                _ => {}
            }
        }
    }

    pub(crate) fn judge(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
        thresholds: &Thresholds,
    ) -> Vec<Test> {
        let mut tests = vec![self.judge_lifting(closing, masters, names, thresholds)];
        tests.extend(self.judge_depletion(closing, masters, names, thresholds));
        tests
    }

    fn judge_lifting(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
        thresholds: &Thresholds,
    ) -> Test {
        let months: Vec<Month> = closing.whole_months().collect();
        let mut produced = BTreeMap::<&str, i128>::new();
        for well in masters.wells.values().filter(|well| is_operated(masters, &well.company_code)) {
            let of_well = months.iter().map(|month| i128::from(masters.boe(&well.well_id, *month)));
            *produced.entry(&well.basin).or_default() += of_well.sum::<i128>();
        }
        let mut spans = Vec::new();
        for (basin, boe) in produced.into_iter().filter(|(_, boe)| *boe > 0) {
            let of_basin = self.lifting.iter().filter(|((of, _), _)| names.name(*of) == basin);
            let of_basin = of_basin.filter(|((_, month), _)| months.contains(month));
            let cents: i128 = of_basin.map(|(_, cents)| cents).sum();
            let cost = cents as f64 / 100.0 / (boe as f64 / 1_000.0);
            let wanted = thresholds.lifting_cost.get(basin).copied().unwrap_or(Band::new(0.0, 0.0));
            spans.push(Span { of: basin.to_owned(), wanted, found: Band::new(cost, cost) });
        }
        if spans.is_empty() || self.lifting.is_empty() {
            return LIFTING.unseen(
                closing,
                "band of each basin",
                "no closed month has both expense and production",
            );
        }
        let rows: Vec<Row> = spans.iter().map(span_row).collect();
        let out = rows.iter().filter(|row| row.passed == Some(false)).count();
        let figure = format!("{out} of {} basins out", spans.len());
        LIFTING
            .judged(out == 0, figure, "band of each basin")
            .with_rows(rows)
            .with_chart(Chart::Spans { spans, unit: "$/BOE" })
    }

    /// Depletion and gross thousandths of a BOE of each well and closed month that has both.
    fn depleted(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
    ) -> BTreeMap<u32, Vec<(i128, i64)>> {
        let months: Vec<Month> = closing.whole_months().collect();
        let mut wells = BTreeMap::<u32, Vec<(i128, i64)>>::new();
        for ((well, month), cents) in self.depletion.iter().filter(|((_, month), _)| months.contains(month)) {
            let boe = masters.boe(names.name(*well), *month);
            if boe > 0 {
                wells.entry(*well).or_default().push((*cents, boe));
            }
        }
        wells
    }

    fn judge_depletion(
        &self,
        closing: &Closing,
        masters: &Masters,
        names: &Names,
        thresholds: &Thresholds,
    ) -> [Test; 2] {
        let (band, most) = (thresholds.depletion, thresholds.depletion_variation);
        let wanted = [format!("{} to {} $/BOE", band.low, band.high), format!("at most {most}")];
        let wells = self.depleted(closing, masters, names);
        let net = |well: u32, boe: i64| {
            let share =
                masters.wells.get(names.name(well)).map_or(0, |well| well.net_revenue_interest.units());
            i128::from(boe) * i128::from(share) / DecimalInterest::ONE.units_wide()
        };
        let boe: i128 =
            wells.iter().flat_map(|(well, months)| months.iter().map(|(_, boe)| net(*well, *boe))).sum();
        let of_wells: i128 = wells.values().flatten().map(|(cents, _)| cents).sum();
        let leasehold: i128 = closing.whole_months().filter_map(|month| self.leasehold.get(&month)).sum();
        if boe == 0 {
            let unseen = "no closed month has both depletion and production";
            return [
                DEPLETION.unseen(closing, &*wanted[0], unseen),
                VARIATION.unseen(closing, &*wanted[1], unseen),
            ];
        }
        let dollars = |cents: i128| cents as f64 / 100.0 / (boe as f64 / 1_000.0);
        let rate = dollars(of_wells + leasehold);
        let rows = vec![
            Row::new("wells", format!("{:.2} $/BOE", dollars(of_wells))),
            Row::new("leasehold", format!("{:.2} $/BOE", dollars(leasehold))),
            Row::new("wells with depletion", grouped(wells.len() as u64)),
        ];
        let [wanted_rate, wanted_variation] = wanted;
        let variation = variation(&wells);
        [
            DEPLETION.judged(band.holds(rate), format!("{rate:.2} $/BOE"), wanted_rate).with_rows(rows),
            match variation {
                Some(found) => VARIATION.judged(found <= most, format!("{found:.3}"), wanted_variation),
                None => VARIATION.unseen(closing, wanted_variation, "no well has three closed months"),
            },
        ]
    }
}

/// The coefficient of variation that nineteen wells of twenty do not exceed.
fn variation(wells: &BTreeMap<u32, Vec<(i128, i64)>>) -> Option<f64> {
    let mut all: Vec<f64> =
        wells.values().filter(|months| months.len() >= MONTHS_MIN).map(|months| of_well(months)).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len().saturating_sub(1) * 19 / 20).copied()
}

fn of_well(months: &[(i128, i64)]) -> f64 {
    let rates: Vec<f64> = months.iter().map(|(cents, boe)| *cents as f64 / *boe as f64).collect();
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / rates.len() as f64;
    if mean == 0.0 { 0.0 } else { variance.sqrt() / mean.abs() }
}

fn span_row(span: &Span) -> Row {
    let figure = format!("{:.2} $/BOE, wanted {} to {}", span.found.low, span.wanted.low, span.wanted.high);
    Row::judged(span.of.clone(), figure, span.wanted.holds(span.found.low))
}

/// Only an operator's books hold costs at 8/8.
fn is_operated(masters: &Masters, company: &str) -> bool {
    masters.roles.get(company) == Some(&CompanyRole::Operator)
}
