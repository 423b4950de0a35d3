-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (series, price_date, price_source) *
from {{ ref('stg_market_price') }}
order by series, price_date, price_source, revision desc
