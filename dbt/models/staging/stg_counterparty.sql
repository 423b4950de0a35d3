select
    counterparty_id,
    effective_date,
    name,
    counterparty_type,
    payment_terms_days,
    currency,
    owner_id,
    source_offset,
    loaded_at
from {{ source('staging', 'counterparty') }}
