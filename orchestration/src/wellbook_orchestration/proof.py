"""The proof of the night: `wellbook verify`."""

from datetime import timedelta
from typing import Any

import dagster as dg

from wellbook_orchestration.program import Failed, Wellbook
from wellbook_orchestration.topics import TABLES, table_key, topic_key

#: A year takes a minute; ten years at twice the size stay below.
SECONDS = 3600
#: How long it waits for validator and sink to pass the newest seal.
WAIT_SECONDS = 60

KEY = dg.AssetKey(["proof", "verify"])


@dg.asset(
    key=KEY,
    deps=[
        *(topic_key(topic) for topic in TABLES if topic.startswith(("gl.journal-entry", "gl.batch", "gl.injected"))),
        *(table_key(table) for table in ("journal_entry", "journal_line", "rejected_entry", "batch_seal")),
    ],
    group_name="proof",
    kinds={"kafka", "postgres"},
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=49), warn_window=timedelta(hours=26)),
    description="`wellbook verify`: nothing was lost, doubled or altered from the first topic to the last table.",
)
def verify(context: dg.AssetExecutionContext, wellbook: Wellbook) -> dg.MaterializeResult:
    """Calls it, and keeps what it found."""
    try:
        report = wellbook.json("verify", "--wait", str(WAIT_SECONDS), seconds=SECONDS)
    except Failed as error:
        # What differs is on standard output, for the log; the error names the first difference.
        if error.output:
            context.log.error(error.output)
        raise dg.Failure(f"not proven: {error}", allow_retries=False) from None
    return dg.MaterializeResult(metadata=told(report))


def told(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says, as metadata."""
    return {
        "reconciled": report["reconciled"],
        "up to seal": report["cut"],
        "fingerprint": report["fingerprint"],
        "checks": dg.MetadataValue.table(
            records=[
                dg.TableRecord(
                    {"check": check["name"], "compared": check["compared"], "differences": check["differences"]}
                )
                for check in report["checks"]
            ],
            schema=dg.TableSchema(
                columns=[
                    dg.TableColumn("check", "string"),
                    dg.TableColumn("compared", "int"),
                    dg.TableColumn("differences", "int"),
                ]
            ),
        ),
    }
