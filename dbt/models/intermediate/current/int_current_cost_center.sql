-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (cost_center) *
from {{ ref('stg_cost_center') }}
order by cost_center, effective_date desc
