//! `wellbook prices`: the real prices of late, on the topic of market prices, beside the run's own.

use crate::access;
use crate::arguments::{PlaceArgs, PricesArgs};
use crate::screen::Screen;
use anyhow::{Context, bail};
use chrono::{Days, NaiveDate, Utc};
use comfy_table::{Table, presets};
use producer::prices::Row;
use producer::prices::beside::{self, News};
use producer::prices::eia::{Client, EiaError, Feed, Problem, STALE_AFTER_DAYS};
use producer::prices::files::text;
use serde_json::{Value, json};
use service::exit::WrongSettings;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Days that a ledger of the last year needs: its own, and two years that are booked before it.
const LEDGER_DAYS: u32 = 365 + 27 * 31;
/// Revised prices that are shown one by one; JSON has all.
const SHOWN: usize = 20;

/// Publishes what EIA has and the topic has not, and says what that was.
///
/// # Errors
/// Where EIA, the stack or the registry cannot be asked, or EIA's newest price is old.
pub async fn run(place: &PlaceArgs, args: PricesArgs) -> anyhow::Result<()> {
    let today = Utc::now().date_naive();
    let (from, to) = span(&args, today)?;
    let Some(client) = Client::of(&args.eia) else {
        bail!(WrongSettings(
            "EIA_API_KEY is not set: a key is free at www.eia.gov/opendata; give it in the environment, in .env, or in a file \
             that EIA_API_KEY_FILE names"
                .to_owned()
        ));
    };
    let screen = Screen::new();
    if let Some(file) = &args.csv {
        screen.busy("asking EIA");
        let feeds = client.map_err(failure)?.all(from, to).await.map_err(failure)?;
        screen.clear();
        return save(file, &feeds, &screen);
    }
    let (kafka, registry) = access::to_stack_or_external(place)?;
    screen.busy("asking EIA");
    let feeds = client.map_err(failure)?.all(from, to).await.map_err(failure)?;
    screen.busy("publishing");
    let rows = feeds.iter().flat_map(|feed| feed.rows.iter().copied()).collect();
    let news = beside::publish(kafka, registry, rows).await?;
    screen.clear();
    if args.json {
        writeln!(std::io::stdout(), "{}", as_json((from, to), &feeds, &news))?;
    } else {
        show((from, to), &feeds, &news, &screen);
    }
    match feeds.iter().find(|feed| is_stale(feed, to)) {
        Some(feed) => bail!(
            "EIA's newest price of {} is of {}, {STALE_AFTER_DAYS} days or more before {to}; what there is, is published",
            feed.series.code(),
            feed.span().1
        ),
        None => Ok(()),
    }
}

fn span(args: &PricesArgs, today: NaiveDate) -> anyhow::Result<(NaiveDate, NaiveDate)> {
    let to = args.to.unwrap_or(today).min(today);
    let days = match &args.csv {
        Some(_) if args.from.is_none() => args.days.max(LEDGER_DAYS),
        _ => args.days,
    };
    let from = args.from.or_else(|| to.checked_sub_days(Days::new(days.into()))).unwrap_or(to);
    if from > to {
        bail!(WrongSettings(format!("--from {from} is behind --to {to}")));
    }
    Ok((from, to))
}

/// Writes a file of prices. One that is there stays as it is.
fn save(file: &Path, feeds: &[Feed], screen: &Screen) -> anyhow::Result<()> {
    let rows: Vec<Row> = feeds.iter().flat_map(|feed| feed.rows.iter().copied()).collect();
    let written = File::create_new(file).and_then(|mut out| out.write_all(text(&rows).as_bytes()));
    written.with_context(|| format!("{} cannot be written: give a path where no file is", file.display()))?;
    for feed in feeds {
        let (first, last) = feed.span();
        screen.line(&format!("{}: {} prices from {first} to {last}", feed.series.code(), feed.rows.len()));
    }
    screen.line(&format!("for `--prices {0}`: {0}", file.display()));
    Ok(())
}

/// A key that is not accepted is a wrong setting: trying again does not help.
fn failure(error: EiaError) -> anyhow::Error {
    match error.problem {
        Problem::Key(_) => WrongSettings(error.to_string()).into(),
        _ => error.into(),
    }
}

