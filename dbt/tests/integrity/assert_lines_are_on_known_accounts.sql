-- Each line stands on an account of the chart; one that does not is shown as UNKNOWN until its record is loaded.
select
    movement.company_code,
    movement.account_code,
    sum(movement.line_count) as line_count
from {{ ref('int_account_movement') }} as movement
left join {{ ref('int_current_account') }} as account on movement.account_code = account.account_code
where account.account_code is null
group by movement.company_code, movement.account_code
