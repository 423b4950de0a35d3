-- Owners, the company among them, were credited what the purchaser is charged; they bear the tax that the state is
-- owed; and a sale's decimals come to the whole.
with counted as (
    select
        share.entry_id,
        true as is_sale,
        share.document_type = 'ADJ' as is_adjustment,
        share.gross_amount,
        share.tax_amount,
        share.decimal_interest
    from {{ ref('int_owner_share') }} as share

    union all

    select
        line.entry_id,
        false as is_sale,
        null as is_adjustment,
        case when line.tax_code is null then -line.net_amount else 0 end as gross_amount,
        case when line.tax_code is null then 0 else line.net_amount end as tax_amount,
        null as decimal_interest
    from {{ ref('journal_lines') }} as line
    where
        (
            coalesce(line.quantity, line.unit_price) is not null
            and {{ on_accounts(
                'line',
                "account.account_type = 'ASSET' and 'COUNTERPARTY' = any(account.required_dimensions)"
            ) }}
        )
        or {{ on_accounts('line', "account.account_type = 'LIABILITY' and 'TAX' = any(account.required_dimensions)") }}
)

select
    counted.entry_id,
    sum(counted.gross_amount) as gross_difference,
    sum(counted.tax_amount) as tax_difference,
    sum(counted.decimal_interest) as decimal_interest
from counted
group by counted.entry_id
having
    bool_or(counted.is_sale)
    and (
        sum(counted.gross_amount) <> 0
        or sum(counted.tax_amount) <> 0
        or (not bool_or(counted.is_adjustment) and sum(counted.decimal_interest) <> 1)
    )
