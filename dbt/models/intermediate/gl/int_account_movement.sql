{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['company_code', 'period_key'],
        on_schema_change='fail',
    )
}}

-- What each period moved on each account, by what moved it and with whom: the one scan of the lines that every
-- statement is made of.
select
    line.company_code,
    line.period_key,
    line.account_code,
    line.document_type,
    line.transaction_type,
    line.partner_company,
    line.functional_currency,
    sum(line.debit) as debit,
    sum(line.credit) as credit,
    sum(line.net_amount) as net_amount,
    count(*) as line_count,
    max(line.added_at) as added_at
from {{ ref('journal_lines') }} as line
{% if is_incremental() %}
    where {{ in_touched_period(this, 'line') }}
{% endif %}
group by
    line.company_code,
    line.period_key,
    line.account_code,
    line.document_type,
    line.transaction_type,
    line.partner_company,
    line.functional_currency
