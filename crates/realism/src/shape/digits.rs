//! Digits of amounts.

use crate::closing::Closing;
use crate::question::{Question, grouped, percent, share};
use crate::report::{Chart, Group, Row, Series, Test};
use crate::seen::Seen;
use crate::thresholds::Thresholds;
use ledger::Source;
use std::collections::BTreeMap;

const FIRST: Question = Question {
    id: "benford_first",
    group: Group::Shape,
    name: "First digits follow Benford's law",
    asks: "How far are the first digits of all business amounts from log10(1 + 1/d), in mean absolute deviation?",
    source: "Nigrini: close below 0.006, acceptable below 0.012. Real journals have 0.003 to 0.038 (Debreceny & Gray)",
};
const FIRST_TWO: Question = Question {
    id: "benford_first_two",
    group: Group::Shape,
    name: "First two digits",
    asks: "The same for the first two digits.",
    source: "Nigrini: marginal below 0.0022",
};
const TICKETS: Question = Question {
    id: "benford_tickets",
    group: Group::Shape,
    name: "First digits of field tickets",
    asks: "The same for field tickets: one well's tickets are much alike, so they follow the law only in the mass.",
    source: "Nigrini; no threshold",
};
const ROUND: Question = Question {
    id: "round_amounts",
    group: Group::Shape,
    name: "Some amounts are round",
    asks: "Which share of business amounts are whole hundreds of dollars?",
    source: "1 to 25 % by source in journals",
};
const LAST_TWO: Question = Question {
    id: "last_two_digits",
    group: Group::Shape,
    name: "Cents are evenly spread",
    asks: "How far are the last two digits of business amounts, whole dollars aside, from even, in mean absolute deviation?",
    source: "Nigrini's last-two-digits test; a tenth of the even share of 1/99",
};

/// Amounts below which the deviation says nothing.
const AMOUNTS_MIN: u64 = 1_000;

/// Counts by the first two digits, 10 to 99.
#[derive(Clone, Debug)]
struct Leading([u64; 90]);

impl Default for Leading {
    fn default() -> Self {
        Self([0; 90])
    }
}

impl Leading {
    fn add(&mut self, cents: i64) {
        let mut digits = cents.unsigned_abs();
        if digits == 0 {
            return;
        }
        while digits < 10 {
            digits *= 10;
        }
        while digits > 99 {
            digits /= 10;
        }
        self.0[digits as usize - 10] += 1;
    }

    fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    fn first(&self) -> Vec<f64> {
        let count = self.count();
        self.0.chunks(10).map(|of_digit| share(of_digit.iter().sum(), count)).collect()
    }

    fn first_deviation(&self) -> f64 {
        deviation(&self.first(), &benford(1, 9))
    }

    fn first_two_deviation(&self) -> f64 {
        let count = self.count();
        let found: Vec<f64> = self.0.iter().map(|of_digits| share(*of_digits, count)).collect();
        deviation(&found, &benford(10, 99))
    }
}

fn benford(from: u32, to: u32) -> Vec<f64> {
    (from..=to).map(|digits| (1.0 + 1.0 / f64::from(digits)).log10()).collect()
}

/// Mean absolute deviation.
fn deviation(found: &[f64], expected: &[f64]) -> f64 {
    let sum: f64 = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).sum();
    sum / expected.len() as f64
}

/// Bounded by sources and digits.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    business: Leading,
    tickets: Leading,
    by_source: BTreeMap<Source, Leading>,
    by_process: BTreeMap<String, Leading>,
    amounts: u64,
    round: u64,
    round_by_source: BTreeMap<Source, u64>,
    cents: Vec<u64>,
}

