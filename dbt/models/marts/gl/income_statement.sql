-- Results by line of the layout. The year-end close is left out: it moves a year's result and makes none.
with layout as (
    select
        line.*,
        case when line.positive_side = 'DEBIT' then 1 else -1 end as sign
    from {{ ref('income_statement_layout') }} as line
),

movement as (
    select
        moved.company_code,
        moved.period_key,
        coalesce(line.line_order, elsewhere.line_order) as line_order,
        sum(moved.posted_amount) as posted_amount,
        sum(moved.elimination_amount) as elimination_amount
    from {{ ref('int_statement_movement') }} as moved
    left join layout as line
        on line.line_type = 'LINE' and moved.statement_line = line.statement_line
    left join layout as elsewhere on elsewhere.statement_line = '*'
    where moved.account_type in ('REVENUE', 'EXPENSE') and not moved.is_closing
    group by moved.company_code, moved.period_key, coalesce(line.line_order, elsewhere.line_order)
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
    left join movement
        on
            period.company_code = movement.company_code
            and period.period_key = movement.period_key
            and layout.line_order = movement.line_order
    where layout.line_type = 'LINE'
    window year_so_far as (
        partition by period.company_code, layout.line_order, period.fiscal_year
        order by period.period_key
        rows unbounded preceding
    )
),

-- A line sums itself, a total its sections.
summed as (
    select
        part.company_code,
        part.period_key,
        layout.line_order,
        layout.sign * sum(part.posted_amount) as posted_amount,
        layout.sign * sum(part.elimination_amount) as elimination_amount,
        layout.sign * sum(part.year_posted_amount) as year_posted_amount,
        layout.sign * sum(part.year_elimination_amount) as year_elimination_amount
    from layout
    inner join line_period as part
        on
            layout.line_order = part.line_order
            or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
    group by part.company_code, part.period_key, layout.line_order, layout.sign
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
    layout.positive_side,
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
where period.fiscal_period > 0
window by_period as (partition by summed.company_code, summed.line_order order by summed.period_key)
