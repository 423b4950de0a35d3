-- Every price of every source, at its newest revision: a revision is a record of its own, and the highest holds.
select
    price.series,
    price.price_date,
    price.price_source,
    price.revision,
    price.price,
    price.unit_of_measure,
    price.currency,
    date_trunc('month', price.price_date)::date as price_month,
    coalesce(run.price_source is not null, false) as is_run_source
from {{ ref('int_current_market_price') }} as price
left join {{ ref('stg_run') }} as run on price.price_source = run.price_source
