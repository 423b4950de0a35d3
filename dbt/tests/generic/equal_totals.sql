{# Two relations total alike, group by group: what one lacks counts as zero. #}
{% test equal_totals(model, expression, compare_model, compare_expression, group_by=[], where='true', compare_where='true') %}
with here as (
    select
        {% for column in group_by %}{{ column }} as key_{{ loop.index }}, {% endfor %}
        {{ expression }} as total
    from {{ model }}
    where {{ where }}
    {% if group_by %}group by {{ range(1, group_by | length + 1) | join(', ') }}{% endif %}
),

there as (
    select
        {% for column in group_by %}{{ column }} as key_{{ loop.index }}, {% endfor %}
        {{ compare_expression }} as total
    from {{ compare_model }}
    where {{ compare_where }}
    {% if group_by %}group by {{ range(1, group_by | length + 1) | join(', ') }}{% endif %}
)

select
    {% for column in group_by %}coalesce(here.key_{{ loop.index }}, there.key_{{ loop.index }}) as key_{{ loop.index }}, {% endfor %}
    here.total as total,
    there.total as compared_total
from here
full join there
    on {% for column in group_by %}here.key_{{ loop.index }} = there.key_{{ loop.index }}{{ ' and ' if not loop.last }}{% else %}true{% endfor %}
where coalesce(here.total, 0) <> coalesce(there.total, 0)
{% endtest %}
