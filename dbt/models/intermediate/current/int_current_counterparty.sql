-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (counterparty_id) *
from {{ ref('stg_counterparty') }}
order by counterparty_id, effective_date desc
