-- What each period cost an AFE, by class: the company's own part as it stands in work in progress, and the whole,
-- which adds what partners were billed. The end of a project moves the cost elsewhere and is no cost.
--
-- What was carried in when the books began is whole where its cut-back came after, and the ledger has that: what the
-- base of a month's cut-back names beyond what the ledger has of the month. The rest was cut back before: over the
-- company's interest it gives the whole.
with class as (
    select * from {{ ref('capital_cost_class') }}
),

own as (
    select
        line.company_code,
        line.period_key,
        line.afe_number,
        coalesce(class.cost_class, 'OTHER') as cost_class,
        line.movement = 'CARRIED_IN' as is_carried_in,
        sum(line.net_amount) as own_amount,
        -- An accrual names the whole of its own line as base.
        sum(
            case
                when line.movement = 'ACCRUED' and company.role = 'OPERATOR' and line.base_amount is not null
                    then sign(line.net_amount) * abs(line.base_amount)
                else line.net_amount
            end
        ) as before_bills
    from {{ ref('int_work_in_progress_movement') }} as line
    left join class on line.natural_account = class.natural_account
    left join {{ ref('int_current_company') }} as company on line.company_code = company.company_code
    where line.movement not in ('CAPITALISED', 'EXPENSED_DRY') and line.afe_number is not null
    group by
        line.company_code, line.period_key, line.afe_number, coalesce(class.cost_class, 'OTHER'),
        line.movement = 'CARRIED_IN'
),

bill as (
    select
        bill.company_code,
        bill.period_key,
        bill.posting_date,
        bill.entry_id,
        bill.afe_number,
        coalesce(class.cost_class, 'OTHER') as cost_class,
        bill.bearer,
        bill.working_interest,
        bill.gross_amount,
        bill.share_amount,
        bill.is_cut_back
    from {{ ref('int_joint_interest_bill') }} as bill
    left join class on left(bill.billed_account_code, 3) = class.natural_account
    where bill.afe_number is not null
),

billed as (
    select
        bill.company_code,
        bill.period_key,
        bill.afe_number,
        bill.cost_class,
        sum(bill.share_amount) as billed_amount
    from bill
    where bill.bearer <> 'OWN'
    group by bill.company_code, bill.period_key, bill.afe_number, bill.cost_class
),

began as (
    select
        line.company_code,
        date_trunc('month', max(line.posting_date)) + interval '1 month' as next_month
    from {{ ref('int_capital_line') }} as line
    where line.document_type = 'OPN'
    group by line.company_code
),

-- The cost that was carried in whole. Overhead, which is billed on its own, is no cost that is cut back.
uncut as (
    select
        part.company_code,
        part.afe_number,
        part.cost_class,
        sum(part.amount) as gross_amount
    from (
        select
            bill.company_code,
            bill.posting_date,
            bill.afe_number,
            bill.cost_class,
            bill.gross_amount as amount
        from bill
        where bill.is_cut_back
        union all
        select
            line.company_code,
            line.posting_date,
            line.afe_number,
            coalesce(class.cost_class, 'OTHER') as cost_class,
            -line.net_amount as amount
        from {{ ref('int_work_in_progress_movement') }} as line
        left join class on line.natural_account = class.natural_account
        where line.movement = 'SPENT' and line.entry_id not in (select bill.entry_id from bill)
    ) as part
    inner join began on part.company_code = began.company_code and part.posting_date < began.next_month
    where
        part.afe_number in (
            select bill.afe_number
            from bill
            inner join began as since
                on bill.company_code = since.company_code and bill.posting_date < since.next_month
            where bill.is_cut_back
        )
    group by part.company_code, part.afe_number, part.cost_class
),

interest as (
    select
        afe.afe_number,
        sum(deck.working_interest) as own_interest
    from (
        select distinct
            stg_afe.afe_number,
            stg_afe.company_code,
            stg_afe.well_id
        from {{ ref('stg_afe') }} as stg_afe
    ) as afe
    inner join {{ ref('int_current_well') }} as well on afe.well_id = well.well_id
    -- The budget of who does not operate is its own share already.
    inner join {{ ref('int_current_company') }} as company
        on afe.company_code = company.company_code and company.role = 'OPERATOR'
    inner join (
        select distinct on (jib_deck.jib_code, jib_deck.share_number)
            jib_deck.company_code,
            jib_deck.lease_id,
            jib_deck.counterparty_id,
            jib_deck.working_interest
        from {{ ref('stg_jib_deck') }} as jib_deck
        order by jib_deck.jib_code, jib_deck.share_number, jib_deck.effective_date
    ) as deck
        on well.lease_id = deck.lease_id and afe.company_code = deck.company_code and deck.counterparty_id is null
    group by afe.afe_number
)

select
    own.company_code,
    own.period_key,
    own.afe_number,
    own.cost_class,
    own.is_carried_in,
    own.own_amount::numeric(18, 2) as own_amount,
    coalesce(uncut.gross_amount, 0)::numeric(18, 2) as uncut_amount,
    (case
        when own.is_carried_in
            then
                round(
                    (own.own_amount - coalesce(uncut.gross_amount, 0)) / coalesce(interest.own_interest, 1), 2
                ) + coalesce(uncut.gross_amount, 0)
        else own.before_bills + coalesce(billed.billed_amount, 0)
    end)::numeric(18, 2) as gross_amount
from own
left join billed
    on
        not own.is_carried_in
        and own.company_code = billed.company_code
        and own.period_key = billed.period_key
        and own.afe_number = billed.afe_number
        and own.cost_class = billed.cost_class
left join uncut
    on
        own.is_carried_in
        and own.company_code = uncut.company_code
        and own.afe_number = uncut.afe_number
        and own.cost_class = uncut.cost_class
left join interest on own.afe_number = interest.afe_number
