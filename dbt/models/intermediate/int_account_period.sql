-- What each period moved on each account, in the company's functional currency.
select
    movement.company_code,
    movement.period_key,
    movement.account_code,
    movement.functional_currency,
    sum(movement.debit) as debit,
    sum(movement.credit) as credit,
    sum(movement.net_amount) as net_amount,
    sum(movement.line_count)::bigint as line_count,
    max(movement.added_at) as added_at
from {{ ref('int_account_movement') }} as movement
group by movement.company_code, movement.period_key, movement.account_code, movement.functional_currency
