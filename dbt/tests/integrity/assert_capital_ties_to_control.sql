-- Every roll-forward closes, period by period, at what its control accounts hold: work in progress, property,
-- accumulated depletion and retirement obligations.
with control_movement as (
    select
        period.company_code,
        period.period_key,
        case
            when account.statement_line = 'Work in progress' then 'WORK_IN_PROGRESS'
            when account.statement_line = 'Asset retirement obligations' then 'RETIREMENT_OBLIGATION'
            when
                account.statement_line in (
                    'Proved property', 'Unproved property', 'Accumulated depletion', 'Other property'
                )
                then 'PROPERTY'
        end as roll_forward,
        sum(period.net_amount) as net_amount
    from {{ ref('int_account_period') }} as period
    inner join {{ ref('int_current_account') }} as account on period.account_code = account.account_code
    group by period.company_code, period.period_key, account.statement_line
),

control as (
    select
        movement.company_code,
        movement.period_key,
        movement.roll_forward,
        sum(sum(movement.net_amount)) over (
            partition by movement.company_code, movement.roll_forward
            order by movement.period_key
        ) as balance
    from control_movement as movement
    where movement.roll_forward is not null
    group by movement.company_code, movement.period_key, movement.roll_forward
),

subledger as (
    select
        progress.company_code,
        progress.period_key,
        'WORK_IN_PROGRESS' as roll_forward,
        sum(progress.closing_balance) as balance
    from {{ ref('work_in_progress_roll_forward') }} as progress
    group by progress.company_code, progress.period_key
    union all
    select
        property.company_code,
        property.period_key,
        'PROPERTY' as roll_forward,
        sum(property.net_book_value) as balance
    from {{ ref('depletion_roll_forward') }} as property
    group by property.company_code, property.period_key
    union all
    select
        obligation.company_code,
        obligation.period_key,
        'RETIREMENT_OBLIGATION' as roll_forward,
        -sum(obligation.closing_balance) as balance
    from {{ ref('retirement_obligation_roll_forward') }} as obligation
    group by obligation.company_code, obligation.period_key
)

select
    control.company_code,
    control.period_key,
    control.roll_forward,
    control.balance as control_balance,
    coalesce(subledger.balance, 0) as roll_forward_balance
from control
left join subledger
    on
        control.company_code = subledger.company_code
        and control.period_key = subledger.period_key
        and control.roll_forward = subledger.roll_forward
where control.balance <> coalesce(subledger.balance, 0)
