//! What was measured, and what it says.

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use std::collections::BTreeMap;

/// The arms, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Arm {
    GenerateOne,
    GenerateTwo,
    FilesAvro,
    FilesParquet,
    FilesNdjson,
    FilesCsv,
    FilesLong,
    PerfTest,
    Publish,
    Producer,
    Relay,
    Validator,
    Check,
    RawCopy,
    Sink,
}

impl Arm {
    const fn name(self) -> &'static str {
        match self {
            Self::GenerateOne => "generate, 1 thread",
            Self::GenerateTwo => "generate, 2 threads",
            Self::FilesAvro => "files: generate, encode avro, digest, write, 2 threads",
            Self::FilesParquet => "files: the same as parquet, zstd",
            Self::FilesNdjson => "files: the same as ndjson",
            Self::FilesCsv => "files: the same as csv",
            Self::FilesLong => "files: three times the days, as avro",
            Self::PerfTest => "kafka-producer-perf-test, transactional (peer)",
            Self::Publish => "the same payloads through our transport",
            Self::Producer => "producer: generate, encode, seal, acknowledged",
            Self::Relay => "relay: consume and produce, no transaction (limit)",
            Self::Validator => "validator: consume, check, produce, one transaction",
            Self::Check => "decode and check alone, 1 thread",
            Self::RawCopy => "raw COPY BINARY of the same rows (limit)",
            Self::Sink => "sink: consume, decode, COPY, offsets, one transaction",
        }
    }
}

/// One run of an arm.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figure {
    /// Records: entries, or payloads of their size.
    pub(crate) records: f64,
    /// Lines in them.
    pub(crate) lines: f64,
    /// Wall clock.
    pub(crate) seconds: f64,
    /// Processor time of the arm's own process; 0 where it was not told apart.
    pub(crate) client_cpu: f64,
    /// Processor time of the brokers or of Postgres meanwhile.
    pub(crate) server_cpu: f64,
    /// Largest memory of the process, in mebibytes; 0 where it was not measured.
    pub(crate) memory_mib: f64,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    arms: BTreeMap<Arm, Vec<Figure>>,
    /// Whether every thread count gave the same digest.
    pub(crate) is_same_digest: Option<bool>,
}

impl Figures {
    pub(crate) fn note(&mut self, arm: Arm, figure: Figure) {
        eprintln!("  {}: {:.0} entries in {:.2} s", arm.name(), figure.records, figure.seconds);
        self.arms.entry(arm).or_default().push(figure);
    }

    fn median(&self, arm: Arm, of: impl Fn(&Figure) -> f64) -> Option<(f64, f64, f64)> {
        let mut values: Vec<f64> = self.arms.get(&arm)?.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        Some((values[values.len() / 2], values[0], values[values.len() - 1]))
    }

    /// The median over rounds of one arm's speed against another's, in entries a second.
    fn ratio(&self, ours: Arm, other: Arm) -> Option<f64> {
        let speed = |figure: &Figure| figure.records / figure.seconds;
        let pairs = self.arms.get(&ours)?.iter().zip(self.arms.get(&other)?);
        let mut ratios: Vec<f64> = pairs.map(|(ours, other)| speed(ours) / speed(other)).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }

    /// Every arm.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header([
            "arm",
            "entries/s",
            "min–max",
            "lines/s",
            "CPU s / M lines, own",
            "server",
            "memory MiB",
        ]);
        for arm in self.arms.keys() {
            let speed = self.median(*arm, |figure| figure.records / figure.seconds);
            let Some((entries, slowest, fastest)) = speed else { continue };
            let of = |value: &dyn Fn(&Figure) -> f64| {
                self.median(*arm, value).map_or(0.0, |(median, _, _)| median)
            };
            let shown = |value: f64, digits: usize| {
                if value > 0.0 { format!("{value:.digits$}") } else { "–".to_owned() }
            };
            let millions = |figure: &Figure| figure.lines / 1e6;
            table.add_row([
                arm.name().to_owned(),
                format!("{entries:.0}"),
                format!("{slowest:.0}–{fastest:.0}"),
                format!("{:.0}", of(&|figure| figure.lines / figure.seconds)),
                shown(of(&|figure| figure.client_cpu / millions(figure)), 2),
                shown(of(&|figure| figure.server_cpu / millions(figure)), 2),
                shown(of(&|figure| figure.memory_mib), 0),
            ]);
        }
        for column in 1..7 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    /// The bars.
    pub(crate) fn bars(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header(["bar", "wanted", "measured", ""]);
        let lines =
            |arm| self.median(arm, |figure| figure.lines / figure.seconds).map(|(median, _, _)| median);
        let memory = |arm| self.median(arm, |figure| figure.memory_mib).map(|(_, _, largest)| largest);
        let mut row = |bar: &str, wanted: String, measured: Option<f64>, digits: usize, holds: bool| {
            let measured = measured.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
            table.add_row([
                bar.to_owned(),
                wanted,
                measured,
                if holds { "met" } else { "not met" }.to_owned(),
            ]);
        };
        let mut at_least = |bar: &str, least: f64, measured: Option<f64>, digits: usize| {
            row(bar, format!("≥ {least:.digits$}"), measured, digits, measured.is_some_and(|it| it >= least));
        };
        at_least("generate, lines/s on 1 thread", 6e5, lines(Arm::GenerateOne), 0);
        at_least("generate, lines/s on 2 threads", 1e6, lines(Arm::GenerateTwo), 0);
        at_least("files as avro, lines/s on 2 threads", 4e5, lines(Arm::FilesAvro), 0);
        at_least("files as parquet, lines/s on 2 threads", 3e5, lines(Arm::FilesParquet), 0);
        at_least("files as csv, lines/s on 2 threads", 3e5, lines(Arm::FilesCsv), 0);
        at_least("our transport ÷ perf-test", 1.2, self.ratio(Arm::Publish, Arm::PerfTest), 2);
        at_least("producer ÷ perf-test", 1.0, self.ratio(Arm::Producer, Arm::PerfTest), 2);
        at_least("validator ÷ relay", 0.7, self.ratio(Arm::Validator, Arm::Relay), 2);
        at_least("check alone, lines/s on a core", 1e6, lines(Arm::Check), 0);
        at_least("sink ÷ raw COPY", 0.7, self.ratio(Arm::Sink, Arm::RawCopy), 2);
        for (bar, arm) in [
            ("generate, memory MiB", Arm::GenerateTwo),
            ("files as avro, memory MiB", Arm::FilesAvro),
            ("files as parquet, memory MiB", Arm::FilesParquet),
            ("files as csv, memory MiB", Arm::FilesCsv),
        ] {
            let memory = memory(arm);
            row(bar, "< 200".to_owned(), memory, 0, memory.is_some_and(|it| it < 200.0));
        }
        let growth = memory(Arm::FilesLong).zip(memory(Arm::FilesAvro)).map(|(long, short)| long - short);
        row(
            "files as avro, MiB more for three times the days",
            "≤ 16".to_owned(),
            growth,
            0,
            growth.is_some_and(|it| it <= 16.0),
        );
        let same = self.is_same_digest;
        table.add_row([
            "digest at 1 and 2 threads".to_owned(),
            "the same".to_owned(),
            same.map_or("–", |same| if same { "the same" } else { "another" }).to_owned(),
            if same == Some(true) { "met" } else { "not met" }.to_owned(),
        ]);
        table
    }
}
