-- On either month basis, the statement holds what the ledger's accounts with a line on it hold: nothing is lost or
-- doubled.
with ledger as (
    select
        line.company_code,
        account.los_line,
        -sum(line.net_amount) as amount
    from {{ ref('journal_lines') }} as line
    inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
    where account.los_line is not null and line.document_type not in ('CLS', 'OPN')
    group by line.company_code, account.los_line
),

basis as (
    select unnest(array['ACCOUNTING', 'PRODUCTION']) as month_basis
),

statement as (
    select
        line.month_basis,
        line.company_code,
        line.los_line,
        sum(line.amount) as amount
    from {{ ref('lease_operating_statement') }} as line
    group by line.month_basis, line.company_code, line.los_line
)

select
    basis.month_basis,
    ledger.company_code,
    ledger.los_line,
    ledger.amount as ledger_amount,
    statement.amount as statement_amount
from ledger
cross join basis
left join statement
    on
        basis.month_basis = statement.month_basis
        and ledger.company_code = statement.company_code
        and ledger.los_line = statement.los_line
where ledger.amount is distinct from statement.amount
