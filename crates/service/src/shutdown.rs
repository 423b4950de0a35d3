//! One token for a program's end, and tasks that are watched until then.

use anyhow::{Context, anyhow};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// The tasks of a program.
pub type Tasks = JoinSet<anyhow::Result<()>>;

/// A token that SIGTERM or SIGINT cancels; the task that waits for them joins `tasks`.
///
/// # Errors
/// Where the signals cannot be listened to.
pub fn on_signal(tasks: &mut Tasks) -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut signals = Signals::listen()?;
    let ending = token.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = signals.next() => tracing::info!("asked to stop; once more to stop at once"),
            () = ending.cancelled() => {}
        }
        ending.cancel();
        Ok(())
    });
    Ok(token)
}

/// Runs a command that ends by itself, or by its token when SIGTERM or SIGINT comes.
///
/// # Errors
/// Those of the command, or where the signals cannot be listened to.
pub async fn until_signal<W>(run: impl FnOnce(CancellationToken) -> W) -> anyhow::Result<()>
where
    W: Future<Output = anyhow::Result<()>>,
{
    let mut tasks = Tasks::new();
    let token = on_signal(&mut tasks)?;
    let outcome = run(token.clone()).await;
    token.cancel();
    outcome
}

/// Waits for all tasks. The first that ends, fails or panics cancels `token` for the others, which then have `grace` to
/// finish.
///
/// # Errors
/// The first failure or panic; a task that did not finish in time; a second signal.
pub async fn supervise(mut tasks: Tasks, token: CancellationToken, grace: Duration) -> anyhow::Result<()> {
    let mut outcome = ended(tasks.join_next().await);
    token.cancel();
    let mut signals = Signals::listen()?;
    let others = async {
        while let Some(next) = tasks.join_next().await {
            let next = ended(Some(next));
            if outcome.is_ok() {
                outcome = next;
            }
        }
    };
    let cut_short = tokio::select! {
        () = others => None,
        () = tokio::time::sleep(grace) => {
            Some(anyhow!("a task did not finish within {} s of being asked to", grace.as_secs()))
        }
        () = signals.next() => Some(anyhow!("stopped at once by a second signal")),
    };
    match (outcome, cut_short) {
        (Ok(()), Some(reason)) => Err(reason),
        (outcome, _) => outcome,
    }
}

fn ended(task: Option<Result<anyhow::Result<()>, JoinError>>) -> anyhow::Result<()> {
    match task {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(anyhow!("a task ended badly: {error}")),
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("SIGTERM cannot be listened to")?,
            interrupt: signal(SignalKind::interrupt()).context("SIGINT cannot be listened to")?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn outcome(first: anyhow::Result<()>, grace: Duration, second_obeys: bool) -> anyhow::Result<()> {
        let (mut tasks, token) = (Tasks::new(), CancellationToken::new());
        tasks.spawn(async move { first });
        let ending = token.clone();
        tasks.spawn(async move {
            ending.cancelled().await;
            if !second_obeys {
                std::future::pending::<()>().await;
            }
            Ok(())
        });
        supervise(tasks, token, grace).await
    }

    #[tokio::test]
    async fn the_first_task_that_ends_ends_the_others_and_its_failure_is_the_programs() {
        assert!(outcome(Ok(()), Duration::from_secs(5), true).await.is_ok());
        let error =
            outcome(Err(anyhow!("the disk is full")), Duration::from_secs(5), true).await.unwrap_err();
        assert_eq!(error.to_string(), "the disk is full");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_stop_is_given_up_and_named_as_such() {
        let error = outcome(Ok(()), Duration::from_secs(10), false).await.unwrap_err();
        assert_eq!(error.to_string(), "a task did not finish within 10 s of being asked to");
    }
}
