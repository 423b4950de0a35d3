//! `wellbook doctor`: whether this machine and this stack are well.

use crate::arguments::PlaceArgs;
use crate::place;
use crate::screen::Screen;
use anyhow::bail;
use stack::{Install, Phase, Places, StackError};
use std::process::Command;

/// Looks at everything that a stack needs, and says what is wrong and what to do.
///
/// # Errors
/// Where something is wrong.
pub async fn run(place: &PlaceArgs) -> anyhow::Result<()> {
    let screen = Screen::new();
    screen.busy("looking");
    let checks = tokio::task::spawn_blocking(machine).await?;
    let stack = stack_check(place);
    screen.clear();
    let mut wrong = 0;
    for (what, outcome) in checks.into_iter().chain([("stack", stack)]) {
        match outcome {
            Ok(found) => screen.line(&format!("{} {what:<10} {found}", screen.paint("32", "✓"))),
            Err(problem) => {
                wrong += 1;
                screen.line(&format!("{} {what:<10} {problem}", screen.paint("31", "✗")));
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} of these need attention");
    }
    Ok(())
}

type Outcome = Result<String, String>;

fn machine() -> Vec<(&'static str, Outcome)> {
    let text = |error: StackError| error.to_string();
    let java = Places::of_this_machine().find();
    let java = java.map(|java| format!("{} ({})", java.major, java.program.display())).map_err(text);
    let cache = stack::cache_folder().and_then(|cache| {
        let install = Install::within(&cache);
        install.check_fully().map(|()| format!("{} is whole, byte for byte", install.root().display()))
    });
    let needs_maven = cache.is_err();
    let programs = stack::service_programs().map(|folder| format!("in {}", folder.display()));
    vec![
        ("java", java),
        ("maven", maven(needs_maven)),
        ("cache", cache.map_err(text)),
        ("services", programs.map_err(text)),
        (
            "psql",
            Ok(version("psql")
                .unwrap_or_else(|| "none: `wellbook sql` has a small prompt of its own".into())),
        ),
    ]
}

fn maven(is_needed: bool) -> Outcome {
    match version("mvn") {
        Some(version) => Ok(version),
        None if is_needed => {
            Err("`mvn` is on no folder of PATH: install Maven, or run deploy/prerequisites.sh".into())
        }
        None => Ok("none, and not needed: everything is fetched".into()),
    }
}

fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Maven paints its version.
    let line = text.lines().next()?.replace("\u{1b}[1m", "").replace("\u{1b}[m", "");
    Some(line)
}

fn stack_check(place: &PlaceArgs) -> Outcome {
    let folder = place::folder(place).map_err(|error| error.to_string())?;
    let state = place::state(&folder).map_err(|error| error.to_string())?;
    let days = folder.path().exists() && state.phase == Phase::Running;
    if !days {
        stack::require_space(folder.path(), stack::bytes_for(30, 1), "a ledger of 30 days")
            .map_err(|e| e.to_string())?;
    }
    let unwell: Vec<String> = state
        .services
        .iter()
        .filter(|service| state.phase == Phase::Running && service.state != stack::UnitState::Running)
        .map(|service| format!("{} is {}", service.name, service.state))
        .collect();
    if unwell.is_empty() {
        Ok(format!("in {} is {}", folder.path().display(), state.phase))
    } else {
        Err(format!("{}; see `wellbook logs`", unwell.join(", ")))
    }
}
