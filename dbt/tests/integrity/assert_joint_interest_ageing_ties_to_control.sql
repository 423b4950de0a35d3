-- What partners owe by age is what joint interest billings receivable hold, at the end of every period since the books
-- began.
with control as (
    select
        ledger.company_code,
        ledger.period_key,
        sum(ledger.closing_balance) as balance
    from {{ ref('general_ledger_by_period') }} as ledger
    inner join {{ ref('int_current_account') }} as account on ledger.account_code = account.account_code
    where
        account.account_type = 'ASSET'
        and 'JIB' = any(account.required_dimensions)
        and ledger.fiscal_period > 0
        and ledger.period_month + interval '1 month' > (
            select min(line.posting_date)
            from {{ ref('journal_lines') }} as line
        )
    group by ledger.company_code, ledger.period_key
),

aged as (
    select
        ageing.company_code,
        ageing.period_key,
        sum(ageing.open_amount) as balance
    from {{ ref('joint_interest_receivable_ageing') }} as ageing
    group by ageing.company_code, ageing.period_key
)

select
    coalesce(control.company_code, aged.company_code) as company_code,
    coalesce(control.period_key, aged.period_key) as period_key,
    control.balance as control_balance,
    aged.balance as aged_balance
from control
full join aged on control.company_code = aged.company_code and control.period_key = aged.period_key
where coalesce(control.balance, 0) <> coalesce(aged.balance, 0)
