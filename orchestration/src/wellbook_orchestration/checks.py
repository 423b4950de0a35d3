"""What must hold in staging before a mart is built. Each is blocking: where one fails, the marts stay as they were."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dagster as dg
import psycopg

from wellbook_orchestration.ledger import Away, Ledger, Row
from wellbook_orchestration.topics import table_key

#: Differences that are shown; their number is always exact.
SHOWN = 5
#: A seal and its entries are loaded by different partitions: so long after the seal, its entries are late.
SETTLED_AFTER_SECONDS = 120

#: What a line names, and the master records that it must be found in.
_LINE_REFERENCES = {
    "account_code": ("account", "account_code"),
    "billed_account_code": ("account", "account_code"),
    "well_id": ("well", "well_id"),
    "lease_id": ("lease", "lease_id"),
    "owner_id": ("owner", "owner_id"),
    "counterparty_id": ("counterparty", "counterparty_id"),
    "afe_number": ("afe", "afe_number"),
    "jib_code": ("jib_deck", "jib_code"),
    "cost_center": ("cost_center", "cost_center"),
    "tax_code": ("tax_rate", "tax_code"),
}


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    #: What was wrong, for people, one difference each; the first few of them.
    differences: list[str]
    count: int
    #: What was looked at, and what to do where it is wrong.
    scope: str
    remedy: str


class CheckConfig(dg.Config):
    """How much of the journal is looked at."""

    #: All of it, not only what the marts do not hold yet.
    whole_journal: bool = False


def entries_balance(cursor: psycopg.Cursor[Row], unseen: str) -> Verdict:
    """The lines of each entry balance, in its currency and in the company's, and are those that its header says."""
    rows = cursor.execute(f"""
        select
            entry.entry_id, entry.company_code, entry.total_debit,
            coalesce(sum(line.amount) filter (where line.side = 'DEBIT'), 0) as debit,
            coalesce(sum(line.amount) filter (where line.side = 'CREDIT'), 0) as credit,
            coalesce(sum(case line.side when 'DEBIT' then 1 else -1 end * line.functional_amount), 0) as functional
        from staging.journal_entry as entry
        left join staging.journal_line as line
            on entry.posting_date = line.posting_date and entry.entry_id = line.entry_id
        where {unseen}
        group by entry.entry_id, entry.company_code, entry.total_debit
        having coalesce(sum(line.amount) filter (where line.side = 'DEBIT'), 0) <> entry.total_debit
            or coalesce(sum(line.amount) filter (where line.side = 'CREDIT'), 0) <> entry.total_debit
            or coalesce(sum(case line.side when 'DEBIT' then 1 else -1 end * line.functional_amount), 0) <> 0
    """).fetchall()
    return Verdict(
        [
            f"entry {row['entry_id']} of {row['company_code']}: debits {row['debit']}, credits {row['credit']}, "
            f"header {row['total_debit']}, functional difference {row['functional']}"
            for row in rows[:SHOWN]
        ],
        len(rows),
        "entries whose lines do not balance or are not all there",
        "`wellbook verify` shows where they were altered",
    )


def no_line_without_partition(cursor: psycopg.Cursor[Row], unseen: str) -> Verdict:
    """No line lies in the default partition: the sink makes each month's partition ahead."""
    rows = cursor.execute(
        "select to_char(posting_date, 'YYYY-MM') as month, count(*) as lines from staging.journal_line_default"
        " group by 1 order by 1"
    ).fetchall()
    return Verdict(
        [f"{row['month']}: {row['lines']} lines" for row in rows[:SHOWN]],
        sum(row["lines"] for row in rows),
        "lines in staging.journal_line_default",
        "move them to a partition of their month",
    )


def references_known(cursor: psycopg.Cursor[Row], unseen: str) -> Verdict:
    """Every master record that an entry or line names is staged."""
    named = ", ".join(f"('{column}', line.{column})" for column in _LINE_REFERENCES)
    known = " union all ".join(
        f"select '{column}', {master_column} from staging.{master}"
        for column, (master, master_column) in _LINE_REFERENCES.items()
    )
    rows = cursor.execute(f"""
        with unseen as (
            select entry.entry_id, entry.posting_date, entry.company_code, entry.fiscal_year, entry.fiscal_period
            from staging.journal_entry as entry where {unseen}
        ),
        named as (
            select reference.kind, reference.id, count(*) as lines
            from unseen
            inner join staging.journal_line as line using (posting_date, entry_id)
            cross join lateral (values {named}) as reference (kind, id)
            where reference.id is not null
            group by 1, 2
            union all
            select 'company_code', company_code, count(*) from unseen group by 2
            union all
            select 'period', concat_ws('/', company_code, fiscal_year, fiscal_period), count(*)
            from unseen group by company_code, fiscal_year, fiscal_period
        ),
        known (kind, id) as (
            {known}
            union all select 'company_code', company_code from staging.company
            union all select 'period', concat_ws('/', company_code, fiscal_year, fiscal_period) from staging.period
        )
        select kind, id, lines from named where (kind, id) not in (select kind, id from known) order by 1, 2
    """).fetchall()
    return Verdict(
        [f"{row['kind']} {row['id']}, named {row['lines']} times" for row in rows[:SHOWN]],
        len(rows),
        "master records that are named and not staged",
        "publish the record on its reference topic; the next run goes on by itself",
    )


