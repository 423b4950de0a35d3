{{ config(materialized='view') }}

-- The statement by lease. Volumes are summed once for each lease and month, whatever lines its wells have.
with volume as (
    select
        volume.month_basis,
        volume.statement_month,
        volume.company_code,
        volume.lease_id,
        sum(volume.boe) as boe,
        sum(volume.gross_boe) as gross_boe
    from {{ ref('well_volume') }} as volume

    group by
        volume.month_basis, volume.statement_month, volume.company_code, volume.lease_id
),

line as (
    select
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        statement.lease_id,
        statement.category,
        statement.line_group,
        statement.los_line,
        statement.line_order,
        sum(statement.amount) as amount,
        sum(statement.gross_amount) as gross_amount
    from {{ ref('lease_operating_statement') }} as statement
    group by
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        statement.lease_id,
        statement.category,
        statement.line_group,
        statement.los_line,
        statement.line_order
)

select
    line.month_basis,
    line.statement_month,
    line.company_code,
    line.lease_id,
    line.category,
    line.line_group,
    line.los_line,
    line.line_order,
    line.amount::numeric(18, 2) as amount,
    line.gross_amount::numeric(18, 2) as gross_amount,
    volume.boe::numeric(18, 3) as boe,
    volume.gross_boe::numeric(18, 3) as gross_boe,
    (line.amount / nullif(volume.boe, 0))::numeric(18, 4) as amount_per_boe,
    (line.gross_amount / nullif(volume.gross_boe, 0))::numeric(18, 4) as gross_amount_per_boe
from line
left join volume
    on
        line.month_basis = volume.month_basis
        and line.statement_month = volume.statement_month
        and line.company_code = volume.company_code
        and line.lease_id = volume.lease_id
