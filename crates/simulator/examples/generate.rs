//! Makes a year in memory and prints lines per second: `cargo run --release -p simulator --example generate -- THREADS`.

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use chrono::Days;
use ledger::Rate;
use simulator::{FaultRates, PriceTable, Settings, World};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

fn main() {
    let threads: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let settings = Settings {
        seed: 42,
        start_date: chrono::NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date"),
        historical_days: 365,
        scale: 1,
        fault_rates: FaultRates::uniform(Rate::ZERO),
        prices: PriceTable::built_in(),
    };
    let world = World::new(settings).expect("settings in range");
    let start = Instant::now();
    let (entries, lines, next) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let day = next.fetch_add(1, Ordering::Relaxed);
                    if day >= 365 {
                        return;
                    }
                    let from = ledger::period::midnight(world.settings().start_date + Days::new(day));
                    let made = world.submissions(from, from + chrono::TimeDelta::days(1));
                    entries.fetch_add(made.len() as u64, Ordering::Relaxed);
                    let of_day: usize = made.iter().map(|submission| submission.entry.lines.len()).sum();
                    lines.fetch_add(of_day as u64, Ordering::Relaxed);
                }
            });
        }
    });
    let (entries, lines) = (entries.into_inner(), lines.into_inner());
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{entries} entries, {lines} lines in {seconds:.2} s: {:.0} lines/s, at most {} MiB",
        lines as f64 / seconds,
        memory_mib()
    );
}

/// The most memory that the process held; 0 where the system does not say.
fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
