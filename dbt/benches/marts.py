"""Measures the ledger's marts on a stack that runs: a day more against a full refresh, dbt against SQL by hand.

    python dbt/benches/marts.py --rounds 2 --out target/bench-analytics.json

Reads Postgres from PG* and the API from WELLBOOK_API, as `wellbook env` prints them. Everything is built in schemas of its own;
staging lacks its last day for a while in each round, so nothing may load meanwhile. Exit code 1: results differ, or a
statement does not tie.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

PROJECT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).parent / "dbt"
PREFIX = "bench_"
#: A year's full refresh takes minutes on a machine that does other work, too.
WITHIN_SECONDS = 3600
#: Bars: the most that one arm may take of another's time.
DAY, LEDGER = 0.10, 3.0
#: What both ways must give alike, company by company.
COMPARED = {
    "journal_lines": "company_code, period_key, entry_id, line_number, account_code, debit, credit, currency_amount, "
    "production_month, well_id, owner_id, counterparty_id, source_partition, source_offset",
    "general_ledger_by_period": "company_code, period_key, account_code, opening_balance, debit, credit, closing_balance",
    "trial_balance": "company_code, period_key, account_code, opening_balance, debit, credit, closing_balance, "
    "debit_balance, credit_balance",
    "income_statement": "company_code, period_key, line_order, amount, year_to_date_amount",
    "balance_sheet": "company_code, period_key, line_order, amount",
    "cash_flow_statement": "company_code, period_key, line_order, amount, year_to_date_amount",
}
#: By batch, in the order of loading: what is held back lies behind the position of everything else.
HELD = """
    create table bench_held_entry as
    select entry.* from staging.journal_entry as entry
    where entry.batch > (
        select max(seen.batch) from staging.journal_entry as seen
        where seen.entered_at < (select max(newest.entered_at) from staging.journal_entry as newest) - interval '1 day'
    );
    create table bench_held_line as
    select line.* from staging.journal_line as line
    inner join bench_held_entry as entry on line.posting_date = entry.posting_date and line.entry_id = entry.entry_id
"""
TAKE_OUT = """
    delete from staging.journal_line as line using bench_held_entry as held
    where line.posting_date = held.posting_date and line.entry_id = held.entry_id;
    delete from staging.journal_entry as entry using bench_held_entry as held
    where entry.posting_date = held.posting_date and entry.entry_id = held.entry_id
"""
PUT_BACK = """
    insert into staging.journal_entry select * from bench_held_entry on conflict do nothing;
    insert into staging.journal_line select * from bench_held_line on conflict do nothing
"""
ANALYZE = "analyze staging.journal_entry, staging.journal_line"


def dbt(*arguments: str) -> None:
    """Runs dbt on schemas of its own."""
    command = [DBT, "--no-version-check", *arguments, "--profiles-dir", ".", "--target-path", f"target/{PREFIX}"]
    environment = os.environ | {"DBT_SCHEMA_PREFIX": PREFIX, "DBT_LOG_PATH": f"target/{PREFIX}"}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=WITHIN_SECONDS, check=False
    )
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:] + done.stderr[-4000:])


def by_hand(connection: psycopg.Connection) -> None:
    """Makes the ledger's marts by plain SQL."""
    text = (Path(__file__).with_name("ledger_by_hand.sql")).read_text().replace("{seeds}", f"{PREFIX}dbt_seeds")
    connection.execute(text)


