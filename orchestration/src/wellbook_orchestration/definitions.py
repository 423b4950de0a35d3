"""All of it, put together."""

import dagster as dg
from dagster_dbt import DbtCliResource

from wellbook_orchestration import (
    checks,
    jobs,
    ledger,
    marts,
    prices,
    program,
    proof,
    rebuild,
    reports,
    schedules,
    sensors,
    stream,
    topics,
)

defs = dg.Definitions(
    assets=[
        topics.observed,
        prices.spot_prices,
        marts.models,
        proof.verify,
        rebuild.full_refresh,
        reports.close_package,
    ],
    asset_checks=[checks.staging_checks],
    jobs=jobs.ALL,
    schedules=schedules.ALL,
    sensors=sensors.ALL,
    # One process for a run: its steps follow each other, and each process of Dagster and dbt costs 250 MB and seconds.
    executor=dg.in_process_executor,
    resources={
        "ledger": ledger.Ledger(),
        "stream": stream.from_environment(),
        "wellbook": program.from_environment(),
        "dbt": DbtCliResource(project_dir=marts.PROJECT, dbt_executable=marts.DBT),
    },
)
