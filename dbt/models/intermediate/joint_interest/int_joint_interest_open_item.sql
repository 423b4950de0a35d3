-- Each bill to a partner with what of it is open, as the ledger stands. A receipt that names its bill pays that bill;
-- what names none (netting, write-offs) pays the partner's oldest bills on that joint account. What exceeds them is a
-- row of its own, negative.
with joint_line as (
    select
        line.company_code,
        line.counterparty_id,
        line.jib_code,
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

receivable as (
    select joint_line.*
    from joint_line
    where joint_line.is_accrual is not true
),

bill as (
    select
        receivable.company_code,
        receivable.counterparty_id,
        receivable.jib_code,
        receivable.entry_id,
        min(receivable.posting_date) as posting_date,
        coalesce(min(receivable.due_date), min(receivable.posting_date)) as due_date,
        min(receivable.source_document) as source_document,
        sum(receivable.net_amount) as billed_amount
    from receivable
    where receivable.is_bill
    group by receivable.company_code, receivable.counterparty_id, receivable.jib_code, receivable.entry_id
),

credit as (
    select
        receivable.company_code,
        receivable.counterparty_id,
        receivable.jib_code,
        bill.entry_id as paid_entry_id,
        -sum(receivable.net_amount) as paid_amount
    from receivable
    left join bill
        on
            receivable.company_code = bill.company_code
            and receivable.counterparty_id = bill.counterparty_id
            and receivable.jib_code = bill.jib_code
            and receivable.clears_entry_id = bill.entry_id
    where not receivable.is_bill
    group by receivable.company_code, receivable.counterparty_id, receivable.jib_code, bill.entry_id
),

named as (
    select
        bill.*,
        coalesce(credit.paid_amount, 0) as named_paid,
        bill.billed_amount - coalesce(credit.paid_amount, 0) as left_amount
    from bill
    left join credit
        on
            bill.company_code = credit.company_code
            and bill.counterparty_id = credit.counterparty_id
            and bill.jib_code = credit.jib_code
            and bill.entry_id = credit.paid_entry_id
),

unnamed as (
    select
        credit.company_code,
        credit.counterparty_id,
        credit.jib_code,
        credit.paid_amount
    from credit
    where credit.paid_entry_id is null
),

ordered as (
    select
        named.*,
        greatest(coalesce(unnamed.paid_amount, 0), 0) as unnamed_paid,
        sum(named.left_amount) over (
            partition by named.company_code, named.counterparty_id, named.jib_code
            order by named.due_date, named.entry_id
        ) as left_to_here
    from named
    left join unnamed
        on
            named.company_code = unnamed.company_code
            and named.counterparty_id = unnamed.counterparty_id
            and named.jib_code = unnamed.jib_code
),

item as (
    select
        ordered.company_code,
        ordered.counterparty_id,
        ordered.jib_code,
        'BILL' as item_kind,
        ordered.entry_id,
        ordered.posting_date,
        ordered.due_date,
        ordered.source_document,
        ordered.billed_amount::numeric(18, 2) as billed_amount,
        (
            greatest(ordered.left_to_here - ordered.unnamed_paid, 0)
            - greatest(ordered.left_to_here - ordered.left_amount - ordered.unnamed_paid, 0)
        )::numeric(18, 2) as open_amount
    from ordered
),

-- What the joint account holds beyond its bills: paid too much, or entered without a bill.
beyond as (
    select
        receivable.company_code,
        receivable.counterparty_id,
        receivable.jib_code,
        sum(receivable.net_amount) - coalesce(max(opened.open_amount), 0) as open_amount
    from receivable
    left join (
        select
            item.company_code,
            item.counterparty_id,
            item.jib_code,
            sum(item.open_amount) as open_amount
        from item
        group by item.company_code, item.counterparty_id, item.jib_code
    ) as opened
        on
            receivable.company_code = opened.company_code
            and receivable.counterparty_id = opened.counterparty_id
            and receivable.jib_code = opened.jib_code
    group by receivable.company_code, receivable.counterparty_id, receivable.jib_code
),

unbilled as (
    select
        joint_line.company_code,
        joint_line.counterparty_id,
        joint_line.jib_code,
        sum(joint_line.net_amount) as open_amount
    from joint_line
    where joint_line.is_accrual
    group by joint_line.company_code, joint_line.counterparty_id, joint_line.jib_code
)

select * from item

union all

select
    beyond.company_code,
    beyond.counterparty_id,
    beyond.jib_code,
    'BEYOND' as item_kind,
    null as entry_id,
    null as posting_date,
    null as due_date,
    null as source_document,
    0::numeric(18, 2) as billed_amount,
    beyond.open_amount::numeric(18, 2) as open_amount
from beyond
where beyond.open_amount <> 0

union all

select
    unbilled.company_code,
    unbilled.counterparty_id,
    unbilled.jib_code,
    'UNBILLED' as item_kind,
    null as entry_id,
    null as posting_date,
    null as due_date,
    null as source_document,
    0::numeric(18, 2) as billed_amount,
    unbilled.open_amount::numeric(18, 2) as open_amount
from unbilled
where unbilled.open_amount <> 0
