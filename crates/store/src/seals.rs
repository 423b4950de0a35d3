//! Seals and the run on their way in.

use crate::numeric::{Numeric, WideCents};
use crate::staged::{RunRow, SealRow};
use contract::{Anchor, Genesis, Totals};
use futures_util::future::try_join_all;
use serde_json::json;
use tokio_postgres::{Error, Transaction};
use uuid::Uuid;

const SEAL: &str = "INSERT INTO staging.batch_seal (sequence, window_start, window_end, is_history, good_entries, \
    good_lines, good_digest, planted_entries, planted_lines, planted_digest, running_digest, previous, chain, \
    sealed_at, source_offset) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
    ON CONFLICT DO NOTHING";
const CONTROL_TOTALS: &str = "INSERT INTO staging.batch_control_total \
    (sequence, kind, company_code, currency, debit, credit) \
    SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::numeric[], $6::numeric[]) ON CONFLICT DO NOTHING";
const ENTRY_NUMBERS: &str = "INSERT INTO staging.batch_entry_number \
    (sequence, company_code, fiscal_year, first_number, last_number, numbers) \
    SELECT $1, * FROM unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[]) ON CONFLICT DO NOTHING";
const GENESIS: &str = "INSERT INTO staging.run (incarnation, random_seed, start_date, historical_days, scale, \
    fault_rates, price_source, price_digest, prices, simulator_version, created_at, source_offset) \
    VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9::text::jsonb, $10, $11, $12) ON CONFLICT DO NOTHING";
const ANCHOR: &str = "INSERT INTO staging.run_anchor (incarnation, source_offset, simulated, wall, speed, \
    interval_seconds) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";

/// Inserts seals. One that is there stays as it is.
pub(crate) async fn insert(transaction: &Transaction<'_>, seals: &[SealRow]) -> Result<(), Error> {
    if seals.is_empty() {
        return Ok(());
    }
    let seal = transaction.prepare(SEAL).await?;
    let totals = transaction.prepare(CONTROL_TOTALS).await?;
    let numbers = transaction.prepare(ENTRY_NUMBERS).await?;
    for row in seals {
        let (good, planted) = (&row.seal.good, &row.seal.planted);
        let digests =
            [good.digest, planted.digest, row.seal.running_digest, row.seal.previous, row.seal.chain];
        let [good_digest, planted_digest, running, previous, chain] =
            digests.map(|digest| digest.to_string());
        let sequence = row.seal.sequence;
        transaction
            .execute(
                &seal,
                &[
                    &sequence,
                    &row.seal.window_start,
                    &row.seal.window_end,
                    &row.seal.is_history,
                    &good.entries,
                    &good.lines,
                    &good_digest,
                    &planted.entries,
                    &planted.lines,
                    &planted_digest,
                    &running,
                    &previous,
                    &chain,
                    &row.sealed_at,
                    &row.source_offset,
                ],
            )
            .await?;
        insert_totals(transaction, &totals, sequence, "good", good).await?;
        insert_totals(transaction, &totals, sequence, "planted", planted).await?;
        let ranges = &row.seal.entry_numbers;
        let companies: Vec<&str> = ranges.iter().map(|range| range.company_code.as_str()).collect();
        let years: Vec<i32> = ranges.iter().map(|range| range.fiscal_year).collect();
        let firsts: Vec<i64> = ranges.iter().map(|range| range.first).collect();
        let lasts: Vec<i64> = ranges.iter().map(|range| range.last).collect();
        let counts: Vec<i64> = ranges.iter().map(|range| range.count).collect();
        transaction.execute(&numbers, &[&sequence, &companies, &years, &firsts, &lasts, &counts]).await?;
    }
    Ok(())
}

async fn insert_totals(
    transaction: &Transaction<'_>,
    statement: &tokio_postgres::Statement,
    sequence: i64,
    kind: &str,
    totals: &Totals,
) -> Result<(), Error> {
    if totals.amounts.is_empty() {
        return Ok(());
    }
    let companies: Vec<&str> = totals.amounts.iter().map(|total| total.company_code.as_str()).collect();
    let currencies: Vec<&str> = totals.amounts.iter().map(|total| total.currency.as_str()).collect();
    let debits: Vec<WideCents> = totals.amounts.iter().map(|total| WideCents(total.debit)).collect();
    let credits: Vec<WideCents> = totals.amounts.iter().map(|total| WideCents(total.credit)).collect();
    transaction.execute(statement, &[&sequence, &kind, &companies, &currencies, &debits, &credits]).await?;
    Ok(())
}

/// Inserts the genesis and anchors. One that is there stays as it is.
pub(crate) async fn insert_runs(
    transaction: &Transaction<'_>,
    incarnation: Uuid,
    runs: &[RunRow],
) -> Result<(), Error> {
    try_join_all(runs.iter().map(async |row| {
        if let Some(genesis) = &row.record.genesis {
            insert_genesis(transaction, genesis, row.source_offset).await?;
        }
        if let Some(anchor) = &row.record.anchor {
            insert_anchor(transaction, incarnation, anchor, row.source_offset).await?;
        }
        Ok(())
    }))
    .await?;
    Ok(())
}

async fn insert_genesis(
    transaction: &Transaction<'_>,
    genesis: &Genesis,
    source_offset: i64,
) -> Result<(), Error> {
    let rates: serde_json::Map<String, serde_json::Value> =
        genesis.fault_rates.iter().map(|rate| (rate.reason.clone(), json!(rate.rate.to_string()))).collect();
    let rates = serde_json::Value::from(rates).to_string();
    let price = |price: &contract::run::GenesisPrice| {
        json!({
            "series": price.series,
            "price_date": price.price_date.to_string(),
            "price": price.price.to_string(),
        })
    };
    let prices = genesis.prices.iter().map(price).collect::<serde_json::Value>().to_string();
    transaction
        .execute(
            GENESIS,
            &[
                &genesis.incarnation,
                &genesis.random_seed,
                &genesis.start_date,
                &genesis.historical_days,
                &genesis.scale,
                &rates,
                &genesis.price_source,
                &genesis.price_digest,
                &prices,
                &genesis.simulator_version,
                &genesis.created_at,
                &source_offset,
            ],
        )
        .await?;
    Ok(())
}

async fn insert_anchor(
    transaction: &Transaction<'_>,
    incarnation: Uuid,
    anchor: &Anchor,
    source_offset: i64,
) -> Result<(), Error> {
    transaction
        .execute(
            ANCHOR,
            &[
                &incarnation,
                &source_offset,
                &anchor.simulated,
                &anchor.wall,
                &Numeric(anchor.speed),
                &anchor.interval_seconds,
            ],
        )
        .await?;
    Ok(())
}
