-- Every staged line, up to the position that the mart holds in each partition, is in the mart once, and its debit with
-- it. Lines that were staged since wait for the next build. One statement, so one snapshot of both.
with position as (
    select
        source_partition,
        max(source_offset) as last_offset
    from {{ ref('journal_lines') }}
    group by source_partition
),

waiting_entry as (
    select
        entry.posting_date,
        entry.entry_id
    from {{ ref('stg_journal_entry') }} as entry
    left join position
        on entry.source_partition = position.source_partition
    where entry.source_offset > coalesce(position.last_offset, -1)
),

waiting as (
    select
        count(*) as line_count,
        coalesce(sum(line.functional_amount) filter (where line.side = 'DEBIT'), 0) as debit
    from waiting_entry
    inner join {{ ref('stg_journal_line') }} as line
        on waiting_entry.posting_date = line.posting_date and waiting_entry.entry_id = line.entry_id
),

staged as (
    select
        count(*) as line_count,
        coalesce(sum(functional_amount) filter (where side = 'DEBIT'), 0) as debit
    from {{ ref('stg_journal_line') }}
),

loaded as (
    select
        count(*) as line_count,
        coalesce(sum(debit), 0) as debit
    from {{ ref('journal_lines') }}
)

select
    staged.line_count as staged_lines,
    waiting.line_count as waiting_lines,
    loaded.line_count as loaded_lines,
    staged.debit as staged_debit,
    waiting.debit as waiting_debit,
    loaded.debit as loaded_debit
from staged
cross join waiting
cross join loaded
where
    staged.line_count <> waiting.line_count + loaded.line_count
    or staged.debit <> waiting.debit + loaded.debit
