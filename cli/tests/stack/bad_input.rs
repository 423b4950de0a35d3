//! What cannot work is one clear message and the right exit code.

use crate::command::{Place, Said, free_port};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

#[test]
fn settings_that_mean_nothing_are_refused_all_at_once() {
    let place = Place::beside();
    place.run(&["up", "--brokers", "2"]).refused(64, &["--brokers", "1 or 3"]);
    place.run(&["up", "--days", "0"]).refused(64, &["--days"]);
    place.run(&["up", "--api-port", "-1"]).refused(64, &["--api-port", "-1 is not in"]);
    place.run(&["up", "--moon-phase", "full"]).refused(64, &["--moon-phase"]);
    place.run(&["up", "--name", "../elsewhere"]).refused(64, &["--name"]);
    let said = place.command(&["up"]).env("SPEED", "warp").env("RANDOM_SEED", "many").output().unwrap();
    Said::of(said).refused(64, &["SPEED=`warp`", "RANDOM_SEED=`many`"]);
    let said = place.command(&["up"]).env("KAFKA_SECURITY_PROTOCOL", "magic").output().unwrap();
    Said::of(said).refused(64, &["KAFKA_SECURITY_PROTOCOL"]);
    assert!(!place.data().exists());
}

#[test]
fn a_given_port_that_is_busy_is_named_with_its_setting() {
    let place = Place::beside();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    place
        .run(&["up", "--no-services", "--registry-port", &port])
        .refused(64, &[&format!("port {port}"), "--registry-port", "the registry"]);
    assert!(!place.data().exists());
}

#[test]
fn a_folder_of_somebody_else_is_refused_by_every_command() {
    let place = Place::beside();
    std::fs::create_dir(place.data()).unwrap();
    std::fs::write(place.data().join("thesis.txt"), "years of work").unwrap();
    for arguments in [&["up"][..], &["down"], &["down", "--wipe", "--yes"], &["status"], &["logs"]] {
        place.run(arguments).refused(64, &["not a Wellbook folder"]);
    }
    assert!(place.data().join("thesis.txt").exists());
}

#[test]
fn a_stack_that_does_not_run_is_said_to_and_how_it_is_started() {
    let place = Place::beside();
    for command in ["env", "sql", "verify", "open"] {
        place.run(&[command]).refused(64, &["there is no stack", "`wellbook up`"]);
    }
    assert_eq!(place.status()["state"], "stopped");
}

#[test]
fn missing_programs_of_the_services_are_named_before_anything_starts() {
    let place = Place::beside();
    let said = place.command(&["up"]).env("WELLBOOK_BIN_DIR", "/nowhere").output().unwrap();
    Said::of(said).refused(
        1,
        &["wellbook-producer, wellbook-consumer, wellbook-api are not in /nowhere", "WELLBOOK_BIN_DIR"],
    );
    assert!(!place.data().exists());
}

#[test]
fn missing_python_of_the_analytics_is_said_with_what_installs_it_before_anything_starts() {
    let place = Place::beside();
    let checkout = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(checkout.path().join("orchestration/src")).unwrap();
    let up = |arguments: &[&str]| {
        Said::of(place.command(arguments).current_dir(checkout.path()).output().unwrap())
    };
    up(&["up", "--with", "analytics"])
        .refused(1, &[".venv-analytics", "deploy/prerequisites.sh analytics", "make up ARGS="]);
    up(&["up", "--with", "weather"]).refused(64, &["--with", "analytics, or none"]);
    up(&["up", "--dagster-port", "3000"]).refused(64, &["--dagster-port", "--with analytics"]);
    assert!(!place.data().exists());
}

#[test]
fn a_service_whose_settings_are_wrong_is_shown_with_its_last_words_and_not_tried_again() {
    let place = Place::new();
    let programs = tempfile::tempdir().unwrap();
    for name in ["wellbook-producer", "wellbook-consumer", "wellbook-api"] {
        let path = programs.path().join(name);
        let end =
            if name == "wellbook-producer" { "echo 'SCALE is wrong'; exit 64" } else { "exec sleep 600" };
        std::fs::write(&path, format!("#!/bin/sh\n{end}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let port = free_port().to_string();
    let said = place
        .command(&["up", "--kafka-port", &port])
        .env("WELLBOOK_BIN_DIR", programs.path())
        .output()
        .unwrap();
    Said::of(said).refused(64, &["producer", "exit code 64", "| SCALE is wrong"]);
    let status = place.status();
    let state = |name: &str| {
        let services = status["services"].as_array().unwrap();
        services.iter().find(|service| service["name"] == name).unwrap()["state"].clone()
    };
    assert_eq!((state("producer"), state("sink")), ("failed".into(), "starting".into()));
    place.run(&["down"]).succeeded();
}
