-- Severance tax by tax code and production month: what the statute makes of the sales, what was posted, accrued,
-- remitted and is still owed. What was carried in stands in the month it was carried in.
with tax as (
    select distinct on (rate.tax_code)
        rate.tax_code,
        rate.state,
        rate.product,
        rate.due_months,
        rate.due_day
    from {{ ref('stg_tax_rate') }} as rate
    order by rate.tax_code, rate.effective_date desc
),

line as (
    select
        line.*,
        coalesce(line.production_month, date_trunc('month', line.posting_date)::date) as return_month
    from {{ ref('int_severance_line') }} as line
),

summed as (
    select
        line.company_code,
        line.tax_code,
        line.return_month,
        coalesce(sum(line.base_amount) filter (where line.movement = 'POSTED'), 0) as taxable_value,
        coalesce(sum(line.quantity) filter (where line.movement = 'POSTED'), 0) as taxable_volume,
        max(line.unit_of_measure) as unit_of_measure,
        max(line.statutory_rate) as statutory_rate,
        max(line.statutory_rate_per_unit) as statutory_rate_per_unit,
        coalesce(sum(line.statutory_amount) filter (where line.movement = 'POSTED'), 0) as statutory_tax,
        coalesce(sum(line.posted_amount) filter (where line.movement = 'POSTED'), 0) as posted_tax,
        coalesce(sum(line.posted_amount) filter (where line.movement = 'ACCRUED'), 0) as accrued_tax,
        coalesce(sum(line.posted_amount) filter (where line.movement = 'CARRIED_IN'), 0) as carried_in,
        coalesce(sum(line.posted_amount) filter (where line.movement = 'REMITTED'), 0) as remitted_tax,
        sum(line.posted_amount) as balance,
        count(*) filter (where line.movement = 'POSTED') as line_count,
        count(*) filter (
            where
            line.movement = 'POSTED'
            and (
                line.statutory_amount is null
                or abs(line.posted_amount - line.statutory_amount) > line.tolerance
                or coalesce(line.rate, 0) is distinct from line.statutory_rate
            )
        ) as lines_off_statute
    from line
    group by line.company_code, line.tax_code, line.return_month
)

select
    summed.company_code,
    tax.state,
    summed.tax_code,
    tax.product,
    summed.return_month as production_month,
    summed.taxable_value::numeric(18, 2) as taxable_value,
    summed.taxable_volume::numeric(18, 3) as taxable_volume,
    summed.unit_of_measure,
    summed.statutory_rate::numeric(18, 8) as statutory_rate,
    summed.statutory_rate_per_unit::numeric(18, 6) as statutory_rate_per_unit,
    summed.statutory_tax::numeric(18, 2) as statutory_tax,
    summed.posted_tax::numeric(18, 2) as posted_tax,
    (summed.posted_tax - summed.statutory_tax)::numeric(18, 2) as rounding_difference,
    summed.line_count,
    summed.lines_off_statute,
    summed.carried_in::numeric(18, 2) as carried_in,
    summed.accrued_tax::numeric(18, 2) as accrued_tax,
    summed.remitted_tax::numeric(18, 2) as remitted_tax,
    summed.balance::numeric(18, 2) as balance,
    (summed.return_month + make_interval(months => tax.due_months, days => tax.due_day - 1))::date as due_date
from summed
left join tax on summed.tax_code = tax.tax_code
