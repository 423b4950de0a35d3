"""A run that fails is told of, with its reason, and so is staging that is not loaded any more."""

import json
import logging
from contextlib import contextmanager
from datetime import timedelta

import dagster as dg
import psycopg
import pytest

from servers import serving
from wellbook_orchestration import alerts, freshness, sensors
from wellbook_orchestration.ledger import Ledger
from wellbook_orchestration.sensors import failure_alert


def fails() -> dg.JobDefinition:
    @dg.op(name="spot_prices")
    def broken() -> None:
        raise dg.Failure("EIA did not answer in 90 s")

    @dg.job(name="fetch_prices")
    def job() -> None:
        broken()

    return job


def failed_run(instance: dg.DagsterInstance) -> dg.RunFailureSensorContext:
    result = fails().execute_in_process(instance=instance, raise_on_error=False)
    event = result.get_run_failure_event()
    return dg.build_run_status_sensor_context(
        sensor_name="failure_alert", dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
    ).for_run_failure()


def test_a_failed_run_is_told_to_the_webhook_with_what_failed_and_where_to_look(
    monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    monkeypatch.setenv("WELLBOOK_DAGSTER", "http://127.0.0.1:3000/")
    with serving(lambda _: (200, "ok")) as webhook:
        monkeypatch.setenv("WELLBOOK_ALERT_WEBHOOK", webhook.address)
        context = failed_run(instance)
        failure_alert(context)
    told = json.loads(webhook.bodies[0])
    assert len(webhook.bodies) == 1
    assert told["job"] == "fetch_prices"
    assert told["reasons"] == ["spot_prices: EIA did not answer in 90 s"]
    assert told["url"] == f"http://127.0.0.1:3000/runs/{context.dagster_run.run_id}"
    assert "fetch_prices failed." in told["text"] and told["url"] in told["text"]


ALERT = alerts.Alert("build_marts", "run", ["dbt: 1 failed"], None, None)


def test_a_webhook_that_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda number: (503, "busy") if number == 0 else (200, "ok")) as webhook:
        monkeypatch.setenv("WELLBOOK_ALERT_WEBHOOK", webhook.address)
        alerts.send(ALERT, logging.getLogger("alerts"))
    assert len(webhook.bodies) == 2


def test_a_webhook_that_refuses_is_said_in_the_log_and_its_address_is_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(lambda _: (403, "no")) as webhook:
        monkeypatch.setenv("WELLBOOK_ALERT_WEBHOOK", f"{webhook.address}/secret")
        alerts.send(ALERT, logging.getLogger("alerts"))
    assert "did not reach WELLBOOK_ALERT_WEBHOOK" in caplog.text
    assert "secret" not in caplog.text and webhook.address not in caplog.text


def test_without_a_webhook_the_log_has_the_alert(caplog: pytest.LogCaptureFixture) -> None:
    alerts.send(ALERT, logging.getLogger("alerts"))
    assert "build_marts failed.\ndbt: 1 failed" in caplog.text


def test_a_long_reason_is_cut_to_what_a_message_may_hold() -> None:
    assert len(alerts.Alert("job", "run", ["x" * 10_000], None, None).text) == alerts.LONGEST


#: Ages of the newest loads in the tests of staleness; Dagster copies resources, so they are not kept in one.
AGES: dict[str, timedelta | None] = {}


class Aged:
    """A cursor to which every query asks for an age."""

    def execute(self, query: str) -> "Aged":
        self.query = query
        return self

    def fetchone(self) -> dict[str, timedelta | None]:
        ages = (age for table, age in AGES.items() if f'"{table}"' in self.query or f".{table}" in self.query)
        return {"age": next(ages, timedelta(minutes=1))}


class Old(Ledger):
    """A ledger whose tables were loaded as long ago as a test says."""

    @contextmanager
    def snapshot(self):
        yield Aged()


def look(cursor: str | None = None, **ages: timedelta | None) -> dg.SensorResult:
    AGES.clear()
    AGES.update(ages)
    context = dg.build_sensor_context(cursor=cursor, sensor_name="stale_sources")
    return sensors.stale_sources(context, ledger=Old())


def test_a_table_that_is_not_loaded_any_more_is_told_to_the_webhook_once_until_it_is_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WELLBOOK_DAGSTER", "http://127.0.0.1:3000")
    late = timedelta(hours=2, seconds=5)
    with serving(lambda _: (200, "ok")) as webhook:
        monkeypatch.setenv("WELLBOOK_ALERT_WEBHOOK", webhook.address)
        seen = look(batch_seal=late)
        assert not webhook.bodies, "the first load after a start may be on its way"
        seen = look(seen.cursor, batch_seal=late)
        assert len(webhook.bodies) == 1
        seen = look(seen.cursor, batch_seal=late, market_price=timedelta(days=50))
        seen = look(seen.cursor, batch_seal=late, market_price=timedelta(days=50))
        assert len(webhook.bodies) == 2, "only what is new is told"
        assert "market_price" in seen.skip_reason.skip_message
        loaded = look(seen.cursor)
        assert loaded.skip_reason.skip_message == "every source was loaded in time"
        look(look(loaded.cursor, batch_seal=late).cursor, batch_seal=late)
    first, second, again = (json.loads(body) for body in webhook.bodies)
    said = "staging.batch_seal: nothing was loaded for 2:00:05, 1:00:00 are allowed"
    assert said in first["reasons"] and said in again["reasons"]
    assert (first["job"], first["run_id"], first["url"]) == ("stale_sources", None, "http://127.0.0.1:3000/automation")
    assert [reason.split(":")[0] for reason in second["reasons"]] == ["staging.market_price"]


def test_without_a_webhook_the_log_says_what_is_stale(caplog: pytest.LogCaptureFixture) -> None:
    alerts.send(alerts.of_look("stale_sources", ["staging.run: nothing was loaded"]), logging.getLogger("alerts"))
    assert "stale_sources failed.\nstaging.run: nothing was loaded" in caplog.text


def test_a_table_that_was_never_loaded_is_not_stale() -> None:
    seen = look(rejected_entry=None)
    assert seen.skip_reason.skip_message == "every source was loaded in time"


def test_the_ages_of_staging_are_read_from_postgres(database: psycopg.Connection) -> None:
    database.execute("update staging.batch_seal set loaded_at = now() - interval '2 hours'")
    database.execute("update staging.journal_entry set loaded_at = now()")
    with Ledger().snapshot() as cursor:
        found = freshness.stale(cursor, sensors.BARS)
    assert {"staging.batch_seal", "staging.batch_control_total"} <= set(found)
    assert not {"staging.journal_entry", "staging.journal_line"} & set(found)
