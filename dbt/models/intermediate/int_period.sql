-- Fiscal periods with their state at the ledger's own time, and the one number that orders them.
select
    period.company_code,
    period.fiscal_year,
    period.fiscal_period,
    period.fiscal_year * 100 + period.fiscal_period as period_key,
    date_trunc('month', period.start_date)::date as period_month,
    period.start_date,
    period.end_date,
    case
        when clock.ledger_time < period.opens_at then 'FUTURE'
        when clock.ledger_time < period.soft_closes_at then 'OPEN'
        when clock.ledger_time < period.closes_at then 'SOFT_CLOSED'
        else 'CLOSED'
    end as period_state
from {{ ref('stg_period') }} as period
cross join {{ ref('int_ledger_clock') }} as clock
