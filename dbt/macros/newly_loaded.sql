{# The condition that an entry lies behind the last position that `relation` holds, partition by partition.
   Positions, unlike clocks, come in the order of loading: none is skipped. They are read first and written as literals,
   so that the planner sees how few entries are new. #}
{% macro newly_loaded(relation, entry) %}
    {%- set positions = run_query(
        "select position.partition, coalesce((select max(seen.source_offset) from " ~ relation ~ " as seen"
        ~ " where seen.source_partition = position.partition and seen.line_number = 1), -1)"
        ~ " from " ~ ref('stg_ingest_offset') ~ " as position"
        ~ " where position.topic = 'gl.journal-entry.validated.v1' order by position.partition"
    ) -%}
    (
        {%- for position in positions.rows %}
        {{ 'or ' if not loop.first }}({{ entry }}.source_partition = {{ position[0] }} and {{ entry }}.source_offset > {{ position[1] }})
        {%- else %}
        false
        {%- endfor %}
    )
{%- endmacro %}

{# The index that gives the last position of each partition: by the first line of each entry, so that it is made in half
   the time. A hook, because dbt's own indexes have no condition; made once for each table, as full refreshes make them,
   with the statistics that show the planner how few lines are new: until autovacuum comes by, it reads every line. #}
{% macro index_of_positions() -%}
    do $$
    begin
        if not exists (select from pg_index where indrelid = '{{ this }}'::regclass and indpred is not null) then
            create index on {{ this }} (source_partition, source_offset) where line_number = 1;
            analyze {{ this }} (company_code, account_code, period_key, added_at, source_partition, source_offset);
        end if;
    end
    $$
{%- endmacro %}
