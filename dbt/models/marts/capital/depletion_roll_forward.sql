-- Cost and accumulated depletion of each well, lease or company's equipment, rolled forward period by period. A row for
-- each period in which anything moved or stood.
with moved as (
    select
        line.company_code,
        line.period_key,
        line.property_class,
        line.asset_id,
        coalesce(sum(line.net_amount) filter (where line.balance_part = 'COST'), 0) as cost_amount,
        coalesce(sum(line.net_amount) filter (
            where line.balance_part = 'COST' and line.movement = 'CARRIED_IN'
        ), 0) as cost_carried_in,
        coalesce(sum(line.net_amount) filter (where line.balance_part = 'COST' and line.movement = 'ADDED'), 0)
            as cost_added,
        coalesce(sum(line.net_amount) filter (where line.balance_part = 'COST' and line.movement = 'RETIRED'), 0)
            as cost_retired,
        coalesce(sum(line.net_amount) filter (where line.balance_part = 'ACCUMULATED'), 0) as accumulated_amount,
        coalesce(sum(line.net_amount) filter (
            where line.balance_part = 'ACCUMULATED' and line.movement = 'CARRIED_IN'
        ), 0) as accumulated_carried_in,
        coalesce(sum(line.net_amount) filter (
            where line.balance_part = 'ACCUMULATED' and line.movement = 'DEPLETED'
        ), 0) as depleted,
        coalesce(sum(line.net_amount) filter (
            where line.balance_part = 'ACCUMULATED' and line.movement = 'RETIRED'
        ), 0) as accumulated_retired
    from {{ ref('int_property_movement') }} as line
    group by line.company_code, line.period_key, line.property_class, line.asset_id
),

{{ rolled_forward(
    key=['property_class', 'asset_id'],
    movements=[
        'cost_amount', 'cost_carried_in', 'cost_added', 'cost_retired',
        'accumulated_amount', 'accumulated_carried_in', 'depleted', 'accumulated_retired'
    ],
    closings={'cost_closing': 'cost_amount', 'accumulated_closing': 'accumulated_amount'}
) }}

select
    rolled.company_code,
    rolled.period_key,
    rolled.property_class,
    rolled.asset_id,
    (rolled.cost_closing - rolled.cost_amount)::numeric(18, 2) as cost_opening,
    rolled.cost_carried_in::numeric(18, 2) as cost_carried_in,
    rolled.cost_added::numeric(18, 2) as cost_added,
    rolled.cost_retired::numeric(18, 2) as cost_retired,
    rolled.cost_closing::numeric(18, 2) as cost_closing,
    (rolled.accumulated_closing - rolled.accumulated_amount)::numeric(18, 2) as accumulated_opening,
    rolled.accumulated_carried_in::numeric(18, 2) as accumulated_carried_in,
    rolled.depleted::numeric(18, 2) as depleted,
    rolled.accumulated_retired::numeric(18, 2) as accumulated_retired,
    rolled.accumulated_closing::numeric(18, 2) as accumulated_closing,
    (rolled.cost_closing + rolled.accumulated_closing)::numeric(18, 2) as net_book_value
from rolled
where rolled.has_moved or rolled.cost_closing <> 0 or rolled.accumulated_closing <> 0
