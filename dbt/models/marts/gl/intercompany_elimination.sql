-- Lines that name a partner company, on the accounts that intercompany_rule eliminates: what each company booked, and
-- what of it its partner did not book alike. The year-end close only moves results and takes no part.
with booked as (
    select
        movement.company_code,
        movement.partner_company,
        rule.elimination_set,
        movement.account_code,
        rule.eliminated_on,
        movement.transaction_type,
        movement.period_key,
        min(movement.functional_currency) as functional_currency,
        sum(movement.net_amount) as net_amount
    from {{ ref('int_account_movement') }} as movement
    inner join {{ ref('intercompany_rule') }} as rule on movement.account_code = rule.account_code
    where
        movement.partner_company is not null
        and movement.document_type <> 'CLS'
        and (movement.document_type <> 'OPN' or rule.includes_opening)
    group by
        movement.company_code,
        movement.partner_company,
        rule.elimination_set,
        movement.account_code,
        rule.eliminated_on,
        movement.transaction_type,
        movement.period_key
)

select
    booked.period_key,
    booked.elimination_set,
    booked.company_code,
    booked.partner_company,
    booked.account_code,
    booked.transaction_type,
    booked.eliminated_on,
    booked.functional_currency,
    booked.net_amount::numeric(20, 2) as net_amount,
    -- Both partners' lines of a pair together, whichever of them booked.
    (sum(booked.net_amount) over (
        partition by
            booked.period_key,
            booked.elimination_set,
            least(booked.company_code, booked.partner_company),
            greatest(booked.company_code, booked.partner_company)
    ))::numeric(20, 2) as pair_difference
from booked
