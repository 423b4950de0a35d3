-- Each account of the chart that may be posted to has exactly one line in its statement.
with place as (
    select
        'income statement' as statement,
        unnest(array['REVENUE', 'EXPENSE']) as account_type,
        layout.statement_line
    from {{ ref('income_statement_layout') }} as layout
    where layout.line_type = 'LINE'
    union all
    select
        'balance sheet' as statement,
        layout.account_type,
        layout.statement_line
    from {{ ref('balance_sheet_layout') }} as layout
    where layout.line_type = 'LINE'
)

select
    account.account_code,
    account.account_type,
    account.statement_line,
    count(place.statement_line) as lines
from {{ ref('int_ledger_account') }} as account
left join place
    on account.account_type = place.account_type and account.statement_line = place.statement_line
group by account.account_code, account.account_type, account.statement_line
having count(place.statement_line) <> 1
