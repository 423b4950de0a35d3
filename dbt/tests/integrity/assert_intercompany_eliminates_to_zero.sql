-- At the end of a period that takes no more ordinary entries, partners have booked alike whatever they booked of each
-- other.
with pair as (
    select
        elimination.elimination_set,
        least(elimination.company_code, elimination.partner_company) as first_company,
        greatest(elimination.company_code, elimination.partner_company) as second_company,
        elimination.period_key,
        sum(elimination.net_amount) as net_amount
    from {{ ref('intercompany_elimination') }} as elimination
    group by
        elimination.elimination_set,
        least(elimination.company_code, elimination.partner_company),
        greatest(elimination.company_code, elimination.partner_company),
        elimination.period_key
)

select
    pair.elimination_set,
    pair.first_company,
    pair.second_company,
    period.period_key,
    sum(pair.net_amount) as not_eliminated
from {{ ref('int_statement_period') }} as period
inner join pair on period.period_key >= pair.period_key
where period.company_code = 'GROUP' and period.period_state in ('CLOSED', 'SOFT_CLOSED')
group by pair.elimination_set, pair.first_company, pair.second_company, period.period_key
having sum(pair.net_amount) <> 0
