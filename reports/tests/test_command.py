"""The command line: what it writes, and what it says when it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def reporting(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    settings = {key: value for key, value in os.environ.items() if key != "WELLBOOK"}
    return subprocess.run(
        [sys.executable, "-m", "reporting", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=settings | {"PYTHONPATH": str(PROJECT / "src")} | environment,
    )


def refusal(*arguments: str, **environment: str) -> str:
    done = reporting(*arguments, **environment)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("reporting: "), done.stderr
    return done.stderr


def test_it_writes_both_files_the_same_bytes_each_time(closed, tmp_path):
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        done = reporting("close-package", "--period", closed.label, "--company", closed.company, "--out", str(folder))
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [str(path) for path in sorted(folder.iterdir())]
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert sorted(Path(name).suffix for name in made[0]) == [".pdf", ".xlsx"]


def test_a_company_that_does_not_exist_is_named_with_those_that_do(closed, tmp_path):
    said = refusal("close-package", "--period", closed.label, "--company", "9999", "--out", str(tmp_path))
    assert "no company 9999" in said and closed.company in said and "GROUP" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["close-package", "notebooks"])
def test_a_period_beyond_the_books_is_refused_with_those_that_are_there(command, closed, tmp_path):
    said = refusal(command, "--period", "2093-01", "--company", closed.company, "--out", str(tmp_path))
    assert "2093-01" in said and "it has entries from" in said


def test_a_period_in_which_nothing_was_posted_is_refused(closed, mart, tmp_path):
    empty = mart(
        "select min(period_key) from (select period_key from gl.general_ledger_by_period "
        "where company_code = %(company)s group by 1 having sum(line_count) = 0) as empty",
        closed,
    )
    label = f"{empty // 100}-{empty % 100:02}"
    said = refusal("close-package", "--period", label, "--company", closed.company, "--out", str(tmp_path))
    assert f"nothing is posted in period {label}" in said


def test_the_opening_of_a_year_is_refused_for_it_has_no_statements(closed, tmp_path):
    said = refusal(
        "close-package", "--period", f"{closed.year}-00", "--company", closed.company, "--out", str(tmp_path)
    )
    assert "has no statements; give a month" in said


def test_the_close_of_a_year_that_is_not_over_is_refused(unclosed, tmp_path):
    label = f"{unclosed.year}-13"
    said = refusal("close-package", "--period", label, "--company", unclosed.company, "--out", str(tmp_path))
    assert f"{label} is for the adjustments and the close of {unclosed.year}, and that year is not over" in said


def test_notebooks_of_adjustments_are_refused_for_they_are_of_months(year, tmp_path):
    said = refusal("notebooks", "--period", year.label, "--company", year.company, "--out", str(tmp_path))
    assert f"{year.label} is no month" in said


@pytest.mark.parametrize("period", ["2025-14", "October", "202510"])
def test_a_period_that_is_none_is_refused_with_an_example(period, tmp_path):
    assert "give one such as 2025-10" in refusal(
        "close-package", "--period", period, "--company", "1000", "--out", str(tmp_path)
    )


@pytest.mark.parametrize("command", ["close-package", "notebooks"])
def test_postgres_away_is_said_with_its_place_and_without_its_password(command, closed, tmp_path):
    said = refusal(
        command,
        "--period",
        closed.label,
        "--company",
        closed.company,
        "--out",
        str(tmp_path),
        PGHOST="127.0.0.1",
        PGPORT="1",
        PGPASSWORD="not-to-be-printed",
    )
    assert "127.0.0.1:1" in said and "start the stack" in said and "not-to-be-printed" not in said


def test_a_database_without_marts_says_to_build_them(closed, tmp_path):
    said = refusal(
        "close-package",
        "--period",
        closed.label,
        "--company",
        closed.company,
        "--out",
        str(tmp_path),
        PGDATABASE="postgres",
    )
    assert "dbt build" in said


def test_a_folder_that_cannot_be_made_is_named(closed, tmp_path):
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file" / "below")
    assert place in refusal("close-package", "--period", closed.label, "--company", closed.company, "--out", place)


REPORT = {"reconciled": True, "cut": 7, "behind": 0, "checks": [{"name": "amounts", "differences": 0}]}


def proof(tmp_path: Path, content: str) -> str:
    path = tmp_path / "verify.json"
    path.write_text(content)
    return str(path)


def test_the_proof_is_taken_from_a_file(tmp_path):
    from reporting.facts import read_proof

    found = read_proof(Path(proof(tmp_path, json.dumps(REPORT))))
    assert found.reconciled and found.text == "reconciled up to seal 7: 1 checks, no difference"
    off = REPORT | {"reconciled": False, "checks": [{"name": "amounts", "differences": 3}]}
    found = read_proof(Path(proof(tmp_path, json.dumps(off))))
    assert not found.reconciled and "3 differences (amounts)" in found.text


@pytest.mark.parametrize("content", ["", "[]", '{"reconciled": true}'])
def test_a_file_that_is_no_proof_is_refused(content, closed, tmp_path):
    said = refusal(
        "close-package",
        "--period",
        closed.label,
        "--company",
        closed.company,
        "--out",
        str(tmp_path / "out"),
        "--verify",
        proof(tmp_path, content),
    )
    assert "no report of `wellbook verify --json`" in said


def test_a_program_that_cannot_be_started_is_named(closed, tmp_path):
    said = refusal(
        "close-package",
        "--period",
        closed.label,
        "--company",
        closed.company,
        "--out",
        str(tmp_path),
        WELLBOOK="/no/such",
    )
    assert "/no/such" in said
