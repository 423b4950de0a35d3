//! Records at rest, read by a library that shares nothing with what wrote them.

use crate::{ID, hex, samples};
use contract::json::Documents;
use contract::{Container, Encoder, Topic};

fn framed(entry: &ledger::JournalEntry<'_>) -> Vec<u8> {
    let mut framed = Vec::new();
    Encoder::new(Topic::JournalEntryRaw, ID).entry(entry, &mut framed);
    framed
}

#[test]
fn a_container_holds_the_datums_of_the_topic_under_the_public_schema() {
    let container = Container::new(Topic::JournalEntryRaw, "a run");
    let mut blocks = container.blocks();
    let mut file = container.header();
    let mut entry = samples::entry();
    // Enough for several blocks, taken in two parts.
    for part in [1..=700, 701..=900] {
        for number in part {
            entry.entry_number = number;
            blocks.add(&framed(&entry));
            file.extend(blocks.full());
        }
        file.extend(blocks.take());
    }
    assert!(blocks.take().is_empty());
    let reader = apache_avro::Reader::new(&file[..]).unwrap();
    let ours = apache_avro::Schema::parse_str(Topic::JournalEntryRaw.schema().unwrap()).unwrap();
    assert_eq!(*reader.writer_schema(), ours);
    let read: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(read.len(), 900);
    for (number, value) in (1..).zip(&read) {
        entry.entry_number = number;
        assert_eq!(*value, crate::independently(Topic::JournalEntryRaw, &framed(&entry)));
    }
    let datum = apache_avro::writer::datum::GenericDatumWriter::builder(&ours).build().unwrap();
    let again = datum.write_value_to_vec(read[899].clone()).unwrap();
    assert_eq!(hex(&again), hex(&framed(&entry)[5..]));
}

#[test]
fn a_container_of_another_run_has_another_marker_and_the_same_run_the_same_bytes() {
    let header = |identity| Container::new(Topic::Well, identity).header();
    assert_eq!(header("seed 1"), header("seed 1"));
    assert_ne!(header("seed 1"), header("seed 2"));
}

#[test]
fn a_document_has_the_schemas_names_in_order_and_exact_text() {
    let document = Documents::new(Topic::JournalEntryRaw).of(&framed(&samples::entry())).unwrap();
    insta::assert_snapshot!("entry-document", document);
    let value: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(value["total_debit"], "-1234.56");
    assert_eq!(value["lines"][0]["decimal_interest"], "0.18750000");
    assert_eq!(value["lines"][0].get("suspense_code"), None);
    assert_eq!(value["entered_at"], "2025-11-24T06:00:30.000001Z");
}

#[test]
fn every_reference_record_has_a_document() {
    for record in samples::references() {
        let topic = contract::record::reference_topic(&record);
        let bytes = Encoder::new(topic, ID).reference(&record);
        let document = Documents::new(topic).of(&bytes).unwrap();
        assert!(document.starts_with('{'), "{topic}: {document}");
        assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok(), "{topic}: {document}");
    }
}

#[test]
fn a_file_of_another_topic_is_refused() {
    let file = Container::new(Topic::Well, "a run").header();
    assert!(Documents::new(Topic::Lease).of_container(&file).is_err());
    assert!(Documents::new(Topic::Well).of_container(&file).unwrap().is_empty());
    assert!(Documents::new(Topic::Well).of_container(b"Obj\x01").is_err());
}
