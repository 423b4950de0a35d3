-- Each entry's debits equal its credits, in its company's currency and in its document's, and its lines are those that
-- its totals say: none lost, none doubled. One pass over the lines for all of it. Entries behind the position that the
-- mart holds in their partition were staged since it was built, and wait for the next build.
with position as (
    select
        source_partition,
        max(source_offset) as last_offset
    from {{ ref('journal_lines') }}
    group by source_partition
),

known_entry as (
    select
        entry.entry_id,
        entry.total_debit
    from {{ ref('stg_journal_entry') }} as entry
    inner join position
        on
            entry.source_partition = position.source_partition
            and entry.source_offset <= position.last_offset
),

lines as (
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
from known_entry as entry
full join lines on entry.entry_id = lines.entry_id
where
    lines.difference is distinct from 0
    or lines.currency_difference is distinct from 0
    or lines.currency_debit is distinct from entry.total_debit
