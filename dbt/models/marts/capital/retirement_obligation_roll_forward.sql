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

obligation as (
    select
        moved.company_code,
        moved.well_id,
        min(moved.period_key) as first_period_key
    from moved
    group by moved.company_code, moved.well_id
),

rolled as (
    select
        obligation.company_code,
        posted_period.period_key,
        obligation.well_id,
        moved.well_id is not null as has_moved,
        coalesce(moved.owed_amount, 0) as owed_amount,
        coalesce(moved.carried_in, 0) as carried_in,
        coalesce(moved.recognised, 0) as recognised,
        coalesce(moved.accreted, 0) as accreted,
        coalesce(moved.revised, 0) as revised,
        coalesce(moved.settled, 0) as settled,
        coalesce(moved.other, 0) as other,
        sum(coalesce(moved.owed_amount, 0)) over (
            partition by obligation.company_code, obligation.well_id
            order by posted_period.period_key
        ) as closing_balance
    from obligation
    inner join {{ ref('int_posted_period') }} as posted_period
        on
            obligation.company_code = posted_period.company_code
            and obligation.first_period_key <= posted_period.period_key
    left join moved
        on
            obligation.company_code = moved.company_code
            and obligation.well_id = moved.well_id
            and posted_period.period_key = moved.period_key
)

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
