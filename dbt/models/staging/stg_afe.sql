select
    afe_number,
    effective_date,
    company_code,
    well_id,
    description,
    budget,
    supplement,
    status,
    source_offset,
    loaded_at
from {{ source('staging', 'afe') }}
