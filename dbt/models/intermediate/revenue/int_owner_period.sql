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
with moved as (
    select
        line.company_code,
        line.period_key,
        line.account_code,
        line.owner_id,
        line.transaction_type,
        line.net_amount,
        line.added_at
    from {{ ref('journal_lines') }} as line
    where
        line.owner_id is not null
        and {{ on_accounts(
            'line',
            "account.account_type = 'LIABILITY' and 'OWNER' = any(account.required_dimensions)"
        ) }}
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
    {% if is_incremental() %}
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
    moved.owner_id,
    moved.transaction_type,
    sum(moved.net_amount) as net_amount,
    max(moved.added_at) as added_at
from moved
group by moved.company_code, moved.period_key, moved.account_code, moved.owner_id, moved.transaction_type
