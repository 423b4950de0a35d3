-- Each bill to a partner with what of it was open at the end of each period: billed by then, and not paid by then. What
-- pays names its bill: receipts, netting, calls applied, write-offs. What names none on its joint account is a row of
-- its own, negative.
with joint_line as (
    select
        line.company_code,
        line.counterparty_id,
        line.jib_code,
        line.period_key,
        line.entry_id,
        line.clears_entry_id,
        line.posting_date,
        line.due_date,
        line.source_document,
        line.net_amount,
        line.document_type in ('ACR', 'RVS') as is_accrual,
        line.billed_account_code is not null or line.document_type = 'OPN' as is_bill
    from {{ ref('journal_lines') }} as line
    where {{ on_accounts('line', "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)") }}
),

began as (
    select
        joint_line.company_code,
        min(joint_line.posting_date) as first_date
    from joint_line
    group by joint_line.company_code
),

-- Periods that ended after the books began, and the day on which each is looked at: its last, or today while it runs.
period as (
    select
        period.company_code,
        period.period_key,
        least(
            (period.period_month + interval '1 month' - interval '1 day')::date, clock.ledger_time::date
        ) as as_of_date
    from {{ ref('int_company_period') }} as period
    inner join began on period.company_code = began.company_code
    cross join {{ ref('int_ledger_clock') }} as clock
    where period.fiscal_period > 0 and period.period_month + interval '1 month' > began.first_date
),

bill as (
    select
        joint_line.company_code,
        joint_line.counterparty_id,
        joint_line.jib_code,
        joint_line.entry_id,
        min(joint_line.period_key) as period_key,
        min(joint_line.posting_date) as posting_date,
        coalesce(min(joint_line.due_date), min(joint_line.posting_date)) as due_date,
        min(joint_line.source_document) as source_document,
        sum(joint_line.net_amount) as billed_amount
    from joint_line
    where joint_line.is_bill and joint_line.is_accrual is not true
    group by joint_line.company_code, joint_line.counterparty_id, joint_line.jib_code, joint_line.entry_id
),

credit as (
    select
        joint_line.company_code,
        joint_line.counterparty_id,
        joint_line.jib_code,
        bill.entry_id,
        greatest(joint_line.period_key, bill.period_key) as period_key,
        -sum(joint_line.net_amount) as paid_amount
    from joint_line
    inner join bill
        on
            joint_line.company_code = bill.company_code
            and joint_line.counterparty_id = bill.counterparty_id
            and joint_line.jib_code = bill.jib_code
            and joint_line.clears_entry_id = bill.entry_id
    where not joint_line.is_bill and joint_line.is_accrual is not true
    group by
        joint_line.company_code,
        joint_line.counterparty_id,
        joint_line.jib_code,
        bill.entry_id,
        greatest(joint_line.period_key, bill.period_key)
),

-- The period since which nothing of a bill is open: it is not carried on.
named as (
    select
        bill.*,
        case when sum(credit.paid_amount) = bill.billed_amount then max(credit.period_key) end as settled_period_key
    from bill
    left join credit
        on
            bill.company_code = credit.company_code
            and bill.counterparty_id = credit.counterparty_id
            and bill.jib_code = credit.jib_code
            and bill.entry_id = credit.entry_id
    group by
        bill.company_code,
        bill.counterparty_id,
        bill.jib_code,
        bill.entry_id,
        bill.period_key,
        bill.posting_date,
        bill.due_date,
        bill.source_document,
        bill.billed_amount
),

item as (
    select
        named.company_code,
        period.period_key,
        period.as_of_date,
        named.counterparty_id,
        named.jib_code,
        'BILL' as item_kind,
        named.entry_id,
        named.posting_date,
        named.due_date,
        named.source_document,
        named.billed_amount::numeric(18, 2) as billed_amount,
        (named.billed_amount - coalesce(sum(credit.paid_amount), 0))::numeric(18, 2) as open_amount
    from named
    inner join period
        on
            named.company_code = period.company_code
            and named.period_key <= period.period_key
            and coalesce(named.settled_period_key > period.period_key, true)
    left join credit
        on
            named.company_code = credit.company_code
            and named.counterparty_id = credit.counterparty_id
            and named.jib_code = credit.jib_code
            and named.entry_id = credit.entry_id
            and period.period_key >= credit.period_key
    group by
        named.company_code,
        period.period_key,
        period.as_of_date,
        named.counterparty_id,
        named.jib_code,
        named.entry_id,
        named.posting_date,
        named.due_date,
        named.source_document,
        named.billed_amount
),

-- What each joint account holds at the end of each period, accruals apart.
movement as (
    select
        joint_line.company_code,
        joint_line.counterparty_id,
        joint_line.jib_code,
        joint_line.period_key,
        coalesce(sum(joint_line.net_amount) filter (where joint_line.is_accrual is not true), 0) as held_amount,
        coalesce(sum(joint_line.net_amount) filter (where joint_line.is_accrual), 0) as unbilled_amount
    from joint_line
    group by joint_line.company_code, joint_line.counterparty_id, joint_line.jib_code, joint_line.period_key
),

account as (
    select
        period.company_code,
        period.period_key,
        period.as_of_date,
        movement.counterparty_id,
        movement.jib_code,
        sum(movement.held_amount) as held_amount,
        sum(movement.unbilled_amount) as unbilled_amount
    from period
    inner join movement on period.company_code = movement.company_code and period.period_key >= movement.period_key
    group by
        period.company_code, period.period_key, period.as_of_date, movement.counterparty_id, movement.jib_code
),

-- What the joint account holds beside its bills: what was paid without naming one.
beyond as (
    select
        account.company_code,
        account.period_key,
        account.as_of_date,
        account.counterparty_id,
        account.jib_code,
        account.held_amount - coalesce(sum(item.open_amount), 0) as open_amount
    from account
    left join item
        on
            account.company_code = item.company_code
            and account.period_key = item.period_key
            and account.counterparty_id = item.counterparty_id
            and account.jib_code = item.jib_code
    group by
        account.company_code,
        account.period_key,
        account.as_of_date,
        account.counterparty_id,
        account.jib_code,
        account.held_amount
)

select item.*
from item
where item.open_amount <> 0

union all

select
    other.company_code,
    other.period_key,
    other.as_of_date,
    other.counterparty_id,
    other.jib_code,
    other.item_kind,
    null as entry_id,
    null as posting_date,
    null as due_date,
    null as source_document,
    0::numeric(18, 2) as billed_amount,
    other.open_amount::numeric(18, 2) as open_amount
from (
    select
        beyond.company_code,
        beyond.period_key,
        beyond.as_of_date,
        beyond.counterparty_id,
        beyond.jib_code,
        'BEYOND' as item_kind,
        beyond.open_amount
    from beyond
    union all
    select
        account.company_code,
        account.period_key,
        account.as_of_date,
        account.counterparty_id,
        account.jib_code,
        'UNBILLED' as item_kind,
        account.unbilled_amount as open_amount
    from account
) as other
where other.open_amount <> 0
