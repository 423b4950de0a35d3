"""The close package of a period and company: PDF and workbook, made by the reports' library."""

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import dagster as dg

from wellbook_orchestration import marts, proof, settings
from wellbook_orchestration.program import Failed, run

#: A package takes seconds; on a machine that also loads a year, a minute.
SECONDS = 900
#: Marts that it reads lie in these groups.
READ_GROUPS = frozenset({"gl", "operations", "revenue", "joint_interest", "capital", "prices"})

#: YYYY-MM (13: the adjustments of a year), added when the period closes in the ledger's own time, which may run ahead
#: of the calendar.
PERIODS = dg.DynamicPartitionsDefinition(name="closed_period")
#: Company codes, added with their first closed period.
COMPANIES = dg.DynamicPartitionsDefinition(name="company")
PACKAGES = dg.MultiPartitionsDefinition({"company": COMPANIES, "period": PERIODS})

KEY = dg.AssetKey(["reports", "close_package"])


def package_key(company_code: str, period: str) -> dg.MultiPartitionKey:
    """The partition of a company's period."""
    return dg.MultiPartitionKey({"company": company_code, "period": period})


@dg.asset(
    key=KEY,
    deps=[
        *(key for key, spec in marts.models.specs_by_key.items() if spec.group_name in READ_GROUPS),
        proof.KEY,
    ],
    group_name="reports",
    kinds={"python", "excel"},
    pool=marts.POOL,
    partitions_def=PACKAGES,
    retry_policy=dg.RetryPolicy(max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS),
    description="What a controller files for a closed period of a company: statements as PDF and as a workbook. A "
    "backfill over periods makes them anew; a package that fails leaves the one before in its place.",
)
def close_package(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Calls the reports' library, and puts what it wrote in its place when all of it is there."""
    dimensions = context.partition_key.keys_by_dimension
    company, period = dimensions["company"], dimensions["period"]
    place = settings.reports_output() / period / company
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{company}-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        try:
            run(
                [*_library(), "close-package", "--period", period, "--company", company, "--out", str(made)],
                seconds=SECONDS,
                environment={"PYTHONPATH": _python_path()},
            )
        except Failed as error:
            raise dg.Failure(
                f"no close package of {company} for {period}: {error}. The one before, if any, stays in {place}.",
                allow_retries=not error.is_lasting,
            ) from None
        files = sorted(path for path in made.rglob("*") if path.is_file())
        if not files:
            raise dg.Failure(f"the reports' library wrote nothing for {company}, {period}", allow_retries=False)
        metadata = {
            str(path.relative_to(made)): f"{path.stat().st_size} bytes, SHA-256 {_digest(path)}" for path in files
        }
        _put(made, place)
    return dg.MaterializeResult(metadata={"folder": dg.MetadataValue.path(str(place)), **metadata})


def _library() -> list[str]:
    return [sys.executable, "-m", "reporting"]


def _python_path() -> str:
    project = settings.reports_project()
    folders = [str(folder) for folder in (project / "src", project) if folder.is_dir()]
    return os.pathsep.join([*folders, *filter(None, [os.environ.get("PYTHONPATH")])])


def _put(made: Path, place: Path) -> None:
    """Renames, so that a reader finds the old package or the new one."""
    before = place.with_name(f".{place.name}-before")
    shutil.rmtree(before, ignore_errors=True)
    if place.exists():
        place.rename(before)
    made.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
