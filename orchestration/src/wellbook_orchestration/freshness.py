"""Whether staging is still loaded: by the bars that dbt's sources name, so that nobody keeps them twice."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from wellbook_orchestration.ledger import Row


@dataclass(frozen=True)
class Bar:
    """How long a source may go without a load."""

    source: str
    #: SQL that gives the time of the newest load; nothing where nothing was loaded yet.
    newest_load: str
    at_most: timedelta


def bars(manifest: Path) -> list[Bar]:
    """The sources of dbt's manifest that have an `error_after`."""
    sources = json.loads(manifest.read_text())["sources"].values()
    return [
        Bar(
            source=f"{source['schema']}.{source['identifier']}",
            newest_load=source["loaded_at_query"]
            or f"select max({source['loaded_at_field']}) from {source['relation_name']}",
            at_most=timedelta(**{f"{limit['period']}s": limit["count"]}),
        )
        for source in sources
        if (limit := (source.get("freshness") or {}).get("error_after")) and limit["count"]
    ]


def stale(cursor: psycopg.Cursor[Row], bars: list[Bar]) -> dict[str, str]:
    """The sources that were not loaded for too long, each with what is to be said of it. Postgres' clock wrote the
    loads, so it measures them, too."""
    ages = {bar.newest_load: timedelta() for bar in bars}
    for newest_load in ages:
        ages[newest_load] = cursor.execute(f"select now() - ({newest_load}) as age").fetchone()["age"]
    return {
        bar.source: f"{bar.source}: nothing was loaded for {_rounded(age)}, {bar.at_most} are allowed"
        for bar in bars
        if (age := ages[bar.newest_load]) is not None and age > bar.at_most
    }


def _rounded(age: timedelta) -> timedelta:
    return timedelta(seconds=round(age.total_seconds()))
