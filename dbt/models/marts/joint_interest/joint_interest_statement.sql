-- What each partner is billed, by AFE, account and billing period, beside what the operator keeps: all bearers of an
-- account's cost together come to the whole.
select
    bill.company_code,
    bill.period_key,
    date_trunc('month', bill.posting_date)::date as billing_month,
    bill.entry_id,
    bill.source_document as invoice_number,
    bill.due_date,
    bill.bearer,
    bill.bearer = 'OWN' as is_own_share,
    partner.name as partner_name,
    bill.jib_code,
    bill.lease_id,
    lease.name as lease_name,
    coalesce(bill.afe_number, 'NONE') as afe_number,
    bill.billed_account_code,
    account.name as billed_account_name,
    account.statement_line as cost_kind,
    bill.gross_amount,
    bill.working_interest,
    bill.share_amount,
    bill.functional_currency
from {{ ref('int_joint_interest_bill') }} as bill
left join {{ ref('int_current_counterparty') }} as partner on bill.counterparty_id = partner.counterparty_id
left join {{ ref('int_current_lease') }} as lease on bill.lease_id = lease.lease_id
left join {{ ref('int_current_account') }} as account on bill.billed_account_code = account.account_code
