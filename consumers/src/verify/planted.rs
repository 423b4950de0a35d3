//! Each kind of damage is planted in otherwise sound evidence: the proof must find it and name it.

use super::{DeadLetter, EntryFacts, Evidence, Held, Loaded, Place, Report};
use chrono::{DateTime, TimeDelta, Utc};
use contract::seal::EntryNumberRange;
use contract::{Digest, InjectedFault, Seal, Topic, Totals};
use ledger::ReasonCode;
use uuid::Uuid;

const BATCHES: i64 = 5;
/// Good submissions of a batch, each followed by nothing; one planted fault stands at its end.
const GOOD: i64 = 6;

/// What all stages hold; damage is done to it before the proof sees it.
#[derive(Clone)]
struct World {
    seals: Vec<Seal>,
    faults: Vec<InjectedFault>,
    raw: Vec<(Place, Held)>,
    validated: Vec<(Place, Held)>,
    dead: Vec<(Place, DeadLetter)>,
    staged: Vec<Held>,
    staged_dead: Vec<Held>,
    refused: Vec<Held>,
    staged_seals: Vec<(i64, Digest)>,
    loaded: Loaded,
}

fn instant(batch: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(batch)
}

fn held(batch: i64, index: i64, value: &str) -> Held {
    let number = batch * GOOD / 2 + index / 2 + 1;
    let facts = EntryFacts {
        company_code: if index % 2 == 0 { "WB01" } else { "WB02" }.to_owned(),
        currency: "USD".to_owned(),
        fiscal_year: 2025,
        entry_number: number,
        lines: 2,
        debit: 100 + i128::from(index),
        credit: 100 + i128::from(index),
    };
    let ce_id = Uuid::from_u128((batch * 1000 + index) as u128 + 1);
    Held::new(ce_id, batch, index as i32, b"key", format!("\0\0\0\0\x01{value}").as_bytes(), Some(facts))
}

fn good(batch: i64, index: i64) -> Held {
    held(batch, index, "good")
}

fn planted(batch: i64) -> Held {
    Held { facts: None, ..held(batch, GOOD, "garbled") }
}

fn seal(batch: i64, previous: &Seal) -> Seal {
    let mut totals = Totals { entries: GOOD, lines: GOOD * 2, ..Totals::default() };
    for submission in (0..GOOD).map(|index| good(batch, index)) {
        totals.digest.merge(&submission.digest);
        let facts = submission.facts.unwrap();
        totals.add_amounts(&facts.company_code, &facts.currency, facts.debit, facts.credit);
    }
    let mut running_digest = previous.running_digest;
    running_digest.merge(&totals.digest);
    let range = |company_code: &str| EntryNumberRange {
        company_code: company_code.to_owned(),
        fiscal_year: 2025,
        first: batch * GOOD / 2 + 1,
        last: (batch + 1) * GOOD / 2,
        count: GOOD / 2,
    };
    let mut seal = Seal {
        sequence: batch,
        window_start: instant(batch),
        window_end: instant(batch + 1),
        is_history: batch < 3,
        good: totals,
        planted: Totals { entries: 1, lines: 2, digest: planted(batch).digest, amounts: Vec::new() },
        entry_numbers: vec![range("WB01"), range("WB02")],
        running_digest,
        previous: previous.chain,
        chain: Digest::default(),
    };
    seal.chain = seal.expected_chain();
    seal
}

