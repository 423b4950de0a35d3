-- depends_on: {{ ref('stg_ingest_offset') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="set local maintenance_work_mem = '256MB'",
        indexes=[
            {'columns': ['entry_id', 'line_number'], 'unique': true},
            {'columns': ['account_code']},
            {'columns': ['period_key'], 'type': 'brin'},
            {'columns': ['added_at'], 'type': 'brin'},
        ],
        post_hook="{{ index_of_positions() }}",
    )
}}

-- The key is a unique index, which is built behind the load, where a constraint would slow every row of a full one; its
-- sort fits in memory. Accounts alone are indexed: to sort companies and dates along took thrice as long.
-- A line, once loaded, never changes, so this table only grows. added_at rises with each run that added lines: the
-- period marts ask it which periods were touched since they were built.
select
    entry.company_code,
    entry.ledger,
    entry.fiscal_year,
    entry.fiscal_period,
    entry.fiscal_year * 100 + entry.fiscal_period as period_key,
    entry.posting_date,
    entry.entry_number,
    line.line_number,
    entry.entry_id,
    entry.document_type,
    entry.source,
    entry.transaction_type,
    line.account_code,
    line.side,
    case when line.side = 'DEBIT' then line.functional_amount else 0::numeric(18, 2) end as debit,
    case when line.side = 'CREDIT' then line.functional_amount else 0::numeric(18, 2) end as credit,
    (case when line.side = 'DEBIT' then line.functional_amount else -line.functional_amount end)::numeric(18, 2)
        as net_amount,
    entry.functional_currency,
    (case when line.side = 'DEBIT' then line.amount else -line.amount end)::numeric(18, 2) as currency_amount,
    entry.currency,
    coalesce(line.production_month, entry.production_month) as production_month,
    line.product,
    line.quantity,
    line.unit_of_measure,
    line.unit_price,
    line.base_amount,
    line.rate,
    line.decimal_interest,
    line.cost_center,
    line.well_id,
    line.lease_id,
    line.afe_number,
    line.jib_code,
    line.billed_account_code,
    line.owner_id,
    line.interest_type,
    line.suspense_code,
    line.tax_code,
    line.counterparty_id,
    line.partner_company,
    line.clears_entry_id,
    entry.reverses_entry_id,
    entry.adjusts_entry_id,
    entry.intercompany_group_id,
    entry.document_date,
    entry.due_date,
    entry.source_document,
    entry.entered_at,
    entry.source_partition,
    entry.source_offset,
    {{ addition_time(this) }} as added_at
from {{ ref('stg_journal_entry') }} as entry
inner join {{ ref('stg_journal_line') }} as line
    on entry.posting_date = line.posting_date and entry.entry_id = line.entry_id
{% if is_incremental() %}
    where {{ newly_loaded(this, 'entry') }}
{% endif %}
