"""On a real Postgres: what staging must hold, real runs, and full refreshes."""

import os
import uuid
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from conftest import connect
from wellbook_orchestration import checks, marts, rebuild, topics
from wellbook_orchestration import instance as own
from wellbook_orchestration.definitions import defs
from wellbook_orchestration.ledger import Away, Ledger

JOURNAL_LINES = dg.AssetKey(["gl", "journal_lines"])
VIEWS = [dg.AssetKey(["dbt_staging", f"stg_{name}"]) for name in ("journal_entry", "journal_line", "ingest_offset")]


def verdicts(ledger: Ledger | None = None) -> dict[str, checks.Verdict]:
    ledger = ledger or Ledger()
    with ledger.snapshot() as cursor:
        unseen = checks.not_in_marts(ledger.mart_offsets(cursor))
        return {check.__name__: check(cursor, unseen) for check in checks._CHECKS}


def test_a_ledger_that_is_whole_passes_every_check(database: psycopg.Connection) -> None:
    assert {name: verdict.differences for name, verdict in verdicts().items()} == {
        check.__name__: [] for check in checks._CHECKS
    }


DEFECTS = {
    "entries_balance": (
        "update staging.journal_line set amount = 99.99 where side = 'CREDIT' and posting_date = '2025-01-05'",
        "debits 100.00, credits 99.99",
    ),
    "references_known": (
        "delete from staging.account where account_code = '600.000'",
        "account_code 600.000, named 2 times",
    ),
    "no_line_without_partition": (
        "insert into staging.journal_line"
        " (entry_id, posting_date, line_number, amount, functional_amount, account_code, side) values"
        " (gen_random_uuid(), '2031-01-01', 1, 1, 1, '101.000', 'DEBIT')",
        "2031-01: 1 lines",
    ),
    "nothing_sealed_is_missing": ("delete from staging.rejected_entry", "batch 2: 1 sealed, 0 staged or rejected"),
    "seals_have_no_gap": ("delete from staging.batch_seal where sequence = 1", "seal 2 stands where 1 was due"),
}


@pytest.mark.parametrize("check", DEFECTS)
def test_each_check_finds_its_defect_and_no_other_does(database: psycopg.Connection, check: str) -> None:
    statement, said = DEFECTS[check]
    database.execute(statement)
    found = {name: verdict for name, verdict in verdicts().items() if verdict.count}
    assert list(found) == [check]
    assert said in found[check].differences[0]


def test_a_line_that_vanished_is_found_although_the_header_balances(database: psycopg.Connection) -> None:
    database.execute("delete from staging.journal_line where posting_date = '2025-02-05'")
    assert verdicts()["entries_balance"].count == 1


def test_a_seal_whose_chain_was_cut_is_named(database: psycopg.Connection) -> None:
    database.execute("update staging.batch_seal set previous = 'another' where sequence = 1")
    assert verdicts()["seals_have_no_gap"].differences == ["seal 1 does not continue the chain before it"]


def test_entries_that_may_still_be_on_their_way_are_not_missed(database: psycopg.Connection) -> None:
    database.execute("delete from staging.rejected_entry")
    database.execute("update staging.batch_seal set loaded_at = now() where sequence = 2")
    assert verdicts()["nothing_sealed_is_missing"].count == 0


def test_the_ledger_says_how_far_it_is_loaded(database: psycopg.Connection) -> None:
    loaded = Ledger().loaded()
    # 1, the incarnation, and 2, 0, 0, 0, 0, 0 as the API gives it.
    assert loaded.position == "AWyaB2ep_EUWnxa5sClXbzUAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    assert loaded.is_history_loaded
    database.execute("delete from staging.batch_seal where sequence > 0")
    assert (Ledger().loaded().is_history_loaded, Ledger().loaded().history_share) == (False, 66)
    database.execute("truncate staging.run")
    assert Ledger().loaded() is None


