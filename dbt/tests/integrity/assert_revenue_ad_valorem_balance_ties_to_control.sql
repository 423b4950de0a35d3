-- What states are owed of property tax is what its payable holds; and every office that is owed or paid has a state.
with control as (
    select
        period.company_code,
        -sum(period.net_amount) as balance
    from {{ ref('int_account_period') }} as period
    inner join {{ ref('int_current_account') }} as account on period.account_code = account.account_code
    where account.statement_line = 'Taxes payable' and 'COUNTERPARTY' = any(account.required_dimensions)
    group by period.company_code
),

owed as (
    select
        tax.company_code,
        sum(tax.carried_in + tax.accrued_tax - tax.paid_tax) as balance,
        bool_or(tax.state = 'UNASSIGNED') as has_unassigned
    from {{ ref('ad_valorem') }} as tax
    group by tax.company_code
)

select
    coalesce(control.company_code, owed.company_code) as company_code,
    control.balance as control_balance,
    owed.balance as owed_balance,
    owed.has_unassigned
from control
full join owed on control.company_code = owed.company_code
where coalesce(control.balance, 0) <> coalesce(owed.balance, 0) or owed.has_unassigned
