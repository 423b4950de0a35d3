-- Property tax by state and month: what the rate makes of its base, and what was accrued. The rate stands on each line
-- of what an operator owes a county; what partners are billed of it, or others bill, is joint interest.
with line as (
    select
        line.company_code,
        well.state,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date as production_month,
        line.base_amount,
        line.rate,
        line.net_amount,
        round(line.base_amount * line.rate, 2) as rated_amount
    from {{ ref('journal_lines') }} as line
    left join {{ ref('int_current_well') }} as well on line.well_id = well.well_id
    where
        {{ on_accounts('line', "account.los_line = 'Ad valorem tax'") }}
        and line.document_type not in ('CLS', 'OPN')
        and line.source <> 'JIB'
        -- A fee a well is on record under a code, and is no tax of a value.
        and line.tax_code is null
)

select
    line.company_code,
    coalesce(line.state, 'UNASSIGNED') as state,
    line.production_month,
    coalesce(sum(line.base_amount), 0)::numeric(18, 2) as taxable_value,
    max(line.rate)::numeric(18, 8) as tax_rate,
    coalesce(sum(line.rated_amount), 0)::numeric(18, 2) as rated_tax,
    sum(line.net_amount)::numeric(18, 2) as accrued_tax,
    count(*) as line_count,
    count(*) filter (where line.net_amount is distinct from line.rated_amount) as lines_off_rate
from line
group by line.company_code, coalesce(line.state, 'UNASSIGNED'), line.production_month
