-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (well_id) *
from {{ ref('stg_well') }}
order by well_id, effective_date desc
