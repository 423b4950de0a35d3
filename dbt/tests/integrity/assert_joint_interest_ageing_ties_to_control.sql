-- What partners owe by age is what joint interest billings receivable hold.
with control as (
    select
        period.company_code,
        sum(period.net_amount) as balance
    from {{ ref('int_account_period') }} as period
    inner join {{ ref('int_current_account') }} as account on period.account_code = account.account_code
    where account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)
    group by period.company_code
),

aged as (
    select
        ageing.company_code,
        sum(ageing.open_amount) as balance
    from {{ ref('joint_interest_receivable_ageing') }} as ageing
    group by ageing.company_code
)

select
    control.company_code,
    control.balance as control_balance,
    coalesce(aged.balance, 0) as aged_balance
from control
left join aged on control.company_code = aged.company_code
where control.balance <> coalesce(aged.balance, 0)
