//! Tables of prices in CSV files.
//!
//! A file has a header that says what it holds: days (`date` and one or more of `price_usd_per_bbl`, `price_usd_per_mmbtu`,
//! `price_usd_per_gal`), or months (`month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu` and perhaps `propane_usd_per_gal`).
//! A daily row may leave a price empty: the last one holds. What is not sound is refused with file and line.

use super::{GAP_DAYS_MAX, Row, price};
use chrono::{Datelike, NaiveDate};
use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use ledger::UnitPrice;
use ledger::period::next_month;
use simulator::PriceTable;
use simulator::prices::Series;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Bytes of a file: a century of three daily series takes less.
const BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Prices of a run: its genesis is one record, and at some 20 bytes a price it stays below the mebibyte that a topic takes.
const ROWS_MAX: usize = 40_000;
/// Years of a price: what is outside is a slip.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// Columns of daily files.
const DAILY: [(&str, Series); 3] = [
    ("price_usd_per_bbl", Series::Wti),
    ("price_usd_per_mmbtu", Series::HenryHub),
    ("price_usd_per_gal", Series::Propane),
];
/// Columns of monthly files; only the last may be left out, or empty.
const MONTHLY: [(&str, Series); 3] = [
    ("wti_usd_per_bbl", Series::Wti),
    ("henry_hub_usd_per_mmbtu", Series::HenryHub),
    ("propane_usd_per_gal", Series::Propane),
];

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("prices file {}{}: {problem}", .path.display(), .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The line, where it is one line's fault.
    pub line: Option<u64>,
    /// What is wrong, and what is expected.
    pub problem: String,
}

/// The table that these files make; none where there are no files. Oil or gas that is in no file is as built in, and the
/// source says so.
///
/// # Errors
/// The first file, and line, that is not sound.
pub fn table(paths: &[PathBuf]) -> Result<Option<PriceTable>, FileError> {
    let mut files: BTreeMap<Series, (&Path, Vec<Row>)> = BTreeMap::new();
    for path in paths {
        let refuse = |problem| FileError { path: path.clone(), line: None, problem };
        for (series, rows) in read(path)? {
            if let Some((other, _)) = files.get(&series) {
                let other = other.display();
                return Err(refuse(format!("{} is in {other} as well: give one of them", series.code())));
            }
            files.insert(series, (path, rows));
        }
        let rows: usize = files.values().map(|(_, rows)| rows.len()).sum();
        if rows > ROWS_MAX {
            return Err(refuse(format!("with it there are {rows} prices, and a run takes {ROWS_MAX}")));
        }
    }
    if files.is_empty() {
        return Ok(None);
    }
    let built_in = PriceTable::built_in();
    let (mut all, mut sources) = (Vec::new(), Vec::new());
    for series in Series::ALL {
        match files.remove(&series) {
            Some((path, rows)) => {
                sources.push(format!("{} of {}, {}", series.code(), name(path), span(&rows)));
                all.extend(rows);
            }
            None if series == Series::Propane => {}
            None => {
                sources.push(format!("{} as built in", series.code()));
                all.extend(built_in.given().filter(|(of, _, _)| *of == series));
            }
        }
    }
    Ok(Some(PriceTable::from_rows(&format!("Files: {}", sources.join("; ")), all)))
}

/// The first and the last date.
fn span(rows: &[Row]) -> String {
    let ends = rows.first().zip(rows.last());
    ends.map(|((_, first, _), (_, last, _))| format!("{first} to {last}")).unwrap_or_default()
}

/// The file's name without its folder: enough to tell, and the same on every machine.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().replace(char::is_control, "?")
}

/// The series of one file.
fn read(path: &Path) -> Result<BTreeMap<Series, Vec<Row>>, FileError> {
    let refuse = |line, problem| FileError { path: path.to_owned(), line, problem };
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    opened.map_err(|error| refuse(None, error.to_string()))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(refuse(None, format!("it is larger than {} MiB", BYTES_MAX >> 20)));
    }
    parse(&bytes).map_err(|(line, problem)| refuse(line, problem))
}

type Problem = (Option<u64>, String);

