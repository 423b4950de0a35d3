//! `wellbook sql`: psql where there is one, else a small prompt.

use crate::arguments::{PlaceArgs, SqlArgs};
use crate::{failure, libpq, place};
use anyhow::bail;
use comfy_table::{Table, presets};
use std::io::{BufRead, IsTerminal, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use store::{Console, Reply};

/// Asks the database of the stack.
///
/// # Errors
/// Where the stack does not run, or the database refuses.
pub async fn run(place: &PlaceArgs, args: SqlArgs) -> anyhow::Result<()> {
    let (_, _, state) = place::running(place)?;
    let url = &state.endpoints.database_url;
    // Psql takes the place of this program, and returns only where there is none.
    let no_psql = psql(url, args.command.as_deref(), std::io::stdin().is_terminal())?.exec();
    if no_psql.kind() != std::io::ErrorKind::NotFound {
        bail!("psql: {no_psql}");
    }
    let console = Console::connect(&store::Args::of(url)).await.map_err(|error| failure(error.into()))?;
    match &args.command {
        Some(sql) => {
            let replies = console.run(sql).await.map_err(|error| failure(error.into()))?;
            replies.iter().try_for_each(show)
        }
        None => prompt(&console).await,
    }
}

/// The address goes by environment, because every account of the machine can read a command line.
fn psql(url: &str, sql: Option<&str>, is_terminal: bool) -> anyhow::Result<Command> {
    let mut command = Command::new("psql");
    command.envs(libpq::variables(url)?);
    // Only somebody at a prompt goes on after an error.
    if sql.is_some() || !is_terminal {
        command.args(["-v", "ON_ERROR_STOP=1"]);
    }
    if let Some(sql) = sql {
        command.args(["-c", sql]);
    }
    Ok(command)
}

/// Statements end with a semicolon; the end of the input ends the prompt.
async fn prompt(console: &Console) -> anyhow::Result<()> {
    let is_terminal = std::io::stdin().is_terminal();
    let mut statement = String::new();
    let mut lines = std::io::stdin().lock().lines();
    loop {
        if is_terminal {
            let mut out = std::io::stdout();
            write!(out, "{}", if statement.is_empty() { "wellbook=> " } else { "wellbook-> " })?;
            out.flush()?;
        }
        let Some(line) = lines.next() else { return Ok(()) };
        let line = line?;
        if matches!(line.trim(), "exit" | "quit" | "\\q") {
            return Ok(());
        }
        statement.push_str(&line);
        statement.push('\n');
        if line.trim_end().ends_with(';') {
            match console.run(&std::mem::take(&mut statement)).await {
                Ok(replies) => replies.iter().try_for_each(show)?,
                Err(error) if is_terminal => writeln!(std::io::stdout(), "{error}")?,
                Err(error) => return Err(failure(error.into())),
            }
        }
    }
}

fn show(reply: &Reply) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    if !reply.columns.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN).set_header(&reply.columns);
        for row in &reply.rows {
            table.add_row(row.iter().map(|value| value.as_deref().unwrap_or("")));
        }
        writeln!(out, "{table}")?;
    }
    writeln!(out, "({} {})", reply.count, if reply.count == 1 { "row" } else { "rows" })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_goes_on_after_an_error_only_where_somebody_sits_at_its_prompt() {
        let stops = |sql, is_terminal| {
            let command = psql("postgres://me@db/books", sql, is_terminal).unwrap();
            command.get_args().any(|argument| argument == "ON_ERROR_STOP=1")
        };
        assert!(stops(Some("SELECT 1"), true) && stops(None, false) && !stops(None, true));
    }

    #[test]
    fn psql_gets_the_whole_address_and_no_password_on_its_command_line() {
        let command =
            psql("postgres://me:p%40ss@db:5433/books?sslmode=require", Some("SELECT 1"), true).unwrap();
        let variables: Vec<(String, String)> = command
            .get_envs()
            .map(|(name, value)| {
                (name.display().to_string(), value.unwrap_or_default().display().to_string())
            })
            .collect();
        for (name, value) in [
            ("PGHOST", "db"),
            ("PGPORT", "5433"),
            ("PGUSER", "me"),
            ("PGPASSWORD", "p@ss"),
            ("PGDATABASE", "books"),
            ("PGSSLMODE", "require"),
        ] {
            assert!(variables.contains(&(name.to_owned(), value.to_owned())), "{name}: {variables:?}");
        }
        assert!(command.get_args().all(|argument| !argument.display().to_string().contains("ss")));
    }
}
