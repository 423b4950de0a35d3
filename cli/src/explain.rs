//! `wellbook explain`: how each amount of an entry came about, from the entry and the reference topics alone.

use crate::arguments::{ExplainArgs, PlaceArgs};
use crate::entry_id::IdPrefix;
use crate::screen::Screen;
use crate::{access, place, screen};
use anyhow::{Context, bail};
use chrono::{DateTime, Days, Utc};
use contract::{Decoder, Registry, Topic, TopicNames};
use kafka::{Event, Reader, Record, Start};
use ledger::JournalEntry;
use ledger::explain::{Explanation, Facts, Named, explain, named};
use ledger::reference::ReferenceRecord;
use producer::files;
use producer::files::journal::Journal;
use producer::files::sample::{self, Wanted};
use producer::prices::seeded_from;
use serde_json::{Value, json};
use service::exit::WrongSettings;
use simulator::World;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use store::{EntryFilter, Order, PageRequest, StagedEntry, Store, StoreError};
use tokio::runtime::Handle;
use uuid::Uuid;

/// How long the one record of an entry is waited for: the brokers have it, so it comes at once or they are in trouble.
const RECORD_WITHIN: Duration = Duration::from_secs(60);
/// How long one poll for it waits.
const POLL: Duration = Duration::from_millis(200);
/// Entries that are listed where several begin as was asked for: enough to see what tells them apart.
const CANDIDATES_MAX: usize = 10;
/// Entries named by one entry that are looked up: a large remittance clears some dozens, and each is a question.
const NAMED_MAX: usize = 200;
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
    let wanted = args.entry_id.expect("the command line asks for an id where there is no sample");
    on_stack(place, wanted, args.json).await
}

/// The entries that an entry names, as far as they are known.
type Known = HashMap<Uuid, Named>;

/// Prints the explanation by these reference records; fails where it does not agree.
fn tell(
    entry: &JournalEntry<'_>,
    records: Vec<ReferenceRecord>,
    known: &Known,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut facts = Facts::default();
    facts.extend(records.iter().cloned());
    let mut explanation = explain(entry, &facts);
    explanation.tell_of(entry, known);
    let printed = if as_json {
        format!("{:#}\n", json_of(entry, &explanation, known))
    } else {
        let journal = Journal::with_names(records, screen::width(), screen::has_colours());
        let notes: String = explanation.notes.iter().map(|note| format!("{note}\n")).collect();
        format!("{}{notes}{}\n", journal.explained(entry, &explanation), verdict(&explanation))
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

fn json_of(entry: &JournalEntry<'_>, explanation: &Explanation, known: &Known) -> Value {
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
    let named: Vec<Value> =
        named(entry).iter().filter_map(|id| Some(json_of_named(known.get(id)?))).collect();
    json!({
        "entry_id": entry.entry_id,
        "company_code": entry.company_code,
        "transaction_type": entry.transaction_type,
        "description": entry.description,
        "posting_date": entry.posting_date.to_string(),
        "currency": entry.currency,
        "mirrors": explanation.mirrors,
        "agrees": explanation.agrees(),
        "named": named,
        "lines": lines,
    })
}

fn json_of_named(it: &Named) -> Value {
    json!({
        "entry_id": it.entry_id,
        "fiscal_year": it.fiscal_year,
        "entry_number": it.entry_number,
        "posting_date": it.posting_date.to_string(),
        "transaction_type": it.transaction_type,
        "amount": it.amount.to_string(),
        "currency": it.currency,
    })
}

/// The one entry of those that begin as was asked for; several are listed.
fn only<T>(
    mut found: Vec<T>,
    wanted: IdPrefix,
    of: impl Fn(&T) -> (Uuid, String),
) -> anyhow::Result<Option<T>> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let listed: Vec<String> = found
        .iter()
        .take(CANDIDATES_MAX)
        .map(|it| {
            let (id, text) = of(it);
            format!("\n  {id}  {text}")
        })
        .collect();
    let more = if found.len() > CANDIDATES_MAX { "\n  and more" } else { "" };
    bail!("several entries begin with {wanted}; give more of the id:{}{more}", listed.join(""))
}

// --- without a stack -------------------------------------------------------------------------------------------------

fn from_seed(args: &ExplainArgs) -> anyhow::Result<()> {
    let (_, world) = files::world(&args.run)?;
    let prices = &world.settings().prices;
    Screen::new().note_seeded_prices(&seeded_from(prices, world.history_ends_at().date_naive()));
    let entry = match (&args.sample, args.entry_id) {
        (Some(transaction_type), _) => sampled(&world, transaction_type)?,
        (None, Some(wanted)) => made(&world, wanted)?,
        (None, None) => bail!(WrongSettings("an entry's id is expected, or --sample TYPE".to_owned())),
    };
    let records = known_to(&world, entry.entered_at);
    let named = named(&entry).into_iter().take(NAMED_MAX);
    let known = named.filter_map(|id| made_within(&world, IdPrefix::whole(id)).pop());
    let known = known.map(|it| (it.entry_id, Named::of(&it))).collect();
    tell(&entry, records, &known, args.json)
}

fn sampled<'w>(world: &'w World, transaction_type: &str) -> anyhow::Result<JournalEntry<'w>> {
    let wanted =
        Wanted { count: 1, transaction_type: Some(transaction_type.to_uppercase()), posting_date: None };
    let found = sample::of(world, &wanted, producer::ahead::threads())?;
    let first = found.into_iter().next().expect("a sample that is found holds an entry");
    Ok(first.entry)
}

