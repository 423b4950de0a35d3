-- depends_on: {{ ref('int_lease_operating_period') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['month_basis', 'statement_month', 'company_code'],
        on_schema_change='fail',
        pre_hook="set local work_mem = '96MB'",
        indexes=[{'columns': ['well_id']}],
    )
}}

-- The lease operating statement: a row for each line of a well and month, on either month basis. A month is rewritten
-- whole, where it gained a line, or where a well or the layout says something else of it by now.
with line as (
    select
        month.month_basis,
        month.statement_month,
        month.company_code,
        month.lease_id,
        month.well_id,
        month.los_line,
        sum(month.amount) as amount,
        sum(month.gross_amount) as gross_amount,
        max(month.added_at) as added_at
    from {{ ref('int_lease_operating_month') }} as month
    {% if is_incremental() %}
        where {{ in_touched_month(this, 'month') }}
    {% endif %}
    group by
        month.month_basis, month.statement_month, month.company_code, month.lease_id, month.well_id, month.los_line
)

select
    line.month_basis,
    line.statement_month,
    line.company_code,
    coalesce(well.state, 'UNASSIGNED') as state,
    coalesce(well.basin, 'UNASSIGNED') as basin,
    line.lease_id,
    line.well_id,
    well.name as well_name,
    line.los_line,
    coalesce(layout.category, 'Not in the layout') as category,
    coalesce(layout.line_group, 'Not in the layout') as line_group,
    coalesce(layout.line_order, 9999) as line_order,
    line.amount::numeric(18, 2) as amount,
    line.gross_amount::numeric(18, 2) as gross_amount,
    volume.boe,
    volume.gross_boe,
    (line.amount / nullif(volume.boe, 0))::numeric(18, 4) as amount_per_boe,
    (line.gross_amount / nullif(volume.gross_boe, 0))::numeric(18, 4) as gross_amount_per_boe,
    line.added_at
from line
left join {{ ref('int_current_well') }} as well on line.well_id = well.well_id
left join {{ ref('lease_operating_statement_layout') }} as layout on line.los_line = layout.los_line
left join {{ ref('well_volume') }} as volume
    on
        line.month_basis = volume.month_basis
        and line.statement_month = volume.statement_month
        and line.company_code = volume.company_code
        and line.lease_id = volume.lease_id
        and line.well_id = volume.well_id
