-- The first line of the cash flow statement is the last of the income statement.
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
where
    flow.amount is distinct from income.amount
    or flow.year_to_date_amount is distinct from income.year_to_date_amount
