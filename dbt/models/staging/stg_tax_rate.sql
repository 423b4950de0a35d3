select
    tax_code,
    effective_date,
    state,
    product,
    rate,
    rate_per_unit,
    due_months,
    due_day,
    statute,
    source_offset,
    loaded_at
from {{ source('staging', 'tax_rate') }}