fn parse(bytes: &[u8]) -> Result<BTreeMap<Series, Vec<Row>>, Problem> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
    let layout = Layout::of(reader.headers().map_err(unreadable)?)?;
    let series = layout.rows(&mut reader)?;
    if series.values().all(Vec::is_empty) {
        return Err((None, "it holds no prices".to_owned()));
    }
    match series.iter().find(|(_, rows)| rows.is_empty()) {
        Some((Series::Propane, _)) if layout.is_monthly => {}
        Some((series, _)) => return Err((None, format!("its column for {} is empty", series.code()))),
        None => {}
    }
    Ok(series.into_iter().filter(|(_, rows)| !rows.is_empty()).collect())
}

fn unreadable(error: csv::Error) -> Problem {
    let line = error.position().map(csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} columns, and the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is no UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    (line, problem)
}

/// What the columns of a file are.
struct Layout {
    is_monthly: bool,
    date: usize,
    prices: Vec<(usize, &'static str, Series)>,
}

impl Layout {
    fn of(header: &StringRecord) -> Result<Self, Problem> {
        let refuse = |problem: String| Err((Some(1), problem));
        if header.iter().all(str::is_empty) {
            return Err((None, "it is empty".to_owned()));
        }
        let is_monthly = header.iter().any(|name| name == "month");
        let (of_date, known) = if is_monthly { ("month", MONTHLY) } else { ("date", DAILY) };
        let (mut date, mut prices) = (None, Vec::new());
        for (column, name) in header.iter().enumerate() {
            let price = known.iter().find(|(known, _)| *known == name);
            let is_twice = header.iter().filter(|other| *other == name).count() > 1;
            match price {
                _ if is_twice => return refuse(format!("column `{}` is there twice", shortened(name))),
                Some((name, series)) => prices.push((column, *name, *series)),
                None if name == of_date => date = Some(column),
                None => {
                    let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                    let name = shortened(name);
                    return refuse(format!(
                        "column `{name}` is unknown: {of_date} and {} are expected",
                        known.join(", ")
                    ));
                }
            }
        }
        let Some(date) = date else { return refuse("there is no column `date` or `month`".to_owned()) };
        if prices.is_empty() {
            return refuse("there is no column of prices".to_owned());
        }
        let is_there = |series| prices.iter().any(|(_, _, known)| *known == series);
        match MONTHLY.iter().find(|(_, series)| *series != Series::Propane && !is_there(*series)) {
            Some((missing, _)) if is_monthly => refuse(format!("there is no column `{missing}`")),
            _ => Ok(Self { is_monthly, date, prices }),
        }
    }

    fn rows(&self, reader: &mut Reader<&[u8]>) -> Result<BTreeMap<Series, Vec<Row>>, Problem> {
        let mut all: BTreeMap<Series, Vec<Row>> =
            self.prices.iter().map(|(_, _, series)| (*series, Vec::new())).collect();
        let (mut record, mut before) = (StringRecord::new(), None);
        while reader.read_record(&mut record).map_err(unreadable)? {
            let line = record.position().map(csv::Position::line);
            let refuse = |problem| (line, problem);
            let date = self.date_of(&record[self.date], before).map_err(refuse)?;
            before = Some(date);
            for (column, name, series) in &self.prices {
                let price = self.price_of(&record[*column], name, *series).map_err(refuse)?;
                let rows = all.get_mut(series).expect("every column has its rows");
                let last = rows.last().map(|(_, last, _)| *last);
                if let Some(price) = price {
                    if !self.is_monthly {
                        gap_problem(last, date, name).map_or(Ok(()), Err).map_err(refuse)?;
                    }
                    rows.push((*series, date, price));
                }
                if rows.len() > ROWS_MAX {
                    return Err(refuse(format!("more prices than the {ROWS_MAX} that a run takes")));
                }
            }
        }
        Ok(all)
    }

    fn date_of(&self, text: &str, before: Option<NaiveDate>) -> Result<NaiveDate, String> {
        let (form, whole) = if self.is_monthly {
            ("a month such as 2025-01", format!("{text}-01"))
        } else {
            ("a day such as 2025-01-31", text.to_owned())
        };
        let date: NaiveDate =
            whole.parse().map_err(|_| format!("`{}` is no date: {form} is expected", shortened(text)))?;
        if !YEARS.contains(&date.year()) {
            return Err(format!("{text} is not in {} to {}", YEARS.start(), YEARS.end()));
        }
        match before {
            Some(before) if date == before => Err(format!("{text} is there twice")),
            Some(before) if date < before => Err(format!("{text} stands behind a later date")),
            Some(before) if self.is_monthly && date != next_month(before) => {
                Err(format!("{} is missing before {text}", next_month(before).format("%Y-%m")))
            }
            _ => Ok(date),
        }
    }

