"""Incremental builds give what a full build gives, after late, back-dated and future-dated entries, and after the lines
alone were built anew.

    pytest dbt/tests/incremental_equals_full.py

Reads Postgres from PG*. Any ledger will do; thirty days take a few minutes. Everything is built in schemas of its own, so
marts stay as they are; staging holds some copied entries while it runs, so run it where nothing else loads or builds.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

PROJECT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).parent / "dbt"
# What marks the copies, so that a run that was killed is cleared by the next.
AUTHOR = "incremental-equals-full"
INCREMENTAL, FULL = "late_", "full_"
# Months by which the copies of each load are moved. The second load touches periods that the first has touched before.
LOADS = [(-20, 4), (0, -20, -1)]
# When a row was added differs from build to build, and says nothing of what it holds.
CLOCKS = {"added_at"}
# Enough for a year's ledger on a machine that does other work too.
BUILD_SECONDS = 1800

# A master that changes after the statements that name it were built.
RENAME_WELLS = """
    insert into staging.well (
        well_id, effective_date, name, lease_id, company_code, state, county, basin, primary_product,
        first_production_date, working_interest, net_revenue_interest, status, source_offset)
    select distinct on (company_code)
        well_id, effective_date + 1, name || %(mark)s, lease_id, company_code, state, county, basin, primary_product,
        first_production_date, working_interest, net_revenue_interest, status, source_offset
    from staging.well
    order by company_code, well_id, effective_date desc
"""
MARK = f" ({AUTHOR})"

COPY_ENTRIES = """
    insert into staging.journal_entry (
        entry_id, chain_id, ce_id, reverses_entry_id, adjusts_entry_id, intercompany_group_id, entry_number, entered_at,
        validated_at, source_offset, batch, batch_index, source_partition, posting_date, document_date, due_date,
        production_month, auto_reverse_on, fiscal_year, fiscal_period, total_debit, total_credit, fx_rate, company_code,
        ledger, document_type, source, transaction_type, description, currency, functional_currency, created_by,
        approved_by, source_document)
    select
        copy.entry_id, entry.chain_id, gen_random_uuid(), entry.reverses_entry_id, entry.adjusts_entry_id,
        entry.intercompany_group_id, 900000000 + (select count(*) from staging.journal_entry) + copy.nth,
        newest.entered_at, now(), newest.source_offset + copy.nth, entry.batch, entry.batch_index,
        entry.source_partition, copy.posting_date, copy.posting_date, entry.due_date,
        (entry.production_month + make_interval(months => copy.months))::date, entry.auto_reverse_on,
        extract(year from copy.posting_date), extract(month from copy.posting_date), entry.total_debit,
        entry.total_credit, entry.fx_rate, entry.company_code, entry.ledger, entry.document_type, entry.source,
        entry.transaction_type, entry.description, entry.currency, entry.functional_currency, %(author)s,
        entry.approved_by, entry.source_document
    from copy
    inner join staging.journal_entry as entry on copy.original_id = entry.entry_id
    cross join lateral (
        select max(seen.source_offset) as source_offset, max(seen.entered_at) as entered_at
        from staging.journal_entry as seen
        where seen.source_partition = entry.source_partition
    ) as newest
"""
COPY_LINES = """
    insert into staging.journal_line (
        entry_id, clears_entry_id, posting_date, line_number, production_month, amount, functional_amount, quantity,
        unit_price, heat_factor, base_amount, rate, decimal_interest, account_code, side, unit_of_measure, product,
        cost_center, well_id, lease_id, afe_number, jib_code, billed_account_code, owner_id, interest_type,
        suspense_code, tax_code, counterparty_id, partner_company, text)
    select
        copy.entry_id, line.clears_entry_id, copy.posting_date, line.line_number,
        (line.production_month + make_interval(months => copy.months))::date, line.amount, line.functional_amount,
        line.quantity, line.unit_price, line.heat_factor, line.base_amount, line.rate, line.decimal_interest,
        line.account_code, line.side, line.unit_of_measure, line.product, line.cost_center, line.well_id, line.lease_id,
        line.afe_number, line.jib_code, line.billed_account_code, line.owner_id, line.interest_type, line.suspense_code,
        line.tax_code, line.counterparty_id, line.partner_company, line.text
    from copy
    inner join staging.journal_line as line
        on copy.original_date = line.posting_date and copy.original_id = line.entry_id
