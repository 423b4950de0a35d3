//! `wellbook explain`: how each amount of an entry came about, from the entry and the reference topics alone.

use crate::arguments::{ExplainArgs, PlaceArgs};
use crate::{access, place, screen};
use anyhow::{Context, bail};
use chrono::{DateTime, Days, Utc};
use contract::{Decoder, Registry, Topic, TopicNames};
use kafka::{Event, Reader, Record, Start};
use ledger::JournalEntry;
use ledger::explain::{Explanation, Facts, explain};
use ledger::reference::ReferenceRecord;
use producer::files;
use producer::files::journal::Journal;
use producer::files::sample::{self, Wanted};
use serde_json::{Value, json};
use service::exit::WrongSettings;
use simulator::World;
use std::time::{Duration, Instant};
use store::Store;
use tokio::runtime::Handle;
use uuid::Uuid;

/// How long the one record of an entry is waited for: the brokers have it, so it comes at once or they are in trouble.
const RECORD_WITHIN: Duration = Duration::from_secs(60);
/// How long one poll for it waits.
const POLL: Duration = Duration::from_millis(200);
/// Days after an entry in which production, reserves and prices of its month are reported.
const REPORTED_WITHIN: Days = Days::new(45);

/// Explains, and prints it.
///
/// # Errors
/// Where an amount does not agree, there is no such entry, or it cannot be read.
pub async fn run(place: &PlaceArgs, args: ExplainArgs) -> anyhow::Result<()> {
    if args.from_seed || args.sample.is_some() {
        // All of it is computing: on a thread that may be kept busy.
        return tokio::task::spawn_blocking(move || from_seed(&args)).await?;
    }
    let entry_id = args.entry_id.expect("the command line asks for an id where there is no sample");
    on_stack(place, entry_id, args.json).await
}

/// Prints the explanation by these reference records; fails where it does not agree.
fn tell(entry: &JournalEntry<'_>, records: Vec<ReferenceRecord>, as_json: bool) -> anyhow::Result<()> {
    let mut facts = Facts::default();
    facts.extend(records.iter().cloned());
    let explanation = explain(entry, &facts);
    let printed = if as_json {
        format!("{:#}\n", json_of(entry, &explanation))
    } else {
        let journal = Journal::with_names(records, screen::width(), screen::has_colours());
        format!("{}{}\n", journal.explained(entry, &explanation), verdict(&explanation))
    };
    screen::write(printed.as_bytes())?;
    if let Some(first) = explanation.disagreements().next() {
        bail!("line {} of entry {} does not agree with its calculation", first.line_number, entry.entry_id);
    }
    Ok(())
}

/// The last line: what agrees, and what of it was worked out anew.
fn verdict(explanation: &Explanation) -> String {
    let wrong: Vec<String> = explanation.disagreements().map(|it| it.line_number.to_string()).collect();
    if !wrong.is_empty() {
        return format!("lines that do not agree: {}", wrong.join(", "));
    }
    let all = explanation.calculations.len();
    let anew = explanation.calculations.iter().filter(|it| it.recomputed.is_some()).count();
    let begins = match all - anew {
        0 => String::new(),
        1 => "; 1 begins outside the entry".to_owned(),
        outside => format!("; {outside} begin outside the entry"),
    };
    let mirrors = explanation
        .mirrors
        .map(|target| format!("; lines are explained as those of {target}, which it mirrors"));
    format!(
        "every amount agrees: {anew} of {all} lines worked out anew{begins}{}",
        mirrors.unwrap_or_default()
    )
}

