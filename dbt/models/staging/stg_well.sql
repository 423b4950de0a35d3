select
    well_id,
    effective_date,
    name,
    lease_id,
    company_code,
    state,
    county,
    basin,
    primary_product,
    first_production_date,
    working_interest,
    net_revenue_interest,
    status,
    source_offset,
    loaded_at
from {{ source('staging', 'well') }}
