{# Opening and movement make closing, and closing is what the next row of the group opens with. #}
{% test rolls_forward(model, opening, movement, closing, group_by, order_by) %}
with followed as (
    select
        {{ group_by | join(', ') }},
        {{ order_by }},
        {{ opening }} as opening,
        {{ movement }} as movement,
        {{ closing }} as closing,
        lead({{ opening }}) over (partition by {{ group_by | join(', ') }} order by {{ order_by }}) as next_opening
    from {{ model }}
)

select *
from followed
where opening + movement <> closing or closing <> next_opening
{% endtest %}
