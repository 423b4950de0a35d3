select
    company_code,
    effective_date,
    name,
    role,
    functional_currency,
    approval_limit,
    source_offset,
    loaded_at
from {{ source('staging', 'company') }}
