//! `wellbook up`: starts a stack or lets it go on, or says why not.

use crate::arguments::{PlaceArgs, SuperviseArgs, UpArgs};
use crate::screen::Screen;
use crate::wanted::{self, Difference, External};
use crate::watch::command;
use crate::{access, failure, place, watch};
use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use service::exit::WrongSettings;
use stack::{
    Access, Analytics, BackboneOptions, BrokerJvm, Folder, Install, Java, Part, Places, Ports, Remembered,
    StackOptions, State,
};
use std::path::PathBuf;

/// A part that takes longer to come up than the ledger does.
const DAGSTER: &str = "dagster";
/// Days of history where none are given, for the estimate of disk space.
const DAYS: u64 = 365;

/// Starts the stack and shows it, until its history is loaded; it then runs on by itself.
///
/// # Errors
/// Settings that do not fit, and whatever keeps it from starting.
pub async fn run(place: &PlaceArgs, mut args: Box<UpArgs>) -> anyhow::Result<()> {
    let screen = Screen::new();
    args.run.prices_files = wanted::price_files(&args.run.prices_files)?;
    let folder = place::folder(place)?;
    let before = folder.remembered().map_err(failure)?;
    let access = access::from_environment()?;
    let external = External::of(&args, before.as_ref());
    let postgres = external.postgres_address().map_err(|error| failure(error.into()))?;
    // A run that never began, because the producer refused its settings, binds nobody.
    let is_refused = before.as_ref().is_some_and(|before| !before.has_begun)
        && folder.state().map_err(failure)?.is_some_and(|state| state.has_producer_refused());
    let differences = before.as_ref().map(|before| {
        let topic_prefix = &access.kafka.topic_prefix;
        wanted::differences(before, &args, &external, postgres.as_deref(), topic_prefix, is_refused)
    });
    let differences = differences.unwrap_or_default();
    if folder.is_supervised().map_err(failure)? {
        let ports =
            before.as_ref().map(|before| wanted::port_differences(before, wanted::given_ports(&args)));
        let all: Vec<Difference> = differences.into_iter().chain(ports.unwrap_or_default()).collect();
        refuse(place, &folder, &all, true)?;
        return already_running(place, &folder, &screen).await;
    }
    let lasting: Vec<Difference> =
        differences.into_iter().filter(|difference| !difference.may_change).collect();
    refuse(place, &folder, &lasting, false)?;
    let wanted = Wanted { args: &args, external, postgres, before, is_refused };
    start(&folder, wanted, &access, &screen).await?;
    let shown = show(place, &folder, &screen, !args.no_services);
    tokio::select! {
        shown = shown => shown,
        _ = tokio::signal::ctrl_c() => {
            screen.clear();
            screen.line(&format!(
                "The stack goes on without you: `{}` shows how it does, `{}` stops it.",
                command(place, "status"),
                command(place, "down")
            ));
            Ok(())
        }
    }
}

/// Owns the processes of a stack until it is asked to stop.
///
/// # Errors
/// Where the stack cannot be started.
pub async fn supervise(args: Box<SuperviseArgs>) -> anyhow::Result<()> {
    service::telemetry::init(&args.service)?;
    let options: StackOptions = serde_json::from_reader(std::io::stdin().lock())
        .context("standard input holds no options of a stack")?;
    let access = Access { kafka: args.kafka, registry: args.registry };
    stack::supervise(options, access).await.map_err(failure)
}

fn refuse(
    place: &PlaceArgs,
    folder: &Folder,
    differences: &[Difference],
    is_running: bool,
) -> anyhow::Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    let lines: String = differences.iter().map(|difference| format!("\n  {difference}")).collect();
    let way_out = if differences.iter().all(|difference| difference.may_change) {
        format!("`{}` and then `up` again changes that", command(place, "down"))
    } else {
        format!(
            "leave these settings out to go on with it, choose another --name or --data-dir for another stack, or delete this one with `{}`",
            command(place, "down --wipe")
        )
    };
    let runs = if is_running { "runs" } else { "was begun" };
    bail!(WrongSettings(format!(
        "the stack in {} {runs} with other settings:{lines}\n{way_out}",
        folder.path().display()
    )));
}

