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

{{ rolled_forward(
    key=['afe_number'],
    movements=[
        'net_amount', 'carried_in', 'spent',
        'accrued', 'billed_to_partners', 'closed_to_property', 'expensed_as_dry_hole'
    ],
    closings={'closing_balance': 'net_amount'}
) }}

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
