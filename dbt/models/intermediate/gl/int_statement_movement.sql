{{ config(materialized='table') }}

-- What moved, by whose statement it stands in: each company's own, and GROUP with what consolidation takes out beside
-- it. Debits positive. Account and transaction type decide the line of each statement.
with eliminated as (
    select
        elimination.period_key,
        elimination.company_code as posted_company_code,
        elimination.eliminated_on as account_code,
        elimination.transaction_type,
        sum(-elimination.net_amount) as elimination_amount
    from {{ ref('intercompany_elimination') }} as elimination
    group by
        elimination.period_key,
        elimination.company_code,
        elimination.eliminated_on,
        elimination.transaction_type
),

movement as (
    select
        posted.company_code,
        posted.company_code as posted_company_code,
        posted.period_key,
        posted.account_code,
        posted.transaction_type,
        posted.document_type = 'CLS' as is_closing,
        posted.net_amount as posted_amount,
        0::numeric as elimination_amount
    from {{ ref('int_account_movement') }} as posted
    union all
    select
        'GROUP' as company_code,
        posted.company_code as posted_company_code,
        posted.period_key,
        posted.account_code,
        posted.transaction_type,
        posted.document_type = 'CLS' as is_closing,
        posted.net_amount as posted_amount,
        0::numeric as elimination_amount
    from {{ ref('int_account_movement') }} as posted
    union all
    select
        'GROUP' as company_code,
        eliminated.posted_company_code,
        eliminated.period_key,
        eliminated.account_code,
        eliminated.transaction_type,
        false as is_closing,
        0::numeric as posted_amount,
        eliminated.elimination_amount
    from eliminated
    union all
    -- What the partners did not book alike, as a line of its own: the sheet balances, and nobody overlooks it.
    select
        'GROUP' as company_code,
        'GROUP' as posted_company_code,
        eliminated.period_key,
        'INTERCOMPANY' as account_code,
        'ELIMINATION' as transaction_type,
        false as is_closing,
        0::numeric as posted_amount,
        -sum(eliminated.elimination_amount) as elimination_amount
    from eliminated
    group by eliminated.period_key
    having sum(eliminated.elimination_amount) <> 0
)

select
    movement.company_code,
    movement.posted_company_code,
    movement.period_key,
    movement.account_code,
    case when movement.account_code = 'INTERCOMPANY' then 'LIABILITY' else account.account_type end as account_type,
    case
        when movement.account_code = 'INTERCOMPANY' then 'Intercompany not eliminated'
        else account.statement_line
    end as statement_line,
    coalesce(account.cash_flow_class, 'OPERATING') as cash_flow_class,
    movement.transaction_type,
    movement.is_closing,
    sum(movement.posted_amount) as posted_amount,
    sum(movement.elimination_amount) as elimination_amount,
    sum(movement.posted_amount + movement.elimination_amount) as net_amount
from movement
left join {{ ref('int_ledger_account') }} as account on movement.account_code = account.account_code
group by
    movement.company_code,
    movement.posted_company_code,
    movement.period_key,
    movement.account_code,
    account.account_type,
    account.statement_line,
    account.cash_flow_class,
    movement.transaction_type,
    movement.is_closing
