-- What partners are billed and what the operator keeps come to the cost at 8/8, to the cent, for each account of each
-- bill.
select
    statement.entry_id,
    statement.billed_account_code,
    statement.afe_number,
    max(statement.gross_amount) as gross_amount,
    sum(statement.share_amount) as share_amount,
    sum(statement.working_interest) as working_interest
from {{ ref('joint_interest_statement') }} as statement
group by statement.entry_id, statement.billed_account_code, statement.afe_number
having
    sum(statement.share_amount) <> max(statement.gross_amount)
    or max(statement.gross_amount) <> min(statement.gross_amount)
    or sum(statement.working_interest) <> 1