impl Digits {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>) {
        let entry = seen.entry;
        if seen.is_ticket() {
            entry.lines.iter().for_each(|line| self.tickets.add(line.amount.units()));
        }
        if !seen.is_business() {
            return;
        }
        self.cents.resize(100, 0);
        if !self.by_process.contains_key(&*entry.transaction_type) {
            self.by_process.insert(entry.transaction_type.clone().into_owned(), Leading::default());
        }
        let of_process = self.by_process.get_mut(&*entry.transaction_type);
        let of_source = self.by_source.entry(entry.source).or_default();
        let mut round = 0;
        for line in &entry.lines {
            let cents = line.amount.units();
            self.business.add(cents);
            of_source.add(cents);
            round += u64::from(cents % 100_00 == 0);
            if cents % 100 != 0 {
                self.cents[(cents.unsigned_abs() % 100) as usize] += 1;
            }
        }
        if let Some(of_process) = of_process {
            entry.lines.iter().for_each(|line| of_process.add(line.amount.units()));
        }
        self.amounts += entry.lines.len() as u64;
        self.round += round;
        *self.round_by_source.entry(entry.source).or_default() += round;
    }

    pub(crate) fn judge(&self, closing: &Closing, thresholds: &Thresholds) -> Vec<Test> {
        vec![
            self.judge_first(closing, thresholds),
            self.judge_first_two(closing, thresholds),
            TICKETS.reported(format!("{:.4}", self.tickets.first_deviation()), "none"),
            self.judge_round(closing, thresholds),
            self.judge_cents(closing, thresholds),
        ]
    }

    fn judge_first(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let threshold = format!("below {}", thresholds.benford_first);
        if self.amounts < AMOUNTS_MIN {
            return FIRST.unseen(closing, threshold, "there are fewer than 1,000 business amounts");
        }
        let found = self.business.first_deviation();
        let row = |of: String, leading: &Leading| {
            let figure =
                format!("{:.4} over {} amounts", leading.first_deviation(), grouped(leading.count()));
            Row::new(of, figure)
        };
        let sources = self.by_source.iter().map(|(source, leading)| row(format!("source {source}"), leading));
        let processes = self.by_process.iter().map(|(process, leading)| row(process.clone(), leading));
        let chart = Chart::Bars {
            labels: (1..=9).map(|digit: u32| digit.to_string()).collect(),
            series: vec![
                Series { name: "found", values: percents(&self.business.first()) },
                Series { name: "Benford", values: percents(&benford(1, 9)) },
            ],
            unit: "%",
        };
        FIRST
            .judged(found < thresholds.benford_first, format!("{found:.4}"), threshold)
            .with_rows(sources.chain(processes).collect())
            .with_chart(chart)
    }

    fn judge_round(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let band = thresholds.round_amounts;
        let threshold = format!("{} to {}", percent(band.low), percent(band.high));
        if self.amounts < AMOUNTS_MIN {
            return ROUND.unseen(closing, threshold, "there are fewer than 1,000 business amounts");
        }
        let found = share(self.round, self.amounts);
        let rows = self.by_source.iter().map(|(source, leading)| {
            let round = self.round_by_source.get(source).copied().unwrap_or(0);
            Row::new(format!("source {source}"), percent(share(round, leading.count())))
        });
        ROUND.judged(band.holds(found), percent(found), threshold).with_rows(rows.collect())
    }

    fn judge_first_two(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let threshold = format!("below {}", thresholds.benford_first_two);
        if self.amounts < AMOUNTS_MIN {
            return FIRST_TWO.unseen(closing, threshold, "there are fewer than 1,000 business amounts");
        }
        let found = self.business.first_two_deviation();
        FIRST_TWO.judged(found < thresholds.benford_first_two, format!("{found:.4}"), threshold)
    }

    fn judge_cents(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let threshold = format!("below {}", thresholds.last_two_digits);
        if self.amounts < AMOUNTS_MIN {
            return LAST_TWO.unseen(closing, threshold, "there are fewer than 1,000 business amounts");
        }
        let spread: Vec<u64> = self.cents.iter().skip(1).copied().collect();
        let count = spread.iter().sum();
        let found: Vec<f64> = spread.iter().map(|of_cents| share(*of_cents, count)).collect();
        let found = deviation(&found, &[1.0 / 99.0; 99]);
        LAST_TWO.judged(found < thresholds.last_two_digits, format!("{found:.4}"), threshold)
    }
}

pub(crate) fn percents(shares: &[f64]) -> Vec<f64> {
    shares.iter().map(|share| share * 100.0).collect()
}
