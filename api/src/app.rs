//! What every handler shares.

use crate::feed::subscription::Feed;
use crate::get_gl::Flat;
use crate::health::Health;
use crate::problem::{Code, Problem};
use crate::settings::Origins;
use std::sync::Arc;
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) feed: Feed,
    pub(crate) flat: Flat,
    pub(crate) health: Health,
    pub(crate) origins: Origins,
    pub(crate) tracker: TaskTracker,
    pub(crate) token: CancellationToken,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.0.feed
    }

    pub(crate) fn flat(&self) -> &Flat {
        &self.0.flat
    }

    pub(crate) fn health(&self) -> &Health {
        &self.0.health
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.0.origins
    }

    /// Knows every task, so that the end of the program waits for them.
    pub(crate) fn tracker(&self) -> &TaskTracker {
        &self.0.tracker
    }

    /// Cancelled when the program is asked to stop.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.0.token
    }

    /// Whether requests can be answered.
    pub(crate) fn is_ready(&self) -> bool {
        !self.0.token.is_cancelled() && self.0.health.is_ready()
    }

    /// No stream begins that would have to end at once.
    pub(crate) fn refuse_while_stopping(&self) -> Result<(), Problem> {
        if self.0.token.is_cancelled() {
            return Err(Problem::new(Code::ShuttingDown, "the service is stopping; try again in a moment"));
        }
        Ok(())
    }
}
