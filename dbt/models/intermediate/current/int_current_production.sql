-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (well_id, product, production_month) *
from {{ ref('stg_production') }}
order by well_id, product, production_month, revision desc
