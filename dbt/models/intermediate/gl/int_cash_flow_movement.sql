-- Which line of the cash flow statement each movement stands in: the most specific row of cash_flow_mapping, else the
-- account's own class. Credits are what brings cash, so amounts here are credit positive.
with combination as (
    select distinct
        moved.posted_company_code,
        moved.account_code,
        moved.statement_line,
        moved.transaction_type,
        moved.cash_flow_class
    from {{ ref('int_statement_movement') }} as moved
),

mapped as (
    select
        combination.posted_company_code,
        combination.account_code,
        combination.transaction_type,
        coalesce(chosen.cash_flow_class, combination.cash_flow_class) as cash_flow_class,
        chosen.cash_flow_line
    from combination
    left join lateral (
        select
            mapping.cash_flow_class,
            mapping.cash_flow_line
        from {{ ref('cash_flow_mapping') }} as mapping
        where
            coalesce(mapping.account_code, combination.account_code) = combination.account_code
            and coalesce(mapping.statement_line, combination.statement_line) = combination.statement_line
            and coalesce(mapping.transaction_type, combination.transaction_type) = combination.transaction_type
            and coalesce(mapping.company_code, combination.posted_company_code) = combination.posted_company_code
        order by
            (mapping.account_code is not null) desc,
            (mapping.statement_line is not null) desc,
            (mapping.transaction_type is not null) desc,
            (mapping.company_code is not null) desc
        limit 1
    ) as chosen on true
),

movement as (
    select
        moved.company_code,
        moved.period_key,
        moved.account_type in ('REVENUE', 'EXPENSE') as is_result,
        mapped.cash_flow_class,
        coalesce(
            mapped.cash_flow_line,
            case mapped.cash_flow_class
                when 'INVESTING' then 'Other investing'
                when 'FINANCING' then 'Other financing'
                when 'NON_CASH' then 'Other non-cash'
                else 'Other operating'
            end
        ) as cash_flow_line,
        -moved.posted_amount as posted_amount,
        -moved.elimination_amount as elimination_amount
    from {{ ref('int_statement_movement') }} as moved
    inner join mapped
        on
            moved.posted_company_code = mapped.posted_company_code
            and moved.account_code = mapped.account_code
            and moved.transaction_type = mapped.transaction_type
    -- The close moves results to retained earnings and no cash.
    where not moved.is_closing
),

placed as (
    select
        movement.company_code,
        movement.period_key,
        case
            when movement.cash_flow_class = 'CASH' then 'Cash'
            when movement.is_result then 'Net income'
            else movement.cash_flow_line
        end as cash_flow_line,
        movement.posted_amount,
        movement.elimination_amount
    from movement
    union all
    -- A result of investing or financing is in net income: it is added back, and counted where it belongs.
    select
        movement.company_code,
        movement.period_key,
        side.cash_flow_line,
        side.factor * movement.posted_amount as posted_amount,
        side.factor * movement.elimination_amount as elimination_amount
    from movement
    cross join
        lateral (
            values
            (movement.cash_flow_line, 1),
            (case when movement.cash_flow_line = 'Dry holes' then 'Dry holes added back' else 'Other non-cash' end, -1)
        ) as side (cash_flow_line, factor)
    where movement.is_result and movement.cash_flow_class in ('INVESTING', 'FINANCING')
)

select
    placed.company_code,
    placed.period_key,
    placed.cash_flow_line,
    sum(placed.posted_amount) as posted_amount,
    sum(placed.elimination_amount) as elimination_amount
from placed
group by placed.company_code, placed.period_key, placed.cash_flow_line
