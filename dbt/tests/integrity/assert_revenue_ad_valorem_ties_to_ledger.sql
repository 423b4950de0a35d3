-- What an entry expenses as property tax is what it makes payable, bills of joint interest aside.
with line as (
    select
        line.entry_id,
        line.net_amount,
        line.account_code in (
            select account.account_code
            from {{ ref('int_current_account') }} as account
            where account.los_line = 'Ad valorem tax'
        ) as is_expense
    from {{ ref('journal_lines') }} as line
    where
        line.document_type not in ('CLS', 'OPN')
        and line.source <> 'JIB'
        and line.entry_id = any(array(
            select taxed.entry_id
            from {{ ref('journal_lines') }} as taxed
            where {{ on_accounts('taxed', "account.los_line = 'Ad valorem tax'") }}
        ))
        and line.account_code in (
            select account.account_code
            from {{ ref('int_current_account') }} as account
            where account.los_line = 'Ad valorem tax' or account.statement_line = 'Taxes payable'
        )
)

select
    line.entry_id,
    sum(line.net_amount) as difference
from line
group by line.entry_id
having bool_or(line.is_expense) and sum(line.net_amount) <> 0