def nothing_sealed_is_missing(cursor: psycopg.Cursor[Row], unseen: str) -> Verdict:
    """What the producer sealed stands in staging: validated, or rejected with a reason."""
    rows = cursor.execute(
        """
        with held as (
            select batch, count(*) as entries from (
                select batch from staging.journal_entry
                union all
                select batch from staging.rejected_entry where batch is not null
            ) as submission group by batch
        )
        select seal.sequence, seal.good_entries + seal.planted_entries as sealed, coalesce(held.entries, 0) as held
        from staging.batch_seal as seal
        left join held on seal.sequence = held.batch
        where seal.loaded_at < now() - make_interval(secs => %s)
            and seal.good_entries + seal.planted_entries > coalesce(held.entries, 0)
        order by seal.sequence
        """,
        [SETTLED_AFTER_SECONDS],
    ).fetchall()
    return Verdict(
        [f"batch {row['sequence']}: {row['sealed']} sealed, {row['held']} staged or rejected" for row in rows[:SHOWN]],
        len(rows),
        "batches of which entries are missing",
        "wait until validator and sink have caught up (`wellbook status`); then `wellbook verify` shows what is lost",
    )


def seals_have_no_gap(cursor: psycopg.Cursor[Row], unseen: str) -> Verdict:
    """Seals are numbered from 0 without a gap; each continues the chain and the window of the one before."""
    rows = cursor.execute("""
        select sequence, expected, previous = before as is_chained, window_start = window_before as is_adjacent
        from (
            select
                sequence, previous, window_start,
                row_number() over seals - 1 as expected,
                lag(chain, 1, repeat('0', 64)) over seals as before,
                lag(window_end, 1, window_start) over seals as window_before
            from staging.batch_seal
            window seals as (order by sequence)
        ) as seal
        where sequence <> expected or previous <> before or window_start <> window_before
        order by sequence
    """).fetchall()
    return Verdict(
        [
            f"seal {row['sequence']} stands where {row['expected']} was due"
            if row["sequence"] != row["expected"]
            else f"seal {row['sequence']} does not continue the {'window' if row['is_chained'] else 'chain'} before it"
            for row in rows[:SHOWN]
        ],
        len(rows),
        "seals that do not continue the one before",
        "`wellbook verify` shows which seal was lost or altered",
    )


_CHECKS: dict[Callable[[psycopg.Cursor[Row], str], Verdict], str] = {
    entries_balance: "journal_line",
    references_known: "journal_line",
    no_line_without_partition: "journal_line",
    nothing_sealed_is_missing: "journal_entry",
    seals_have_no_gap: "batch_seal",
}

SPECS = [
    dg.AssetCheckSpec(check.__name__, asset=table_key(table), blocking=True, description=check.__doc__)
    for check, table in _CHECKS.items()
]


@dg.multi_asset_check(specs=SPECS, can_subset=True, name="check_staging")
def staging_checks(
    context: dg.AssetCheckExecutionContext, config: CheckConfig, ledger: Ledger
) -> Iterator[dg.AssetCheckResult]:
    """All of them, as of one moment."""
    selected = {key.name for key in context.selected_asset_check_keys}
    try:
        with ledger.snapshot() as cursor:
            unseen = "true" if config.whole_journal else not_in_marts(ledger.mart_offsets(cursor))
            for check, table in _CHECKS.items():
                if check.__name__ in selected:
                    yield _result(check.__name__, table_key(table), check(cursor, unseen))
    except Away as error:
        raise dg.Failure(str(error)) from None


def not_in_marts(offsets: dict[int, int]) -> str:
    """The condition that an entry is newer than what the marts hold, partition by partition."""
    if not offsets:
        return "true"
    seen = " or ".join(
        f"(entry.source_partition = {int(partition)} and entry.source_offset <= {int(offset)})"
        for partition, offset in sorted(offsets.items())
    )
    return f"not ({seen})"


def _result(name: str, key: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    found = f"{verdict.count} {verdict.scope}"
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=key,
        passed=verdict.count == 0,
        description=f"no {verdict.scope}"
        if verdict.count == 0
        else f"{found}: {'; '.join(verdict.differences)}. What to do: {verdict.remedy}",
        metadata={"differences": verdict.count, **({"first": verdict.differences} if verdict.differences else {})},
    )
