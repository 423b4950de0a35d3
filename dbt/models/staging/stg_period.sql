select
    company_code,
    fiscal_year,
    fiscal_period,
    start_date,
    end_date,
    opens_at,
    soft_closes_at,
    closes_at,
    source_offset,
    loaded_at
from {{ source('staging', 'period') }}
