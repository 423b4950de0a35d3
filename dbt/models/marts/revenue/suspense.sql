-- What is held for each owner by production month, as the ledger stands. What was released without naming a month
-- took the oldest first, as it would from the owner's point of view.
with held_line as (
    select
        line.company_code,
        line.owner_id,
        line.production_month,
        line.posting_date,
        line.suspense_code,
        line.net_amount
    from {{ ref('journal_lines') }} as line
    where
        line.account_code = any(array(
            select account.account_code
            from {{ ref('owner_account') }} as account
            where account.owner_account = 'SUSPENSE'
        ))
),

-- A debit without a production month is a release; a credit without one was carried in.
tranche as (
    select
        line.company_code,
        line.owner_id,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date as production_month,
        bool_and(line.production_month is not null) as is_age_known,
        min(line.posting_date) as held_since,
        max(line.suspense_code) as suspense_code,
        -sum(line.net_amount) as held_amount
    from held_line as line
    where line.production_month is not null or line.net_amount < 0
    group by
        line.company_code, line.owner_id,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date
),

released as (
    select
        line.company_code,
        line.owner_id,
        sum(line.net_amount) as released_amount
    from held_line as line
    where line.production_month is null and line.net_amount > 0
    group by line.company_code, line.owner_id
),

ordered as (
    select
        tranche.*,
        coalesce(released.released_amount, 0) as released_amount,
        sum(tranche.held_amount) over (
            partition by tranche.company_code, tranche.owner_id
            order by tranche.production_month
        ) as held_to_date,
        max(tranche.production_month) over (partition by tranche.company_code, tranche.owner_id) as newest_month
    from tranche
    left join released
        on tranche.company_code = released.company_code and tranche.owner_id = released.owner_id
),

-- What of the tranches up to this one is left: nothing while releases exceed them, and in all what the account holds.
remaining as (
    select
        ordered.*,
        case
            when ordered.production_month = ordered.newest_month then ordered.held_to_date - ordered.released_amount
            else greatest(ordered.held_to_date - ordered.released_amount, 0)
        end as left_to_date
    from ordered
),

aged as (
    select
        remaining.*,
        clock.ledger_time::date as as_of_date,
        remaining.left_to_date - coalesce(lag(remaining.left_to_date) over (
            partition by remaining.company_code, remaining.owner_id
            order by remaining.production_month
        ), 0) as still_held
    from remaining
    cross join {{ ref('int_ledger_clock') }} as clock
)

select
    aged.company_code,
    aged.owner_id,
    owner.name as owner_name,
    owner.state as owner_state,
    aged.production_month,
    aged.is_age_known,
    coalesce(aged.suspense_code, owner.suspense_code) as suspense_code,
    aged.held_since,
    aged.as_of_date,
    aged.as_of_date - aged.production_month as age_days,
    case
        when aged.as_of_date < aged.production_month + interval '4 months' then '1: up to 3 months'
        when aged.as_of_date < aged.production_month + interval '13 months' then '2: 4 to 12 months'
        when aged.as_of_date < aged.production_month + interval '37 months' then '3: 13 to 36 months'
        else '4: over 36 months'
    end as age_band,
    aged.still_held::numeric(18, 2) as held_amount
from aged
left join {{ ref('int_current_owner') }} as owner on aged.owner_id = owner.owner_id
where aged.still_held <> 0
