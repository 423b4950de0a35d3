//! kill -9 of anything.

use crate::command::{Place, Said, kill, until};
use std::process::Stdio;

#[test]
fn everything_dies_with_a_killed_supervisor_and_down_and_up_still_work() {
    let place = Place::new();
    place.up(&[]);
    place.sql("CREATE TABLE public.kept (n int); INSERT INTO public.kept VALUES (7)");
    let (supervisor, processes) = (place.supervisor(), place.processes());
    kill(&supervisor);
    if cfg!(target_os = "linux") {
        until("the children died with their supervisor", || {
            processes.iter().all(|process| !process.is_alive())
        });
    }
    assert_eq!(place.status()["state"], "stopped");
    place.run(&["down"]).succeeded();
    assert!(processes.iter().all(|process| !process.is_alive()));
    // Kafka and Postgres recover from their unclean end.
    let again = place.up(&[]);
    assert!(again.out.contains("22 topics (0 new)"), "{}", again.out);
    assert!(place.sql("SELECT n FROM public.kept").contains('7'));
}

#[test]
fn a_killed_broker_and_a_killed_postgres_are_started_again_and_down_succeeds_right_after() {
    let place = Place::new();
    place.up(&[]);
    let before = ["kafka-1", "postgres", "registry"].map(|name| (name, place.process(name).unwrap()));
    for (_, process) in &before {
        kill(process);
    }
    for (name, process) in &before {
        until("a killed process runs again as another", || {
            place.process(name).is_some_and(|now| now != *process)
        });
    }
    until("the database answers", || place.run(&["sql", "-c", "SELECT 1"]).code == 0);
    for (name, _) in &before {
        kill(&place.process(name).unwrap());
    }
    let processes = place.processes();
    place.run(&["down"]).succeeded();
    assert!(processes.iter().all(|process| !process.is_alive()));
}

#[test]
fn a_stack_that_was_half_started_goes_down() {
    let place = Place::new();
    let mut starting = place.command(&["up", "--no-services"]);
    let starting = starting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("a supervisor has begun", || {
        stack::Folder::at(&place.data()).is_ok_and(|folder| folder.is_supervised().unwrap())
    });
    place.run(&["down"]).succeeded();
    Said::of(starting.wait_with_output().unwrap()).refused(1, &["was stopped meanwhile"]);
    assert_eq!(place.status()["state"], "stopped");
    place.up(&[]);
}
