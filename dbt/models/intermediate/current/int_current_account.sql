-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (account_code) *
from {{ ref('stg_account') }}
order by account_code, effective_date desc
