-- The gross of a statement's sales, where every accrual is reversed, is what owners were credited in all. What the
-- company bears alone (a short payment, an imbalance) is no part of either.
with counted as (
    select
        share.company_code,
        share.well_id,
        share.product,
        share.production_month,
        share.gross_amount as owners_amount,
        0 as statement_amount,
        0 as accrued_amount,
        0 as alone_amount
    from {{ ref('int_owner_share') }} as share

    union all

    select
        period.company_code,
        period.well_id,
        period.product,
        period.production_month,
        0 as owners_amount,
        -period.gross_amount as statement_amount,
        0 as accrued_amount,
        0 as alone_amount
    from {{ ref('int_lease_operating_period') }} as period
    where period.is_revenue and period.is_derived

    union all

    select
        line.company_code,
        line.well_id,
        line.product,
        line.production_month,
        0 as owners_amount,
        0 as statement_amount,
        case when line.document_type in ('ACR', 'RVS') then line.net_amount else 0 end as accrued_amount,
        case
            when line.document_type not in ('ACR', 'RVS') and line.owner_id is null then -line.net_amount else 0
        end as alone_amount
    from {{ ref('journal_lines') }} as line
    where
        line.source = 'REV'
        and line.document_type <> 'CLS'
        and {{ on_accounts('line', "account.account_type = 'REVENUE' and account.los_line is not null") }}
)

select
    counted.company_code,
    counted.well_id,
    counted.product,
    counted.production_month,
    sum(counted.owners_amount) as owners_amount,
    sum(counted.statement_amount) as statement_amount
from counted
inner join {{ ref('int_current_company') }} as company
    on counted.company_code = company.company_code and company.role = 'OPERATOR'
group by counted.company_code, counted.well_id, counted.product, counted.production_month
having
    sum(counted.accrued_amount) = 0
    and sum(counted.owners_amount) + sum(counted.alone_amount) <> sum(counted.statement_amount)