async fn already_running(place: &PlaceArgs, folder: &Folder, screen: &Screen) -> anyhow::Result<()> {
    let state = watch::until_started(folder, screen, false).await?;
    screen.line(&format!("The stack in {} already runs.", folder.path().display()));
    addresses(place, &state, screen);
    Ok(())
}

async fn show(place: &PlaceArgs, folder: &Folder, screen: &Screen, has_services: bool) -> anyhow::Result<()> {
    let state = watch::until_started(folder, screen, has_services).await?;
    addresses(place, &state, screen);
    if has_services {
        watch::until_history_is_loaded(folder, &state, screen).await?;
        watch::until_runs(folder, screen, DAGSTER).await?;
        screen.line(&format!("The ledger is live. `{}` stops it.", command(place, "down")));
    }
    Ok(())
}

fn addresses(place: &PlaceArgs, state: &State, screen: &Screen) {
    let has_api = state.services.iter().any(|service| service.name == "api");
    if has_api {
        screen.line(&format!("\n  The live ledger   {}", screen.paint("1;36", &state.endpoints.api)));
    }
    screen.line(&format!("  Kafka             {}", state.endpoints.bootstrap_servers));
    screen.line(&format!("  Schema registry   {}", state.endpoints.schema_registry));
    if let Some(dagster) = &state.endpoints.dagster {
        screen.line(&format!("  Dagster           {dagster}"));
    }
    screen.line(&format!("  SQL               {}\n", command(place, "sql")));
}

/// What is wanted, and what was before.
struct Wanted<'a> {
    args: &'a UpArgs,
    external: External,
    postgres: Option<String>,
    before: Option<Remembered>,
    /// Whether the producer refused the settings of the run, which never began.
    is_refused: bool,
}

async fn start(folder: &Folder, wanted: Wanted<'_>, access: &Access, screen: &Screen) -> anyhow::Result<()> {
    let left = stack::clear_leftovers(folder).await.map_err(failure)?;
    if !left.is_empty() {
        screen.note(&format!("ended what a killed supervisor had left behind: {}", left.join(", ")));
    }
    let remembered = remember(&wanted, access, screen)?;
    let programs: Option<PathBuf> =
        if wanted.args.no_services { None } else { Some(stack::service_programs().map_err(failure)?) };
    let analytics =
        remembered.with.contains(&Part::Analytics).then(Analytics::find).transpose().map_err(failure)?;
    look_for_space(folder, &remembered)?;
    let java = Places::of_this_machine().find().map_err(failure)?;
    let install = fetched(screen).await?;
    folder.remember(&remembered).map_err(failure)?;
    let options = options(folder, remembered, &wanted, (install, java), (programs, analytics))?;
    let own = std::env::current_exe().context("the path of this program is not known")?;
    stack::start_supervisor(&own, &["supervise"], &access::variables(access), &options).map_err(failure)
}

