//! `wellbook init`: topics, schemas and tables on your own Kafka, registry and Postgres.

use crate::arguments::InitArgs;
use crate::failure;
use crate::screen::Screen;

/// Prepares external parts; repeating it changes nothing.
///
/// # Errors
/// What refused.
pub async fn run(args: Box<InitArgs>) -> anyhow::Result<()> {
    let screen = Screen::new();
    screen.busy("preparing");
    let began = std::time::Instant::now();
    let prepared = stack::prepare(&args.kafka, &args.registry, &args.store).await.map_err(failure)?;
    screen.clear();
    screen.done("prepared", &prepared.to_string(), began.elapsed());
    Ok(())
}
