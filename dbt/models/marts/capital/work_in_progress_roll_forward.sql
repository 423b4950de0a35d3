-- Work in progress by AFE, rolled forward period by period. A row for each period in which anything moved or stood.
with moved as (
    select
        line.company_code,
        line.period_key,
        coalesce(line.afe_number, 'NONE') as afe_number,
        sum(line.net_amount) as net_amount,
        coalesce(sum(line.net_amount) filter (where line.movement = 'CARRIED_IN'), 0) as carried_in,
        coalesce(sum(line.net_amount) filter (where line.movement = 'SPENT'), 0) as spent,
        coalesce(sum(line.net_amount) filter (where line.movement = 'ACCRUED'), 0) as accrued,
        coalesce(sum(line.net_amount) filter (where line.movement = 'BILLED'), 0) as billed_to_partners,
        coalesce(sum(line.net_amount) filter (where line.movement = 'CAPITALISED'), 0) as closed_to_property,
        coalesce(sum(line.net_amount) filter (where line.movement = 'EXPENSED_DRY'), 0) as expensed_as_dry_hole
    from {{ ref('int_work_in_progress_movement') }} as line
    group by line.company_code, line.period_key, coalesce(line.afe_number, 'NONE')
),

project as (
    select
        moved.company_code,
        moved.afe_number,
        min(moved.period_key) as first_period_key
    from moved
    group by moved.company_code, moved.afe_number
),

rolled as (
    select
        project.company_code,
        posted_period.period_key,
        project.afe_number,
        moved.afe_number is not null as has_moved,
        coalesce(moved.net_amount, 0) as net_amount,
        coalesce(moved.carried_in, 0) as carried_in,
        coalesce(moved.spent, 0) as spent,
        coalesce(moved.accrued, 0) as accrued,
        coalesce(moved.billed_to_partners, 0) as billed_to_partners,
        coalesce(moved.closed_to_property, 0) as closed_to_property,
        coalesce(moved.expensed_as_dry_hole, 0) as expensed_as_dry_hole,
        sum(coalesce(moved.net_amount, 0)) over (
            partition by project.company_code, project.afe_number
            order by posted_period.period_key
        ) as closing_balance
    from project
    inner join {{ ref('int_posted_period') }} as posted_period
        on
            project.company_code = posted_period.company_code
            and project.first_period_key <= posted_period.period_key
    left join moved
        on
            project.company_code = moved.company_code
            and project.afe_number = moved.afe_number
            and posted_period.period_key = moved.period_key
)

select
    rolled.company_code,
    rolled.period_key,
    rolled.afe_number,
    (rolled.closing_balance - rolled.net_amount)::numeric(18, 2) as opening_balance,
    rolled.carried_in::numeric(18, 2) as carried_in,
    rolled.spent::numeric(18, 2) as spent,
    rolled.accrued::numeric(18, 2) as accrued,
    rolled.billed_to_partners::numeric(18, 2) as billed_to_partners,
    rolled.closed_to_property::numeric(18, 2) as closed_to_property,
    rolled.expensed_as_dry_hole::numeric(18, 2) as expensed_as_dry_hole,
    rolled.closing_balance::numeric(18, 2) as closing_balance
from rolled
where rolled.has_moved or rolled.closing_balance <> 0
