-- Clearing and control accounts are empty when a period closes. Opening balances, dated a day before the first period
-- but ordered as period 0 of their year, are cleared by the first period with entries.
with first_entry as (
    select
        movement.company_code,
        min(movement.period_key) as period_key
    from {{ ref('int_account_movement') }} as movement
    where movement.document_type <> 'OPN'
    group by movement.company_code
)

select
    account.company_code,
    account.period_key,
    account.account_code,
    account.closing_balance
from {{ ref('general_ledger_by_period') }} as account
inner join first_entry on account.company_code = first_entry.company_code
where
    account.statement_line = 'Clearing'
    and account.period_state = 'CLOSED'
    and account.period_key >= first_entry.period_key
    and account.closing_balance <> 0
