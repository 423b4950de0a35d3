#!/usr/bin/env bash
# Tests the analytics tier on a ledger that is streamed for it: lints, dbt's build and proofs, Dagster, reports.
# Usage: test.sh WELLBOOK
set -euo pipefail
cd "$(dirname "$0")/../.."
wellbook=$(realpath "$1")
export PATH="$PWD/.venv-analytics/bin:$PATH" DO_NOT_TRACK=1 DAGSTER_DISABLE_TELEMETRY=1 WELLBOOK_COMMAND="$wellbook"
# What a shell already knows of another ledger is not meant.
unset "${!PG@}" DATABASE_URL KAFKA_BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL TOPIC_PREFIX DAGSTER_HOME DBT_SCHEMA_PREFIX

echo "analytics: lints"
ruff check --quiet orchestration reports dbt
(cd dbt && sqlfluff lint --disable-progress-bar --processes 2 . >lint.log) || { cat dbt/lint.log; exit 1; }

# Two months and a year end, so that a close and what comes after it are there. The next live batch is an hour away:
# nothing loads while marts are compared.
stack=$(mktemp -d "${TMPDIR:-/tmp}/wellbook-analytics.XXXXXX")
chmod 755 "$stack"
trap '"$wellbook" down --data-dir "$stack/stack" >/dev/null 2>&1 || true; rm -rf "$stack"' EXIT
echo "analytics: streaming 75 days"
"$wellbook" up --data-dir "$stack/stack" --days 75 --start-date 2024-11-25 --fault-rate 0.002 --interval 3600 >"$stack/up.log" 2>&1 ||
  { cat "$stack/up.log"; exit 1; }
settings=$("$wellbook" env --data-dir "$stack/stack")
eval "$settings"
export WELLBOOK_DATA_DIR="$stack/stack" WELLBOOK_TEST_DATABASE_URL="$DATABASE_URL"

echo "analytics: dbt"
(
  cd dbt
  dbt build --profiles-dir . --no-version-check --quiet --warn-error-options '{"error": ["Deprecations"]}'
  dbt source freshness --profiles-dir . --no-version-check --quiet
  dbt docs generate --static --profiles-dir . --no-version-check --quiet
  dbt-bouncer --config-file dbt-bouncer.yml >lint.log || { cat lint.log; exit 1; }
)
"$wellbook" verify --data-dir "$stack/stack"

# Dagster's tests wait for processes most of the time, and have a database of their own.
echo "analytics: reports, and Dagster beside them"
(cd orchestration && exec python -m pytest -q) >"$stack/dagster.log" 2>&1 &
beside=$! failed=0
(cd reports && python -m pytest -q) || failed=1
wait $beside || failed=1
cat "$stack/dagster.log"
[ $failed = 0 ] || exit 1

# This one changes staging, so it comes last, and nothing may load meanwhile.
echo "analytics: incremental builds give what a full build gives"
python -m pytest -q -p no:cacheprovider dbt/tests/incremental_equals_full.py
# `up` fails where Dagster's page does not answer. Killed, it is started again; stopped, it leaves nothing behind.
echo "analytics: Dagster as a service of the stack"
"$wellbook" down --data-dir "$stack/stack" >"$stack/up.log" 2>&1
"$wellbook" up --data-dir "$stack/stack" --with analytics >"$stack/up.log" 2>&1 || { cat "$stack/up.log"; exit 1; }
dagster() {
  "$wellbook" status --json --data-dir "$stack/stack" |
    python -c 'import json, sys; print(next(s[sys.argv[1]] for s in json.load(sys.stdin)["services"] if s["name"] == "dagster"))' "$1"
}
first=$(dagster pid)
kill -9 "$first"
deadline=$((SECONDS + 120))
until [ "$(dagster state)" = running ] && [ "$(dagster pid)" != "$first" ]; do
  [ $SECONDS -lt $deadline ] || { echo "Dagster did not come back" >&2; exit 1; }
  sleep 1
done
second=$(dagster pid)
"$wellbook" down --data-dir "$stack/stack" >"$stack/up.log" 2>&1
# What is killed is gone when its parent, whoever that is by now, has looked.
deadline=$((SECONDS + 10))
while kill -0 -- "-$first" 2>/dev/null || kill -0 -- "-$second" 2>/dev/null; do
  [ $SECONDS -lt $deadline ] || { echo "Dagster left processes behind" >&2; exit 1; }
  sleep 1
done
echo "analytics: all passed"
