"""What is run when something happens."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg

from wellbook_orchestration import alerts, freshness, jobs, marts, reports, schedules
from wellbook_orchestration.ledger import Away, ClosedPeriod, Ledger
from wellbook_orchestration.stream import Stream

#: So long after the hour's slot the schedule itself has had its turn.
GRACE = timedelta(minutes=2)
#: Packages that one look may ask for: a fast ledger closes one period of three companies at a time.
PACKAGES_AT_ONCE = 12
#: What dbt's sources promise; read once, as dbt's models are.
BARS = freshness.bars(marts.PROJECT.manifest_path)


@dg.sensor(
    job=jobs.build_marts,
    name="marts_held_back",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds the marts of an hour that the schedule held back, as soon as they can be built: also the first "
    "ones, when history is loaded, and once more those of an hour in which Postgres was away.",
)
def marts_held_back(
    context: dg.SensorEvaluationContext, ledger: Ledger, stream: Stream
) -> dg.RunRequest | dg.SkipReason:
    """Looks whether the hour has its run."""
    now = datetime.now(UTC)
    slot = schedules.latest_slot(now)
    if now < slot + GRACE:
        return dg.SkipReason("the schedule has its turn first")
    since = dg.RunsFilter(job_name=jobs.build_marts.name, created_after=slot)
    runs = context.instance.get_runs(since, limit=2)
    again = len(runs) == 1 and _was_cut(context.instance, runs[0])
    if runs and not again:
        return dg.SkipReason(f"the marts have had their run since {slot:%H:%M}")
    loaded = schedules.held_back(ledger, stream)
    if isinstance(loaded, str):
        return dg.SkipReason(loaded)
    if schedules.is_built(context.instance, loaded.position):
        return dg.SkipReason(f"nothing was loaded since the marts were built: {loaded.position}")
    return dg.RunRequest(
        run_key=f"{loaded.position}{'/again' if again else ''}", tags={schedules.POSITION_TAG: loaded.position}
    )


def _was_cut(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a run failed because Postgres was away, so that the hour deserves another."""
    if run.status != dg.DagsterRunStatus.FAILURE:
        return False
    failures = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return any(alerts.lost_database(entry.dagster_event) for entry in failures if entry.dagster_event)


@dg.sensor(
    job=jobs.make_close_package,
    name="period_closed",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes the close package when a period closes by the ledger's own clock and the marts hold all of it. "
    "Of what had closed before its first look, it makes the newest of each company; the rest is a backfill away.",
)
def period_closed(context: dg.SensorEvaluationContext, ledger: Ledger) -> dg.SensorResult | dg.SkipReason:
    """Compares what has closed with what it has seen to before."""
    try:
        closed = ledger.closed_periods()
    except Away as error:
        return dg.SkipReason(str(error))
    seen = set(json.loads(context.cursor)) if context.cursor else None
    wanted = _wanted(closed, seen)
    ready = [period for period in wanted if period.is_in_marts][:PACKAGES_AT_ONCE]
    waiting = [period for period in wanted if not period.is_in_marts]
    if not ready:
        if waiting:
            return dg.SkipReason(f"closed and not yet in the marts: {', '.join(map(_label, waiting))}")
        return dg.SkipReason("no period has closed since the last look" if closed else "no period has closed yet")
    handled = {_label(period) for period in closed if period not in wanted} | {_label(period) for period in ready}
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=_label(period), partition_key=reports.package_key(period.company_code, period.period))
            for period in ready
        ],
        dynamic_partitions_requests=[
            reports.PERIODS.build_add_request(sorted({period.period for period in closed})),
            reports.COMPANIES.build_add_request(sorted({period.company_code for period in closed})),
        ],
        cursor=json.dumps(sorted(handled | (seen or set()))),
    )


def _wanted(closed: list[ClosedPeriod], seen: set[str] | None) -> list[ClosedPeriod]:
    """Oldest first. Nothing seen means that nobody has looked before."""
    if seen is not None:
        return [period for period in closed if _label(period) not in seen]
    newest = {period.company_code: period for period in closed}
    return [period for period in closed if newest[period.company_code] is period]


def _label(period: ClosedPeriod) -> str:
    return f"{period.company_code}/{period.period}"


@dg.run_failure_sensor(
    name="failure_alert",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=True,
    description="Says in the log, and to WELLBOOK_ALERT_WEBHOOK where it is set, that a run failed, and why.",
)
def failure_alert(context: dg.RunFailureSensorContext) -> None:
    """One alert for each failed run."""
    alerts.send(alerts.of(context), context.log)


@dg.sensor(
    name="stale_sources",
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Says in the log, and to WELLBOOK_ALERT_WEBHOOK where it is set, that a staging table was not loaded"
    " for longer than its source's `error_after`; once, until it is loaded again.",
)
def stale_sources(context: dg.SensorEvaluationContext, ledger: Ledger) -> dg.SensorResult | dg.SkipReason:
    """No run fails where nothing is loaded: none is asked for. What is stale in two looks is told, for right after a
    start the first load is on its way."""
    try:
        with ledger.snapshot() as cursor:
            stale = freshness.stale(cursor, BARS)
    except Away as error:
        return dg.SkipReason(str(error))
    before = json.loads(context.cursor) if context.cursor else {"stale": [], "told": []}
    told = [source for source in before["told"] if source in stale]
    new = [source for source in stale if source in before["stale"] and source not in told]
    if new:
        alerts.send(alerts.of_look(context.sensor_name, [stale[source] for source in new]), context.log)
    said = "; ".join(stale.values()) or "every source was loaded in time"
    return dg.SensorResult(skip_reason=said, cursor=json.dumps({"stale": sorted(stale), "told": sorted(told + new)}))


ALL = [marts_held_back, period_closed, failure_alert, stale_sources]