fn json_of(entry: &JournalEntry<'_>, explanation: &Explanation) -> Value {
    let lines: Vec<Value> = entry
        .lines
        .iter()
        .zip(&explanation.calculations)
        .map(|(line, it)| {
            json!({
                "line_number": line.line_number,
                "account_code": line.account_code,
                "side": line.side.code(),
                "amount": line.amount.to_string(),
                "method": it.method.code(),
                "calculation": it.text,
                "notes": it.notes,
                "recomputed": it.recomputed.map(|amount| amount.to_string()),
                "agrees": it.agrees(),
                "contradictions": it.contradictions,
            })
        })
        .collect();
    json!({
        "entry_id": entry.entry_id,
        "company_code": entry.company_code,
        "transaction_type": entry.transaction_type,
        "description": entry.description,
        "posting_date": entry.posting_date.to_string(),
        "currency": entry.currency,
        "mirrors": explanation.mirrors,
        "agrees": explanation.agrees(),
        "lines": lines,
    })
}

// --- without a stack -------------------------------------------------------------------------------------------------

fn from_seed(args: &ExplainArgs) -> anyhow::Result<()> {
    let (_, world) = files::world(&args.run)?;
    let entry = match (&args.sample, args.entry_id) {
        (Some(transaction_type), _) => sampled(&world, transaction_type)?,
        (None, Some(entry_id)) => made(&world, entry_id)?,
        (None, None) => bail!(WrongSettings("an entry's id is expected, or --sample TYPE".to_owned())),
    };
    let records = known_to(&world, entry.entered_at);
    tell(&entry, records, args.json)
}

fn sampled<'w>(world: &'w World, transaction_type: &str) -> anyhow::Result<JournalEntry<'w>> {
    let wanted =
        Wanted { count: 1, transaction_type: Some(transaction_type.to_uppercase()), posting_date: None };
    let found = sample::of(world, &wanted, producer::ahead::threads())?;
    let first = found.into_iter().next().expect("a sample that is found holds an entry");
    Ok(first.entry)
}

/// An entry's id says when it was entered, so only that millisecond is made.
fn made(world: &World, entry_id: Uuid) -> anyhow::Result<JournalEntry<'_>> {
    let entered_at = entry_id.get_timestamp().and_then(|time| {
        let (seconds, nanoseconds) = time.to_unix();
        DateTime::<Utc>::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
    });
    let window = entered_at.filter(|at| (world.begins_at()..world.history_ends_at()).contains(at));
    let made = window.and_then(|from| {
        let submissions = world.submissions(from, from + chrono::TimeDelta::milliseconds(1)).into_iter();
        submissions.filter(|it| it.planted.is_none()).map(|it| it.entry).find(|it| it.entry_id == entry_id)
    });
    made.with_context(|| {
        format!(
            "the ledger of seed {} from {} to {} has no entry {entry_id}: another run needs --seed, --start-date and --days",
            world.settings().seed,
            world.settings().start_date,
            world.history_ends_at().date_naive()
        )
    })
}

fn known_to(world: &World, entered_at: DateTime<Utc>) -> Vec<ReferenceRecord> {
    let mut records = world.opening_reference();
    let later = world.reference_between(world.begins_at(), entered_at + REPORTED_WITHIN);
    records.extend(later.into_iter().map(|(_, record)| record));
    records
}

// --- on a stack ------------------------------------------------------------------------------------------------------

/// Everything that is needed to read the topics.
struct Topics {
    kafka: kafka::Args,
    names: TopicNames,
    decoder: Decoder,
}

/// A partition and an offset on the topic of validated entries.
type Spot = (i32, i64);

async fn on_stack(place: &PlaceArgs, entry_id: Uuid, as_json: bool) -> anyhow::Result<()> {
    let (_, remembered, state) = place::running(place)?;
    let (kafka, registry, store) = access::to(&remembered, &state.endpoints)?;
    let spot = spot(&store, entry_id).await?;
    let names = TopicNames::new(&kafka.topic_prefix);
    let decoder = Decoder::new(Registry::new(&registry)?, Handle::current());
    let topics = Topics { kafka, names, decoder };
    let reading = tokio::task::spawn_blocking(move || {
        let spot = spot.map_or_else(|| topics.search(entry_id), Ok)?;
        let records = topics.reference()?;
        topics.entry(entry_id, spot, |entry| tell(entry, records, as_json))
    });
    reading.await.context("the thread that reads the topics failed")?
}

