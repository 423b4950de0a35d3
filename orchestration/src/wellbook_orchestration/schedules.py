"""What is run by the clock. All times are UTC, like every time of the ledger."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from wellbook_orchestration import jobs, prices
from wellbook_orchestration.ledger import Away, Ledger, Loaded
from wellbook_orchestration.settings import WrongSettings
from wellbook_orchestration.stream import Stream, Unreachable

#: Records that may be on their way: a live batch has some hundred, and is there in less than a second.
LAG_ALLOWED = 2_000
#: Tag that names what a run was built from.
POSITION_TAG = "wellbook/position"
HOURLY = "5 * * * *"


def held_back(ledger: Ledger, stream: Stream) -> str | Loaded:
    """Why the marts are not built now, or how far staging is loaded where they can be."""
    try:
        loaded = ledger.loaded()
        lag = stream.lag()
    except (Away, Unreachable) as error:
        return f"the marts are not built: {error}"
    if loaded is None:
        return "the marts are not built: staging holds nothing yet"
    if not loaded.is_history_loaded:
        return f"the marts are not built: history is {loaded.history_share} % loaded"
    if lag > LAG_ALLOWED:
        return f"the marts are not built: validator and sink have {lag} records to read, {LAG_ALLOWED} are allowed"
    return loaded


def is_built(instance: dg.DagsterInstance, position: str) -> bool:
    """Whether a run has built the marts from this very position."""
    built = dg.RunsFilter(
        job_name=jobs.build_marts.name, tags={POSITION_TAG: position}, statuses=[dg.DagsterRunStatus.SUCCESS]
    )
    return bool(instance.get_runs(built, limit=1))


@dg.schedule(
    job=jobs.build_marts,
    cron_schedule=HOURLY,
    name="marts_hourly",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Builds the marts, unless validator or sink lag or nothing new was loaded. What was held back is built "
    "by the sensor `marts_held_back` as soon as it can be.",
)
def marts_hourly(
    context: dg.ScheduleEvaluationContext, ledger: Ledger, stream: Stream
) -> dg.RunRequest | dg.SkipReason:
    """Asks staging and the services' metrics first."""
    loaded = held_back(ledger, stream)
    if isinstance(loaded, str):
        return dg.SkipReason(loaded)
    if is_built(context.instance, loaded.position):
        return dg.SkipReason(f"nothing was loaded since the marts were built: {loaded.position}")
    return dg.RunRequest(run_key=loaded.position, tags={POSITION_TAG: loaded.position})


@dg.schedule(
    job=jobs.fetch_prices,
    cron_schedule="0 7 * * *",
    name="prices_daily",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Fetches the real prices of the 45 days up to yesterday.",
)
def prices_daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Needs a key."""
    try:
        reason = prices.why_not()
    except WrongSettings as error:
        reason = str(error)
    if reason:
        return dg.SkipReason(reason)
    yesterday = (context.scheduled_execution_time.astimezone(UTC) - timedelta(days=1)).date().isoformat()
    return dg.RunRequest(run_key=yesterday, partition_key=yesterday)


proof_nightly = dg.ScheduleDefinition(
    name="proof_nightly",
    job=jobs.prove,
    cron_schedule="30 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every check over the whole journal, every dbt test, and `wellbook verify`.",
)

full_refresh_weekly = dg.ScheduleDefinition(
    name="full_refresh_weekly",
    job=jobs.refresh_fully,
    cron_schedule="20 4 * * 0",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Builds all models anew beside the marts, compares, and replaces.",
)

ALL = [marts_hourly, prices_daily, proof_nightly, full_refresh_weekly]


def latest_slot(now: datetime) -> datetime:
    """When the marts were last due."""
    slot = now.replace(minute=int(HOURLY.split()[0]), second=0, microsecond=0)
    return slot if slot <= now else slot - timedelta(hours=1)
