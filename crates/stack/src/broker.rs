//! Kafka brokers as child processes: each is broker and controller in one (`KRaft`).

use crate::environment::without_ours;
use crate::error::StackError;
use crate::fetch::Install;
use crate::folder::{Folder, make};
use crate::java::Java;
use crate::ports::Ports;
use crate::postgres::run_to_end;
use crate::unit::Spec;
use rustix::process::Signal;
use std::ffi::OsString;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A broker hands over its partitions and writes its snapshots.
const STOP_WITHIN: Duration = Duration::from_secs(20);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Twice what any record of the contract takes, so that what is written can also be copied to a replica.
const RECORD_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// How Java runs a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BrokerJvm {
    /// Its heap in MiB.
    pub heap_mib: u32,
    /// Whether it compiles for a long life instead of a quick start: faster after some two million records.
    pub compiles_for_long_runs: bool,
}

impl Default for BrokerJvm {
    /// Small and quick to start.
    fn default() -> Self {
        Self { heap_mib: 384, compiles_for_long_runs: false }
    }
}

pub(crate) struct Brokers<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) install: &'a Install,
    pub(crate) java: &'a Java,
    pub(crate) jvm: BrokerJvm,
    pub(crate) ports: &'a Ports,
    pub(crate) cluster_id: &'a str,
    pub(crate) is_training: bool,
}

pub(crate) fn name(number: u16) -> String {
    format!("kafka-{number}")
}

/// A cluster's id: 16 random bytes in base64, not beginning with a dash.
#[must_use]
pub fn new_cluster_id() -> String {
    use base64::Engine;
    loop {
        let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(uuid::Uuid::new_v4().as_bytes());
        if !id.starts_with('-') {
            return id;
        }
    }
}

impl Brokers<'_> {
    fn count(&self) -> u16 {
        u16::try_from(self.ports.kafka.len()).unwrap_or(u16::MAX)
    }

    /// Formats the storage of broker `number` where it is not, and says how it is run. Blocking.
    pub(crate) fn prepare(&self, number: u16) -> Result<Spec, StackError> {
        let place = self.folder.broker(number);
        make(&place)?;
        let properties = place.join("server.properties");
        std::fs::write(&properties, self.properties(number, &place))
            .map_err(|error| StackError::file(&properties, error))?;
        let logging = place.join("log4j2.properties");
        std::fs::write(&logging, LOGGING).map_err(|error| StackError::file(&logging, error))?;
        let archive = self.install.start_archive(self.java, "kafka");
        if !place.join("data/meta.properties").exists() {
            let mut format = self.java_command(&logging, &archive, false);
            format.args([
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                "-t",
                self.cluster_id,
                "-c",
            ]);
            format.arg(&properties);
            run_to_end(
                format,
                &self.folder.log(&format!("{}-format", name(number))),
                "kafka.tools.StorageTool format",
            )?;
        }
        // One broker alone leaves behind what speeds up the next start.
        let is_training = self.is_training && number == 1;
        let flags = self.java_flags(&logging, &archive, is_training);
        let (program, class_path) = (self.java.program.clone(), self.install.kafka_class_path());
        let port = self.ports.kafka[usize::from(number - 1)];
        Ok(Spec {
            name: name(number),
            command: Box::new(move || {
                let mut command = Command::new(&program);
                command.args(&flags).arg("-cp").arg(&class_path).arg("kafka.Kafka").arg(&properties);
                without_ours(&mut command);
                command
            }),
            log: self.folder.log(&name(number)),
            admin: None,
            probe: Box::new(move || Box::pin(answers(port))),
            port,
            stop: (Signal::TERM, STOP_WITHIN),
            on_orphan: Signal::KILL,
        })
    }

    fn java_command(&self, logging: &Path, archive: &Path, is_training: bool) -> Command {
        let mut command = Command::new(&self.java.program);
        without_ours(&mut command);
        command
            .args(self.java_flags(logging, archive, is_training))
            .arg("-cp")
            .arg(self.install.kafka_class_path());
        command
    }

    fn java_flags(&self, logging: &Path, archive: &Path, is_training: bool) -> Vec<OsString> {
        let mut flags: Vec<OsString> =
            vec!["-XX:+UseSerialGC".into(), format!("-Xmx{}m", self.jvm.heap_mib).into()];
        if !self.jvm.compiles_for_long_runs {
            flags.push("-XX:TieredStopAtLevel=1".into());
        }
        // A broker that cannot go on must not linger half alive.
        flags.extend(["-XX:+ExitOnOutOfMemoryError".into(), "-Djava.awt.headless=true".into()]);
        let mut logging_flag = OsString::from("-Dlog4j2.configurationFile=");
        logging_flag.push(logging);
        flags.push(logging_flag);
        flags.extend(self.java.start_flags(archive, is_training));
        flags
    }

    fn properties(&self, number: u16, place: &Path) -> String {
        let at = usize::from(number - 1);
        let (client, controller) = (self.ports.kafka[at], self.ports.controller[at]);
        let voters =
            self.ports.controller.iter().zip(1..).map(|(port, number)| format!("{number}@127.0.0.1:{port}"));
        let voters = voters.collect::<Vec<_>>().join(",");
        let replicas = self.count().min(3);
        let in_sync = if replicas >= 3 { 2 } else { 1 };
        let data: PathBuf = place.join("data");
        let mut text = format!(
            "process.roles=broker,controller\n\
             node.id={number}\n\
             listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{client}\n\
             controller.listener.names=CONTROLLER\n\
             controller.quorum.voters={voters}\n\
             log.dirs={}\n\
             default.replication.factor={replicas}\n\
             min.insync.replicas={in_sync}\n\
             offsets.topic.replication.factor={replicas}\n\
             transaction.state.log.replication.factor={replicas}\n\
             transaction.state.log.min.isr={in_sync}\n\
             share.coordinator.state.topic.replication.factor={replicas}\n\
             share.coordinator.state.topic.min.isr={in_sync}\n",
            data.display()
        );
        for (name, value) in SETTINGS {
            let _ = writeln!(text, "{name}={value}"); // a String takes everything
        }
        let _ = writeln!(text, "replica.fetch.max.bytes={RECORD_BYTES_MAX}");
        if self.count() > 1 {
            // A lost broker is noticed in 3 s instead of 9 s, which is how long transactions stall.
            text.push_str("broker.session.timeout.ms=3000\nbroker.heartbeat.interval.ms=500\n");
        }
        text
    }
}

