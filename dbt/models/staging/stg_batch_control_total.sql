select
    sequence,
    kind,
    company_code,
    currency,
    debit,
    credit
from {{ source('staging', 'batch_control_total') }}
