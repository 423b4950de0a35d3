select
    incarnation,
    random_seed,
    start_date,
    historical_days,
    scale,
    fault_rates,
    price_source,
    price_digest,
    prices,
    simulator_version,
    created_at,
    source_offset,
    loaded_at
from {{ source('staging', 'run') }}
