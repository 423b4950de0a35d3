//! Which dead letters are meant. Pure.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use ledger::ReasonCode;
use uuid::Uuid;

/// What was rejected so often is not mended by time alone.
const ATTEMPTS_MAX: i32 = 5;

/// Which dead letters are submitted again: those that fit everything that is given.
#[derive(clap::Args, Clone, Debug)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true))]
pub struct Choice {
    /// Every dead letter
    #[arg(long, group = "which", conflicts_with_all = ["reason", "ce_id", "entry_id"])]
    pub all: bool,
    /// Rejected for this reason; may be repeated, or several separated by commas
    #[arg(long, group = "which", value_name = "REASON", value_delimiter = ',', value_parser = reason)]
    pub reason: Vec<ReasonCode>,
    /// With this id of the submission, or of the first one that it was made again of; may be repeated
    #[arg(long, group = "which", value_name = "UUID", value_delimiter = ',')]
    pub ce_id: Vec<Uuid>,
    /// Of this journal entry; may be repeated
    #[arg(long, group = "which", value_name = "UUID", value_delimiter = ',')]
    pub entry_id: Vec<Uuid>,
    /// Rejected at this instant or later, by the wall clock: a day such as 2026-03-31, or an instant in RFC 3339
    #[arg(long, group = "which", value_name = "INSTANT", value_parser = instant)]
    pub since: Option<DateTime<Utc>>,
    /// Submit nothing: list what would be. Alone it lists every dead letter
    #[arg(long, group = "which")]
    pub dry_run: bool,
    /// Pass over what was rejected so often: a person should look at it first
    #[arg(long, default_value_t = ATTEMPTS_MAX, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(1..=1_000))]
    pub attempts_max: i32,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            all: false,
            reason: Vec::new(),
            ce_id: Vec::new(),
            entry_id: Vec::new(),
            since: None,
            dry_run: false,
            attempts_max: ATTEMPTS_MAX,
            json: false,
        }
    }
}

fn reason(text: &str) -> Result<ReasonCode, String> {
    text.parse().map_err(|_| "a reason code such as unknown_well is expected".to_owned())
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
    instant.or_else(|_| day()).map_err(|_| "2026-03-31 or 2026-03-31T08:00:00Z is expected".to_owned())
}

/// What counts of a dead letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) ce_id: Uuid,
    pub(super) first: Uuid,
    pub(super) reason: ReasonCode,
    pub(super) rejected_ms: i64,
}

impl Choice {
    /// Whether the dead letter is meant, as far as its headers tell.
    pub(super) fn takes(&self, letter: &Letter) -> bool {
        let is_one = |ids: &[Uuid]| ids.contains(&letter.ce_id) || ids.contains(&letter.first);
        (self.reason.is_empty() || self.reason.contains(&letter.reason))
            && (self.ce_id.is_empty() || is_one(&self.ce_id))
            && self.since.is_none_or(|since| letter.rejected_ms >= since.timestamp_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        choice: Choice,
    }

    fn choice(line: &str) -> Result<Choice, clap::Error> {
        Line::try_parse_from(std::iter::once("replay").chain(line.split_whitespace())).map(|line| line.choice)
    }

    fn letter() -> Letter {
        Letter {
            ce_id: Uuid::from_u128(2),
            first: Uuid::from_u128(1),
            reason: ReasonCode::UnknownWell,
            rejected_ms: 1_774_944_000_000, // 2026-03-31T08:00:00Z
        }
    }

    #[test]
    fn nothing_is_submitted_that_was_not_chosen() {
        assert!(choice("").is_err());
        assert!(choice("--all --reason unknown_well").is_err() && choice("--reason rain").is_err());
        assert!(choice("--attempts-max 3").is_err() && choice("--all --attempts-max 0").is_err());
        assert!(choice("--dry-run").unwrap().takes(&letter()));
    }

    #[test]
    fn a_dead_letter_is_taken_where_it_fits_everything_that_is_given() {
        let takes = |line: &str| choice(line).unwrap().takes(&letter());
        assert!(takes("--all") && takes("--reason unbalanced,unknown_well") && !takes("--reason unbalanced"));
        let (first, second) =
            ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
        assert!(takes(&format!("--ce-id {first}")) && takes(&format!("--ce-id {second}")));
        assert!(!takes("--ce-id 00000000-0000-0000-0000-000000000003"));
        assert!(!takes(&format!("--ce-id {first} --reason unbalanced")));
        assert!(takes("--since 2026-03-31") && takes("--all --since 2026-03-31T08:00:00Z"));
        assert!(!takes("--all --since 2026-03-31T08:00:01Z"));
    }
}
