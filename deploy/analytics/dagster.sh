#!/usr/bin/env bash
# Runs Dagster on a stack that runs, in the foreground, with its files in the stack's folder.
# Usage: dagster.sh WELLBOOK PORT [--data-dir DIR | --name NAME]
set -euo pipefail
cd "$(dirname "$0")/../.."
wellbook=$(realpath "$1") port=$2
shift 2
arguments=("$@") WELLBOOK_DATA_DIR=.wellbook/default
while [ $# -gt 0 ]; do
  case $1 in
  --data-dir) WELLBOOK_DATA_DIR=$2 ;;
  --name) WELLBOOK_DATA_DIR=.wellbook/$2 ;;
  *) echo "dagster.sh: $1: not --data-dir DIR or --name NAME" >&2; exit 64 ;;
  esac
  shift 2
done
set -- "${arguments[@]}"
status=$("$wellbook" status --json "$@")
settings=$("$wellbook" env "$@")
eval "$settings"
field() { .venv-analytics/bin/python -c "import json,sys; state=json.loads(sys.argv[1]); print($1)" "$status"; }
WELLBOOK_ADMIN=$(field "','.join(s['name']+'='+s['admin'] for s in state['services'] if s.get('admin'))")
WELLBOOK_DATA_DIR=$(realpath "$WELLBOOK_DATA_DIR")
export WELLBOOK_ADMIN WELLBOOK_DATA_DIR WELLBOOK_COMMAND="$wellbook" WELLBOOK_DAGSTER="http://127.0.0.1:$port"
export DAGSTER_HOME="$WELLBOOK_DATA_DIR/dagster" PYTHONPATH="$PWD/orchestration/src" DO_NOT_TRACK=1
mkdir -p "$DAGSTER_HOME"
exec .venv-analytics/bin/python -m wellbook_orchestration serve --port "$port"