impl World {
    /// Five sealed batches over two partitions, and a sixth that is on its way and not sealed.
    fn sound() -> Self {
        let nothing = Seal {
            sequence: -1,
            window_start: instant(0),
            window_end: instant(0),
            is_history: true,
            good: Totals::default(),
            planted: Totals::default(),
            entry_numbers: Vec::new(),
            running_digest: Digest::default(),
            previous: Digest::default(),
            chain: Digest::default(),
        };
        let mut seals: Vec<Seal> = Vec::new();
        for batch in 0..BATCHES {
            seals.push(seal(batch, seals.last().unwrap_or(&nothing)));
        }
        let mut world = Self {
            faults: (0..BATCHES)
                .map(|batch| InjectedFault {
                    ce_id: planted(batch).ce_id,
                    batch,
                    index: GOOD as i32,
                    reason: ReasonCode::UnreadablePayload,
                    entry_id: Uuid::nil(),
                    company_code: "WB01".to_owned(),
                    description: "cut short".to_owned(),
                })
                .collect(),
            staged_seals: seals.iter().map(|seal| (seal.sequence, seal.chain)).collect(),
            seals,
            raw: Vec::new(),
            validated: Vec::new(),
            dead: Vec::new(),
            staged: Vec::new(),
            staged_dead: Vec::new(),
            refused: Vec::new(),
            loaded: Loaded::new(),
        };
        for batch in 0..=BATCHES {
            for index in 0..GOOD {
                let at = world.submit(&good(batch, index));
                world.validated.push((at, good(batch, index)));
                world.staged.push(good(batch, index));
            }
            let at = world.submit(&planted(batch));
            let dead = DeadLetter { held: planted(batch), raw: at, reason: ReasonCode::UnreadablePayload };
            world.dead.push((at, dead));
            world.staged_dead.push(planted(batch));
        }
        for topic in [Topic::JournalEntryValidated, Topic::JournalEntryDlq, Topic::BatchSeal] {
            world.loaded.extend([((topic, 0), 1000), ((topic, 1), 1000)]);
        }
        world
    }

    fn submit(&mut self, held: &Held) -> Place {
        let partition = held.index % 2;
        let offset = self.raw.iter().filter(|(place, _)| place.partition == partition).count() as i64;
        let at = Place { partition, offset };
        self.raw.push((at, held.clone()));
        at
    }

    fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        self.seals.iter().enumerate().for_each(|(offset, seal)| evidence.seal(offset as i64, seal));
        self.faults.iter().for_each(|fault| evidence.fault(fault));
        self.raw.iter().for_each(|(at, held)| evidence.raw(*at, held.clone()));
        self.validated.iter().for_each(|(at, held)| evidence.validated(*at, held));
        self.dead.iter().for_each(|(at, dead)| evidence.dead_letter(*at, dead));
        self.staged.iter().for_each(|held| evidence.staged(held));
        self.staged_dead.iter().for_each(|held| evidence.staged_dead_letter(held));
        self.refused.iter().for_each(|held| evidence.refused(held));
        self.staged_seals.iter().for_each(|(sequence, chain)| evidence.staged_seal(*sequence, *chain));
        evidence
    }

    fn report(&self) -> Report {
        self.evidence().finish(&self.loaded)
    }

    fn at(&self, batch: i64, index: i64) -> usize {
        self.staged.iter().position(|held| (held.batch, held.index) == (batch, index as i32)).unwrap()
    }
}

/// The damage must be found by this check, and the difference must say all of these.
#[track_caller]
fn finds(damage: impl FnOnce(&mut World), check: &str, words: &[&str]) {
    let mut world = World::sound();
    damage(&mut world);
    let report = world.report();
    let (name, difference) = report.first_difference().expect("the damage is found");
    assert_eq!(name, check, "{difference}");
    for word in words {
        assert!(difference.to_string().contains(word), "`{word}` in: {difference}");
    }
    assert_eq!(report.json()["reconciled"], false);
}

#[test]
fn sound_books_reconcile_and_say_so() {
    let report = World::sound().report();
    assert_eq!(report.first_difference(), None, "{report:#?}");
    assert_eq!((report.cut, report.newest_seal, &report.behind), (Some(4), Some(4), &None));
    let counts: Vec<_> =
        report.stages.iter().map(|stage| (stage.stage, stage.entries, stage.lines)).collect();
    let expected = [
        ("seals", 35, 60),
        ("raw", 35, 60),
        ("validated", 30, 60),
        ("dead letters", 5, 0),
        ("staging", 30, 60),
    ];
    assert_eq!(counts, expected);
    let digests: Vec<_> = report.stages.iter().filter_map(|stage| stage.digest).collect();
    assert!(digests.len() == 4 && digests.iter().all(|digest| *digest == digests[0]));
    assert_eq!(report.fingerprint, Some(World::sound().seals[2].running_digest));
    assert_eq!(report.json()["reconciled"], true);
    let mut text = Vec::new();
    report.write(&mut text, false).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("Nothing was lost, doubled or altered.") && !text.contains('\x1b'), "{text}");
}

