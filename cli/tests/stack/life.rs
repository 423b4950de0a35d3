//! Up, everyday use, down, up again.

use crate::command::{Place, Said, kill, until};
use std::process::Command;

#[test]
fn a_stack_comes_up_is_described_goes_down_and_goes_on_where_it_stopped() {
    let place = Place::new();
    let first = place.up(&["--days", "30"]);
    assert!(first.out.contains("22 topics (22 new)"), "{}", first.out);
    describes_itself(&place);
    place.sql("CREATE TABLE public.kept (n int); INSERT INTO public.kept VALUES (7)");
    let again = place.run(&["up", "--no-services", "--days", "30"]).succeeded();
    assert!(
        again.out.contains("already runs") && again.out.contains(&place.endpoint("bootstrap_servers")),
        "{}",
        again.out
    );
    // The default that it runs with is no other setting.
    place.run(&["up", "--no-services", "--days", "30", "--seed", "42"]).succeeded();
    refuses_other_settings(&place);
    ends_at_an_error_in_a_file_of_sql(&place);
    let processes = place.processes();
    assert_eq!(processes.len(), 4);
    place.run(&["down"]).succeeded();
    assert!(processes.iter().all(|process| !process.is_alive()));
    assert_eq!(place.status()["state"], "stopped");

    let before = place
        .run(&["up", "--no-services", "--days", "31"])
        .refused(64, &["HISTORICAL_DAYS is 30", "down --wipe"]);
    assert!(!before.err.contains("SPEED"));
    let second = place.up(&["--speed", "60"]);
    assert!(
        second.out.contains("22 topics (0 new)") && second.out.contains("0 migrations"),
        "{}",
        second.out
    );
    assert!(place.sql("SELECT n FROM public.kept").contains('7'));
    place.run(&["down", "--wipe"]).refused(64, &["--yes"]);
    place.run(&["down", "--wipe", "--yes"]).succeeded();
    assert!(!place.data().exists());
    place.run(&["down"]).succeeded();
}

fn describes_itself(place: &Place) {
    let status = place.status();
    assert_eq!(status["state"], "running");
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&status), ["endpoints", "services", "state"]);
    assert_eq!(keys(&status["endpoints"]), ["api", "bootstrap_servers", "database_url", "schema_registry"]);
    assert_eq!(keys(&status["services"][0]), ["admin", "name", "pid", "state"]);
    let env = place.run(&["env"]).succeeded().out;
    let shell = Command::new("sh")
        .args(["-c", &format!("{env}\necho \"$DATABASE_URL $WELLBOOK_API\"")])
        .output()
        .unwrap();
    let shell = String::from_utf8(shell.stdout).unwrap();
    assert_eq!(shell.trim(), format!("{} {}", place.endpoint("database_url"), place.endpoint("api")));
    let people = place.run(&["status"]).succeeded().out;
    assert!(people.contains("kafka-1") && !people.contains("wellbook:"), "{people}");
    assert!(place.run(&["logs", "kafka-1", "-n", "500"]).succeeded().out.contains("Kafka Server started"));
    place.run(&["logs", "nobody"]).refused(64, &["no log of `nobody`", "kafka-1"]);
}

fn ends_at_an_error_in_a_file_of_sql(place: &Place) {
    let file = place.data().parent().unwrap().join("questions.sql");
    std::fs::write(&file, "SELECT 1/0;\nCREATE TABLE public.too_late (n int);\n").unwrap();
    let said =
        place.command(&["sql"]).stdin(std::fs::File::open(&file).unwrap()).output().map(Said::of).unwrap();
    assert!(said.code > 0 && said.err.contains("division by zero"), "{said:?}");
    assert!(!place.sql("SELECT to_regclass('public.too_late')").contains("too_late"));
}

fn refuses_other_settings(place: &Place) {
    place
        .run(&["up", "--no-services", "--days", "31", "--seed", "7", "--brokers", "3", "--speed", "60"])
        .refused(
            64,
            &[
                "HISTORICAL_DAYS is 30 and was given as 31",
                "RANDOM_SEED",
                "--brokers is 1",
                "SPEED",
                "--data-dir",
            ],
        );
    place.run(&["up", "--no-services", "--speed", "60"]).refused(64, &["SPEED", "`wellbook down"]);
}

#[test]
fn the_addresses_of_the_stack_in_the_environment_do_not_make_its_parts_external() {
    let place = Place::new();
    place.up(&[]);
    let endpoints = ["bootstrap_servers", "schema_registry", "database_url"].map(|name| place.endpoint(name));
    let names = ["KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL", "DATABASE_URL"];
    let again =
        place.command(&["up", "--no-services"]).envs(names.into_iter().zip(&endpoints)).output().unwrap();
    assert!(Said::of(again).succeeded().out.contains("already runs"));
}

#[test]
fn three_brokers_hold_every_record_thrice_and_one_that_is_killed_comes_back() {
    let place = Place::new();
    place.up(&["--brokers", "3"]);
    let servers = place.endpoint("bootstrap_servers");
    assert_eq!(servers.split(',').count(), 3);
    let second = place.process("kafka-2").unwrap();
    kill(&second);
    until("the killed broker is another process and runs", || {
        place.process("kafka-2").is_some_and(|process| process != second)
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let admin = kafka::Admin::new(&kafka::Args::of(&servers)).unwrap();
    until("three brokers take part", || {
        runtime.block_on(admin.broker_count(std::time::Duration::from_secs(5))).is_ok_and(|count| count == 3)
    });
    let properties = std::fs::read_to_string(place.data().join("kafka-3/server.properties")).unwrap();
    assert!(
        properties.contains("default.replication.factor=3") && properties.contains("min.insync.replicas=2")
    );
}

#[test]
fn a_command_finds_a_backbone_beside_it_and_its_exit_code_is_passed_on() {
    let place = Place::new();
    let script = "case $WELLBOOK_TEST_DATABASE_URL in postgres://wellbook:*@127.0.0.1:*) ;; *) exit 1;; esac; \
        case $WELLBOOK_TEST_SCHEMA_REGISTRY in http://127.0.0.1:*/apis/ccompat/v7) exit 7;; esac";
    let said = Said::of(place.command(&["backbone", "--", "sh", "-c", script]).output().unwrap());
    assert_eq!(said.code, 7, "{said:?}");
}
