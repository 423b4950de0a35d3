"""The full refresh of the week: built beside, compared, and only then put in the place of the marts.

Live entries arrive meanwhile, so the two are not alike everywhere. What must be alike are the lines that both know of,
and each period before the first one that gained a line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from wellbook_orchestration.ledger import Away, Ledger, Row
from wellbook_orchestration.marts import DBT, POOL, PROJECT, failed_nodes, failure, models, try_again
from wellbook_orchestration.program import Failed, run

#: In front of the schemas that are built beside, and of those that were replaced until they are dropped.
BESIDE = "beside_"
REPLACED = "replaced_"
#: Rows that are shown where two tables differ.
SHOWN = 3
#: Columns that say when a row was built: never alike.
BUILT_AT = frozenset({"added_at", "built_at"})
#: In a model's `meta`: columns that follow the ledger's clock, or true for the whole model.
NOT_COMPARED = "not_compared"

#: A year takes two minutes; ten years at twice the size stay below.
SECONDS = 3 * 3600

KEY = dg.AssetKey(["proof", "full_refresh"])


class Differs(Exception):
    """The refreshed marts are not what the marts are."""


@dataclass(frozen=True)
class Mart:
    """A model that keeps rows."""

    schema: str
    name: str
    #: Columns that are not compared; nothing where the whole model is not.
    left_out: frozenset[str] | None = field(default_factory=frozenset)


def marts_of(manifest: dict[str, Any]) -> list[Mart]:
    """The tables that dbt makes, by its manifest."""
    return [
        Mart(node["schema"].removeprefix(BESIDE), node["alias"], _left_out(node))
        for _, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["config"]["materialized"] in ("table", "incremental")
    ]


def schemas_of(manifest: dict[str, Any]) -> list[str]:
    """The schemas that dbt fills with models and seeds."""
    return sorted(
        {
            node["schema"].removeprefix(BESIDE)
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed") and node["config"]["materialized"] != "ephemeral"
        }
    )


def _left_out(node: dict[str, Any]) -> frozenset[str] | None:
    wanted = (node["config"].get("meta") or {}).get(NOT_COMPARED, [])
    return None if wanted is True else BUILT_AT | frozenset(wanted)


@dg.asset(
    key=KEY,
    deps=list(models.keys),
    group_name="proof",
    kinds={"dbt", "postgres"},
    pool=POOL,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=15), warn_window=timedelta(days=8)),
    description="All models built anew beside the marts, compared with them, and put in their place where they agree. "
    "Where they differ, the marts stay, the new tables are kept for a look, and the run fails.",
)
def full_refresh(context: dg.AssetExecutionContext, ledger: Ledger) -> dg.MaterializeResult:
    """Builds, compares, replaces."""
    manifest = json.loads(PROJECT.manifest_path.read_text())
    marts, schemas = marts_of(manifest), schemas_of(manifest)
    target = PROJECT.manifest_path.parent / "beside"
    try:
        with ledger.connect() as connection:
            # What a run left that was cut short, or that found a difference.
            clear(connection, [*schemas, *failure_schemas(manifest)], BESIDE)
            clear(connection, schemas, REPLACED)
        build_beside(target)
        with ledger.connect() as connection:
            compared = compare(connection, marts)
            replace(connection, schemas)
        with ledger.connect() as connection:
            # Whatever leans on the old tables from elsewhere was ruled out before.
            clear(connection, schemas, REPLACED)
            clear(connection, failure_schemas(manifest), BESIDE)
    except Away as error:
        raise try_again(str(error), context.retry_number) from None
    except Failed as error:
        raise failure(failed_nodes(target), str(error), ledger, context.retry_number) from None
    except Differs as error:
        raise dg.Failure(
            f"{error}. The marts stay as they were; the new tables are in the schemas {BESIDE}*.", allow_retries=False
        ) from None
    return dg.MaterializeResult(
        metadata={
            "tables": len(marts),
            "rows compared": sum(compared.values()),
            "compared": dg.MetadataValue.json(compared),
        }
    )


def failure_schemas(manifest: dict[str, Any]) -> list[str]:
    """Where failed tests leave their rows."""
    return sorted(
        {node["schema"].removeprefix(BESIDE) for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    )


def build_beside(target: Path, *select: str) -> None:
    """Has dbt build everything, or what `select` names, under the prefix.

    Raises `Failed` where it does not get through.
    """
    run(
        [
            DBT,
            *("build", "--full-refresh", "--exclude-resource-type", "unit_test", "--log-level", "warn"),
            *("--project-dir", str(PROJECT.project_dir), "--profiles-dir", str(PROJECT.project_dir)),
            *("--target-path", str(target), "--log-path", str(target)),
            *select,
        ],
        seconds=SECONDS,
        environment={"DBT_SCHEMA_PREFIX": BESIDE, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
    )


def compare(connection: psycopg.Connection[Any], marts: list[Mart]) -> dict[str, int]:
    """How many rows of each mart were compared and found alike.

    Raises `Differs` with the first differences of every mart that is not as it should be.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        bounds = _quiet_until(cursor)
        compared: dict[str, int] = {}
        wrong: list[str] = []
        for mart in marts:
            outcome = _compare(cursor, mart, bounds)
            if isinstance(outcome, str):
                wrong.append(outcome)
            else:
                compared[f"{mart.schema}.{mart.name}"] = outcome
    if wrong:
        raise Differs(f"{len(wrong)} of {len(marts)} refreshed tables differ: {'; '.join(wrong)}")
    return compared


