{# What each `key` of a company moved, rolled forward: the CTE `rolled`, with a row for each period from the first in which
   the key moved. It has `has_moved`, each of `movements` (zero where nothing moved), and for each of `closings` (name of
   the balance: its movement) the sum up to the period. Reads the CTE `moved`: company_code, period_key, key, movements. #}
{% macro rolled_forward(key, movements, closings) -%}
first_moved as (
    select
        moved.company_code,
        {%- for column in key %}
        moved.{{ column }},
        {%- endfor %}
        min(moved.period_key) as first_period_key
    from moved
    group by moved.company_code{% for column in key %}, moved.{{ column }}{% endfor %}
),

rolled as (
    select
        first_moved.company_code,
        posted_period.period_key,
        {%- for column in key %}
        first_moved.{{ column }},
        {%- endfor %}
        {%- for column in movements %}
        coalesce(moved.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for closing, column in closings.items() %}
        sum(coalesce(moved.{{ column }}, 0)) over key_periods as {{ closing }},
        {%- endfor %}
        moved.company_code is not null as has_moved
    from first_moved
    inner join {{ ref('int_posted_period') }} as posted_period
        on
            first_moved.company_code = posted_period.company_code
            and first_moved.first_period_key <= posted_period.period_key
    left join moved
        on
            first_moved.company_code = moved.company_code
            and posted_period.period_key = moved.period_key
            {%- for column in key %}
            and first_moved.{{ column }} = moved.{{ column }}
            {%- endfor %}
    window key_periods as (
        partition by first_moved.company_code{% for column in key %}, first_moved.{{ column }}{% endfor %}
        order by posted_period.period_key
    )
)
{%- endmacro %}
