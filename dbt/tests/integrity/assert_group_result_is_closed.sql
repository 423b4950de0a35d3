-- Once every company has closed a year, nothing of it is left as a result of the group; and what was eliminated of
-- results and of dividends cancels in retained earnings, where partners booked alike.
with closed as (
    select movement.period_key / 100 * 100 + 13 as period_key
    from {{ ref('int_account_movement') }} as movement
    group by movement.period_key / 100
    having
        count(distinct movement.company_code) filter (where movement.document_type = 'CLS')
        = count(distinct movement.company_code)
),

line as (
    select
        sheet.period_key,
        layout.statement_line,
        sheet.amount,
        sheet.elimination_amount
    from {{ ref('balance_sheet') }} as sheet
    inner join {{ ref('balance_sheet_layout') }} as layout on sheet.line_order = layout.line_order
    where sheet.company_code = 'GROUP'
)

select
    line.period_key,
    line.statement_line,
    line.amount,
    line.elimination_amount
from line
where
    line.period_key in (select closed.period_key from closed)
    and (
        (line.statement_line in ('Current year', 'Earlier years') and line.amount <> 0)
        or (
            line.statement_line = 'Retained earnings'
            and line.elimination_amount <> 0
            and not exists (
                select from line as apart
                where
                    apart.period_key = line.period_key
                    and apart.statement_line = 'Intercompany not eliminated'
                    and apart.amount <> 0
            )
        )
    )
