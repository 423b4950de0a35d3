-- Property tax and fees a well by state and month: what the rate makes of its base, or the fee of the wells, what was
-- accrued, carried in, paid, and is still owed. The rate stands on each line of what an operator owes a county; what
-- partners are billed of it, or others bill, is joint interest. What was carried in or paid names a county's office and
-- no well, and stands in its own month.
with line as (
    select
        line.company_code,
        line.entry_id,
        well.state,
        date_trunc('month', coalesce(line.production_month, line.posting_date))::date as production_month,
        line.base_amount,
        line.rate,
        line.net_amount,
        -- A fee a well is on record under a code, and is a tax of no value.
        case
            when line.tax_code is null then round(line.base_amount * line.rate, 2)
            else round(line.quantity * line.unit_price, 2)
        end as rated_amount
    from {{ ref('journal_lines') }} as line
    left join {{ ref('int_current_well') }} as well on line.well_id = well.well_id
    where
        {{ on_accounts('line', "account.los_line = 'Ad valorem tax'") }}
        and line.document_type not in ('CLS', 'OPN')
        and line.source <> 'JIB'
),

payable as (
    select
        payable.company_code,
        payable.entry_id,
        payable.counterparty_id,
        payable.document_type,
        date_trunc('month', payable.posting_date)::date as posting_month,
        payable.net_amount
    from {{ ref('journal_lines') }} as payable
    where
        {{ on_accounts(
            'payable',
            "account.statement_line = 'Taxes payable' and 'COUNTERPARTY' = any(account.required_dimensions)"
        ) }}
),

-- An office is in the state of the wells that it taxes; where it taxed none yet, in that of the county it is named for.
office as (
    select
        taxed.counterparty_id,
        coalesce(min(line.state), min(county.state)) as state
    from payable as taxed
    left join line on taxed.entry_id = line.entry_id
    left join (
        select
            counterparty.counterparty_id,
            min(lease.state) as state
        from {{ ref('int_current_counterparty') }} as counterparty
        inner join {{ ref('int_current_lease') }} as lease on starts_with(counterparty.name, lease.county || ' ')
        group by counterparty.counterparty_id
        having min(lease.state) = max(lease.state)
    ) as county on taxed.counterparty_id = county.counterparty_id
    group by taxed.counterparty_id
),

movement as (
    select
        line.company_code,
        line.state,
        line.production_month,
        line.base_amount,
        line.rate,
        line.rated_amount,
        line.net_amount as accrued_tax,
        0::numeric as carried_in,
        0::numeric as paid_tax,
        1 as line_count,
        (line.net_amount is distinct from line.rated_amount)::integer as lines_off_rate
    from line
    union all
    select
        payable.company_code,
        office.state,
        payable.posting_month as production_month,
        null as base_amount,
        null as rate,
        null as rated_amount,
        0 as accrued_tax,
        case when payable.document_type = 'OPN' then -payable.net_amount else 0 end as carried_in,
        case when payable.document_type <> 'OPN' then payable.net_amount else 0 end as paid_tax,
        0 as line_count,
        0 as lines_off_rate
    from payable
    left join office on payable.counterparty_id = office.counterparty_id
    where payable.entry_id not in (select line.entry_id from line)
),

summed as (
    select
        movement.company_code,
        coalesce(movement.state, 'UNASSIGNED') as state,
        movement.production_month,
        coalesce(sum(movement.base_amount), 0) as taxable_value,
        max(movement.rate) as tax_rate,
        coalesce(sum(movement.rated_amount), 0) as rated_tax,
        sum(movement.accrued_tax) as accrued_tax,
        sum(movement.carried_in) as carried_in,
        sum(movement.paid_tax) as paid_tax,
        sum(movement.line_count) as line_count,
        sum(movement.lines_off_rate) as lines_off_rate
    from movement
    group by movement.company_code, coalesce(movement.state, 'UNASSIGNED'), movement.production_month
),

rolled as (
    select
        summed.*,
        sum(summed.carried_in + summed.accrued_tax - summed.paid_tax) over (
            partition by summed.company_code, summed.state
            order by summed.production_month
        ) as balance
    from summed
)

select
    rolled.company_code,
    rolled.state,
    rolled.production_month,
    rolled.taxable_value::numeric(18, 2) as taxable_value,
    rolled.tax_rate::numeric(18, 8) as tax_rate,
    rolled.rated_tax::numeric(18, 2) as rated_tax,
    (rolled.balance - rolled.carried_in - rolled.accrued_tax + rolled.paid_tax)::numeric(18, 2) as opening_balance,
    rolled.carried_in::numeric(18, 2) as carried_in,
    rolled.accrued_tax::numeric(18, 2) as accrued_tax,
    rolled.paid_tax::numeric(18, 2) as paid_tax,
    rolled.balance::numeric(18, 2) as balance,
    rolled.line_count,
    rolled.lines_off_rate
from rolled
