-- What each well's retirement will take, rolled forward period by period. Owed positive. A row for each period in which
-- anything moved or stood.
with moved as (
    select
        line.company_code,
        line.period_key,
        coalesce(line.well_id, 'UNASSIGNED') as well_id,
        -sum(line.net_amount) as owed_amount,
        -coalesce(sum(line.net_amount) filter (where kind.movement = 'CARRIED_IN'), 0) as carried_in,
        -coalesce(sum(line.net_amount) filter (where kind.movement = 'RECOGNISED'), 0) as recognised,
        -coalesce(sum(line.net_amount) filter (where kind.movement = 'ACCRETED'), 0) as accreted,
        -coalesce(sum(line.net_amount) filter (where kind.movement = 'REVISED'), 0) as revised,
        -coalesce(sum(line.net_amount) filter (where kind.movement = 'SETTLED'), 0) as settled,
        -coalesce(sum(line.net_amount) filter (where kind.movement is null), 0) as other
    from {{ ref('int_capital_line') }} as line
    left join {{ ref('retirement_obligation_movement') }} as kind on line.transaction_type = kind.transaction_type
    where line.statement_line = 'Asset retirement obligations'
    group by line.company_code, line.period_key, coalesce(line.well_id, 'UNASSIGNED')
),

{{ rolled_forward(
    key=['well_id'],
    movements=['owed_amount', 'carried_in', 'recognised', 'accreted', 'revised', 'settled', 'other'],
    closings={'closing_balance': 'owed_amount'}
) }}

select
    rolled.company_code,
    rolled.period_key,
    rolled.well_id,
    well.name as well_name,
    (rolled.closing_balance - rolled.owed_amount)::numeric(18, 2) as opening_balance,
    rolled.carried_in::numeric(18, 2) as carried_in,
    rolled.recognised::numeric(18, 2) as recognised,
    rolled.accreted::numeric(18, 2) as accreted,
    rolled.revised::numeric(18, 2) as revised,
    rolled.settled::numeric(18, 2) as settled,
    rolled.other::numeric(18, 2) as other,
    rolled.closing_balance::numeric(18, 2) as closing_balance
from rolled
left join {{ ref('int_current_well') }} as well on rolled.well_id = well.well_id
where rolled.has_moved or rolled.closing_balance <> 0
