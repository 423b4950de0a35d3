-- The gross of a statement's sales, on production months whose sales are all final, is what owners were credited in all; a
-- short payment is borne by the company alone.
with owners as (
    select
        share.company_code,
        share.well_id,
        share.product,
        share.production_month,
        sum(share.gross_amount) as gross_amount
    from {{ ref('int_owner_share') }} as share
    group by share.company_code, share.well_id, share.product, share.production_month
),

statement as (
    select
        period.company_code,
        period.well_id,
        period.product,
        period.production_month,
        -sum(period.gross_amount) filter (where period.is_derived) as gross_amount
    from {{ ref('int_lease_operating_period') }} as period
    where period.is_revenue
    group by period.company_code, period.well_id, period.product, period.production_month
),

-- Accruals of these are reversed; an imbalance counts at the company's own.
settled as (
    select
        line.company_code,
        line.well_id,
        line.product,
        line.production_month
    from {{ ref('journal_lines') }} as line
    where {{ on_accounts('line', "account.account_type = 'REVENUE' and account.los_line is not null") }}
    group by line.company_code, line.well_id, line.product, line.production_month
    having
        coalesce(sum(line.net_amount) filter (where line.document_type in ('ACR', 'RVS')), 0) = 0
        and not bool_or(line.owner_id is null and line.document_type = 'STD')
)

select
    owners.*,
    statement.gross_amount as statement_amount
from owners
inner join settled
    on
        owners.company_code = settled.company_code
        and owners.well_id = settled.well_id
        and owners.product = settled.product
        and owners.production_month = settled.production_month
left join statement
    on
        owners.company_code = statement.company_code
        and owners.well_id = statement.well_id
        and owners.product = statement.product
        and owners.production_month = statement.production_month
where owners.gross_amount is distinct from statement.gross_amount
