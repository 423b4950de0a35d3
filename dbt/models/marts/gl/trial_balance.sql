-- Each account's balance at the end of a period, in the column of the side on which it stands.
select
    ledger.company_code,
    ledger.period_key,
    ledger.account_code,
    ledger.fiscal_year,
    ledger.fiscal_period,
    ledger.period_state,
    ledger.account_name,
    ledger.account_type,
    ledger.normal_side,
    ledger.functional_currency,
    ledger.opening_balance,
    ledger.debit,
    ledger.credit,
    ledger.closing_balance,
    greatest(ledger.closing_balance, 0)::numeric(20, 2) as debit_balance,
    greatest(-ledger.closing_balance, 0)::numeric(20, 2) as credit_balance,
    (
        (ledger.normal_side = 'DEBIT' and ledger.closing_balance < 0)
        or (ledger.normal_side = 'CREDIT' and ledger.closing_balance > 0)
    ) as is_against_normal_side
from {{ ref('general_ledger_by_period') }} as ledger
