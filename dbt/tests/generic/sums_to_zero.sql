{# The column sums to zero within each group. #}
{% test sums_to_zero(model, column_name, group_by=[], where='true') %}
select
    {% for column in group_by %}{{ column }}, {% endfor %}
    sum({{ column_name }}) as difference
from {{ model }}
where {{ where }}
{% if group_by %}group by {{ group_by | join(', ') }}{% endif %}
having sum({{ column_name }}) <> 0
{% endtest %}
