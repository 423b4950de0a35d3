//! The bytes of every record: pinned, readable by an independent Avro library, and refused when they are broken.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod files;
mod samples;

use contract::codec::DecodeError;
use contract::registry::{Args, Registry};
use contract::{Decoder, Encoder, Genesis, RunRecord, SchemaId, Topic};
use ledger::reference::ReferenceRecord;
use proptest::prelude::*;

const ID: SchemaId = SchemaId(7);

/// A decoder that knows the schema of `topic` under [`ID`] and whose registry cannot be reached.
fn decoder(topic: Topic) -> (tokio::runtime::Runtime, Decoder) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let args = Args { url: "http://127.0.0.1:1".into(), username: None, password: None };
    let decoder = Decoder::new(Registry::new(&args).unwrap(), runtime.handle().clone());
    decoder.learn(ID, topic.schema().unwrap()).unwrap();
    (runtime, decoder)
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chunks(32).map(|row| row.join("")).collect::<Vec<_>>().join("\n")
}

/// Reads a record with a library that shares nothing with our codec.
fn independently(topic: Topic, framed: &[u8]) -> apache_avro::types::Value {
    let schema = apache_avro::Schema::parse_str(topic.schema().unwrap()).unwrap();
    let mut datum = &framed[5..];
    let value = apache_avro::reader::datum::GenericDatumReader::builder(&schema)
        .build()
        .unwrap()
        .read_value(&mut datum)
        .unwrap();
    assert!(datum.is_empty(), "{topic}: bytes are left over");
    value
}

#[test]
fn an_entry_has_the_bytes_it_always_had() {
    let mut bytes = Vec::new();
    Encoder::new(Topic::JournalEntryRaw, ID).entry(&samples::entry(), &mut bytes);
    insta::assert_snapshot!("journal-entry", hex(&bytes));
    let read = format!("{:?}", independently(Topic::JournalEntryRaw, &bytes));
    assert!(read.contains("REVENUE_ACCRUAL") && read.contains("Decimal"), "{read}");
    let (_runtime, decoder) = decoder(Topic::JournalEntryRaw);
    assert_eq!(decoder.entry(&bytes).unwrap(), samples::entry());
}

#[test]
fn every_reference_record_has_the_bytes_it_always_had() {
    let records = samples::references();
    assert_eq!(records.len(), Topic::REFERENCE.len());
    for record in records {
        let topic = contract::record::reference_topic(&record);
        let bytes = Encoder::new(topic, ID).reference(&record);
        let pinned = format!("{}\n{}", contract::record::reference_key(&record), hex(&bytes));
        insta::assert_snapshot!(topic.base_name().replace('.', "-"), pinned);
        independently(topic, &bytes);
        let (_runtime, decoder) = decoder(topic);
        assert_eq!(decoder.reference(topic, &bytes).unwrap(), record);
    }
}

#[test]
fn seals_faults_and_the_run_have_the_bytes_they_always_had() {
    let seal = samples::seal();
    let bytes = Encoder::new(Topic::BatchSeal, ID).seal(&seal);
    insta::assert_snapshot!("seal", hex(&bytes));
    independently(Topic::BatchSeal, &bytes);
    assert_eq!(decoder(Topic::BatchSeal).1.seal(&bytes).unwrap(), seal);

    let fault = samples::fault();
    let bytes = Encoder::new(Topic::InjectedFault, ID).fault(&fault);
    insta::assert_snapshot!("fault", hex(&bytes));
    independently(Topic::InjectedFault, &bytes);
    assert_eq!(decoder(Topic::InjectedFault).1.fault(&bytes).unwrap(), fault);

    for (name, record) in [("genesis", samples::genesis().into()), ("anchor", samples::anchor().into())] {
        let bytes = Encoder::new(Topic::Run, ID).run(&record);
        insta::assert_snapshot!(name, hex(&bytes));
        independently(Topic::Run, &bytes);
        assert_eq!(decoder(Topic::Run).1.run(&bytes).unwrap(), record);
    }
}

#[test]
fn the_seal_chain_covers_every_field() {
    let seal = samples::seal();
    let chain = seal.expected_chain();
    let mut other = seal.clone();
    other.good.amounts[0].debit += 1;
    assert_ne!(other.expected_chain(), chain);
    let mut other = seal.clone();
    other.entry_numbers[0].last += 1;
    assert_ne!(other.expected_chain(), chain);
    assert_eq!(seal.expected_chain(), chain);
}

