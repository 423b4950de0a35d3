-- Cash at the beginning plus the net change is cash at the end, and that is the balance of the cash accounts, for the
-- month and for the year so far.
with statement as (
    select
        line.company_code,
        line.period_key,
        sum(line.amount) filter (where line.section = 'OPENING_CASH') as opening,
        sum(line.amount) filter (where line.section = 'NET_CHANGE') as net_change,
        sum(line.amount) filter (where line.section = 'CLOSING_CASH') as closing,
        sum(line.year_to_date_amount) filter (where line.section = 'OPENING_CASH') as year_opening,
        sum(line.year_to_date_amount) filter (where line.section = 'NET_CHANGE') as year_net_change
    from {{ ref('cash_flow_statement') }} as line
    where line.line_type <> 'LINE'
    group by line.company_code, line.period_key
),

ledger as (
    select
        coalesce(account.company_code, 'GROUP') as company_code,
        account.period_key,
        sum(account.closing_balance) as closing
    from {{ ref('general_ledger_by_period') }} as account
    inner join {{ ref('int_ledger_account') }} as chart on account.account_code = chart.account_code
    where chart.cash_flow_class = 'CASH'
    group by grouping sets ((account.company_code, account.period_key), (account.period_key))
)

select
    statement.*,
    ledger.closing as ledger_closing
from statement
left join ledger
    on statement.company_code = ledger.company_code and statement.period_key = ledger.period_key
where
    statement.opening + statement.net_change is distinct from statement.closing
    or statement.year_opening + statement.year_net_change is distinct from statement.closing
    or statement.closing is distinct from ledger.closing
