//! When entries are entered: weekdays, month end, the close, hours.

use crate::closing::Closing;
use crate::month::Month;
use crate::question::{Question, grouped, percent, share};
use crate::report::{Chart, Group, Row, Series, Test};
use crate::seen::Seen;
use crate::thresholds::Thresholds;
use chrono::{Datelike, Days, NaiveDate, Timelike, Weekday};
use ledger::Source;
use ledger::period::is_business_day;
use std::collections::BTreeMap;

const WEEKDAYS: Question = Question {
    id: "weekdays",
    group: Group::Shape,
    name: "Mondays are busier than Fridays",
    asks: "Are at least as many business entries entered on a working Monday as on a working Friday?",
    source: "Weekday weights of real journals: Monday 1.3, Tuesday 1.1, Friday 0.85",
};
const WEEKENDS: Question = Question {
    id: "weekends",
    group: Group::Shape,
    name: "Weekends are quiet",
    asks: "Which share of business entries is entered on a Saturday or Sunday?",
    source: "Weekend weight 0.1 in real journals; interfaces run on",
};
const MONTH_END: Question = Question {
    id: "month_end_peak",
    group: Group::Shape,
    name: "Month end is busy",
    asks: "How many business entries has one of the last five working days of a month, against a working day between close and month end?",
    source: "Last five days × 2.5, quarter end × 4, year end × 6 in real journals",
};
const CLOSE: Question = Question {
    id: "close_peak",
    group: Group::Shape,
    name: "The close is busy",
    asks: "How many business entries has one of the first eight working days of a month, against a working day between close and month end?",
    source: "Close of eight working days: reversals, payroll, volumes, revenue, billing, depletion, allocation, lock",
};
const PROFILE: Question = Question {
    id: "close_profile",
    group: Group::Shape,
    name: "The close ends on working day 8",
    asks: "Which share of the business entries that are posted to a month that has ended is entered by the eighth working day?",
    source: "Close calendar of the ledger: soft close on working day 8, close on working day 12",
};
const HOURS: Question = Question {
    id: "hours",
    group: Group::Shape,
    name: "Hours of the day",
    asks: "At which hours (UTC) are the entries of each source entered? Offices of the Central time zone work from about 13 to 23.",
    source: "Hour-of-day profile by source; no threshold",
};

/// Working days at either end of a month that have a rush.
const LAST_DAYS: usize = 5;
const FIRST_DAYS: usize = 8;
/// Working days of the profile: no month has more.
const PROFILE_DAYS: usize = 23;

/// Bounded by days, sources and hours.
#[derive(Debug, Default)]
pub(crate) struct Calendar {
    days: BTreeMap<NaiveDate, u64>,
    /// Entered for an earlier month, by day.
    behind: BTreeMap<NaiveDate, u64>,
    hours: BTreeMap<Source, [u64; 24]>,
}

impl Calendar {
    pub(crate) fn observe(&mut self, seen: &Seen<'_>) {
        let hour = seen.entry.entered_at.hour() as usize;
        let opening = !seen.is_business() && !seen.is_ticket();
        if opening {
            return;
        }
        self.hours.entry(seen.entry.source).or_default()[hour] += 1;
        if seen.is_ticket() {
            return;
        }
        *self.days.entry(seen.entered_on).or_default() += 1;
        if seen.posted < Month::of(seen.entered_on) {
            *self.behind.entry(seen.entered_on).or_default() += 1;
        }
    }

    pub(crate) fn judge(&self, closing: &Closing, thresholds: &Thresholds) -> Vec<Test> {
        if self.days.is_empty() {
            let questions = [&WEEKDAYS, &WEEKENDS, &MONTH_END, &CLOSE, &PROFILE];
            return questions
                .map(|question| question.unseen(closing, "–", "no business entry was seen"))
                .into();
        }
        let (month_end, close) = self.judge_peaks(closing, thresholds);
        let (weekdays, weekends) = self.judge_week(thresholds);
        vec![
            weekdays,
            weekends,
            month_end,
            close,
            self.judge_profile(closing, thresholds),
            self.report_hours(),
        ]
    }

    fn judge_week(&self, thresholds: &Thresholds) -> (Test, Test) {
        let (mut entries, mut days, mut all) = ([0_u64; 7], [0_u64; 7], [0_u64; 7]);
        for (day, count) in &self.days {
            let at = day.weekday().num_days_from_monday() as usize;
            all[at] += count;
            if is_business_day(*day) {
                entries[at] += count;
                days[at] += 1;
            }
        }
        let mean = |weekday: Weekday| {
            let at = weekday.num_days_from_monday() as usize;
            share(entries[at], days[at])
        };
        let (monday, friday) = (mean(Weekday::Mon), mean(Weekday::Fri));
        let total: u64 = all.iter().sum();
        let shares: Vec<f64> = all.iter().map(|count| share(*count, total) * 100.0).collect();
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let rows = names.iter().zip(&shares).map(|(name, share)| Row::new(*name, format!("{share:.1} %")));
        let rows: Vec<Row> = rows.collect();
        let chart = Chart::Bars {
            labels: names.map(str::to_owned).to_vec(),
            series: vec![Series { name: "share of entries", values: shares }],
            unit: "%",
        };
        let weekend = share(all[5] + all[6], total);
        let weekdays = WEEKDAYS
            .judged(
                monday >= friday,
                format!(
                    "{} on a Monday, {} on a Friday",
                    grouped(monday.round() as u64),
                    grouped(friday.round() as u64)
                ),
                "Monday ≥ Friday",
            )
            .with_rows(rows)
            .with_chart(chart);
        let threshold = format!("below {}", percent(thresholds.weekends));
        (weekdays, WEEKENDS.judged(weekend < thresholds.weekends, percent(weekend), threshold))
    }

