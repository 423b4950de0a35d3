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

-- The close moves what a year eliminated with the results and dividends that it was eliminated of: they stand against
-- each other in retained earnings afterwards, and are nothing there.
closed as (
    select
        movement.company_code,
        movement.period_key / 100 as fiscal_year,
        max(movement.period_key) as period_key,
        min(movement.transaction_type) as transaction_type
    from {{ ref('int_account_movement') }} as movement
    where movement.document_type = 'CLS'
    group by movement.company_code, movement.period_key / 100
),

moved_on as (
    select
        closed.period_key,
        closed.company_code as posted_company_code,
        side.account_code,
        closed.transaction_type,
        sum(side.factor * elimination.net_amount) as elimination_amount
    from {{ ref('intercompany_elimination') }} as elimination
    inner join {{ ref('intercompany_rule') }} as rule on elimination.account_code = rule.account_code
    inner join closed
        on elimination.company_code = closed.company_code and elimination.period_key / 100 = closed.fiscal_year
    cross join lateral (values (elimination.eliminated_on, 1), (rule.closed_to, -1)) as side (account_code, factor)
    where rule.closed_to is not null
    group by closed.period_key, closed.company_code, side.account_code, closed.transaction_type
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
    select
        'GROUP' as company_code,
        moved_on.posted_company_code,
        moved_on.period_key,
        moved_on.account_code,
        moved_on.transaction_type,
        true as is_closing,
        0::numeric as posted_amount,
        moved_on.elimination_amount
    from moved_on
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
