-- Accounts that may be posted to, and those that were, whatever became of their record.
select
    coalesce(record.account_code, posted.account_code) as account_code,
    coalesce(record.name, '(not in the chart)') as account_name,
    coalesce(record.account_type, 'UNKNOWN') as account_type,
    coalesce(record.normal_side, 'DEBIT') as normal_side,
    coalesce(record.statement_line, '(not in the chart)') as statement_line,
    coalesce(record.cash_flow_class, 'OPERATING') as cash_flow_class,
    record.los_line
from {{ ref('int_current_account') }} as record
full join (
    select distinct movement.account_code from {{ ref('int_account_movement') }} as movement
) as posted
    on record.account_code = posted.account_code
where record.is_postable or posted.account_code is not null