#[test]
fn a_row_that_staging_dropped_is_named() {
    finds(
        |world| drop(world.staged.remove(world.at(2, 3))),
        "validated + dead letters = staging",
        &["lost", "staging batch 2 index 3", &good(2, 3).ce_id.to_string()],
    );
}

#[test]
fn a_row_that_staging_doubled_is_named() {
    finds(
        |world| world.staged.push(good(1, 0)),
        "validated + dead letters = staging",
        &["loaded twice", "batch 1 index 0"],
    );
}

#[test]
fn an_amount_that_staging_altered_is_named_with_both_amounts() {
    finds(
        |world| {
            let at = world.at(3, 1);
            let mut facts = world.staged[at].facts.clone().unwrap();
            (facts.debit, facts.credit) = (999, 999);
            world.staged[at] = Held { facts: Some(facts), ..held(3, 1, "altered") };
        },
        "every byte as submitted",
        &["staging batch 3 index 1", "9.99 instead of 1.01"],
    );
}

#[test]
fn two_alterations_that_cancel_out_are_still_found() {
    finds(
        |world| {
            for (index, cents) in [(0, 50), (2, 152)] {
                let at = world.at(3, index);
                let mut facts = world.staged[at].facts.clone().unwrap();
                (facts.debit, facts.credit) = (cents, cents);
                world.staged[at] = Held { facts: Some(facts), ..held(3, index, "altered") };
            }
        },
        "every byte as submitted",
        &["batch 3 index 0"],
    );
}

#[test]
fn a_text_that_the_validator_altered_is_named() {
    finds(
        |world| {
            let at = world.at(0, 5);
            world.validated[at].1 = held(0, 5, "another text");
        },
        "every byte as submitted",
        &["validated batch 0 index 5", "digest"],
    );
}

#[test]
fn a_broken_chain_of_seals_is_named() {
    finds(
        |world| {
            world.seals[2].good.entries += 1;
        },
        "each seal continues the one before",
        &["chain hash", "seal 2"],
    );
    finds(
        |world| drop(world.seals.remove(2)),
        "each seal continues the one before",
        &["sequence", "expected 2, found 3"],
    );
    finds(
        |world| {
            // Resealed consistently in itself, but the next seal does not follow from it.
            world.seals[1].window_end += TimeDelta::hours(1);
            world.seals[1].chain = world.seals[1].expected_chain();
        },
        "each seal continues the one before",
        &["previous chain hash", "seal 2"],
    );
}

#[test]
fn a_submission_that_the_topic_lost_or_doubled_is_found_against_its_seal() {
    let cut_out = |world: &mut World| {
        let gone = good(1, 2).ce_id;
        world.raw.retain(|(_, held)| held.ce_id != gone);
        world.validated.retain(|(_, held)| held.ce_id != gone);
        world.staged.retain(|held| held.ce_id != gone);
    };
    finds(cut_out, "seals = raw", &["good submissions", "raw batch 1", "expected 6 as sealed, found 5"]);
    finds(
        |world| world.raw.push((Place { partition: 0, offset: 999 }, good(2, 0))),
        "seals = raw",
        &["made twice", "raw batch 2 index 0"],
    );
}

#[test]
fn a_submission_that_the_validator_lost_is_named() {
    finds(
        |world| {
            let gone = good(1, 3).ce_id;
            world.validated.retain(|(_, held)| held.ce_id != gone);
            world.staged.retain(|held| held.ce_id != gone);
        },
        "raw = validated + dead letters",
        &["lost", "raw batch 1 index 3", "0 validated, 0 dead"],
    );
}

#[test]
fn a_submission_that_nobody_made_is_named() {
    let stranger = || Held { ce_id: Uuid::from_u128(0xBAD), ..good(1, 3) };
    finds(
        |world| world.validated.push((Place { partition: 0, offset: 99 }, stranger())),
        "raw = validated + dead letters",
        &["never made", "validated batch 1 index 3"],
    );
    finds(
        |world| world.staged.push(stranger()),
        "validated + dead letters = staging",
        &["never made", "staging batch 1 index 3"],
    );
}

