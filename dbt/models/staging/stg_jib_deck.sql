select
    jib_code,
    effective_date,
    share_number,
    company_code,
    lease_id,
    counterparty_id,
    share_company_code,
    working_interest,
    source_offset,
    loaded_at
from {{ source('staging', 'jib_deck') }}
