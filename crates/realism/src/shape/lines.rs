//! Lines of an entry: how many, on which sides, on which accounts.

use crate::account::Account;
use crate::closing::Closing;
use crate::question::{Question, grouped, percent, share};
use crate::report::{Chart, Group, Row, Series, Test};
use crate::seen::Seen;
use crate::shape::digits::percents;
use crate::thresholds::{Band, Thresholds};
use ledger::{Side, Source};
use std::collections::{BTreeMap, HashMap};

const COUNTS: Question = Question {
    id: "line_counts",
    group: Group::Shape,
    name: "Entries are as long as real ones",
    asks: "How far are the numbers of lines of business entries from those of real journals, in total variation distance?",
    source: "Table III of an accounting-network study: 60.68 % of entries have 2 lines, 16.63 % have 4, 6.33 % have 10 to 99",
};
const EVEN: Question = Question {
    id: "even_lines",
    group: Group::Shape,
    name: "Most entries have an even number of lines",
    asks: "Which share of business entries has an even number of lines?",
    source: "88 % in the same study, give or take what the distance above allows",
};
const SIDES: Question = Question {
    id: "equal_sides",
    group: Group::Shape,
    name: "Most entries have as many debits as credits",
    asks: "Which share of business entries has as many debit as credit lines?",
    source: "82 % in the same study, give or take what the distance above allows",
};
const PAIRS: Question = Question {
    id: "account_pairs",
    group: Group::Shape,
    name: "Few pairs of accounts make most entries",
    asks: "Which share of business entries do the twenty most frequent pairs of first debited and first credited account have?",
    source: "Pairs of real ledgers are Zipf-like, 60 to 80 %; a generator without processes has 1 %",
};
const MANUAL: Question = Question {
    id: "manual_share",
    group: Group::Shape,
    name: "Few entries are made by hand",
    asks: "Which share of business entries has source MAN?",
    source: "2 to 6 % in practice",
};

const TICKETS: Question = Question {
    id: "field_tickets",
    group: Group::Shape,
    name: "Field tickets, apart",
    asks: "How many field tickets are there, with how many lines each?",
    source: "Counted apart from business entries; no threshold",
};

/// Shares of entries with 2, 3 … 9, 10 to 99, 100 to 999 and more lines.
const TABLE_III: [f64; 11] =
    [0.6068, 0.0577, 0.1663, 0.0306, 0.0332, 0.0113, 0.0188, 0.0042, 0.0633, 0.0076, 0.0002];
const LABELS: [&str; 11] = ["2", "3", "4", "5", "6", "7", "8", "9", "10–99", "100–999", "1000+"];
/// Pairs that are summed.
const TOP: usize = 20;

/// Bounded by the places above, by the square of the accounts, and by sources.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    counts: [u64; 11],
    entries: u64,
    even: u64,
    equal: u64,
    more_debits: u64,
    pairs: HashMap<(Account, Account), u64>,
    sources: BTreeMap<Source, u64>,
    processes: BTreeMap<String, (u64, u64)>,
    tickets: BTreeMap<String, (u64, u64)>,
}