/// Whether prices stop long before the last day that was asked for.
fn is_stale(feed: &Feed, to: NaiveDate) -> bool {
    feed.span().1 + Days::new(STALE_AFTER_DAYS) <= to
}

/// How many of a feed's prices are new, and how many revised.
fn counts(feed: &Feed, news: &[News]) -> (usize, usize) {
    let of_feed = news.iter().filter(|news| news.record.series == feed.series.code());
    let (revised, new): (Vec<&News>, Vec<&News>) = of_feed.partition(|news| news.before.is_some());
    (new.len(), revised.len())
}

fn show((from, to): (NaiveDate, NaiveDate), feeds: &[Feed], news: &[News], screen: &Screen) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["series", "source", "newest", "price", "unit", "prices", "new", "revised"]);
    for feed in feeds {
        let (new, revised) = counts(feed, news);
        let (_, newest, price) = feed.rows[feed.rows.len() - 1];
        table.add_row([
            feed.series.code().to_owned(),
            beside::source(feed.series),
            newest.to_string(),
            price.to_string(),
            format!("$/{}", feed.series.unit_of_measure()),
            feed.rows.len().to_string(),
            new.to_string(),
            revised.to_string(),
        ]);
    }
    screen.line(&format!("Real prices from {from} to {to}:\n{}", table.trim_fmt()));
    let revised = || news.iter().filter_map(|news| Some((&news.record, news.before?)));
    for (record, before) in revised().take(SHOWN) {
        screen.note(&format!(
            "{} of {}: {before} is now {}, revision {}",
            record.series, record.price_date, record.price, record.revision
        ));
    }
    let more = revised().count().saturating_sub(SHOWN);
    if more > 0 {
        screen.note(&format!("and {more} more; --json has all"));
    }
    let told = match news.len() {
        0 => "nothing new; all of it is published".to_owned(),
        count => screen.paint("32", &format!("{count} published")),
    };
    screen.line(&told);
}

fn as_json((from, to): (NaiveDate, NaiveDate), feeds: &[Feed], news: &[News]) -> Value {
    let series = feeds.iter().map(|feed| {
        let (new, revised) = counts(feed, news);
        let (_, newest, price) = feed.rows[feed.rows.len() - 1];
        json!({
            "series": feed.series.code(), "price_source": beside::source(feed.series),
            "unit_of_measure": feed.series.unit_of_measure(), "prices": feed.rows.len(), "newest": newest.to_string(),
            "price": price.to_string(), "is_stale": is_stale(feed, to), "new": new, "revised": revised,
        })
    });
    let published = news.iter().map(|news| {
        json!({
            "series": news.record.series, "price_date": news.record.price_date.to_string(),
            "price_source": news.record.price_source, "revision": news.record.revision,
            "price": news.record.price.to_string(), "before": news.before.map(|price| price.to_string()),
        })
    });
    json!({
        "from": from.to_string(), "to": to.to_string(),
        "series": series.collect::<Value>(), "published": published.collect::<Value>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Cli, Command};
    use clap::Parser;

    fn spanned(arguments: &[&str]) -> Result<(String, String), String> {
        let all = ["wellbook", "prices"].iter().chain(arguments);
        let Command::Prices(args) = Cli::try_parse_from(all).map_err(|error| error.to_string())?.command
        else {
            unreachable!("the command is given")
        };
        let span = span(&args, "2026-03-10".parse().unwrap()).map_err(|error| error.to_string())?;
        Ok((span.0.to_string(), span.1.to_string()))
    }

    #[test]
    fn without_days_it_is_the_last_weeks_in_which_prices_are_still_revised() {
        let is = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(spanned(&[]), is("2026-01-24", "2026-03-10"));
        assert_eq!(spanned(&["--csv", "p.csv"]), is("2022-11-24", "2026-03-10"));
        assert_eq!(spanned(&["--days", "2"]), is("2026-03-08", "2026-03-10"));
        assert_eq!(spanned(&["--from", "2020-04-20", "--to", "2020-04-21"]), is("2020-04-20", "2020-04-21"));
        for wrong in [
            &["--from", "2026-03-11"][..],
            &["--from", "2026-03-01", "--days", "3"],
            &["--days", "0"],
            &["--to", "soon"],
        ] {
            assert!(spanned(wrong).is_err(), "{wrong:?}");
        }
    }
}
