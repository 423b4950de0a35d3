select
    well_id,
    product,
    effective_date,
    interest_number,
    owner_id,
    interest_type,
    decimal_interest,
    source_offset,
    loaded_at
from {{ source('staging', 'owner_deck') }}
