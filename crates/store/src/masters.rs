//! Reference records on their way in. A record, once published, is never altered: one that is there stays as it is.

use crate::numeric::Numeric;
use crate::staged::ReferenceRow;
use futures_util::future::try_join_all;
use ledger::reference::{JibDeck, OwnerDeck, ReferenceRecord};
use std::collections::HashMap;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement, Transaction};

/// Inserts in flight at once: enough to hide the round trip, few enough to hold in memory.
const IN_FLIGHT: usize = 256;

/// The statement of each record. The deck statements take a whole deck, or nothing of it.
const fn sql(record: &ReferenceRecord) -> &'static str {
    match record {
        ReferenceRecord::Company(_) => {
            "INSERT INTO staging.company (source_offset, company_code, effective_date, name, role, \
             functional_currency, approval_limit) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Account(_) => {
            "INSERT INTO staging.account (source_offset, account_code, effective_date, name, account_type, \
             normal_side, statement_line, cash_flow_class, los_line, required_dimensions, is_postable) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Period(_) => {
            "INSERT INTO staging.period (source_offset, company_code, fiscal_year, fiscal_period, start_date, \
             end_date, opens_at, soft_closes_at, closes_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Well(_) => {
            "INSERT INTO staging.well (source_offset, well_id, effective_date, name, lease_id, company_code, state, \
             county, basin, primary_product, first_production_date, working_interest, net_revenue_interest, status) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Lease(_) => {
            "INSERT INTO staging.lease (source_offset, lease_id, effective_date, name, company_code, state, county, \
             basin, royalty_rate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Owner(_) => {
            "INSERT INTO staging.owner (source_offset, owner_id, effective_date, name, owner_type, state, \
             minimum_payment, suspense_code, is_tax_exempt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Counterparty(_) => {
            "INSERT INTO staging.counterparty (source_offset, counterparty_id, effective_date, name, \
             counterparty_type, payment_terms_days, currency, owner_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::OwnerDeck(_) => {
            "INSERT INTO staging.owner_deck (source_offset, well_id, product, effective_date, interest_number, \
             owner_id, interest_type, decimal_interest) \
             SELECT $1, $2::text, $3::text, $4::date, interest.number, interest.owner, interest.type, interest.share \
             FROM unnest($5::int4[], $6::text[], $7::text[], $8::numeric[]) AS interest (number, owner, type, share) \
             WHERE NOT EXISTS (SELECT FROM staging.owner_deck AS held \
             WHERE held.well_id = $2 AND held.product = $3 AND held.effective_date = $4)"
        }
        ReferenceRecord::JibDeck(_) => {
            "INSERT INTO staging.jib_deck (source_offset, jib_code, effective_date, share_number, company_code, \
             lease_id, counterparty_id, share_company_code, working_interest) \
             SELECT $1, $2::text, $3::date, part.number, $4, $5, part.counterparty, part.company, part.share \
             FROM unnest($6::int4[], $7::text[], $8::text[], $9::numeric[]) \
             AS part (number, counterparty, company, share) \
             WHERE NOT EXISTS (SELECT FROM staging.jib_deck AS held \
             WHERE held.jib_code = $2 AND held.effective_date = $3)"
        }
        ReferenceRecord::Afe(_) => {
            "INSERT INTO staging.afe (source_offset, afe_number, effective_date, company_code, well_id, description, \
             budget, supplement, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::CostCenter(_) => {
            "INSERT INTO staging.cost_center (source_offset, cost_center, effective_date, company_code, name) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::TaxRate(_) => {
            "INSERT INTO staging.tax_rate (source_offset, tax_code, effective_date, state, product, rate, \
             rate_per_unit, due_months, due_day, statute) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Production(_) => {
            "INSERT INTO staging.production (source_offset, well_id, product, production_month, revision, volume, \
             unit_of_measure) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::Reserve(_) => {
            "INSERT INTO staging.reserve (source_offset, well_id, product, effective_date, proved_developed, proved, \
             unit_of_measure) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        }
        ReferenceRecord::MarketPrice(_) => {
            "INSERT INTO staging.market_price (source_offset, series, price_date, price_source, revision, price, \
             unit_of_measure, currency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        }
    }
}

/// Inserts records in their order of appearance, many in flight at once.
pub(crate) async fn insert(transaction: &Transaction<'_>, rows: &[ReferenceRow]) -> Result<(), Error> {
    let mut statements: HashMap<&'static str, Statement> = HashMap::new();
    for row in rows {
        let sql = sql(&row.record);
        if !statements.contains_key(sql) {
            statements.insert(sql, transaction.prepare(sql).await?);
        }
    }
    for part in rows.chunks(IN_FLIGHT) {
        try_join_all(part.iter().map(|row| insert_one(transaction, &statements[sql(&row.record)], row)))
            .await?;
    }
    Ok(())
}

async fn insert_one(
    transaction: &Transaction<'_>,
    statement: &Statement,
    row: &ReferenceRow,
) -> Result<(), Error> {
    let at = row.source_offset;
    match &row.record {
        ReferenceRecord::OwnerDeck(deck) => owner_deck(transaction, statement, at, deck).await,
        ReferenceRecord::JibDeck(deck) => jib_deck(transaction, statement, at, deck).await,
        record => {
            let mut values = values(record);
            values.insert(0, Box::new(at));
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
            transaction.execute(statement, &values).await.map(drop)
        }
    }
}

async fn owner_deck(
    transaction: &Transaction<'_>,
    statement: &Statement,
    at: i64,
    deck: &OwnerDeck,
) -> Result<(), Error> {
    let numbers: Vec<i32> = (1..).take(deck.interests.len()).collect();
    let owners: Vec<&str> = deck.interests.iter().map(|interest| interest.owner_id.as_str()).collect();
    let types: Vec<&str> = deck.interests.iter().map(|interest| interest.interest_type.code()).collect();
    let shares: Vec<_> = deck.interests.iter().map(|interest| Numeric(interest.decimal_interest)).collect();
    let product = deck.product.code();
    transaction
        .execute(
            statement,
            &[&at, &deck.well_id, &product, &deck.effective_date, &numbers, &owners, &types, &shares],
        )
        .await
        .map(drop)
}

async fn jib_deck(
    transaction: &Transaction<'_>,
    statement: &Statement,
    at: i64,
    deck: &JibDeck,
) -> Result<(), Error> {
    let numbers: Vec<i32> = (1..).take(deck.shares.len()).collect();
    let counterparties: Vec<_> = deck.shares.iter().map(|share| share.counterparty_id.as_deref()).collect();
    let companies: Vec<_> = deck.shares.iter().map(|share| share.company_code.as_deref()).collect();
    let shares: Vec<_> = deck.shares.iter().map(|share| Numeric(share.working_interest)).collect();
    transaction
        .execute(
            statement,
            &[
                &at,
                &deck.jib_code,
                &deck.effective_date,
                &deck.company_code,
                &deck.lease_id,
                &numbers,
                &counterparties,
                &companies,
                &shares,
            ],
        )
        .await
        .map(drop)
}

macro_rules! values {
    ($($value:expr),+ $(,)?) => { vec![$(Box::new($value) as Value),+] };
}

type Value = Box<dyn ToSql + Sync + Send>;

/// The values of a record, in the order of its columns.
fn values(record: &ReferenceRecord) -> Vec<Value> {
    match record.clone() {
        ReferenceRecord::Company(r) => values![
            r.company_code,
            r.effective_date,
            r.name,
            r.role.code(),
            r.functional_currency,
            Numeric(r.approval_limit),
        ],
        ReferenceRecord::Account(r) => values![
            r.account_code,
            r.effective_date,
            r.name,
            r.account_type.code(),
            r.normal_side.code(),
            r.statement_line,
            r.cash_flow_class.code(),
            r.los_line,
            r.required_dimensions.iter().map(|dimension| dimension.code()).collect::<Vec<_>>(),
            r.is_postable,
        ],
        ReferenceRecord::Period(r) => values![
            r.company_code,
            r.fiscal_year,
            r.fiscal_period,
            r.start_date,
            r.end_date,
            r.opens_at,
            r.soft_closes_at,
            r.closes_at,
        ],
        ReferenceRecord::Well(r) => values![
            r.well_id,
            r.effective_date,
            r.name,
            r.lease_id,
            r.company_code,
            r.state,
            r.county,
            r.basin,
            r.primary_product.code(),
            r.first_production_date,
            Numeric(r.working_interest),
            Numeric(r.net_revenue_interest),
            r.status,
        ],
        ReferenceRecord::Lease(r) => values![
            r.lease_id,
            r.effective_date,
            r.name,
            r.company_code,
            r.state,
            r.county,
            r.basin,
            Numeric(r.royalty_rate),
        ],
        ReferenceRecord::Owner(r) => values![
            r.owner_id,
            r.effective_date,
            r.name,
            r.owner_type,
            r.state,
            Numeric(r.minimum_payment),
            r.suspense_code,
            r.is_tax_exempt,
        ],
        ReferenceRecord::Counterparty(r) => values![
            r.counterparty_id,
            r.effective_date,
            r.name,
            r.counterparty_type.code(),
            r.payment_terms_days,
            r.currency,
            r.owner_id,
        ],
        ReferenceRecord::Afe(r) => values![
            r.afe_number,
            r.effective_date,
            r.company_code,
            r.well_id,
            r.description,
            Numeric(r.budget),
            r.supplement,
            r.status,
        ],
        ReferenceRecord::CostCenter(r) => values![r.cost_center, r.effective_date, r.company_code, r.name],
        ReferenceRecord::TaxRate(r) => values![
            r.tax_code,
            r.effective_date,
            r.state,
            r.product.code(),
            Numeric(r.rate),
            Numeric(r.rate_per_unit),
            r.due_months,
            r.due_day,
            r.statute,
        ],
        ReferenceRecord::Production(r) => values![
            r.well_id,
            r.product.code(),
            r.production_month,
            r.revision,
            Numeric(r.volume),
            r.unit_of_measure,
        ],
        ReferenceRecord::Reserve(r) => values![
            r.well_id,
            r.product.code(),
            r.effective_date,
            Numeric(r.proved_developed),
            Numeric(r.proved),
            r.unit_of_measure,
        ],
        ReferenceRecord::MarketPrice(r) => values![
            r.series,
            r.price_date,
            r.price_source,
            r.revision,
            Numeric(r.price),
            r.unit_of_measure,
            r.currency,
        ],
        ReferenceRecord::OwnerDeck(_) | ReferenceRecord::JibDeck(_) => {
            unreachable!("decks are inserted whole, by their own statements")
        }
    }
}
