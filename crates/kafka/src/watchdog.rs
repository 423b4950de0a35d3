//! Closing what may hang.

use std::sync::mpsc;
use std::time::Duration;

/// How long a close may take. The client library can wait for an unreachable broker for ever; within this time a healthy
/// one has answered, and a shutdown still ends within ten seconds.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs `close` on a thread of its own and leaves it behind where it does not end: it holds nothing that a successor or
/// the end of the process would not settle.
pub(crate) fn close(what: &str, close: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let thread = std::thread::Builder::new().name(format!("close {what}")).spawn(move || {
        close();
        // Where nobody waits any more, nobody needs to know.
        let _ = done.send(());
    });
    let outcome = thread.map(|_| is_done.recv_timeout(CLOSE_TIMEOUT));
    if !matches!(outcome, Ok(Ok(()))) {
        tracing::warn!(what, "did not close in time and is left behind");
    }
}
