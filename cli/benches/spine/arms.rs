//! What is measured. Each arm is a process of its own, so that processor time and memory are its own too.

use crate::figures::{Arm, Figure, Figures};
use crate::machine::{Machine, ended_cpu};
use crate::watch::{Seen, until_whole};
use anyhow::{Context, bail, ensure};
use contract::{Decoder, Registry, Topic, TopicNames};
use kafka::{Admin, TopicSpec};
use ledger::check::{Reference, Submission, check};
use producer::ahead;
use producer::batch::{Window, hours};
use producer::settings::RunArgs;
use producer::submission::Encoded;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::Store;
use tokio::runtime::Runtime;

const START_DATE: &str = "2025-01-01";
/// Both tools commit by time here: the peer can do nothing else.
const TRANSACTION_MS: &str = "250";
/// Payloads in the file that both tools send from.
const PAYLOADS: usize = 50_000;

/// A run whose topics and tables one round fills.
pub(crate) struct Run {
    kafka: kafka::Args,
    registry: contract::registry::Args,
    store: store::Args,
    names: TopicNames,
    admin: Admin,
    entries: i64,
    planted: i64,
    lines: f64,
}

/// Generation alone, in memory.
pub(crate) fn generate(machine: &Machine, days: u32, figures: &mut Figures) -> anyhow::Result<()> {
    for (arm, threads) in [(Arm::GenerateOne, "1"), (Arm::GenerateTwo, "2")] {
        let before = ended_cpu();
        let printed = output(machine.programs.command("examples/generate").arg(threads))?;
        let numbers: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // "N entries, N lines in S s: N lines/s, at most N MiB".
        let [records, lines, seconds, _, memory_mib] = numbers[..] else { bail!("generate said: {printed}") };
        let client_cpu = ended_cpu() - before;
        figures.note(arm, Figure { records, lines, seconds, client_cpu, server_cpu: 0.0, memory_mib });
    }
    let digest = |threads: &str| {
        let mut command = machine.programs.command("wellbook-producer");
        command.args([
            "fingerprint",
            "--start-date",
            START_DATE,
            "--days",
            &days.to_string(),
            "--threads",
            threads,
        ]);
        output(&mut command)
    };
    let is_same = digest("1")? == digest("2")?;
    figures.is_same_digest = Some(is_same && figures.is_same_digest.unwrap_or(true));
    Ok(())
}

/// The history as files, in each form; `wellbook generate` from its start to its end.
pub(crate) fn files(machine: &Machine, days: u32, figures: &mut Figures) -> anyhow::Result<()> {
    let forms = [
        (Arm::FilesAvro, "avro", days),
        (Arm::FilesParquet, "parquet", days),
        (Arm::FilesNdjson, "ndjson", days),
        (Arm::FilesCsv, "csv", days),
        (Arm::FilesLong, "avro", 3 * days),
    ];
    for (arm, form, days) in forms {
        let out = machine.folder.path().join(form);
        let mut command = machine.programs.command("wellbook");
        command.args(["generate", "--start-date", START_DATE, "--days", &days.to_string()]);
        command.args(["--threads", "2", "--format", form, "--out"]).arg(&out);
        let (before, began) = (ended_cpu(), Instant::now());
        let memory_mib = output_and_memory(&mut command)?;
        let (seconds, client_cpu) = (began.elapsed().as_secs_f64(), ended_cpu() - before);
        let manifest = std::fs::read_to_string(out.join(producer::files::manifest::MANIFEST))?;
        let made: producer::files::manifest::Manifest = serde_json::from_str(&manifest)?;
        std::fs::remove_dir_all(&out)?;
        let (records, lines) = (made.entries as f64, made.lines as f64);
        let figure = Figure { records, lines, seconds, client_cpu, server_cpu: 0.0, memory_mib };
        figures.note(arm, figure);
    }
    Ok(())
}

