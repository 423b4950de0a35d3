-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (lease_id) *
from {{ ref('stg_lease') }}
order by lease_id, effective_date desc