#[test]
fn an_older_writers_record_is_read_with_the_optional_fields_empty() {
    let mut schema: serde_json::Value = serde_json::from_str(Topic::Owner.schema().unwrap()).unwrap();
    let fields = schema["fields"].as_array_mut().unwrap();
    fields.retain(|field| field["name"] != "suspense_code");
    let (_runtime, decoder) = decoder(Topic::Owner);
    decoder.learn(SchemaId(8), &schema.to_string()).unwrap();
    let Some(ReferenceRecord::Owner(owner)) =
        samples::references().into_iter().find(|record| matches!(record, ReferenceRecord::Owner(_)))
    else {
        panic!("there is an owner among the samples")
    };
    let mut bytes = Encoder::new(Topic::Owner, SchemaId(8)).reference(&ReferenceRecord::Owner(owner.clone()));
    // The field stands before the last one, a boolean: cut its branch out (a null is one byte).
    let place = bytes.len() - 2;
    assert_eq!(owner.suspense_code, None);
    bytes.remove(place);
    assert_eq!(decoder.reference(Topic::Owner, &bytes).unwrap(), ReferenceRecord::Owner(owner));
}

#[test]
fn a_run_that_began_before_masters_came_late_is_still_read() {
    let mut schema: serde_json::Value = serde_json::from_str(Topic::Run.schema().unwrap()).unwrap();
    let fields = schema["fields"][0]["type"][1]["fields"].as_array_mut().unwrap();
    fields.retain(|field| field["name"] != "late_master");
    let (_runtime, decoder) = decoder(Topic::Run);
    decoder.learn(SchemaId(8), &schema.to_string()).unwrap();
    let genesis = Genesis { late_master: None, ..samples::genesis() };
    let record = RunRecord::from(genesis);
    let mut bytes = Encoder::new(Topic::Run, SchemaId(8)).run(&record);
    // The field stands last in the genesis, before the branch of the anchor: cut its branch out.
    bytes.remove(bytes.len() - 2);
    let framed_as_then: Vec<u8> = [0, 0, 0, 0, 7].into_iter().chain(bytes[5..].iter().copied()).collect();
    insta::assert_snapshot!("genesis-before-late-masters", hex(&framed_as_then));
    assert_eq!(decoder.run(&bytes).unwrap(), record);
}

#[test]
fn a_writer_with_another_scale_is_refused_by_the_fields_name() {
    let (_runtime, decoder) = decoder(Topic::MarketPrice);
    let schema = Topic::MarketPrice.schema().unwrap().replace("\"scale\": 6", "\"scale\": 4");
    decoder.learn(SchemaId(8), &schema).unwrap();
    let error = decoder.reference(Topic::MarketPrice, b"\0\0\0\0\x08").unwrap_err();
    assert_eq!(error.to_string(), "schema 8 writes `price` with scale 4, ours is 6");
}

#[test]
fn another_record_or_no_frame_or_an_unreachable_registry_is_told_apart() {
    let (_runtime, decoder) = decoder(Topic::Owner);
    let detail = |payload: &[u8]| decoder.entry(payload).unwrap_err().to_string();
    assert_eq!(
        detail(b"\0\0\0\0\x07"),
        "schema 7 is of `wellbook.gl.Owner`, not of `wellbook.gl.JournalEntry`"
    );
    assert_eq!(detail(b"\0\0"), "2 bytes, a framed record has at least 5");
    assert_eq!(detail(b"{\"entry\":1}"), "the first byte is 123, a framed record begins with 0");
    let unreachable = decoder.entry(b"\0\0\0\0\x63").unwrap_err();
    assert!(matches!(unreachable, DecodeError::RegistryUnavailable { id: 99, .. }), "{unreachable:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_truncated_record_never_decodes(keep in 0_usize..1000) {
        let mut bytes = Vec::new();
        Encoder::new(Topic::JournalEntryRaw, ID).entry(&samples::entry(), &mut bytes);
        let (_runtime, decoder) = decoder(Topic::JournalEntryRaw);
        let cut = keep * bytes.len() / 1000;
        let error = decoder.entry(&bytes[..cut]).unwrap_err();
        prop_assert!(matches!(error, DecodeError::Unreadable { .. }), "{:?}", error);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(datum in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (_runtime, decoder) = decoder(Topic::JournalEntryRaw);
        let framed: Vec<u8> = [0, 0, 0, 0, 7].into_iter().chain(datum).collect();
        let _ = decoder.entry(&framed);
    }

    #[test]
    fn any_amount_and_text_survives(units in -999_999_999_999_999_999_i64..=999_999_999_999_999_999, text in ".{0,80}") {
        let mut entry = samples::entry();
        entry.lines[0].unit_price = Some(ledger::UnitPrice::from_units(units));
        entry.description = text.into();
        let mut bytes = Vec::new();
        Encoder::new(Topic::JournalEntryRaw, ID).entry(&entry, &mut bytes);
        let (_runtime, decoder) = decoder(Topic::JournalEntryRaw);
        prop_assert_eq!(decoder.entry(&bytes).unwrap(), entry);
    }
}
