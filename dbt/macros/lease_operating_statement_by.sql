{# The lease operating statement by a column that groups wells. Volumes are summed once for each group and month, whatever
   lines its wells have. `of_volume` is the column as `well_volume`, joined to `well`, has it. #}
{% macro lease_operating_statement_by(column, of_volume) %}
with volume as (
    select
        volume.month_basis,
        volume.statement_month,
        volume.company_code,
        {{ of_volume }} as {{ column }},
        sum(volume.boe) as boe,
        sum(volume.gross_boe) as gross_boe
    from {{ ref('well_volume') }} as volume
    left join {{ ref('int_current_well') }} as well on volume.well_id = well.well_id
    group by
        volume.month_basis, volume.statement_month, volume.company_code, {{ of_volume }}
),

line as (
    select
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        statement.{{ column }},
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
        statement.{{ column }},
        statement.category,
        statement.line_group,
        statement.los_line,
        statement.line_order
)

select
    line.month_basis,
    line.statement_month,
    line.company_code,
    line.{{ column }},
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
        and line.{{ column }} = volume.{{ column }}
{% endmacro %}
