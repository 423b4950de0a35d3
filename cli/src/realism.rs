//! `wellbook realism`: makes ledgers in memory, judges each, and writes the scorecard.

use crate::arguments::RealismArgs;
use crate::screen::Screen;
use ::realism::{Outcome, Report, Scorecard, Test, Thresholds, grouped, html};
use anyhow::{Context, bail};
use chrono::{Days, NaiveDate};
use comfy_table::{Cell, Color, ContentArrangement, Table, presets::UTF8_BORDERS_ONLY};
use ledger::Rate;
use ledger::period::midnight;
use producer::prices;
use serde::{Deserialize, Serialize};
use service::exit::WrongSettings;
use simulator::{FaultRates, PriceTable, Settings, Submission, World};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

/// Days that are made ahead of the observer: it never waits for one, and each is some ten megabytes.
const DAYS_AHEAD: usize = 3;

/// A judged ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Seed of the ledger.
    pub seed: u64,
    /// First day.
    pub start_date: NaiveDate,
    /// Days.
    pub days: u32,
    /// Multiplies wells and entries.
    pub scale: u32,
    /// Where prices are from.
    pub price_source: String,
    /// By series, the day from which there are no real prices and a path follows that depends on the seed alone.
    pub prices_seeded_from: BTreeMap<String, NaiveDate>,
    /// Version of the simulator.
    pub simulator: &'static str,
    /// What was found.
    pub report: Report,
}

/// What is written: every run, and what each was judged by.
#[derive(Debug, Serialize)]
struct Document<'a> {
    thresholds: &'a Thresholds,
    passed: bool,
    runs: &'a [Run],
}

/// Judges a ledger of each seed and writes the scorecard.
///
/// # Errors
/// Settings that do not fit, a folder that cannot be written, and a test that missed.
pub async fn run(args: RealismArgs) -> anyhow::Result<()> {
    let thresholds = thresholds(args.thresholds.as_deref())?;
    let prices = prices::without_eia(&args.prices_files, args.start_date)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("the folder {} for the scorecard cannot be made", args.out.display()))?;
    let screen = Screen::new();
    screen.note_seeded_prices(&seeded_from(&prices, args.start_date, args.days));
    let mut runs = Vec::new();
    for (at, seed) in args.seeds.iter().enumerate() {
        let began = Instant::now();
        let settings = settings(&args, *seed, prices.clone());
        let run = judge(settings, thresholds.clone(), |part| {
            let of = if args.seeds.len() > 1 {
                format!(", {} of {}", at + 1, args.seeds.len())
            } else {
                String::new()
            };
            screen.share(part, &format!("seed {seed}{of}"));
        })?;
        screen.done(&format!("seed {seed}"), &summary(&run.report), began.elapsed());
        runs.push(run);
    }
    screen.clear();
    for (at, run) in runs.iter().enumerate() {
        let verdict = if at == 0 { String::new() } else { format!("; {}", summary(&run.report)) };
        screen.line(&format!("\nSeed {}: {}{verdict}", run.seed, observed(&run.report)));
        // Of the others only what misses: the page has the rest.
        let mut shown = run.report.tests.iter().filter(|test| at == 0 || test.is_missed()).peekable();
        if shown.peek().is_some() {
            screen.line(&table(shown).to_string());
        }
    }
    write(&args.out, &thresholds, &runs)?;
    screen.line(&format!("\n{}", args.out.join("scorecard.html").display()));
    let missed: usize = runs.iter().map(|run| run.report.missed().count()).sum();
    if missed > 0 {
        bail!("{missed} tests missed, {} ledgers were judged; the scorecard says which and why", runs.len());
    }
    Ok(())
}

/// Where real prices end within a ledger.
fn seeded_from(prices: &PriceTable, start_date: NaiveDate, days: u32) -> BTreeMap<String, NaiveDate> {
    prices::seeded_from(prices, start_date + Days::new(days.into()))
}

fn thresholds(file: Option<&Path>) -> anyhow::Result<Thresholds> {
    let Some(file) = file else { return Ok(Thresholds::default()) };
    let text = std::fs::read_to_string(file).map_err(|error| {
        WrongSettings(format!("the thresholds {} cannot be read: {error}", file.display()))
    })?;
    Ok(stated(&text)
        .map_err(|error| WrongSettings(format!("{} holds no thresholds: {error}", file.display())))?)
}

/// The thresholds that a text states by name; the others are as ever.
fn stated(text: &str) -> Result<Thresholds, String> {
    // By way of an object: serde would take a list for the fields in their order.
    let named: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let thresholds = Thresholds::deserialize(serde_json::Value::Object(named));
    let thresholds = thresholds.map_err(|error| error.to_string())?;
    thresholds.check().map(|()| thresholds)
}

fn settings(args: &RealismArgs, seed: u64, prices: PriceTable) -> Settings {
    Settings {
        seed,
        start_date: args.start_date,
        historical_days: args.days,
        scale: args.scale,
        fault_rates: FaultRates::uniform(Rate::ZERO),
        prices,
    }
}

