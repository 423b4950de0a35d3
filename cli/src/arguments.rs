//! The command line.

use crate::entry_id::IdPrefix;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use producer::prices::eia;
use producer::settings::RunArgs;
use secrecy::SecretString;
use stack::Part;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

const HELP: &str = "Settings can be given on the command line, by environment variables, or in the file .env; a secret NAME also \
as NAME_FILE, the path of a file that holds it. Exit codes: 0 done, 1 failed, 64 the settings are wrong.";

/// An oil and gas general ledger as a stream: Kafka, schema registry, Postgres and the services on this machine.
#[derive(Parser)]
#[command(name = "wellbook", version, about, after_help = HELP, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    /// Which stack.
    pub place: PlaceArgs,
    #[command(subcommand)]
    /// What to do.
    pub command: Command,
}

/// What is made without a stack follows from its settings alone.
const NEVER_FROM_EIA: &str = "Prices of the past in a CSV file, daily or monthly; may be repeated. Default: built in. EIA is never \
asked here, whatever key is set: `wellbook prices --csv FILE.csv` writes its prices into such a file [env: PRICES_FILES]";

/// Which stack is meant.
#[derive(Args, Clone, Debug)]
pub struct PlaceArgs {
    /// Name of the stack; several can run on one machine
    #[arg(long, global = true, default_value = "default", value_name = "NAME", value_parser = stack_name)]
    pub name: String,
    /// Folder of the stack [default: .wellbook/NAME]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// A name becomes a folder's.
fn stack_name(text: &str) -> Result<String, String> {
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if (1..=64).contains(&text.len()) && text.chars().all(takes) {
        return Ok(text.to_owned());
    }
    Err("1 to 64 letters, digits, `_` and `-` are expected".to_owned())
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Start the stack, or let it go on where it stopped; returns with it running
    Up(Box<UpArgs>),
    /// Stop the stack, whatever state it is in
    Down(DownArgs),
    /// How the stack does
    Status(StatusArgs),
    /// What the processes of the stack say
    Logs(LogsArgs),
    /// Open the live ledger in a browser
    Open(OpenArgs),
    /// Ask the database: psql, or a small prompt where there is none
    Sql(SqlArgs),
    /// Print the settings that other programs need: eval "$(wellbook env)"
    Env,
    /// Look whether this machine and this stack are well
    Doctor,
    /// Prepare your own Kafka, registry and Postgres: topics, schemas, tables. Repeating it changes nothing
    Init(Box<InitArgs>),
    /// Prove that nothing was lost, doubled or altered from the first topic to the last table
    Verify(VerifyArgs),
    /// Submit dead letters again, when what they were rejected for is there: each once, however often this is run
    Replay(ReplayArgs),
    /// Print how each amount of an entry came about, worked out anew from the entry and the reference topics
    Explain(Box<ExplainArgs>),
    /// Publish the real prices of late from EIA, new and revised ones, beside the run's own
    Prices(Box<PricesArgs>),
    /// Make the ledger without a stack: a folder of files, or a few entries to look at
    Generate(Box<GenerateArgs>),
    /// Judge how real a ledger is: make it in memory, and write a scorecard
    Realism(RealismArgs),
    /// Fetch Kafka, registry and Postgres once, to work offline afterwards
    Fetch,
    /// Run a command beside a throw-away backbone, whose addresses it finds in `WELLBOOK_TEST_*`
    #[command(hide = true)]
    Backbone(BackboneArgs),
    /// Own the processes of a stack; `up` starts it
    #[command(hide = true)]
    Supervise(Box<SuperviseArgs>),
}

/// What the stack is meant to be. What is not given is as last time, or the default.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the command")]
pub struct UpArgs {
    #[command(flatten)]
    /// The run.
    pub run: RunArgs,
    /// Brokers to run: 1, or 3 with every record on three and safe on two; default 1
    #[arg(long, value_name = "1|3", allow_negative_numbers = true, value_parser = brokers, help_heading = "Parts")]
    pub brokers: Option<u16>,
    /// Run this beside the ledger: analytics (Dagster, which builds the marts), or none; several separated by commas
    #[arg(long, value_name = "PARTS", value_parser = With::of, help_heading = "Parts")]
    pub with: Option<With>,
    /// Use your own Kafka instead, host:port,… [env: KAFKA_BOOTSTRAP_SERVERS, and KAFKA_* for its security]
    #[arg(
        long,
        env = "KAFKA_BOOTSTRAP_SERVERS",
        value_name = "HOST:PORT",
        hide_env = true,
        help_heading = "Parts"
    )]
    pub kafka: Option<String>,
    /// Use your own schema registry instead [env: SCHEMA_REGISTRY_URL, and SCHEMA_REGISTRY_* for its credentials]
    #[arg(long, env = "SCHEMA_REGISTRY_URL", value_name = "URL", hide_env = true, help_heading = "Parts")]
    pub registry: Option<String>,
    /// Use your own Postgres instead [env: DATABASE_URL or DATABASE_URL_FILE]
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env = true,
        hide_env_values = true,
        help_heading = "Parts"
    )]
    pub postgres: Option<SecretString>,
    /// Port of the API and its page; default 8080, or a free one
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub api_port: Option<u16>,
    /// Port of Kafka; default 9092, or a free one
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub kafka_port: Option<u16>,
    /// Port of the registry; default 8081, or a free one
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub registry_port: Option<u16>,
    /// Port of Postgres; default 5432, or a free one
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub postgres_port: Option<u16>,
    /// First of four ports for probes and metrics; default 9101, or free ones
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub admin_port: Option<u16>,
    /// Port of Dagster's page; default 3000, or a free one
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, help_heading = "Ports", value_parser = clap::value_parser!(u16).range(1..))]
    pub dagster_port: Option<u16>,
    /// Start no services: backbone, topics, schemas and tables only
    #[arg(long, hide = true)]
    pub no_services: bool,
}

