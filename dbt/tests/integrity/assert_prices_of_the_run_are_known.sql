-- Every month of the run's own prices that the ledger has reached has one price for each series. Months between the end
-- of real prices and a later start of the run are none that the ledger was in.
with series as (
    select distinct price.series
    from {{ ref('market_price') }} as price
    where price.is_run_source
),

bounds as (
    select
        date_trunc('month', min(run.start_date)) as first_month,
        max(price.price_month) as last_month
    from {{ ref('market_price') }} as price
    inner join {{ ref('stg_run') }} as run on price.price_source = run.price_source
)

select
    series.series,
    month.price_month::date as price_month
from series
cross join bounds
cross join generate_series(bounds.first_month, bounds.last_month, interval '1 month') as month (price_month)
left join {{ ref('benchmark_month') }} as benchmark
    on series.series = benchmark.series and month.price_month::date = benchmark.price_month and benchmark.is_run_source
where benchmark.series is null
