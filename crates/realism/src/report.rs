//! What is found: tests with their figures, thresholds, rows and charts.

use serde::Serialize;

/// The whole scorecard of one ledger.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was observed.
    pub observed: Observed,
    /// Every test, in its fixed order.
    pub tests: Vec<Test>,
}

impl Report {
    /// Whether no test missed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        !self.tests.iter().any(Test::is_missed)
    }

    /// The tests that missed.
    pub fn missed(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.is_missed())
    }

    /// How many tests ended so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.tests.iter().filter(|test| test.outcome == outcome).count()
    }
}

/// What was observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Observed {
    /// When the first entry was entered.
    pub first_entered_at: String,
    /// When the last one was.
    pub last_entered_at: String,
    /// Days from the first to the last.
    pub days: i64,
    /// Entries.
    pub entries: u64,
    /// Lines.
    pub lines: u64,
    /// Field tickets among the entries (source PRD): the shape tests count them apart.
    pub field_tickets: u64,
    /// Months that had closed by the last entry.
    pub closed_months: Vec<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The figure keeps the threshold.
    Passed,
    /// It does not.
    Missed,
    /// What the test asks about does not occur in the ledger: a miss.
    NotSeen,
    /// The ledger is too short for the test.
    Skipped,
    /// A figure to know, without a threshold that counts.
    Reported,
}

impl Outcome {
    /// For people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Missed => "missed",
            Self::NotSeen => "not seen",
            Self::Skipped => "skipped",
            Self::Reported => "reported",
        }
    }
}

/// What a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Exact: one cent off is a miss.
    Tie,
    /// How the ledger looks beside real ones.
    Shape,
    /// Whether it is oil and gas.
    Domain,
}

impl Group {
    /// All, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Tie, Self::Shape, Self::Domain];

    /// For people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tie => "Ties",
            Self::Shape => "Shape",
            Self::Domain => "Oil and gas",
        }
    }
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Stable name for programs.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// Name for people.
    pub name: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What was found.
    pub figure: String,
    /// What is wanted.
    pub threshold: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it does not count as a miss.
    pub passed: bool,
    /// Why it was not seen or skipped.
    pub reason: Option<String>,
    /// Where the threshold is from.
    pub source: &'static str,
    /// The figures behind the figure.
    pub rows: Vec<Row>,
    /// Rows that were counted and are not shown.
    pub rows_left_out: u64,
    /// A picture of it.
    pub chart: Option<Chart>,
}

impl Test {
    /// Whether it counts against the ledger.
    #[must_use]
    pub fn is_missed(&self) -> bool {
        matches!(self.outcome, Outcome::Missed | Outcome::NotSeen)
    }

    pub(crate) fn with_rows(mut self, rows: Vec<Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    pub(crate) fn with_chart(mut self, chart: Chart) -> Self {
        self.chart = Some(chart);
        self
    }
}

/// A figure behind a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Of what.
    pub of: String,
    /// The figure.
    pub figure: String,
    /// Whether it keeps its own threshold, where it has one.
    pub passed: Option<bool>,
}

impl Row {
    pub(crate) fn new(of: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { of: of.into(), figure: figure.into(), passed: None }
    }

    pub(crate) fn judged(of: impl Into<String>, figure: impl Into<String>, passed: bool) -> Self {
        Self { of: of.into(), figure: figure.into(), passed: Some(passed) }
    }
}

/// A picture, as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Chart {
    /// Bars beside each other for each label.
    Bars {
        /// Below the bars.
        labels: Vec<String>,
        /// Each with a value for each label.
        series: Vec<Series>,
        /// What the values are in.
        unit: &'static str,
    },
    /// For each label the span that is wanted and the span that was found.
    Spans {
        /// One each.
        spans: Vec<Span>,
        /// What the values are in.
        unit: &'static str,
    },
}

/// A named row of values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Name.
    pub name: &'static str,
    /// A value for each label.
    pub values: Vec<f64>,
}

/// What is wanted and what was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    /// Of what.
    pub of: String,
    /// What is wanted.
    pub wanted: crate::thresholds::Band,
    /// What was found, lowest to highest.
    pub found: crate::thresholds::Band,
}
