//! The report as one page: no network, no script; light and dark by the reader's own preference.

mod chart;

use crate::question::grouped;
use crate::report::{Group, Outcome, Report, Row, Test};
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// A judged ledger with its name.
#[derive(Clone, Debug)]
pub struct Ledger<'r> {
    /// Name, such as its seed.
    pub title: String,
    /// What it was made of.
    pub subtitle: String,
    /// What was found.
    pub report: &'r Report,
}

/// The page of these ledgers.
#[must_use]
pub fn page(ledgers: &[Ledger<'_>]) -> String {
    let mut html = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    put(
        &mut html,
        format_args!("<title>Wellbook realism scorecard</title><style>{STYLE}</style></head><body><main>"),
    );
    let missed = ledgers.iter().filter(|ledger| !ledger.report.is_passed()).count();
    let verdict = match (missed, ledgers.len()) {
        (0, 1) => "Every test passed.".to_owned(),
        (0, all) => format!("Every test passed in all {all} ledgers."),
        (_, 1) => "Some tests missed.".to_owned(),
        (missed, all) => format!("Some tests missed in {missed} of {all} ledgers."),
    };
    put(
        &mut html,
        format_args!(
            "<h1>Realism scorecard</h1><p class=\"soft\">{verdict} Judged from journal entries and reference records alone; <code>docs/realism.md</code> gives the reasons.</p>"
        ),
    );
    if ledgers.len() > 1 {
        matrix(&mut html, ledgers);
    }
    for (at, ledger) in ledgers.iter().enumerate() {
        section(&mut html, ledger, at == 0);
    }
    html.push_str("</main></body></html>\n");
    html
}

/// Every test against every ledger.
fn matrix(html: &mut String, ledgers: &[Ledger<'_>]) {
    html.push_str("<div class=\"card matrix\"><table><tr><th>Test</th>");
    for ledger in ledgers {
        put(html, format_args!("<th>{}</th>", escaped(&ledger.title)));
    }
    html.push_str("</tr>");
    let tests = ledgers.first().map(|first| first.report.tests.as_slice()).unwrap_or_default();
    for (at, test) in tests.iter().enumerate() {
        put(html, format_args!("<tr><td>{}</td>", escaped(test.name)));
        for test in ledgers.iter().filter_map(|ledger| ledger.report.tests.get(at)) {
            // What misses is written out; the rest steps back.
            let shown = match test.outcome {
                Outcome::Passed => "✓",
                Outcome::Reported => "·",
                Outcome::Skipped => "–",
                outcome => outcome.label(),
            };
            let (class, label, figure) = (class(test.outcome), test.outcome.label(), escaped(&test.figure));
            put(html, format_args!("<td class=\"{class}\" title=\"{label}: {figure}\">{shown}</td>"));
        }
        html.push_str("</tr>");
    }
    html.push_str("</table><p class=\"soft\">✓ passed · reported – skipped</p></div>");
}

fn section(html: &mut String, ledger: &Ledger<'_>, is_open: bool) {
    let report = ledger.report;
    let (class, label) = if report.is_passed() { ("passed", "passed") } else { ("missed", "missed") };
    let open = if is_open { " open" } else { "" };
    put(
        html,
        format_args!(
            "<details class=\"ledger card\"{open}><summary><h2>{}</h2><span class=\"pill {class}\">{label}</span><span class=\"soft\">{}</span></summary><div class=\"inside\">",
            escaped(&ledger.title),
            escaped(&ledger.subtitle)
        ),
    );
    summary(html, report);
    html.push_str("<h3>Pictures</h3><div class=\"pictures\">");
    for test in &report.tests {
        chart::figure(html, test);
    }
    html.push_str("</div>");
    for group in Group::ALL {
        put(html, format_args!("<h3>{}</h3><div class=\"card\">", group.label()));
        for test in report.tests.iter().filter(|test| test.group == group) {
            detail(html, test);
        }
        html.push_str("</div>");
    }
    html.push_str("</div></details>");
}

fn summary(html: &mut String, report: &Report) {
    let outcomes = [Outcome::Passed, Outcome::Missed, Outcome::NotSeen, Outcome::Skipped, Outcome::Reported];
    html.push_str("<div class=\"tally\">");
    for outcome in outcomes {
        let width = report.count(outcome) as f64 * 100.0 / report.tests.len().max(1) as f64;
        put(html, format_args!("<i class=\"{}\" style=\"width:{width:.2}%\"></i>", class(outcome)));
    }
    html.push_str("</div><div class=\"facts soft\">");
    for outcome in outcomes.into_iter().filter(|outcome| report.count(*outcome) > 0) {
        put(html, format_args!("<span><b>{}</b> {}</span>", report.count(outcome), outcome.label()));
    }
    let observed = &report.observed;
    let facts = [
        format!("{} entries", grouped(observed.entries)),
        format!("{} lines", grouped(observed.lines)),
        format!("{} of the entries are field tickets", grouped(observed.field_tickets)),
        format!("{} days", observed.days),
        format!("{} closed months", observed.closed_months.len()),
    ];
    for fact in facts {
        put(html, format_args!("<span>{fact}</span>"));
    }
    html.push_str("</div>");
}

fn detail(html: &mut String, test: &Test) {
    let open = if test.outcome == Outcome::Missed { " open" } else { "" };
    put(
        html,
        format_args!(
            "<details class=\"test\"{open}><summary>{}<span class=\"name\">{}</span><span class=\"figure\">{}</span><span class=\"wanted\">{}</span></summary><div class=\"behind\"><p>{}</p>",
            pill(test.outcome),
            escaped(test.name),
            escaped(&test.figure),
            escaped(&test.threshold),
            escaped(test.asks)
        ),
    );
    if let Some(reason) = &test.reason {
        put(html, format_args!("<p><b>{}</b>: {}</p>", test.outcome.label(), escaped(reason)));
    }
    put(html, format_args!("<p class=\"soft\">{}</p>", escaped(test.source)));
    if !test.rows.is_empty() {
        rows(html, &test.rows);
    }
    if test.rows_left_out > 0 {
        put(html, format_args!("<p class=\"soft\">and {} more</p>", grouped(test.rows_left_out)));
    }
    html.push_str("</div></details>");
}

fn rows(html: &mut String, rows: &[Row]) {
    html.push_str("<table>");
    for row in rows {
        let class = if row.passed == Some(false) { " class=\"bad\"" } else { "" };
        let (of, figure) = (escaped(&row.of), escaped(&row.figure));
        put(html, format_args!("<tr{class}><td>{of}</td><td>{figure}</td></tr>"));
    }
    html.push_str("</table>");
}

fn pill(outcome: Outcome) -> String {
    format!("<span class=\"pill {}\">{}</span>", class(outcome), outcome.label())
}

const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Missed => "missed",
        Outcome::NotSeen => "not_seen",
        Outcome::Skipped => "skipped",
        Outcome::Reported => "reported",
    }
}

/// Writing to a string cannot fail.
fn put(html: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = html.write_fmt(text);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
