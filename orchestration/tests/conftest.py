"""What the tests stand on: the project's real dbt manifest, and a Postgres of their own."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
#: The database of a test. dbt's manifest names it, so there is one name for all of them.
COPY = f"copy_{uuid.uuid4().hex[:12]}"


def pytest_configure(config: pytest.Config) -> None:
    """Has dbt parse the project before any module imports the definitions: they are made of its manifest."""
    home = config.rootpath / ".pytest_cache" / "dagster"
    target = home / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DAGSTER_HOME=str(home), DBT_TARGET_PATH=str(target), DAGSTER_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1"
    )
    for name in ("EIA_API_KEY", "EIA_API_KEY_FILE", "WELLBOOK_ALERT_WEBHOOK", "WELLBOOK_ADMIN", "WELLBOOK_DAGSTER"):
        os.environ.pop(name, None)
    folders = ["--project-dir", str(CHECKOUT / "dbt"), "--profiles-dir", str(CHECKOUT / "dbt")]
    subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "parse", "--quiet", *folders, "--log-path", str(target)],
        env={"PGPASSWORD": "a parse asks for none", **os.environ, "PGDATABASE": COPY},
        check=True,
    )


@pytest.fixture(scope="session")
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster with its storage in files, for what needs some storage."""
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture(scope="session")
def server() -> dict[str, str]:
    """libpq's variables of a Postgres on which the tests may make databases."""
    given = os.environ.get("WELLBOOK_TEST_DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given
        os.environ.pop("PGHOST", None)
    elif not os.environ.get("PGHOST"):
        pytest.fail(
            "these tests make databases of their own: set WELLBOOK_TEST_DATABASE_URL, as `wellbook backbone` does,"
            " or PGHOST, PGPORT, PGUSER and PGPASSWORD"
        )
    from wellbook_orchestration import settings

    return settings.postgres()


def connect(variables: dict[str, str]) -> psycopg.Connection:
    """A connection as these variables say."""
    return psycopg.connect(
        host=variables["PGHOST"],
        port=variables["PGPORT"],
        user=variables["PGUSER"],
        password=variables["PGPASSWORD"],
        dbname=variables["PGDATABASE"],
        autocommit=True,
    )


@pytest.fixture(scope="session")
def prepared(server: dict[str, str]) -> Iterator[str]:
    """Name of a database with the migrations and a small ledger in it; a pattern for those of the tests."""
    name = f"pattern_{uuid.uuid4().hex[:12]}"
    with connect(server) as connection:
        connection.execute(f"create database {name}")
    with connect({**server, "PGDATABASE": name}) as connection:
        for migration in sorted((CHECKOUT / "migrations").glob("V*.sql")):
            connection.execute(migration.read_text())
        connection.execute((Path(__file__).parent / "ledger.sql").read_text())
    yield name
    with connect(server) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(server: dict[str, str], prepared: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A connection to a copy of the small ledger that is the test's own, and the environment set to it."""
    with connect(server) as administrator:
        administrator.execute(f"create database {COPY} template {prepared}")
    variables = {**server, "PGDATABASE": COPY}
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with connect(variables) as connection:
        yield connection
    with connect(server) as administrator:
        administrator.execute(f"drop database {COPY} with (force)")
