-- Each depletion is what was left times the rate that its line names, to the cent; depreciation of equipment (738)
-- names the rate of a year and takes a twelfth of it a month.
with rated as (
    select
        line.entry_id,
        line.line_number,
        line.net_amount,
        round(
            line.base_amount * line.rate / case when line.account_code = '738.000' then 12 else 1 end, 2
        ) as rated_amount
    from {{ ref('journal_lines') }} as line
    where
        {{ on_accounts(
            'line',
            "account.statement_line in ('Depletion', 'Accretion') and account.account_type = 'EXPENSE'"
        ) }}
        and line.document_type not in ('CLS', 'OPN')
        and line.base_amount is not null
        and line.rate is not null
)

select *
from rated
where net_amount <> rated_amount