fn remember(wanted: &Wanted<'_>, access: &Access, screen: &Screen) -> anyhow::Result<Remembered> {
    let before = wanted.before.clone();
    let brokers = wanted.args.brokers.or(before.as_ref().map(|before| before.brokers)).unwrap_or(1);
    let with = wanted.args.with.as_ref().map(|with| with.0.clone());
    let with = with.or_else(|| before.as_ref().map(|before| before.with.clone())).unwrap_or_default();
    let given = wanted::given_ports(wanted.args);
    if given.dagster.is_some() && !with.contains(&Part::Analytics) {
        bail!(WrongSettings(
            "--dagster-port was given, and Dagster does not run: give --with analytics too".into()
        ));
    }
    let ports = before.as_ref().map(|before| &before.ports);
    let (ports, notes) = Ports::choose(brokers, given, ports, &with).map_err(failure)?;
    for note in notes {
        screen.note(&note);
    }
    let mut remembered = before.unwrap_or_else(|| Remembered {
        cluster_id: stack::new_cluster_id(),
        topic_prefix: access.kafka.topic_prefix.clone(),
        brokers,
        kafka: wanted.external.kafka.clone(),
        registry: wanted.external.registry.clone(),
        postgres: wanted.postgres.clone(),
        ..Remembered::default()
    });
    if wanted.is_refused && !remembered.run.is_empty() {
        let run: Vec<String> = remembered.run.iter().map(|(name, value)| format!("{name}={value}")).collect();
        screen.note(&format!(
            "the producer refused these settings, and they are forgotten: {}",
            run.join(", ")
        ));
        remembered.run.clear();
    }
    wanted::remember_run(&mut remembered, wanted::run_variables(&wanted.args.run));
    (remembered.ports, remembered.with) = (ports, with);
    Ok(remembered)
}

/// Whether the disk has room for the ledger, where none was begun yet.
pub(crate) fn look_for_space(folder: &Folder, remembered: &Remembered) -> anyhow::Result<()> {
    let number = |name: &str| remembered.run.get(name).and_then(|text| text.parse::<u64>().ok());
    let (days, scale) = (number("HISTORICAL_DAYS").unwrap_or(DAYS), number("SCALE").unwrap_or(1));
    if folder.path().join("kafka-1").exists() {
        return Ok(()); // what it takes is there already
    }
    let what = format!("a ledger of {days} days");
    stack::require_space(folder.path(), stack::bytes_for(days, scale), &what).map_err(failure)
}

/// What the backbone is made of, fetched where it is not there.
///
/// # Errors
/// Where it cannot be fetched.
pub async fn fetched(screen: &Screen) -> anyhow::Result<Install> {
    let cache = stack::cache_folder().map_err(failure)?;
    let (install, began) = (Install::within(&cache), std::time::Instant::now());
    if install.check().is_ok() {
        return Ok(install);
    }
    screen.line("fetching Kafka, the registry and Postgres (once; some 220 MB) …");
    let (teller, mut told) = tokio::sync::mpsc::unbounded_channel::<String>();
    let fetching = tokio::task::spawn_blocking(move || {
        stack::fetch(&cache, &mut |what| {
            let _ = teller.send(what.to_owned()); // nobody listens any more: the fetch goes on
        })
    });
    while let Some(what) = told.recv().await {
        screen.busy(&format!("fetching: {what}"));
        if what.contains("damaged") || what.contains("another fetch") {
            screen.note(&what);
        }
    }
    let install = fetching.await.context("the fetching thread failed")?.map_err(failure)?;
    screen.done("fetched", &install.root().display().to_string(), began.elapsed());
    Ok(install)
}

fn options(
    folder: &Folder,
    remembered: Remembered,
    wanted: &Wanted<'_>,
    (install, java): (Install, Java),
    (programs, analytics): (Option<PathBuf>, Option<Analytics>),
) -> anyhow::Result<StackOptions> {
    let postgres = wanted.external.postgres.as_ref().map(|url| url.expose_secret().to_owned());
    if let (Some(address), None) = (&remembered.postgres, &postgres) {
        bail!(WrongSettings(format!(
            "this stack uses your own Postgres at {address}: give it again, by --postgres or DATABASE_URL (its password is not kept)"
        )));
    }
    let run = wanted::handed_on(&remembered, wanted::run_variables(&wanted.args.run));
    Ok(StackOptions {
        backbone: BackboneOptions {
            folder: folder.clone(),
            install,
            java,
            broker_jvm: BrokerJvm::default(),
            ports: remembered.ports,
            cluster_id: remembered.cluster_id,
            kafka: remembered.kafka,
            registry: remembered.registry,
            postgres,
            is_training: false,
        },
        programs,
        analytics,
        run,
        topic_prefix: remembered.topic_prefix,
    })
}
