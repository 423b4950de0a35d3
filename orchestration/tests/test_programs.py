"""Prices, proof and reports: what other programs make, and what is said when they do not."""

import json
import os
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from wellbook_orchestration import prices, program, proof, reports, settings
from wellbook_orchestration.program import Failed, Wellbook


def command(folder: Path, body: str) -> Wellbook:
    """A program in the place of `wellbook` that notes its arguments."""
    path = folder / "wellbook"
    path.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n{body}\n')
    path.chmod(0o755)
    return Wellbook(command=str(path), data_dir="stack")


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text().splitlines()


PRICES = {
    "from": "2026-01-01",
    "to": "2026-02-15",
    "series": [{"series": "WTI", "newest": "2026-02-13", "price": "61.10"}],
    "published": [{"before": None}, {"before": "60.90"}],
}


def fetch(wellbook: Wellbook, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [prices.spot_prices],
        partition_key="2026-02-15",
        resources={"wellbook": wellbook},
        instance=instance,
        raise_on_error=False,
    )


def test_a_day_fetches_the_forty_five_days_up_to_it(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    result = fetch(command(tmp_path, f"cat <<'E'\n{json.dumps(PRICES)}\nE"), instance)
    assert result.success
    assert asked(tmp_path) == ["prices --from 2026-01-01 --to 2026-02-15 --json --data-dir stack"]
    [made] = result.asset_materializations_for_node("eia__spot_prices")
    assert (made.metadata["published"].value, made.metadata["revised"].value) == (2, 1)


def test_a_key_that_eia_does_not_take_fails_at_once_with_what_the_command_said(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    result = fetch(command(tmp_path, "echo 'EIA does not accept the key' >&2; exit 64"), instance)
    failure = result.failure_data_for_node("eia__spot_prices").user_failure_data
    assert "EIA does not accept the key" in failure.description
    assert "What was published before stays" in failure.description
    assert len(asked(tmp_path)) == 1


def test_an_eia_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    policy = prices.spot_prices.op.retry_policy
    assert (policy.max_retries, policy.backoff, policy.jitter) == (3, dg.Backoff.EXPONENTIAL, dg.Jitter.PLUS_MINUS)
    wellbook = command(tmp_path, "echo 'EIA: 503' >&2; exit 1")
    with dg.build_asset_context(partition_key="2026-02-15") as context, pytest.raises(dg.Failure) as caught:
        prices.spot_prices(context, wellbook=wellbook)
    assert caught.value.allow_retries


def test_a_proof_that_fails_names_the_difference(tmp_path: Path) -> None:
    wellbook = command(tmp_path, "echo '{}'; echo 'verify: seals = raw: batch 7 holds 9 of 10' >&2; exit 1")
    with dg.build_asset_context() as context, pytest.raises(dg.Failure) as caught:
        proof.verify(context, wellbook=wellbook)
    assert "batch 7 holds 9 of 10" in caught.value.description


def test_a_proof_that_holds_is_kept_with_its_fingerprint() -> None:
    told = proof.told(
        {
            "reconciled": True,
            "cut": 486,
            "fingerprint": "3e98",
            "checks": [{"name": "seals = raw", "compared": 74749, "differences": 0, "first": None}],
        }
    )
    assert (told["reconciled"], told["up to seal"], told["fingerprint"]) == (True, 486, "3e98")


def test_a_command_that_is_not_there_is_named_with_its_setting() -> None:
    with pytest.raises(Failed, match="set WELLBOOK_COMMAND") as caught:
        Wellbook(command="no-such-wellbook").json("verify", seconds=5)
    assert caught.value.is_lasting


def test_a_program_that_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(Failed, match="took longer than 1 s"):
        program.run(["/bin/sh", "-c", f"sleep 60 & echo $! > {pid}; wait"], seconds=1)
    deadline = time.monotonic() + 10
    while _lives(int(pid.read_text())):
        assert time.monotonic() < deadline, "what the program started outlived it"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Ended, and waiting for its parent to ask how.
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


LIBRARY = """
import argparse, pathlib, sys
arguments = argparse.ArgumentParser()
for name in ("what", "--period", "--company", "--out"):
    arguments.add_argument(name)
given = arguments.parse_args()
out = pathlib.Path(given.out)
(out / "close.pdf").write_text(given.what + given.period + given.company)
if given.company == "9999":
    sys.exit("there is no company 9999")
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reports' library that writes one file, and the folder that packages go to."""
    package = tmp_path / "project" / "src" / "reporting"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(LIBRARY)
    monkeypatch.setenv("WELLBOOK_REPORTS_PROJECT", str(tmp_path / "project"))
    monkeypatch.setenv("WELLBOOK_REPORTS_OUTPUT", str(tmp_path / "out"))
    return tmp_path / "out"


def package(company: str, period: str) -> dg.MaterializeResult:
    with dg.build_asset_context(partition_key=reports.package_key(company, period)) as context:
        return reports.close_package(context)


def test_a_package_stands_under_its_period_and_company(library: Path) -> None:
    result = package("1000", "2025-10")
    assert (library / "2025-10" / "1000" / "close.pdf").read_text() == "close-package2025-101000"
    assert result.metadata["close.pdf"].startswith("24 bytes, SHA-256 ")
    assert [path.name for path in (library / "2025-10").iterdir()] == ["1000"]


def test_a_package_that_fails_leaves_the_one_before(library: Path) -> None:
    place = library / "2025-10" / "9999"
    place.mkdir(parents=True)
    (place / "close.pdf").write_text("before")
    with pytest.raises(dg.Failure, match="there is no company 9999"):
        package("9999", "2025-10")
    assert [(path.name, path.read_text()) for path in place.iterdir()] == [("close.pdf", "before")]


def test_settings_name_what_is_wrong_and_never_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(settings.WrongSettings, match="neither PGHOST nor DATABASE_URL"):
        settings.postgres()
    monkeypatch.setenv("DATABASE_URL", "postgres://me:s3cret@[broken/db")
    with pytest.raises(settings.WrongSettings) as caught:
        settings.postgres()
    assert "s3cret" not in str(caught.value)
    monkeypatch.setenv("DATABASE_URL", "postgres://me:s%40fe@127.0.0.1:5433/ledger?sslmode=disable")
    assert settings.postgres() == {
        "PGHOST": "127.0.0.1",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "s@fe",
        "PGDATABASE": "ledger",
        "PGSSLMODE": "disable",
    }
    monkeypatch.setenv("WELLBOOK_ADMIN", "sink")
    with pytest.raises(settings.WrongSettings, match="'sink' is not SERVICE=HOST:PORT"):
        settings.admin_addresses()


def test_the_programs_of_this_environment_are_used() -> None:
    assert reports._library() == [sys.executable, "-m", "reporting"]
    assert os.path.exists(Path(sys.executable).with_name("dbt"))
