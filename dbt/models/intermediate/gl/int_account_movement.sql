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
with moved as (
    select
        line.company_code,
        line.period_key,
        line.account_code,
        line.document_type,
        line.transaction_type,
        line.partner_company,
        line.functional_currency,
        line.debit,
        line.credit,
        line.net_amount,
        1 as line_count,
        line.added_at
    from {{ ref('journal_lines') }} as line
    {% if is_incremental() %}
        where {{ newly_added(this, 'line') }}
        union all
        select before.*
        from {{ this }} as before
        where {{ in_touched_period(this, 'before') }}
    {% endif %}
)

select
    moved.company_code,
    moved.period_key,
    moved.account_code,
    moved.document_type,
    moved.transaction_type,
    moved.partner_company,
    moved.functional_currency,
    sum(moved.debit) as debit,
    sum(moved.credit) as credit,
    sum(moved.net_amount) as net_amount,
    sum(moved.line_count)::bigint as line_count,
    max(moved.added_at) as added_at
from moved
group by
    moved.company_code,
    moved.period_key,
    moved.account_code,
    moved.document_type,
    moved.transaction_type,
    moved.partner_company,
    moved.functional_currency
