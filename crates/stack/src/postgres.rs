//! Postgres as a child process.

use crate::account::Account;
use crate::child::die_with_parent;
use crate::environment::without_ours;
use crate::error::StackError;
use crate::fetch::Install;
use crate::folder::{Folder, make};
use crate::log::tail;
use crate::unit::Spec;
use rustix::process::Signal;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const NAME: &str = "postgres";
/// The user that owns everything, and the database of the ledger.
pub(crate) const USER: &str = "wellbook";
/// A fast shutdown ends sessions and writes a checkpoint.
const STOP_WITHIN: Duration = Duration::from_secs(15);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Settings beside the address. Durable as Postgres is by default; the checkpoints are spread for a load of history.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_min_messages", "warning"),
    ("log_checkpoints", "off"),
];

/// How the folder of a cluster that is being made begins its name.
const UNFINISHED: &str = "postgres.unfinished.";

/// Makes the data folder where there is none, and says how Postgres is run. Blocking.
pub(crate) fn prepare(folder: &Folder, install: &Install, port: u16) -> Result<Spec, StackError> {
    let (data, account) = folder.postgres()?;
    let program = install.postgres_program("postgres");
    if let Some(account) = account.filter(|account| !account.can_enter(&program)) {
        return Err(StackError::settings(format!(
            "Postgres must not be run by root, and account {} that runs it instead cannot enter {}: set WELLBOOK_CACHE to a folder that everybody may enter",
            account.user,
            install.root().display()
        )));
    }
    if !data.join("PG_VERSION").exists() {
        make_cluster(folder, install, &data, account)?;
    }
    Ok(Spec {
        name: NAME.to_owned(),
        command: Box::new(move || command(&program, &data, account, port)),
        log: folder.log(NAME),
        admin: None,
        probe: Box::new(move || Box::pin(answers(port))),
        port,
        stop: (Signal::INT, STOP_WITHIN),
        // Immediate shutdown: its own children go with it, and nothing stays locked.
        on_orphan: Signal::QUIT,
    })
}

fn command(program: &Path, data: &Path, account: Option<Account>, port: u16) -> Command {
    let mut command = as_account(program, account);
    command.arg("-D").arg(data).arg("-p").arg(port.to_string());
    for (name, value) in SETTINGS {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
}

fn as_account(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    without_ours(&mut command);
    if let Some(account) = account {
        command.gid(account.group).uid(account.user);
    }
    command
}

/// Makes the cluster beside its place and moves it there when it is whole.
fn make_cluster(
    folder: &Folder,
    install: &Install,
    data: &Path,
    account: Option<Account>,
) -> Result<(), StackError> {
    let parent = data.parent().unwrap_or(data);
    make(parent)?;
    remove_unfinished(parent);
    if data.exists() {
        std::fs::remove_dir_all(data).map_err(|error| StackError::file(data, error))?;
    }
    // Ours alone: a start that was cut short a moment ago may still be writing to its own.
    let unfinished = parent.join(format!("{UNFINISHED}{}", std::process::id()));
    std::fs::create_dir(&unfinished).map_err(|error| StackError::file(&unfinished, error))?;
    if let Some(account) = account {
        account.own(&unfinished)?;
    }
    let mut command = as_account(&install.postgres_program("initdb"), account);
    command.arg("-D").arg(&unfinished).arg("-U").arg(USER);
    command.args(["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]);
    command.args(["--auth=scram-sha-256", "--no-instructions"]);
    let mut password = std::ffi::OsString::from("--pwfile=");
    // Within the new folder's parent: the account may not be able to get to ours.
    let file = readable_password(folder, parent, account)?;
    password.push(&file);
    command.arg(password);
    let outcome = run_to_end(command, &folder.log("initdb"), "initdb");
    if file.parent() == Some(parent) && parent != folder.path() {
        let _ = std::fs::remove_file(&file); // a copy
    }
    outcome?;
    std::fs::rename(&unfinished, data).map_err(|error| StackError::file(data, error))
}

/// What starts that were cut short have left; what cannot be removed now, because it is still written, the next start removes.
fn remove_unfinished(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn readable_password(
    folder: &Folder,
    parent: &Path,
    account: Option<Account>,
) -> Result<PathBuf, StackError> {
    let file = folder.password_file(account)?;
    match account {
        Some(account) if !account.can_enter(&file) => {
            let copy = parent.join("password");
            std::fs::copy(&file, &copy).map_err(|error| StackError::file(&copy, error))?;
            account.own(&copy)?;
            Ok(copy)
        }
        _ => Ok(file),
    }
}

/// Runs a command that ends by itself, or with us; its output goes to `log`.
pub(crate) fn run_to_end(mut command: Command, log: &Path, name: &str) -> Result<(), StackError> {
    let out = File::create(log).map_err(|error| StackError::file(log, error))?;
    let other = out.try_clone().map_err(|error| StackError::file(log, error))?;
    command.stdin(Stdio::null()).stdout(out).stderr(other);
    die_with_parent(&mut command, Signal::KILL);
    let status =
        command.status().map_err(|error| StackError::failed(format!("{name} cannot be started: {error}")))?;
    if status.success() {
        return Ok(());
    }
    let last: String = tail(log, 8).iter().map(|line| format!("\n  | {line}")).collect();
    Err(StackError::failed(format!("{name} failed ({status}); the end of its log {}:{last}", log.display())))
}

/// Whether a Postgres answers: it is asked whether it speaks TLS, and says no.
async fn answers(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
        stream.read_u8().await
    };
    matches!(tokio::time::timeout(ANSWER_WITHIN, ask).await, Ok(Ok(b'N' | b'S')))
}