def postgres_seconds(connection: psycopg.Connection) -> float | None:
    """Processor seconds of the server and all its children that live or were waited for; none where /proc is not."""
    backend = connection.info.backend_pid
    try:
        postmaster = int(_stat(backend)[1])
        seconds = sum(float(ticks) for ticks in _stat(postmaster)[11:15])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for child in children:
            seconds += sum(float(ticks) for ticks in _stat(int(child))[11:13])
    except OSError:
        return None
    return seconds / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name, which may hold anything: state, parent, group …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def measure(connection: psycopg.Connection, work: Callable[[], None]) -> dict[str, float]:
    """Wall clock, and processor seconds of what was started here and of Postgres meanwhile."""
    connection.execute("checkpoint")
    own, server, began = _children_seconds(), postgres_seconds(connection), time.monotonic()
    work()
    seconds = time.monotonic() - began
    measured = {"seconds": seconds, "own_cpu": _children_seconds() - own}
    if server is not None:
        measured["postgres_cpu"] = (postgres_seconds(connection) or server) - server
    return measured


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def a_round(connection: psycopg.Connection) -> dict[str, dict[str, float]]:
    """Each arm once: all marts without the last day, that day, the ledger by hand and by dbt."""
    arms = {}
    connection.execute(TAKE_OUT)
    connection.execute(ANALYZE)
    arms["all marts, full refresh"] = measure(connection, lambda: dbt("run", "--full-refresh"))
    connection.execute(PUT_BACK)
    arms["all marts, one more day"] = measure(connection, lambda: dbt("run"))
    connection.execute(ANALYZE)
    arms["ledger marts by hand"] = measure(connection, lambda: by_hand(connection))
    ledger = ("run", "--full-refresh", "--select", "+path:models/marts/gl")
    arms["ledger marts, full refresh"] = measure(connection, lambda: dbt(*ledger))
    return arms


def differences(connection: psycopg.Connection) -> list[str]:
    """Marts that are not what SQL by hand gives; companies only, in periods that were posted to."""
    found = []
    for mart, columns in COMPARED.items():
        theirs = f"select {columns} from by_hand.{mart}"
        ours = (
            f"select {columns} from {PREFIX}gl.{mart} where company_code <> 'GROUP' "
            "and period_key <= (select max(period_key) from by_hand.movement)"
        )
        query = (
            f"select (select count(*) from (({ours}) except all ({theirs})) as a), "
            f"(select count(*) from (({theirs}) except all ({ours})) as b), (select count(*) from by_hand.{mart})"
        )
        extra, missing, rows = connection.execute(query).fetchone()
        if extra or missing or not rows:
            found.append(f"{mart}: {extra} rows of dbt and {missing} of {rows} by hand have no equal")
    return found


def tie(connection: psycopg.Connection, api: str) -> tuple[int, list[str]]:
    """Holds every period of every company against the API's trial balance; how many, and what does not tie."""
    accounts = dict(
        connection.execute(f"select distinct account_code, account_type from {PREFIX}gl.trial_balance").fetchall()
    )
    periods = connection.execute(
        f"select distinct company_code, fiscal_year, fiscal_period, period_key from {PREFIX}gl.trial_balance order by 1, 4"
    ).fetchall()
    found = []
    for company, year, period, key in periods:
        url = f"{api}/v1/trial-balance?company={company}&period={year}-{period:02}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            rows = {row["account_code"]: row for row in json.load(answer)["rows"]}
        names = ("opening", "debit", "credit", "closing")
        said = {code: tuple(Decimal(row[name]) for name in names) for code, row in rows.items()}
        held = connection.execute(
            f"select account_code, opening_balance, debit, credit, closing_balance from {PREFIX}gl.trial_balance "
            "where company_code = %s and period_key = %s",
            [company, key],
        ).fetchall()
        held = {code: tuple(amounts) for code, *amounts in held}
        zero = (Decimal(0),) * 4
        off = [code for code in {*said, *held} if said.get(code, zero) != held.get(code, zero)]
        if off:
            found.append(f"{company} {key}: trial balance of {', '.join(sorted(off)[:5])}")
        found += statements(connection, company, key, period, {code: (accounts[code], it) for code, it in said.items()})
    return len(periods), found


