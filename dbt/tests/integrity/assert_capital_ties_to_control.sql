-- Every roll-forward closes, in every period in which any company posted, at what its control accounts hold: work in
-- progress, property, accumulated depletion and retirement obligations.
with held as (
    select
        ledger.company_code,
        ledger.period_key,
        case
            when ledger.statement_line = 'Work in progress' then 'WORK_IN_PROGRESS'
            when ledger.statement_line = 'Asset retirement obligations' then 'RETIREMENT_OBLIGATION'
            else 'PROPERTY'
        end as roll_forward,
        ledger.closing_balance
    from {{ ref('general_ledger_by_period') }} as ledger
    inner join {{ ref('int_posted_period') }} as period
        on ledger.company_code = period.company_code and ledger.period_key = period.period_key
    where
        ledger.statement_line in (
            'Work in progress',
            'Asset retirement obligations',
            'Proved property',
            'Unproved property',
            'Accumulated depletion',
            'Other property'
        )
),

control as (
    select
        held.company_code,
        held.period_key,
        held.roll_forward,
        sum(held.closing_balance) as balance
    from held
    group by held.company_code, held.period_key, held.roll_forward
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
