-- What is owed to each owner, rolled forward period by period. A row for each period in which anything moved or stood.
with moved as (
    select
        period.company_code,
        period.period_key,
        period.account_code,
        period.owner_id,
        -sum(period.net_amount) as net_amount,
        -coalesce(sum(period.net_amount) filter (where kind.movement = 'CARRIED_IN'), 0) as carried_in,
        -coalesce(sum(period.net_amount) filter (where kind.movement = 'EARNED'), 0) as earned,
        -coalesce(sum(period.net_amount) filter (where kind.movement = 'PAID'), 0) as paid,
        -coalesce(sum(period.net_amount) filter (where kind.movement = 'RELEASED'), 0) as released,
        -coalesce(sum(period.net_amount) filter (where kind.movement = 'ESCHEATED'), 0) as escheated,
        -coalesce(sum(period.net_amount) filter (where kind.movement is null), 0) as other
    from {{ ref('int_owner_period') }} as period
    left join {{ ref('owner_balance_movement') }} as kind on period.transaction_type = kind.transaction_type
    group by period.company_code, period.period_key, period.account_code, period.owner_id
),

{{ rolled_forward(
    key=['account_code', 'owner_id'],
    movements=['net_amount', 'carried_in', 'earned', 'paid', 'released', 'escheated', 'other'],
    closings={'closing_balance': 'net_amount'}
) }}

select
    rolled.company_code,
    rolled.period_key,
    rolled.account_code,
    account.name as account_name,
    rolled.owner_id,
    owner.name as owner_name,
    (rolled.closing_balance - rolled.net_amount)::numeric(18, 2) as opening_balance,
    rolled.carried_in::numeric(18, 2) as carried_in,
    rolled.earned::numeric(18, 2) as earned,
    rolled.paid::numeric(18, 2) as paid,
    rolled.released::numeric(18, 2) as released,
    rolled.escheated::numeric(18, 2) as escheated,
    rolled.other::numeric(18, 2) as other,
    rolled.closing_balance::numeric(18, 2) as closing_balance
from rolled
left join {{ ref('int_current_account') }} as account on rolled.account_code = account.account_code
left join {{ ref('int_current_owner') }} as owner on rolled.owner_id = owner.owner_id
where rolled.has_moved or rolled.closing_balance <> 0
