//! Real prices on the topic of market prices, beside the run's own.
//!
//! They are there to be held against the run's, and no entry is ever made of them: their source is EIA's series, which no
//! run's prices have. A price that is new is a record, and one that EIA has revised since is another, with the next
//! revision; what is on the topic already is not written again.

use super::Row;
use super::eia;
use anyhow::Context;
use chrono::NaiveDate;
use contract::record::reference_key;
use contract::{Decoder, Encoder, Registry, Topic, TopicNames};
use kafka::{Failure, Outgoing, Reader, Start, TransactionalProducer};
use ledger::UnitPrice;
use ledger::reference::{MarketPrice, ReferenceRecord};
use simulator::prices::Series;
use std::collections::BTreeMap;
use tokio::runtime::Handle;

/// The transactional id, without the prefix of the topics: of two at once the later fences the other, so that none writes
/// what the other has written.
const TRANSACTIONAL_ID: &str = "wellbook-prices";

/// Where a real price of a series is from.
#[must_use]
pub fn source(series: Series) -> String {
    format!("EIA {}", eia::id(series))
}

/// The newest revision of each real price that is on the topic.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeMap<(String, NaiveDate), (i32, UnitPrice)>);

impl Known {
    /// Takes note of a record of the topic; one of another source is none of ours.
    pub fn note(&mut self, record: MarketPrice) {
        let is_ours = Series::ALL
            .iter()
            .any(|series| series.code() == record.series && source(*series) == record.price_source);
        if is_ours {
            let newest =
                self.0.entry((record.series, record.price_date)).or_insert((record.revision, record.price));
            if record.revision > newest.0 {
                *newest = (record.revision, record.price);
            }
        }
    }

    /// What of these prices is new, or revised.
    #[must_use]
    pub fn news(&self, rows: &[Row]) -> Vec<News> {
        rows.iter().filter_map(|row| self.one(*row)).collect()
    }

    fn one(&self, (series, price_date, price): Row) -> Option<News> {
        let before = self.0.get(&(series.code().to_owned(), price_date)).copied();
        if before.is_some_and(|(_, known)| known == price) {
            return None;
        }
        let record = MarketPrice {
            series: series.code().to_owned(),
            price_date,
            price_source: source(series),
            revision: before.map_or(0, |(revision, _)| revision + 1),
            price,
            unit_of_measure: series.unit_of_measure().to_owned(),
            currency: "USD".to_owned(),
        };
        Some(News { record, before: before.map(|(_, price)| price) })
    }
}

/// A real price that was not on the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The record.
    pub record: MarketPrice,
    /// What the day's price was before, where this revises it.
    pub before: Option<UnitPrice>,
}

/// Writes what of these prices the topic does not have, all or nothing, and says what it was.
///
/// # Errors
/// Where brokers or registry cannot be reached, the topic is not there, or another one writes at the same time.
pub async fn publish(
    kafka: kafka::Args,
    registry: contract::registry::Args,
    rows: Vec<Row>,
) -> anyhow::Result<Vec<News>> {
    let registry = Registry::new(&registry)?;
    let names = TopicNames::new(&kafka.topic_prefix);
    let schema = registry.id_of(&names, Topic::MarketPrice).await?;
    let decoder = Decoder::new(registry, Handle::current());
    let writing = move || {
        let topic = names.name(Topic::MarketPrice);
        // First fenced, then read: whoever came before has committed or never will.
        let mut producer = TransactionalProducer::connect(&kafka, TRANSACTIONAL_ID)?;
        let news = known(&kafka, &topic, &decoder)?.news(&rows);
        if !news.is_empty() {
            let records = news.iter().map(|news| ReferenceRecord::MarketPrice(news.record.clone()));
            write(&mut producer, &topic, Encoder::new(Topic::MarketPrice, schema), records)?;
        }
        Ok::<_, Failure>(news)
    };
    Ok(tokio::task::spawn_blocking(writing).await.context("writing prices panicked")??)
}

fn known(kafka: &kafka::Args, topic: &str, decoder: &Decoder) -> Result<Known, Failure> {
    let mut known = Known::default();
    let mut reader = Reader::open(kafka, &[(topic.to_owned(), 0, Start::Beginning)])?;
    reader.read_to_end(|record| {
        let Some(payload) = record.payload() else { return Ok(()) };
        let decoded = decoder.reference(Topic::MarketPrice, payload);
        match decoded.map_err(|error| crate::standing::foreign(record, &error))? {
            ReferenceRecord::MarketPrice(price) => known.note(price),
            _ => unreachable!("the topic's schema is a market price"),
        }
        Ok::<(), Failure>(())
    })?;
    Ok(known)
}

fn write(
    producer: &mut TransactionalProducer,
    topic: &str,
    mut encoder: Encoder,
    records: impl Iterator<Item = ReferenceRecord>,
) -> Result<(), Failure> {
    producer.begin()?;
    for record in records {
        let (key, value) = (reference_key(&record), encoder.reference(&record));
        let (key, payload) = (Some(key.as_bytes()), Some(value.as_slice()));
        producer.send(&Outgoing { topic, partition: None, key, payload, headers: &[] })?;
    }
    producer.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(series: Series, date: &str, price: &str) -> Row {
        (series, date.parse().unwrap(), price.parse().unwrap())
    }

    #[test]
    fn what_is_known_is_not_news_and_what_was_revised_is_the_next_revision() {
        let first = [row(Series::Wti, "2026-03-02", "71.5"), row(Series::HenryHub, "2026-03-02", "3.1")];
        let mut known = Known::default();
        let news = known.news(&first);
        assert!(news.iter().all(|news| news.record.revision == 0 && news.before.is_none()));
        assert_eq!(news[0].record.price_source, "EIA RWTC");
        news.into_iter().for_each(|news| known.note(news.record));
        assert_eq!(known.news(&first), []);
        for (revision, price) in [(1, "71.6"), (2, "71.5"), (3, "-1")] {
            let news = known.news(&[row(Series::Wti, "2026-03-02", price)]);
            assert_eq!((news.len(), news[0].record.revision), (1, revision));
            assert!(news[0].before.is_some());
            known.note(news[0].record.clone());
        }
    }

    #[test]
    fn the_runs_own_prices_are_not_taken_for_real_ones() {
        let mut known = Known::default();
        let row = row(Series::Wti, "2026-03-01", "71.5");
        let mut of_the_run = known.news(&[row])[0].record.clone();
        of_the_run.price_source = simulator::PriceTable::built_in().source().to_owned();
        known.note(of_the_run);
        assert_eq!(known.news(&[row])[0].record.revision, 0);
    }
}
