"""What the environment says, and where the project's folders are."""

import os
from pathlib import Path

import psycopg

#: The checkout: dbt and the reports lie beside this project.
CHECKOUT = Path(__file__).resolve().parents[3]


class WrongSettings(Exception):
    """A setting is missing or wrong. Trying again does not help."""

    #: Exit code of a program that was given wrong settings.
    CODE = 64


def dbt_project() -> Path:
    """Folder of the dbt project."""
    return Path(os.environ.get("WELLBOOK_DBT_PROJECT") or CHECKOUT / "dbt").resolve()


def dbt_target() -> Path:
    """Folder for dbt's manifest and run results, by dbt's own variable.

    `instance` sets it to one in Dagster's home, so that stacks that share a checkout each have their own.
    """
    return dbt_project() / (os.environ.get("DBT_TARGET_PATH") or "target")


def reports_project() -> Path:
    """Folder of the reports' project; its library is started as a program of its own."""
    return Path(os.environ.get("WELLBOOK_REPORTS_PROJECT") or CHECKOUT / "reports").resolve()


def reports_output() -> Path:
    """Folder for what the reports write."""
    given = os.environ.get("WELLBOOK_REPORTS_OUTPUT")
    home = os.environ.get("DAGSTER_HOME")
    return Path(given or (Path(home, "reports") if home else CHECKOUT / "target" / "reports")).resolve()


def secret(name: str) -> str | None:
    """A secret by the variable NAME, or by the file that NAME_FILE names; nothing where neither is set."""
    value = os.environ.get(name)
    if value:
        return value
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text().strip() or None
    except OSError as error:
        raise WrongSettings(f"{name}_FILE: {path} cannot be read: {error.strerror}") from None


def admin_addresses() -> dict[str, str]:
    """Address of each service's metrics, from WELLBOOK_ADMIN: producer=127.0.0.1:9101,validator=…,sink=…"""
    addresses = {}
    for pair in filter(None, (os.environ.get("WELLBOOK_ADMIN") or "").split(",")):
        service, separator, address = pair.strip().partition("=")
        if not (service and separator and address):
            raise WrongSettings(f"WELLBOOK_ADMIN: {pair!r} is not SERVICE=HOST:PORT")
        addresses[service] = address if "://" in address else f"http://{address}"
    return addresses


#: libpq's variables by the part of an address that they hold.
_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def postgres() -> dict[str, str]:
    """libpq's variables, where PGHOST is not set from DATABASE_URL: dbt, Dagster and this project all read those.

    Raises `WrongSettings` where neither is set.
    """
    if os.environ.get("PGHOST"):
        given = {name: os.environ[name] for name in _LIBPQ.values() if os.environ.get(name)}
    else:
        url = secret("DATABASE_URL")
        if not url:
            raise WrongSettings('neither PGHOST nor DATABASE_URL is set: eval "$(wellbook env)" sets what is needed')
        try:
            parts = psycopg.conninfo.conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # The library's error repeats the address, password and all.
            raise WrongSettings(
                "DATABASE_URL is no address of a Postgres: postgres://USER:PASSWORD@HOST:PORT/NAME"
            ) from None
        given = {_LIBPQ[part]: str(value) for part, value in parts.items() if part in _LIBPQ and value is not None}
    return {"PGPORT": "5432", "PGUSER": "wellbook", "PGDATABASE": "wellbook", "PGPASSWORD": "", **given}


def dagster_database() -> str:
    """Name of Dagster's own database, on the server of the ledger."""
    return os.environ.get("DAGSTER_PG_DATABASE") or "dagster"


def dagster_home() -> Path:
    """Folder of Dagster's settings, logs of runs, and dbt's manifest.

    Raises `WrongSettings` where DAGSTER_HOME is not set, or not from the root.
    """
    home = os.environ.get("DAGSTER_HOME")
    if not home or not Path(home).is_absolute():
        raise WrongSettings(
            "DAGSTER_HOME must be a folder, given from the root: Dagster keeps its settings and logs there"
        )
    return Path(home)
