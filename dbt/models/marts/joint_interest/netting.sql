-- Checks from which joint interest bills were taken: what an owner was owed, what was netted, withheld and paid. Any
-- entry that debits an owner's account and credits a joint interest receivable is one.
with line as (
    select
        line.company_code,
        line.period_key,
        line.entry_id,
        line.posting_date,
        line.source_document,
        line.owner_id,
        line.counterparty_id,
        line.jib_code,
        line.net_amount,
        line.functional_currency,
        account.account_type = 'LIABILITY' and 'OWNER' = any(account.required_dimensions) as is_owed,
        account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions) as is_netted,
        account.cash_flow_class = 'CASH' as is_cash
    from {{ ref('journal_lines') }} as line
    inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
    -- Read entry by entry: few of all lines credit partners.
    where
        line.entry_id = any(array(
            select credit.entry_id
            from {{ ref('journal_lines') }} as credit
            where
                credit.side = 'CREDIT'
                and credit.billed_account_code is null
                and {{ on_accounts(
                    'credit',
                    "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)"
                ) }}
        ))
)

select
    line.company_code,
    line.period_key,
    line.entry_id,
    min(line.posting_date) as posting_date,
    min(line.source_document) as check_number,
    min(line.owner_id) as owner_id,
    min(owner.name) as owner_name,
    min(line.counterparty_id) filter (where line.is_netted) as counterparty_id,
    string_agg(distinct line.jib_code, ', ' order by line.jib_code) filter (where line.is_netted) as jib_codes,
    sum(line.net_amount) filter (where line.is_owed)::numeric(18, 2) as revenue_amount,
    (-sum(line.net_amount) filter (where line.is_netted))::numeric(18, 2) as netted_amount,
    (-coalesce(sum(line.net_amount) filter (where not line.is_owed and not line.is_netted and not line.is_cash), 0))
    ::numeric(18, 2) as withheld_amount,
    (-coalesce(sum(line.net_amount) filter (where line.is_cash), 0))::numeric(18, 2) as paid_amount,
    min(line.functional_currency) as functional_currency
from line
left join {{ ref('int_current_owner') }} as owner on line.owner_id = owner.owner_id
group by line.company_code, line.period_key, line.entry_id
having bool_or(line.is_owed)
