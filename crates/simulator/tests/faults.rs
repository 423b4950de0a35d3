//! Each planted fault fails its own check, at its own rate, beside an untouched good sibling.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use chrono::Days;
use ledger::check::{Reference, Submission as Checked, check};
use ledger::period::midnight;
use ledger::{Rate, ReasonCode};
use simulator::settings::{NEED_MEMORY, plantable};
use simulator::{FaultRates, PriceTable, Settings, Submission, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Opening balances, tickets round the clock, a month's end with its accruals and their reversals.
const DAYS: u32 = 10;

fn world(rates: FaultRates) -> World {
    World::new(Settings {
        seed: 42,
        start_date: "2025-03-28".parse().unwrap(),
        historical_days: DAYS,
        scale: 1,
        fault_rates: rates,
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

/// Every fault often; entries of a thousand lines more seldom.
fn often() -> FaultRates {
    let many_lines: FaultRates = "too_many_lines=0.001".parse().unwrap();
    let each = plantable().map(|reason| (reason, "0.03".parse().unwrap()));
    FaultRates::from_rates(each.collect()).overridden_by(&many_lines)
}

static PLAIN: LazyLock<World> = LazyLock::new(|| world(FaultRates::default()));
static FAULTY: LazyLock<World> = LazyLock::new(|| world(often()));

fn all(world: &World) -> Vec<Submission<'_>> {
    world.submissions(world.begins_at(), world.history_ends_at())
}

fn reference(world: &World) -> Reference {
    let mut reference = Reference::default();
    reference.extend(world.opening_reference());
    let until = midnight(world.settings().start_date + Days::new(u64::from(DAYS)));
    reference.extend(world.reference_between(world.begins_at(), until).into_iter().map(|(_, record)| record));
    reference
}

fn verdict(submission: &Submission<'_>, reference: &Reference) -> Option<ReasonCode> {
    let key = submission.key();
    let checked = Checked { key: key.as_bytes(), entry: &submission.entry };
    check(&checked, reference).err().map(|rejection| rejection.reason)
}

#[test]
fn every_planted_submission_is_rejected_for_its_reason_and_its_sibling_is_not() {
    let reference = reference(&FAULTY);
    let mut seen = BTreeSet::new();
    let mut types = BTreeSet::new();
    for submission in &all(&FAULTY) {
        let Some(planted) = &submission.planted else {
            assert_eq!(verdict(submission, &reference), None, "{:?}", submission.entry);
            continue;
        };
        // What is broken in its bytes is a good entry until they are.
        let expected = planted.damage().is_none().then_some(planted.reason());
        let found = verdict(submission, &reference);
        assert_eq!(found, expected, "{}: {}", planted.description(), submission.entry.transaction_type);
        seen.insert(planted.reason());
        types.insert(submission.entry.document_type);
    }
    assert_eq!(seen, plantable().collect());
    assert!(types.len() >= 4, "{types:?}");
}

#[test]
fn a_planted_submission_stands_right_before_its_sibling_and_carries_its_ids_number_and_chain() {
    let submissions = all(&FAULTY);
    let mut ids = BTreeSet::new();
    for (at, submission) in submissions.iter().enumerate() {
        assert!(ids.insert(submission.ce_id), "{}", submission.ce_id);
        let Some(planted) = &submission.planted else { continue };
        let sibling = submissions[at..].iter().find(|other| other.planted.is_none()).unwrap();
        assert_eq!(sibling.ordinal, submission.ordinal);
        let (entry, good) = (&submission.entry, &sibling.entry);
        assert_eq!((entry.entry_id, entry.entry_number), (good.entry_id, good.entry_number));
        assert_eq!(entry.chain_id, good.chain_id);
        assert_eq!((planted.entry_id(), planted.company_code()), (good.entry_id, &*good.company_code));
        assert_eq!(submission.key() == sibling.key(), planted.reason() != ReasonCode::KeyMismatch);
        let is_whole = planted.damage().is_some() || planted.reason() == ReasonCode::KeyMismatch;
        assert_eq!(entry == good, is_whole, "{}", planted.description());
    }
}

#[test]
fn faults_leave_every_good_submission_as_it_is() {
    let good: Vec<_> = all(&FAULTY).into_iter().filter(|submission| submission.planted.is_none()).collect();
    assert_eq!(good, all(&PLAIN));
}

#[test]
fn each_fault_is_planted_at_its_rate() {
    let submissions = all(&FAULTY);
    let good = submissions.iter().filter(|submission| submission.planted.is_none()).count() as f64;
    let mut counts: BTreeMap<ReasonCode, f64> = BTreeMap::new();
    for planted in submissions.iter().filter_map(|submission| submission.planted.as_ref()) {
        *counts.entry(planted.reason()).or_default() += 1.0;
    }
    for (reason, rate) in FAULTY.settings().fault_rates.iter() {
        let rate = rate.units() as f64 / Rate::ONE.units() as f64;
        let (expected, sigma) = (good * rate, (good * rate * (1.0 - rate)).sqrt());
        let found = counts[&reason];
        assert!((found - expected).abs() < 4.5 * sigma, "{reason}: {found} where {expected} are expected");
    }
}

#[test]
fn the_rate_of_one_fault_moves_no_other_fault() {
    let planted = |rates: &str| {
        let world = world(rates.parse().unwrap());
        let submissions = all(&world);
        let planted = submissions.iter().filter_map(|submission| {
            let planted = submission.planted.clone()?;
            Some((submission.ordinal, submission.ce_id, planted))
        });
        planted.collect::<Vec<_>>()
    };
    let one = planted("unknown_well=0.01,unbalanced=0.01");
    let other = planted("unknown_well=0.01,unbalanced=0.05,key_mismatch=0.02,period_closed=0.03");
    let of = |planted: &[(u64, uuid::Uuid, simulator::Planted)], reason| -> Vec<_> {
        planted.iter().filter(|(_, _, planted)| planted.reason() == reason).cloned().collect()
    };
    assert_eq!(of(&one, ReasonCode::UnknownWell), of(&other, ReasonCode::UnknownWell));
    // A higher rate plants more; what a lower one planted stays.
    let (fewer, more) = (of(&one, ReasonCode::Unbalanced), of(&other, ReasonCode::Unbalanced));
    assert!(more.len() > fewer.len() && fewer.iter().all(|planted| more.contains(planted)));
}

#[test]
fn every_form_of_a_fault_occurs_and_its_description_says_what_was_changed() {
    let mut told: BTreeMap<ReasonCode, Vec<String>> = BTreeMap::new();
    for planted in all(&FAULTY).iter().filter_map(|submission| submission.planted.as_ref()) {
        told.entry(planted.reason()).or_default().push(planted.description());
    }
    let forms: &[(ReasonCode, &[&str])] = &[
        (ReasonCode::UnknownSchema, &["schema id → 2147483647"]),
        (
            ReasonCode::UnreadablePayload,
            &[
                "first byte 0 → ",
                "cut to 0 bytes",
                "thousandths",
                "added behind",
                "union branch",
                "symbol",
                "document_type",
                "created_by",
            ],
        ),
        (ReasonCode::KeyMismatch, &["record key: chain id → {", "record key: chain id → 0"]),
        (
            ReasonCode::TextInvalid,
            &["description: U+0000", "→ 600 characters", "text: ", "source_document: "],
        ),
        (ReasonCode::MissingLines, &["2 lines → 0", "2 lines → 1"]),
        (ReasonCode::TooManyLines, &["2 lines → 1000"]),
        (ReasonCode::AmountNotPositive, &["added: DEBIT 0.00", "added: CREDIT -"]),
        (ReasonCode::OneSided, &["every DEBIT line → CREDIT", "every CREDIT line → DEBIT"]),
        (ReasonCode::FxMissing, &["without fx_rate", "fx_rate none → 1.", "functional_amount"]),
        (ReasonCode::FunctionalUnbalanced, &["currency USD → GBP at 1."]),
        (ReasonCode::UnknownCompany, &["company_code ", "partner_company none → "]),
        (ReasonCode::UnknownWell, &["line 1: well 4"]),
        (ReasonCode::DimensionMissing, &["WELL taken away", "PRODUCT taken away"]),
        (ReasonCode::ApprovalMissing, &["→ MAN; approved_by none → none", "approved_by none → "]),
        (ReasonCode::DatesIncoherent, &["document_date ", "due_date ", "entered_at "]),
        (ReasonCode::PeriodMismatch, &["2025-03 → 2025-00", "2025-03 → 2026-03", "2025-03 → 2024-03"]),
        (ReasonCode::PeriodClosed, &["→ 2025-02-", "→ 2025-04-", "→ 2025-05-"]),
    ];
    for (reason, forms) in forms {
        for form in *forms {
            let descriptions = &told[reason];
            assert!(
                descriptions.iter().any(|told| told.contains(form)),
                "{reason} `{form}`: {:?}",
                &descriptions[..descriptions.len().min(40)]
            );
        }
    }
    let spoilt = |description: &String| description.is_empty() || description.contains('\0');
    assert!(!told.values().flatten().any(spoilt));
}

#[test]
fn faults_that_need_the_validators_memory_are_refused_with_the_reason() {
    for reason in NEED_MEMORY {
        let rates = FaultRates::from_rates(BTreeMap::from([(reason, Rate::ONE)]));
        let settings = Settings { fault_rates: rates, ..PLAIN.settings().clone() };
        let refused = World::new(settings).unwrap_err().to_string();
        assert!(refused.contains(reason.code()) && refused.contains("memory"), "{refused}");
    }
}
