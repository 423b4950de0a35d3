-- Each line of severance tax payable beside what the rate in force makes of its base: the newest record of its tax code
-- on the first production day. Credits positive: tax owed.
with line as (
    select
        line.company_code,
        line.period_key,
        line.entry_id,
        line.line_number,
        line.document_type,
        line.posting_date,
        line.production_month,
        line.tax_code,
        line.product,
        line.well_id,
        line.base_amount,
        line.rate,
        line.quantity,
        line.unit_of_measure,
        (-line.net_amount)::numeric(18, 2) as posted_amount,
        case
            when line.document_type = 'OPN' then 'CARRIED_IN'
            when line.document_type in ('ACR', 'RVS') then 'ACCRUED'
            when line.base_amount is not null then 'POSTED'
            else 'REMITTED'
        end as movement
    from {{ ref('journal_lines') }} as line
    where
        {{ on_accounts('line', "account.account_type = 'LIABILITY' and 'TAX' = any(account.required_dimensions)") }}
)

select
    line.*,
    tax.state,
    tax.effective_date as rate_effective_date,
    tax.rate as statutory_rate,
    tax.rate_per_unit as statutory_rate_per_unit,
    -- A negative value owes nothing, but a correction may take tax back. A reversal negates quantities, not its base.
    (
        case line.document_type
            when 'ADJ' then round(line.base_amount * tax.rate, 2)
            when 'RVS' then -round(greatest(line.base_amount, 0) * tax.rate, 2)
            else round(greatest(line.base_amount, 0) * tax.rate, 2)
        end
        + round(coalesce(line.quantity, 0) * tax.rate_per_unit, 2)
    )::numeric(18, 2) as statutory_amount,
    -- A correction is the difference of two roundings.
    case line.document_type when 'ADJ' then 0.02 else 0.01 end::numeric(18, 2) as tolerance
from line
left join lateral (
    select
        rate.state,
        rate.effective_date,
        rate.rate,
        rate.rate_per_unit
    from {{ ref('stg_tax_rate') }} as rate
    where rate.tax_code = line.tax_code and rate.effective_date <= line.production_month
    order by rate.effective_date desc
    limit 1
) as tax on true
