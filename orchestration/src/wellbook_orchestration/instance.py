"""Dagster's database and home, made where they are missing. Repeating it changes nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from wellbook_orchestration import settings

#: A database that was just started answers within seconds.
CONNECT_WITHIN_SECONDS = 10
#: A cold parse takes five seconds on a quiet machine.
PARSE_WITHIN_SECONDS = 300


class NotPrepared(Exception):
    """Something that Dagster needs could not be made."""


def environment() -> dict[str, str]:
    """What every process of Dagster must find in its environment.

    Raises `WrongSettings` where a setting is missing or wrong.
    """
    settings.admin_addresses()
    return {
        **os.environ,
        **settings.postgres(),
        "DAGSTER_HOME": str(settings.dagster_home()),
        "DBT_TARGET_PATH": os.environ.get("DBT_TARGET_PATH") or str(settings.dagster_home() / "dbt"),
        "DAGSTER_PG_DATABASE": settings.dagster_database(),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # The programs of this environment find this package, wherever they are started.
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }


def prepare() -> list[str]:
    """Makes Dagster's database, home and tables, and has dbt parse its project. Says what it did.

    Raises `WrongSettings` or `NotPrepared`.
    """
    variables = environment()
    home = settings.dagster_home()
    home.mkdir(parents=True, exist_ok=True)
    done = []
    if create_database(variables):
        done.append(f"database {variables['DAGSTER_PG_DATABASE']} made")
    shutil.copyfile(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    project = str(settings.dbt_project())
    _run(
        [
            *(_program("dbt"), "parse", "--quiet", "--project-dir", project, "--profiles-dir", project),
            *("--log-path", variables["DBT_TARGET_PATH"]),
        ],
        variables,
        "dbt could not parse its project",
    )
    done.append("dbt's project parsed")
    _run([_program("dagster"), "instance", "migrate"], variables, "Dagster's tables could not be made")
    done.append("Dagster's tables are up to date")
    return done


def create_database(variables: dict[str, str]) -> bool:
    """Makes Dagster's database where it is missing; whether it was.

    Raises `NotPrepared` where Postgres does not answer or does not allow it.
    """
    name = variables["DAGSTER_PG_DATABASE"]
    try:
        with psycopg.connect(
            host=variables["PGHOST"],
            port=variables["PGPORT"],
            user=variables["PGUSER"],
            password=variables["PGPASSWORD"],
            dbname=variables["PGDATABASE"],
            connect_timeout=CONNECT_WITHIN_SECONDS,
            autocommit=True,
        ) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is not None:
                return False
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            return True
    except psycopg.errors.DuplicateDatabase:
        return False
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise NotPrepared(
            f"database {name} on {variables['PGHOST']}:{variables['PGPORT']} could not be made: {said}. Where "
            f"{variables['PGUSER']} may not make databases, make it yourself, and set DAGSTER_PG_DATABASE to its name"
        ) from None


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _run(arguments: list[str], variables: dict[str, str], failed: str) -> None:
    try:
        result = subprocess.run(
            arguments,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PARSE_WITHIN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotPrepared(f"{failed}: {error}") from None
    if result.returncode != 0:
        last = "\n".join(result.stdout.strip().splitlines()[-12:])
        raise NotPrepared(f"{failed}:\n{last}")
