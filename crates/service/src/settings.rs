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

/// Where variables come from: the first layer that has one counts.
type Layers<'l> = &'l [&'l dyn Fn(&str) -> Option<String>];

/// Reads the settings of this process, or tells what is wrong. A name in `.env` that no program reads is told as well: it may
/// be a slip. Each program calls this once, when it starts; what it reads later it reads in silence.
///
/// # Errors
/// The exit code to end with: 64 for bad settings, 0 after help.
pub fn parse<A: Parser>() -> Result<A, std::process::ExitCode> {
    let dotenv = Dotenv::of_this_folder();
    let unknown = dotenv.unknown();
    if !unknown.is_empty() {
        tell("no program of Wellbook reads these names in .env:", &unknown);
    }
    match read_with::<A>(std::env::args_os().collect(), &dotenv) {
        Ok(args) => Ok(args),
        Err(Refusal::Usage(error)) => {
            let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Nothing can be told to somebody whose terminal is gone.
            let _ = error.print();
            Err(std::process::ExitCode::from(if is_help { crate::exit::OK } else { crate::exit::SETTINGS }))
        }
        Err(Refusal::Variables(problems)) => {
            tell("the settings are wrong:", &problems);
            Err(std::process::ExitCode::from(crate::exit::SETTINGS))
        }
    }
}

/// Reads settings from these arguments, the environment of this process, and the file `.env`.
///
/// # Errors
/// All bad variables and unreadable lines, or what clap says of the command line.
pub fn read<A: Parser>(arguments: Vec<OsString>) -> Result<A, Refusal> {
    read_with(arguments, &Dotenv::of_this_folder())
}

fn read_with<A: Parser>(arguments: Vec<OsString>, dotenv: &Dotenv) -> Result<A, Refusal> {
    let environment = |name: &str| std::env::var(name).ok();
    let of_file = |name: &str| dotenv.variables.get(name).cloned();
    if !dotenv.problems.is_empty() {
        return Err(Refusal::Variables(dotenv.problems.clone()));
    }
    parse_layers(arguments, &[&environment, &of_file])
}

/// What `.env` says.
#[derive(Debug, Default)]
struct Dotenv {
    variables: BTreeMap<String, String>,
    /// The lines that are no variables.
    problems: Vec<String>,
}

impl Dotenv {
    /// The file of the folder that this process stands in, or of one above it; nothing where there is none.
    fn of_this_folder() -> Self {
        let mut dotenv = Self::default();
        for line in dotenvy::dotenv_iter().into_iter().flatten() {
            match line {
                Ok((name, value)) => drop(dotenv.variables.insert(name, value)),
                Err(dotenvy::Error::LineParse(line, _)) => {
                    let name = line.split('=').next().unwrap_or_default().trim();
                    let problem =
                        format!(".env: the line that begins with `{name}` is not of the form NAME=value");
                    dotenv.problems.push(problem);
                }
                Err(error) => dotenv.problems.push(format!(".env: {error}")),
            }
        }
        dotenv
    }

    /// The names that no program reads.
    fn unknown(&self) -> Vec<String> {
        let known = known();
        let is_known =
            |name: &str| known.contains(&name.strip_suffix("_FILE").unwrap_or(name)) || known.contains(&name);
        self.variables.keys().filter(|name| !is_known(name)).cloned().collect()
    }
}

/// Every variable that some program reads, as the example of an `.env` lists them.
fn known() -> Vec<&'static str> {
    let lines = include_str!("../../../.env.example").lines();
    lines.filter_map(|line| line.trim_start_matches("# ").split_once('=')).map(|(name, _)| name).collect()
}

#[expect(clippy::print_stderr, reason = "logs are not set up before the settings are known")]
fn tell(what: &str, lines: &[String]) {
    eprintln!("{what}");
    for line in lines {
        eprintln!("  {line}");
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
    parse_layers(arguments, &[environment])
}

fn parse_layers<A: Parser>(arguments: Vec<OsString>, layers: Layers<'_>) -> Result<A, Refusal> {
    let mut problems = Vec::new();
    let called = called(A::command(), &arguments);
    let mut command = fill(A::command(), &called, layers, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Variables(problems));
    }
    let matches = command.try_get_matches_from_mut(arguments).map_err(Refusal::Usage)?;
    A::from_arg_matches(&matches).map_err(|error| Refusal::Usage(error.format(&mut command)))
}

/// The subcommands that the arguments call, from the outermost in; a wrong setting of another one is nobody's business now.
fn called(command: Command, arguments: &[OsString]) -> Vec<String> {
    let mut called = Vec::new();
    if let Ok(matches) = command.ignore_errors(true).try_get_matches_from(arguments) {
        let mut matches = &matches;
        while let Some((name, of_subcommand)) = matches.subcommand() {
            called.push(name.to_owned());
            matches = of_subcommand;
        }
    }
    called
}

