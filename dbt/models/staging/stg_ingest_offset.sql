select
    topic,
    partition,
    next_offset,
    incarnation,
    updated_at
from {{ source('staging', 'ingest_offset') }}
