//! The `wellbook` command: the front door, thin over the other rooms.
//!
//! | module | holds |
//! |---|---|
//! | [`arguments`] | the command line |
//! | [`place`] | which stack is meant, and what is known of it |
//! | [`access`] | how external parts are spoken to |
//! | [`up`], [`wanted`] | start a stack, or say why not; what it is meant to be |
//! | [`watch`] | shows a stack coming up and its history loading |
//! | [`down`], [`status`], [`logs`], [`sql`], [`open`] | everyday commands |
//! | [`explain`] | how each amount of an entry came about |
//! | [`replay`] | dead letters that are submitted again |
//! | [`prices`] | real prices beside the run's own |
//! | [`generate`] | the ledger as files, or a few entries to look at |
//! | [`doctor`], [`fetch`], [`init`], [`prove`], [`backbone`] | looking at the machine, preparing, proving, testing |
//! | [`realism`] | judges ledgers made in memory |
//! | [`libpq`] | a database's address as psql and dbt read it |
//! | [`screen`] | lines, bars and colours |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod access;
pub mod arguments;
pub mod backbone;
pub mod doctor;
pub mod down;
pub mod entry_id;
pub mod explain;
pub mod fetch;
pub mod generate;
pub mod init;
pub mod libpq;
pub mod logs;
pub mod open;
pub mod place;
pub mod prices;
pub mod prove;
pub mod realism;
pub mod replay;
pub mod screen;
pub mod sql;
pub mod status;
pub mod up;
pub mod wanted;
pub mod watch;

use service::exit::WrongSettings;
use stack::StackError;

/// A failure of a stack, with the exit code that it asks for.
#[must_use]
pub fn failure(error: StackError) -> anyhow::Error {
    match error {
        StackError::Settings(text) => WrongSettings(text).into(),
        StackError::Failed(text) => anyhow::Error::msg(text),
    }
}
