-- What each well sold in a month, on either month basis, net to the company and at 8/8.
with product_volume as (
    select
        month.*,
        {{ barrels_of_oil_equivalent('month.volume', 'month.unit_of_measure') }} as boe,
        {{ barrels_of_oil_equivalent('month.gross_volume', 'month.unit_of_measure') }} as gross_boe
    from {{ ref('int_lease_operating_month') }} as month
    where month.is_revenue
)

select
    product_volume.month_basis,
    product_volume.statement_month,
    product_volume.company_code,
    product_volume.lease_id,
    product_volume.well_id,
    coalesce(sum(product_volume.volume) filter (where product_volume.product = 'OIL'), 0)::numeric(18, 3)
        as oil_barrels,
    coalesce(sum(product_volume.volume) filter (where product_volume.product = 'GAS'), 0)::numeric(18, 3) as gas_mcf,
    coalesce(sum(product_volume.volume) filter (where product_volume.product = 'NGL'), 0)::numeric(18, 3)
        as liquids_gallons,
    coalesce(sum(product_volume.boe), 0)::numeric(18, 3) as boe,
    coalesce(sum(product_volume.gross_volume) filter (where product_volume.product = 'OIL'), 0)::numeric(18, 3)
        as gross_oil_barrels,
    coalesce(sum(product_volume.gross_volume) filter (where product_volume.product = 'GAS'), 0)::numeric(18, 3)
        as gross_gas_mcf,
    coalesce(sum(product_volume.gross_volume) filter (where product_volume.product = 'NGL'), 0)::numeric(18, 3)
        as gross_liquids_gallons,
    coalesce(sum(product_volume.gross_boe), 0)::numeric(18, 3) as gross_boe
from product_volume
group by
    product_volume.month_basis,
    product_volume.statement_month,
    product_volume.company_code,
    product_volume.lease_id,
    product_volume.well_id
