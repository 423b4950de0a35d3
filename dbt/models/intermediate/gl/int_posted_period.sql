-- Every company in each period in which any company posted: what a company that has not posted yet carries in is there
-- too, so that companies can be added up.
select
    period.company_code,
    period.period_key,
    -- A period that the calendar does not have still ends with its month.
    coalesce(calendar.end_date, (period.period_month + interval '1 month' - interval '1 day')::date) as end_date
from {{ ref('int_company_period') }} as period
left join {{ ref('int_period') }} as calendar
    on period.company_code = calendar.company_code and period.period_key = calendar.period_key
where period.period_key in (select moved.period_key from {{ ref('int_account_movement') }} as moved)
