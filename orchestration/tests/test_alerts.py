"""A run that fails is told of, with its reason."""

import json
import logging

import dagster as dg
import pytest

from servers import serving
from wellbook_orchestration import alerts
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
