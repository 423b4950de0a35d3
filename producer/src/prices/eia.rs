//! The client of the U.S. Energy Information Administration's API, version 2.
//!
//! The API takes its key in the address alone, so no address is ever told: errors are stripped of theirs, no redirect is
//! followed, and the key is blotted out of whatever the server says. What the API answers silently, a route that exists with
//! no rows or rows with no values, is an error here: each series is required.

use super::{Row, price};
use chrono::NaiveDate;
use reqwest::{StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::value::{RawValue, Value};
use simulator::prices::Series;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// Rows of one answer: the most that the API gives.
const PAGE_ROWS: &str = "5000";
/// Pages of one series: a century of days, and a bound on an answer that never ends.
const PAGES_MAX: usize = 10;
/// Bytes of one answer: 5 000 rows take some 2 MB.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Characters of what a server says that are worth telling.
const TOLD_CHARS: usize = 300;
/// Prices come some business days late; a newest one so many days old is a feed that stands still.
pub const STALE_AFTER_DAYS: u64 = 8;

/// How EIA is asked.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the programs")]
pub struct Args {
    /// Key of EIA's API, free at www.eia.gov/opendata [env: EIA_API_KEY or EIA_API_KEY_FILE]
    #[arg(
        long = "eia-api-key",
        env = "EIA_API_KEY",
        value_name = "SECRET",
        hide_env = true,
        hide_env_values = true,
        help_heading = "Prices"
    )]
    pub api_key: Option<SecretString>,
    /// Address of EIA's API; plain http only on this machine, because the key goes with each call [env: EIA_BASE_URL]
    #[arg(
        long = "eia-base-url",
        env = "EIA_BASE_URL",
        value_name = "URL",
        default_value = BASE_URL,
        value_parser = base_url,
        hide_env = true,
        help_heading = "Prices"
    )]
    pub base_url: String,
}

/// Where EIA is.
const BASE_URL: &str = "https://api.eia.gov/v2";

impl Default for Args {
    fn default() -> Self {
        Self { api_key: None, base_url: BASE_URL.to_owned() }
    }
}

fn base_url(text: &str) -> Result<String, String> {
    let expected = || "an address such as https://api.eia.gov/v2 is expected".to_owned();
    let url = Url::parse(text).map_err(|_| expected())?;
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(text.trim_end_matches('/').to_owned()),
        "http" if is_here => Ok(text.trim_end_matches('/').to_owned()),
        "http" => Err("https is expected: the key goes with each call".to_owned()),
        _ => Err(expected()),
    }
}

/// EIA's name of a series.
#[must_use]
pub const fn id(series: Series) -> &'static str {
    match series {
        Series::Wti => "RWTC",
        Series::HenryHub => "RNGWHHD",
        Series::Propane => "EER_EPLLPA_PF4_Y44MB_DPG",
    }
}

const fn route(series: Series) -> &'static str {
    match series {
        Series::Wti | Series::Propane => "petroleum/pri/spt",
        Series::HenryHub => "natural-gas/pri/fut",
    }
}

/// How long, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// One request, its answer included.
    pub request: Duration,
    /// The wait after the first failure; each further one doubles it.
    pub first_wait: Duration,
    /// No wait is longer: EIA suspends those who ask too often for up to a minute.
    pub longest_wait: Duration,
    /// How often one page is asked for.
    pub tries: u32,
    /// Everything together: somebody waits for it.
    pub all: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(15),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            tries: 5,
            all: Duration::from_secs(90),
        }
    }
}

impl Patience {
    /// The wait after so many failures, shortened by up to half by chance.
    fn wait(&self, failures: u32) -> Duration {
        let full =
            self.first_wait.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(self.longest_wait);
        // A new `RandomState` differs from the last: chance enough for this.
        let thousandths = u32::try_from(RandomState::new().hash_one(failures) % 500).expect("below 500");
        full - full * thousandths / 1000
    }
}