def _quiet_until(cursor: psycopg.Cursor[Row]) -> list[Row]:
    """By company: the first period that has a line on one side only. What lies before it must be alike."""
    cursor.execute(f"""
        with seen as (
            select source_partition, max(source_offset) as newest from gl.journal_lines where line_number = 1 group by 1
        )
        select line.company_code, min(line.period_key) as period_key
        from {BESIDE}gl.journal_lines as line
        left join seen using (source_partition)
        where line.source_offset > coalesce(seen.newest, -1)
        group by line.company_code
    """)
    return cursor.fetchall()


def _compare(cursor: psycopg.Cursor[Row], mart: Mart, bounds: list[Row]) -> int | str:
    """How many rows are alike, or what is not."""
    label = f"{mart.schema}.{mart.name}"
    columns, refreshed = (_columns(cursor, schema, mart.name) for schema in (mart.schema, BESIDE + mart.schema))
    if columns != refreshed:
        return f"{label}: columns {sorted(columns.items() ^ refreshed.items())}"
    if mart.left_out is None:
        return _row_count(cursor, mart)
    kept = sql.SQL(", ").join(sql.Identifier(column) for column in columns if column not in mart.left_out)
    if "source_offset" in columns and "source_partition" in columns:
        condition = sql.SQL(
            "not exists (select from (select source_partition as p, max(source_offset) as newest from gl.journal_lines"
            " where line_number = 1 group by 1) as seen"
            " where seen.p = source_partition and source_offset > seen.newest)"
        )
    elif "company_code" in columns and "period_key" in columns:
        condition = _before(bounds)
    elif not bounds:
        condition = sql.SQL("true")
    else:
        return _row_count(cursor, mart)
    old, new = (
        sql.SQL("select {} from {} where {}").format(kept, sql.Identifier(schema, mart.name), condition)
        for schema in (mart.schema, BESIDE + mart.schema)
    )
    cursor.execute(
        sql.SQL(
            "select count(*) filter (where side = 'mart') as rows,"
            " coalesce(sum(hash) filter (where side = 'mart'), 0) = coalesce(sum(hash) filter (where side = 'new'), 0)"
            " and count(*) filter (where side = 'mart') = count(*) filter (where side = 'new') as alike from ("
            "select 'mart' as side, hashtextextended(kept::text, 0)::numeric as hash from ({}) as kept union all "
            "select 'new', hashtextextended(kept::text, 0)::numeric from ({}) as kept) as both_sides"
        ).format(old, new)
    )
    result = cursor.fetchone()
    if result["alike"]:
        return result["rows"]
    cursor.execute(
        sql.SQL(
            "(select 'mart' as side, kept::text as shown from (({old}) except all ({new})) as kept limit {shown})"
            " union all (select 'new', kept::text from (({new}) except all ({old})) as kept limit {shown})"
        ).format(old=old, new=new, shown=sql.Literal(SHOWN))
    )
    differences = [f"only in the {row['side']} {row['shown']}" for row in cursor.fetchall()]
    # Equal numbers may be written with more or fewer zeros: those are no difference.
    return f"{label}: {', '.join(differences)}" if differences else result["rows"]


def _before(bounds: list[Row]) -> sql.Composable:
    if not bounds:
        return sql.SQL("true")
    first = sql.Literal(min(row["period_key"] for row in bounds))
    own = sql.SQL(" ").join(
        sql.SQL("when {} then {}").format(sql.Literal(row["company_code"]), sql.Literal(row["period_key"]))
        for row in bounds
    )
    companies = sql.SQL("select company_code from staging.company")
    # A company that gained nothing is alike in all periods; what is of several, up to the first change of any.
    return sql.SQL(
        "period_key < case company_code {own}"
        " else case when company_code in ({companies}) then 2147483647 else {first} end end"
    ).format(own=own, companies=companies, first=first)


