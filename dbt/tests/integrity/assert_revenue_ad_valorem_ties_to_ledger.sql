-- What was expensed as property tax is what became payable, net of what was paid from it, entry by entry.
with entry as (
    select
        line.entry_id,
        sum(line.net_amount) filter (where account.los_line = 'Ad valorem tax') as expensed,
        sum(line.net_amount) filter (where account.account_type = 'LIABILITY') as payable
    from {{ ref('journal_lines') }} as line
    inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
    where
        line.document_type not in ('CLS', 'OPN')
        and line.entry_id in (
            select taxed.entry_id
            from {{ ref('journal_lines') }} as taxed
            where {{ on_accounts('taxed', "account.los_line = 'Ad valorem tax'") }}
        )
    group by line.entry_id
)

select *
from entry
where coalesce(entry.expensed, 0) + coalesce(entry.payable, 0) <> 0
