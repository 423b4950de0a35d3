//! Parts that are the user's own: here those of another stack.

use crate::command::{Place, Said, free_port};
use std::process::Command;

const NAMES: [(&str, &str); 3] = [
    ("KAFKA_BOOTSTRAP_SERVERS", "bootstrap_servers"),
    ("SCHEMA_REGISTRY_URL", "schema_registry"),
    ("DATABASE_URL", "database_url"),
];

#[test]
fn external_parts_are_prepared_once_and_used_and_left_alone() {
    let theirs = Place::new();
    theirs.up(&[]);
    let variables = NAMES.map(|(variable, endpoint)| (variable, theirs.endpoint(endpoint)));
    let init = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wellbook"));
        command.arg("init").envs(variables.clone()).env("TOPIC_PREFIX", "blue.");
        Said::of(command.output().unwrap()).succeeded().out
    };
    let (first, second) = (init(), init());
    assert!(first.contains("22 topics (22 new), 20 schemas"), "{first}");
    assert!(second.contains("22 topics (0 new), 20 schemas, 0 migrations"), "{second}");

    let ours = Place::beside();
    let up = ours
        .command(&["up", "--no-services"])
        .envs(variables.clone())
        .env("TOPIC_PREFIX", "green.")
        .output()
        .unwrap();
    let up = Said::of(up).succeeded();
    assert!(up.out.contains("22 topics (22 new)"), "{}", up.out);
    assert_eq!(ours.status()["services"].as_array().unwrap().len(), 0);
    assert_eq!(ours.endpoint("bootstrap_servers"), theirs.endpoint("bootstrap_servers"));
    ours.run(&["down"]).succeeded();
    // Its password is not kept, so it must be given again; and another prefix is another stack.
    ours.run(&["up", "--no-services"]).refused(64, &["--postgres or DATABASE_URL"]);
    let other = ours
        .command(&["up", "--no-services"])
        .envs(variables.clone())
        .env("TOPIC_PREFIX", "red.")
        .output()
        .unwrap();
    Said::of(other).refused(64, &["TOPIC_PREFIX is green. and was given as red."]);
    let _runs = services_run_on(&variables);
    assert_eq!(theirs.status()["state"], "running");
}

/// All our services on parts that are somebody else's, the database's address given by a file.
fn services_run_on(variables: &[(&str, String)]) -> Place {
    let ours = Place::beside();
    let file = ours.data().parent().unwrap().join("database-url");
    std::fs::write(&file, &variables[2].1).unwrap();
    let ports = [free_port(), free_port()].map(|port| port.to_string());
    let up = ours
        .command(&["up", "--days", "1", "--api-port", &ports[0], "--admin-port", &ports[1]])
        .envs(variables[..2].iter().cloned())
        .env("DATABASE_URL_FILE", &file)
        .env("TOPIC_PREFIX", "violet.")
        .output()
        .unwrap();
    let up = Said::of(up).succeeded();
    assert!(up.out.contains("The ledger is live"), "{}", up.out);
    let status = ours.status();
    let services = status["services"].as_array().unwrap();
    assert_eq!(services.len(), 4, "{status}");
    let proof = ours.run(&["verify", "--wait", "60"]).succeeded();
    assert!(proof.out.contains("Nothing was lost"), "{}", proof.out);
    ours.run(&["down"]).succeeded();
    ours
}

#[test]
fn parts_that_do_not_answer_are_named() {
    let place = Place::beside();
    let said = Command::new(env!("CARGO_BIN_EXE_wellbook"))
        .args([
            "init",
            "--kafka-bootstrap-servers",
            "127.0.0.1:1",
            "--schema-registry-url",
            "http://127.0.0.1:1",
        ])
        .args(["--database-url", "postgres://me:hunter2@127.0.0.1:1/books"])
        .current_dir(place.data().parent().unwrap())
        .output()
        .unwrap();
    let said = Said::of(said).refused(1, &["127.0.0.1:1"]);
    assert!(!said.err.contains("hunter2"), "{}", said.err);
}
