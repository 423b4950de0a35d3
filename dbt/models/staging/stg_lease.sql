select
    lease_id,
    effective_date,
    name,
    company_code,
    state,
    county,
    basin,
    royalty_rate,
    source_offset,
    loaded_at
from {{ source('staging', 'lease') }}
