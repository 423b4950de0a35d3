{# The condition that a row is of a statement's month that changed since `statement` was built: on its basis a line was
   added, or what a well or the layout is called differs from what the statement has. Written as literals, which reach
   the scans of both bases. Use with delete+insert and the unique key (month_basis, statement_month, company_code). #}
{% macro in_touched_month(statement, row) %}
    {%- set added = "from " ~ ref('int_lease_operating_period') ~ " as period where period.added_at > " ~ last_addition(statement) -%}
    {%- set touched = run_query(
        "select 'ACCOUNTING', period.accounting_month, period.company_code " ~ added
        ~ " union select 'PRODUCTION', period.production_month, period.company_code " ~ added
        ~ " union select built.month_basis, built.statement_month, built.company_code from " ~ statement ~ " as built"
        ~ " left join " ~ ref('int_current_well') ~ " as well on built.well_id = well.well_id"
        ~ " left join " ~ ref('lease_operating_statement_layout') ~ " as layout on built.los_line = layout.los_line"
        ~ " where (built.state, built.basin, built.well_name, built.category, built.line_group, built.line_order)"
        ~ " is distinct from (coalesce(well.state, 'UNASSIGNED'), coalesce(well.basin, 'UNASSIGNED'), well.name,"
        ~ " coalesce(layout.category, 'Not in the layout'), coalesce(layout.line_group, 'Not in the layout'),"
        ~ " coalesce(layout.line_order, 9999))"
        ~ " order by 1, 2, 3"
    ) -%}
    (
        {%- for month in touched.rows %}
        {{ 'or ' if not loop.first }}({{ row }}.month_basis = '{{ month[0] }}' and {{ row }}.statement_month = '{{ month[1] }}' and {{ row }}.company_code = '{{ month[2] }}')
        {%- else %}
        false
        {%- endfor %}
    )
{%- endmacro %}
