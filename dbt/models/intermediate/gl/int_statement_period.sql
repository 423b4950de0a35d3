-- The periods of each statement: those of each company, and of the group those that any company has.
select
    period.company_code,
    period.company_name,
    period.functional_currency,
    period.fiscal_year,
    period.fiscal_period,
    period.period_key,
    period.period_month,
    period.prior_period_key,
    period.period_state
from {{ ref('int_company_period') }} as period
union all
select
    'GROUP' as company_code,
    'Consolidated' as company_name,
    min(period.functional_currency) as functional_currency,
    period.fiscal_year,
    period.fiscal_period,
    period.period_key,
    period.period_month,
    period.prior_period_key,
    -- Open as long as any company's books are.
    case
        when bool_or(period.period_state = 'OPEN') then 'OPEN'
        when bool_or(period.period_state = 'FUTURE') then 'FUTURE'
        when bool_or(period.period_state = 'SOFT_CLOSED') then 'SOFT_CLOSED'
        when bool_or(period.period_state = 'UNDEFINED') then 'UNDEFINED'
        else 'CLOSED'
    end as period_state
from {{ ref('int_company_period') }} as period
group by
    period.fiscal_year,
    period.fiscal_period,
    period.period_key,
    period.period_month,
    period.prior_period_key
