-- Each line of property and what it did. Cost: carried in, added, retired; accumulated: carried in, depleted, taken
-- off with a retirement. A correction stands with what it corrects: the side tells.
select
    line.company_code,
    line.period_key,
    class.property_class,
    coalesce(line.well_id, line.lease_id, 'COMPANY') as asset_id,
    class.balance_part,
    line.account_code,
    line.transaction_type,
    line.net_amount,
    case
        when line.document_type = 'OPN' then 'CARRIED_IN'
        when class.balance_part = 'COST' and retired.entry_id is null then 'ADDED'
        when class.balance_part = 'ACCUMULATED' and retired.entry_id is null then 'DEPLETED'
        else 'RETIRED'
    end as movement
from {{ ref('int_capital_line') }} as line
inner join {{ ref('property_class') }} as class on line.account_code = class.account_code
left join (
    -- An entry that credits cost takes property off the books.
    select distinct credit.entry_id
    from {{ ref('int_capital_line') }} as credit
    inner join {{ ref('property_class') }} as credited on credit.account_code = credited.account_code
    where credited.balance_part = 'COST' and credit.net_amount < 0 and credit.document_type not in ('OPN', 'RVS')
) as retired on line.entry_id = retired.entry_id
