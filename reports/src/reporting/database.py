"""Queries on Postgres that return typed, checked frames."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandera.errors
import pandera.polars as pa
import polars as pl
import psycopg

from reporting.problem import Problem

#: A server that does not answer by then is away.
CONNECT_SECONDS = 10
#: A report's slowest query takes seconds; one that takes so long waits for something.
STATEMENT_SECONDS = 300


@contextmanager
def connected() -> Iterator[psycopg.Connection]:
    """One read-only snapshot of the database that libpq's variables name, so that all figures are of one moment."""
    place = {
        "host": os.environ.get("PGHOST", "127.0.0.1"),
        "port": os.environ.get("PGPORT", "5432"),
        "user": os.environ.get("PGUSER", "wellbook"),
        "dbname": os.environ.get("PGDATABASE", "wellbook"),
    }
    where = f"database {place['dbname']} at {place['host']}:{place['port']}"
    try:
        connection = psycopg.connect(
            **place,
            connect_timeout=CONNECT_SECONDS,
            application_name="wellbook-reports",
            options=f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC",
        )
    except psycopg.OperationalError as error:
        raise Problem(
            f"Postgres does not answer: {where}: {_first_line(error)}; start the stack, or set PGHOST, PGPORT, "
            "PGUSER, PGPASSWORD and PGDATABASE as `wellbook env` prints them"
        ) from None
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            yield connection
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.InvalidSchemaName,
        ) as error:
            raise Problem(
                f"a mart is not there in {where}: {_first_line(error)}; build them with `dbt build`"
            ) from None
        except psycopg.errors.QueryCanceled:
            raise Problem(
                f"a query took more than {STATEMENT_SECONDS} s in {where}; try again when the build has ended"
            ) from None
        except psycopg.OperationalError as error:
            raise Problem(f"Postgres went away: {where}: {_first_line(error)}; start it and try again") from None


def read(
    connection: psycopg.Connection, schema: pa.DataFrameSchema, query: str, parameters: Mapping[str, object]
) -> pl.DataFrame:
    """The rows of a query as a frame of the schema's columns and types, checked by the schema."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    types = {name: column.dtype.type for name, column in schema.columns.items()}
    if set(names) != set(types):
        raise Problem(
            f"{schema.name}: the query gives {sorted(names)}, expected are {sorted(types)}; the library and its "
            "schemas are of different versions"
        )
    frame = pl.DataFrame(rows, schema={name: types[name] for name in names}, orient="row")
    try:
        return schema.validate(frame)
    except (pandera.errors.SchemaError, pandera.errors.SchemaErrors) as error:
        raise Problem(
            f"{schema.name}: what the marts hold is not what a report expects: {_first_line(error)}; run `dbt build` "
            "and see which test fails"
        ) from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__
