//! The setting `LATE_MASTER`: which master of a run is published late. Pure.
//!
//! It moves the publication of one master and nothing else: no entry, seal or digest depends on it.

use chrono::{DateTime, Utc};
use contract::{Genesis, run};
use ledger::reference::Dimension;
use simulator::World;
use simulator::late::LateMaster;
use std::fmt;
use std::str::FromStr;

/// A master may come so late: as long as a run's history.
const DAYS_MAX: u16 = 3_660;

const KINDS: [(&str, Dimension); 4] = [
    ("well", Dimension::Well),
    ("owner", Dimension::Owner),
    ("counterparty", Dimension::Counterparty),
    ("afe", Dimension::Afe),
];

/// A kind of master, and the days by which one of them comes late: `well:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    kind: &'static str,
    dimension: Dimension,
    days: u16,
}

impl FromStr for Late {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "well, owner, counterparty or afe, a colon, and 1 to {DAYS_MAX} days are expected: well:3"
            )
        };
        let (kind, days) = text.split_once(':').ok_or_else(expected)?;
        let (kind, dimension) = KINDS.into_iter().find(|known| known.0 == kind).ok_or_else(expected)?;
        let days = days.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or_else(expected)?;
        Ok(Self { kind, dimension, days })
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.days)
    }
}

impl From<Late> for run::LateMaster {
    fn from(late: Late) -> Self {
        Self { kind: late.kind.to_owned(), days: late.days.into() }
    }
}

/// The scenario of a run as people give it; `none` where its masters come in time.
pub(crate) fn text(genesis: &Genesis) -> String {
    let late = genesis.late_master.as_ref();
    late.map_or_else(|| "none".to_owned(), |late| format!("{}:{}", late.kind, late.days))
}

/// The late master of a run whose clock goes live at `live_from`. It is held through the whole history: history is written
/// faster than it is validated, and in it a master would often be there before the entries that are to miss it are read.
///
/// # Errors
/// Where the run has no such master.
pub fn of_run(
    genesis: &Genesis,
    world: &World,
    live_from: DateTime<Utc>,
) -> Result<Option<LateMaster>, String> {
    if genesis.late_master.is_none() {
        return Ok(None);
    }
    let late: Late =
        text(genesis).parse().map_err(|error| format!("the late master of the genesis: {error}"))?;
    let first = LateMaster::first_used(world, late.dimension, late.days.into());
    let first = first.ok_or_else(|| {
        format!("LATE_MASTER {late}: no {} comes into use in the first month; take another kind", late.kind)
    })?;
    Ok(Some(first.held_until(live_from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_master_is_a_kind_and_some_days() {
        for good in ["well:3", "owner:1", "counterparty:30", "afe:3660"] {
            assert_eq!(good.parse::<Late>().unwrap().to_string(), good);
        }
        for bad in ["", "well", "well:0", "well:3661", "well:-1", "lease:3", "well:x"] {
            assert!(bad.parse::<Late>().unwrap_err().contains("well:3"), "{bad}");
        }
    }
}
