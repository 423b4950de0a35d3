#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use chrono::{Datelike, Days, Timelike};
use ledger::check::{Reference, Submission as Checked, check};
use ledger::*;
use simulator::*;
use std::collections::BTreeMap;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let seed: u64 = args.get(1).map_or(42, |a| a.parse().unwrap());
    let start: chrono::NaiveDate = args.get(2).map_or("2025-01-01".parse().unwrap(), |a| a.parse().unwrap());
    let days: u64 = args.get(3).map_or(365, |a| a.parse().unwrap());
    let t = Instant::now();
    let world = World::new(Settings {
        seed,
        start_date: start,
        historical_days: days as u32,
        scale: 1,
        fault_rates: FaultRates::uniform(Rate::ZERO),
        prices: PriceTable::built_in(),
    })
    .unwrap();
    eprintln!("new {:?}", t.elapsed());
    let t = Instant::now();
    let end = ledger::period::midnight(start + Days::new(days));
    let mut reference = Reference::default();
    reference.extend(world.opening_reference());
    reference.extend(world.reference_between(world.begins_at(), end).into_iter().map(|(_, r)| r));
    eprintln!("reference {:?}", t.elapsed());
    let t = Instant::now();
    let mut errors: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut kinds: BTreeMap<String, (u64, u64, i128)> = BTreeMap::new();
    let mut balances: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut cash: BTreeMap<(String, chrono::NaiveDate), i128> = BTreeMap::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut pairs: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut linecount: BTreeMap<usize, u64> = BTreeMap::new();
    let mut first = [0u64; 10];
    let mut weekday = [0u64; 7];
    let (mut entries, mut lines) = (0u64, 0u64);
    let mut from = world.begins_at();
    while from < end {
        let until = (from + chrono::TimeDelta::days(1)).min(end);
        for s in world.submissions(from, until) {
            let e = &s.entry;
            entries += 1;
            lines += e.lines.len() as u64;
            let key = e.chain_id.to_string();
            if let Err(r) = check(&Checked { key: key.as_bytes(), entry: e }, &reference) {
                let x = errors.entry(format!("{} {}", e.transaction_type, r.reason)).or_default();
                x.0 += 1;
                x.1 = format!("{r} | {} {}", e.description, e.posting_date);
            }
            let k = kinds.entry(format!("{} {}", e.source, e.transaction_type)).or_default();
            k.0 += 1;
            k.1 += e.lines.len() as u64;
            k.2 += e.total_debit.units_wide();
            for l in &e.lines {
                *balances.entry((e.company_code.to_string(), l.account_code.to_string())).or_default() +=
                    l.signed_functional().units_wide();
                if l.account_code.starts_with("100.") {
                    *cash.entry((e.company_code.to_string(), e.entered_at.date_naive())).or_default() +=
                        l.signed_functional().units_wide();
                }
            }
            if e.source != Source::Production && e.document_type != DocumentType::Opening {
                *counts.entry("business").or_default() += 1;
                *linecount.entry(e.lines.len()).or_default() += 1;
                let d = e.lines.iter().find(|l| l.side == Side::Debit).unwrap();
                let c = e.lines.iter().find(|l| l.side == Side::Credit).unwrap();
                *pairs.entry((d.account_code.to_string(), c.account_code.to_string())).or_default() += 1;
                weekday[e.entered_at.weekday().num_days_from_monday() as usize] += 1;
                for l in &e.lines {
                    let f = l.amount.units().to_string().as_bytes()[0] - b'0';
                    first[f as usize] += 1;
                }
                let _ = e.entered_at.hour();
            }
        }
        from = until;
    }
    let secs = t.elapsed().as_secs_f64();
    println!("{entries} entries {lines} lines {secs:.2}s {:.0} lines/s", lines as f64 / secs);
    for (k, (n, d)) in &errors {
        println!("ERROR {n} {k}: {d}");
    }
    for (k, (n, l, t)) in &kinds {
        println!("{k:45} {n:8} {:7.2} lines {:16.0}", *l as f64 / *n as f64, *t as f64 / 100.0);
    }
    for ((c, a), v) in &balances {
        println!("BAL {c} {a} {:18.2} {}", *v as f64 / 100.0, ledger::chart::account(a).unwrap().name);
    }
    for c in ["1000", "2000", "3000"] {
        let mut sum = 0i128;
        let mut low = i128::MAX;
        let mut at = None;
        for ((cc, d), v) in &cash {
            if cc == c {
                sum += v;
                if sum < low {
                    low = sum;
                    at = Some(*d);
                }
            }
        }
        println!("CASH {c} lowest {} at {at:?} end {}", low / 100, sum / 100);
    }
    let n = counts["business"] as f64;
    let table = [
        (2, 60.68),
        (3, 5.77),
        (4, 16.63),
        (5, 3.06),
        (6, 3.32),
        (7, 1.13),
        (8, 1.88),
        (9, 0.42),
        (10, 6.33),
        (100, 0.78),
    ];
    let mut b: BTreeMap<usize, f64> = BTreeMap::new();
    for (l, c) in &linecount {
        let k = if *l >= 100 {
            100
        } else if *l >= 10 {
            10
        } else {
            *l
        };
        *b.entry(k).or_default() += *c as f64 / n * 100.0;
    }
    let tvd: f64 =
        table.iter().map(|(k, p)| (b.get(k).copied().unwrap_or(0.0) - p).abs()).sum::<f64>() / 200.0;
    println!("business {n} linecounts {b:.2?} TVD {tvd:.3}");
    let mut p: Vec<_> = pairs.into_iter().map(|(k, v)| (v, k)).collect();
    p.sort();
    p.reverse();
    let top: u64 = p.iter().take(20).map(|x| x.0).sum();
    println!("pairs {} top20 {:.3}", p.len(), top as f64 / n);
    for x in p.iter().take(30) {
        println!("   {:6.3} {:?}", x.0 as f64 / n, x.1);
    }
    let s: u64 = first.iter().sum();
    let mad: f64 =
        (1..10).map(|d| (first[d] as f64 / s as f64 - (1.0 + 1.0 / d as f64).log10()).abs()).sum::<f64>()
            / 9.0;
    println!("benford MAD {mad:.4} {first:?}");
    println!("weekday {:?}", weekday.map(|w| (w as f64 / n * 1000.0).round() / 10.0));
    let st = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", st.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
