#!/usr/bin/env bash
# Measures the ledger's marts on a ledger that is streamed for it: a year, or with --quick two months.
# Usage: bench.sh WELLBOOK [--quick]
set -euo pipefail
cd "$(dirname "$0")/../.."
wellbook=$(realpath "$1") days=365 rounds=2
[ "${2:-}" != --quick ] || { days=60 rounds=1; }
unset "${!PG@}" DATABASE_URL KAFKA_BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL TOPIC_PREFIX DBT_SCHEMA_PREFIX
stack=$(mktemp -d "${TMPDIR:-/tmp}/wellbook-bench.XXXXXX")
chmod 755 "$stack"
trap '"$wellbook" down --data-dir "$stack/stack" >/dev/null 2>&1 || true; rm -rf "$stack"' EXIT
echo "marts: streaming $days days"
# The next live batch is an hour away: nothing loads while arms are measured.
"$wellbook" up --data-dir "$stack/stack" --days "$days" --start-date 2025-01-01 --interval 3600 >"$stack/up.log" 2>&1 ||
  { cat "$stack/up.log"; exit 1; }
settings=$("$wellbook" env --data-dir "$stack/stack")
eval "$settings"
.venv-analytics/bin/python dbt/benches/marts.py --rounds "$rounds" --out target/bench-analytics.json
