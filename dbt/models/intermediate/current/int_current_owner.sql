-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (owner_id) *
from {{ ref('stg_owner') }}
order by owner_id, effective_date desc
