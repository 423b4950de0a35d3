//! Settings from the command line, the environment, `.env` and secret files, with every problem told at once.
//!
//! A setting's precedence: command line, environment, file named by `NAME_FILE` (secrets), `.env`, default. Parsers are
//! clap's; what this module adds is that it tries each value from the environment alone first, so that somebody who got
//! three variables wrong hears of three.

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Parser};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// What could not be made of the settings.
#[derive(Debug)]
pub enum Refusal {
    /// Variables with bad values, each named.
    Variables(Vec<String>),
    /// What clap says itself: help, version, an unknown flag.
    Usage(clap::Error),
}

/// Reads the settings of this process, or tells what is wrong.
///
/// # Errors
/// The exit code to end with: 64 for bad settings, 0 after help.
pub fn parse<A: Parser>() -> Result<A, std::process::ExitCode> {
    let dotenv: BTreeMap<String, String> = match dotenvy::dotenv_iter() {
        Ok(variables) => variables.filter_map(Result::ok).collect(),
        Err(_) => BTreeMap::new(),
    };
    let environment = |name: &str| std::env::var(name).ok();
    let read = |name: &str| environment(name).or_else(|| dotenv.get(name).cloned());
    match parse_from::<A>(std::env::args_os().collect(), &read) {
        Ok(args) => Ok(args),
        Err(Refusal::Usage(error)) => {
            let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Nothing can be told to somebody whose terminal is gone.
            let _ = error.print();
            Err(std::process::ExitCode::from(if is_help { crate::exit::OK } else { crate::exit::SETTINGS }))
        }
        Err(Refusal::Variables(problems)) => {
            tell(&problems);
            Err(std::process::ExitCode::from(crate::exit::SETTINGS))
        }
    }
}

#[expect(clippy::print_stderr, reason = "logs are not set up before the settings are known")]
fn tell(problems: &[String]) {
    eprintln!("the settings are wrong:");
    for problem in problems {
        eprintln!("  {problem}");
    }
}

/// Reads settings from these arguments and this environment.
///
/// # Errors
/// All bad variables, or what clap says of the command line.
pub fn parse_from<A: Parser>(
    arguments: Vec<OsString>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<A, Refusal> {
    let mut problems = Vec::new();
    let mut command = fill(A::command(), environment, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Variables(problems));
    }
    let matches = command.try_get_matches_from_mut(arguments).map_err(Refusal::Usage)?;
    A::from_arg_matches(&matches).map_err(|error| Refusal::Usage(error.format(&mut command)))
}

/// Makes what the environment says the default of each argument, here and in all subcommands; a bad value becomes a
/// problem instead. clap's own reading of the environment is turned off: it would stop at the first.
fn fill(
    mut command: Command,
    environment: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> Command {
    let args: Vec<Arg> = command.get_arguments().filter(|arg| arg.get_env().is_some()).cloned().collect();
    for arg in args {
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let value = match value_of(&variable, arg.is_hide_env_values_set(), environment) {
            Ok(value) => value,
            Err(problem) => {
                note(problems, problem);
                None
            }
        };
        let value = value.filter(|value| match refusal(&arg, &variable, value) {
            None => true,
            Some(problem) => {
                note(problems, problem);
                false
            }
        });
        command = command.mut_arg(arg.get_id().clone(), |arg| {
            let arg = arg.env(Resettable::Reset);
            match value {
                Some(value) => arg.required(false).default_value(value),
                None => arg,
            }
        });
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| fill(sub, environment, problems));
    }
    command
}

/// Subcommands share settings: each problem is told once.
fn note(problems: &mut Vec<String>, problem: String) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The variable's value; a secret's may come from the file that `NAME_FILE` names.
fn value_of(
    variable: &str,
    is_secret: bool,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, String> {
    let value = environment(variable);
    let file_variable = format!("{variable}_FILE");
    let Some(path) = environment(&file_variable).filter(|_| is_secret) else { return Ok(value) };
    if value.is_some() {
        return Err(format!("{variable} and {file_variable} are both set; give one of them"));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{file_variable}: {path}: {error}"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if text.is_empty() {
        return Err(format!("{file_variable}: {path} is empty"));
    }
    Ok(Some(text.to_owned()))
}

/// Why the argument alone does not take the value; a secret's value is not repeated.
fn refusal(arg: &Arg, variable: &str, value: &str) -> Option<String> {
    if !arg.get_action().takes_values() {
        return None;
    }
    let alone = arg.clone().env(Resettable::Reset).required(false).long("value").short(Resettable::Reset);
    let alone = Command::new("alone").arg(alone).disable_help_flag(true);
    let error = alone.try_get_matches_from(["alone".to_owned(), format!("--value={value}")]).err()?;
    if arg.is_hide_env_values_set() {
        return Some(format!("{variable}: the value (not shown) is not of the expected form"));
    }
    let reason = std::error::Error::source(&error).map(ToString::to_string);
    let expected = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => Some(format!("one of {} is expected", values.join(", "))),
        _ => None,
    };
    let reason = reason.or(expected).unwrap_or_else(|| "not of the expected form".to_owned());
    Some(format!("{variable}=`{value}`: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser, Debug)]
    struct Settings {
        #[arg(long, env = "SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        speed: u32,
        #[arg(long, env = "SEED")]
        seed: Option<u64>,
        #[arg(long, env = "PASSWORD", hide_env_values = true, value_parser = |text: &str| if text == "bad" { Err("bad") } else { Ok(text.to_owned()) })]
        password: Option<String>,
    }

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let environment = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let arguments = std::iter::once(&"program").chain(arguments).map(OsString::from).collect();
        parse_from(arguments, &environment).map_err(|refusal| match refusal {
            Refusal::Variables(problems) => problems,
            Refusal::Usage(error) => vec![error.to_string()],
        })
    }

    #[test]
    fn every_bad_variable_is_named_at_once_and_no_secret_is_shown() {
        let problems = read(&[], &[("SPEED", "0"), ("SEED", "many"), ("PASSWORD", "bad")]).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems[0].starts_with("SPEED=`0`") && problems[1].starts_with("SEED=`many`"),
            "{problems:?}"
        );
        assert_eq!(problems[2], "PASSWORD: the value (not shown) is not of the expected form");
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_default() {
        assert_eq!(read(&[], &[]).unwrap().speed, 1);
        assert_eq!(read(&[], &[("SPEED", "60")]).unwrap().speed, 60);
        assert_eq!(read(&["--speed", "120"], &[("SPEED", "60"), ("SEED", "7")]).unwrap().speed, 120);
    }

    #[test]
    fn a_secret_is_read_from_its_file_without_the_last_newline() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2\n").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(read(&[], &[("PASSWORD_FILE", path)]).unwrap().password.unwrap(), "hunter2");
        let both = read(&[], &[("PASSWORD_FILE", path), ("PASSWORD", "x")]).unwrap_err();
        assert_eq!(both, ["PASSWORD and PASSWORD_FILE are both set; give one of them"]);
        std::fs::write(file.path(), "\n").unwrap();
        assert!(read(&[], &[("PASSWORD_FILE", path)]).unwrap_err()[0].ends_with("is empty"));
    }
}
