select
    account_code,
    effective_date,
    name,
    account_type,
    normal_side,
    statement_line,
    cash_flow_class,
    los_line,
    required_dimensions,
    is_postable,
    source_offset,
    loaded_at
from {{ source('staging', 'account') }}
