-- The same on either month: the month in which it was booked, or the month in which it was produced. Income positive.
select
    'ACCOUNTING' as month_basis,
    period.accounting_month as statement_month,
    period.company_code,
    coalesce(period.lease_id, 'UNASSIGNED') as lease_id,
    coalesce(period.well_id, 'UNASSIGNED') as well_id,
    period.los_line,
    period.is_revenue,
    period.product,
    -sum(period.net_amount) as amount,
    -sum(period.gross_amount) as gross_amount,
    max(period.unit_of_measure) as unit_of_measure,
    sum(period.volume) as volume,
    sum(period.gross_volume) as gross_volume,
    max(period.added_at) as added_at
from {{ ref('int_lease_operating_period') }} as period
group by
    period.accounting_month,
    period.company_code,
    period.lease_id,
    period.well_id,
    period.los_line,
    period.is_revenue,
    period.product

union all

select
    'PRODUCTION' as month_basis,
    period.production_month as statement_month,
    period.company_code,
    coalesce(period.lease_id, 'UNASSIGNED') as lease_id,
    coalesce(period.well_id, 'UNASSIGNED') as well_id,
    period.los_line,
    period.is_revenue,
    period.product,
    -sum(period.net_amount) as amount,
    -sum(period.gross_amount) as gross_amount,
    max(period.unit_of_measure) as unit_of_measure,
    sum(period.volume) as volume,
    sum(period.gross_volume) as gross_volume,
    max(period.added_at) as added_at
from {{ ref('int_lease_operating_period') }} as period
group by
    period.production_month,
    period.company_code,
    period.lease_id,
    period.well_id,
    period.los_line,
    period.is_revenue,
    period.product