fn made(world: &World, wanted: IdPrefix) -> anyhow::Result<JournalEntry<'_>> {
    let found = only(made_within(world, wanted), wanted, |it| (it.entry_id, Named::of(it).to_string()))?;
    found.with_context(|| {
        format!(
            "the ledger of seed {} from {} to {} has no entry {wanted}: another run needs --seed, --start-date and --days",
            world.settings().seed,
            world.settings().start_date,
            world.history_ends_at().date_naive()
        )
    })
}

/// An entry's id says when it was entered, so only those milliseconds are made.
fn made_within(world: &World, wanted: IdPrefix) -> Vec<JournalEntry<'_>> {
    let (from, until) = wanted.entered();
    let window = from.max(world.begins_at())..until.min(world.history_ends_at());
    if window.is_empty() {
        return Vec::new(); // not even a plan is made of a month outside the history
    }
    let submissions = world.submissions(window.start, window.end).into_iter();
    let good = submissions.filter(|it| it.planted.is_none()).map(|it| it.entry);
    good.filter(|it| wanted.holds(it.entry_id)).collect()
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

async fn on_stack(place: &PlaceArgs, wanted: IdPrefix, as_json: bool) -> anyhow::Result<()> {
    let (_, remembered, state) = place::running(place)?;
    let (kafka, registry, store) = access::to(&remembered, &state.endpoints)?;
    let store = Store::connect(&store::Args { database_pool_size: 1, ..store })?;
    let spot = spot(&store, wanted).await?;
    let names = TopicNames::new(&kafka.topic_prefix);
    let decoder = Decoder::new(Registry::new(&registry)?, Handle::current());
    let topics = Topics { kafka, names, decoder };
    let runtime = Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let are_staged = spot.is_some();
        let (entry_id, spot) = spot.map_or_else(|| topics.search(wanted), Ok)?;
        let records = topics.reference()?;
        topics.entry(entry_id, spot, |entry| {
            let named: Vec<Uuid> = named(entry).into_iter().take(NAMED_MAX).collect();
            let known =
                if are_staged { runtime.block_on(staged(&store, &named))? } else { topics.named(&named)? };
            tell(entry, records, &known, as_json)
        })
    });
    reading.await.context("the thread that reads the topics failed")?
}

/// Which entry is meant and where it stands, by the tables; none where the tables cannot be asked, and the topic must be
/// searched.
async fn spot(store: &Store, wanted: IdPrefix) -> anyhow::Result<Option<(Uuid, Spot)>> {
    match staged_within(store, wanted).await {
        Ok(found) => {
            let of = |it: &StagedEntry<'_>| (it.entry.entry_id, Named::of(&it.entry).to_string());
            let staged = only(found, wanted, of)?;
            let staged = staged.with_context(|| unknown(wanted, "staging.journal_entry"))?;
            let origin = staged.origin;
            Ok(Some((staged.entry.entry_id, (origin.source_partition, origin.source_offset))))
        }
        Err(error) => {
            screen::Screen::new().note(&format!("{error}; searching the topic instead"));
            Ok(None)
        }
    }
}

/// The staged entries whose ids begin as was asked for, one more than are listed at the most.
async fn staged_within(store: &Store, wanted: IdPrefix) -> Result<Vec<StagedEntry<'static>>, StoreError> {
    let (first, last) = wanted.span();
    if first == last {
        return Ok(store.entry(first).await?.into_iter().collect());
    }
    let request = PageRequest {
        filter: EntryFilter::default(),
        order: Order::OldestFirst,
        after: first.as_u128().checked_sub(1).map(Uuid::from_u128),
        limit: CANDIDATES_MAX as u16 + 1,
        as_of: None,
    };
    let mut found = store.entries(&request).await?.entries;
    found.retain(|it| wanted.holds(it.entry.entry_id));
    Ok(found)
}

async fn staged(store: &Store, ids: &[Uuid]) -> Result<Known, StoreError> {
    let mut known = Known::new();
    for id in ids {
        known.extend(store.entry(*id).await?.map(|it| (*id, Named::of(&it.entry))));
    }
    Ok(known)
}

fn unknown(wanted: IdPrefix, place: &str) -> String {
    format!(
        "{place} has no entry {wanted}: it was never entered, was rejected (`wellbook sql` shows staging.dead_letter), or is \
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

    /// Which entry is meant and where it stands, by a look at every record of the topic.
    fn search(&self, wanted: IdPrefix) -> anyhow::Result<(Uuid, Spot)> {
        let mut found = Vec::new();
        self.read(&[Topic::JournalEntryValidated], |record| {
            let entry = self.decoded(record)?;
            if wanted.holds(entry.entry_id) && found.len() <= CANDIDATES_MAX {
                found.push((Named::of(&entry), (record.partition(), record.offset())));
            }
            Ok(())
        })?;
        let found = only(found, wanted, |(it, _)| (it.entry_id, it.to_string()))?;
        let (entry, spot) =
            found.with_context(|| unknown(wanted, &self.names.name(Topic::JournalEntryValidated)))?;
        Ok((entry.entry_id, spot))
    }

    /// What the topic has of these entries.
    fn named(&self, ids: &[Uuid]) -> anyhow::Result<Known> {
        let mut known = Known::new();
        if ids.is_empty() {
            return Ok(known);
        }
        self.read(&[Topic::JournalEntryValidated], |record| {
            let entry = self.decoded(record)?;
            if ids.contains(&entry.entry_id) {
                known.insert(entry.entry_id, Named::of(&entry));
            }
            Ok(())
        })?;
        Ok(known)
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
