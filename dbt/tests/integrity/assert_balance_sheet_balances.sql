-- Assets equal liabilities and equity, for every company, the group and every period, before the close as after it.
select
    sheet.company_code,
    sheet.period_key,
    sum(sheet.amount) filter (where sheet.section = 'ASSETS') as assets,
    sum(sheet.amount) filter (where sheet.section = 'LIABILITIES_AND_EQUITY') as liabilities_and_equity
from {{ ref('balance_sheet') }} as sheet
where sheet.line_type = 'TOTAL'
group by sheet.company_code, sheet.period_key
having
    sum(sheet.amount) filter (where sheet.section = 'ASSETS')
    is distinct from sum(sheet.amount) filter (where sheet.section = 'LIABILITIES_AND_EQUITY')
