//! Rows of a batch. Text stays where the batch has it.

use super::raw::{RawBatch, RawRecord};
use crate::undecodable_at;
use contract::header::{DeadLetterHeaders, SubmissionHeaders};
use contract::{DecodeError, Decoder, Topic};
use kafka::Failure;
use ledger::ReasonCode;
use std::borrow::Cow;
use store::{Batch, Header, Origin, ReferenceRow, RejectedEntry, RunRow, SealRow, Stage, StagedEntry};

/// The reason of a row whose record carries headers that cannot be read.
const UNREADABLE_HEADERS: &str = "unreadable_headers";

/// The rows of a batch, without the offsets.
#[derive(Debug, Default)]
pub(super) struct Rows<'b> {
    pub(super) batch: Batch<'b>,
    /// For each of `batch.entries`, the place of its record in the raw batch.
    pub(super) places: Vec<usize>,
}

/// Decodes a batch.
///
/// # Errors
/// Where the registry cannot be asked, or a topic of Wellbook's own holds something foreign. A validated record that
/// cannot be decoded is no error: it becomes a rejected row.
pub(super) fn decode<'b>(raw: &'b RawBatch, decoder: &Decoder) -> Result<Rows<'b>, Failure> {
    let mut rows = Rows::default();
    rows.batch.entries.reserve(raw.records().len());
    rows.places.reserve(raw.records().len());
    for (place, record) in raw.records().enumerate() {
        let source_offset = record.offset();
        match (record.topic(), record.payload()) {
            (Topic::JournalEntryValidated, _) => match staged(record, decoder)? {
                Ok(entry) => {
                    rows.batch.entries.push(entry);
                    rows.places.push(place);
                }
                Err(row) => rows.batch.rejected.push(row),
            },
            (Topic::JournalEntryDlq, _) => rows.batch.rejected.push(dead_letter(record)),
            // Compacted topics: a record without a value deletes its key, and nothing of ours is ever deleted.
            (_, None) => {}
            (Topic::BatchSeal, Some(payload)) => {
                let seal = decoder.seal(payload).map_err(|error| foreign(record, &error))?;
                rows.batch.seals.push(SealRow { seal, sealed_at: record.written_at(), source_offset });
            }
            (Topic::Run, Some(payload)) => {
                let run = decoder.run(payload).map_err(|error| foreign(record, &error))?;
                rows.batch.runs.push(RunRow { record: run, source_offset });
            }
            (topic, Some(payload)) => {
                let master = decoder.reference(topic, payload).map_err(|error| foreign(record, &error))?;
                rows.batch.reference.push(ReferenceRow { record: master, source_offset });
            }
        }
    }
    Ok(rows)
}

fn foreign(record: RawRecord<'_>, error: &DecodeError) -> Failure {
    undecodable_at(record.topic().base_name(), record.partition(), record.offset(), error)
}

/// The row of a validated record, or that of its rejection.
fn staged<'b>(
    record: RawRecord<'b>,
    decoder: &Decoder,
) -> Result<Result<StagedEntry<'b>, RejectedEntry<'b>>, Failure> {
    let headers = match SubmissionHeaders::read(record.headers()) {
        Ok(headers) => headers,
        Err(error) => return Ok(Err(refused(record, UNREADABLE_HEADERS, error.to_string()))),
    };
    let entry = match decoder.entry(record.payload().unwrap_or_default()) {
        Ok(entry) => entry,
        Err(error @ DecodeError::RegistryUnavailable { .. }) => {
            return Err(Failure::transient(error.to_string()));
        }
        Err(error @ DecodeError::UnknownSchema { .. }) => {
            return Ok(Err(refused(record, ReasonCode::UnknownSchema.code(), error.to_string())));
        }
        Err(error @ DecodeError::Unreadable { .. }) => {
            return Ok(Err(refused(record, ReasonCode::UnreadablePayload.code(), error.to_string())));
        }
    };
    let origin = Origin {
        source_partition: record.partition(),
        source_offset: record.offset(),
        ce_id: headers.ce_id,
        batch: headers.batch,
        batch_index: headers.index,
        validated_at: record.written_at(),
    };
    Ok(Ok(StagedEntry { entry, origin }))
}