const SETTINGS: &[(&str, &str)] = &[
    // Topics come from the contract's table alone.
    ("auto.create.topics.enable", "false"),
    ("group.initial.rebalance.delay.ms", "0"),
    // A killed writer blocks readers for its time-out, and not ten seconds more.
    ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
    ("log.retention.ms", "-1"),
    // One machine: fewer threads, and less memory for compaction.
    ("num.network.threads", "2"),
    ("num.io.threads", "4"),
    ("log.cleaner.dedupe.buffer.size", "8388608"),
    ("offsets.topic.num.partitions", "10"),
    ("transaction.state.log.num.partitions", "10"),
    ("share.coordinator.state.topic.num.partitions", "3"),
];

/// To standard output, which goes to the bounded log of the stack.
const LOGGING: &str = "rootLogger.level = info\n\
rootLogger.appenderRef.out.ref = out\n\
appender.out.type = Console\n\
appender.out.name = out\n\
appender.out.layout.type = PatternLayout\n\
appender.out.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5p %m (%c{1.})%n%throwable{short}\n\
logger.config.name = org.apache.kafka.common.config.AbstractConfig\n\
logger.config.level = warn\n\
logger.partition.name = state.change.logger\n\
logger.partition.level = warn\n";

/// Whether a broker answers: it is asked which requests it takes.
async fn answers(port: u16) -> bool {
    // ApiVersions, version 0, correlation id 1, no client id.
    const QUESTION: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];
    let ask = async {
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.write_all(&QUESTION).await?;
        stream.read_u32().await
    };
    matches!(tokio::time::timeout(ANSWER_WITHIN, ask).await, Ok(Ok(1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_id_is_one_that_kafka_takes() {
        let id = new_cluster_id();
        assert_eq!(id.len(), 22);
        assert!(!id.starts_with('-'));
    }

    #[test]
    fn three_brokers_replicate_thrice_and_need_two() {
        let parent = tempfile::tempdir().unwrap();
        let ports = Ports { kafka: vec![1, 2, 3], controller: vec![4, 5, 6], ..Ports::default() };
        let brokers = Brokers {
            folder: &Folder::at(parent.path()).unwrap(),
            install: &Install::within(parent.path()),
            java: &Java { program: "java".into(), major: 21, version: "21".into() },
            jvm: BrokerJvm::default(),
            ports: &ports,
            cluster_id: "c",
            is_training: false,
        };
        let text = brokers.properties(2, parent.path());
        for line in [
            "node.id=2",
            "listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:5",
            "controller.quorum.voters=1@127.0.0.1:4,2@127.0.0.1:5,3@127.0.0.1:6",
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "broker.session.timeout.ms=3000",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