#[test]
fn a_wrong_verdict_is_named_with_the_one_that_was_due() {
    finds(
        |world| world.dead[3].1.reason = ReasonCode::Unbalanced,
        "dead letters = planted faults",
        &["batch 3 index 6", "expected rejected as unreadable_payload, found rejected as unbalanced"],
    );
    finds(
        |world| {
            let at = world.at(4, 4);
            let (place, held) = world.validated.remove(at);
            let dead = DeadLetter { held: held.clone(), raw: place, reason: ReasonCode::Unbalanced };
            world.staged.remove(at);
            world.staged_dead.push(held);
            world.dead.push((place, dead));
        },
        "dead letters = planted faults",
        &["batch 4 index 4", "no fault was planted"],
    );
}

#[test]
fn a_missing_entry_number_is_named() {
    // Sealed as 7 where 6 is due, and made so: nothing else betrays it.
    finds(
        |world| {
            for seal in 1..BATCHES as usize {
                if seal == 1 {
                    world.seals[seal].entry_numbers[0].first += 1;
                    world.seals[seal].entry_numbers[0].count -= 1;
                }
                world.seals[seal].previous = world.seals[seal - 1].chain;
                world.seals[seal].chain = world.seals[seal].expected_chain();
                world.staged_seals[seal].1 = world.seals[seal].chain;
            }
        },
        "entry numbers have no gap",
        &["WB01 in 2025", "seal 1", "a gapless range from 4", "2 numbers from 5 to 6"],
    );
    let mut world = World::sound();
    world.staged.remove(world.at(2, 2));
    let report = world.report();
    let check = report.checks.iter().find(|check| check.name == "entry numbers have no gap").unwrap();
    let difference = check.first.as_ref().unwrap().to_string();
    assert!(
        difference.contains("staging company WB01 year 2025") && difference.contains("no 8"),
        "{difference}"
    );
}

#[test]
fn control_totals_that_the_seals_overstate_are_named() {
    finds(
        |world| {
            world.seals[4].good.amounts[1].debit += 1;
            world.seals[4].chain = world.seals[4].expected_chain();
            world.staged_seals[4].1 = world.seals[4].chain;
        },
        "control totals per company and currency",
        &["WB02 in USD", "raw"],
    );
}

#[test]
fn an_entry_that_does_not_balance_is_named() {
    finds(
        |world| {
            // Made so, and carried along byte for byte: only the sums betray it.
            let at = world.at(0, 0);
            world.staged[at].facts.as_mut().unwrap().credit -= 1;
        },
        "every staged entry balances",
        &["batch 0 index 0", "credits of 1.00, found 0.99"],
    );
}

#[test]
fn a_seal_that_staging_altered_is_named() {
    finds(
        |world| world.staged_seals[3].1 = Digest::from_bytes([9; 32]),
        "seals = staged seals",
        &["staging seal 3"],
    );
}

#[test]
fn a_dead_letter_that_staging_lost_is_named() {
    finds(
        |world| drop(world.staged_dead.remove(1)),
        "validated + dead letters = staging",
        &["a dead letter that was lost", "batch 1 index 6"],
    );
}

#[test]
fn an_entry_that_staging_refused_counts_as_taken_but_leaves_its_number_open() {
    finds(
        |world| {
            let at = world.at(1, 1);
            let held = world.staged.remove(at);
            world.refused.push(held);
        },
        "entry numbers have no gap",
        &["WB02", "no 4"],
    );
}

