{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['company_code', 'period_key'],
        on_schema_change='fail',
        pre_hook="set local work_mem = '96MB'",
        post_hook='analyze {{ this }}',
        indexes=[{'columns': ['company_code', 'period_key']}, {'columns': ['production_month']}],
    )
}}

-- The lines of lease operating statements, summed by well, account and both months. net_amount is the company's own and
-- debit positive, as in the journal; gross_amount is the same at 8/8:
--   * a sale that names its owners: what they were credited, taxed and charged in all;
--   * an accrual, which knows the own share alone: the own line over its decimal, and the tax at 8/8 from its payable;
--   * a bill to partners: the own line and what partners were billed for the same account, so that a cut-back takes
--     nothing from gross, and overhead counts in full;
--   * what others operate: the base that their check or bill names;
--   * anything else (vendor invoices, tickets, labour) is posted at 8/8, or borne by the company alone.
-- Closing entries are left out, they move results to equity, and opening entries, which carry in what months before
-- the books made: neither is the business of a month. The sorts fit in memory.
with whole as (
    select
        line.company_code,
        line.period_key,
        date_trunc('month', line.posting_date)::date as accounting_month,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date as production_month,
        line.well_id,
        line.lease_id,
        line.product,
        line.account_code,
        false as is_derived,
        sum(line.net_amount) as net_amount,
        sum(line.net_amount) as gross_amount,
        max(line.unit_of_measure) as unit_of_measure,
        sum(coalesce(line.quantity, 0)) as volume,
        sum(coalesce(line.quantity, 0)) as gross_volume,
        count(*) as line_count,
        max(line.added_at) as added_at
    from {{ ref('journal_lines') }} as line
    where
        {{ on_accounts('line', 'account.los_line is not null') }}
        and line.document_type not in ('CLS', 'OPN')
        and line.source not in ('REV', 'JIB')
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
    group by
        line.company_code,
        line.period_key,
        date_trunc('month', line.posting_date)::date,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date,
        line.well_id,
        line.lease_id,
        line.product,
        line.account_code
),

-- Sales and bills, whose lines are the company's part of something whole.
line as (
    select
        line.company_code,
        line.period_key,
        line.entry_id,
        line.line_number,
        date_trunc('month', line.posting_date)::date as accounting_month,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date as production_month,
        line.well_id,
        line.lease_id,
        line.product,
        line.account_code,
        account.account_type = 'REVENUE' as is_revenue,
        company.role as company_role,
        line.net_amount,
        line.quantity,
        line.unit_of_measure,
        line.base_amount,
        line.decimal_interest,
        line.tax_code,
        line.added_at
    from {{ ref('journal_lines') }} as line
    inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
    left join {{ ref('int_current_company') }} as company on line.company_code = company.company_code
    where
        {{ on_accounts('line', 'account.los_line is not null') }}
        and line.document_type not in ('CLS', 'OPN')
        and line.source in ('REV', 'JIB')
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
),

owners as (
    select
        share.entry_id,
        -sum(share.gross_amount) as gross_amount,
        sum(share.tax_amount) as tax_amount,
        sum(share.deduct_amount) as deduct_amount,
        sum(share.volume) as volume
    from {{ ref('int_owner_share') }} as share
    {% if is_incremental() %}
        where {{ newly_added(this, 'share') }}
    {% endif %}
    group by share.entry_id
),

-- Tax payable of accruals, at 8/8.
charged as (
    select
        line.entry_id,
        line.tax_code,
        -sum(line.net_amount) as tax_amount
    from {{ ref('journal_lines') }} as line
    where
        line.document_type in ('ACR', 'RVS')
        and {{ on_accounts('line', "account.account_type = 'LIABILITY' and 'TAX' = any(account.required_dimensions)") }}
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
    group by line.entry_id, line.tax_code
),

billed as (
    select
        line.entry_id,
        line.billed_account_code as account_code,
        sum(line.net_amount) as billed_amount
    from {{ ref('journal_lines') }} as line
    where
        line.billed_account_code is not null
        and {{ on_accounts('line', "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)") }}
        {% if is_incremental() %}
            and {{ newly_added(this, 'line') }}
        {% endif %}
    group by line.entry_id, line.billed_account_code
),

beside as (
    select
        line.*,
        max(line.decimal_interest) filter (where line.is_revenue) over (partition by line.entry_id) as own_decimal,
        sum(line.net_amount) over (partition by line.entry_id, line.account_code) as own_of_account,
        sum(line.net_amount) over (
            partition by line.entry_id, line.account_code
            order by line.line_number
        ) as own_to_here,
        row_number() over (
            partition by line.entry_id, line.is_revenue, line.tax_code is not null
            order by line.line_number
        ) as nth_of_kind
    from line
),

