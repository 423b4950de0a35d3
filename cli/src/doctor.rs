//! `wellbook doctor`: whether this machine and this stack are well.

use crate::arguments::PlaceArgs;
use crate::place;
use crate::screen::Screen;
use crate::up::look_for_space;
use anyhow::bail;
use stack::{Install, Java, Phase, Places, StackError};
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
            match version_of(&mut Command::new("psql")) {
                Version::Known(version) => Ok(version),
                Version::NoProgram => Ok("none: `wellbook sql` has a small prompt of its own".into()),
                Version::Fails(why) => Err(format!("does not run: {why}")),
            },
        ),
    ]
}

fn maven(is_needed: bool) -> Outcome {
    let mut command = Command::new("mvn");
    // As it is run to fetch.
    if let Some(home) = Places::of_this_machine().find().ok().as_ref().and_then(Java::home) {
        command.env("JAVA_HOME", home);
    }
    match (version_of(&mut command), is_needed) {
        (Version::Known(version), _) => Ok(version),
        (Version::NoProgram, true) => {
            Err("`mvn` is on no folder of PATH: install Maven, or run deploy/prerequisites.sh".into())
        }
        (Version::NoProgram, false) => Ok("none, and not needed: everything is fetched".into()),
        (Version::Fails(why), true) => Err(format!("`mvn` does not run: {why}")),
        (Version::Fails(why), false) => {
            Ok(format!("not needed, as everything is fetched; but `mvn` does not run: {why}"))
        }
    }
}

/// What a program says of itself.
enum Version {
    Known(String),
    NoProgram,
    Fails(String),
}

fn version_of(command: &mut Command) -> Version {
    let output = match command.arg("--version").output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Version::NoProgram,
        Err(error) => return Version::Fails(error.to_string()),
    };
    let first = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        // Maven paints its version.
        let plain = |line: &str| line.replace("\u{1b}[1m", "").replace("\u{1b}[m", "");
        text.lines().map(plain).find(|line| !line.trim().is_empty())
    };
    match first(&output.stdout) {
        Some(line) if output.status.success() => Version::Known(line),
        said => {
            let why = first(&output.stderr).or(said);
            Version::Fails(why.unwrap_or_else(|| format!("it ended with {}", output.status)))
        }
    }
}

fn stack_check(place: &PlaceArgs) -> Outcome {
    let folder = place::folder(place).map_err(|error| error.to_string())?;
    let state = place::state(&folder).map_err(|error| error.to_string())?;
    if state.phase == Phase::Failed {
        let why = state.error.as_deref().unwrap_or("it does not say why");
        return Err(format!("in {} failed: {why}; see `wellbook logs`", folder.path().display()));
    }
    let remembered = folder.remembered().map_err(|error| error.to_string())?;
    if state.phase != Phase::Running {
        look_for_space(&folder, &remembered.unwrap_or_default()).map_err(|error| error.to_string())?;
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
