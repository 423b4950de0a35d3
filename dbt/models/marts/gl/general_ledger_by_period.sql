-- Every account in every period of every company, moved or not: a balance is never looked for in an earlier row.
with balance as (
    select
        period.company_code,
        period.fiscal_year,
        period.fiscal_period,
        period.period_key,
        period.period_month,
        period.period_state,
        period.functional_currency,
        account.account_code,
        account.account_name,
        account.account_type,
        account.normal_side,
        account.statement_line,
        coalesce(moved.debit, 0) as debit,
        coalesce(moved.credit, 0) as credit,
        coalesce(moved.net_amount, 0) as movement,
        coalesce(moved.line_count, 0) as line_count,
        sum(coalesce(moved.net_amount, 0)) over (
            partition by period.company_code, account.account_code
            order by period.period_key
            rows unbounded preceding
        ) as closing_balance
    from {{ ref('int_company_period') }} as period
    cross join {{ ref('int_ledger_account') }} as account
    left join {{ ref('int_account_period') }} as moved
        on
            period.company_code = moved.company_code
            and period.period_key = moved.period_key
            and account.account_code = moved.account_code
)

select
    balance.company_code,
    balance.account_code,
    balance.period_key,
    balance.fiscal_year,
    balance.fiscal_period,
    balance.period_month,
    balance.period_state,
    balance.account_name,
    balance.account_type,
    balance.normal_side,
    balance.statement_line,
    balance.functional_currency,
    (balance.closing_balance - balance.movement)::numeric(20, 2) as opening_balance,
    balance.debit::numeric(20, 2) as debit,
    balance.credit::numeric(20, 2) as credit,
    balance.movement::numeric(20, 2) as movement,
    balance.closing_balance::numeric(20, 2) as closing_balance,
    balance.line_count::bigint as line_count
from balance
