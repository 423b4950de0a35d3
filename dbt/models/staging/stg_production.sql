select
    well_id,
    product,
    production_month,
    revision,
    volume,
    unit_of_measure,
    source_offset,
    loaded_at
from {{ source('staging', 'production') }}
