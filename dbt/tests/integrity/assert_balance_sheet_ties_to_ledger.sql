-- Total assets and total equity of a company are what its accounts say, so that no account fell out of the layout.
with ledger as (
    select
        account.company_code,
        account.period_key,
        sum(account.closing_balance) filter (where account.account_type in ('ASSET', 'UNKNOWN')) as assets,
        -sum(account.closing_balance) filter (where account.account_type in ('EQUITY', 'REVENUE', 'EXPENSE')) as equity
    from {{ ref('general_ledger_by_period') }} as account
    group by account.company_code, account.period_key
),

sheet as (
    select
        line.company_code,
        line.period_key,
        sum(line.amount) filter (where line.section = 'ASSETS') as assets,
        sum(line.amount) filter (where line.section = 'TOTAL_EQUITY') as equity
    from {{ ref('balance_sheet') }} as line
    where line.line_type = 'TOTAL' and line.company_code <> 'GROUP'
    group by line.company_code, line.period_key
)

select
    ledger.*,
    sheet.assets as sheet_assets,
    sheet.equity as sheet_equity
from ledger
full join sheet on ledger.company_code = sheet.company_code and ledger.period_key = sheet.period_key
where ledger.assets is distinct from sheet.assets or ledger.equity is distinct from sheet.equity