derived as (
    select
        beside.company_code,
        beside.period_key,
        beside.accounting_month,
        beside.production_month,
        beside.well_id,
        beside.lease_id,
        beside.product,
        beside.account_code,
        beside.is_revenue,
        beside.net_amount,
        case
            when owners.entry_id is not null and beside.nth_of_kind > 1 then 0
            when owners.entry_id is not null and beside.is_revenue then owners.gross_amount
            when owners.entry_id is not null and beside.tax_code is not null then owners.tax_amount
            when owners.entry_id is not null then owners.deduct_amount
            when beside.company_role = 'NON_OPERATOR' and beside.base_amount is not null
                then sign(beside.net_amount) * abs(beside.base_amount)
            when beside.own_decimal > 0 and beside.tax_code is not null and charged.entry_id is not null
                then charged.tax_amount
            when beside.own_decimal > 0 then round(beside.net_amount / beside.own_decimal, 2)
            -- Of the sum of own and billed, each well's part by its own line, without losing a cent.
            when billed.entry_id is not null and beside.own_of_account <> 0
                then
                    round(
                        beside.own_to_here * (beside.own_of_account + billed.billed_amount) / beside.own_of_account, 2
                    )
                    - round(
                        (beside.own_to_here - beside.net_amount)
                        * (beside.own_of_account + billed.billed_amount) / beside.own_of_account, 2
                    )
            when billed.entry_id is not null then 0
            else beside.net_amount
        end as gross_amount,
        beside.unit_of_measure,
        case when beside.is_revenue then coalesce(beside.quantity, 0) else 0 end as volume,
        case
            when not beside.is_revenue then 0
            when owners.entry_id is not null then case when beside.nth_of_kind > 1 then 0 else owners.volume end
            when beside.own_decimal > 0 then round(coalesce(beside.quantity, 0) / beside.own_decimal, 3)
            else coalesce(beside.quantity, 0)
        end as gross_volume,
        beside.added_at
    from beside
    left join owners on beside.entry_id = owners.entry_id
    left join charged on beside.entry_id = charged.entry_id and beside.tax_code = charged.tax_code
    left join billed on beside.entry_id = billed.entry_id and beside.account_code = billed.account_code
),

shared as (
    select
        derived.company_code,
        derived.period_key,
        derived.accounting_month,
        derived.production_month,
        derived.well_id,
        derived.lease_id,
        derived.product,
        derived.account_code,
        true as is_derived,
        sum(derived.net_amount) as net_amount,
        sum(derived.gross_amount) as gross_amount,
        max(derived.unit_of_measure) as unit_of_measure,
        sum(derived.volume) as volume,
        sum(derived.gross_volume) as gross_volume,
        count(*) as line_count,
        max(derived.added_at) as added_at
    from derived
    group by
        derived.company_code,
        derived.period_key,
        derived.accounting_month,
        derived.production_month,
        derived.well_id,
        derived.lease_id,
        derived.product,
        derived.account_code
),

part as (
    select * from whole
    union all
    select * from shared
    {% if is_incremental() %}
        union all
        select
            before.company_code,
            before.period_key,
            before.accounting_month,
            before.production_month,
            before.well_id,
            before.lease_id,
            before.product,
            before.account_code,
            before.is_derived,
            before.net_amount,
            before.gross_amount,
            before.unit_of_measure,
            before.volume,
            before.gross_volume,
            before.line_count,
            before.added_at
        from {{ this }} as before
        where {{ in_touched_period(this, 'before') }}
    {% endif %}
),

summed as (
    select
        part.company_code,
        part.period_key,
        part.accounting_month,
        part.production_month,
        part.well_id,
        part.lease_id,
        part.product,
        part.account_code,
        part.is_derived,
        sum(part.net_amount) as net_amount,
        sum(part.gross_amount) as gross_amount,
        max(part.unit_of_measure) as unit_of_measure,
        sum(part.volume) as volume,
        sum(part.gross_volume) as gross_volume,
        sum(part.line_count)::bigint as line_count,
        max(part.added_at) as added_at
    from part
    group by
        part.company_code,
        part.period_key,
        part.accounting_month,
        part.production_month,
        part.well_id,
        part.lease_id,
        part.product,
        part.account_code,
        part.is_derived
)

select
    summed.company_code,
    summed.period_key,
    summed.accounting_month,
    summed.production_month,
    summed.well_id,
    summed.lease_id,
    summed.product,
    summed.account_code,
    summed.is_derived,
    account.los_line,
    account.account_type = 'REVENUE' as is_revenue,
    summed.net_amount::numeric(18, 2) as net_amount,
    summed.gross_amount::numeric(18, 2) as gross_amount,
    case when account.account_type = 'REVENUE' then summed.unit_of_measure end as unit_of_measure,
    case when account.account_type = 'REVENUE' then summed.volume else 0 end::numeric(18, 3) as volume,
    case when account.account_type = 'REVENUE' then summed.gross_volume else 0 end::numeric(18, 3) as gross_volume,
    summed.line_count,
    summed.added_at
from summed
inner join {{ ref('int_current_account') }} as account on summed.account_code = account.account_code