def _row_count(cursor: psycopg.Cursor[Row], mart: Mart) -> int | str:
    """Where rows cannot be compared one by one: none may have vanished."""
    counts = []
    for schema in (mart.schema, BESIDE + mart.schema):
        cursor.execute(sql.SQL("select count(*) as rows from {}").format(sql.Identifier(schema, mart.name)))
        counts.append(cursor.fetchone()["rows"])
    old, new = counts
    # What is open or overdue comes and goes with each live batch; a tenth does not.
    return 0 if new >= old * 0.9 else f"{mart.schema}.{mart.name}: {old} rows before, {new} now"


def _columns(cursor: psycopg.Cursor[Row], schema: str, table: str) -> dict[str, str]:
    cursor.execute(
        "select column_name, data_type from information_schema.columns where table_schema = %s and table_name = %s"
        " order by ordinal_position",
        [schema, table],
    )
    return {row["column_name"]: row["data_type"] for row in cursor.fetchall()}


def replace(connection: psycopg.Connection[Any], schemas: list[str]) -> None:
    """Puts the refreshed schemas in the place of the old ones, in the transaction that compared them.

    Raises `Differs` where something would be lost that dbt did not make.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        foreign = list(_foreign(cursor, schemas))
        if foreign:
            raise Differs(
                f"{', '.join(foreign)} would be lost: not dbt's, but in a mart's schema or leaning on it. Move it"
            )
        for schema in schemas:
            grants = _grants(cursor, schema)
            if cursor.execute("select to_regnamespace(%s) is not null as found", [schema]).fetchone()["found"]:
                cursor.execute(_rename(schema, REPLACED + schema))
            cursor.execute(_rename(BESIDE + schema, schema))
            for grant in grants:
                cursor.execute(grant)


def _rename(old: str, new: str) -> sql.Composed:
    return sql.SQL("alter schema {} rename to {}").format(sql.Identifier(old), sql.Identifier(new))


def _grants(cursor: psycopg.Cursor[Row], schema: str) -> list[sql.Composed]:
    """Who may use a schema; rights on tables are dbt's (`grants` in its configuration)."""
    cursor.execute(
        "select acl.privilege_type, role.rolname from pg_namespace as space"
        " cross join lateral aclexplode(space.nspacl) as acl"
        " inner join pg_roles as role on role.oid = acl.grantee"
        " where space.nspname = %s and acl.grantee <> space.nspowner",
        [schema],
    )
    return [
        sql.SQL("grant {} on schema {} to {}").format(
            sql.SQL(row["privilege_type"]), sql.Identifier(schema), sql.Identifier(row["rolname"])
        )
        for row in cursor.fetchall()
    ]


def _foreign(cursor: psycopg.Cursor[Row], schemas: list[str]) -> Iterator[str]:
    """Tables and views in the old schemas that the new ones lack, and views elsewhere that lean on the old ones."""
    cursor.execute(
        """
        select old_space.nspname || '.' || old.relname as name
        from pg_class as old
        inner join pg_namespace as old_space on old_space.oid = old.relnamespace
        where old_space.nspname = any(%(schemas)s) and old.relkind in ('r', 'v', 'm', 'p', 'f')
            and to_regclass(format('%%I.%%I', %(beside)s || old_space.nspname, old.relname)) is null
        union
        select distinct view_space.nspname || '.' || view.relname
        from pg_depend as depend
        inner join pg_rewrite as rule on rule.oid = depend.objid and depend.classid = 'pg_rewrite'::regclass
        inner join pg_class as view on view.oid = rule.ev_class
        inner join pg_namespace as view_space on view_space.oid = view.relnamespace
        inner join pg_class as used on used.oid = depend.refobjid and depend.refclassid = 'pg_class'::regclass
        inner join pg_namespace as used_space on used_space.oid = used.relnamespace
        where used_space.nspname = any(%(schemas)s) and view_space.nspname <> all(%(schemas)s)
        order by 1
        """,
        {"schemas": schemas, "beside": BESIDE},
    )
    return iter([row["name"] for row in cursor.fetchall()])


def clear(connection: psycopg.Connection[Any], schemas: list[str], prefix: str) -> None:
    """Drops schemas that this module made."""
    for schema in schemas:
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(prefix + schema)))