impl Lines {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>) {
        let entry = seen.entry;
        let count = entry.lines.len();
        if seen.is_ticket() {
            count_process(&mut self.tickets, &entry.transaction_type, count);
        }
        if !seen.is_business() {
            return;
        }
        let debits = entry.lines.iter().filter(|line| line.side == Side::Debit).count();
        self.entries += 1;
        self.counts[place(count)] += 1;
        self.even += u64::from(count.is_multiple_of(2));
        self.equal += u64::from(debits * 2 == count);
        self.more_debits += u64::from(debits * 2 > count);
        *self.sources.entry(entry.source).or_default() += 1;
        count_process(&mut self.processes, &entry.transaction_type, count);
        let first = |side| seen.lines().find(|(_, line)| line.side == side).map(|(account, _)| account);
        if let (Some(debit), Some(credit)) = (first(Side::Debit), first(Side::Credit)) {
            *self.pairs.entry((debit, credit)).or_default() += 1;
        }
    }

    pub(crate) fn judge(&self, closing: &Closing, thresholds: &Thresholds) -> Vec<Test> {
        vec![
            self.judge_counts(closing, thresholds),
            self.judge_share(closing, &EVEN, self.even, thresholds.even_lines),
            self.judge_share(closing, &SIDES, self.equal, thresholds.equal_sides).with_rows(vec![
                Row::new("more debits", percent(share(self.more_debits, self.entries))),
                Row::new(
                    "more credits",
                    percent(share(self.entries - self.equal - self.more_debits, self.entries)),
                ),
            ]),
            self.judge_pairs(closing, thresholds),
            self.judge_manual(closing, thresholds),
            self.report_tickets(closing),
        ]
    }

    fn report_tickets(&self, closing: &Closing) -> Test {
        let all: u64 = self.tickets.values().map(|(entries, _)| entries).sum();
        let a_day = share(all, closing.days.max(1).unsigned_abs());
        TICKETS
            .reported(format!("{} tickets, {} a day", grouped(all), grouped(a_day.round() as u64)), "none")
            .with_rows(self.tickets.iter().map(process_row).collect())
    }

    fn judge_counts(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let threshold = format!("below {}", thresholds.line_counts);
        if self.entries == 0 {
            return COUNTS.unseen(closing, threshold, "no business entry was seen");
        }
        let found: Vec<f64> = self.counts.iter().map(|count| share(*count, self.entries)).collect();
        let distance =
            found.iter().zip(TABLE_III).map(|(found, real)| (found - real).abs()).sum::<f64>() / 2.0;
        let rows = found.iter().zip(TABLE_III).zip(LABELS).map(|((found, real), label)| {
            Row::new(format!("{label} lines"), format!("{}, real {}", percent(*found), percent(real)))
        });
        let processes = self.processes.iter().map(process_row);
        let chart = Chart::Bars {
            labels: LABELS.map(|label| label.replace("10–99", "10+").replace("100–999", "100+")).to_vec(),
            series: vec![
                Series { name: "found", values: percents(&found) },
                Series { name: "real", values: percents(&TABLE_III) },
            ],
            unit: "%",
        };
        COUNTS
            .judged(distance < thresholds.line_counts, format!("{distance:.3}"), threshold)
            .with_rows(rows.chain(processes).collect())
            .with_chart(chart)
    }

    fn judge_share(&self, closing: &Closing, question: &Question, count: u64, band: Band) -> Test {
        let threshold = format!("{} to {}", percent(band.low), percent(band.high));
        if self.entries == 0 {
            return question.unseen(closing, threshold, "no business entry was seen");
        }
        let found = share(count, self.entries);
        question.judged(band.holds(found), percent(found), threshold)
    }

    fn judge_pairs(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let mut pairs: Vec<(&(Account, Account), &u64)> = self.pairs.iter().collect();
        pairs.sort_unstable_by_key(|(pair, count)| (std::cmp::Reverse(**count), **pair));
        let top: u64 = pairs.iter().take(TOP).map(|(_, count)| **count).sum();
        let rows = pairs.iter().take(TOP).map(|((debit, credit), count)| {
            Row::new(format!("Dr {debit} / Cr {credit}"), percent(share(**count, self.entries)))
        });
        let others = Row::new(format!("{} pairs in all", pairs.len()), percent(1.0));
        let chart = Chart::Bars {
            labels: pairs.iter().take(TOP).map(|((debit, credit), _)| format!("{debit}/{credit}")).collect(),
            series: vec![Series {
                name: "share of entries",
                values: pairs
                    .iter()
                    .take(TOP)
                    .map(|(_, count)| share(**count, self.entries) * 100.0)
                    .collect(),
            }],
            unit: "%",
        };
        self.judge_share(closing, &PAIRS, top, thresholds.account_pairs)
            .with_rows(rows.chain([others]).collect())
            .with_chart(chart)
    }

    fn judge_manual(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let band = thresholds.manual;
        let by_hand = self.sources.get(&Source::Manual).copied().unwrap_or(0);
        if by_hand == 0 {
            let threshold = format!("{} to {}", percent(band.low), percent(band.high));
            return MANUAL.unseen(closing, threshold, "no entry by hand was seen, opening balances aside");
        }
        let rows = self.sources.iter().map(|(source, count)| {
            Row::new(format!("source {source}"), percent(share(*count, self.entries)))
        });
        self.judge_share(closing, &MANUAL, by_hand, band).with_rows(rows.collect())
    }
}

/// Adds an entry to its template's entries and lines; the name is copied once.
fn count_process(processes: &mut BTreeMap<String, (u64, u64)>, process: &str, lines: usize) {
    match processes.get_mut(process) {
        Some((entries, of_process)) => {
            *entries += 1;
            *of_process += lines as u64;
        }
        None => drop(processes.insert(process.to_owned(), (1, lines as u64))),
    }
}

fn process_row((process, (entries, lines)): (&String, &(u64, u64))) -> Row {
    Row::new(
        process.clone(),
        format!("{} entries, {:.1} lines each", grouped(*entries), share(*lines, *entries)),
    )
}

fn place(lines: usize) -> usize {
    match lines {
        0..=2 => 0,
        3..=9 => lines - 2,
        10..=99 => 8,
        100..=999 => 9,
        _ => 10,
    }
}
