select
    incarnation,
    source_offset,
    simulated,
    wall,
    speed,
    interval_seconds,
    loaded_at
from {{ source('staging', 'run_anchor') }}
