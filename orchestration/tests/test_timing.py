"""Schedules and sensors: when something is run, and why not."""

import dataclasses
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import psycopg
import pytest

from servers import lagging, serving
from wellbook_orchestration import jobs, reports, schedules, sensors
from wellbook_orchestration.ledger import Away, ClosedPeriod, Ledger, Loaded
from wellbook_orchestration.stream import Stream

POSITION = "AWya"
LIVE = Loaded(POSITION, datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 1, 31, tzinfo=UTC), date(2025, 1, 1))
HALF = Loaded(POSITION, datetime(2025, 1, 16, tzinfo=UTC), datetime(2025, 1, 31, tzinfo=UTC), date(2025, 1, 1))


#: What the ledgers of these tests say; Dagster copies resources, and keeps of them what is configuration.
TALES: list[Loaded | Away | list[ClosedPeriod] | None] = []


class Told(Ledger):
    """A ledger that says what a test has it say."""

    tale: int

    def loaded(self) -> Loaded | None:
        return self._tell()

    def closed_periods(self) -> list[ClosedPeriod]:
        return self._tell()

    def _tell(self):
        tale = TALES[self.tale]
        if isinstance(tale, Away):
            raise tale
        return tale


def saying(tale: Loaded | Away | list[ClosedPeriod] | None) -> Told:
    TALES.append(tale)
    return Told(tale=len(TALES) - 1)


@contextmanager
def stream(validator: int = 0, sink: int = 0) -> Iterator[Stream]:
    with serving(lagging(validator)) as one, serving(lagging(sink)) as other:
        yield Stream(admin={"validator": one.address, "sink": other.address})


def hourly(loaded: Loaded | Away | None, stream: Stream, instance: dg.DagsterInstance | None = None):
    context = dg.build_schedule_context(instance=instance)
    return schedules.marts_hourly(context, ledger=saying(loaded), stream=stream)


def built_from(
    instance: dg.DagsterInstance, position: str, status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS
) -> None:
    """A run that was to build the marts from this position has ended so."""
    instance.create_run_for_job(
        cut_short(AssertionError("never run")),
        tags={schedules.POSITION_TAG: position},
        status=status,
    )


def test_the_marts_are_built_each_hour_from_a_position_that_names_the_run(instance: dg.DagsterInstance) -> None:
    with stream(sink=schedules.LAG_ALLOWED) as services:
        request = hourly(LIVE, services, instance)
    assert isinstance(request, dg.RunRequest)
    assert (request.run_key, request.tags[schedules.POSITION_TAG]) == (POSITION, POSITION)


@pytest.mark.parametrize("behind", [{"sink": schedules.LAG_ALLOWED + 1}, {"validator": schedules.LAG_ALLOWED + 1}])
def test_the_marts_are_held_back_while_validator_or_sink_lag(behind: dict[str, int]) -> None:
    with stream(**behind) as services:
        skipped = hourly(LIVE, services)
    assert "2001 records to read" in skipped.skip_message


def test_the_marts_are_held_back_while_history_is_loaded() -> None:
    with stream() as services:
        assert "history is 50 % loaded" in hourly(HALF, services).skip_message
        assert "holds nothing yet" in hourly(None, services).skip_message