def statements(
    connection: psycopg.Connection, company: str, key: int, period: int, said: dict[str, tuple[str, tuple[Decimal, ...]]]
) -> list[str]:
    """What a balance sheet and an income statement say that the API's trial balance does not."""
    found = []
    assets = sum((it[3] for kind, it in said.values() if kind == "ASSET"), Decimal(0))
    income = -sum((it[1] - it[2] for kind, it in said.values() if kind in ("REVENUE", "EXPENSE")), Decimal(0))
    lines = (
        f"select coalesce(sum(case positive_side when 'DEBIT' then amount else -amount end), 0) from {PREFIX}gl.{{}} "
        "where company_code = %s and period_key = %s and line_type = 'LINE' and {}"
    )
    places = f"line_order in (select line_order from {PREFIX}dbt_seeds.balance_sheet_layout where account_type = 'ASSET')"
    sheet = connection.execute(lines.format("balance_sheet", places), [company, key]).fetchone()[0]
    if sheet != assets:
        found.append(f"{company} {key}: assets of {assets} are {sheet} on the balance sheet")
    # The opening has no result; the close is in the last period, and makes none.
    if 1 <= period <= 12:
        result = -connection.execute(lines.format("income_statement", "true"), [company, key]).fetchone()[0]
        if result != income:
            found.append(f"{company} {key}: net income of {income} is {result} on the income statement")
    return found


def table(rounds: list[dict[str, dict[str, float]]], lines: int) -> dict[str, Any]:
    """The medians, and the ratios that were taken within a round."""
    median = {
        arm: {name: statistics.median(it[arm][name] for it in rounds) for name in rounds[0][arm]} for arm in rounds[0]
    }

    def ratio(one: str, other: str) -> float:
        return statistics.median(it[one]["seconds"] / it[other]["seconds"] for it in rounds)

    bars = [
        ("one more day ÷ full refresh of all marts", DAY, ratio("all marts, one more day", "all marts, full refresh")),
        ("full refresh of the ledger marts ÷ by hand", LEDGER, ratio("ledger marts, full refresh", "ledger marts by hand")),
    ]
    print(f"\n{len(rounds)} rounds, {lines:,} lines\n")
    print("| arm | s | CPU s, own | CPU s, Postgres |\n|---|---:|---:|---:|")
    for arm, it in median.items():
        print(f"| {arm} | {it['seconds']:.1f} | {it['own_cpu']:.1f} | {it.get('postgres_cpu', float('nan')):.1f} |")
    print("\n| bar | wanted | measured | |\n|---|---:|---:|---|")
    for name, wanted, measured in bars:
        print(f"| {name} | ≤ {wanted:.2f} | {measured:.2f} | {'met' if measured <= wanted else 'not met'} |")
    return {
        "lines": lines,
        "arms": median,
        "bars": [{"bar": name, "at_most": wanted, "measured": measured} for name, wanted, measured in bars],
    }


def main() -> int:
    """Measures, compares, prints, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often each arm has its turn")
    parser.add_argument("--out", type=Path, required=True, help="file for the figures, as JSON")
    given = parser.parse_args()
    with psycopg.connect("", autocommit=True) as connection:
        dbt("seed", "--full-refresh")
        connection.execute("drop table if exists bench_held_entry, bench_held_line")
        connection.execute(HELD)
        held = connection.execute("select count(*) from bench_held_line").fetchone()[0]
        lines = connection.execute("select count(*) from staging.journal_line").fetchone()[0]
        print(f"{lines:,} lines, {held:,} of them the last day's", flush=True)
        try:
            rounds = [a_round(connection) for _ in range(given.rounds)]
        finally:
            connection.execute(PUT_BACK)
            connection.execute("drop table bench_held_entry, bench_held_line")
        wrong = differences(connection)
        periods, untied = tie(connection, os.environ["WELLBOOK_API"])
        figures = table(rounds, lines) | {"day_lines": held, "periods": periods, "differences": wrong + untied}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\n{periods} periods of companies held against the API's trial balance; {len(untied)} differences.")
    print(f"{len(COMPARED)} marts held against SQL by hand; {len(wrong)} differ.")
    for text in [*wrong, *untied][:20]:
        print(f"  {text}", file=sys.stderr)
    return 1 if wrong or untied else 0


if __name__ == "__main__":
    sys.exit(main())