/// Runs a command to its end and gives the most memory that it held, in mebibytes: what the kernel says of it is looked at
/// every 20 ms, and never shrinks.
fn output_and_memory(command: &mut Command) -> anyhow::Result<f64> {
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut largest = 0.0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        largest = peak.and_then(|peak| peak.parse::<f64>().ok()).unwrap_or(largest);
        std::thread::park_timeout(Duration::from_millis(20));
    };
    ensure!(ended.success(), "{command:?}: {ended}");
    Ok(largest / 1024.0)
}

/// The peer, our transport with the same payloads, and the producer.
pub(crate) fn produce(
    machine: &Machine,
    runtime: &Runtime,
    round: u32,
    days: u32,
    figures: &mut Figures,
) -> anyhow::Result<Run> {
    let run = prepare(machine, runtime, round)?;
    let (records, payloads) = payloads(machine, days)?;
    let topics = ["perf", "publish"].map(|name| format!("bench.{round}.{name}"));
    for topic in &topics {
        let spec = TopicSpec { name: topic.clone(), partitions: 6, replication: 1, config: Vec::new() };
        runtime.block_on(run.admin.create_topics(&[spec]))?;
    }
    let file = payloads.to_string_lossy().into_owned();
    let perf_test = |command: &mut Command| {
        let last = output(command)?.lines().last().unwrap_or_default().to_owned();
        // "400000 records sent, 90000.1 records/sec (…)".
        let speed =
            last.split(" records/sec").next().and_then(|text| text.rsplit(' ').next()?.parse::<f64>().ok());
        Ok((records as f64, records as f64 / speed.with_context(|| format!("perf-test said: {last}"))?))
    };
    let publish = |command: &mut Command| {
        let printed = output(command)?;
        let numbers: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [records, seconds] = numbers[..] else { bail!("publish said: {printed}") };
        Ok((records, seconds))
    };
    let mut peer = java(machine);
    peer.args(["org.apache.kafka.tools.ProducerPerformance", "--topic", &topics[0], "--throughput", "-1"])
        .args(["--num-records", &records.to_string(), "--payload-file", &file])
        .args(["--transactional-id", "perf", "--transaction-duration-ms", TRANSACTION_MS])
        .arg("--command-property")
        .arg(format!("bootstrap.servers={}", machine.servers()))
        .args([
            "acks=all",
            "compression.type=lz4",
            "linger.ms=5",
            "batch.size=1000000",
            "buffer.memory=67108864",
        ]);
    transport(machine, Arm::PerfTest, &mut peer, perf_test, figures)?;
    let mut ours = machine.programs.command("examples/publish");
    ours.args([machine.servers(), &topics[1], &file, &records.to_string(), TRANSACTION_MS]);
    transport(machine, Arm::Publish, &mut ours, publish, figures)?;
    write_run(machine, run, days, figures)
}

/// One tool that says itself how long it took.
fn transport(
    machine: &Machine,
    arm: Arm,
    command: &mut Command,
    run: impl Fn(&mut Command) -> anyhow::Result<(f64, f64)>,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let (client, server) = (ended_cpu(), machine.kafka_cpu());
    let (records, seconds) = run(command)?;
    figures.note(
        arm,
        Figure {
            records,
            lines: records * LINES_PER_ENTRY,
            seconds,
            client_cpu: ended_cpu() - client,
            server_cpu: machine.kafka_cpu() - server,
            memory_mib: 0.0,
        },
    );
    Ok(())
}

/// For arms that move payloads of the size of entries and know nothing of lines.
const LINES_PER_ENTRY: f64 = 2.85;

fn prepare(machine: &Machine, runtime: &Runtime, round: u32) -> anyhow::Result<Run> {
    let endpoints = machine.backbone.endpoints();
    let kafka = kafka::Args::of(&endpoints.bootstrap_servers).with_prefix(&format!("bench.{round}."));
    let url = endpoints.schema_registry.clone();
    let registry = contract::registry::Args { url, username: None, password: None };
    let names = TopicNames::new(&kafka.topic_prefix);
    let server = store::Args::of(&endpoints.database_url);
    let store = runtime.block_on(store::create_database(&server, &format!("bench_{round}")))?;
    runtime.block_on(stack::prepare(&kafka, &registry, &store))?;
    let admin = Admin::new(&kafka)?;
    Ok(Run { kafka, registry, store, names, admin, entries: 0, planted: 0, lines: 0.0 })
}

