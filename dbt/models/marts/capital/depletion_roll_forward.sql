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

asset as (
    select
        moved.company_code,
        moved.property_class,
        moved.asset_id,
        min(moved.period_key) as first_period_key
    from moved
    group by moved.company_code, moved.property_class, moved.asset_id
),

rolled as (
    select
        asset.company_code,
        posted_period.period_key,
        asset.property_class,
        asset.asset_id,
        moved.asset_id is not null as has_moved,
        coalesce(moved.cost_amount, 0) as cost_amount,
        coalesce(moved.cost_carried_in, 0) as cost_carried_in,
        coalesce(moved.cost_added, 0) as cost_added,
        coalesce(moved.cost_retired, 0) as cost_retired,
        coalesce(moved.accumulated_amount, 0) as accumulated_amount,
        coalesce(moved.accumulated_carried_in, 0) as accumulated_carried_in,
        coalesce(moved.depleted, 0) as depleted,
        coalesce(moved.accumulated_retired, 0) as accumulated_retired,
        sum(coalesce(moved.cost_amount, 0)) over asset_periods as cost_closing,
        sum(coalesce(moved.accumulated_amount, 0)) over asset_periods as accumulated_closing
    from asset
    inner join {{ ref('int_posted_period') }} as posted_period
        on
            asset.company_code = posted_period.company_code
            and asset.first_period_key <= posted_period.period_key
    left join moved
        on
            asset.company_code = moved.company_code
            and asset.property_class = moved.property_class
            and asset.asset_id = moved.asset_id
            and posted_period.period_key = moved.period_key
    window asset_periods as (
        partition by asset.company_code, asset.property_class, asset.asset_id
        order by posted_period.period_key
    )
)

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
