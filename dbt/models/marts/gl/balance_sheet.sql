-- Balances by line of the layout. Revenue and expense that no close has yet moved stand in equity as the result of the
-- current year or of earlier ones, so that the sheet balances in every period.
with layout as (
    select
        line.*,
        case when line.positive_side = 'DEBIT' then 1 else -1 end as sign
    from {{ ref('balance_sheet_layout') }} as line
),

movement as (
    select
        moved.company_code,
        moved.period_key,
        case
            when moved.account_type in ('REVENUE', 'EXPENSE') then 'RESULT'
            else coalesce(line.line_order, elsewhere.line_order)::text
        end as place,
        sum(moved.posted_amount) as posted_amount,
        sum(moved.elimination_amount) as elimination_amount
    from {{ ref('int_statement_movement') }} as moved
    left join layout as line
        on
            line.line_type = 'LINE'
            and moved.account_type = line.account_type
            and moved.statement_line = line.statement_line
    left join layout as elsewhere on elsewhere.statement_line = '*'
    group by
        moved.company_code,
        moved.period_key,
        case
            when moved.account_type in ('REVENUE', 'EXPENSE') then 'RESULT'
            else coalesce(line.line_order, elsewhere.line_order)::text
        end
),

place as (
    select layout.line_order::text as place
    from layout
    where layout.line_type = 'LINE' and layout.account_type <> 'RESULT'
    union all
    select 'RESULT' as place
),

balance as (
    select
        period.company_code,
        period.period_key,
        place.place,
        sum(coalesce(movement.posted_amount, 0)) over ever as posted_amount,
        sum(coalesce(movement.elimination_amount, 0)) over ever as elimination_amount,
        sum(coalesce(movement.posted_amount, 0)) over year_so_far as year_posted_amount,
        sum(coalesce(movement.elimination_amount, 0)) over year_so_far as year_elimination_amount
    from {{ ref('int_statement_period') }} as period
    cross join place
    left join movement
        on
            period.company_code = movement.company_code
            and period.period_key = movement.period_key
            and place.place = movement.place
    window
        ever as (
            partition by period.company_code, place.place
            order by period.period_key
            rows unbounded preceding
        ),
        year_so_far as (
            partition by period.company_code, place.place, period.fiscal_year
            order by period.period_key
            rows unbounded preceding
        )
),

line_balance as (
    select
        balance.company_code,
        balance.period_key,
        layout.line_order,
        layout.section,
        case
            when layout.account_type <> 'RESULT' then balance.posted_amount
            when layout.statement_line = 'Current year' then balance.year_posted_amount
            else balance.posted_amount - balance.year_posted_amount
        end as posted_amount,
        case
            when layout.account_type <> 'RESULT' then balance.elimination_amount
            when layout.statement_line = 'Current year' then balance.year_elimination_amount
            else balance.elimination_amount - balance.year_elimination_amount
        end as elimination_amount
    from layout
    inner join balance
        on balance.place = case when layout.account_type = 'RESULT' then 'RESULT' else layout.line_order::text end
    where layout.line_type = 'LINE'
),

-- A line sums itself, a total its sections.
summed as (
    select
        part.company_code,
        part.period_key,
        layout.line_order,
        layout.sign * sum(part.posted_amount) as posted_amount,
        layout.sign * sum(part.elimination_amount) as elimination_amount
    from layout
    inner join line_balance as part
        on
            layout.line_order = part.line_order
            or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
    group by part.company_code, part.period_key, layout.line_order, layout.sign
)

-- Periods have no gap: before a year's first month stand its opening and the adjusting period and December of the year
-- before. Looking back costs less than joining.
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
    case
        when period.prior_period_key is not null
            then (lag(
                summed.posted_amount + summed.elimination_amount, case when period.fiscal_period = 1 then 3 else 1 end
            ) over by_period)::numeric(20, 2)
    end as prior_period_amount,
    (lag(summed.posted_amount + summed.elimination_amount, period.fiscal_period + 1) over by_period)::numeric(20, 2)
        as prior_year_end_amount
from summed
inner join layout on summed.line_order = layout.line_order
inner join {{ ref('int_statement_period') }} as period
    on summed.company_code = period.company_code and summed.period_key = period.period_key
window by_period as (partition by summed.company_code, summed.line_order order by summed.period_key)
