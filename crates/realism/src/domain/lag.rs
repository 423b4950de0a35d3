//! Months between production and booking.

use crate::account::Account;
use crate::closing::Closing;
use crate::masters::Masters;
use crate::question::{Question, grouped, percent, share};
use crate::report::{Chart, Group, Row, Series, Test};
use crate::seen::Seen;
use crate::thresholds::Thresholds;
use ledger::reference::CompanyRole;
use ledger::{DocumentType, JournalLine, Product, Source};
use std::collections::BTreeMap;

const LAG: Question = Question {
    id: "production_lag",
    group: Group::Domain,
    name: "Revenue follows production at its usual distance",
    asks: "Posting month less production month of an operator's owner splits (a non-operator books what it is told, a month later): are accruals at 0 or 1, is most final oil at 1 and most final gas and liquids at 2, and is whatever else a correction at 3 to 24, with some of those?",
    source: "Oil is settled about the 20th of month + 1, gas and liquids at the end of month + 2; audit rights run 24 months",
};

/// What is shown: later months are summed in the last.
const SHOWN: i32 = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Accrual,
    Final,
}

/// Bounded by products and months.
#[derive(Debug, Default)]
pub(crate) struct Lags {
    entries: BTreeMap<(Stage, Product, i32), u64>,
}

impl Lags {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, masters: &Masters) {
        let entry = seen.entry;
        let is_operated = masters.roles.get(&*entry.company_code) == Some(&CompanyRole::Operator);
        let is_revenue = entry.source == Source::Revenue && entry.document_type != DocumentType::Reversal;
        if !is_revenue || !is_operated {
            return;
        }
        let is_sale = |(account, line): &(Account, &JournalLine<'_>)| {
            (601..=603).contains(&account.natural()) && line.decimal_interest.is_some()
        };
        let revenue = seen.lines().find(is_sale);
        let Some((account, line)) = revenue else { return };
        let Some(production) = seen.production(line) else { return };
        let product = match account.natural() {
            601 => Product::Oil,
            602 => Product::Gas,
            _ => Product::NaturalGasLiquids,
        };
        let stage = if entry.document_type == DocumentType::Accrual { Stage::Accrual } else { Stage::Final };
        let lag = seen.posted.since(production).clamp(-1, SHOWN);
        *self.entries.entry((stage, product, lag)).or_default() += 1;
    }

    fn count(&self, holds: impl Fn(Stage, Product, i32) -> bool) -> u64 {
        let held = self.entries.iter().filter(|((stage, product, lag), _)| holds(*stage, *product, *lag));
        held.map(|(_, count)| count).sum()
    }

    pub(crate) fn judge(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let (usual, corrections) = (thresholds.usual_lag, thresholds.correction_lag);
        let threshold = format!(
            "accruals 0–1; final oil 1, gas and liquids 2 for {}; others {} to {}",
            percent(usual),
            corrections.low,
            corrections.high
        );
        if self.count(|stage, _, _| stage == Stage::Final) == 0 {
            return LAG.unseen(closing, threshold, "no final revenue names a production month");
        }
        let is_usual = |product, lag| lag == if product == Product::Oil { 1 } else { 2 };
        let is_correction = |lag| corrections.holds(f64::from(lag));
        let late_accruals = self.count(|stage, _, lag| stage == Stage::Accrual && !(0..=1).contains(&lag));
        let stray = self.count(|stage, product, lag| {
            stage == Stage::Final && !is_usual(product, lag) && !is_correction(lag)
        });
        let corrected = self.count(|stage, _, lag| stage == Stage::Final && is_correction(lag));
        let of = |product| {
            let all = self.count(|stage, of, _| stage == Stage::Final && of == product);
            let at =
                self.count(|stage, of, lag| stage == Stage::Final && of == product && is_usual(product, lag));
            (all, share(at, all))
        };
        let products = [Product::Oil, Product::Gas, Product::NaturalGasLiquids];
        let rows = products.map(|product| {
            let (all, at) = of(product);
            let figure = format!("{} of {} at the usual distance", percent(at), grouped(all));
            Row::judged(format!("final {product}"), figure, all == 0 || at >= usual)
        });
        // What is corrected lies three months back at least: a short ledger need not have it.
        let has_corrections = corrected > 0 || closing.days < closing.long_days;
        let more = [
            Row::judged("accruals elsewhere", grouped(late_accruals), late_accruals == 0),
            Row::judged("finals elsewhere", grouped(stray), stray == 0),
            Row::judged("corrections", grouped(corrected), has_corrections),
        ];
        let rows: Vec<Row> = rows.into_iter().chain(more).collect();
        let holds = rows.iter().all(|row| row.passed != Some(false));
        let figure = format!(
            "oil {} at 1, gas {} at 2, {} corrections, {} elsewhere",
            percent(of(Product::Oil).1),
            percent(of(Product::Gas).1),
            grouped(corrected),
            grouped(stray + late_accruals)
        );
        LAG.judged(holds, figure, threshold).with_rows(rows).with_chart(self.chart())
    }

    fn chart(&self) -> Chart {
        let lags: Vec<i32> = (-1..=SHOWN).collect();
        let of = |stage, products: &[Product]| {
            let count = |lag: &i32| {
                self.count(|of, product, at| of == stage && products.contains(&product) && at == *lag) as f64
            };
            lags.iter().map(count).collect()
        };
        let gas = [Product::Gas, Product::NaturalGasLiquids];
        Chart::Bars {
            labels: lags.iter().map(i32::to_string).collect(),
            series: vec![
                Series { name: "accrued", values: of(Stage::Accrual, &[Product::Oil, gas[0], gas[1]]) },
                Series { name: "final oil", values: of(Stage::Final, &[Product::Oil]) },
                Series { name: "final gas and liquids", values: of(Stage::Final, &gas) },
            ],
            unit: "entries by months after production",
        }
    }
}