    fn price_of(&self, text: &str, column: &str, series: Series) -> Result<Option<UnitPrice>, String> {
        if text.is_empty() {
            let may_be_empty = !self.is_monthly || series == Series::Propane;
            return if may_be_empty { Ok(None) } else { Err(format!("`{column}` is empty")) };
        }
        price(text).map(Some).map_err(|problem| format!("`{column}`: {problem}"))
    }
}

fn gap_problem(last: Option<NaiveDate>, date: NaiveDate, column: &str) -> Option<String> {
    let days = (date - last?).num_days();
    (days > GAP_DAYS_MAX)
        .then(|| format!("`{column}` has no price in the {days} days up to {date}; two prices may be {GAP_DAYS_MAX} days apart"))
}

/// Enough of a text to find it by.
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: &str = "date,price_usd_per_bbl\n2026-01-02,60.5\n2026-01-05,\n2026-01-06,-36.98\n";
    const MONTHS: &str = "month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu,propane_usd_per_gal\n2025-12,60,3,0.7\n2026-01,61,3.5,\n";

    /// What a file with this text is refused with.
    fn refusal(text: &str) -> String {
        let file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
        std::fs::write(file.path(), text).unwrap();
        let error = table(&[file.path().to_owned()]).unwrap_err();
        assert_eq!(error.path, file.path());
        error.to_string()
    }

    fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn daily_and_monthly_files_become_one_table_that_says_where_it_is_from() {
        let folder = tempfile::tempdir().unwrap();
        let days = written(&folder, "oil.csv", DAYS);
        let gas = written(&folder, "gas.csv", "\u{feff}date, price_usd_per_mmbtu\r\n2026-01-02, 3.1\r\n\r\n");
        let made = table(&[days.clone(), gas]).unwrap().unwrap();
        assert!(
            made.source().starts_with("Files: WTI of oil.csv, 2026-01-02 to 2026-01-06; HENRY_HUB of gas.csv, 2026-01-02 to 2026-01-02; propane"),
            "{}",
            made.source()
        );
        // 60.5 on 2 to 5 January, -36.98 on the 26 days from the 6th.
        assert_eq!(made.month(42, Series::Wti, "2026-01-01".parse().unwrap()).to_string(), "-23.982667");
        let oil_alone = table(&[days]).unwrap().unwrap();
        assert!(oil_alone.source().contains("HENRY_HUB as built in"), "{}", oil_alone.source());
        let months = table(&[written(&folder, "months.csv", MONTHS)]).unwrap().unwrap();
        assert_eq!(months.month(42, Series::HenryHub, "2026-01-09".parse().unwrap()).to_string(), "3.500000");
        assert_eq!(months.month(42, Series::Propane, "2025-12-09".parse().unwrap()).to_string(), "0.700000");
        assert_eq!(months.month(42, Series::Propane, "2026-01-09".parse().unwrap()).to_string(), "0.435714");
        assert_eq!(table(&[]).unwrap(), None);
    }

    #[test]
    fn the_same_prices_from_a_file_are_the_same_table_and_so_the_same_ledger_and_others_another() {
        let (built_in, folder) = (PriceTable::built_in(), tempfile::tempdir().unwrap());
        let of = |wanted| built_in.given().filter(move |(series, _, _)| *series == wanted);
        let mut text = "month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu\n".to_owned();
        for ((_, month, oil), (_, _, gas)) in of(Series::Wti).zip(of(Series::HenryHub)) {
            text.push_str(&format!("{},{oil},{gas}\n", month.format("%Y-%m")));
        }
        // What the run's fingerprint follows from is the digest, not the source.
        let digest = |text: &str| table(&[written(&folder, "months.csv", text)]).unwrap().unwrap().digest();
        assert_eq!(digest(&text), built_in.digest());
        assert_ne!(digest(&text.replace("2025-01,75.740000", "2025-01,75.750000")), built_in.digest());
    }

