-- What each partner owes on each joint account, by days past due, at the end of each period.
with aged as (
    select
        item.*,
        item.as_of_date - item.due_date as days_past_due
    from {{ ref('int_joint_interest_open_item') }} as item
)

select
    aged.company_code,
    aged.period_key,
    aged.counterparty_id,
    partner.name as partner_name,
    aged.jib_code,
    aged.as_of_date,
    coalesce(sum(aged.open_amount) filter (where aged.days_past_due <= 0), 0)::numeric(18, 2) as not_due,
    coalesce(sum(aged.open_amount) filter (where aged.days_past_due between 1 and 30), 0)::numeric(18, 2)
        as days_1_to_30,
    coalesce(sum(aged.open_amount) filter (where aged.days_past_due between 31 and 60), 0)::numeric(18, 2)
        as days_31_to_60,
    coalesce(sum(aged.open_amount) filter (where aged.days_past_due between 61 and 90), 0)::numeric(18, 2)
        as days_61_to_90,
    coalesce(sum(aged.open_amount) filter (where aged.days_past_due > 90), 0)::numeric(18, 2) as over_90_days,
    coalesce(sum(aged.open_amount) filter (where aged.item_kind = 'BEYOND'), 0)::numeric(18, 2) as unapplied,
    coalesce(sum(aged.open_amount) filter (where aged.item_kind = 'UNBILLED'), 0)::numeric(18, 2) as unbilled,
    sum(aged.open_amount)::numeric(18, 2) as open_amount,
    min(aged.due_date) as oldest_due_date
from aged
left join {{ ref('int_current_counterparty') }} as partner on aged.counterparty_id = partner.counterparty_id
group by aged.company_code, aged.period_key, aged.counterparty_id, partner.name, aged.jib_code, aged.as_of_date
