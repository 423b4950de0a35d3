select
    sequence,
    company_code,
    fiscal_year,
    first_number,
    last_number,
    numbers
from {{ source('staging', 'batch_entry_number') }}
