-- Net income of the month and of the year so far is what revenue and expense moved, but for the year-end close; that
-- of the group is the companies' together, since eliminations cancel.
with booked as (
    select
        line.company_code,
        line.period_key,
        -sum(line.net_amount) as net_income
    from {{ ref('int_account_movement') }} as line
    inner join {{ ref('int_ledger_account') }} as account on line.account_code = account.account_code
    where account.account_type in ('REVENUE', 'EXPENSE') and line.document_type <> 'CLS'
    group by line.company_code, line.period_key
),

ledger as (
    select
        period.company_code,
        period.period_key,
        coalesce(sum(booked.net_income) filter (where booked.period_key = period.period_key), 0) as amount,
        coalesce(sum(booked.net_income), 0) as year_to_date_amount
    from {{ ref('int_statement_period') }} as period
    left join booked
        on
            (period.company_code = 'GROUP' or period.company_code = booked.company_code)
            and booked.period_key between period.fiscal_year * 100 and period.period_key
    where period.fiscal_period > 0
    group by period.company_code, period.period_key
)

select
    ledger.*,
    line.posted_amount,
    line.year_posted_amount
from ledger
left join {{ ref('income_statement') }} as line
    on
        ledger.company_code = line.company_code
        and ledger.period_key = line.period_key
        and line.section = 'NET_INCOME'
        and line.line_type = 'TOTAL'
where
    ledger.amount is distinct from line.posted_amount
    or ledger.year_to_date_amount is distinct from line.year_posted_amount
