-- Every rollup comes to what the wells come to, line by line and barrel by barrel.
with wells as (
    select
        volume.month_basis,
        volume.statement_month,
        volume.company_code,
        sum(volume.boe) as boe
    from {{ ref('well_volume') }} as volume
    group by volume.month_basis, volume.statement_month, volume.company_code
),

leases as (
    select
        statement.month_basis,
        statement.statement_month,
        statement.company_code,
        sum(statement.boe) as boe
    from (
        select distinct
            line.month_basis,
            line.statement_month,
            line.company_code,
            line.lease_id,
            line.boe
        from {{ ref('lease_operating_statement_by_lease') }} as line
    ) as statement
    group by statement.month_basis, statement.statement_month, statement.company_code
)

select
    wells.*,
    leases.boe as leases_boe
from wells
left join leases
    on
        wells.month_basis = leases.month_basis
        and wells.statement_month = leases.statement_month
        and wells.company_code = leases.company_code
where wells.boe is distinct from leases.boe
