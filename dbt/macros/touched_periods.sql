{# When this run adds its lines: later than any addition before it, whatever the clock says. #}
{% macro addition_time(relation) %}
    {%- if is_incremental() -%}
        greatest(
            '{{ run_started_at.isoformat() }}'::timestamptz,
            (select max(seen.added_at) + interval '1 microsecond' from {{ relation }} as seen)
        )
    {%- else -%}
        '{{ run_started_at.isoformat() }}'::timestamptz
    {%- endif -%}
{% endmacro %}

{# The condition that a line was added since `relation` was built: its max(added_at), written as a literal, so that the
   planner sees how few lines are new. Keep max(added_at) of its lines in the relation. Lines that left no trace there
   come again, and leave none again. #}
{% macro newly_added(relation, line) %}
    ({{ line }}.added_at > {{ last_addition(relation) }})
{%- endmacro %}

{# When the newest line that a relation holds was added, as a literal. #}
{% macro last_addition(relation) -%}
    {%- set last = run_query("select max(added_at) from " ~ relation).rows[0][0] -%}
    '{{ last.isoformat() if last else "-infinity" }}'::timestamptz
{%- endmacro %}

{# The condition that a row is of a period that gained any line since `relation` was built. Such a period is rewritten
   whole, from what the relation held of it and from what is new, however late, back-dated or ahead its new lines are:
   a line, once loaded, never changes. Where the lines were built anew since, all of them are new, and nothing that the
   relation held counts. Use with delete+insert and the unique key (company_code, period_key). #}
{% macro in_touched_period(relation, row) %}
    {%- set built = last_addition(relation) -%}
    {%- set touched = run_query(
        "select distinct line.company_code, line.period_key from " ~ ref('journal_lines') ~ " as line"
        ~ " where line.added_at > " ~ built
        ~ " and exists (select from " ~ ref('journal_lines') ~ " as old where old.added_at <= " ~ built ~ ")"
        ~ " order by 1, 2"
    ) -%}
    (
        {%- for period in touched.rows %}
        {{ 'or ' if not loop.first }}({{ row }}.company_code = '{{ period[0] }}' and {{ row }}.period_key = {{ period[1] }})
        {%- else %}
        false
        {%- endfor %}
    )
{%- endmacro %}
