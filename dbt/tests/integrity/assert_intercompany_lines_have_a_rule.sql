-- A line that names a partner company is cash, or on an account that intercompany_rule knows: else consolidation would
-- count it twice in silence.
select
    movement.account_code,
    movement.transaction_type,
    count(*) as periods,
    sum(movement.net_amount) as net_amount
from {{ ref('int_account_movement') }} as movement
inner join {{ ref('int_ledger_account') }} as account on movement.account_code = account.account_code
left join {{ ref('intercompany_rule') }} as rule on movement.account_code = rule.account_code
where
    movement.partner_company is not null
    and movement.document_type <> 'CLS'
    and account.cash_flow_class <> 'CASH'
    and rule.account_code is null
group by movement.account_code, movement.transaction_type
