-- Each entry's debits equal its credits, in its company's currency and in its document's, and its lines are those that
-- its totals say: none lost, none doubled. One pass over the lines for all of it.
with lines as (
    select
        line.entry_id,
        sum(line.net_amount) as difference,
        sum(line.currency_amount) as currency_difference,
        sum(line.currency_amount) filter (where line.side = 'DEBIT') as currency_debit
    from {{ ref('journal_lines') }} as line
    group by line.entry_id
)

select
    coalesce(entry.entry_id, lines.entry_id) as entry_id,
    entry.total_debit,
    lines.difference,
    lines.currency_difference,
    lines.currency_debit
from {{ ref('stg_journal_entry') }} as entry
full join lines on entry.entry_id = lines.entry_id
where
    lines.difference is distinct from 0
    or lines.currency_difference is distinct from 0
    or lines.currency_debit is distinct from entry.total_debit