/// What went wrong with one series.
#[derive(Debug, thiserror::Error)]
#[error("EIA {route} {id}: {problem}")]
pub struct EiaError {
    route: &'static str,
    id: &'static str,
    /// What it was.
    pub problem: Problem,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The key is missing or not known.
    #[error("the key is not accepted ({0}); is EIA_API_KEY the one that www.eia.gov/opendata sent?")]
    Key(String),
    /// It refuses the call; trying again does not help.
    #[error("refused with {0}; is EIA_BASE_URL right?")]
    Refused(String),
    /// It cannot answer now, or is asked too often.
    #[error("not available: {0}; try again later")]
    Unavailable(String),
    /// What it answers is not what this program knows.
    #[error("an answer that cannot be used: {0}")]
    Strange(String),
    /// No row, or none with a value.
    #[error("no prices from {from} to {to}; a longer span has some, unless EIA has renamed the series")]
    Empty {
        /// First day that was asked for.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// Fewer rows than it says there are.
    #[error("{got} of {total} rows came")]
    Incomplete {
        /// Rows that came.
        got: usize,
        /// Rows that there are.
        total: usize,
    },
    /// It took too long.
    #[error("no answer within {} s in all; the last trouble: {last}", .within.as_secs())]
    Late {
        /// How long it may take.
        within: Duration,
        /// What was wrong before.
        last: String,
    },
}

impl Problem {
    const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// The daily prices of one series, by date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The series.
    pub series: Series,
    /// Its prices: at least one.
    pub rows: Vec<Row>,
}

impl Feed {
    /// The first and the last day with a price.
    ///
    /// # Panics
    /// Never: there is a price.
    #[must_use]
    pub fn span(&self) -> (NaiveDate, NaiveDate) {
        let (first, last) = self.rows.first().zip(self.rows.last()).expect("a feed has prices");
        (first.1, last.1)
    }
}

/// Asks EIA. One call at a time, far below the five a second that it allows.
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    key: SecretString,
    patience: Patience,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Client {
    /// A client, where there is a key.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    #[must_use]
    pub fn of(args: &Args) -> Option<Result<Self, EiaError>> {
        args.api_key.clone().map(|key| Self::new(&args.base_url, key, Patience::default()))
    }

    /// A client for this address and key.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(base_url: &str, key: SecretString, patience: Patience) -> Result<Self, EiaError> {
        service::install_crypto();
        let http = reqwest::Client::builder()
            .timeout(patience.request)
            // A redirect would carry the address, and the key with it, somewhere else.
            .redirect(redirect::Policy::none())
            .user_agent(concat!("wellbook/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| of(Series::Wti)(Problem::Unavailable(error.without_url().to_string())))?;
        let base_url = base_url.trim_end_matches('/').to_owned();
        Ok(Self { http, base_url, key, patience })
    }

    /// All series from one day to another, both included.
    ///
    /// # Errors
    /// The first that cannot be had whole.
    pub async fn all(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Feed>, EiaError> {
        let deadline = Instant::now() + self.patience.all;
        let mut feeds = Vec::new();
        for series in Series::ALL {
            feeds.push(self.series(series, (from, to), deadline).await.map_err(of(series))?);
        }
        Ok(feeds)
    }

    /// One series from one day to another, both included.
    ///
    /// # Errors
    /// Where it cannot be had whole.
    pub async fn feed(&self, series: Series, from: NaiveDate, to: NaiveDate) -> Result<Feed, EiaError> {
        let deadline = Instant::now() + self.patience.all;
        self.series(series, (from, to), deadline).await.map_err(of(series))
    }

    async fn series(
        &self,
        series: Series,
        (from, to): (NaiveDate, NaiveDate),
        deadline: Instant,
    ) -> Result<Feed, Problem> {
        let (mut rows, mut got) = (Vec::new(), 0);
        for _ in 0..PAGES_MAX {
            let page = self.page(series, (from, to), got, deadline).await?;
            got += page.data.len();
            let is_last = page.data.is_empty();
            for row in page.data {
                rows.extend(
                    row.price_of(series, (from, to)).map_err(|text| Problem::Strange(self.told(&text)))?,
                );
            }
            if got >= page.total && !page.is_cut || is_last {
                return checked(series, rows, (got, page.total), (from, to));
            }
        }
        Err(Problem::Strange(format!("more than {PAGES_MAX} pages")))
    }

    /// One page, tried as often as patience has it.
    async fn page(
        &self,
        series: Series,
        span: (NaiveDate, NaiveDate),
        offset: usize,
        deadline: Instant,
    ) -> Result<Page, Problem> {
        let late = |last: &str| Problem::Late { within: self.patience.all, last: last.to_owned() };
        let mut last = "it was slow".to_owned();
        for failures in 1.. {
            let answer =
                timeout_at(deadline, self.ask(series, span, offset)).await.map_err(|_| late(&last))?;
            let problem = match answer {
                Ok(page) => return Ok(page),
                Err(problem) => problem,
            };
            if !problem.is_transient() || failures >= self.patience.tries {
                return Err(problem);
            }
            last = problem.to_string();
            let wait = self.patience.wait(failures);
            if Instant::now() + wait >= deadline {
                return Err(late(&last));
            }
            tracing::warn!(series = series.code(), retry_in_ms = wait.as_millis(), "EIA: {problem}");
            sleep(wait).await;
        }
        unreachable!("the last try ends the loop")
    }

    async fn ask(
        &self,
        series: Series,
        (from, to): (NaiveDate, NaiveDate),
        offset: usize,
    ) -> Result<Page, Problem> {
        let address = format!("{}/{}/data/", self.base_url, route(series));
        let mut url = Url::parse(&address).map_err(|error| Problem::Refused(error.to_string()))?;
        url.query_pairs_mut()
            .append_pair("api_key", self.key.expose_secret())
            .append_pair("frequency", "daily")
            .append_pair("data[0]", "value")
            .append_pair("facets[series][]", id(series))
            .append_pair("start", &from.to_string())
            .append_pair("end", &to.to_string())
            .append_pair("sort[0][column]", "period")
            .append_pair("sort[0][direction]", "asc")
            .append_pair("offset", &offset.to_string())
            .append_pair("length", PAGE_ROWS);
        let lost = |error: reqwest::Error| Problem::Unavailable(self.told(&cause(error)));
        let mut response = self.http.get(url).send().await.map_err(lost)?;
        let (status, mut body) = (response.status(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Problem::Strange(format!("more than {} MiB", ANSWER_BYTES_MAX >> 20)));
            }
            body.extend_from_slice(&chunk);
        }
        self.page_of(status, &body)
    }

    fn page_of(&self, status: StatusCode, body: &[u8]) -> Result<Page, Problem> {
        let answer = serde_json::from_slice::<Answer>(body);
        // Some versions say 200 and put the status into the answer.
        let said = answer.as_ref().ok().and_then(Answer::status).unwrap_or(status);
        let has_error = answer.as_ref().is_ok_and(|answer| answer.error.is_some());
        if !said.is_success() || has_error {
            let text = answer.ok().and_then(|answer| answer.error).map(|error| error.to_string());
            let text = text.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
            return Err(refusal(said, &self.told(&text)));
        }
        let strange = |text: String| Problem::Strange(self.told(&text));
        let answer = answer.map_err(|error| strange(error.to_string()))?;
        let response = answer.response.ok_or_else(|| strange("it has no `response`".to_owned()))?;
        let warnings = [response.warnings, answer.warnings].concat();
        for warning in &warnings {
            tracing::debug!("EIA warns: {}", self.told(&warning.to_string()));
        }
        let total = whole_number(&response.total).ok_or_else(|| strange("it has no `total`".to_owned()))?;
        // A warning may say that the answer is cut, in words that change: then only an empty page is the end.
        Ok(Page { total, data: response.data, is_cut: !warnings.is_empty() })
    }

    /// What may be told of a text from outside: short, and without the key.
    fn told(&self, text: &str) -> String {
        let key = self.key.expose_secret();
        let encoded: String = url_encoded(key);
        let text = text.replace(key, "(key)").replace(&encoded, "(key)");
        text.replace(char::is_control, " ").chars().take(TOLD_CHARS).collect()
    }
}

fn of(series: Series) -> impl Fn(Problem) -> EiaError {
    move |problem| EiaError { route: route(series), id: id(series), problem }
}

/// A key as it stands in an address.
fn url_encoded(key: &str) -> String {
    let mut url = Url::parse("https://key").expect("a constant address");
    url.query_pairs_mut().append_pair("k", key);
    url.query().and_then(|query| query.strip_prefix("k=")).unwrap_or_default().to_owned()
}

/// The innermost cause, which says most; never the address.
fn cause(error: reqwest::Error) -> String {
    let is_timeout = error.is_timeout();
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    if is_timeout { format!("no answer in time ({text})") } else { text }
}

fn refusal(status: StatusCode, text: &str) -> Problem {
    let told = format!("{status}: {text}");
    let lower = text.to_lowercase();
    let is_throttle = ["rate limit", "rate_limit", "throttl", "too many", "exceeded"];
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Problem::Unavailable(told),
        // It also throttles with 403, and with a status that does not say so.
        _ if is_throttle.iter().any(|words| lower.contains(words)) => Problem::Unavailable(told),
        StatusCode::FORBIDDEN if lower.contains("api_key") => Problem::Key(told),
        _ if status.is_server_error() => Problem::Unavailable(told),
        _ => Problem::Refused(told),
    }
}

/// Whether the series is all there.
fn checked(
    series: Series,
    rows: Vec<Row>,
    (got, total): (usize, usize),
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Feed, Problem> {
    if got != total {
        return Err(Problem::Incomplete { got, total });
    }
    if rows.is_empty() {
        return Err(Problem::Empty { from, to });
    }
    match rows.windows(2).find(|pair| pair[0].1 >= pair[1].1) {
        Some(pair) => Err(Problem::Strange(format!("{} comes behind {}", pair[1].1, pair[0].1))),
        None => Ok(Feed { series, rows }),
    }
}

// --- the envelope --------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct Answer {
    response: Option<Response>,
    error: Option<Value>,
    code: Option<Value>,
    #[serde(default)]
    warnings: Vec<Value>,
}

impl Answer {
    /// The status that stands beside an error.
    fn status(&self) -> Option<StatusCode> {
        let error = self.error.as_ref()?;
        if let Some(Value::String(code)) = error.get("code")
            && code.starts_with("API_KEY")
        {
            return Some(StatusCode::FORBIDDEN);
        }
        let code = self.code.as_ref().and_then(whole_number)?;
        u16::try_from(code).ok().and_then(|code| StatusCode::from_u16(code).ok())
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    total: Value,
    #[serde(default)]
    data: Vec<Quote>,
    #[serde(default)]
    warnings: Vec<Value>,
}

struct Page {
    total: usize,
    data: Vec<Quote>,
    is_cut: bool,
}

#[derive(Deserialize)]
struct Quote {
    period: String,
    series: String,
    units: Option<String>,
    /// As it is written: no float comes between. None where the field is not there, which is not the same as `null`.
    #[serde(default, deserialize_with = "present")]
    value: Option<Box<RawValue>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Quote {
    /// The price, where the day has one.
    fn price_of(&self, series: Series, (from, to): (NaiveDate, NaiveDate)) -> Result<Option<Row>, String> {
        if self.series != id(series) {
            return Err(format!("it holds series `{}`", self.series));
        }
        let date: NaiveDate = self.period.parse().map_err(|_| format!("`{}` is no day", self.period))?;
        if !(from..=to).contains(&date) {
            return Err(format!("{date} is not in {from} to {to}"));
        }
        let unit = format!("$/{}", series.unit_of_measure());
        if let Some(other) = self.units.as_ref().filter(|units| !units.eq_ignore_ascii_case(&unit)) {
            return Err(format!("its unit is `{other}`, and {unit} is expected"));
        }
        let value = self.value.as_ref().ok_or_else(|| format!("its row of {date} has no `value`"))?.get();
        let value = value.trim_matches('"').trim();
        if value == "null" || value.is_empty() {
            return Ok(None);
        }
        price(value).map(|price| Some((series, date, price))).map_err(|problem| format!("{date}: {problem}"))
    }
}

/// A number, or a string that is one.
fn whole_number(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64().and_then(|number| usize::try_from(number).ok()),
    }
}