    #[test]
    fn the_same_series_in_two_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let both = [written(&folder, "days.csv", DAYS), written(&folder, "months.csv", MONTHS)];
        let text = table(&both).unwrap_err().to_string();
        assert!(text.contains("months.csv: WTI is in") && text.contains("days.csv"), "{text}");
    }

    #[test]
    fn what_is_not_sound_is_refused_with_its_line_and_reason() {
        let header = "date,price_usd_per_bbl\n";
        for (rows, line, reason) in [
            ("2026-01-02,sixty\n", 2, "`price_usd_per_bbl`: "),
            ("2026-01-02,1e2\n", 2, "`price_usd_per_bbl`: "),
            ("2026-01-02,60.1234567\n", 2, "`price_usd_per_bbl`: "),
            ("2026-01-02,10000.01\n", 2, "is no price"),
            ("2026-01-02,60\nsoon,60\n", 3, "`soon` is no date"),
            ("2026-01-02,60\n0026-01-05,60\n", 3, "not in 1900 to 2200"),
            ("2026-01-02,60\n2026-01-05,60\n2026-01-05,61\n", 4, "twice"),
            ("2026-01-05,60\n2026-01-02,60\n", 3, "behind a later date"),
            ("2026-01-02,60\n2026-01-10,60\n", 3, "no price in the 8 days"),
            ("2026-01-02,60\n2026-01-06,\n2026-01-10,60\n", 4, "no price in the 8 days"),
            ("2026-01-02,60,7\n", 2, "3 columns, and the header has 2"),
        ] {
            let text = refusal(&format!("{header}{rows}"));
            assert!(
                text.contains(&format!(".csv, line {line}: ")) && text.contains(reason),
                "{rows}: {text}"
            );
        }
        let months = "month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu\n";
        for (rows, line, reason) in [
            ("2026-01,60,3\n2026-03,60,3\n", 3, "2026-02 is missing"),
            ("2026-01,60,\n", 2, "`henry_hub_usd_per_mmbtu` is empty"),
            ("2026-01,60,3\n2026-01,60,3\n", 3, "twice"),
            ("2026-13,60,3\n", 2, "a month such as"),
        ] {
            let text = refusal(&format!("{months}{rows}"));
            assert!(
                text.contains(&format!(".csv, line {line}: ")) && text.contains(reason),
                "{rows}: {text}"
            );
        }
    }

    #[test]
    fn a_header_that_says_nothing_and_a_file_without_prices_are_refused() {
        for (text, reason) in [
            ("", "it is empty"),
            ("date,price_usd_per_bbl\n", "no prices"),
            ("date,price_usd_per_bbl\n2026-01-02,\n", "no prices"),
            ("date,price_usd_per_bbl,price_usd_per_gal\n2026-01-02,60,\n", "column for PROPANE is empty"),
            ("date,close\n2026-01-02,60\n", "column `close` is unknown"),
            ("2026-01-02,60\n", "column `2026-01-02` is unknown"),
            ("price_usd_per_bbl\n60\n", "no column `date`"),
            ("date\n2026-01-02\n", "no column of prices"),
            ("date,date,price_usd_per_bbl\n", "twice"),
            ("month,wti_usd_per_bbl\n2026-01,60\n", "no column `henry_hub_usd_per_mmbtu`"),
        ] {
            let said = refusal(text);
            assert!(said.contains(reason), "{text}: {said}");
        }
        let gone = table(&[PathBuf::from("nowhere.csv")]).unwrap_err().to_string();
        assert!(gone.starts_with("prices file nowhere.csv: "), "{gone}");
    }

    #[test]
    fn a_file_over_its_bound_is_not_read() {
        let mut text = DAYS.to_owned();
        text.push_str(&" ".repeat(BYTES_MAX as usize));
        assert!(refusal(&text).contains("larger than 4 MiB"));
    }

    #[test]
    fn more_prices_than_a_genesis_takes_are_refused() {
        let mut text = "date,price_usd_per_bbl,price_usd_per_mmbtu,price_usd_per_gal\n".to_owned();
        let first: NaiveDate = "1980-01-01".parse().unwrap();
        for day in first.iter_days().take(ROWS_MAX / 3 + 1) {
            text.push_str(&format!("{day},60,3,0.5\n"));
        }
        assert!(refusal(&text).contains("a run takes 40000"));
    }
}
