//! Tables of prices in CSV files.
//!
//! A file has a header that says what it holds: days (`date` and one or more of `price_usd_per_bbl`, `price_usd_per_mmbtu`,
//! `price_usd_per_gal`), or months (`month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu` and perhaps `propane_usd_per_gal`).
//! A daily row may leave a price empty: the last one holds. What is not sound is refused with file and line.

use super::{GAP_DAYS_MAX, MONTHS_BOOKED_BEFORE, Row, price};
use chrono::{Datelike, NaiveDate};
use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use ledger::UnitPrice;
use ledger::period::{first_of_month, next_month};
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

/// What price files hold.
#[derive(Clone, Debug)]
pub struct Given {
    table: PriceTable,
    spans: Vec<Span>,
}

/// From where to where a file has a series.
#[derive(Clone, Debug)]
struct Span {
    series: Series,
    path: PathBuf,
    /// The first date, and its line.
    first: (NaiveDate, Option<u64>),
    /// The line of the last date.
    last_line: Option<u64>,
}

impl Given {
    /// The table that the files make.
    #[must_use]
    pub const fn table(&self) -> &PriceTable {
        &self.table
    }

    /// Whether a ledger that begins on `start_date` finds its prices in each file: those of the two years that are booked
    /// before it, and of its first day. Otherwise the first price, or a path behind the last, would stand for what was real.
    ///
    /// # Errors
    /// The first file, and line, that begins too late or ends too early.
    pub fn reach(&self, start_date: NaiveDate) -> Result<(), FileError> {
        let needed = first_of_month(start_date) - MONTHS_BOOKED_BEFORE;
        // Propane has a rule of its own where it has no price.
        for span in self.spans.iter().filter(|span| span.series != Series::Propane) {
            let refuse = |line, problem| Err(FileError { path: span.path.clone(), line, problem });
            let (first, line) = span.first;
            let code = span.series.code();
            if (first - needed).num_days() > GAP_DAYS_MAX {
                return refuse(
                    line,
                    format!(
                        "{code} begins on {first}, and a ledger from {start_date} needs it from {needed}, because two years are \
                     booked before its first day: give a file that begins there, or a later START_DATE (--start-date)"
                    ),
                );
            }
            if let Some(until) = self.table.known_until(span.series).filter(|until| *until < start_date) {
                return refuse(
                    span.last_line,
                    format!(
                        "{code} ends on {until}, before the ledger's first day, {start_date}: give a file that goes on at least to \
                     there, or an earlier START_DATE (--start-date)"
                    ),
                );
            }
        }
        Ok(())
    }
}