/// A file of text lines with the lengths of whole records, key and headers included, and, to a compressor that looks for
/// repeats, their content: each byte without its highest bit. How many records are to be sent of it.
fn payloads(machine: &Machine, days: u32) -> anyhow::Result<(usize, std::path::PathBuf)> {
    let path = machine.folder.path().join("payloads");
    let (world, windows) = world(days)?;
    let incarnation = uuid::Uuid::new_v4();
    let (mut count, mut batch) = (0, 0);
    let mut file = std::io::BufWriter::new(File::create(&path)?);
    ahead::make(&world, contract::SchemaId(1), &windows, ahead::threads(), |chunk| {
        for (_, submissions) in chunk {
            batch += 1;
            for (index, encoded) in (0..).zip(&submissions) {
                count += 1;
                if count <= PAYLOADS {
                    file.write_all(&record_as_text(encoded, incarnation, batch, index))?;
                    file.write_all(b"\n")?;
                }
            }
        }
        Ok::<(), std::io::Error>(())
    })?;
    file.flush()?;
    Ok((count, path))
}

fn record_as_text(encoded: &Encoded, incarnation: uuid::Uuid, batch: i64, index: i32) -> Vec<u8> {
    let mut bytes = encoded.key.clone().into_bytes();
    bytes.extend_from_slice(&encoded.value);
    for (name, value) in encoded.headers(incarnation, batch, index) {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&value);
    }
    bytes.iter().map(|byte| (byte & 0x7f).max(b' ')).collect()
}

fn world(days: u32) -> anyhow::Result<(simulator::World, Vec<Window>)> {
    let args =
        RunArgs { start_date: Some(START_DATE.parse()?), historical_days: Some(days), ..RunArgs::default() };
    let (genesis, _) = producer::genesis::begin(&args, uuid::Uuid::nil(), chrono::Utc::now());
    let settings = producer::genesis::settings(&genesis).map_err(anyhow::Error::msg)?;
    let world = simulator::World::new(settings)?;
    let windows = hours(world.begins_at(), world.history_ends_at()).collect();
    Ok((world, windows))
}

/// The producer itself, from its first record on the raw topic to its last.
fn write_run(machine: &Machine, run: Run, days: u32, figures: &mut Figures) -> anyhow::Result<Run> {
    let (entries, planted, lines) = expected(days)?;
    let run = Run { entries, planted, lines, ..run };
    let server = machine.kafka_cpu();
    let mut command = service(machine, "wellbook-producer", &["run"], &run);
    command.envs([("START_DATE", START_DATE), ("STREAMING_INTERVAL_SECONDS", "3600")]);
    command.env("HISTORICAL_DAYS", days.to_string());
    let raw = run.names.name(Topic::JournalEntryRaw);
    let seen = |until: i64| until_whole("the raw topic", until, || records(&run.admin, &[&raw]));
    measured(machine, Arm::Producer, command, &run, figures, server, || seen(entries + planted))?;
    Ok(run)
}

/// Entries, planted submissions and lines of the history.
fn expected(days: u32) -> anyhow::Result<(i64, i64, f64)> {
    let (world, windows) = world(days)?;
    let (mut good, mut planted, mut lines) = (0, 0, 0);
    ahead::make(&world, contract::SchemaId(1), &windows, ahead::threads(), |chunk| {
        for encoded in chunk.iter().flat_map(|(_, encoded)| encoded) {
            match encoded.fault {
                Some(_) => planted += 1,
                None => (good, lines) = (good + 1, lines + encoded.lines),
            }
        }
        Ok::<(), anyhow::Error>(())
    })?;
    Ok((good, planted, lines as f64))
}

