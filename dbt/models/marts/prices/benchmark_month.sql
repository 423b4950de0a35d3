-- A month's price of a series and source: the mean of its days, or the monthly figure where that is all there is.
select
    price.series,
    price.price_month,
    price.price_source,
    price.is_run_source,
    avg(price.price)::numeric(18, 6) as price,
    min(price.price)::numeric(18, 6) as lowest_price,
    max(price.price)::numeric(18, 6) as highest_price,
    count(*) as price_count,
    price.unit_of_measure,
    price.currency
from {{ ref('market_price') }} as price
group by
    price.series, price.price_month, price.price_source, price.is_run_source, price.unit_of_measure, price.currency
