"""Real prices, fetched anew for as long as EIA revises them."""

from datetime import date, timedelta

import dagster as dg

from wellbook_orchestration import settings
from wellbook_orchestration.program import Failed, Wellbook
from wellbook_orchestration.topics import SPOT_PRICES

#: EIA revises prices for some weeks.
REFETCHED_DAYS = 45
#: The command gives up by itself after 90 s for each of the three series.
SECONDS = 360

#: Each day fetches the 45 days up to it; EIA's prices reach further back than any ledger.
DAYS = dg.DailyPartitionsDefinition(start_date="2018-01-01", timezone="UTC")


@dg.asset(
    key=SPOT_PRICES,
    group_name="prices",
    kinds={"python"},
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=49), warn_window=timedelta(hours=25)),
    retry_policy=dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS),
    description="Spot prices of EIA for the 45 days up to the partition's: new and revised ones are published on "
    "gl.market-price.v1 beside the run's own. Nothing is altered; a second call publishes nothing.",
)
def spot_prices(context: dg.AssetExecutionContext, wellbook: Wellbook) -> dg.MaterializeResult:
    """Calls `wellbook prices`."""
    first, last = context.partition_key_range.start, context.partition_key_range.end
    since = date.fromisoformat(first) - timedelta(days=REFETCHED_DAYS)
    try:
        report = wellbook.json("prices", "--from", since.isoformat(), "--to", last, seconds=SECONDS)
    except Failed as error:
        raise dg.Failure(
            f"no prices from {since} to {last}: {error}. What was published before stays.",
            allow_retries=not error.is_lasting,
        ) from None
    published = report["published"]
    return dg.MaterializeResult(
        metadata={
            "from": report["from"],
            "to": report["to"],
            "published": len(published),
            "revised": sum(price["before"] is not None for price in published),
            **{f"newest {series['series']}": f"{series['newest']}: {series['price']}" for series in report["series"]},
        }
    )


def why_not() -> str | None:
    """Why prices cannot be asked for; nothing where they can."""
    if settings.secret("EIA_API_KEY"):
        return None
    return "EIA_API_KEY is not set, so real prices are not fetched: a key is free at www.eia.gov/opendata"