#[test]
fn what_is_still_on_its_way_moves_the_cut_and_is_no_difference() {
    // The sink has loaded partition 0 up to batch 2 only.
    let mut world = World::sound();
    let first_of_3 = world.validated[world.at(3, 0)].0.offset;
    world.loaded.insert((Topic::JournalEntryValidated, 0), first_of_3);
    world.staged.retain(|held| held.batch < 3 || held.index % 2 == 1);
    let report = world.report();
    assert_eq!((report.first_difference(), report.cut, report.newest_seal), (None, Some(2), Some(4)));
    assert!(report.behind.as_ref().unwrap().contains("The sink has not passed"), "{:?}", report.behind);
    assert!(!world.evidence().staging_has_passed(&world.loaded));

    // The validator has not come to the end of partition 1.
    let mut world = World::sound();
    let last = |held: &Held| held.batch < 4 || held.index % 2 == 0;
    world.validated.retain(|(_, held)| last(held));
    world.staged.retain(last);
    assert!(!world.evidence().validator_has_passed());
    let report = world.report();
    assert_eq!((report.first_difference(), report.cut), (None, Some(3)));
    assert!(report.behind.as_ref().unwrap().contains("The validator has not passed raw partition 1"));
    assert!(World::sound().evidence().validator_has_passed());
}

#[test]
fn a_verdict_that_comes_in_while_the_proof_looks_counts_at_its_next_look() {
    let mut world = World::sound();
    let (late, early): (Vec<_>, _) =
        world.validated.into_iter().partition(|(_, held)| held.batch >= 4 && held.index % 2 == 1);
    world.validated = early;
    let mut evidence = world.evidence();
    evidence.hold(true);
    late.iter().filter(|(_, held)| held.batch == 4).for_each(|(at, held)| evidence.validated(*at, held));
    assert!(!evidence.validator_has_passed());
    // Nothing more comes in: what was read is all there is.
    evidence.hold(false);
    evidence.hold(true);
    assert!(evidence.validator_has_passed());
}

#[test]
fn nothing_sealed_is_nothing_wrong() {
    let report = Evidence::default().finish(&Loaded::new());
    assert_eq!((report.cut, report.first_difference()), (None, None));
}

/// The submission that is made of the dead letter of `first`.
fn again(first: &Held, number: u128) -> Held {
    Held { ce_id: Uuid::from_u128(0xA_0000 * number + first.ce_id.as_u128()), ..first.clone() }
}

impl World {
    /// A good submission becomes a dead letter for want of its master.
    fn reject(&mut self, batch: i64, index: i64) -> Held {
        let at = self.at(batch, index);
        let (raw, held) = self.validated.remove(at);
        self.staged.remove(at);
        self.dead.push((raw, DeadLetter { held: held.clone(), raw, reason: ReasonCode::UnknownWell }));
        self.staged_dead.push(held.clone());
        held
    }

    /// Submitted again, behind everything else, and accepted.
    fn accept(&mut self, held: &Held) {
        let at = self.submit(held);
        self.validated.push((at, held.clone()));
        self.staged.push(held.clone());
    }

    /// Submitted again, and rejected again.
    fn reject_again(&mut self, held: &Held, reason: ReasonCode) {
        let raw = self.submit(held);
        self.dead.push((raw, DeadLetter { held: held.clone(), raw, reason }));
        self.staged_dead.push(held.clone());
    }
}

#[test]
fn a_good_submission_that_is_only_a_dead_letter_is_named_with_the_way_out() {
    finds(
        |world| drop(world.reject(2, 3)),
        "dead letters = planted faults",
        &["dead letters batch 2 index 3", "wellbook replay", "found rejected as unknown_well"],
    );
    finds(
        |world| {
            let first = world.reject(2, 3);
            world.reject_again(&again(&first, 1), ReasonCode::UnknownWell);
        },
        "dead letters = planted faults",
        &[&again(&good(2, 3), 1).ce_id.to_string(), "wellbook replay"],
    );
}

