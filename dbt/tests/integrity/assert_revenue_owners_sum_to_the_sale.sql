-- Owners, the company among them, were credited what the purchaser is charged; they bear the tax that the state is owed; and
-- a sale's decimals come to the whole.
with owners as (
    select
        share.entry_id,
        min(share.document_type) as document_type,
        sum(share.gross_amount) as gross_amount,
        sum(share.tax_amount) as tax_amount,
        sum(share.decimal_interest) as decimal_interest
    from {{ ref('int_owner_share') }} as share
    group by share.entry_id
),

receivable as (
    select
        line.entry_id,
        sum(line.net_amount) as gross_amount
    from {{ ref('journal_lines') }} as line
    where
        line.quantity is not null
        and {{ on_accounts('line', "account.account_type = 'ASSET' and 'COUNTERPARTY' = any(account.required_dimensions)") }}
    group by line.entry_id
),

payable as (
    select
        line.entry_id,
        -sum(line.net_amount) as tax_amount
    from {{ ref('journal_lines') }} as line
    where {{ on_accounts('line', "account.account_type = 'LIABILITY' and 'TAX' = any(account.required_dimensions)") }}
    group by line.entry_id
)

select
    owners.*,
    receivable.gross_amount as receivable_amount,
    payable.tax_amount as payable_amount
from owners
left join receivable on owners.entry_id = receivable.entry_id
left join payable on owners.entry_id = payable.entry_id
where
    owners.gross_amount is distinct from receivable.gross_amount
    or owners.tax_amount <> coalesce(payable.tax_amount, 0)
    or (owners.document_type <> 'ADJ' and owners.decimal_interest <> 1)
