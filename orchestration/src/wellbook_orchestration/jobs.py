"""What is run together."""

import dagster as dg

from wellbook_orchestration import checks, marts, prices, proof, rebuild, reports, topics

_STAGING_CHECKS = dg.AssetSelection.checks(*(spec.key for spec in checks.SPECS))
_MODELS = dg.AssetSelection.assets(*marts.models.keys)
_OBSERVED = dg.AssetSelection.assets(*topics.observed.keys).without_checks()

observe = dg.define_asset_job(
    "observe",
    selection=_OBSERVED,
    description="Looks how far each topic and staging table has come.",
)

build_marts = dg.define_asset_job(
    "build_marts",
    selection=_OBSERVED | _STAGING_CHECKS | _MODELS,
    description="How far the stream has come; what must hold in staging; then every dbt model, each with its tests.",
)

fetch_prices = dg.define_asset_job(
    "fetch_prices",
    selection=dg.AssetSelection.assets(prices.spot_prices),
    description="Real prices of the 45 days up to a day.",
)

prove = dg.define_asset_job(
    "prove",
    selection=_OBSERVED | _STAGING_CHECKS | _MODELS | dg.AssetSelection.assets(proof.verify),
    config={
        "ops": {
            "check_staging": {"config": {"whole_journal": True}},
            "dbt": {"config": {"all_tests": True}},
        }
    },
    description="All checks over the whole journal, every dbt test over marts of this moment, and `wellbook verify`.",
)

refresh_fully = dg.define_asset_job(
    "refresh_fully",
    selection=dg.AssetSelection.assets(rebuild.full_refresh),
    description="All models built anew beside the marts, compared, and put in their place.",
)

make_close_package = dg.define_asset_job(
    "make_close_package",
    selection=dg.AssetSelection.assets(reports.close_package),
    description="The close package of one company and period; launch a backfill for several.",
)

ALL = [observe, build_marts, fetch_prices, prove, refresh_fully, make_close_package]
