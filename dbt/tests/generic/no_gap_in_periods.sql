{# Every company has each of a year's periods between its first and its last; period_key is year * 100 + period. #}
{% test no_gap_in_periods(model, company='company_code', period_key='period_key', first_period=0) %}
with present as (
    select distinct
        {{ company }} as company_code,
        {{ period_key }} as period_key
    from {{ model }}
),

bounds as (
    select
        company_code,
        min(period_key) as first_key,
        max(period_key) as last_key
    from present
    group by company_code
),

expected as (
    select
        bounds.company_code,
        fiscal_year * 100 + fiscal_period as period_key
    from bounds
    cross join lateral generate_series(bounds.first_key / 100, bounds.last_key / 100) as fiscal_year
    cross join generate_series({{ first_period }}, 13) as fiscal_period
    where fiscal_year * 100 + fiscal_period between bounds.first_key and bounds.last_key
)

select expected.*
from expected
left join present
    on expected.company_code = present.company_code and expected.period_key = present.period_key
where present.period_key is null
{% endtest %}
