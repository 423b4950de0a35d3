-- The shares of a joint interest billing deck come to exactly one. A deck of a company that is no operator names its
-- own share and the operator's.
select
    deck.jib_code,
    deck.effective_date,
    sum(deck.working_interest) as working_interest
from {{ ref('stg_jib_deck') }} as deck
inner join {{ ref('int_current_company') }} as company on deck.company_code = company.company_code
where company.role = 'OPERATOR'
group by deck.jib_code, deck.effective_date
having sum(deck.working_interest) <> 1
