//! What a planted fault looks like in bytes, and what its ground truth says.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use contract::codec::DecodeError;
use contract::registry::{Args, Registry};
use contract::{Decoder, Encoder, SchemaId, Topic};
use ledger::ReasonCode;
use producer::submission::Encoded;
use simulator::settings::plantable;
use simulator::{Damage, FaultRates, PriceTable, Settings, Submission, World};
use std::collections::BTreeSet;

const ID: SchemaId = SchemaId(7);

/// A decoder that knows the schema of entries under [`ID`] and whose registry cannot be reached.
fn decoder() -> (tokio::runtime::Runtime, Decoder) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let args = Args { url: "http://127.0.0.1:1".into(), username: None, password: None };
    let decoder = Decoder::new(Registry::new(&args).unwrap(), runtime.handle().clone());
    decoder.learn(ID, Topic::JournalEntryRaw.schema().unwrap()).unwrap();
    (runtime, decoder)
}

/// Two days with every fault, those of the wire most often.
fn world() -> World {
    let often: FaultRates = "unreadable_payload=0.2,unknown_schema=0.05".parse().unwrap();
    World::new(Settings {
        seed: 42,
        start_date: "2025-01-01".parse().unwrap(),
        historical_days: 2,
        scale: 1,
        fault_rates: FaultRates::uniform("0.1".parse().unwrap()).overridden_by(&often),
        prices: PriceTable::built_in(),
    })
    .unwrap()
}

fn planted(world: &World) -> Vec<Submission<'_>> {
    let submissions = world.submissions(world.begins_at(), world.history_ends_at());
    submissions.into_iter().filter(|submission| submission.planted.is_some()).collect()
}

fn kind(damage: Damage) -> std::mem::Discriminant<Damage> {
    std::mem::discriminant(&damage)
}

#[test]
fn what_is_broken_in_its_bytes_cannot_be_decoded_and_what_is_broken_in_the_entry_can() {
    let (world, (_runtime, decoder)) = (world(), decoder());
    let mut encoder = Encoder::new(Topic::JournalEntryRaw, ID);
    let mut kinds = Vec::new();
    for submission in &planted(&world) {
        let planted = submission.planted.as_ref().unwrap();
        let encoded = Encoded::new(submission, &mut encoder);
        let mut whole = Vec::new();
        encoder.entry(&submission.entry, &mut whole);
        let decoded = decoder.entry(&encoded.value);
        let told = planted.description();
        match planted.damage() {
            None => assert_eq!((decoded.as_ref(), encoded.value == whole), (Ok(&submission.entry), true)),
            Some(Damage::SchemaId(id)) => {
                let id = id.to_be_bytes();
                assert_eq!((&encoded.value[1..5], &encoded.value[5..]), (&id[..], &whole[5..]));
                assert_eq!(planted.reason(), ReasonCode::UnknownSchema);
            }
            Some(damage) => {
                assert!(matches!(decoded, Err(DecodeError::Unreadable { .. })), "{told}: {decoded:?}");
                assert_eq!(planted.reason(), ReasonCode::UnreadablePayload);
                if !kinds.contains(&kind(damage)) {
                    kinds.push(kind(damage));
                }
            }
        }
    }
    assert_eq!(kinds.len(), 8);
}

#[test]
fn the_ground_truth_names_submission_reason_and_sibling_and_what_was_changed() {
    let world = world();
    let mut encoder = Encoder::new(Topic::JournalEntryRaw, ID);
    let mut reasons = BTreeSet::new();
    let companies: BTreeSet<String> = planted(&World::new(world.settings().clone()).unwrap())
        .iter()
        .map(|submission| submission.planted.as_ref().unwrap().company_code().to_owned())
        .collect();
    for submission in &planted(&world) {
        let planted = submission.planted.as_ref().unwrap();
        let encoded = Encoded::new(submission, &mut encoder);
        let fault = encoded.fault.unwrap();
        assert_eq!((fault.ce_id, fault.reason), (submission.ce_id, planted.reason()));
        assert_eq!((fault.entry_id, fault.description), (submission.entry.entry_id, planted.description()));
        assert!(companies.contains(&fault.company_code), "{}", fault.company_code);
        assert_eq!(
            encoded.key == submission.entry.chain_id.to_string(),
            fault.reason != ReasonCode::KeyMismatch
        );
        reasons.insert(fault.reason);
    }
    assert_eq!(reasons, plantable().collect());
    assert!(!companies.iter().any(|company| company.contains('Z')), "{companies:?}");
}

#[test]
fn an_entry_of_too_many_lines_still_fits_its_topic() {
    let config = Topic::JournalEntryRaw.config();
    let most: usize =
        config.iter().find(|(name, _)| *name == "max.message.bytes").unwrap().1.parse().unwrap();
    let settings =
        Settings { fault_rates: "too_many_lines=0.05".parse().unwrap(), ..world().settings().clone() };
    let world = World::new(settings).unwrap();
    let mut encoder = Encoder::new(Topic::JournalEntryRaw, ID);
    let sizes: Vec<usize> =
        planted(&world).iter().map(|submission| Encoded::new(submission, &mut encoder).value.len()).collect();
    assert!(sizes.len() > 100 && sizes.iter().all(|size| *size < most / 2), "{:?}", sizes.iter().max());
}
