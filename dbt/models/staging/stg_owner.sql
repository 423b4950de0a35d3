select
    owner_id,
    effective_date,
    name,
    owner_type,
    state,
    minimum_payment,
    suspense_code,
    is_tax_exempt,
    source_offset,
    loaded_at
from {{ source('staging', 'owner') }}
