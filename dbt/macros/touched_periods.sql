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
    {%- set last = run_query("select max(added_at) from " ~ relation) -%}
    ({{ line }}.added_at > coalesce({{ "'" ~ last.rows[0][0].isoformat() ~ "'" if last.rows[0][0] else 'null' }}::timestamptz, '-infinity'))
{%- endmacro %}

{# The condition that a row is of a period that gained any line since `relation` was built. Such a period is rewritten
   whole, from what the relation held of it and from what is new, however late, back-dated or ahead its new lines are:
   a line, once loaded, never changes. Where the lines were built anew since, all of them are new, and nothing that the
   relation held counts. Use with delete+insert and the unique key (company_code, period_key). #}
{% macro in_touched_period(relation, row) %}
    {%- set touched = run_query(
        "with built as (select max(added_at) as last from " ~ relation ~ ")"
        ~ " select distinct line.company_code, line.period_key from " ~ ref('journal_lines') ~ " as line, built"
        ~ " where line.added_at > built.last"
        ~ " and exists (select from " ~ ref('journal_lines') ~ " as old where old.added_at <= built.last)"
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