def test_periods_close_by_the_ledger_s_own_clock_and_only_those_of_the_run_count(database: psycopg.Connection) -> None:
    [january] = Ledger().closed_periods()
    assert (january.company_code, january.period, january.staged_entries) == ("1000", "2025-01", 1)
    assert january.mart_entries is None and not january.is_in_marts
    database.execute("update staging.period set fiscal_period = 13 where fiscal_period = 1")
    database.execute("update staging.journal_entry set fiscal_period = 13 where fiscal_period = 1")
    assert [closed.period for closed in Ledger().closed_periods()] == ["2025-13"]
    database.execute("delete from staging.batch_seal where sequence = 2")
    assert Ledger().closed_periods() == []


def test_a_database_that_is_away_is_told_without_its_password(
    database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    with pytest.raises(Away, match="the marts stay as they were") as caught, Ledger().snapshot():
        pass
    assert os.environ["PGPASSWORD"] not in str(caught.value)


@pytest.fixture
def dagster(
    database: psycopg.Connection, server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dg.DagsterInstance:
    """Dagster with its storage on Postgres, in a database of its own, as `prepare` makes it."""
    name = f"dagster_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("DAGSTER_PG_DATABASE", name)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    variables = {**server, "PGDATABASE": os.environ["PGDATABASE"], "DAGSTER_PG_DATABASE": name}
    assert own.create_database(variables) and not own.create_database(variables)
    (tmp_path / "dagster.yaml").write_text(Path(own.__file__).with_name("dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        yield made
    with connect(server) as administrator:
        administrator.execute(f"drop database {name} with (force)")


def build(dagster: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """What the hourly job does, for the lines that every mart is made of."""
    lines = dg.define_asset_job(
        "build_lines",
        selection=dg.AssetSelection.assets(*topics.observed.keys, *VIEWS, JOURNAL_LINES).without_checks()
        | dg.AssetSelection.checks(*(spec.key for spec in checks.SPECS)),
    )
    job = dg.Definitions.merge(defs, dg.Definitions(jobs=[lines])).resolve_job_def(lines.name)
    return job.execute_in_process(instance=dagster, raise_on_error=False)


def observed(dagster: dg.DagsterInstance, table: str) -> dg.AssetObservation:
    """What was last seen of a staging table."""
    [record] = dagster.fetch_observations(topics.table_key(table), limit=1).records
    return record.asset_observation


def rows(database: psycopg.Connection, relation: str) -> int:
    return database.execute(f"select count(*) from {relation}").fetchone()[0]


def test_a_run_on_postgres_storage_builds_and_a_defect_in_staging_stops_the_next_one(
    database: psycopg.Connection, dagster: dg.DagsterInstance
) -> None:
    assert "PostgresEventLogStorage" in type(dagster.event_log_storage).__name__
    assert build(dagster).success
    assert observed(dagster, "journal_entry").data_version == "2"
    made = dagster.get_latest_materialization_event(JOURNAL_LINES).asset_materialization
    assert made.metadata["dagster/row_count"].value == rows(database, "gl.journal_lines") == 4
    assert Ledger().closed_periods()[0].is_in_marts

    # A new entry arrives and names an account whose record does not.
    database.execute("""
        with entry as (
            insert into staging.journal_entry
            select (jsonb_populate_record(old, jsonb_build_object(
                'entry_id', gen_random_uuid(), 'source_offset', 2, 'entry_number', 3))).*
            from staging.journal_entry as old where batch = 1 returning entry_id, posting_date
        )
        insert into staging.journal_line
        (entry_id, posting_date, line_number, amount, functional_amount, account_code, side)
        select entry_id, posting_date, number, 100, 100, '700.000', side
        from entry cross join (values (1, 'DEBIT'), (2, 'CREDIT')) as line (number, side)
    """)
    blocked = build(dagster)
    assert not blocked.success
    [unknown] = [event for event in blocked.get_asset_check_evaluations() if not event.passed]
    assert unknown.check_name == "references_known"
    assert "account_code 700.000, named 2 times" in unknown.description
    assert "publish the record" in unknown.description
    assert rows(database, "gl.journal_lines") == 4, "the last good mart is untouched"
    run = dagster.get_run_by_id(blocked.run_id)
    assert run.status == dg.DagsterRunStatus.FAILURE


def test_a_refresh_replaces_the_marts_where_they_agree_and_leaves_them_where_they_differ(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    # Tests that also look at marts which are not built here are left out.
    select = ["--select", "+journal_lines", "--indirect-selection", "cautious"]
    rebuild.build_beside(tmp_path, *select)
    made = database.execute("select nspname from pg_namespace where starts_with(nspname, %s)", [rebuild.BESIDE])
    schemas = [name.removeprefix(rebuild.BESIDE) for (name,) in made.fetchall()]
    lines = [rebuild.Mart("gl", "journal_lines", rebuild.BUILT_AT)]
    for schema in schemas:
        database.execute(f"alter schema {rebuild.BESIDE}{schema} rename to {schema}")
    rebuild.build_beside(tmp_path, *select)

    # One more line is alive in the new tables; an old one was altered in the mart.
    database.execute("update gl.journal_lines set net_amount = 99 where period_key = 202501 and side = 'DEBIT'")
    with (
        Ledger().connect() as connection,
        pytest.raises(rebuild.Differs, match=r"gl\.journal_lines: only in the mart .*99"),
    ):
        rebuild.compare(connection, lines)
    database.execute("update gl.journal_lines set net_amount = 100 where period_key = 202501 and side = 'DEBIT'")

    database.execute("create table gl.mine (number int)")
    with pytest.raises(rebuild.Differs, match=r"gl\.mine would be lost"), Ledger().connect() as connection:
        rebuild.replace(connection, schemas)
    database.execute("drop table gl.mine")
    database.execute("create view public.leaning as select * from gl.journal_lines")
    with pytest.raises(rebuild.Differs, match=r"public\.leaning would be lost"), Ledger().connect() as connection:
        rebuild.replace(connection, schemas)
    database.execute("drop view public.leaning")

    before = database.execute("select 'gl.journal_lines'::regclass::oid").fetchone()
    with Ledger().connect() as connection:
        assert rebuild.compare(connection, lines) == {"gl.journal_lines": 4}
        rebuild.replace(connection, schemas)
    with Ledger().connect() as connection:
        rebuild.clear(connection, schemas, rebuild.REPLACED)
    assert database.execute("select 'gl.journal_lines'::regclass::oid").fetchone() != before
    assert rows(database, "gl.journal_lines") == 4
    left = database.execute("select nspname from pg_namespace where nspname ~ '^(beside|replaced)_'").fetchall()
    assert left == []


def test_a_refresh_compares_the_periods_that_nothing_was_added_to(database: psycopg.Connection) -> None:
    for schema, lines in (("gl", 1), (rebuild.BESIDE + "gl", 2)):
        database.execute(f"create schema {schema}")
        database.execute(f"""
            create table {schema}.journal_lines as
            select
                '1000' as company_code, 202500 + number as period_key, 1 as line_number, 0 as source_partition,
                number as source_offset
            from generate_series(1, {lines}) as number
        """)
        database.execute(f"""
            create table {schema}.balances as
            select '1000' as company_code, 202500 + number as period_key, 10 * number as amount, now() as built_at
            from generate_series(1, {lines}) as number
        """)
    wanted = [rebuild.Mart("gl", name, rebuild.BUILT_AT) for name in ("journal_lines", "balances")]
    with Ledger().connect() as connection:
        assert rebuild.compare(connection, wanted) == {"gl.journal_lines": 1, "gl.balances": 1}
    database.execute("update gl.balances set amount = 11")
    with (
        Ledger().connect() as connection,
        pytest.raises(rebuild.Differs, match=r"1 of 2 .*gl\.balances: only in the mart"),
    ):
        rebuild.compare(connection, wanted)


def test_a_model_that_cannot_be_built_fails_for_good_and_a_lost_database_is_tried_again(
    database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = marts.failure({"gl.trial_balance": "column x does not exist"}, "dbt ended with code 1", Ledger(), 0)
    assert isinstance(wrong, dg.Failure) and not wrong.allow_retries
    assert "gl.trial_balance: column x does not exist" in wrong.description
    cut = {"gl.trial_balance": "server closed the connection unexpectedly"}
    waits = [marts.failure(cut, "", Ledger(), tried).seconds_to_wait for tried in range(marts.TRIES)]
    assert waits == [60, 120, 240, 480]
    monkeypatch.setenv("PGPORT", "1")
    last = marts.failure({}, "", Ledger(), marts.TRIES)
    assert isinstance(last, dg.Failure) and "Postgres does not answer" in last.description