"""


def build(prefix: str, *arguments: str) -> None:
    """Builds every seed and model into schemas that begin with `prefix`."""
    command = [DBT, "--no-version-check", "build", "--profiles-dir", ".", "--target-path", f"target/{prefix}"]
    command += ["--resource-type", "seed", "--resource-type", "model", *arguments]
    environment = os.environ | {"DBT_SCHEMA_PREFIX": prefix, "DBT_LOG_PATH": f"target/{prefix}"}
    built = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-4000:]


def partitions(connection: psycopg.Connection) -> set[str]:
    """The month partitions of the lines."""
    rows = connection.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'staging.journal_line'::regclass"
    )
    return {name for (name,) in rows}


def load_copies(connection: psycopg.Connection, months: tuple[int, ...]) -> tuple[int, int]:
    """Loads one entry of each company and template again, moved by each of `months`, behind the last offset, as a
    later load would. Returns how many lines and how many periods that makes."""
    with connection.transaction():
        connection.execute("drop table if exists copy")
        connection.execute(
            """
            create temporary table copy as
            select
                gen_random_uuid() as entry_id,
                original.entry_id as original_id,
                original.posting_date as original_date,
                moved.months,
                (original.posting_date + make_interval(months => moved.months))::date as posting_date,
                row_number() over (order by original.entry_id, moved.months) as nth
            from (
                select distinct on (entry.company_code, entry.transaction_type) entry.entry_id, entry.posting_date
                from staging.journal_entry as entry
                where entry.document_type not in ('OPN', 'CLS') and entry.created_by <> %(author)s
                order by entry.company_code, entry.transaction_type, entry.entry_id
            ) as original
            cross join unnest(%(months)s::integer[]) as moved (months)
            """,
            {"author": AUTHOR, "months": list(months)},
        )
        connection.execute(
            "select staging.ensure_journal_line_partitions(min(posting_date), max(posting_date)) from copy"
        )
        connection.execute(COPY_ENTRIES, {"author": AUTHOR})
        lines = connection.execute(COPY_LINES).rowcount
        (periods,) = connection.execute("select count(distinct date_trunc('month', posting_date)) from copy").fetchone()
    return lines, periods


def clear(connection: psycopg.Connection, known: set[str]) -> None:
    """Takes the copies out of staging again, with the partitions and schemas made for them."""
    with connection.transaction():
        connection.execute(
            "delete from staging.journal_line as line using staging.journal_entry as entry"
            " where entry.created_by = %s"
            " and line.posting_date = entry.posting_date and line.entry_id = entry.entry_id",
            [AUTHOR],
        )
        connection.execute("delete from staging.journal_entry where created_by = %s", [AUTHOR])
        connection.execute("delete from staging.well where position(%s in name) > 0", [MARK])
        for partition in partitions(connection) - known:
            connection.execute(sql.SQL("drop table {}").format(sql.Identifier(*partition.split("."))))
    schemas = connection.execute(
        "select nspname from pg_namespace where starts_with(nspname, %s) or starts_with(nspname, %s)",
        [INCREMENTAL, FULL],
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))


def compared_models(prefix: str) -> list[tuple[str, str]]:
    """Schema and name of each mart, and of each intermediate model that is kept, without the prefix."""
    manifest = json.loads((PROJECT / "target" / prefix / "manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(
        (model["schema"].removeprefix(prefix), model["name"])
        for model in models
        if "marts" in model["fqn"] or model["config"]["materialized"] in ("table", "incremental")
    )


def difference(connection: psycopg.Connection, schema: str, name: str) -> list[str]:
    """Rows that only one of the two builds has, as text."""
    columns = [
        sql.Identifier(column)
        for (column,) in connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s order by ordinal_position",
            [INCREMENTAL + schema, name],
        )
        if column not in CLOCKS
    ]
    assert columns, f"{INCREMENTAL}{schema}.{name} was not built"
    rows = {
        prefix: sql.SQL("select {} from {}").format(sql.SQL(", ").join(columns), sql.Identifier(prefix + schema, name))
        for prefix in (INCREMENTAL, FULL)
    }
    found = []
    for here, there in ((INCREMENTAL, FULL), (FULL, INCREMENTAL)):
        query = sql.SQL("select lone::text from ({} except all {}) as lone limit 5").format(rows[here], rows[there])
        found += [f"only in {here}{schema}.{name}: {row}" for (row,) in connection.execute(query)]
    return found


def assert_equal(connection: psycopg.Connection) -> None:
    """Every model holds the same rows in both builds."""
    models = compared_models(FULL)
    assert ("gl", "balance_sheet") in models
    differences = [found for schema, name in models for found in difference(connection, schema, name)]
    assert not differences, "\n".join(differences)


@pytest.fixture
def connection():
    """A connection to the ledger, which is left as it was found."""
    with psycopg.connect("", autocommit=True) as connection:
        connection.execute("set work_mem = '256MB'")
        clear(connection, partitions(connection))
        known = partitions(connection)
        try:
            yield connection
        finally:
            clear(connection, known)


def test_incremental_builds_equal_a_full_one_after_late_back_dated_and_future_entries(connection):
    build(INCREMENTAL, "--full-refresh")
    counted = "select count(*) from late_gl.journal_lines"
    (lines,) = connection.execute(counted).fetchone()
    assert lines > 0, "staging holds no entries: load a ledger first"
    for months in LOADS:
        loaded, periods = load_copies(connection, months)
        assert loaded > 0 and periods >= len(months), "nothing to tell the builds apart by"
        build(INCREMENTAL)
        lines += loaded
        assert connection.execute(counted).fetchone() == (lines,), "an incremental build lost or doubled lines"
    assert connection.execute(RENAME_WELLS, {"mark": MARK}).rowcount > 0
    build(INCREMENTAL)
    build(FULL, "--full-refresh")
    assert_equal(connection)
    # All lines are new to every model now, and each model must forget what it held of them.
    build(INCREMENTAL, "--full-refresh", "--select", "journal_lines")
    build(INCREMENTAL)
    assert connection.execute(counted).fetchone() == (lines,), "building the lines anew lost or doubled some"
    assert_equal(connection)
