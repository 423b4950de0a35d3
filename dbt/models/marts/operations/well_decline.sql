-- What a well made in a month beside what its reserves promised. The plan is the exponential decline that the last
-- estimate and the last month's production imply: R x (1 - exp(-q / R)). Liquids count in the gas that held them, as
-- they do in reserves.
with produced as (
    select
        production.well_id,
        production.production_month,
        sum(case production.product when 'OIL' then production.volume else 0 end) as oil_barrels,
        sum(case production.product when 'GAS' then production.volume else 0 end) as gas_mcf,
        sum(case production.product when 'NGL' then production.volume else 0 end) as liquids_gallons,
        coalesce(sum(
            case
                when production.product in ('OIL', 'GAS')
                    then {{ barrels_of_oil_equivalent('production.volume', 'production.unit_of_measure') }}
            end
        ), 0) as boe
    from {{ ref('int_current_production') }} as production
    group by production.well_id, production.production_month
),

estimated as (
    select
        reserve.well_id,
        date_trunc('month', reserve.effective_date)::date as estimate_month,
        sum({{ barrels_of_oil_equivalent('reserve.proved_developed', 'reserve.unit_of_measure') }}) as reserve_boe
    from {{ ref('stg_reserve') }} as reserve
    where reserve.product in ('OIL', 'GAS')
    group by reserve.well_id, date_trunc('month', reserve.effective_date)::date
),

before as (
    select
        produced.*,
        lag(produced.boe) over well_months as previous_boe,
        lag(produced.production_month) over well_months as previous_month,
        sum(produced.boe) over well_months as cumulative_boe
    from produced
    window well_months as (partition by produced.well_id order by produced.production_month)
),

planned as (
    select
        before.*,
        opening.reserve_boe as opening_reserve_boe,
        closing.reserve_boe as closing_reserve_boe,
        case
            when
                opening.reserve_boe > 0
                and before.previous_boe > 0
                and before.previous_month = before.production_month - interval '1 month'
                then opening.reserve_boe * (1 - exp(-before.previous_boe / opening.reserve_boe))
        end as planned_boe
    from before
    left join estimated as opening
        on
            before.well_id = opening.well_id
            and before.production_month = opening.estimate_month + interval '1 month'
    left join estimated as closing
        on before.well_id = closing.well_id and before.production_month = closing.estimate_month
)

select
    planned.well_id,
    planned.production_month,
    well.name as well_name,
    well.company_code,
    well.lease_id,
    well.basin,
    well.state,
    well.first_production_date,
    planned.oil_barrels::numeric(18, 3) as oil_barrels,
    planned.gas_mcf::numeric(18, 3) as gas_mcf,
    planned.liquids_gallons::numeric(18, 3) as liquids_gallons,
    planned.boe::numeric(18, 3) as boe,
    planned.planned_boe::numeric(18, 3) as planned_boe,
    (planned.boe - planned.planned_boe)::numeric(18, 3) as variance_boe,
    (planned.boe / nullif(planned.planned_boe, 0) - 1)::numeric(18, 6) as variance_of_plan,
    (planned.boe / nullif(planned.previous_boe, 0) - 1)::numeric(18, 6) as change_on_month,
    planned.cumulative_boe::numeric(18, 3) as cumulative_boe,
    planned.opening_reserve_boe::numeric(18, 3) as opening_reserve_boe,
    planned.closing_reserve_boe::numeric(18, 3) as closing_reserve_boe,
    (planned.closing_reserve_boe - planned.opening_reserve_boe + planned.boe)::numeric(18, 3) as reserve_revision_boe,
    (planned.closing_reserve_boe / nullif(planned.boe, 0))::numeric(18, 2) as months_of_reserve
from planned
left join {{ ref('int_current_well') }} as well on planned.well_id = well.well_id
