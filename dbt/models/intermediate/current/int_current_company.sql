-- The record that holds: the newest effective one, up to the last day that the ledger knows.
select distinct on (company_code) *
from {{ ref('stg_company') }}
order by company_code, effective_date desc
