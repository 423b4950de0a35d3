-- A cut-back's base is what its month spent on an account for a project: that tells what was carried in and not yet cut
-- back. Of the month in which the books began the ledger lacks a part.
with began as (
    select max(date_trunc('month', line.posting_date)) + interval '1 month' as next_month
    from {{ ref('int_capital_line') }} as line
    where line.document_type = 'OPN'
),

bill as (
    select
        bill.company_code,
        bill.period_key,
        bill.afe_number,
        bill.billed_account_code as account_code,
        sum(bill.gross_amount) as gross_amount
    from {{ ref('int_joint_interest_bill') }} as bill
    left join began on true
    where
        bill.is_cut_back
        and bill.afe_number is not null
        and bill.posting_date >= coalesce(began.next_month, '-infinity')
    group by bill.company_code, bill.period_key, bill.afe_number, bill.billed_account_code
),

spent as (
    select
        line.company_code,
        line.period_key,
        line.afe_number,
        line.account_code,
        sum(line.net_amount) as spent_amount
    from {{ ref('int_work_in_progress_movement') }} as line
    where
        line.movement = 'SPENT'
        and line.entry_id not in (select overhead.entry_id from {{ ref('int_joint_interest_bill') }} as overhead)
    group by line.company_code, line.period_key, line.afe_number, line.account_code
)

select
    bill.*,
    spent.spent_amount
from bill
left join spent
    on
        bill.company_code = spent.company_code
        and bill.period_key = spent.period_key
        and bill.afe_number = spent.afe_number
        and bill.account_code = spent.account_code
where bill.gross_amount <> coalesce(spent.spent_amount, 0)
