-- The interests of a deck come to exactly one, for each well, product and effective date.
select
    deck.well_id,
    deck.product,
    deck.effective_date,
    sum(deck.decimal_interest) as decimal_interest
from {{ ref('stg_owner_deck') }} as deck
group by deck.well_id, deck.product, deck.effective_date
having sum(deck.decimal_interest) <> 1