/// What these files hold; none where there are no files. Oil or gas that is in no file is as built in, and the source says
/// so.
///
/// # Errors
/// The first file, and line, that is not sound.
pub fn given(paths: &[PathBuf]) -> Result<Option<Given>, FileError> {
    let mut files: BTreeMap<Series, (&Path, Vec<Row>)> = BTreeMap::new();
    let mut spans = Vec::new();
    for path in paths {
        let refuse = |problem| FileError { path: path.clone(), line: None, problem };
        for (series, Column { rows, first_line, last_line }) in read(path)? {
            if let Some((other, _)) = files.get(&series) {
                let other = other.display();
                return Err(refuse(format!("{} is in {other} as well: give one of them", series.code())));
            }
            let first = (rows.first().map(|(_, date, _)| *date).unwrap_or_default(), first_line);
            spans.push(Span { series, path: path.clone(), first, last_line });
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
    let table = PriceTable::from_rows(&format!("Files: {}", sources.join("; ")), all);
    Ok(Some(Given { table, spans }))
}

/// A daily file with these prices.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    let columns: Vec<(&str, Series)> =
        DAILY.into_iter().filter(|(_, series)| rows.iter().any(|(of, _, _)| of == series)).collect();
    let mut days: BTreeMap<NaiveDate, BTreeMap<Series, UnitPrice>> = BTreeMap::new();
    for (series, date, price) in rows {
        days.entry(*date).or_default().insert(*series, *price);
    }
    let header: String = columns.iter().map(|(name, _)| format!(",{name}")).collect();
    let mut text = format!("date{header}\n");
    for (date, prices) in days {
        let price = |series| prices.get(series).map(UnitPrice::to_string).unwrap_or_default();
        let prices: String = columns.iter().map(|(_, series)| format!(",{}", price(series))).collect();
        text.push_str(&format!("{date}{prices}\n"));
    }
    text
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
fn read(path: &Path) -> Result<BTreeMap<Series, Column>, FileError> {
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

/// A series of a file, and the lines on which its first and its last price stand.
#[derive(Default)]
struct Column {
    rows: Vec<Row>,
    first_line: Option<u64>,
    last_line: Option<u64>,
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<Series, Column>, Problem> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
    let layout = Layout::of(reader.headers().map_err(unreadable)?)?;
    let series = layout.rows(&mut reader)?;
    if series.values().all(|column| column.rows.is_empty()) {
        return Err((None, "it holds no prices".to_owned()));
    }
    match series.iter().find(|(_, column)| column.rows.is_empty()) {
        Some((Series::Propane, _)) if layout.is_monthly => {}
        Some((series, _)) => return Err((None, format!("its column for {} is empty", series.code()))),
        None => {}
    }
    Ok(series.into_iter().filter(|(_, column)| !column.rows.is_empty()).collect())
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

    fn rows(&self, reader: &mut Reader<&[u8]>) -> Result<BTreeMap<Series, Column>, Problem> {
        let mut all: BTreeMap<Series, Column> =
            self.prices.iter().map(|(_, _, series)| (*series, Column::default())).collect();
        let (mut record, mut before) = (StringRecord::new(), None);
        while reader.read_record(&mut record).map_err(unreadable)? {
            let line = record.position().map(csv::Position::line);
            let refuse = |problem| (line, problem);
            let date = self.date_of(&record[self.date], before).map_err(refuse)?;
            before = Some(date);
            for (column, name, series) in &self.prices {
                let price = self.price_of(&record[*column], name, *series).map_err(refuse)?;
                let Column { rows, first_line, last_line } =
                    all.get_mut(series).expect("every column has its rows");
                let last = rows.last().map(|(_, last, _)| *last);
                if let Some(price) = price {
                    if !self.is_monthly {
                        gap_problem(last, date, name).map_or(Ok(()), Err).map_err(refuse)?;
                    }
                    rows.push((*series, date, price));
                    *first_line = first_line.or(line);
                    *last_line = line;
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

    fn table(paths: &[PathBuf]) -> Result<Option<PriceTable>, FileError> {
        Ok(given(paths)?.map(|given| given.table))
    }

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
    fn prices_that_do_not_reach_from_two_years_before_the_first_day_to_it_are_refused_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "month,wti_usd_per_bbl,henry_hub_usd_per_mmbtu\n".to_owned();
        let months = (2023..=2025).flat_map(|year| (1..=12).map(move |month| (year, month)));
        months.for_each(|(year, month)| text.push_str(&format!("{year}-{month:02},60,3\n")));
        let made = given(&[written(&folder, "months.csv", &text)]).unwrap().unwrap();
        let reach = |day: &str| made.reach(day.parse().unwrap()).map_err(|error| error.to_string());
        assert_eq!((reach("2025-01-01"), reach("2025-12-31")), (Ok(()), Ok(())));
        let late = reach("2024-12-31").unwrap_err();
        assert!(late.contains("months.csv, line 2: WTI begins on 2023-01-01"), "{late}");
        assert!(late.contains("from 2022-12-01") && late.contains("--start-date"), "{late}");
        let early = reach("2026-01-01").unwrap_err();
        assert!(early.contains("months.csv, line 37: WTI ends on 2025-12-31"), "{early}");

        // Markets rest for some days before the first price of a month, and a day is enough to begin on.
        let mut days = "date,price_usd_per_mmbtu\n".to_owned();
        let first: NaiveDate = "2023-01-04".parse().unwrap();
        first.iter_days().step_by(7).take(105).for_each(|day| days.push_str(&format!("{day},3\n")));
        let made = given(&[written(&folder, "days.csv", &days)]).unwrap().unwrap();
        assert_eq!(made.reach("2025-01-01".parse().unwrap()), Ok(()));
        let early = made.reach("2025-01-02".parse().unwrap()).unwrap_err().to_string();
        assert!(early.contains("days.csv, line 106: HENRY_HUB ends on 2025-01-01"), "{early}");
    }

    #[test]
    fn a_file_that_is_written_is_read_as_the_same_prices() {
        let folder = tempfile::tempdir().unwrap();
        let row = |series, date: &str, price: &str| (series, date.parse().unwrap(), price.parse().unwrap());
        let rows = [
            row(Series::Wti, "2026-01-02", "60.5"),
            row(Series::Wti, "2026-01-06", "-36.98"),
            row(Series::HenryHub, "2026-01-05", "3.125"),
        ];
        let read = table(&[written(&folder, "real.csv", &text(&rows))]).unwrap().unwrap();
        assert_eq!(read.given().collect::<Vec<_>>(), rows);
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
