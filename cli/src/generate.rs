//! `wellbook generate`: the ledger without a stack, as files or as a few entries to look at.

use crate::arguments::{Form, GenerateArgs};
use crate::screen::{self, Screen};
use anyhow::bail;
use producer::files::journal::Journal;
use producer::files::manifest::Manifest;
use producer::files::sample::{self, Wanted};
use producer::files::{self, Format, Progress};
use producer::prices::seeded_from;
use service::exit::WrongSettings;
use std::path::Path;
use std::time::Instant;

/// Makes what is asked for.
///
/// # Errors
/// Where the settings are wrong, the folder is taken, or it cannot be written.
pub async fn run(args: GenerateArgs) -> anyhow::Result<()> {
    // All of it is computing and writing: on a thread that may be kept busy.
    tokio::task::spawn_blocking(move || match &args.out {
        Some(out) => write(&args, out),
        None => print(&args),
    })
    .await?
}

fn write(args: &GenerateArgs, out: &Path) -> anyhow::Result<()> {
    let format = match args.format {
        None | Some(Form::Parquet) => Format::Parquet,
        Some(Form::Avro) => Format::Avro,
        Some(Form::Ndjson) => Format::Ndjson,
        Some(Form::Csv) => Format::Csv,
        Some(Form::Journal) => {
            bail!(WrongSettings(
                "a journal is printed: give --stdout, or another --format for files".to_owned()
            ))
        }
    };
    let (screen, began) = (Screen::new(), Instant::now());
    let mut told = 0;
    let show = |progress| show(&screen, progress, &mut told);
    let manifest = files::write(&args.run, format, out, args.force, args.threads.into(), show)?;
    screen.clear();
    screen.note_seeded_prices(&manifest.prices_seeded_from);
    tell(&screen, &manifest, out, began);
    Ok(())
}

fn show(screen: &Screen, progress: Progress, told: &mut u32) {
    let Progress { part, entries, lines } = progress;
    let text = format!("{entries} entries, {lines} lines");
    screen.share(part, &text);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
    let tenth = (part * 10.0) as u32;
    if !screen.is_terminal() && tenth > *told {
        *told = tenth;
        screen.line(&format!("{} %: {text}", tenth * 10));
    }
}

fn tell(screen: &Screen, manifest: &Manifest, out: &Path, began: Instant) {
    let took = began.elapsed();
    let Manifest { entries, planted, lines, bytes, fingerprint, .. } = manifest;
    let good = entries - planted;
    let mut outcome = format!("{good} entries");
    if *planted > 0 {
        outcome.push_str(&format!(" and {planted} planted"));
    }
    let speed = *lines as f64 / took.as_secs_f64();
    outcome.push_str(&format!(", {lines} lines, {} MB ({speed:.0} lines/s)", bytes / 1_000_000));
    screen.done(&out.display().to_string(), &outcome, took);
    screen.line(&format!("prices: {}", manifest.price_source));
    screen.line(&format!("fingerprint {fingerprint}"));
}

fn print(args: &GenerateArgs) -> anyhow::Result<()> {
    let (_, world) = files::world(&args.run)?;
    let prices = &world.settings().prices;
    Screen::new().note_seeded_prices(&seeded_from(prices, world.history_ends_at().date_naive()));
    let wanted = Wanted {
        count: args.sample.into(),
        transaction_type: args.transaction_type.clone(),
        posting_date: args.date,
    };
    let find = || sample::of(&world, &wanted, args.threads.into());
    let printed = match args.format {
        None | Some(Form::Journal) => {
            let journal = Journal::new(&world, screen::width(), screen::has_colours());
            find()?.iter().map(|submission| journal.entry(&submission.entry)).collect::<String>().into_bytes()
        }
        Some(Form::Ndjson) => sample::ndjson(&find()?),
        Some(Form::Csv) => sample::csv(&find()?),
        Some(Form::Avro | Form::Parquet) => {
            bail!(WrongSettings(
                "avro and parquet are no text: give --out, or --format journal, ndjson or csv".to_owned()
            ))
        }
    };
    screen::write(&printed)
}
