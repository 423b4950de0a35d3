//! A history as files: what is read back is what the world made, whatever the form and the threads.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use contract::json::Documents;
use contract::{Encoder, SchemaId, Topic};
use ledger::Side;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use producer::files::journal::{Journal, WIDTH_MIN};
use producer::files::manifest::{Content, FileRecord, MANIFEST, Manifest, PlantedFault};
use producer::files::sample::{self, Wanted};
use producer::files::{self, Format};
use producer::fingerprint;
use producer::settings::RunArgs;
use serde_json::Value;
use service::exit::WrongSettings;
use simulator::{Submission, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::sync::LazyLock;

/// Three days over the end of a month, with opening balances before them, and one fault in a hundred.
static ARGS: LazyLock<RunArgs> = LazyLock::new(|| RunArgs {
    random_seed: Some(7),
    start_date: Some("2025-01-30".parse().unwrap()),
    historical_days: Some(3),
    fault_rate: Some("0.01".parse().unwrap()),
    ..RunArgs::default()
});
static WORLD: LazyLock<World> = LazyLock::new(|| files::world(&ARGS).unwrap().1);

/// The submissions that are entries, in their order.
fn entries() -> Vec<Submission<'static>> {
    let all = WORLD.submissions(WORLD.begins_at(), WORLD.history_ends_at());
    all.into_iter()
        .filter(|it| it.planted.as_ref().is_none_or(|planted| planted.damage().is_none()))
        .collect()
}

/// Their documents, by way of Avro and a library that shares nothing with what writes the files.
fn documents() -> Vec<Value> {
    let documents = Documents::new(Topic::JournalEntryRaw);
    let mut encoder = Encoder::new(Topic::JournalEntryRaw, SchemaId(0));
    let mut framed = Vec::new();
    let document = |submission: &Submission<'_>| {
        encoder.entry(&submission.entry, &mut framed);
        serde_json::from_str(&documents.of(&framed).unwrap()).unwrap()
    };
    entries().iter().map(document).collect()
}

fn write(out: &Path, format: Format, threads: usize) -> Manifest {
    files::write(&ARGS, format, out, false, threads, |_| {}).unwrap()
}

/// The files of entries, in order.
fn of_entries(manifest: &Manifest) -> Vec<&FileRecord> {
    manifest.files.iter().filter(|file| file.content == Content::Entries).collect()
}

/// The rows that flat files must have: the text of each field by its column.
fn flat_rows() -> Vec<BTreeMap<String, String>> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut rows = Vec::new();
    for (document, submission) in documents().iter().zip(entries()) {
        let mut header: BTreeMap<String, String> =
            [("ce_id".to_owned(), submission.ce_id.to_string())].into();
        let fields = document.as_object().unwrap().iter().filter(|(name, _)| *name != "lines");
        header.extend(fields.map(|(name, value)| (name.clone(), text(value))));
        for line in document["lines"].as_array().unwrap() {
            let mut row = header.clone();
            row.extend(line.as_object().unwrap().iter().map(|(name, value)| {
                let name = if name == "production_month" { "line_production_month" } else { name };
                (name.to_owned(), text(value))
            }));
            rows.push(row);
        }
    }
    rows
}

