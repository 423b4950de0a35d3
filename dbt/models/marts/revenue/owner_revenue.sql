{{ config(materialized='view') }}

-- Check-stub detail. A view: the lines are summed once in int_owner_share, names are read as they stand.
select
    share.company_code,
    share.period_key,
    share.entry_id,
    share.owner_id,
    owner.name as owner_name,
    owner.owner_type,
    share.posting_date,
    share.production_month,
    case when share.document_type = 'ADJ' then 'ADJUSTMENT' else 'SALE' end as stub_type,
    share.adjusts_entry_id,
    share.well_id,
    well.name as well_name,
    share.lease_id,
    well.basin,
    well.state,
    well.county,
    share.product,
    share.interest_type,
    share.decimal_interest,
    account.account_type = 'REVENUE' as is_own_interest,
    share.suspense_code is not null as is_held,
    share.suspense_code,
    share.volume,
    share.unit_of_measure,
    share.unit_price,
    share.gross_amount,
    share.tax_code,
    share.tax_amount,
    share.deduct_amount,
    share.net_amount,
    share.functional_currency
from {{ ref('int_owner_share') }} as share
left join {{ ref('int_current_owner') }} as owner on share.owner_id = owner.owner_id
left join {{ ref('int_current_well') }} as well on share.well_id = well.well_id
left join {{ ref('int_current_account') }} as account on share.account_code = account.account_code