/// The relay, then the validator, on the run's raw topic.
pub(crate) fn validate(
    machine: &Machine,
    runtime: &Runtime,
    run: &Run,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let (raw, copy) = (run.names.name(Topic::JournalEntryRaw), format!("{}relayed", run.names.prefix()));
    let config = Topic::JournalEntryValidated.config();
    let config = config.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let spec = TopicSpec { name: copy.clone(), partitions: 6, replication: 1, config };
    runtime.block_on(run.admin.create_topics(&[spec]))?;
    let all = run.entries + run.planted;
    let server = machine.kafka_cpu();
    let mut relay = machine.programs.command("examples/relay");
    relay.args([machine.servers(), &raw, &copy, "6"]);
    measured(machine, Arm::Relay, relay, run, figures, server, || {
        until_whole("the relayed topic", all, || records(&run.admin, &[&copy]))
    })?;
    runtime.block_on(run.admin.delete_topics(&[&copy]))?;
    let server = machine.kafka_cpu();
    let validator = service(machine, "wellbook-consumer", &["validator"], run);
    let written = [Topic::JournalEntryValidated, Topic::JournalEntryDlq].map(|topic| run.names.name(topic));
    measured(machine, Arm::Validator, validator, run, figures, server, || {
        until_whole("the validated topic", all, || records(&run.admin, &[&written[0], &written[1]]))
    })
}

/// The sink, then the raw COPY of what it loaded into the same tables elsewhere.
pub(crate) fn load(
    machine: &Machine,
    runtime: &Runtime,
    run: &Run,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let tables = Store::connect(&run.store)?;
    let server = machine.postgres_cpu();
    let sink = service(machine, "wellbook-consumer", &["sink"], run);
    let staged = || {
        let offsets = runtime.block_on(tables.ingest_offsets())?;
        let validated = offsets.iter().filter(|((topic, _), _)| *topic == Topic::JournalEntryValidated);
        Ok(validated.map(|(_, next)| next).sum())
    };
    let whole = records(&run.admin, &[&run.names.name(Topic::JournalEntryValidated)])?;
    measured(machine, Arm::Sink, sink, run, figures, server, || until_whole("staging", whole, staged))?;
    let other = runtime.block_on(store::create_database(&run.store, &format!("{}_copy", database(run))))?;
    runtime.block_on(store::migrate(&other))?;
    let (client, server) = (ended_cpu(), machine.postgres_cpu());
    let mut raw = machine.programs.command("examples/raw_copy");
    let printed = output(raw.args([url(&run.store), url(&other)]))?;
    let numbers: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [records, lines, seconds] = numbers[..] else { bail!("raw_copy said: {printed}") };
    ensure!(lines == run.lines, "staging holds {lines} lines, the run has {}", run.lines);
    let (client_cpu, server_cpu) = (ended_cpu() - client, machine.postgres_cpu() - server);
    figures.note(Arm::RawCopy, Figure { records, lines, seconds, client_cpu, server_cpu, memory_mib: 0.0 });
    runtime.block_on(store::drop_database(&run.store, &format!("{}_copy", database(run))))?;
    Ok(())
}

/// Decoding and all checks, on one thread, of encoded entries in memory.
pub(crate) fn check_alone(
    machine: &Machine,
    runtime: &Runtime,
    days: u32,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let (world, windows) = world(days.min(30))?;
    let mut encoded: Vec<Encoded> = Vec::new();
    ahead::make(&world, contract::SchemaId(1), &windows, ahead::threads(), |chunk| {
        encoded.extend(chunk.into_iter().flat_map(|(_, made)| made).filter(|made| made.fault.is_none()));
        Ok::<(), anyhow::Error>(())
    })?;
    let mut masters = Reference::default();
    let later = world.reference_between(world.begins_at(), world.history_ends_at());
    world.opening_reference().into_iter().for_each(|master| masters.insert(master));
    later.into_iter().for_each(|(_, master)| masters.insert(master));
    let url = machine.backbone.endpoints().schema_registry.clone();
    let registry = Registry::new(&contract::registry::Args { url, username: None, password: None })?;
    let decoder = Decoder::new(registry, runtime.handle().clone());
    let schema = Topic::JournalEntryRaw.schema().context("the raw topic has a schema")?;
    decoder.learn(contract::SchemaId(1), schema)?;
    for _ in 0..5 {
        let began = Instant::now();
        for made in &encoded {
            let entry = decoder.entry(&made.value)?;
            let submission = Submission { key: made.key.as_bytes(), entry: &entry };
            check(&submission, &masters).map_err(|rejection| anyhow::anyhow!("{rejection:?}"))?;
        }
        let seconds = began.elapsed().as_secs_f64();
        let lines = encoded.iter().map(|made| made.lines).sum::<i64>() as f64;
        let records = encoded.len() as f64;
        figures
            .note(Arm::Check, Figure { records, lines, seconds, client_cpu: seconds, ..Figure::default() });
    }
    Ok(())
}