#[test]
fn a_container_file_holds_every_entry_and_so_does_a_file_of_documents() {
    let home = tempfile::tempdir().unwrap();
    let (avro, ndjson) = (home.path().join("avro"), home.path().join("ndjson"));
    let expected = documents();
    let manifest = write(&avro, Format::Avro, 2);
    assert_eq!(of_entries(&manifest).len(), 2, "a file for each month of entry");
    let reader = Documents::new(Topic::JournalEntryRaw);
    let read: Vec<Value> = of_entries(&manifest)
        .iter()
        .flat_map(|file| reader.of_container(&fs::read(avro.join(&file.path)).unwrap()).unwrap())
        .map(|document| serde_json::from_str(&document).unwrap())
        .collect();
    assert!(read == expected, "{} entries were read of {}", read.len(), expected.len());

    let manifest = write(&ndjson, Format::Ndjson, 2);
    let mut read = Vec::new();
    for file in of_entries(&manifest) {
        let text = fs::read_to_string(ndjson.join(&file.path)).unwrap();
        read.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    let mut submissions = entries().into_iter();
    for document in &mut read {
        let ce_id = document.as_object_mut().unwrap().remove("ce_id").unwrap();
        assert_eq!(ce_id, submissions.next().unwrap().ce_id.to_string());
    }
    assert!(read == expected, "{} entries were read of {}", read.len(), expected.len());
    let masters = fs::read_to_string(ndjson.join("reference/gl.company.v1.ndjson")).unwrap();
    assert!(masters.lines().count() == 3 && masters.contains("\"functional_currency\":\"USD\""));
    let wells = fs::read(avro.join("reference/gl.well.v1.avro")).unwrap();
    assert!(Documents::new(Topic::Well).of_container(&wells).unwrap().len() > 100);
}

#[test]
fn csv_has_a_row_for_each_line_with_the_header_of_its_entry() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("csv");
    let manifest = write(&out, Format::Csv, 2);
    let mut read = Vec::new();
    for file in of_entries(&manifest) {
        let mut reader = csv::Reader::from_path(out.join(&file.path)).unwrap();
        let names = reader.headers().unwrap().clone();
        let rows = reader.records().map(|record| {
            let record = record.unwrap();
            let cells = names.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
            cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect::<BTreeMap<_, _>>()
        });
        read.extend(rows);
    }
    assert!(read == flat_rows(), "{} rows were read of {}", read.len(), flat_rows().len());
}

#[test]
fn parquet_has_a_row_for_each_line_with_exact_decimals_and_real_dates() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("parquet");
    let manifest = write(&out, Format::Parquet, 2);
    let mut read = Vec::new();
    for file in of_entries(&manifest) {
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(File::open(out.join(&file.path)).unwrap()).unwrap();
        let kind = |name: &str| reader.schema().field_with_name(name).unwrap().data_type().clone();
        assert_eq!(kind("amount"), DataType::Decimal128(18, 2));
        assert_eq!(kind("quantity"), DataType::Decimal128(18, 3));
        assert_eq!(kind("unit_price"), DataType::Decimal128(18, 6));
        assert_eq!(kind("decimal_interest"), DataType::Decimal128(9, 8));
        assert_eq!(kind("posting_date"), DataType::Date32);
        assert_eq!(kind("entered_at"), DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
        assert_eq!(reader.metadata().file_metadata().num_rows().cast_unsigned(), file.rows);
        for batch in reader.build().unwrap() {
            read.extend(rows_of(&batch.unwrap()));
        }
    }
    assert!(read == flat_rows(), "{} rows were read of {}", read.len(), flat_rows().len());
}

fn rows_of(batch: &RecordBatch) -> Vec<BTreeMap<String, String>> {
    let mut rows = vec![BTreeMap::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        for (at, row) in rows.iter_mut().enumerate().filter(|(at, _)| column.is_valid(*at)) {
            row.insert(field.name().clone(), cell(column, at));
        }
    }
    rows
}

fn cell(column: &dyn Array, at: usize) -> String {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(at).to_owned(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(at).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(at).to_string(),
        DataType::Date32 => {
            NaiveDate::from_epoch_days(column.as_primitive::<Date32Type>().value(at)).unwrap().to_string()
        }
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(at);
            let instant = DateTime::from_timestamp_micros(micros).unwrap();
            instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        }
        DataType::Decimal128(..) => column.as_primitive::<Decimal128Type>().value_as_string(at),
        other => panic!("{other} is no type of ours"),
    }
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    for format in [Format::Avro, Format::Parquet, Format::Ndjson, Format::Csv] {
        let [one, two] = [1, 2].map(|threads| {
            let out = home.path().join(format!("{}-{threads}", format.extension()));
            write(&out, format, threads);
            contents(&out)
        });
        assert!(one.len() > 10 && one == two, "{format:?}");
    }
}

