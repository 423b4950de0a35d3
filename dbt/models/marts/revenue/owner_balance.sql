-- What is owed to each owner, rolled forward period by period. A row for each period in which anything moved or stood.
with movement as (
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

account_owner as (
    select
        movement.company_code,
        movement.account_code,
        movement.owner_id,
        min(movement.period_key) as first_period_key
    from movement
    group by movement.company_code, movement.account_code, movement.owner_id
),

rolled as (
    select
        account_owner.company_code,
        posted_period.period_key,
        account_owner.account_code,
        account_owner.owner_id,
        coalesce(movement.carried_in, 0) as carried_in,
        coalesce(movement.earned, 0) as earned,
        coalesce(movement.paid, 0) as paid,
        coalesce(movement.released, 0) as released,
        coalesce(movement.escheated, 0) as escheated,
        coalesce(movement.other, 0) as other,
        coalesce(movement.net_amount, 0) as movement_amount,
        movement.owner_id is not null as has_moved,
        sum(coalesce(movement.net_amount, 0)) over (
            partition by account_owner.company_code, account_owner.account_code, account_owner.owner_id
            order by posted_period.period_key
        ) as closing_balance
    from account_owner
    inner join {{ ref('int_posted_period') }} as posted_period
        on
            account_owner.company_code = posted_period.company_code
            and account_owner.first_period_key <= posted_period.period_key
    left join movement
        on
            account_owner.company_code = movement.company_code
            and account_owner.account_code = movement.account_code
            and account_owner.owner_id = movement.owner_id
            and posted_period.period_key = movement.period_key
)

select
    rolled.company_code,
    rolled.period_key,
    rolled.account_code,
    account.name as account_name,
    rolled.owner_id,
    owner.name as owner_name,
    (rolled.closing_balance - rolled.movement_amount)::numeric(18, 2) as opening_balance,
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
