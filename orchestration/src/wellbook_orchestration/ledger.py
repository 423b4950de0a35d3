"""Staging and the marts in Postgres, by libpq's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE)."""

import base64
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import dagster as dg
import psycopg
from psycopg.rows import dict_row

VALIDATED = "gl.journal-entry.validated.v1"
#: Partitions of the validated topic, fixed for version 1: a position has a place for each.
PARTITIONS = 6

Row = dict[str, Any]


class Away(Exception):
    """Postgres does not answer."""


@dataclass(frozen=True)
class Loaded:
    """How far staging is loaded."""

    #: The cursor that the API gives, too.
    position: str
    #: How far the ledger has come, in simulated time; nothing before the first seal.
    ledger_time: datetime | None
    #: Where history ends and the live ledger begins; nothing before the first anchor.
    live_from: datetime | None
    #: First day of the ledger.
    start_date: date

    @property
    def is_history_loaded(self) -> bool:
        """Whether all of history is sealed and its seals are staged."""
        return self.ledger_time is not None and self.live_from is not None and self.ledger_time >= self.live_from

    @property
    def history_share(self) -> int:
        """How much of history is loaded, in per cent."""
        if self.ledger_time is None or self.live_from is None:
            return 0
        start = datetime(self.start_date.year, self.start_date.month, self.start_date.day, tzinfo=self.live_from.tzinfo)
        return max(0, min(100, int(100 * (self.ledger_time - start) / (self.live_from - start))))


@dataclass(frozen=True)
class ClosedPeriod:
    """A month of a company, or the adjustments of a year, that nothing can be posted to any more."""

    company_code: str
    #: YYYY-MM; 13 for the adjustments of a year.
    period: str
    closed_at: datetime
    staged_entries: int
    #: Of these, in the marts; nothing where there are no marts.
    mart_entries: int | None

    @property
    def is_in_marts(self) -> bool:
        """Whether the marts hold all of it."""
        return self.mart_entries == self.staged_entries


class Ledger(dg.ConfigurableResource):
    """Postgres as the sink fills it and dbt reads it."""

    #: Sensors look once a minute: they must not wait for a database that is not there.
    connect_timeout_seconds: int = 5
    #: The longest check reads every line once.
    statement_timeout_seconds: int = 600
    #: In front of the marts' schemas.
    schema_prefix: str = ""

    @contextmanager
    def snapshot(self) -> Iterator[psycopg.Cursor[Row]]:
        """Reads as of one moment; changes nothing.

        Raises `Away` where Postgres does not answer.
        """
        with self.connect() as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            try:
                with connection.cursor(row_factory=dict_row) as cursor:
                    yield cursor
            except psycopg.OperationalError as error:
                raise Away(_away(error)) from None

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """A connection; what is done on it is committed at the end, or nothing of it.

        Raises `Away` where Postgres does not answer.
        """
        try:
            connection = psycopg.connect(
                connect_timeout=self.connect_timeout_seconds,
                application_name="wellbook-orchestration",
                options=f"-c statement_timeout={self.statement_timeout_seconds}s",
            )
        except psycopg.OperationalError as error:
            raise Away(_away(error)) from None
        with connection:
            yield connection

    def loaded(self) -> Loaded | None:
        """How far staging is loaded; nothing before the first record."""
        with self.snapshot() as cursor:
            run = cursor.execute("select incarnation, start_date from staging.run").fetchone()
            if run is None:
                return None
            offsets = cursor.execute(
                "select partition, next_offset from staging.ingest_offset where topic = %s", [VALIDATED]
            ).fetchall()
            clock = cursor.execute(
                "select (select max(window_end) from staging.batch_seal) as ledger_time,"
                " (select min(simulated) from staging.run_anchor) as live_from"
            ).fetchone()
        next_offsets = {row["partition"]: row["next_offset"] for row in offsets}
        return Loaded(
            position=position(run["incarnation"], next_offsets),
            ledger_time=clock["ledger_time"],
            live_from=clock["live_from"],
            start_date=run["start_date"],
        )

    def closed_periods(self) -> list[ClosedPeriod]:
        """The periods that are closed by the ledger's own clock, oldest first, with what the marts hold of them."""
        with self.snapshot() as cursor:
            marts = self.relation("gl", "journal_lines")
            in_marts = "null::bigint"
            if _exists(cursor, marts):
                in_marts = f"""(
                    select count(*) from {marts} as line
                    where line.company_code = period.company_code and line.line_number = 1
                        and line.period_key = period.fiscal_year * 100 + period.fiscal_period
                )"""
            rows = cursor.execute(f"""
                select
                    period.company_code,
                    period.fiscal_year || '-' || lpad(period.fiscal_period::text, 2, '0') as period,
                    period.closes_at as closed_at,
                    staged.entries as staged_entries,
                    {in_marts} as mart_entries
                from staging.period as period
                inner join (
                    select company_code, fiscal_year, fiscal_period, count(*) as entries
                    from staging.journal_entry group by 1, 2, 3
                ) as staged using (company_code, fiscal_year, fiscal_period)
                where period.fiscal_period between 1 and 13
                    and period.start_date >= (select start_date from staging.run)
                    and period.closes_at <= (select max(window_end) from staging.batch_seal)
                order by period.closes_at, period.company_code
            """).fetchall()
        return [ClosedPeriod(**row) for row in rows]

    def relation(self, schema: str, name: str) -> str:
        """The name of a mart's table."""
        return f"{self.schema_prefix}{schema}.{name}"

    def mart_offsets(self, cursor: psycopg.Cursor[Row]) -> dict[int, int]:
        """The offset of the newest entry that the marts hold, by partition; empty where there are no marts."""
        marts = self.relation("gl", "journal_lines")
        if not _exists(cursor, marts):
            return {}
        rows = cursor.execute(
            f"select source_partition, max(source_offset) as source_offset from {marts} where line_number = 1"
            " group by source_partition"
        ).fetchall()
        return {row["source_partition"]: row["source_offset"] for row in rows}


def position(incarnation: uuid.UUID, next_offsets: dict[int, int]) -> str:
    """The shared cursor: version 1, the run, and the offset to read next of each partition, in base64url."""
    offsets = (next_offsets.get(partition, 0) for partition in range(PARTITIONS))
    packed = struct.pack(f">B16s{PARTITIONS}Q", 1, incarnation.bytes, *offsets)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _exists(cursor: psycopg.Cursor[Row], relation: str) -> bool:
    return cursor.execute("select to_regclass(%s) is not null as found", [relation]).fetchone()["found"]


def _away(error: psycopg.OperationalError) -> str:
    said = " ".join(str(error).split())
    return f"Postgres does not answer ({said}); the marts stay as they were, and the next run goes on from there"
