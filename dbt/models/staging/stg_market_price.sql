select
    series,
    price_date,
    price_source,
    revision,
    price,
    unit_of_measure,
    currency,
    source_offset,
    loaded_at
from {{ source('staging', 'market_price') }}
