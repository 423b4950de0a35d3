{{ config(materialized='table', post_hook='analyze {{ this }}') }}

-- The lines of property, work in progress and retirement obligations, and what partners were billed of an AFE's cost.
-- Debits positive.
select
    line.company_code,
    line.period_key,
    line.posting_date,
    line.entry_id,
    line.line_number,
    line.document_type,
    line.source,
    line.transaction_type,
    line.account_code,
    account.statement_line,
    line.billed_account_code,
    line.well_id,
    line.lease_id,
    line.afe_number,
    line.jib_code,
    line.net_amount,
    line.base_amount,
    line.quantity,
    line.functional_currency
from {{ ref('journal_lines') }} as line
inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
where
    {{ on_accounts(
        'line',
        "account.statement_line in ('Work in progress', 'Proved property', 'Unproved property', 'Accumulated depletion',"
        ~ " 'Other property', 'Asset retirement obligations')"
    ) }}

union all

select
    line.company_code,
    line.period_key,
    line.posting_date,
    line.entry_id,
    line.line_number,
    line.document_type,
    line.source,
    line.transaction_type,
    line.account_code,
    'Billed to partners' as statement_line,
    line.billed_account_code,
    line.well_id,
    line.lease_id,
    line.afe_number,
    line.jib_code,
    line.net_amount,
    line.base_amount,
    line.quantity,
    line.functional_currency
from {{ ref('journal_lines') }} as line
where
    line.billed_account_code is not null
    and line.afe_number is not null
    and {{ on_accounts('line', "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)") }}
