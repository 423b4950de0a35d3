-- How far the ledger has come, in its own simulated time: what decides whether a period is open.
select max(window_end) as ledger_time
from {{ ref('stg_batch_seal') }}
