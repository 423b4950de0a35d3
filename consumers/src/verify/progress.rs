//! What verify is doing, for people who watch. Silent where nobody does.

use contract::Topic;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use std::time::Duration;

/// A line on the terminal, on standard error; nothing where that is no terminal.
#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        let style =
            ProgressStyle::with_template("{spinner} {prefix} {human_pos}").expect("the template is constant");
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// A record of a topic was read.
    pub(super) fn count(&self, topic: Topic) {
        if self.bar.position() == 0 {
            self.bar.set_prefix(format!("reading {topic}"));
        }
        self.bar.inc(1);
    }

    /// A row of the tables was read.
    pub(super) fn count_row(&self) {
        if self.bar.position() == 0 {
            self.bar.set_prefix("reading the tables");
        }
        self.bar.inc(1);
    }

    /// A topic is read to its end.
    pub(super) fn finish(&self, topic: Topic) {
        self.done(&topic.to_string());
    }

    /// The tables are read.
    pub(super) fn finish_tables(&self) {
        self.done("tables");
    }

    /// Clears the line.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn done(&self, what: &str) {
        let count = self.bar.position();
        if count > 0 {
            self.bar.println(format!("  {what}: {}", HumanCount(count)));
        }
        self.bar.set_position(0);
    }
}
