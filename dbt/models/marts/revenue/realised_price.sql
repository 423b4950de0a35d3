-- What a product fetched in a basin, by production month, beside the benchmark of the run's own price table.
with sold as (
    select
        period.company_code,
        coalesce(well.basin, 'UNASSIGNED') as basin,
        period.product,
        period.production_month,
        max(period.unit_of_measure) as unit_of_measure,
        -sum(period.net_amount) as revenue,
        sum(period.volume) as volume
    from {{ ref('int_lease_operating_period') }} as period
    left join {{ ref('int_current_well') }} as well on period.well_id = well.well_id
    where period.is_revenue
    group by period.company_code, coalesce(well.basin, 'UNASSIGNED'), period.product, period.production_month
)

select
    sold.company_code,
    sold.basin,
    sold.product,
    sold.production_month,
    sold.unit_of_measure,
    sold.revenue::numeric(18, 2) as revenue,
    sold.volume::numeric(18, 3) as volume,
    (sold.revenue / nullif(sold.volume, 0))::numeric(18, 6) as realised_price,
    benchmark.series as benchmark_series,
    month.price as benchmark_price,
    month.unit_of_measure as benchmark_unit_of_measure,
    (sold.revenue / nullif(sold.volume, 0) - month.price)::numeric(18, 6) as differential,
    (sold.revenue / nullif(sold.volume, 0) / nullif(month.price, 0))::numeric(18, 6) as realised_of_benchmark
from sold
left join {{ ref('product_benchmark') }} as benchmark on sold.product = benchmark.product
left join {{ ref('benchmark_month') }} as month
    on
        benchmark.series = month.series
        and sold.production_month = month.price_month
        and month.is_run_source
