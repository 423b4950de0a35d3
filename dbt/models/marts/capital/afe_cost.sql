-- Each authorisation for expenditure by period: budget with its supplements as they then stood, cost of the period
-- and since inception, and whether it is over. From the first cost or approval to the period in which it closes.
with cost as (
    select
        period.company_code,
        period.period_key,
        period.afe_number,
        sum(period.own_amount) as own_amount,
        sum(period.gross_amount) as gross_amount,
        coalesce(sum(period.gross_amount) filter (where period.is_carried_in), 0) as carried_in,
        coalesce(sum(period.gross_amount) filter (where period.cost_class = 'INTANGIBLE'), 0) as intangible,
        coalesce(sum(period.gross_amount) filter (where period.cost_class = 'TANGIBLE'), 0) as tangible,
        coalesce(sum(period.gross_amount) filter (where period.cost_class = 'LEASEHOLD'), 0) as leasehold,
        coalesce(sum(period.gross_amount) filter (
            where period.cost_class not in ('INTANGIBLE', 'TANGIBLE', 'LEASEHOLD')
        ), 0) as workover_and_other
    from {{ ref('int_afe_cost_period') }} as period
    group by period.company_code, period.period_key, period.afe_number
),

ended as (
    select
        line.company_code,
        line.afe_number,
        min(line.period_key) as ended_period_key,
        min(case line.movement when 'EXPENSED_DRY' then 'DRY_HOLE' else 'COMPLETED' end) as outcome
    from {{ ref('int_work_in_progress_movement') }} as line
    where line.movement in ('CAPITALISED', 'EXPENSED_DRY')
    group by line.company_code, line.afe_number
),

-- The record that held at the end of a period. Before the first, nothing was approved.
known as (
    select
        posted_period.company_code,
        posted_period.period_key,
        posted_period.end_date,
        afe.afe_number,
        afe.well_id,
        afe.description,
        case when afe.is_known then afe.budget else 0 end as approved_budget,
        case when afe.is_known then afe.supplement else 0 end as supplement_count,
        case when afe.is_known then afe.status else 'NOT_APPROVED' end as status,
        afe.is_known
    from {{ ref('int_posted_period') }} as posted_period
    inner join lateral (
        select distinct on (stg_afe.afe_number)
            stg_afe.afe_number,
            stg_afe.well_id,
            stg_afe.description,
            stg_afe.budget,
            stg_afe.supplement,
            stg_afe.status,
            stg_afe.effective_date <= posted_period.end_date as is_known
        from {{ ref('stg_afe') }} as stg_afe
        where stg_afe.company_code = posted_period.company_code
        order by
            stg_afe.afe_number,
            stg_afe.effective_date <= posted_period.end_date desc,
            abs(stg_afe.effective_date - posted_period.end_date)
    ) as afe on true
),

original as (
    select distinct on (stg_afe.afe_number)
        stg_afe.afe_number,
        stg_afe.budget
    from {{ ref('stg_afe') }} as stg_afe
    order by stg_afe.afe_number, stg_afe.effective_date
),

rolled as (
    select
        known.*,
        case when known.is_known then original.budget else 0 end as original_budget,
        cost.afe_number is not null as has_cost,
        coalesce(cost.gross_amount, 0) as gross_amount,
        coalesce(cost.own_amount, 0) as own_amount,
        coalesce(cost.intangible, 0) as intangible,
        coalesce(cost.tangible, 0) as tangible,
        coalesce(cost.leasehold, 0) as leasehold,
        coalesce(cost.workover_and_other, 0) as workover_and_other,
        sum(coalesce(cost.gross_amount, 0)) over to_here as gross_to_date,
        sum(coalesce(cost.own_amount, 0)) over to_here as own_to_date,
        sum(coalesce(cost.carried_in, 0)) over to_here as carried_in,
        sum(coalesce(cost.intangible, 0)) over to_here as intangible_to_date,
        sum(coalesce(cost.tangible, 0)) over to_here as tangible_to_date,
        sum(coalesce(cost.leasehold, 0)) over to_here as leasehold_to_date,
        sum(coalesce(cost.workover_and_other, 0)) over to_here as workover_and_other_to_date
    from known
    inner join original on known.afe_number = original.afe_number
    left join cost
        on
            known.company_code = cost.company_code
            and known.period_key = cost.period_key
            and known.afe_number = cost.afe_number
    window to_here as (partition by known.company_code, known.afe_number order by known.period_key)
)

select
    rolled.company_code,
    rolled.period_key,
    rolled.afe_number,
    rolled.description,
    rolled.well_id,
    well.name as well_name,
    well.lease_id,
    well.basin,
    rolled.status,
    case
        when ended.ended_period_key <= rolled.period_key then ended.outcome else 'IN_PROGRESS'
    end as outcome,
    rolled.original_budget::numeric(18, 2) as original_budget,
    (rolled.approved_budget - rolled.original_budget)::numeric(18, 2) as supplement_amount,
    rolled.supplement_count,
    rolled.approved_budget::numeric(18, 2) as approved_budget,
    rolled.intangible::numeric(18, 2) as intangible_cost,
    rolled.tangible::numeric(18, 2) as tangible_cost,
    rolled.leasehold::numeric(18, 2) as leasehold_cost,
    rolled.workover_and_other::numeric(18, 2) as workover_and_other_cost,
    rolled.gross_amount::numeric(18, 2) as period_cost,
    rolled.intangible_to_date::numeric(18, 2) as intangible_to_date,
    rolled.tangible_to_date::numeric(18, 2) as tangible_to_date,
    rolled.leasehold_to_date::numeric(18, 2) as leasehold_to_date,
    rolled.workover_and_other_to_date::numeric(18, 2) as workover_and_other_to_date,
    rolled.gross_to_date::numeric(18, 2) as cost_to_date,
    rolled.carried_in::numeric(18, 2) as carried_in,
    rolled.own_amount::numeric(18, 2) as own_period_cost,
    rolled.own_to_date::numeric(18, 2) as own_cost_to_date,
    (rolled.approved_budget - rolled.gross_to_date)::numeric(18, 2) as budget_left,
    (rolled.gross_to_date / nullif(rolled.approved_budget, 0))::numeric(18, 6) as cost_of_budget,
    rolled.gross_to_date > rolled.approved_budget as is_over_budget,
    rolled.status = 'CLOSED' and rolled.gross_amount <> 0 as is_charged_after_close
from rolled
left join {{ ref('int_current_well') }} as well on rolled.well_id = well.well_id
left join ended on rolled.company_code = ended.company_code and rolled.afe_number = ended.afe_number
where rolled.has_cost or (rolled.is_known and rolled.status <> 'CLOSED') or ended.ended_period_key = rolled.period_key
