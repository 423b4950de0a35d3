{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['company_code', 'period_key'],
        on_schema_change='fail',
        indexes=[{'columns': ['company_code', 'period_key']}],
    )
}}

-- What each period moved on what is owed to each owner, by kind of entry. Debits positive.
select
    line.company_code,
    line.period_key,
    line.account_code,
    line.owner_id,
    line.transaction_type,
    sum(line.net_amount) as net_amount,
    max(line.added_at) as added_at
from {{ ref('journal_lines') }} as line
where
    line.owner_id is not null
    and {{ on_accounts('line', "account.account_type = 'LIABILITY' and 'OWNER' = any(account.required_dimensions)") }}
    {% if is_incremental() %}
        and {{ in_touched_period(this, 'line') }}
    {% endif %}
group by line.company_code, line.period_key, line.account_code, line.owner_id, line.transaction_type
