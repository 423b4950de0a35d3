"""Topics and staging tables: made by the stream, observed here."""

from collections.abc import Iterator

import dagster as dg

from wellbook_orchestration.ledger import Away, Ledger
from wellbook_orchestration.stream import Stream, TopicFigures

RAW = "gl.journal-entry.raw.v1"
VALIDATED = "gl.journal-entry.validated.v1"
DEAD_LETTERS = "gl.journal-entry.dlq.v1"
MARKET_PRICE = "gl.market-price.v1"

#: What real prices become a record of; see `prices`.
SPOT_PRICES = dg.AssetKey(["eia", "spot_prices"])

#: Staging tables by the topic that they are loaded from. A topic without is read by the validator or `verify` alone.
#: What others are made from stands before them: they are observed in this order.
TABLES: dict[str, list[str]] = {
    "gl.run.v1": ["run", "run_anchor"],
    RAW: [],
    VALIDATED: ["journal_entry", "journal_line"],
    DEAD_LETTERS: ["rejected_entry"],
    "gl.validator-state.v1": [],
    "gl.batch-seal.v1": ["batch_seal", "batch_control_total", "batch_entry_number"],
    "gl.injected-fault.v1": [],
    "gl.company.v1": ["company"],
    "gl.account.v1": ["account"],
    "gl.period.v1": ["period"],
    "gl.well.v1": ["well"],
    "gl.lease.v1": ["lease"],
    "gl.owner.v1": ["owner"],
    "gl.counterparty.v1": ["counterparty"],
    "gl.owner-deck.v1": ["owner_deck"],
    "gl.jib-deck.v1": ["jib_deck"],
    "gl.afe.v1": ["afe"],
    "gl.cost-center.v1": ["cost_center"],
    "gl.tax-rate.v1": ["tax_rate"],
    "gl.production.v1": ["production"],
    "gl.reserve.v1": ["reserve"],
    MARKET_PRICE: ["market_price"],
}

#: What a topic's records are made from.
_MADE_FROM: dict[str, list[str]] = {
    RAW: ["gl.run.v1"],
    VALIDATED: [RAW],
    DEAD_LETTERS: [RAW],
    "gl.validator-state.v1": [RAW],
}

OFFSETS = dg.AssetKey(["staging", "ingest_offset"])


def topic_key(topic: str) -> dg.AssetKey:
    """The asset of a topic. A key has no dots or hyphens: Dagster makes names of it."""
    return dg.AssetKey(["topics", topic.replace(".", "_").replace("-", "_")])


def table_key(table: str) -> dg.AssetKey:
    """The asset of a staging table: dbt's source."""
    return dg.AssetKey(["staging", table])


def _topic_specs() -> Iterator[dg.AssetSpec]:
    for topic in TABLES:
        deps = [topic_key(source) for source in _MADE_FROM.get(topic, [])]
        yield dg.AssetSpec(
            topic_key(topic),
            deps=[*deps, SPOT_PRICES] if topic == MARKET_PRICE else deps,
            description=f"Topic {topic}, as the services' metrics and the sink's offsets show it.",
            metadata={"topic": topic},
            group_name="topics",
            kinds={"kafka"},
        )


def _table_specs() -> Iterator[dg.AssetSpec]:
    for topic, tables in TABLES.items():
        for table in tables:
            yield dg.AssetSpec(
                table_key(table),
                deps=[topic_key(topic)],
                description=f"staging.{table}, as the sink loads it from {topic}.",
                metadata={"dagster/table_name": f"staging.{table}", "topic": topic},
                group_name="staging",
                kinds={"postgres", "table"},
            )
    yield dg.AssetSpec(
        OFFSETS,
        deps=[topic_key(topic) for topic, tables in TABLES.items() if tables],
        description="staging.ingest_offset: how far each partition is loaded.",
        metadata={"dagster/table_name": "staging.ingest_offset"},
        group_name="staging",
        kinds={"postgres", "table"},
    )


@dg.multi_observable_source_asset(specs=[*_topic_specs(), *_table_specs()], can_subset=True, name="observe_stream")
def observed(context: dg.AssetExecutionContext, ledger: Ledger, stream: Stream) -> Iterator[dg.ObserveResult]:
    """How far each topic and table has come. Its version is its offset: what did not move, did not change."""
    figures = stream.topics()
    if not figures:
        context.log.warning("no service shows its metrics: topics are observed by the sink's offsets alone")
    try:
        with ledger.snapshot() as cursor:
            rows = cursor.execute(
                "select topic, sum(next_offset)::bigint as next_offset, max(updated_at) as moved_at"
                " from staging.ingest_offset group by topic"
            ).fetchall()
            # The planner's estimate: an exact count would read every table.
            estimates = cursor.execute(
                """
                select split_part(tree.root::text, '.', 2) as name, sum(greatest(class.reltuples, 0))::bigint as rows
                from (
                    select leaf.relid, coalesce(pg_partition_root(leaf.relid), leaf.relid)::regclass as root
                    from pg_stat_user_tables as leaf where leaf.schemaname = 'staging'
                ) as tree
                inner join pg_class as class on class.oid = tree.relid
                group by 1
                """
            ).fetchall()
    except Away as error:
        raise dg.Failure(str(error)) from None
    loaded = {row["topic"]: row for row in rows}
    estimate = {row["name"]: row["rows"] for row in estimates}
    moved = {row["topic"]: row["next_offset"] for row in rows}
    for topic, tables in TABLES.items():
        row = loaded.get(topic)
        if topic_key(topic) in context.selected_asset_keys:
            yield _observed_topic(topic, figures.get(topic, TopicFigures()), row)
        for table in tables:
            if table_key(table) in context.selected_asset_keys:
                yield _observed_table(table_key(table), row, estimate.get(table))
    if OFFSETS in context.selected_asset_keys:
        yield dg.ObserveResult(
            asset_key=OFFSETS,
            metadata={"records loaded": sum(moved.values()), "topics": len(moved)},
            data_version=dg.DataVersion(str(sum(moved.values()))),
        )


def _observed_topic(topic: str, figures: TopicFigures, row: dict | None) -> dg.ObserveResult:
    metadata: dict[str, object] = {f"behind: {group}": lag for group, lag in sorted(figures.lag.items())}
    if figures.produced is not None:
        metadata["written since its service was started"] = figures.produced
    if row is not None:
        metadata["loaded up to offset (sum over partitions)"] = row["next_offset"]
    version = row["next_offset"] if row is not None else figures.produced
    return dg.ObserveResult(
        asset_key=topic_key(topic),
        metadata=metadata,
        data_version=None if version is None else dg.DataVersion(str(version)),
    )


def _observed_table(key: dg.AssetKey, row: dict | None, rows: int | None) -> dg.ObserveResult:
    metadata: dict[str, object] = {}
    if rows:
        metadata["rows, estimated"] = rows
    if row is None:
        return dg.ObserveResult(asset_key=key, metadata=metadata, data_version=dg.DataVersion("0"))
    metadata["dagster/last_updated_timestamp"] = dg.MetadataValue.timestamp(row["moved_at"])
    return dg.ObserveResult(asset_key=key, metadata=metadata, data_version=dg.DataVersion(str(row["next_offset"])))
