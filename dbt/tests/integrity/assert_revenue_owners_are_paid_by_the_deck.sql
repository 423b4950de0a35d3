-- A sale credits each owner by the deck in force on the first production day, whatever decks came later.
with deck as (
    select
        held.*,
        lead(held.effective_date) over (
            partition by held.well_id, held.product
            order by held.effective_date
        ) as next_effective_date
    from (
        select distinct
            interest.well_id,
            interest.product,
            interest.effective_date
        from {{ ref('stg_owner_deck') }} as interest
    ) as held
),

held as (
    select
        interest.well_id,
        interest.product,
        deck.effective_date,
        coalesce(deck.next_effective_date, 'infinity'::date) as next_effective_date,
        interest.owner_id,
        sum(interest.decimal_interest) as decimal_interest
    from {{ ref('stg_owner_deck') }} as interest
    inner join deck
        on
            interest.well_id = deck.well_id
            and interest.product = deck.product
            and interest.effective_date = deck.effective_date
    group by
        interest.well_id, interest.product, deck.effective_date, deck.next_effective_date, interest.owner_id
)

select
    share.entry_id,
    share.owner_id,
    share.production_month,
    share.decimal_interest,
    held.decimal_interest as deck_interest
from {{ ref('int_owner_share') }} as share
left join held
    on
        share.well_id = held.well_id
        and share.product = held.product
        and share.owner_id = held.owner_id
        and share.production_month >= held.effective_date
        and share.production_month < held.next_effective_date
where share.decimal_interest is not null and share.decimal_interest is distinct from held.decimal_interest