def test_a_service_that_accepts_and_never_answers_holds_the_marts_back_within_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        services = Stream(admin={"validator": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        began = time.monotonic()
        skipped = hourly(LIVE, services)
    assert "the validator does not answer" in skipped.skip_message
    assert time.monotonic() - began < 4


def test_a_service_that_is_not_named_or_not_ready_holds_the_marts_back() -> None:
    assert "WELLBOOK_ADMIN names no address of the validator" in hourly(LIVE, Stream()).skip_message
    with serving(lambda _: (200, "gl_build_info 1\n")) as young:
        skipped = hourly(LIVE, Stream(admin={"validator": young.address}))
    assert "does not know yet" in skipped.skip_message


def test_a_database_that_is_away_holds_the_marts_back() -> None:
    with stream() as services:
        assert "Postgres does not answer" in hourly(Away("Postgres does not answer"), services).skip_message


def test_the_marts_are_not_built_twice_from_one_position(instance: dg.DagsterInstance) -> None:
    twice = dataclasses.replace(LIVE, position="AWyb")
    with stream() as services:
        built_from(instance, "another")
        assert isinstance(hourly(twice, services, instance), dg.RunRequest)
        built_from(instance, "AWyb")
        assert "nothing was loaded" in hourly(twice, services, instance).skip_message


def prices_at(moment: datetime):
    return schedules.prices_daily(dg.build_schedule_context(scheduled_execution_time=moment))


def test_prices_are_asked_for_up_to_yesterday_and_only_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seven = datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert "EIA_API_KEY is not set" in prices_at(seven).skip_message
    monkeypatch.setenv("EIA_API_KEY", "key")
    assert prices_at(seven).partition_key == "2026-02-28"


def test_a_key_file_that_cannot_be_read_is_named_and_not_taken_for_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIA_API_KEY_FILE", "/nowhere/key")
    skipped = prices_at(datetime(2026, 3, 1, 7, tzinfo=UTC))
    assert "EIA_API_KEY_FILE: /nowhere/key cannot be read" in skipped.skip_message


def held_back(monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance, services: Stream, now: datetime):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now

    monkeypatch.setattr(sensors, "datetime", Clock)
    context = dg.build_sensor_context(instance=instance)
    return sensors.marts_held_back(context, ledger=saying(LIVE), stream=services)


def test_what_the_schedule_held_back_is_built_once_when_it_can_be(
    monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    # An hour ahead, so that no run of another test falls into it.
    after_grace = schedules.latest_slot(datetime.now(UTC)) + sensors.GRACE + timedelta(hours=1)
    with stream(sink=10_000) as services:
        assert "10000 records" in held_back(monkeypatch, instance, services, after_grace).skip_message
    with stream() as services:
        too_early = after_grace - timedelta(seconds=1)
        assert "has its turn first" in held_back(monkeypatch, instance, services, too_early).skip_message
        request = held_back(monkeypatch, instance, services, after_grace)
        assert request.run_key == POSITION
        built_from(instance, "another", dg.DagsterRunStatus.FAILURE)
        this_hour = after_grace - timedelta(hours=1) + timedelta(minutes=57)
        assert "had their run" in held_back(monkeypatch, instance, services, this_hour).skip_message


def cut_short(error: Exception) -> dg.JobDefinition:
    """A build of the marts that ends so."""

    @dg.op
    def dbt() -> None:
        raise error

    @dg.job(name=jobs.build_marts.name)
    def build() -> None:
        dbt()

    return build


def test_an_hour_in_which_postgres_was_away_is_built_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    this_hour = schedules.latest_slot(datetime.now(UTC)) + timedelta(minutes=59)
    with dg.instance_for_test() as instance, stream() as services:
        lost = cut_short(psycopg.OperationalError("server closed the connection unexpectedly"))
        lost.execute_in_process(instance=instance, raise_on_error=False)
        assert held_back(monkeypatch, instance, services, this_hour).run_key == f"{POSITION}/again"
        lost.execute_in_process(instance=instance, raise_on_error=False)
        assert "had their run" in held_back(monkeypatch, instance, services, this_hour).skip_message
    with dg.instance_for_test() as instance, stream() as services:
        cut_short(dg.Failure("1 test failed")).execute_in_process(instance=instance, raise_on_error=False)
        assert "had their run" in held_back(monkeypatch, instance, services, this_hour).skip_message


def test_the_hour_turns_at_five_past() -> None:
    at = datetime(2026, 1, 1, 3, 4, 59, tzinfo=UTC)
    assert schedules.latest_slot(at) == datetime(2026, 1, 1, 2, 5, tzinfo=UTC)
    assert schedules.latest_slot(at + timedelta(seconds=1)) == datetime(2026, 1, 1, 3, 5, tzinfo=UTC)


def closed(company: str, period: str, in_marts: bool = True) -> ClosedPeriod:
    return ClosedPeriod(company, period, datetime(2025, 3, 1, tzinfo=UTC), 10, 10 if in_marts else 9)


def look(periods: list[ClosedPeriod] | Away, cursor: str | None = None):
    context = dg.build_sensor_context(cursor=cursor)
    return sensors.period_closed(context, ledger=saying(periods))


def asked_for(result: dg.SensorResult) -> set[tuple[str, str]]:
    keys = (request.partition_key.keys_by_dimension for request in result.run_requests)
    return {(key["company"], key["period"]) for key in keys}


def test_the_first_look_makes_the_newest_package_of_each_company_and_offers_the_others() -> None:
    result = look([closed("1000", "2025-01"), closed("2000", "2025-01"), closed("1000", "2025-02")])
    assert asked_for(result) == {("1000", "2025-02"), ("2000", "2025-01")}
    added = {request.partitions_def_name: request.partition_keys for request in result.dynamic_partitions_requests}
    assert added == {"closed_period": ["2025-01", "2025-02"], "company": ["1000", "2000"]}


def test_a_period_that_closes_later_is_packaged_once() -> None:
    history = [closed("1000", "2025-01"), closed("1000", "2025-02")]
    cursor = look(history).cursor
    assert "no period has closed since" in look(history, cursor).skip_message
    result = look([*history, closed("1000", "2025-03")], cursor)
    assert asked_for(result) == {("1000", "2025-03")}
    assert json.loads(result.cursor) == ["1000/2025-01", "1000/2025-02", "1000/2025-03"]


def test_a_closed_period_waits_for_the_marts() -> None:
    skipped = look([closed("1000", "2025-01", in_marts=False)], "[]")
    assert skipped.skip_message == "closed and not yet in the marts: 1000/2025-01"
    result = look([closed("1000", "2025-01", in_marts=False), closed("2000", "2025-01")], "[]")
    assert asked_for(result) == {("2000", "2025-01")}
    assert json.loads(result.cursor) == ["2000/2025-01"]


def test_many_packages_come_a_few_at_a_time_and_none_is_forgotten() -> None:
    many = [closed("1000", f"2025-{month:02}") for month in range(1, 13)]
    many += [closed("2000", f"2025-{month:02}") for month in range(1, 13)]
    first = look(many, "[]")
    second = look(many, first.cursor)
    assert len(first.run_requests) == len(second.run_requests) == sensors.PACKAGES_AT_ONCE
    assert len(asked_for(first) | asked_for(second)) == len(many)


def test_nothing_closed_and_no_database_are_told_apart() -> None:
    assert look([]).skip_message == "no period has closed yet"
    assert look(Away("Postgres does not answer")).skip_message == "Postgres does not answer"


def test_a_package_s_partition_is_one_that_the_asset_has(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("company", ["1000"])
    instance.add_dynamic_partitions("closed_period", ["2025-01"])
    keys = reports.PACKAGES.get_partition_keys(dynamic_partitions_store=instance)
    assert keys == [reports.package_key("1000", "2025-01")]