/// Makes what the environment says the default of each argument, here and in the subcommands that are called; a bad value
/// becomes a problem instead. clap's own reading of the environment is turned off: it would stop at the first.
fn fill(mut command: Command, called: &[String], layers: Layers<'_>, problems: &mut Vec<String>) -> Command {
    let args: Vec<Arg> = command.get_arguments().filter(|arg| arg.get_env().is_some()).cloned().collect();
    for arg in args {
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let value = match value_of(&variable, arg.is_hide_env_values_set(), layers) {
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
    match called.split_first() {
        Some((name, called)) => command.mut_subcommand(name, |sub| fill(sub, called, layers, problems)),
        None => command,
    }
}

/// Subcommands share settings: each problem is told once.
fn note(problems: &mut Vec<String>, problem: String) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The variable's value, of the first layer that has it; a secret's may come from the file that `NAME_FILE` names. One that is
/// set to nothing counts as not set, and hides the layers behind.
fn value_of(variable: &str, is_secret: bool, layers: Layers<'_>) -> Result<Option<String>, String> {
    let file_variable = format!("{variable}_FILE");
    for layer in layers {
        let value = layer(variable);
        let path = layer(&file_variable).filter(|path| is_secret && !path.is_empty());
        match (value, path) {
            (Some(value), Some(_)) if !value.is_empty() => {
                return Err(format!("{variable} and {file_variable} are both set; give one of them"));
            }
            (_, Some(path)) => return secret_of(&file_variable, &path).map(Some),
            (Some(value), None) => return Ok(Some(value).filter(|value| !value.is_empty())),
            (None, None) => {}
        }
    }
    Ok(None)
}

fn secret_of(file_variable: &str, path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{file_variable}: {path}: {error}"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if text.is_empty() { Err(format!("{file_variable}: {path} is empty")) } else { Ok(text.to_owned()) }
}

/// Why the argument alone does not take the value; a secret's value is not repeated.
fn refusal(arg: &Arg, variable: &str, value: &str) -> Option<String> {
    if !arg.get_action().takes_values() {
        return None;
    }
    let alone = arg.clone().env(Resettable::Reset).required(false).long("value").short(Resettable::Reset);
    let alone = Command::new("alone").arg(alone).disable_help_flag(true);
    let error = alone.try_get_matches_from(["alone".to_owned(), format!("--value={value}")]).err()?;
    let reason = std::error::Error::source(&error).map(ToString::to_string);
    if arg.is_hide_env_values_set() {
        // A reason may quote what it is about.
        let reason = reason.filter(|reason| !reason.contains(value));
        let reason = reason.unwrap_or_else(|| "it is not of the expected form".to_owned());
        return Some(format!("{variable}: the value (not shown) is wrong: {reason}"));
    }
    let expected = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            Some(format!("one of {} is expected", values.join(", ")))
        }
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
        assert_eq!(problems[2], "PASSWORD: the value (not shown) is wrong: it is not of the expected form");
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

    #[derive(clap::Parser, Debug)]
    struct Program {
        #[command(subcommand)]
        _command: Verb,
    }

    #[derive(clap::Subcommand, Debug)]
    enum Verb {
        Up {
            #[arg(long, env = "SPEED")]
            _speed: Option<u32>,
        },
        Down,
    }

    #[test]
    fn a_wrong_setting_stops_only_the_subcommand_that_reads_it() {
        let environment = |name: &str| (name == "SPEED").then(|| "fast".to_owned());
        let call = |verb: &str| {
            parse_from::<Program>(vec![OsString::from("program"), OsString::from(verb)], &environment)
        };
        assert!(call("down").is_ok());
        assert!(
            matches!(call("up"), Err(Refusal::Variables(problems)) if problems[0].starts_with("SPEED=`fast`"))
        );
    }

    #[test]
    fn a_variable_set_to_nothing_is_not_set_and_hides_what_the_file_says() {
        assert_eq!(read(&[], &[("SPEED", ""), ("SEED", "")]).unwrap().speed, 1);
        let real = |name: &str| (name == "PASSWORD" || name == "SPEED").then(String::new);
        let file = |name: &str| match name {
            "PASSWORD_FILE" => Some("/nowhere".to_owned()),
            "SPEED" => Some("60".to_owned()),
            _ => None,
        };
        let settings: Settings = parse_layers(vec![OsString::from("program")], &[&real, &file]).unwrap();
        assert_eq!((settings.speed, settings.password), (1, None));
    }

    #[test]
    fn a_plain_secret_of_the_environment_wins_over_a_file_that_the_dotenv_names() {
        let real = |name: &str| (name == "PASSWORD").then(|| "hunter2".to_owned());
        let file = |name: &str| (name == "PASSWORD_FILE").then(|| "/nowhere".to_owned());
        let settings: Settings = parse_layers(vec![OsString::from("program")], &[&real, &file]).unwrap();
        assert_eq!(settings.password.unwrap(), "hunter2");
    }

    #[test]
    fn only_what_no_program_reads_is_unknown_and_a_secrets_file_is_read() {
        let names = ["SPEED", "SPEEED", "DATABASE_URL_FILE", "PRICES_FILES"];
        let variables = names.map(|name| (name.to_owned(), "1".to_owned())).into();
        let dotenv = Dotenv { variables, problems: Vec::new() };
        assert_eq!(dotenv.unknown(), ["SPEEED"]);
    }

    #[test]
    fn the_example_lists_what_is_known() {
        assert!(known().contains(&"SPEED") && known().contains(&"DATABASE_URL"));
    }
}
