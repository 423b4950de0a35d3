-- A sale credits each owner by the deck in force on the first production day, whatever decks came later.
with deck as (
    select
        share.entry_id,
        share.owner_id,
        share.decimal_interest,
        (
            select max(newest.effective_date)
            from {{ ref('stg_owner_deck') }} as newest
            where
                newest.well_id = share.well_id
                and newest.product = share.product
                and newest.effective_date <= share.production_month
        ) as effective_date,
        share.well_id,
        share.product
    from {{ ref('int_owner_share') }} as share
    where share.decimal_interest is not null
),

held as (
    select
        interest.well_id,
        interest.product,
        interest.effective_date,
        interest.owner_id,
        sum(interest.decimal_interest) as decimal_interest
    from {{ ref('stg_owner_deck') }} as interest
    group by interest.well_id, interest.product, interest.effective_date, interest.owner_id
)

select
    deck.*,
    held.decimal_interest as deck_interest
from deck
left join held
    on
        deck.well_id = held.well_id
        and deck.product = held.product
        and deck.effective_date = held.effective_date
        and deck.owner_id = held.owner_id
where deck.effective_date is not null and deck.decimal_interest is distinct from held.decimal_interest
