select
    cost_center,
    effective_date,
    company_code,
    name,
    source_offset,
    loaded_at
from {{ source('staging', 'cost_center') }}
