-- The indirect method: net income, what of it moved no cash, and what balances took up or set free. Period 0 only
-- carries balances in: its cash is where the first period begins.
with layout as (
    select line.* from {{ ref('cash_flow_layout') }} as line
),

line_period as (
    select
        period.company_code,
        period.period_key,
        layout.line_order,
        layout.section,
        coalesce(movement.posted_amount, 0) as posted_amount,
        coalesce(movement.elimination_amount, 0) as elimination_amount,
        sum(coalesce(movement.posted_amount, 0)) over year_so_far as year_posted_amount,
        sum(coalesce(movement.elimination_amount, 0)) over year_so_far as year_elimination_amount
    from {{ ref('int_statement_period') }} as period
    cross join layout
    left join {{ ref('int_cash_flow_movement') }} as movement
        on
            period.company_code = movement.company_code
            and period.period_key = movement.period_key
            and layout.cash_flow_line = movement.cash_flow_line
    where layout.line_type = 'LINE' and period.fiscal_period > 0
    window year_so_far as (
        partition by period.company_code, layout.line_order, period.fiscal_year
        order by period.period_key
        rows unbounded preceding
    )
),

cash as (
    select
        period.company_code,
        period.period_key,
        period.fiscal_year,
        period.fiscal_period,
        -coalesce(movement.posted_amount, 0) as movement,
        -sum(coalesce(movement.posted_amount, 0)) over (
            partition by period.company_code
            order by period.period_key
            rows unbounded preceding
        ) as closing
    from {{ ref('int_statement_period') }} as period
    left join {{ ref('int_cash_flow_movement') }} as movement
        on
            period.company_code = movement.company_code
            and period.period_key = movement.period_key
            and movement.cash_flow_line = 'Cash'
),

summed as (
    select
        part.company_code,
        part.period_key,
        layout.line_order,
        sum(part.posted_amount) as posted_amount,
        sum(part.elimination_amount) as elimination_amount,
        sum(part.year_posted_amount) as year_posted_amount,
        sum(part.year_elimination_amount) as year_elimination_amount
    from layout
    inner join line_period as part
        on
            layout.line_order = part.line_order
            or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
    group by part.company_code, part.period_key, layout.line_order
    union all
    select
        cash.company_code,
        cash.period_key,
        layout.line_order,
        case when layout.line_type = 'OPENING_CASH' then cash.closing - cash.movement else cash.closing end
            as posted_amount,
        0 as elimination_amount,
        case when layout.line_type = 'OPENING_CASH' then year_begin.closing else cash.closing end as year_posted_amount,
        0 as year_elimination_amount
    from cash
    inner join layout on layout.line_type in ('OPENING_CASH', 'CLOSING_CASH')
    inner join cash as year_begin
        on
            cash.company_code = year_begin.company_code
            and cash.fiscal_year = year_begin.fiscal_year
            and year_begin.fiscal_period = 0
    where cash.fiscal_period > 0
)

-- Periods have no gap: two before a year's first month is December. Looking back costs less than joining.
select
    summed.company_code,
    summed.period_key,
    summed.line_order,
    period.fiscal_year,
    period.fiscal_period,
    period.period_month,
    period.period_state,
    layout.line_type,
    layout.section,
    layout.caption,
    period.functional_currency,
    summed.posted_amount::numeric(20, 2) as posted_amount,
    summed.elimination_amount::numeric(20, 2) as elimination_amount,
    (summed.posted_amount + summed.elimination_amount)::numeric(20, 2) as amount,
    (lag(
        summed.posted_amount + summed.elimination_amount, case when period.fiscal_period = 1 then 2 else 1 end
    ) over by_period)::numeric(20, 2) as prior_period_amount,
    summed.year_posted_amount::numeric(20, 2) as year_posted_amount,
    summed.year_elimination_amount::numeric(20, 2) as year_elimination_amount,
    (summed.year_posted_amount + summed.year_elimination_amount)::numeric(20, 2) as year_to_date_amount
from summed
inner join layout on summed.line_order = layout.line_order
inner join {{ ref('int_statement_period') }} as period
    on summed.company_code = period.company_code and summed.period_key = period.period_key
window by_period as (partition by summed.company_code, summed.line_order order by summed.period_key)
