-- What returns say is still owed is what severance tax payable holds; and every line on it is in a return.
with control as (
    select
        period.company_code,
        -sum(period.net_amount) as balance
    from {{ ref('int_account_period') }} as period
    inner join {{ ref('int_current_account') }} as account on period.account_code = account.account_code
    where account.account_type = 'LIABILITY' and 'TAX' = any(account.required_dimensions)
    group by period.company_code
),

returned as (
    select
        severance.company_code,
        sum(severance.balance) as balance
    from {{ ref('severance_return') }} as severance
    group by severance.company_code
)

select
    control.company_code,
    control.balance as control_balance,
    returned.balance as returned_balance
from control
left join returned on control.company_code = returned.company_code
where control.balance is distinct from returned.balance
