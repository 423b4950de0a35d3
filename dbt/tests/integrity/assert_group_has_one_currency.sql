-- Consolidation adds: companies whose books are in different currencies would have to be translated first.
select count(distinct period.functional_currency) as currencies
from {{ ref('int_company_period') }} as period
having count(distinct period.functional_currency) > 1
