-- The first line of the cash flow statement is the last of the income statement. Results that were carried in are of
-- the year so far, but their cash came before the books.
with carried as (
    select
        moved.company_code,
        moved.period_key / 100 as fiscal_year,
        -sum(moved.net_amount) as net_income
    from {{ ref('int_statement_movement') }} as moved
    where moved.period_key % 100 = 0 and moved.account_type in ('REVENUE', 'EXPENSE')
    group by moved.company_code, moved.period_key / 100
)

select
    flow.company_code,
    flow.period_key,
    flow.amount as cash_flow_amount,
    income.amount as income_amount
from {{ ref('cash_flow_statement') }} as flow
inner join {{ ref('cash_flow_layout') }} as layout
    on flow.line_order = layout.line_order and layout.cash_flow_line = 'Net income'
full join (
    select line.*
    from {{ ref('income_statement') }} as line
    where line.section = 'NET_INCOME' and line.line_type = 'TOTAL'
) as income
    on flow.company_code = income.company_code and flow.period_key = income.period_key
left join carried
    on income.company_code = carried.company_code and income.fiscal_year = carried.fiscal_year
where
    flow.amount is distinct from income.amount
    or flow.year_to_date_amount + coalesce(carried.net_income, 0) is distinct from income.year_to_date_amount
