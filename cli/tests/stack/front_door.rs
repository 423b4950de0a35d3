//! The front door, as somebody on their first day: one command, and the ledger is live.

use crate::command::{Place, Said, free_port, until};
use std::process::Command;

/// Settings for a Kafka elsewhere, in the environment and in `.env`, which must not mislead services on an embedded one.
fn set_external(place: &Place, command: &mut Command) {
    let folder = place.data().parent().unwrap().to_owned();
    let (properties, password) = (folder.join("elsewhere.properties"), folder.join("password"));
    std::fs::write(&properties, "security.protocol=ssl\n").unwrap();
    std::fs::write(&password, "hunter2\n").unwrap();
    std::fs::write(folder.join(".env"), format!("KAFKA_PROPERTIES_FILE={}\n", properties.display())).unwrap();
    command.env("KAFKA_SASL_PASSWORD_FILE", &password).env("SCHEMA_REGISTRY_PASSWORD_FILE", &password);
}

fn up(place: &Place, run: &[&str]) -> Said {
    let ports = ["--api-port", "--kafka-port", "--registry-port", "--postgres-port", "--admin-port"]
        .map(|name| (name, free_port().to_string()));
    let mut all = vec!["up"];
    all.extend(run);
    if !place.data().exists() {
        all.extend(ports.iter().flat_map(|(name, port)| [*name, port.as_str()]));
    }
    let mut command = place.command(&all);
    set_external(place, &mut command);
    Said::of(command.output().unwrap())
}

#[test]
fn one_command_makes_a_live_ledger_that_is_shown_proved_and_taken_down() {
    let place = Place::new();
    let live = ["--days", "2", "--speed", "120", "--interval", "1"];
    // What the producer refuses, before any run has begun, binds nobody.
    up(&place, &["--days", "3", "--speed", "100000"]).refused(64, &["producer", "SPEED"]);
    place.run(&["down"]).succeeded();

    let said = up(&place, &live).succeeded();
    let page = said.out.find(&place.endpoint("api")).expect("the address of the page");
    let history = said.out.rfind("history").expect("the history");
    assert!(page < history && said.out.contains("The ledger is live"), "{}", said.out);
    until("all services run", || {
        let status = place.status();
        let services = status["services"].as_array().unwrap();
        services.len() == 7 && services.iter().all(|service| service["state"] == "running")
    });
    answers(&place.endpoint("api"));
    until("a live batch is in the tables", || {
        place.sql("SELECT 'live' FROM staging.batch_seal WHERE NOT is_history LIMIT 1").contains("live")
    });
    let proof = place.run(&["verify", "--wait", "60"]).succeeded();
    assert!(proof.out.contains("Nothing was lost"), "{}", proof.out);

    let dead = place.run(&["replay", "--dry-run", "--json"]).succeeded();
    let dead: serde_json::Value = serde_json::from_str(&dead.out).unwrap();
    assert!(dead["submitted"].as_u64() > Some(0) && dead["submitted_before"] == 0, "{dead}");
    place.run(&["replay"]).refused(64, &["--all", "--reason"]);

    // The run has begun: now its settings are what they are, the defaults among them.
    let again = place.run(&["up", "--seed", "42"]).succeeded();
    assert!(again.out.contains("already runs"), "{}", again.out);
    place
        .run(&["up", "--late-master", "well:1"])
        .refused(64, &["LATE_MASTER is not given and was given as well:1"]);
    let processes = place.processes();
    assert_eq!(processes.len(), 8);
    place.run(&["down"]).succeeded();
    assert!(processes.iter().all(|process| !process.is_alive()));
    place.run(&["up", "--days", "3"]).refused(64, &["HISTORICAL_DAYS is 2 and was given as 3"]);
}

/// The page and the API answer.
fn answers(api: &str) {
    service::install_crypto();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let page = reqwest::get(format!("{api}/")).await.unwrap();
        assert_eq!(page.status(), 200);
        let entries = reqwest::get(format!("{api}/v1/entries?limit=1")).await.unwrap();
        let entries: serde_json::Value = entries.json().await.unwrap();
        assert_eq!(entries["entries"].as_array().unwrap().len(), 1, "{entries}");
    });
}

#[test]
fn a_ledger_that_the_disk_has_no_room_for_is_refused_before_anything_starts() {
    // A disk that is known to be small.
    let Ok(small) = tempfile::tempdir_in("/dev/shm") else { return };
    let folder = small.path().join("stack");
    let said = Command::new(env!("CARGO_BIN_EXE_wellbook"))
        .args(["up", "--days", "3660", "--scale", "10", "--data-dir"])
        .arg(&folder)
        .current_dir(small.path())
        .output()
        .unwrap();
    Said::of(said).refused(1, &["free, and a ledger of 3660 days needs", "choose another folder"]);
    assert!(!folder.exists());
}
