"""Where the data stands: company, state of the period, position in the topics, seal, proof, quarantine."""

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import psycopg

from reporting import frames
from reporting.database import read
from reporting.problem import Problem
from reporting.scope import Scope

#: Proving a year takes under a minute; ten times that is no proof.
VERIFY_SECONDS = 600


@dataclass(frozen=True)
class Proof:
    """What `wellbook verify` said, if it was asked."""

    ran: bool
    reconciled: bool
    text: str


@dataclass(frozen=True)
class Facts:
    """What the cover says beside the figures."""

    company_name: str
    currency: str
    state: str
    ledger_time: datetime
    seal_sequence: int
    seal_chain: str
    run: str
    position: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def is_draft(self) -> bool:
        """Whether figures may still move: the period is not closed."""
        return self.state != "CLOSED"

    @property
    def quarantined(self) -> dict[str, int]:
        """Entries in quarantine by the stage that put them there, both stages always named."""
        counted = dict(self.rejected.group_by("stage").agg(pl.col("entries").sum()).sort("stage").iter_rows())
        return {stage: counted.get(stage, 0) for stage in ("validator", "sink")}


def read_facts(connection: psycopg.Connection, scope: Scope) -> Facts:
    """The facts of a company and period, or why no report can be made of it."""
    name = _company_name(connection, scope)
    state, currency = _state(connection, scope)
    sealed = connection.execute(
        "select sequence, chain, max(window_end) over () from staging.batch_seal order by sequence desc limit 1"
    ).fetchone()
    if not sealed:
        raise Problem("nothing is sealed in staging.batch_seal, so the ledger has no time; let the sink load first")
    run = connection.execute(
        "select incarnation::text, random_seed, start_date from staging.run order by source_offset desc limit 1"
    ).fetchone()
    position = """
        select topic, count(*) as partitions, sum(next_offset)::bigint as records
        from staging.ingest_offset group by topic order by topic"""
    rejected = """
        select stage, reason, count(*) as entries
        from staging.rejected_entry group by stage, reason order by stage desc, reason"""
    return Facts(
        company_name=name,
        currency=currency,
        state=state,
        ledger_time=sealed[2].astimezone(UTC),
        seal_sequence=sealed[0],
        seal_chain=sealed[1],
        run=f"{run[0]}, seed {run[1]}, from {run[2]}" if run else "unknown",
        position=read(connection, frames.POSITION, position, {}),
        rejected=read(connection, frames.REJECTED, rejected, {}),
    )


def _company_name(connection: psycopg.Connection, scope: Scope) -> str:
    companies = dict(
        connection.execute(
            "select distinct on (company_code) company_code, name from staging.company "
            "order by company_code, effective_date desc"
        ).fetchall()
    )
    if scope.is_group:
        return f"All companies, consolidated ({', '.join(companies)})"
    if scope.company not in companies:
        known = ", ".join([*companies, "GROUP"])
        raise Problem(f"there is no company {scope.company} in staging.company; there are {known}")
    return companies[scope.company]


def _state(connection: psycopg.Connection, scope: Scope) -> tuple[str, str]:
    found = connection.execute(
        "select period_state, functional_currency from gl.income_statement "
        "where company_code = %(company)s and period_key = %(period)s limit 1",
        scope.parameters,
    ).fetchone()
    held = connection.execute(
        "select min(period_key), max(period_key) from gl.general_ledger_by_period "
        "where line_count > 0 and (%(company)s = 'GROUP' or company_code = %(company)s)",
        scope.parameters,
    ).fetchone()
    if not held or held[0] is None:
        raise Problem(f"the ledger holds no entry of company {scope.company}; stream some, then `dbt build` the marts")
    between = f"it has entries from {_label(held[0])} to {_label(held[1])}"
    if not scope.period:
        raise Problem(f"{scope.label} carries the opening balances in and has no statements; give a month; {between}")
    if not found and scope.is_year and scope.year * 100 <= held[1]:
        raise Problem(
            f"{scope.label} is for the adjustments and the close of {scope.year}, and that year is not over in the "
            f"ledger; give a month; {between}"
        )
    if not found:
        raise Problem(f"there is no period {scope.label} in the marts of company {scope.company}; {between}")
    lines = connection.execute(
        "select coalesce(sum(line_count), 0) from gl.general_ledger_by_period "
        "where period_key = %(period)s and (%(company)s = 'GROUP' or company_code = %(company)s)",
        scope.parameters,
    ).fetchone()
    if not lines or not lines[0]:
        raise Problem(f"nothing is posted in period {scope.label} of company {scope.company}; {between}")
    return found


def _label(key: int) -> str:
    return f"{key // 100}-{key % 100:02}"


def read_proof(file: Path | None) -> Proof:
    """The report of `wellbook verify --json`: from a file, or by asking the program that WELLBOOK names."""
    program = os.environ.get("WELLBOOK")
    if file:
        try:
            said = file.read_text(encoding="utf-8")
        except OSError as error:
            raise Problem(
                f"the proof {file} cannot be read: {error.strerror}; give what `wellbook verify --json` wrote"
            ) from None
        source = str(file)
    elif program:
        said, source = _ask(program), f"{program} verify --json"
    else:
        return Proof(ran=False, reconciled=False, text="not run")
    try:
        report = json.loads(said)
        checks = report["checks"]
        off = sum(check["differences"] for check in checks)
        reconciled = bool(report["reconciled"])
        cut, behind = report["cut"], report["behind"] or 0
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Problem(f"{source} is no report of `wellbook verify --json`: {error!r}") from None
    if cut is None:
        return Proof(ran=True, reconciled=False, text="nothing was sealed when it ran")
    where = f"up to seal {cut:,}" + (f", {behind:,} behind the newest" if behind else "")
    if reconciled:
        return Proof(ran=True, reconciled=True, text=f"reconciled {where}: {len(checks)} checks, no difference")
    named = ", ".join(check["name"] for check in checks if check["differences"])
    return Proof(ran=True, reconciled=False, text=f"NOT reconciled {where}: {off:,} differences ({named})")


def _ask(program: str) -> str:
    try:
        done = subprocess.run(
            [program, "verify", "--json"], capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False
        )
    except OSError as error:
        raise Problem(f"WELLBOOK names {program}, which cannot be started: {error.strerror}; set or unset it") from None
    except subprocess.TimeoutExpired:
        raise Problem(f"`{program} verify --json` took more than {VERIFY_SECONDS} s; see `wellbook status`") from None
    # It exits with a failure where something differs, and still says what.
    if not done.stdout.strip():
        reason = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise Problem(f"`{program} verify --json` gave no report: {reason}; unset WELLBOOK to go without")
    return done.stdout
