-- The running balance behind the last line of a cash account in a period is its closing balance in it. Cash alone, by
-- name: the view reads no other account's lines then.
-- depends_on: {{ ref('int_ledger_account') }}
with last_line as (
    select distinct on (line.company_code, line.account_code, line.period_key)
        line.company_code,
        line.account_code,
        line.period_key,
        line.running_balance
    from {{ ref('general_ledger') }} as line
    where line.account_code in ({% for account in cash_accounts() %}'{{ account }}', {% endfor %}'')
    order by
        line.company_code asc,
        line.account_code asc,
        line.period_key asc,
        line.posting_date desc,
        line.entry_number desc,
        line.line_number desc
)

select
    account.company_code,
    account.account_code,
    account.period_key,
    account.closing_balance,
    last_line.running_balance
from {{ ref('general_ledger_by_period') }} as account
inner join last_line
    on
        account.company_code = last_line.company_code
        and account.account_code = last_line.account_code
        and account.period_key = last_line.period_key
where account.closing_balance <> last_line.running_balance
