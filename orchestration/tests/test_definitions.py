"""The graph as a whole: what is in it, and that nothing hangs in the air."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT
from wellbook_orchestration import marts, topics
from wellbook_orchestration.definitions import defs

SNAPSHOT = Path(__file__).with_name("definitions.json")
GRAPH = defs.resolve_asset_graph()
OWN = [key for key in GRAPH.get_all_asset_keys() if key not in marts.models.keys]


def shape() -> dict[str, object]:
    """What this project defines, without dbt's models: those have their own contracts."""
    models = marts.models.keys
    return {
        "assets": {
            key.to_user_string(): {
                "group": GRAPH.get(key).group_name,
                "deps": sorted(parent.to_user_string() for parent in GRAPH.get(key).parent_keys - models),
                "partitioned": GRAPH.get(key).is_partitioned,
                "observed": GRAPH.get(key).is_observable,
                "freshness": bool(GRAPH.get(key).freshness_policy_or_from_metadata),
            }
            for key in sorted(OWN)
        },
        "checks": {
            f"{key.asset_key.to_user_string()}: {key.name}": GRAPH.get(key).blocking
            for key in sorted(GRAPH.asset_check_keys, key=str)
            if key not in marts.models.check_keys
        },
        "jobs": sorted(job.name for job in defs.jobs),
        "schedules": {schedule.name: schedule.cron_schedule for schedule in defs.schedules},
        "sensors": {sensor.name: sensor.minimum_interval_seconds for sensor in defs.sensors},
        "on from the start": all(item.default_status.value == "RUNNING" for item in [*defs.schedules, *defs.sensors]),
        "resources": sorted(defs.resources),
    }


def test_the_definitions_are_those_that_were_agreed() -> None:
    found = json.dumps(shape(), indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found)
    assert found == SNAPSHOT.read_text(), "UPDATE_SNAPSHOTS=1 accepts what changed"


def test_every_asset_is_one_that_somebody_makes_or_observes() -> None:
    idle = [key.to_user_string() for key in GRAPH.get_all_asset_keys() if not GRAPH.get(key).is_executable]
    assert idle == [], "a dependency that is misspelt becomes an asset that nobody makes"


def test_the_topics_are_those_of_the_contract() -> None:
    contract = (CHECKOUT / "crates/contract/src/topic.rs").read_text()
    assert sorted(topics.TABLES) == sorted(set(re.findall(r'= "(gl\.[a-z.-]+\.v\d+)"', contract)))


def test_the_staging_tables_are_dbt_s_sources() -> None:
    manifest = json.loads(marts.PROJECT.manifest_path.read_text())
    sources = {source["name"] for source in manifest["sources"].values()}
    assert {key.path[1] for key in OWN if key.path[0] == "staging"} == sources


def test_every_entry_s_way_leads_from_the_raw_topic_to_the_close_package() -> None:
    from wellbook_orchestration import reports

    above, seen = [reports.KEY], set()
    while above:
        key = above.pop()
        if key not in seen:
            seen.add(key)
            above.extend(GRAPH.get(key).parent_keys)
    assert {topics.topic_key(topics.RAW), topics.topic_key("gl.run.v1"), topics.table_key("journal_line")} <= seen


def test_every_mart_has_a_freshness_policy_and_the_group_of_its_folder() -> None:
    manifest = json.loads(marts.PROJECT.manifest_path.read_text())
    tables = {
        node["alias"]: node["fqn"][2]
        for node in manifest["nodes"].values()
        if node["fqn"][1:2] == ["marts"] and node["resource_type"] == "model"
    }
    specs = {spec.key.path[-1]: spec for spec in marts.models.specs if spec.key.path[-1] in tables}
    assert tables and set(specs) == set(tables)
    for name, folder in tables.items():
        assert (specs[name].group_name, specs[name].freshness_policy) == (folder, marts.FRESH)


def test_dg_finds_nothing_wrong(tmp_path: Path) -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("dg")), "check", "defs"],
        cwd=Path(__file__).parents[1],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
            "VIRTUAL_ENV": sys.prefix,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        },
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("key", [key.to_user_string() for key in OWN if key.path[0] in ("topics", "staging")])
def test_what_the_stream_makes_is_observed_and_never_made_here(key: str) -> None:
    import dagster as dg

    node = GRAPH.get(dg.AssetKey.from_user_string(key))
    assert node.is_observable and not node.is_materializable
