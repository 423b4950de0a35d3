-- Each line of work in progress and what it did: carried in, cost, accrual, bill to partners, or the end of a
-- project, which is a credit in an entry that debits property or dry hole expense for the same AFE.
with ended as (
    select distinct
        line.entry_id,
        case
            when account.statement_line = 'Exploration' then 'EXPENSED_DRY'
            else 'CAPITALISED'
        end as movement
    from {{ ref('journal_lines') }} as line
    inner join {{ ref('int_current_account') }} as account on line.account_code = account.account_code
    where
        line.side = 'DEBIT'
        and line.afe_number is not null
        and {{ on_accounts('line', "account.statement_line in ('Proved property', 'Exploration')") }}
),

-- Entries that bill partners. A line of theirs that names a base is cut back, or given back; overhead names none.
billing as (
    select distinct line.entry_id
    from {{ ref('int_capital_line') }} as line
    where line.statement_line = 'Billed to partners'
)

select
    line.company_code,
    line.period_key,
    line.posting_date,
    line.entry_id,
    line.line_number,
    line.account_code,
    left(line.account_code, 3) as natural_account,
    line.afe_number,
    line.net_amount,
    line.base_amount,
    case
        when line.document_type = 'OPN' then 'CARRIED_IN'
        when ended.entry_id is not null and line.net_amount < 0 then ended.movement
        when line.document_type in ('ACR', 'RVS') then 'ACCRUED'
        when billing.entry_id is not null and line.base_amount is not null then 'BILLED'
        else 'SPENT'
    end as movement
from {{ ref('int_capital_line') }} as line
left join ended on line.entry_id = ended.entry_id
left join billing on line.entry_id = billing.entry_id
where line.statement_line = 'Work in progress'
