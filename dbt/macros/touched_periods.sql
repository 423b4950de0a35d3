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

{# The condition that a line lies in a period that gained any line since `relation` was built. Periods, not lines: a
   period is rewritten whole, however late, back-dated or ahead its new lines are. Use with delete+insert and the
   unique key (company_code, period_key), and keep max(added_at) of the period's lines in the mart. #}
{% macro in_touched_period(relation, line) %}
    {%- set touched = run_query(
        "select distinct company_code, period_key from " ~ ref('journal_lines')
        ~ " where added_at > coalesce((select max(added_at) from " ~ relation ~ "), '-infinity'::timestamptz)"
        ~ " order by 1, 2"
    ) -%}
    (
        {%- for period in touched.rows %}
        {{ 'or ' if not loop.first }}({{ line }}.company_code = '{{ period[0] }}' and {{ line }}.period_key = {{ period[1] }})
        {%- else %}
        false
        {%- endfor %}
    )
{%- endmacro %}