/// The row of a validated record that these tables do not take.
pub(super) fn refused<'b>(record: RawRecord<'b>, reason: &'static str, detail: String) -> RejectedEntry<'b> {
    RejectedEntry {
        stage: Stage::Sink,
        reason: reason.into(),
        detail: detail.into(),
        dl_topic: record.topic().base_name().into(),
        dl_partition: record.partition(),
        dl_offset: record.offset(),
        dl_timestamp: record.written_at(),
        dl_attempt: 1,
        ..row(record)
    }
}

/// The row of a dead letter. One whose headers somebody else wrote is kept, too, under a reason of its own.
fn dead_letter(record: RawRecord<'_>) -> RejectedEntry<'_> {
    let row = row(record);
    match DeadLetterHeaders::read(record.headers()) {
        Ok(headers) => RejectedEntry {
            reason: headers.reason.code().into(),
            detail: headers.detail.into(),
            dl_topic: headers.topic.into(),
            dl_partition: headers.partition,
            dl_offset: headers.offset,
            dl_timestamp: chrono::DateTime::from_timestamp_millis(headers.timestamp_ms).unwrap_or_default(),
            dl_attempt: headers.attempt,
            ..row
        },
        Err(error) => {
            RejectedEntry { reason: UNREADABLE_HEADERS.into(), detail: error.to_string().into(), ..row }
        }
    }
}

fn row(record: RawRecord<'_>) -> RejectedEntry<'_> {
    let submission = SubmissionHeaders::read(record.headers()).ok();
    let header =
        |(name, value): (_, Option<_>)| -> Header<'_> { (Cow::Borrowed(name), value.map(Cow::Borrowed)) };
    RejectedEntry {
        stage: Stage::Validator,
        source_partition: record.partition(),
        source_offset: record.offset(),
        reason: Cow::Borrowed(""),
        detail: Cow::Borrowed(""),
        dl_topic: record.topic().base_name().into(),
        dl_partition: record.partition(),
        dl_offset: record.offset(),
        dl_timestamp: record.written_at(),
        dl_attempt: 1,
        ce_id: submission.as_ref().map(|headers| headers.ce_id),
        batch: submission.as_ref().map(|headers| headers.batch),
        batch_index: submission.as_ref().map(|headers| headers.index),
        key: record.key().map(Cow::Borrowed),
        value: record.payload().map(Cow::Borrowed),
        headers: record.headers().map(header).collect(),
        rejected_at: record.written_at(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::header::DL_REASON;
    use contract::{Encoder, Registry, SchemaId};
    use ledger::reference::{Owner, ReferenceRecord};

    const ID: SchemaId = SchemaId(1);

    /// A decoder that knows one schema, and whose registry never answers.
    fn decoder(topic: Topic) -> (Decoder, tokio::runtime::Runtime) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let url = "http://127.0.0.1:1".to_owned();
        let registry =
            Registry::new(&contract::registry::Args { url, username: None, password: None }).unwrap();
        let decoder = Decoder::new(registry, runtime.handle().clone());
        decoder.learn(ID, topic.schema().unwrap()).unwrap();
        (decoder, runtime)
    }

    fn submission() -> Vec<(&'static str, Vec<u8>)> {
        let headers = SubmissionHeaders {
            ce_id: uuid::Uuid::from_u128(7),
            ce_source: "wellbook/x".into(),
            ce_time: chrono::DateTime::from_timestamp_millis(1_700_000_000_000).unwrap(),
            batch: 3,
            index: 4,
            traceparent: None,
        };
        headers.pairs()
    }

    fn borrowed<'h>(headers: &'h [(&'static str, Vec<u8>)]) -> Vec<(&'h str, &'h [u8])> {
        headers.iter().map(|(name, value)| (*name, value.as_slice())).collect()
    }

    #[test]
    fn a_validated_record_that_cannot_be_decoded_is_kept_byte_for_byte_as_a_rejected_row() {
        let (decoder, _runtime) = decoder(Topic::JournalEntryValidated);
        let mut raw = RawBatch::default();
        let headers = submission();
        let headers = borrowed(&headers);
        let payload = Some(&b"\0\0\0\0\x01no entry"[..]);
        raw.push_parts(Topic::JournalEntryValidated, (2, 9), Some(b"key"), payload, &headers);
        raw.push_parts(Topic::JournalEntryValidated, (2, 10), None, payload, &[("other", b"x")]);
        let rows = decode(&raw, &decoder).unwrap();
        let [unreadable, headless] = rows.batch.rejected.as_slice() else { panic!("{rows:?}") };
        assert_eq!((unreadable.stage, unreadable.reason.as_ref()), (Stage::Sink, "unreadable_payload"));
        assert_eq!((unreadable.key.as_deref(), unreadable.value.as_deref()), (Some(&b"key"[..]), payload));
        assert_eq!((unreadable.source_partition, unreadable.source_offset), (2, 9));
        assert_eq!((unreadable.batch, unreadable.batch_index), (Some(3), Some(4)));
        assert_eq!(unreadable.headers.len(), headers.len());
        assert_eq!((headless.reason.as_ref(), headless.ce_id), (UNREADABLE_HEADERS, None));
        assert!(headless.detail.contains("ce_id"), "{}", headless.detail);
    }

    #[test]
    fn no_row_is_made_while_the_registry_is_silent() {
        let (decoder, _runtime) = decoder(Topic::JournalEntryValidated);
        let mut raw = RawBatch::default();
        let headers = submission();
        raw.push_parts(
            Topic::JournalEntryValidated,
            (0, 0),
            None,
            Some(b"\0\0\0\0\x09x"),
            &borrowed(&headers),
        );
        assert!(decode(&raw, &decoder).unwrap_err().is_transient());
    }

    #[test]
    fn a_dead_letter_keeps_its_reason_and_one_from_elsewhere_gets_one() {
        let (decoder, _runtime) = decoder(Topic::JournalEntryValidated);
        let letter = DeadLetterHeaders {
            topic: "gl.journal-entry.raw.v1".into(),
            partition: 5,
            offset: 77,
            timestamp_ms: 1_700_000_000_001,
            reason: ReasonCode::Unbalanced,
            detail: "debits differ".into(),
            attempt: 2,
        };
        let headers: Vec<_> = submission().into_iter().chain(letter.pairs()).collect();
        let mut raw = RawBatch::default();
        raw.push_parts(Topic::JournalEntryDlq, (5, 1), Some(b"k"), Some(b"v"), &borrowed(&headers));
        raw.push_parts(Topic::JournalEntryDlq, (5, 2), None, None, &[(DL_REASON, b"bad luck")]);
        let rows = decode(&raw, &decoder).unwrap();
        let [ours, foreign] = rows.batch.rejected.as_slice() else { panic!("{rows:?}") };
        assert_eq!((ours.stage, ours.reason.as_ref(), ours.dl_offset), (Stage::Validator, "unbalanced", 77));
        assert_eq!((ours.dl_attempt, ours.ce_id), (2, Some(uuid::Uuid::from_u128(7))));
        assert_eq!((foreign.reason.as_ref(), foreign.value.as_deref()), (UNREADABLE_HEADERS, None));
    }

    #[test]
    fn masters_become_rows_and_a_foreign_record_on_their_topic_stops() {
        let (decoder, _runtime) = decoder(Topic::Owner);
        let owner = ReferenceRecord::Owner(Owner {
            owner_id: "OWN-1".into(),
            effective_date: chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
            name: "A. Owner".into(),
            owner_type: "INDIVIDUAL".into(),
            state: "TX".into(),
            minimum_payment: "100".parse().unwrap(),
            suspense_code: None,
            is_tax_exempt: false,
        });
        let payload = Encoder::new(Topic::Owner, ID).reference(&owner);
        let mut raw = RawBatch::default();
        raw.push_parts(Topic::Owner, (0, 4), Some(b"k"), Some(&payload), &[]);
        raw.push_parts(Topic::Owner, (0, 5), Some(b"k"), None, &[]);
        let rows = decode(&raw, &decoder).unwrap();
        assert_eq!(rows.batch.reference, [ReferenceRow { record: owner, source_offset: 4 }]);
        raw.push_parts(Topic::Owner, (0, 6), Some(b"k"), Some(b"hello"), &[]);
        let failure = decode(&raw, &decoder).unwrap_err();
        assert!(!failure.is_transient() && failure.to_string().contains("offset 6"), "{failure}");
    }
}
