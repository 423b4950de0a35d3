-- Owners' balances are their control accounts', in every period in which any company posted; what is held by month is
-- the suspense account.
with control as (
    select
        ledger.company_code,
        ledger.account_code,
        ledger.period_key,
        -ledger.closing_balance as balance
    from {{ ref('general_ledger_by_period') }} as ledger
    inner join {{ ref('int_posted_period') }} as period
        on ledger.company_code = period.company_code and ledger.period_key = period.period_key
    where ledger.account_code in (select account.account_code from {{ ref('owner_account') }} as account)
),

owners as (
    select
        balance.company_code,
        balance.account_code,
        balance.period_key,
        sum(balance.closing_balance) as balance
    from {{ ref('owner_balance') }} as balance
    group by balance.company_code, balance.account_code, balance.period_key
),

held as (
    select
        suspense.company_code,
        sum(suspense.held_amount) as balance
    from {{ ref('suspense') }} as suspense
    group by suspense.company_code
),

held_control as (
    select
        period.company_code,
        -sum(period.net_amount) as balance
    from {{ ref('int_account_period') }} as period
    inner join {{ ref('owner_account') }} as account
        on period.account_code = account.account_code and account.owner_account = 'SUSPENSE'
    group by period.company_code
)

select
    control.company_code,
    control.account_code,
    control.period_key,
    control.balance as control_balance,
    coalesce(owners.balance, 0) as owners_balance
from control
left join owners
    on
        control.company_code = owners.company_code
        and control.account_code = owners.account_code
        and control.period_key = owners.period_key
where control.balance <> coalesce(owners.balance, 0)

union all

select
    held_control.company_code,
    'held by month' as account_code,
    null as period_key,
    held_control.balance as control_balance,
    coalesce(held.balance, 0) as owners_balance
from held_control
left join held on held_control.company_code = held.company_code
where held_control.balance <> coalesce(held.balance, 0)