/// Makes the ledger on one thread and observes it, in order, on another; `progress` hears how far it is, from 0 to 1.
///
/// # Errors
/// Settings that are out of range.
pub fn judge(settings: Settings, thresholds: Thresholds, progress: impl Fn(f64)) -> anyhow::Result<Run> {
    let world = World::new(settings).map_err(|error| WrongSettings(error.to_string()))?;
    let mut scorecard = Scorecard::new(thresholds);
    for record in world.opening_reference() {
        scorecard.reference(&record);
    }
    for (_, record) in world.reference_between(world.begins_at(), world.history_ends_at()) {
        scorecard.reference(&record);
    }
    let days = world.settings().historical_days;
    std::thread::scope(|scope| {
        let (made, observed) = sync_channel(DAYS_AHEAD);
        scope.spawn(|| make(&world, made));
        observe(&mut scorecard, &observed, |day| progress(f64::from(day) / f64::from(days)));
    });
    let settings = world.settings();
    Ok(Run {
        seed: settings.seed,
        start_date: settings.start_date,
        days,
        scale: settings.scale,
        price_source: settings.prices.source().to_owned(),
        prices_seeded_from: seeded_from(&settings.prices, settings.start_date, days),
        simulator: simulator::VERSION,
        report: scorecard.finish(),
    })
}

/// Sends each day; the first with what was entered before it, the opening balances.
fn make<'w>(world: &'w World, made: SyncSender<Vec<Submission<'w>>>) {
    let start = world.settings().start_date;
    for day in 0..u64::from(world.settings().historical_days) {
        let from = if day == 0 { world.begins_at() } else { midnight(start + Days::new(day)) };
        let until = midnight(start + Days::new(day + 1));
        if made.send(world.submissions(from, until)).is_err() {
            return;
        }
    }
}

fn observe(scorecard: &mut Scorecard, observed: &Receiver<Vec<Submission<'_>>>, progress: impl Fn(u32)) {
    for (day, submissions) in (1..).zip(observed) {
        for submission in submissions.iter().filter(|submission| submission.planted.is_none()) {
            scorecard.observe(&submission.entry);
        }
        progress(day);
    }
}

fn summary(report: &Report) -> String {
    let outcomes = [Outcome::Passed, Outcome::Missed, Outcome::NotSeen, Outcome::Skipped, Outcome::Reported];
    let counts = outcomes.map(|outcome| (report.count(outcome), outcome.label()));
    let some: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    some.join(", ")
}

fn observed(report: &Report) -> String {
    let observed = &report.observed;
    let [entries, lines] = [observed.entries, observed.lines].map(grouped);
    format!("{entries} entries with {lines} lines in {} days", observed.days)
}

fn table<'r>(tests: impl Iterator<Item = &'r Test>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["", "test", "figure", "wanted", "outcome"]);
    let has_colours = std::io::stdout().is_terminal();
    for test in tests {
        let colour = match test.outcome {
            Outcome::Passed => Color::Green,
            Outcome::Missed | Outcome::NotSeen => Color::Red,
            Outcome::Skipped | Outcome::Reported => Color::DarkGrey,
        };
        let outcome = Cell::new(test.outcome.label());
        let outcome = if has_colours { outcome.fg(colour) } else { outcome };
        table.add_row([
            Cell::new(test.group.label()),
            Cell::new(test.name),
            Cell::new(&test.figure),
            Cell::new(&test.threshold),
            outcome,
        ]);
    }
    table
}

fn write(out: &Path, thresholds: &Thresholds, runs: &[Run]) -> anyhow::Result<()> {
    let passed = runs.iter().all(|run| run.report.is_passed());
    let document = Document { thresholds, passed, runs };
    let json = serde_json::to_string_pretty(&document).context("the scorecard as JSON")?;
    let ledgers: Vec<html::Ledger<'_>> = runs.iter().map(ledger_of).collect();
    for (name, text) in [("scorecard.json", json), ("scorecard.html", html::page(&ledgers))] {
        let file = out.join(name);
        std::fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

fn ledger_of(run: &Run) -> html::Ledger<'_> {
    let title = format!("Seed {}", run.seed);
    let subtitle = format!(
        "{} days from {}, scale {}, simulator {}; prices: {}{}",
        run.days,
        run.start_date,
        run.scale,
        run.simulator,
        run.price_source,
        run.prices_seeded_from
            .iter()
            .map(|(series, from)| format!("; {series} from {from} on a seeded path"))
            .collect::<String>()
    );
    html::Ledger { title, subtitle, report: &run.report }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_stated_by_name_and_a_list_an_unknown_one_or_an_impossible_one_is_refused() {
        assert_eq!(stated(r#"{"line_counts": 0.2}"#).unwrap().line_counts, 0.2);
        assert!(stated("[]").unwrap_err().contains("expected a map"));
        assert!(stated(r#"{"line_count": 0.2}"#).unwrap_err().contains("`line_count`"));
        assert!(stated(r#"{"weekends": -1}"#).unwrap_err().contains("0 or more"));
    }
}