/// Where an entry stands, by the tables; none where the tables cannot be asked, and the topic must be searched.
async fn spot(store: &store::Args, entry_id: Uuid) -> anyhow::Result<Option<Spot>> {
    let asked = async {
        Store::connect(&store::Args { database_pool_size: 1, ..store.clone() })?.entry(entry_id).await
    };
    match asked.await {
        Ok(Some(staged)) => Ok(Some((staged.origin.source_partition, staged.origin.source_offset))),
        Ok(None) => bail!(unknown(entry_id, "staging.journal_entry")),
        Err(error) => {
            screen::Screen::new().note(&format!("{error}; searching the topic instead"));
            Ok(None)
        }
    }
}

fn unknown(entry_id: Uuid, place: &str) -> String {
    format!(
        "{place} has no entry {entry_id}: it was never entered, was rejected (`wellbook sql` shows staging.dead_letter), or is \
         not loaded yet"
    )
}

impl Topics {
    /// Takes the entry at its place on the topic of validated entries.
    fn entry(
        &self,
        entry_id: Uuid,
        (partition, offset): Spot,
        take: impl FnOnce(&JournalEntry<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let name = self.names.name(Topic::JournalEntryValidated);
        let mut reader = Reader::open(&self.kafka, &[(name.clone(), partition, Start::Offset(offset))])?;
        let began = Instant::now();
        loop {
            match reader.poll(POLL)? {
                Some(Event::Record(record)) if record.offset() == offset => {
                    let entry = self.decoded(&record)?;
                    if entry.entry_id == entry_id {
                        return take(&entry);
                    }
                    bail!(
                        "{} holds entry {}, and staging has {entry_id} from there: `wellbook verify` says more",
                        spot_of(&record),
                        entry.entry_id
                    );
                }
                Some(_) => bail!(
                    "{name} partition {partition} has no record at offset {offset}, from which staging was loaded"
                ),
                None if began.elapsed() > RECORD_WITHIN => {
                    bail!("{name}: no record for {} s; are the brokers up?", RECORD_WITHIN.as_secs())
                }
                None => {}
            }
        }
    }

    /// Where an entry stands, by a look at every record of the topic.
    fn search(&self, entry_id: Uuid) -> anyhow::Result<Spot> {
        let mut found = None;
        self.read(&[Topic::JournalEntryValidated], |record| {
            if self.decoded(record)?.entry_id == entry_id {
                found = Some((record.partition(), record.offset()));
            }
            Ok(())
        })?;
        found.with_context(|| unknown(entry_id, &self.names.name(Topic::JournalEntryValidated)))
    }

    fn decoded<'r>(&self, record: &'r Record<'_>) -> anyhow::Result<JournalEntry<'r>> {
        self.decoder.entry(record.payload().unwrap_or_default()).with_context(|| spot_of(record))
    }

    /// Every reference record, in the order in which the records of each topic were published.
    fn reference(&self) -> anyhow::Result<Vec<ReferenceRecord>> {
        let mut records = Vec::new();
        self.read(Topic::REFERENCE, |record| {
            let (Some(topic), Some(payload)) = (self.names.topic(record.topic()), record.payload()) else {
                return Ok(());
            };
            records.push(self.decoder.reference(topic, payload).with_context(|| spot_of(record))?);
            Ok(())
        })?;
        Ok(records)
    }

    /// Reads topics to their ends.
    fn read(
        &self,
        topics: &[Topic],
        mut take: impl FnMut(&Record<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let starts: Vec<(String, i32, Start)> = topics
            .iter()
            .flat_map(|topic| {
                (0..topic.partitions()).map(|at| (self.names.name(*topic), at, Start::Beginning))
            })
            .collect();
        let mut reader = Reader::open(&self.kafka, &starts)?;
        reader.read_to_end::<anyhow::Error>(|record| take(record))
    }
}

fn spot_of(record: &Record<'_>) -> String {
    format!("{} partition {} offset {}", record.topic(), record.partition(), record.offset())
}
