{{ config(materialized='table', post_hook='analyze {{ this }}') }}

-- What joint interest bills charge, a row for each bearer of an account's cost in an entry: each partner as billed, and
-- the operator as its own lines have it. A cut-back credits what partners bear and names each well's cost as base, so
-- the operator's own is the base less the credit; what is taken back is the other way about; overhead debits the
-- operator's own directly. Bases are positive: the side says which way they go.
with billed as (
    select
        line.entry_id,
        line.billed_account_code,
        line.afe_number,
        line.counterparty_id,
        min(line.company_code) as company_code,
        min(line.period_key) as period_key,
        min(line.posting_date) as posting_date,
        min(line.due_date) as due_date,
        min(line.source_document) as source_document,
        min(line.transaction_type) as transaction_type,
        min(line.jib_code) as jib_code,
        min(line.lease_id) as lease_id,
        max(line.decimal_interest) as working_interest,
        sum(line.net_amount) as share_amount,
        max(abs(line.base_amount)) filter (where line.net_amount > 0) as charged_base,
        max(abs(line.base_amount)) filter (where line.net_amount < 0) as returned_base,
        min(line.functional_currency) as functional_currency
    from {{ ref('journal_lines') }} as line
    where
        line.billed_account_code is not null
        and {{ on_accounts('line', "account.account_type = 'ASSET' and 'JIB' = any(account.required_dimensions)") }}
    group by line.entry_id, line.billed_account_code, line.afe_number, line.counterparty_id
),

bill as (
    select
        billed.entry_id,
        billed.billed_account_code,
        billed.afe_number,
        min(billed.company_code) as company_code,
        min(billed.period_key) as period_key,
        min(billed.posting_date) as posting_date,
        min(billed.due_date) as due_date,
        min(billed.source_document) as source_document,
        min(billed.transaction_type) as transaction_type,
        min(billed.jib_code) as jib_code,
        min(billed.lease_id) as lease_id,
        coalesce(max(billed.charged_base), 0) - coalesce(max(billed.returned_base), 0) as gross_amount,
        sum(billed.working_interest) as billed_interest,
        min(billed.functional_currency) as functional_currency
    from billed
    group by billed.entry_id, billed.billed_account_code, billed.afe_number
),

own as (
    select
        line.entry_id,
        line.account_code as billed_account_code,
        line.afe_number,
        sum(line.net_amount - sign(line.net_amount) * abs(coalesce(line.base_amount, 0))) as own_amount,
        bool_or(line.base_amount is not null) as is_cut_back
    from {{ ref('journal_lines') }} as line
    where
        line.entry_id = any(array(select bill.entry_id from bill))
        and line.billed_account_code is null
        and line.account_code in (select bill.billed_account_code from bill)
    group by line.entry_id, line.account_code, line.afe_number
)

select
    billed.company_code,
    billed.period_key,
    billed.posting_date,
    billed.due_date,
    billed.entry_id,
    billed.source_document,
    billed.transaction_type,
    billed.jib_code,
    billed.lease_id,
    billed.billed_account_code,
    billed.afe_number,
    billed.counterparty_id,
    billed.counterparty_id as bearer,
    bill.gross_amount::numeric(18, 2) as gross_amount,
    billed.working_interest::numeric(9, 8) as working_interest,
    billed.share_amount::numeric(18, 2) as share_amount,
    null::boolean as is_cut_back,
    billed.functional_currency
from billed
inner join bill
    on
        billed.entry_id = bill.entry_id
        and billed.billed_account_code = bill.billed_account_code
        and billed.afe_number is not distinct from bill.afe_number

union all

select
    bill.company_code,
    bill.period_key,
    bill.posting_date,
    bill.due_date,
    bill.entry_id,
    bill.source_document,
    bill.transaction_type,
    bill.jib_code,
    bill.lease_id,
    bill.billed_account_code,
    bill.afe_number,
    null as counterparty_id,
    'OWN' as bearer,
    bill.gross_amount::numeric(18, 2) as gross_amount,
    (1 - bill.billed_interest)::numeric(9, 8) as working_interest,
    coalesce(own.own_amount, 0)::numeric(18, 2) as share_amount,
    coalesce(own.is_cut_back, false) as is_cut_back,
    bill.functional_currency
from bill
left join own
    on
        bill.entry_id = own.entry_id
        and bill.billed_account_code = own.billed_account_code
        and bill.afe_number is not distinct from own.afe_number
