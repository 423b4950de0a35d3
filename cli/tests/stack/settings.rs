//! The settings, as people find them.

use crate::rig::{checkout, programs};
use std::collections::BTreeSet;
use std::process::Command;

/// Of the command and of Compose, which no service reads.
const OF_OTHERS: [&str; 3] = ["WELLBOOK_CACHE", "WELLBOOK_BIN_DIR", "POSTGRES_PASSWORD"];

/// Every program and subcommand that is configured by its environment.
const SERVICES: [(&str, &str); 4] = [
    ("wellbook-producer", "run"),
    ("wellbook-consumer", "validator"),
    ("wellbook-consumer", "sink"),
    ("wellbook-api", "run"),
];

/// The variables that a help text names, as `[env: NAME]`.
fn named_in_help(program: &str, subcommand: &str) -> BTreeSet<String> {
    let output = Command::new(programs().join(program)).args([subcommand, "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = words.split("[env: ").skip(1).filter_map(|rest| rest.split([']', ' ']).next());
    named.map(str::to_owned).collect()
}

#[test]
fn the_example_of_an_env_file_names_every_setting_of_every_service_and_no_other() {
    let text = std::fs::read_to_string(checkout().join(".env.example")).unwrap();
    let settings = text.lines().filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let mut exampled: BTreeSet<String> =
        settings.map(|(name, _)| name).filter(is_name).map(str::to_owned).collect();
    for other in OF_OTHERS {
        assert!(exampled.remove(other), "{other} is not in the example");
    }
    let named: BTreeSet<String> =
        SERVICES.iter().flat_map(|(program, subcommand)| named_in_help(program, subcommand)).collect();
    assert!(named.len() > 20, "{named:?}");
    assert_eq!(named, exampled);
}

#[test]
fn every_setting_that_is_out_of_range_is_told_at_once_with_its_name_and_no_secret() {
    let output = Command::new(programs().join("wellbook-producer"))
        .arg("run")
        .envs([
            ("SPEED", "0"),
            ("SCALE", "99"),
            ("START_DATE", "soon"),
            ("KAFKA_SECURITY_PROTOCOL", "quantum"),
        ])
        .envs([("KAFKA_SASL_PASSWORD", "hunter2"), ("KAFKA_SASL_PASSWORD_FILE", "/tmp/also")])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{told}");
    for name in ["SPEED", "SCALE", "START_DATE", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_PASSWORD_FILE"] {
        assert!(told.contains(name), "{name} is not in: {told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}
