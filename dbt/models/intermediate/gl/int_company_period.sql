{{ config(materialized='table') }}

-- Every period of every company, 0 and 13 included, from the first year with a line to the newest period that was
-- posted to or has begun: made from the years themselves, so that a period without a calendar record is not a gap.
with bounds as (
    select
        min(movement.period_key) / 100 as first_year,
        greatest(
            max(movement.period_key),
            (
                select
                    extract(year from clock.ledger_time at time zone 'UTC')::integer * 100
                    + extract(month from clock.ledger_time at time zone 'UTC')::integer
                from {{ ref('int_ledger_clock') }} as clock
            )
        ) as last_key
    from {{ ref('int_account_movement') }} as movement
),

company as (
    select
        known.company_code,
        coalesce(record.name, known.company_code) as company_name,
        coalesce(record.functional_currency, known.functional_currency) as functional_currency
    from (
        select
            movement.company_code,
            min(movement.functional_currency) as functional_currency
        from {{ ref('int_account_movement') }} as movement
        group by movement.company_code
    ) as known
    left join {{ ref('int_current_company') }} as record on known.company_code = record.company_code
)

select
    company.company_code,
    company.company_name,
    company.functional_currency,
    fiscal.fiscal_year,
    fiscal.fiscal_period,
    fiscal.fiscal_year * 100 + fiscal.fiscal_period as period_key,
    case
        when fiscal.fiscal_period between 1 and 12
            then make_date(fiscal.fiscal_year, fiscal.fiscal_period, 1)
        when fiscal.fiscal_period = 0 then make_date(fiscal.fiscal_year, 1, 1)
        else make_date(fiscal.fiscal_year, 12, 1)
    end as period_month,
    -- The month before; for the adjusting period that is December, and the opening has none.
    case
        when fiscal.fiscal_period = 0 then null
        when fiscal.fiscal_period = 1 then (fiscal.fiscal_year - 1) * 100 + 12
        else fiscal.fiscal_year * 100 + fiscal.fiscal_period - 1
    end as prior_period_key,
    coalesce(calendar.period_state, 'UNDEFINED') as period_state
from company
cross join bounds
cross join
    lateral (
        select
            years.fiscal_year,
            periods.fiscal_period
        from generate_series(bounds.first_year, bounds.last_key / 100) as years (fiscal_year)
        cross join generate_series(0, 13) as periods (fiscal_period)
    ) as fiscal
left join {{ ref('int_period') }} as calendar
    on
        company.company_code = calendar.company_code
        and fiscal.fiscal_year = calendar.fiscal_year
        and fiscal.fiscal_period = calendar.fiscal_period
where fiscal.fiscal_year * 100 + fiscal.fiscal_period <= bounds.last_key
