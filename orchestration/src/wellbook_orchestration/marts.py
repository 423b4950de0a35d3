"""dbt's models, and the tests that belong to them."""

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from wellbook_orchestration import settings
from wellbook_orchestration.ledger import Away, Ledger

#: One run at a time builds or reads the marts: dbt replaces tables under their names.
POOL = "marts"
#: Models hourly: two builds in a row may be held back before anybody is told.
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=6), warn_window=timedelta(hours=3))
#: Tests with this tag are too slow for every hour; the nightly run has them.
NIGHTLY_TAG = "nightly"
#: Tries after the first where Postgres was away, each after twice the time of the one before: 15 minutes in all.
TRIES = 4
FIRST_WAIT_SECONDS = 60
#: How long what dbt compiled in a failed run is kept.
KEPT_SECONDS = 7 * 24 * 3600
#: What is shown of a node's message; all of it stands in the run's log.
LONGEST = 300
#: Failed nodes that are shown.
SHOWN = 5

PROJECT = DbtProject(
    project_dir=settings.dbt_project(), target_path=settings.dbt_target(), profiles_dir=settings.dbt_project()
)


#: The dbt of the same environment, whatever PATH says.
DBT = str(Path(sys.executable).with_name("dbt"))


class Translator(DagsterDbtTranslator):
    """How a model becomes an asset: in the group of its folder, with a freshness policy where it is a mart."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """As dagster-dbt makes it, with what this project adds."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
        if node is None or node["resource_type"] == "source":
            return spec
        folders = node["fqn"][1:-1]
        spec = spec.replace_attributes(group_name=_group(node["resource_type"], folders))
        return spec.replace_attributes(freshness_policy=FRESH) if folders[:1] == ["marts"] else spec


def _group(resource_type: str, folders: list[str]) -> str:
    if resource_type == "seed":
        return "seeds"
    match folders:
        case ["marts", area, *_]:
            return area
        case ["staging", *_]:
            return "staging_views"
        case [area, *_]:
            return area
    return "models"


class BuildConfig(dg.Config):
    """How a build is done."""

    #: Run the tests tagged `nightly`, too.
    all_tests: bool = False
    #: Rebuild incremental models from all of staging, in place. The weekly job builds beside and compares instead.
    full_refresh: bool = False


@dbt_assets(manifest=PROJECT.manifest_path, project=PROJECT, dagster_dbt_translator=Translator(), pool=POOL, name="dbt")
def models(
    context: dg.AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, ledger: Ledger
) -> Iterator[Any]:
    """Builds what was selected; a model below a failed test is left as it was."""
    # Unit tests are about the code, not about the data: continuous integration runs them.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if not config.all_tests:
        arguments += ["--exclude", f"tag:{NIGHTLY_TAG}"]
    if config.full_refresh:
        arguments.append("--full-refresh")
    _forget_old_results()
    run_dbt = dbt.cli(arguments, context=context, raise_on_error=False)
    yield from run_dbt.stream().fetch_row_counts()
    if run_dbt.is_successful():
        shutil.rmtree(run_dbt.target_path, ignore_errors=True)
    else:
        said = " ".join(str(run_dbt.get_error()).split())
        raise failure(failed_nodes(run_dbt.target_path), said, ledger, context.retry_number)


def _forget_old_results() -> None:
    """Each run has a folder of compiled SQL and results. That of a failed one stays for a look, for a while."""
    for folder in PROJECT.manifest_path.parent.glob("dbt-*/"):
        if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def failure(named: dict[str, str], said: str, ledger: Ledger, retry_number: int) -> Exception:
    """Why dbt failed. What fails because Postgres is away is tried again; a wrong model or a failed test is not."""
    try:
        with ledger.connect() as connection:
            connection.execute("select 1")
    except Away as error:
        return try_again(str(error), retry_number)
    if any(_is_lost_connection(message) for message in [said, *named.values()]):
        return try_again(
            "Postgres was away while dbt built; marts that were not reached stay as they were", retry_number
        )
    if not named:
        return dg.Failure(f"dbt could not build: {said}", allow_retries=False)
    listed = "; ".join(f"{node}: {message}" for node, message in list(named.items())[:SHOWN])
    more = f"; and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return dg.Failure(f"{len(named)} failed: {listed}{more}. Models below them stay as they were.", allow_retries=False)


def try_again(said: str, retry_number: int) -> Exception:
    """A request to try again after a wait that doubles each time, or the failure where there were tries enough."""
    if retry_number >= TRIES:
        return dg.Failure(f"{said}. Tried {retry_number + 1} times.", allow_retries=False)
    retry = dg.RetryRequested(max_retries=TRIES, seconds_to_wait=FIRST_WAIT_SECONDS * 2**retry_number)
    retry.__cause__ = dg.Failure(said)
    return retry


def failed_nodes(target: Path) -> dict[str, str]:
    """What dbt says of each node that failed, by the results that it left in `target`."""
    try:
        results = json.loads((target / "run_results.json").read_text())["results"]
    except (OSError, ValueError):
        return {}
    return {
        result["unique_id"].split(".", 2)[-1]: " ".join((result.get("message") or "failed").split())[:LONGEST]
        for result in results
        if result["status"] in ("error", "fail", "runtime error")
    }


_LOST = (
    "connection refused",
    "could not connect",
    "server closed the connection",
    "terminating connection",
    "connection already closed",
    "the database system is",
    "ssl syscall error",
    "connection timed out",
)


def _is_lost_connection(message: str) -> bool:
    return any(lost in message.lower() for lost in _LOST)
