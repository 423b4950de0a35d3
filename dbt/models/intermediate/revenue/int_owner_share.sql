{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['entry_id', 'owner_id'],
        on_schema_change='fail',
        pre_hook="set local work_mem = '96MB'",
        post_hook='analyze {{ this }}',
        indexes=[
            {'columns': ['company_code', 'period_key']},
            {'columns': ['entry_id']},
            {'columns': ['owner_id']},
        ],
    )
}}

-- What each owner of a sale was credited, from the lines that name the owner: the gross line carries the decimal and
-- the volume or the price (a corrected price moves no volume), the tax line its code, and what else is debited is a
-- deduct. An entry without a gross line is no sale.
-- Lines of an entry are added together, so new entries are all that comes.
with owner_line as (
    select
        line.company_code,
        line.period_key,
        line.entry_id,
        line.owner_id,
        line.posting_date,
        line.document_type,
        line.transaction_type,
        line.adjusts_entry_id,
        line.well_id,
        line.lease_id,
        line.product,
        line.production_month,
        line.interest_type,
        line.account_code,
        line.suspense_code,
        line.decimal_interest,
        line.quantity,
        line.unit_of_measure,
        line.unit_price,
        line.tax_code,
        line.net_amount,
        line.functional_currency,
        line.added_at,
        line.decimal_interest is not null and coalesce(line.quantity, line.unit_price) is not null as is_gross,
        line.tax_code is not null as is_tax
    from {{ ref('journal_lines') }} as line
    where
        line.owner_id is not null
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
),

owner as (
    select
        line.company_code,
        line.period_key,
        line.entry_id,
        line.owner_id,
        min(line.posting_date) as posting_date,
        min(line.document_type) as document_type,
        min(line.transaction_type) as transaction_type,
        min(line.adjusts_entry_id::text)::uuid as adjusts_entry_id,
        min(line.well_id) as well_id,
        min(line.lease_id) as lease_id,
        min(line.product) as product,
        min(line.production_month) as production_month,
        case
            when min(line.interest_type) <> max(line.interest_type) then 'MIXED' else min(line.interest_type)
        end as interest_type,
        min(line.account_code) filter (where line.is_gross) as account_code,
        min(line.suspense_code) as suspense_code,
        sum(line.decimal_interest) filter (where line.is_gross) as decimal_interest,
        sum(line.quantity) filter (where line.is_gross) as volume,
        min(line.unit_of_measure) filter (where line.is_gross) as unit_of_measure,
        min(line.unit_price) filter (where line.is_gross) as unit_price,
        min(line.tax_code) as tax_code,
        coalesce(-sum(line.net_amount) filter (where line.is_gross), 0)::numeric(18, 2) as gross_amount,
        coalesce(sum(line.net_amount) filter (where line.is_tax and not line.is_gross), 0)::numeric(18, 2)
            as tax_amount,
        coalesce(sum(line.net_amount) filter (where not line.is_tax and not line.is_gross), 0)::numeric(18, 2)
            as deduct_amount,
        (-sum(line.net_amount))::numeric(18, 2) as net_amount,
        min(line.functional_currency) as functional_currency,
        count(*) as line_count,
        max(line.added_at) as added_at,
        bool_or(line.is_gross) as has_gross
    from owner_line as line
    group by line.company_code, line.period_key, line.entry_id, line.owner_id
),

sale as (
    select
        owner.*,
        bool_or(owner.has_gross) over (partition by owner.entry_id) as is_sale
    from owner
)

select
    sale.company_code,
    sale.period_key,
    sale.entry_id,
    sale.owner_id,
    sale.posting_date,
    sale.document_type,
    sale.transaction_type,
    sale.adjusts_entry_id,
    sale.well_id,
    sale.lease_id,
    sale.product,
    sale.production_month,
    sale.interest_type,
    sale.account_code,
    sale.suspense_code,
    sale.decimal_interest::numeric(9, 8) as decimal_interest,
    sale.volume::numeric(18, 3) as volume,
    sale.unit_of_measure,
    sale.unit_price::numeric(18, 6) as unit_price,
    sale.tax_code,
    sale.gross_amount,
    sale.tax_amount,
    sale.deduct_amount,
    sale.net_amount,
    sale.functional_currency,
    sale.line_count,
    sale.added_at
from sale
where sale.is_sale
