select
    well_id,
    product,
    effective_date,
    proved_developed,
    proved,
    unit_of_measure,
    source_offset,
    loaded_at
from {{ source('staging', 'reserve') }}