    /// Entries of each working day of the months whose every day was observed.
    fn working_days(&self, closing: &Closing) -> Vec<Vec<u64>> {
        let last = Month::of(closing.last_day() + Days::new(1));
        let count = last.since(closing.first_month).max(0);
        let of_month = |i| {
            let month = closing.first_month.plus(i);
            let days = month.first().iter_days().take_while(move |day| *day <= month.last());
            let working = days.filter(|day| is_business_day(*day));
            working.map(|day| self.days.get(&day).copied().unwrap_or(0)).collect()
        };
        (0..count).map(of_month).collect()
    }

    fn judge_peaks(&self, closing: &Closing, thresholds: &Thresholds) -> (Test, Test) {
        let months = self.working_days(closing);
        let threshold = format!("{} to {} times", thresholds.peaks.low, thresholds.peaks.high);
        if months.is_empty() {
            let unseen = |question: &Question| {
                question.unseen(
                    closing,
                    threshold.clone(),
                    "no month was observed from its first day to its last",
                )
            };
            return (unseen(&MONTH_END), unseen(&CLOSE));
        }
        let mut groups: [Vec<u64>; 3] = Default::default();
        for days in &months {
            let end = days.len() - LAST_DAYS.min(days.len());
            let (first, rest) = days.split_at(FIRST_DAYS.min(end));
            let (middle, last) = rest.split_at(end - first.len());
            groups[0].extend(first);
            groups[1].extend(middle);
            groups[2].extend(last);
        }
        let mean = |days: &[u64]| share(days.iter().sum(), days.len() as u64);
        let all = months.concat();
        let [first, middle, last] = groups.map(|group| mean(&group));
        let rows = |of: f64| {
            vec![
                Row::new("entries a day there", format!("{of:.0}")),
                Row::new("entries of a day between", format!("{middle:.0}")),
                Row::new(
                    "against the mean of all working days",
                    format!("{:.2} times", of / mean(&all).max(1.0)),
                ),
            ]
        };
        let judged = |question: &Question, of: f64| {
            let ratio = of / middle.max(1.0);
            let holds = thresholds.peaks.holds(ratio);
            question.judged(holds, format!("{ratio:.2} times"), threshold.clone()).with_rows(rows(of))
        };
        (judged(&MONTH_END, last), judged(&CLOSE, first).with_chart(profile(&months)))
    }

    fn judge_profile(&self, closing: &Closing, thresholds: &Thresholds) -> Test {
        let threshold = format!("at least {}", percent(thresholds.closed_in_time));
        let total: u64 = self.behind.values().sum();
        if total == 0 {
            return PROFILE.unseen(closing, threshold, "nothing was entered for an earlier month");
        }
        let mut by_day = [0_u64; PROFILE_DAYS + 1];
        for (day, count) in &self.behind {
            let passed = Month::of(*day).first().iter_days().take_while(|passed| passed <= day);
            let nth = passed.filter(|passed| is_business_day(*passed)).count();
            by_day[nth.min(PROFILE_DAYS)] += count;
        }
        let in_time = share(by_day[..=FIRST_DAYS].iter().sum(), total);
        let values: Vec<f64> = by_day.iter().map(|count| share(*count, total) * 100.0).collect();
        let chart = Chart::Bars {
            labels: (0..=PROFILE_DAYS).map(|nth| nth.to_string()).collect(),
            series: vec![Series { name: "share of entries for an ended month, by working day", values }],
            unit: "%",
        };
        PROFILE
            .judged(in_time >= thresholds.closed_in_time, percent(in_time), threshold)
            .with_rows(vec![Row::new("entries for an ended month", grouped(total))])
            .with_chart(chart)
    }

    fn report_hours(&self) -> Test {
        let business = self.hours.iter().filter(|(source, _)| **source != Source::Production);
        let mut all = [0_u64; 24];
        for (_, hours) in business {
            for (sum, count) in all.iter_mut().zip(hours) {
                *sum += count;
            }
        }
        let total: u64 = all.iter().sum();
        let rows = self.hours.iter().map(|(source, hours)| {
            let office = share(hours[12..].iter().sum(), hours.iter().sum());
            let busiest = (0..24).max_by_key(|hour| hours[*hour]).unwrap_or(0);
            Row::new(
                format!("source {source}"),
                format!("{} from 12 to 24, busiest at {busiest}", percent(office)),
            )
        });
        let chart = Chart::Bars {
            labels: (0..24).map(|hour: u32| hour.to_string()).collect(),
            series: vec![Series {
                name: "share of business entries",
                values: all.iter().map(|count| share(*count, total) * 100.0).collect(),
            }],
            unit: "%",
        };
        let office = share(all[12..].iter().sum(), total);
        HOURS
            .reported(format!("{} from 12 to 24", percent(office)), "none")
            .with_rows(rows.collect())
            .with_chart(chart)
    }
}

/// Mean entries of the n-th working day of a month.
fn profile(months: &[Vec<u64>]) -> Chart {
    let values = (0..PROFILE_DAYS).map(|nth| {
        let days: Vec<u64> = months.iter().filter_map(|days| days.get(nth).copied()).collect();
        share(days.iter().sum(), days.len() as u64)
    });
    Chart::Bars {
        labels: (1..=PROFILE_DAYS).map(|nth| nth.to_string()).collect(),
        series: vec![Series { name: "mean entries by working day of the month", values: values.collect() }],
        unit: "",
    }
}
