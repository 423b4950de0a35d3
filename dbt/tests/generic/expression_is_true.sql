{# The expression holds for every row; unknown is not true. #}
{% test expression_is_true(model, expression, where='true') %}
select *
from {{ model }}
where {{ where }} and ({{ expression }}) is not true
{% endtest %}
