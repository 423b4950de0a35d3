//! The stack that is measured on.

use anyhow::{Context, ensure};
use stack::{Backbone, BackboneOptions, BrokerJvm, Folder, Report, Unit};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// As for a long run: the compiler that is slow to start and fast later, and room for what is moved.
const BROKERS: BrokerJvm = BrokerJvm { heap_mib: 1024, compiles_for_long_runs: true };

/// Programs and examples of the build that is measured.
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.folder.join(name))
    }
}

/// Where the build put what is measured: beside this program's folder `deps`.
pub(crate) fn programs() -> anyhow::Result<Programs> {
    let own = std::env::current_exe()?;
    let folder =
        own.parent().and_then(Path::parent).context("a benchmark runs from the build's folder")?.to_owned();
    for needed in [
        "wellbook",
        "wellbook-producer",
        "wellbook-consumer",
        "examples/generate",
        "examples/relay",
        "examples/publish",
        "examples/raw_copy",
    ] {
        ensure!(
            folder.join(needed).is_file(),
            "{} is not built: run `make bench`",
            folder.join(needed).display()
        );
    }
    Ok(Programs { folder })
}

pub(crate) struct Machine {
    pub(crate) programs: Programs,
    pub(crate) backbone: Backbone,
    pub(crate) folder: TempDir,
}

impl Machine {
    pub(crate) async fn start(programs: Programs) -> anyhow::Result<Self> {
        let install = stack::fetch(&stack::cache_folder()?, &mut |step| eprintln!("{step}"))?;
        let java = stack::Places::of_this_machine().find()?;
        let folder = tempfile::tempdir()?;
        let home = Folder::at(&folder.path().join("stack"))?;
        let options =
            BackboneOptions { broker_jvm: BROKERS, ..BackboneOptions::throw_away(home, install, java, 1)? };
        let backbone = Backbone::start(options, &Report::default()).await?;
        Ok(Self { programs, backbone, folder })
    }

    pub(crate) async fn stop(self) {
        self.backbone.stop().await;
    }

    pub(crate) fn servers(&self) -> &str {
        &self.backbone.endpoints().bootstrap_servers
    }

    /// Processor seconds of the brokers so far.
    pub(crate) fn kafka_cpu(&self) -> f64 {
        self.backbone.units().filter(|unit| unit.name().starts_with("kafka")).map(cpu_of).sum()
    }

    /// Processor seconds of Postgres so far, its sessions included.
    pub(crate) fn postgres_cpu(&self) -> f64 {
        self.backbone.unit("postgres").map_or(0.0, cpu_of)
    }
}

fn cpu_of(unit: &Unit) -> f64 {
    unit.status().process.map_or(0.0, |process| tree_cpu(process.pid))
}

/// Processor seconds of a process, its living children, and those that it has buried.
fn tree_cpu(pid: u32) -> f64 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let living: f64 = children.split_whitespace().filter_map(|child| child.parse().ok()).map(tree_cpu).sum();
    living + stat_seconds(&pid.to_string(), [13, 14, 15, 16])
}

/// Processor seconds of the arms that have ended: children that this process has waited for.
pub(crate) fn ended_cpu() -> f64 {
    stat_seconds("self", [15, 16, 15, 16]) / 2.0
}

/// Sums fields of `/proc/PID/stat`, which counts in hundredths; 0 where there is no such file.
fn stat_seconds(pid: &str, fields: [usize; 4]) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name, in brackets, may hold spaces; what follows it begins with field 2, counted from 0.
    let Some((_, rest)) = stat.rsplit_once(") ") else { return 0.0 };
    let numbers: Vec<f64> = rest.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect();
    fields.iter().filter_map(|field| numbers.get(field - 2)).sum::<f64>() / 100.0
}
