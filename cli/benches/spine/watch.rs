//! When a stage began and ended, seen from outside.

use anyhow::bail;
use std::time::{Duration, Instant};

/// Often enough to lose nothing that counts over some seconds, seldom enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A stage that stands still for so long will not go on.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was seen of a stage.
pub(crate) struct Seen {
    /// From the first look at which there was something to the look at which all was there.
    pub(crate) seconds: f64,
    /// How much came meanwhile, as `count` counts.
    pub(crate) counted: i64,
}

/// Looks at `count` until it is `whole`.
pub(crate) fn until_whole(
    what: &str,
    whole: i64,
    mut count: impl FnMut() -> anyhow::Result<i64>,
) -> anyhow::Result<Seen> {
    let (mut first, mut last, mut moved) = (None, 0, Instant::now());
    loop {
        let now = count()?;
        let at = Instant::now();
        if now > 0 && first.is_none() {
            first = Some((at, now));
        }
        if now != last {
            (last, moved) = (now, at);
        }
        if let Some((began, before)) = first.filter(|_| now >= whole) {
            return Ok(Seen { seconds: (at - began).as_secs_f64(), counted: now - before });
        }
        if moved.elapsed() > PATIENCE {
            bail!("{what} stands at {last} of {whole}");
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}