/// What runs beside the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct With(pub BTreeSet<Part>);

/// What stands for no part at all.
const NO_PART: &str = "none";

impl With {
    fn of(text: &str) -> Result<Self, String> {
        if text == NO_PART {
            return Ok(Self::default());
        }
        let part = |name: &str| Part::ALL.into_iter().find(|part| part.name() == name);
        let parts: Option<BTreeSet<Part>> = text.split(',').map(part).collect();
        parts.map(Self).ok_or_else(|| {
            let names: Vec<&str> = Part::ALL.into_iter().map(Part::name).collect();
            format!("{}, or {NO_PART}, is expected", names.join(", "))
        })
    }
}

impl std::fmt::Display for With {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|part| part.name()).collect();
        f.write_str(if names.is_empty() { NO_PART.to_owned() } else { names.join(",") }.as_str())
    }
}

fn brokers(text: &str) -> Result<u16, String> {
    match text {
        "1" => Ok(1),
        "3" => Ok(3),
        _ => Err("1 or 3 is expected".to_owned()),
    }
}

/// How to stop.
#[derive(Args, Clone, Debug)]
pub struct DownArgs {
    /// Also delete the stack's folder, and with it the ledger; asks first
    #[arg(long)]
    pub wipe: bool,
    /// Do not ask
    #[arg(long, requires = "wipe")]
    pub yes: bool,
}

/// What to open.
#[derive(Args, Clone, Debug)]
pub struct OpenArgs {
    /// Dagster's page instead
    #[arg(long)]
    pub dagster: bool,
}

/// How to answer.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// As JSON, with the password of the database
    #[arg(long)]
    pub json: bool,
}

/// What to show.
#[derive(Args, Clone, Debug)]
pub struct LogsArgs {
    /// Go on as lines are written
    #[arg(short, long)]
    pub follow: bool,
    /// Lines of each log to begin with
    #[arg(short = 'n', long, default_value_t = 20, value_name = "LINES", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    pub lines: u16,
    /// One process: producer, validator, sink, api, dagster, kafka-1, registry, postgres, supervisor; default: all
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
}

/// What to ask.
#[derive(Args, Clone, Debug)]
pub struct SqlArgs {
    /// Run this and end
    #[arg(short, long, value_name = "SQL")]
    pub command: Option<String>,
}

/// What to prepare.
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    #[command(flatten)]
    /// The brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// The registry.
    pub registry: contract::registry::Args,
    #[command(flatten)]
    /// The database.
    pub store: store::Args,
}

/// How to prove.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Wait so many seconds for validator and sink to pass the newest seal; still behind it then is a difference
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: Option<u64>,
    /// What the names of dbt's schemas begin with
    #[arg(long, env = "DBT_SCHEMA_PREFIX", default_value = "", hide = true)]
    pub dbt_schema_prefix: String,
}

/// What to submit again.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    #[command(flatten)]
    /// Which dead letters.
    pub choice: consumers::replay::Choice,
}

/// Which prices.
#[derive(Args, Clone, Debug)]
pub struct PricesArgs {
    /// So many days up to the last one; EIA revises prices for some weeks
    #[arg(long, default_value_t = 45, value_name = "DAYS", allow_negative_numbers = true, conflicts_with = "from", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub days: u32,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// Last day; default: today
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub to: Option<NaiveDate>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Publish nothing, and need no stack: write the prices into a new CSV file, for `--prices` of other commands; without
    /// --from all that a ledger of the last year needs
    #[arg(long, value_name = "FILE.csv", conflicts_with = "json")]
    pub csv: Option<PathBuf>,
    #[command(flatten)]
    /// How EIA is asked.
    pub eia: eia::Args,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "a day such as 2025-01-31 is expected".to_owned())
}