#[test]
fn the_manifest_tells_the_truth_of_every_file_and_bears_the_fingerprint_of_the_run() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let mut told = Vec::new();
    let manifest =
        files::write(&ARGS, Format::Csv, &out, false, 2, |progress| told.push(progress.part)).unwrap();
    assert!(told.is_sorted() && told.last() == Some(&1.0));
    let mut found = contents(&out);
    let text = found.remove(MANIFEST).unwrap();
    assert_eq!(serde_json::from_slice::<Manifest>(&text).unwrap(), manifest);
    assert_eq!(manifest.fingerprint, fingerprint::of(&ARGS, 2).unwrap().digest.to_string());
    let named: BTreeSet<&String> = manifest.files.iter().map(|file| &file.path).collect();
    assert_eq!(named, found.keys().collect());
    for file in &manifest.files {
        let bytes = &found[&file.path];
        assert_eq!(file.bytes, bytes.len() as u64);
        assert_eq!(file.blake3, blake3::hash(bytes).to_hex().to_string(), "{}", file.path);
    }
    let masters = manifest.files.iter().filter(|file| file.content == Content::Reference);
    let later = WORLD.reference_between(WORLD.begins_at(), WORLD.history_ends_at());
    let known = WORLD.opening_reference().len() + later.len();
    assert_eq!(masters.map(|file| file.rows).sum::<u64>(), known as u64);
    let entries = entries();
    let lines: usize = entries.iter().map(|it| it.entry.lines.len()).sum();
    let planted = entries.iter().filter(|it| it.planted.is_some()).count();
    assert_eq!(
        (manifest.entries, manifest.planted, manifest.lines),
        (entries.len() as u64, planted as u64, lines as u64)
    );
    let debit = |submission: &Submission<'_>| -> i128 {
        let lines = submission.entry.lines.iter().filter(|line| line.side == Side::Debit);
        lines.map(|line| line.amount.units_wide()).sum()
    };
    let operator = entries.iter().filter(|it| it.entry.company_code == "1000");
    let stated: i128 = of_entries(&manifest)
        .iter()
        .flat_map(|file| &file.entries.as_ref().unwrap().amounts)
        .filter(|amounts| amounts.company_code == "1000")
        .map(|amounts| amounts.debit.replace('.', "").parse::<i128>().unwrap())
        .sum();
    assert_eq!(stated, operator.map(debit).sum::<i128>());
}

#[test]
fn every_planted_fault_is_named_with_its_place_and_what_no_file_can_hold_without() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    write(&out, Format::Ndjson, 2);
    let files = contents(&out);
    let lines = |path: &str| -> Vec<Value> {
        let text = std::str::from_utf8(&files[path]).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let faults: Vec<PlantedFault> =
        lines("faults.ndjson").into_iter().map(|fault| serde_json::from_value(fault).unwrap()).collect();
    let all = WORLD.submissions(WORLD.begins_at(), WORLD.history_ends_at());
    let planted: Vec<&Submission<'_>> = all.iter().filter(|it| it.planted.is_some()).collect();
    assert!(planted.len() > 20);
    assert_eq!(
        faults.iter().map(|fault| fault.ce_id).collect::<Vec<_>>(),
        planted.iter().map(|it| it.ce_id).collect::<Vec<_>>()
    );
    let (mut placed, mut without) = (0, 0);
    for fault in &faults {
        match (&fault.path, fault.entry) {
            (Some(path), Some(entry)) => {
                placed += 1;
                assert_eq!(lines(path)[usize::try_from(entry).unwrap()]["ce_id"], fault.ce_id.to_string());
            }
            place => {
                without += 1;
                assert_eq!(place, (&None, None));
                // What is damaged as bytes: its frame names no schema, or its datum is none.
                assert!(
                    ["unknown_schema", "unreadable_payload"].contains(&fault.reason.as_str()),
                    "{}",
                    fault.reason
                );
            }
        }
    }
    assert!(placed > 0 && without > 0);
}

#[test]
fn real_prices_that_last_over_the_history_are_not_said_to_end() {
    let home = tempfile::tempdir().unwrap();
    assert!(write(&home.path().join("out"), Format::Avro, 2).prices_seeded_from.is_empty());
}