#[test]
fn a_dead_letter_that_was_accepted_when_it_was_submitted_again_closes_the_gap() {
    let mut world = World::sound();
    let first = world.reject(2, 3);
    world.reject_again(&again(&first, 1), ReasonCode::UnknownWell);
    world.accept(&again(&first, 2));
    // A planted one is rejected each time.
    let fault = world.dead[0].1.held.clone();
    world.reject_again(&again(&fault, 1), ReasonCode::UnreadablePayload);
    let report = world.report();
    assert_eq!(report.first_difference(), None, "{report:#?}");
    assert_eq!((report.cut, report.resubmitted), (Some(4), 3));
    let digests: Vec<_> = report.stages.iter().filter_map(|stage| stage.digest).collect();
    assert!(digests.len() == 4 && digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
    let entries: Vec<u64> = report.stages.iter().map(|stage| stage.entries).collect();
    assert_eq!(entries, [35, 38, 30, 8, 30], "raw = sealed + 3");
    assert_eq!(report.json()["resubmitted"], 3);
}

#[test]
fn a_dead_letter_that_was_submitted_again_and_lost_is_named() {
    let lost = again(&good(2, 3), 1);
    finds(
        |world| {
            let first = world.reject(2, 3);
            world.accept(&again(&first, 1));
            let behind = world.reject(4, 3); // the validator has passed the lost one
            world.accept(&again(&behind, 1));
            world.validated.retain(|(_, held)| held.ce_id != lost.ce_id);
            world.staged.retain(|held| held.ce_id != lost.ce_id);
        },
        "raw = validated + dead letters",
        &["lost", "raw batch 2 index 3", &lost.ce_id.to_string(), "0 validated, 0 dead"],
    );
}

#[test]
fn a_submission_that_was_accepted_first_and_again_is_named() {
    finds(
        |world| world.accept(&again(&good(2, 3), 1)),
        "raw = validated + dead letters",
        &["accepted again", "validated batch 2 index 3", &good(2, 3).ce_id.to_string(), "found 2"],
    );
    finds(
        |world| {
            let first = world.reject(2, 3);
            world.accept(&again(&first, 1));
            world.accept(&again(&first, 2));
        },
        "raw = validated + dead letters",
        &["accepted again", "found 2"],
    );
    finds(
        |world| {
            let first = world.reject(2, 3);
            world.accept(&again(&first, 1));
            world.submit(&again(&first, 1));
        },
        "seals = raw",
        &["made twice", "raw batch 2 index 3"],
    );
}

#[test]
fn a_dead_letter_whose_bytes_or_place_changed_when_it_was_submitted_again_is_named() {
    finds(
        |world| {
            let first = world.reject(2, 3);
            let (ce_id, altered) = (again(&first, 1).ce_id, held(2, 3, "altered"));
            world.accept(&Held { ce_id, ..altered });
        },
        "every byte as submitted",
        &["raw batch 2 index 3", "digest"],
    );
    finds(
        |world| {
            let first = world.reject(2, 3);
            world.accept(&Held { batch: 3, ..again(&first, 1) });
        },
        "every byte as submitted",
        &["raw batch 2 index 3", "under batch 3"],
    );
}

#[test]
fn what_was_made_again_of_a_submission_that_never_was_is_named() {
    finds(
        |world| {
            let stranger = Held { first: Uuid::from_u128(0xBAD), ..again(&good(2, 3), 1) };
            world.accept(&stranger);
        },
        "seals = raw",
        &["never was", "raw batch 2 index 3"],
    );
}

#[test]
fn a_planted_fault_that_passes_when_it_is_submitted_again_is_named() {
    finds(
        |world| world.accept(&again(&planted(1), 1)),
        "dead letters = planted faults",
        &["batch 1 index 6", "expected rejected as unreadable_payload, found accepted"],
    );
}

#[test]
fn a_dead_letter_that_is_submitted_again_while_the_proof_looks_counts_at_its_next_look() {
    // On raw, and the validator has come as far as the batch that is not sealed, which stands before it.
    let mut world = World::sound();
    let first = world.reject(2, 3);
    world.submit(&again(&first, 1));
    let report = world.report();
    assert_eq!((report.first_difference(), report.cut), (None, Some(1)));
    assert!(report.behind.unwrap().contains("The validator has not passed raw partition 1"));

    // Not on raw when that was read, and on the later stages: on raw behind what was read.
    let mut world = World::sound();
    let first = world.reject(2, 3);
    let later = again(&first, 1);
    world.validated.push((Place { partition: 1, offset: 999 }, later.clone()));
    world.staged.push(later.clone());
    let mut evidence = world.evidence();
    assert!(evidence.has_strays());
    evidence.made_later(later.ce_id);
    assert!(!evidence.has_strays());
    let report = evidence.finish(&world.loaded);
    assert_eq!(report.first_difference().map(|(check, _)| check), Some("dead letters = planted faults"));
}
