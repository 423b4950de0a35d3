-- The company's own cost since inception is what work in progress holds and what left it as property or expense.
with ended as (
    select
        progress.company_code,
        progress.afe_number,
        sum(progress.spent + progress.accrued + progress.billed_to_partners + progress.carried_in) as own_amount
    from {{ ref('work_in_progress_roll_forward') }} as progress
    where progress.afe_number <> 'NONE'
    group by progress.company_code, progress.afe_number
),

cost as (
    select
        afe.company_code,
        afe.afe_number,
        sum(afe.own_period_cost) as own_amount
    from {{ ref('afe_cost') }} as afe
    group by afe.company_code, afe.afe_number
)

select
    ended.*,
    cost.own_amount as afe_amount
from ended
left join cost on ended.company_code = cost.company_code and ended.afe_number = cost.afe_number
where ended.own_amount <> coalesce(cost.own_amount, 0)