#[test]
fn a_folder_is_never_written_twice_but_by_force_and_then_whole() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    write(&out, Format::Avro, 2);
    let before = contents(&out);
    let error = files::write(&ARGS, Format::Csv, &out, false, 2, |_| {}).unwrap_err();
    assert!(
        error.downcast_ref::<WrongSettings>().is_some() && error.to_string().contains("--force"),
        "{error}"
    );
    assert!(contents(&out) == before);
    files::write(&ARGS, Format::Csv, &out, true, 2, |_| {}).unwrap();
    let after = contents(&out);
    assert!(after.keys().all(|path| !path.ends_with(".avro")) && !out.join("entries").exists());
    fs::write(out.join("notes"), "mine").unwrap();
    let error = files::write(&ARGS, Format::Csv, &out, true, 2, |_| {}).unwrap_err();
    assert!(error.to_string().contains("notes"), "{error}");
    assert!(!home.path().join("out.partial").exists());
}

#[test]
fn samples_show_many_kinds_and_are_the_same_on_any_number_of_threads() {
    let wanted = Wanted { count: 12, transaction_type: None, posting_date: None };
    let samples = sample::of(&WORLD, &wanted, 1).unwrap();
    assert_eq!(samples, sample::of(&WORLD, &wanted, 2).unwrap());
    assert_eq!(samples.len(), 12);
    let kinds = |samples: &[Submission<'_>]| -> BTreeSet<String> {
        samples.iter().map(|it| it.entry.transaction_type.to_string()).collect()
    };
    let all = kinds(&entries());
    assert_eq!(kinds(&samples).len(), all.len().min(12));
    let kind = all.first().unwrap();
    let wanted = Wanted { transaction_type: Some(kind.clone()), ..wanted };
    assert_eq!(kinds(&sample::of(&WORLD, &wanted, 2).unwrap()), [kind.clone()].into());
    let wanted = Wanted { transaction_type: Some("NO_SUCH".to_owned()), ..wanted };
    let error = sample::of(&WORLD, &wanted, 2).unwrap_err().to_string();
    assert!(error.contains("NO_SUCH") && all.iter().all(|kind| error.contains(kind)), "{error}");
    let day = "2025-01-31".parse().unwrap();
    let wanted = Wanted { count: 3, transaction_type: None, posting_date: Some(day) };
    assert!(sample::of(&WORLD, &wanted, 2).unwrap().iter().all(|it| it.entry.posting_date == day));
}

#[test]
fn a_printed_entry_keeps_to_the_page_and_its_columns_add_up() {
    let journal = Journal::new(&WORLD, 10, false);
    let cents = |text: &str| text.replace([',', '.'], "").parse::<i128>().unwrap();
    for submission in entries().iter().filter(|it| it.planted.is_none()).step_by(97) {
        let page = journal.entry(&submission.entry);
        assert!(page.lines().all(|line| line.chars().count() <= WIDTH_MIN), "{page}");
        let total = format!("Total {}", submission.entry.currency);
        let total = page.lines().find(|line| line.starts_with(&total)).unwrap();
        let [.., debit, credit] = total.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{page}") };
        assert_eq!((debit, cents(debit)), (credit, submission.entry.total_debit.units_wide()));
        let first = &submission.entry.lines[0];
        let account = ledger::chart::account(&first.account_code).unwrap();
        assert!(page.contains(&*first.account_code) && page.contains(account.name), "{page}");
    }
}

#[test]
fn a_longer_history_leaves_the_months_before_as_they_were() {
    let home = tempfile::tempdir().unwrap();
    let args = RunArgs { historical_days: Some(4), ..ARGS.clone() };
    for format in [Format::Avro, Format::Parquet] {
        let [short, long] = [&ARGS, &args].map(|args| {
            let out = home.path().join(format!("{}-{:?}", format.extension(), args.historical_days));
            files::write(args, format, &out, false, 2, |_| {}).unwrap();
            contents(&out)
        });
        let of_month = |files: &BTreeMap<String, Vec<u8>>, month: &str| {
            files.iter().find(|(path, _)| path.contains(month)).unwrap().1.clone()
        };
        assert!(of_month(&short, "=2025-01") == of_month(&long, "=2025-01"), "{format:?}");
        assert!(of_month(&short, "=2025-02").len() < of_month(&long, "=2025-02").len(), "{format:?}");
    }
}
