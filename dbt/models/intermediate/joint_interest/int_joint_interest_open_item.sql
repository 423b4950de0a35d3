-- Each bill to a partner with what of it is open, as the ledger stands. A receipt that names its bill pays that bill;
-- what names none (netting, write-offs) pays the partner's oldest bills on that joint account. What exceeds them is a
-- row of its own, negative.
with receivable as (
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
        line.billed_account_code is not null or line.document_type = 'OPN' as is_bill
    from {{ ref('journal_lines') }} as line
    where {{ on_accounts('line', "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)") }}
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
        coalesce(unnamed.paid_amount, 0) as unnamed_paid,
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
)

select
    ordered.company_code,
    ordered.counterparty_id,
    ordered.jib_code,
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

union all

select
    unnamed.company_code,
    unnamed.counterparty_id,
    unnamed.jib_code,
    null as entry_id,
    null as posting_date,
    null as due_date,
    null as source_document,
    0::numeric(18, 2) as billed_amount,
    (-greatest(unnamed.paid_amount - coalesce(owed.left_amount, 0), 0))::numeric(18, 2) as open_amount
from unnamed
left join (
    select
        named.company_code,
        named.counterparty_id,
        named.jib_code,
        sum(named.left_amount) as left_amount
    from named
    group by named.company_code, named.counterparty_id, named.jib_code
) as owed
    on
        unnamed.company_code = owed.company_code
        and unnamed.counterparty_id = owed.counterparty_id
        and unnamed.jib_code = owed.jib_code
where unnamed.paid_amount > coalesce(owed.left_amount, 0)