/// Runs a process while `seen` watches what it writes, and ends it.
fn measured(
    machine: &Machine,
    arm: Arm,
    command: Command,
    run: &Run,
    figures: &mut Figures,
    server: f64,
    seen: impl FnOnce() -> anyhow::Result<Seen>,
) -> anyhow::Result<()> {
    let client = ended_cpu();
    let log = machine.folder.path().join(format!("{arm:?}.log"));
    let process = Running::start(command, &log)?;
    let Seen { seconds, counted } =
        seen().with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
    let cpu = |whole: f64, before: f64| whole - before;
    let server_cpu = match arm {
        Arm::Sink => cpu(machine.postgres_cpu(), server),
        _ => cpu(machine.kafka_cpu(), server),
    };
    process.stop()?;
    let part = counted as f64 / (run.entries + run.planted) as f64;
    let figure = Figure {
        records: (run.entries + run.planted) as f64 * part.min(1.0),
        lines: run.lines * part.min(1.0),
        seconds,
        client_cpu: ended_cpu() - client,
        server_cpu,
        memory_mib: 0.0,
    };
    figures.note(arm, figure);
    Ok(())
}

/// A process that does not outlive its measurement.
struct Running(Child);

impl Running {
    fn start(mut command: Command, log: &std::path::Path) -> anyhow::Result<Self> {
        let log = File::create(log)?;
        command.stdout(log.try_clone()?).stderr(log).stdin(Stdio::null());
        Ok(Self(command.spawn().with_context(|| format!("{command:?}"))?))
    }

    fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw).context("a process has an id")?;
        // One that has ended by itself cannot be signalled any more.
        let _ = kill_process(pid, Signal::TERM);
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn service(machine: &Machine, program: &str, arguments: &[&str], run: &Run) -> Command {
    let mut command = machine.programs.command(program);
    let settings: BTreeMap<&str, &str> = [
        ("KAFKA_BOOTSTRAP_SERVERS", run.kafka.bootstrap_servers.as_str()),
        ("TOPIC_PREFIX", run.kafka.topic_prefix.as_str()),
        ("SCHEMA_REGISTRY_URL", run.registry.url.as_str()),
        ("DATABASE_URL", url(&run.store)),
    ]
    .into();
    command.args(arguments).envs(settings);
    command
}

fn url(store: &store::Args) -> &str {
    secrecy::ExposeSecret::expose_secret(&store.database_url)
}

fn database(run: &Run) -> String {
    run.names.prefix().trim_end_matches('.').replace('.', "_")
}

fn java(machine: &Machine) -> Command {
    let options = machine.backbone.options();
    let mut command = Command::new(&options.java.program);
    command.args(["-Xmx512m", "-cp"]).arg(options.install.kafka_class_path());
    command
}

/// Committed records of topics. Transaction markers take offsets, too: at thousands of records a transaction, far below a
/// hundredth.
fn records(admin: &Admin, topics: &[&str]) -> anyhow::Result<i64> {
    let mut count = 0;
    for topic in topics {
        count += admin.end_offsets(topic)?.iter().map(|(_, end)| end).sum::<i64>();
    }
    Ok(count)
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}\n{error}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