/// What to make, and where to.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(
    group = clap::ArgGroup::new("where").required(true),
    mut_arg("fault_rate", |arg| arg.help("Planted faults for each good entry, 0 to 1; default 0 here [env: FAULT_RATE]")),
    // There is no live ledger here.
    mut_arg("prices_files", |arg| arg.help(NEVER_FROM_EIA)),
    mut_arg("late_master", |arg| arg.hide(true)),
    mut_arg("interval_seconds", |arg| arg.hide(true)),
    mut_arg("speed", |arg| arg.hide(true)),
)]
pub struct GenerateArgs {
    #[command(flatten)]
    /// The run; nothing is planted where no fault rate is given.
    pub run: RunArgs,
    /// Folder for the files of the whole history: a new one, or an empty one
    #[arg(long, value_name = "DIR", group = "where")]
    pub out: Option<PathBuf>,
    /// Print some entries instead, spread over the transaction types
    #[arg(long, group = "where")]
    pub stdout: bool,
    /// Form: avro, parquet, ndjson or csv for files, default parquet; journal, ndjson or csv for entries that are printed,
    /// default journal
    #[arg(long, value_enum, value_name = "FORM", hide_possible_values = true)]
    pub format: Option<Form>,
    /// Replace what the manifest in the folder says an earlier run made there
    #[arg(long, conflicts_with = "stdout")]
    pub force: bool,
    /// Print so many entries
    #[arg(long, value_name = "NUMBER", default_value_t = 30, conflicts_with = "out", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub sample: u16,
    /// Print only entries of this transaction type, such as `REVENUE_FINAL`
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "out")]
    pub transaction_type: Option<String>,
    /// Print only entries with this posting date
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "out")]
    pub date: Option<chrono::NaiveDate>,
    /// Threads; what is made is the same with any number
    #[arg(long, default_value_t = producer::ahead::threads() as u16, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub threads: u16,
}

/// What to explain.
#[derive(Args, Clone, Debug)]
#[command(
    mut_arg("prices_files", |arg| arg.help(NEVER_FROM_EIA)),
    mut_arg("late_master", |arg| arg.hide(true)),
    mut_arg("interval_seconds", |arg| arg.hide(true)),
    mut_arg("speed", |arg| arg.hide(true)),
)]
#[allow(clippy::doc_markdown, reason = "the comments are the help of the command")]
pub struct ExplainArgs {
    /// Id of the entry, as `wellbook sql`, the API and the page show it, or at least its first 8 digits
    #[arg(value_name = "ENTRY_ID", required_unless_present = "sample", conflicts_with = "sample")]
    pub entry_id: Option<IdPrefix>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Without a stack: explain an entry of the ledger that the settings of the run make
    #[arg(long)]
    pub from_seed: bool,
    /// Without a stack: explain some entry of this transaction type, such as REVENUE_FINAL
    #[arg(long, value_name = "TYPE")]
    pub sample: Option<String>,
    #[command(flatten)]
    /// The run whose ledger is made.
    pub run: RunArgs,
}

/// The form of what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Object container files of whole entries.
    Avro,
    /// A row for each line.
    Parquet,
    /// A JSON document for each entry.
    Ndjson,
    /// A row for each line.
    Csv,
    /// As accountants print it.
    Journal,
}

/// What to judge, and where the scorecard goes.
#[derive(Args, Clone, Debug)]
pub struct RealismArgs {
    /// Days of ledger; below 120 some tests are skipped
    #[arg(long, default_value_t = 365, value_name = "DAYS", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=3_660))]
    pub days: u32,
    /// Seeds, one ledger each: 42 or 1,2,3
    #[arg(
        long = "seeds",
        visible_alias = "seed",
        default_value = "42",
        value_name = "NUMBERS",
        value_delimiter = ',',
        num_args = 1
    )]
    pub seeds: Vec<u64>,
    /// First day of the ledger; fixed by default, so that a scorecard can be made again
    #[arg(
        long = "start-date",
        visible_alias = "start",
        default_value = "2025-01-01",
        value_name = "YYYY-MM-DD"
    )]
    pub start_date: NaiveDate,
    /// Multiplies wells and entries
    #[arg(long, default_value_t = 1, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=i64::from(simulator::settings::SCALE_MAX)))]
    pub scale: u32,
    /// CSV file of real prices, daily or monthly; repeatable; default the built-in table. EIA is never asked here, whatever key is
    /// set: `wellbook prices --csv FILE.csv` writes its prices into such a file
    #[arg(long = "prices", value_name = "FILE.csv")]
    pub prices_files: Vec<PathBuf>,
    /// Thresholds as JSON; what it does not name is as documented
    #[arg(long, value_name = "FILE")]
    pub thresholds: Option<PathBuf>,
    /// Folder for scorecard.json and scorecard.html
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// What to run.
#[derive(Args, Clone, Debug)]
pub struct BackboneArgs {
    /// Brokers to run
    #[arg(long, default_value = "1", value_parser = brokers)]
    pub brokers: u16,
    /// The command
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// How to supervise; the options come from standard input.
#[derive(Args, Clone, Debug)]
pub struct SuperviseArgs {
    #[command(flatten)]
    /// Logs.
    pub service: service::Args,
    #[command(flatten)]
    /// Security of external brokers.
    pub kafka: kafka::Args,
    #[command(flatten)]
    /// Credentials of an external registry.
    pub registry: contract::registry::Args,
}
