//! `wellbook`: starts, watches, asks and proves a stack.

use cli::arguments::{Cli, Command};
use cli::{
    backbone, doctor, down, explain, fetch, generate, init, logs, open, prices, prove, realism, replay, sql,
    status, up,
};
use service::{program, settings};
use std::process::ExitCode;

/// Millions of small pieces are made on one thread and let go on another; the system's allocator keeps ever more memory for
/// that, the longer a history is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Cli { place, command } = match settings::parse::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match command {
        Command::Up(args) => program::command(up::run(&place, args)),
        Command::Down(args) => program::command(down::run(&place, args)),
        Command::Status(args) => program::command(status::run(&place, args)),
        Command::Logs(args) => program::command(logs::run(&place, args)),
        Command::Open(args) => program::command(open::run(&place, args)),
        Command::Sql(args) => program::command(sql::run(&place, args)),
        Command::Env => program::command(status::env(&place)),
        Command::Doctor => program::command(doctor::run(&place)),
        Command::Init(args) => program::command(init::run(args)),
        Command::Verify(args) => program::command(prove::run(&place, args)),
        Command::Replay(args) => program::command(replay::run(&place, args)),
        Command::Explain(args) => program::command(explain::run(&place, *args)),
        Command::Prices(args) => program::command(prices::run(&place, *args)),
        Command::Generate(args) => program::command(generate::run(*args)),
        Command::Realism(args) => program::command(realism::run(args)),
        Command::Fetch => program::command(fetch::run()),
        Command::Backbone(args) => backbone::run(args),
        Command::Supervise(args) => program::command(up::supervise(args)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["wellbook", "up", "--brokers", "2"]).is_err());
    }

    #[test]
    fn an_entry_is_explained_by_its_id_or_as_a_sample_and_never_both() {
        let accepts = |arguments: &str| {
            Cli::try_parse_from(["wellbook", "explain"].into_iter().chain(arguments.split_whitespace()))
                .is_ok()
        };
        let id = "01942fd5-4e5c-7d27-8a2f-0a8f3ba9d3f1";
        assert!(accepts(id) && accepts(&format!("{id} --json --from-seed --days 30")));
        assert!(accepts("--sample PAYROLL --seed 7"));
        assert!(!accepts("") && !accepts("4711") && !accepts(&format!("{id} --sample PAYROLL")));
    }

    #[test]
    fn files_go_to_a_folder_and_samples_to_the_terminal_and_never_both() {
        let accepts = |arguments: &str| {
            Cli::try_parse_from(["wellbook", "generate"].into_iter().chain(arguments.split_whitespace()))
                .is_ok()
        };
        assert!(accepts("--out ledger --format avro --force"));
        assert!(accepts("--stdout --sample 3 --type PAYROLL --date 2025-01-15"));
        for refused in [
            "",
            "--format csv",
            "--out ledger --stdout",
            "--out ledger --sample 3",
            "--stdout --force",
            "--stdout --sample 0",
        ] {
            assert!(!accepts(refused), "{refused}");
        }
    }
}
