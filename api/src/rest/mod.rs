//! History over REST: what the sink has loaded.
//!
//! | module | answers |
//! |---|---|
//! | [`entries`] | `/v1/entries`, `/v1/entries/{id}` |
//! | [`accounts`] | `/v1/accounts` |
//! | [`trial_balance`] | `/v1/trial-balance` |
//! | `cursor` | the cursor from page to page |

pub(crate) mod accounts;
mod cursor;
pub(crate) mod entries;
pub(crate) mod trial_balance;

use axum::http::{HeaderName, HeaderValue};
use contract::Position;

/// How far the tables were loaded when an answer was read: a position that every feed takes.
pub(crate) const GL_POSITION: HeaderName = HeaderName::from_static("gl-position");

pub(crate) fn position_header(position: Option<Position>) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(&position?.to_string()).ok()?;
    Some((GL_POSITION, value))
}
