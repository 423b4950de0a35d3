{{ config(materialized='view') }}

-- Reckoned when read: a filter on company and account reaches the table's index before the balance is summed.
select
    line.company_code,
    line.account_code,
    line.period_key,
    line.fiscal_year,
    line.fiscal_period,
    line.posting_date,
    line.entry_number,
    line.line_number,
    line.entry_id,
    line.document_type,
    line.source,
    line.transaction_type,
    line.source_document,
    line.debit,
    line.credit,
    line.net_amount,
    (sum(line.net_amount) over (
        partition by line.company_code, line.account_code
        order by line.period_key, line.posting_date, line.entry_number, line.line_number
        rows unbounded preceding
    ))::numeric(20, 2) as running_balance,
    line.functional_currency,
    line.well_id,
    line.lease_id,
    line.afe_number,
    line.owner_id,
    line.counterparty_id,
    line.cost_center,
    line.partner_company,
    line.production_month,
    line.added_at
from {{ ref('journal_lines') }} as line
