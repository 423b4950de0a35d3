//! Charts as inline SVG.

use super::{escaped, pill, put};
use crate::report::{Chart, Series, Span, Test};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;
/// Left margin where labels stand beside their rows.
const LABEL_WIDTH: f64 = 128.0;
const ROW_HEIGHT: f64 = 20.0;
/// Longer labels stand beside their bars, not below.
const LABEL_MAX: usize = 9;
/// Labels below the bars: more would touch.
const LABELS_MAX: usize = 14;

/// A test's chart with its name, where it has one.
pub(super) fn figure(html: &mut String, test: &Test) {
    let Some(chart) = &test.chart else { return };
    put(
        html,
        format_args!(
            "<figure class=\"card\"><figcaption><span>{}</span>{}</figcaption><p class=\"soft\">{} · wanted: {}</p>",
            escaped(test.name),
            pill(test.outcome),
            escaped(&test.figure),
            escaped(&test.threshold)
        ),
    );
    match chart {
        Chart::Bars { labels, series, unit } => {
            if labels.iter().any(|label| label.chars().count() > LABEL_MAX) {
                rows_of_bars(html, test.name, labels, series);
            } else {
                bars(html, test.name, labels, series);
            }
            legend(html, series, unit);
        }
        Chart::Spans { spans, unit } => {
            spans_of(html, test.name, spans);
            put(
                html,
                format_args!(
                    "<div class=\"legend\"><span><b class=\"band\"></b>wanted</span><span><b class=\"s0\"></b>found</span><span><b class=\"out\"></b>found outside</span><span>{unit}</span></div>"
                ),
            );
        }
    }
    html.push_str("</figure>");
}

fn legend(html: &mut String, series: &[Series], unit: &str) {
    html.push_str("<div class=\"legend\">");
    for (at, series) in series.iter().enumerate() {
        put(html, format_args!("<span><b class=\"s{at}\"></b>{}</span>", series.name));
    }
    put(html, format_args!("<span>{unit}</span></div>"));
}

fn open(html: &mut String, name: &str, height: f64) {
    put(
        html,
        format_args!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">", escaped(name)),
    );
}

/// Upright bars, those of one label side by side.
fn bars(html: &mut String, name: &str, labels: &[String], series: &[Series]) {
    open(html, name, HEIGHT);
    let most = series.iter().flat_map(|series| &series.values).copied().fold(0.0, f64::max);
    let (step, top) = scale(0.0, most);
    let height = HEIGHT - TOP - BOTTOM;
    let y = |value: f64| TOP + height * (1.0 - value / top);
    let mut tick = 0.0;
    while tick <= top + step / 2.0 {
        let at = y(tick);
        put(
            html,
            format_args!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                at + 4.0,
                number(tick)
            ),
        );
        tick += step;
    }
    let slot = (WIDTH - LEFT - RIGHT) / labels.len().max(1) as f64;
    let bar = slot * 0.76 / series.len().max(1) as f64;
    let every = labels.len().div_ceil(LABELS_MAX).max(1);
    for (at, label) in labels.iter().enumerate() {
        let x = LEFT + slot * at as f64;
        for (place, series) in series.iter().enumerate() {
            let value = series.values.get(at).copied().unwrap_or(0.0);
            let (x, y) = (x + slot * 0.12 + bar * place as f64, y(value));
            put(
                html,
                format_args!(
                    "<rect class=\"s{place}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"1.5\"><title>{}: {} {}</title></rect>",
                    (bar - 1.0).max(1.0),
                    TOP + height - y,
                    escaped(label),
                    series.name,
                    number(value)
                ),
            );
        }
        if at % every == 0 {
            let (x, y) = (x + slot / 2.0, HEIGHT - 8.0);
            put(
                html,
                format_args!("<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", escaped(label)),
            );
        }
    }
    html.push_str("</svg>");
}

/// Lying bars of the first series, with the label beside each.
fn rows_of_bars(html: &mut String, name: &str, labels: &[String], series: &[Series]) {
    let height = TOP + ROW_HEIGHT * labels.len() as f64;
    open(html, name, height);
    let values = series.first().map(|series| series.values.as_slice()).unwrap_or_default();
    let most = values.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    for (at, (label, value)) in labels.iter().zip(values).enumerate() {
        let y = TOP / 2.0 + ROW_HEIGHT * at as f64;
        let width = (WIDTH - LABEL_WIDTH - 60.0) * value / most;
        put(
            html,
            format_args!(
                "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect class=\"s0\" x=\"{LABEL_WIDTH}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"13\" rx=\"2\"/><text x=\"{:.1}\" y=\"{:.1}\">{value:.1}</text>",
                LABEL_WIDTH - 8.0,
                y + 13.0,
                escaped(label),
                y + 2.5,
                LABEL_WIDTH + width + 6.0,
                y + 13.0
            ),
        );
    }
    html.push_str("</svg>");
}

/// For each row the wanted span as a band, and the found span in it.
fn spans_of(html: &mut String, name: &str, spans: &[Span]) {
    let height = TOP + ROW_HEIGHT * spans.len() as f64 + BOTTOM;
    open(html, name, height);
    let ends =
        spans.iter().flat_map(|span| [span.wanted.low, span.wanted.high, span.found.low, span.found.high]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
    let (step, high) = scale(low, high);
    let low = (low / step).floor() * step;
    let width = WIDTH - LABEL_WIDTH - RIGHT - 12.0;
    let x = |value: f64| LABEL_WIDTH + width * (value - low) / (high - low).max(f64::MIN_POSITIVE);
    let mut tick = low;
    while tick <= high + step / 2.0 {
        let (at, bottom) = (x(tick), height - BOTTOM);
        let class = if tick.abs() < step / 2.0 { "zero" } else { "grid" };
        put(
            html,
            format_args!(
                "<line class=\"{class}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"4\" y2=\"{bottom:.1}\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                height - 8.0,
                number(tick)
            ),
        );
        tick += step;
    }
    for (at, span) in spans.iter().enumerate() {
        let y = TOP / 2.0 + ROW_HEIGHT * at as f64;
        let holds = span.wanted.holds(span.found.low) && span.wanted.holds(span.found.high);
        let found_at = x(span.found.low) - 3.0;
        put(
            html,
            format_args!(
                "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect class=\"band\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"15\" rx=\"3\"/><rect class=\"{}\" x=\"{found_at:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"7\" rx=\"3.5\"><title>{:.2} to {:.2}</title></rect>",
                LABEL_WIDTH - 8.0,
                y + 13.0,
                escaped(&span.of),
                x(span.wanted.low),
                y + 1.5,
                x(span.wanted.high) - x(span.wanted.low),
                if holds { "in" } else { "out" },
                y + 5.5,
                x(span.found.high) + 3.0 - found_at,
                span.found.low,
                span.found.high
            ),
        );
    }
    html.push_str("</svg>");
}

/// A step of 1, 2 or 5 times a power of ten that makes four to eight ticks, and the first tick at or above the most.
fn scale(low: f64, high: f64) -> (f64, f64) {
    let span = (high - low).max(1e-6);
    let rough = span / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    (step, ((high / step).ceil() * step).max(step))
}

fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
