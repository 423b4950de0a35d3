-- What a barrel of oil equivalent leaves at the well: revenue less production taxes, gathering and operating expense.
with summed as (
    select
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        statement.state,
        statement.basin,
        statement.lease_id,
        statement.well_id,
        min(statement.well_name) as well_name,
        coalesce(sum(statement.amount) filter (where statement.category = 'Revenue'), 0) as revenue,
        coalesce(sum(statement.amount) filter (where statement.category = 'Production taxes'), 0) as production_taxes,
        coalesce(sum(statement.amount) filter (where statement.category = 'Gathering and transportation'), 0)
            as gathering,
        coalesce(sum(statement.amount) filter (where statement.category = 'Lease operating expense'), 0)
            as operating_expense,
        sum(statement.amount) as netback,
        max(statement.boe) as boe
    from {{ ref('lease_operating_statement') }} as statement
    group by
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        statement.state,
        statement.basin,
        statement.lease_id,
        statement.well_id
)

select
    summed.month_basis,
    summed.statement_month,
    summed.company_code,
    summed.state,
    summed.basin,
    summed.lease_id,
    summed.well_id,
    summed.well_name,
    summed.revenue::numeric(18, 2) as revenue,
    summed.production_taxes::numeric(18, 2) as production_taxes,
    summed.gathering::numeric(18, 2) as gathering,
    summed.operating_expense::numeric(18, 2) as operating_expense,
    summed.netback::numeric(18, 2) as netback,
    summed.boe::numeric(18, 3) as boe,
    (summed.revenue / nullif(summed.boe, 0))::numeric(18, 4) as revenue_per_boe,
    (summed.production_taxes / nullif(summed.boe, 0))::numeric(18, 4) as production_taxes_per_boe,
    (summed.gathering / nullif(summed.boe, 0))::numeric(18, 4) as gathering_per_boe,
    (summed.operating_expense / nullif(summed.boe, 0))::numeric(18, 4) as operating_expense_per_boe,
    (summed.netback / nullif(summed.boe, 0))::numeric(18, 4) as netback_per_boe
from summed
