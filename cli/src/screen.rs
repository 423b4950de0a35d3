//! What a person sees: lines, a bar and colours on a terminal, plain lines elsewhere.

use anyhow::Context;
use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Characters of a line where there is no terminal that has a width.
const WIDTH: usize = 100;

/// Characters of a line.
#[must_use]
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(terminal_size::Width(width), _)| width.into())
}

/// Whether what is printed may have colours.
#[must_use]
pub fn has_colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints what a command is asked for.
///
/// # Errors
/// Where it cannot be written.
pub fn write(printed: &[u8]) -> anyhow::Result<()> {
    match io::stdout().write_all(printed).and_then(|()| io::stdout().flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(100);

/// The terminal, or what stands for it.
pub struct Screen {
    bar: Option<ProgressBar>,
    /// The last line about what is waited for, so that it is not said twice.
    awaited: Mutex<String>,
    has_colours: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Screen {
    /// Looks what there is.
    #[must_use]
    pub fn new() -> Self {
        let is_terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let bar = is_terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(TURN);
            bar
        });
        Self { bar, awaited: Mutex::default(), has_colours: is_terminal && !is_plain }
    }

    /// Whether somebody watches who can be shown what is under way.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.bar.is_some()
    }

    /// A line that stays.
    pub fn line(&self, text: &str) {
        let print = || {
            // Nothing can be told to somebody whose terminal is gone.
            let _ = writeln!(std::io::stdout(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// A step that is done.
    pub fn done(&self, what: &str, outcome: &str, took: Duration) {
        let seconds = format!("{}.{} s", took.as_secs(), took.subsec_millis() / 100);
        self.line(&format!("{} {what:<24} {outcome}  {}", self.paint("32", "✓"), self.paint("2", &seconds)));
    }

    /// Something to notice.
    pub fn note(&self, text: &str) {
        self.line(&format!("{} {text}", self.paint("33", "!")));
    }

    /// Real prices that end within a ledger: on standard error, because what is made may go to standard output.
    pub fn note_seeded_prices(&self, seeded_from: &BTreeMap<String, NaiveDate>) {
        let print = || {
            for (series, from) in seeded_from {
                // Nothing can be told to somebody whose terminal is gone.
                let _ = writeln!(
                    io::stderr(),
                    "! {series}: real prices end before {from}; from this day on they follow a path that depends on the seed \
                     alone (--prices gives others)"
                );
            }
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// What is under way; nothing where nobody watches.
    pub fn busy(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
        }
    }

    /// What is waited for; where nobody watches, a line each time that it changes.
    pub fn awaiting(&self, text: &str) {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if *awaited == text {
            return;
        }
        text.clone_into(&mut awaited);
        match &self.bar {
            Some(bar) => bar.set_message(text.to_owned()),
            None => self.line(&format!("… {text}")),
        }
    }

    /// How far it is; nothing where nobody watches.
    pub fn share(&self, part: f64, text: &str) {
        let Some(bar) = &self.bar else { return };
        if bar.length() != Some(1_000) {
            bar.set_length(1_000);
            if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:32} {percent:>3} %  {msg}") {
                bar.set_style(style);
            }
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
        bar.set_position((part * 1_000.0) as u64);
        bar.set_message(text.to_owned());
    }

    /// Takes away what is under way.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// The text in a colour, on a terminal.
    #[must_use]
    pub fn paint(&self, code: &str, text: &str) -> String {
        if self.has_colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.clear();
    }
}
