#!/usr/bin/env bash
# Checks what deploys Wellbook without a container engine: the Compose model by the real Compose, the Dockerfile by
# hadolint. It proves that the model is sound, not that the images exist or start.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

POSTGRES_PASSWORD=checked "$bin/docker-compose" -f docker-compose.yml config --quiet
services=$(POSTGRES_PASSWORD=checked "$bin/docker-compose" -f docker-compose.yml config --services | sort | tr '\n' ' ')
expected="api init kafka postgres producer registry sink validator "
[ "$services" = "$expected" ] || { echo "docker-compose.yml: services are '$services', not '$expected'" >&2; exit 1; }

if (unset POSTGRES_PASSWORD; "$bin/docker-compose" --env-file /dev/null -f docker-compose.yml config --quiet) 2>/dev/null; then
  echo "docker-compose.yml: it must refuse to start without POSTGRES_PASSWORD" >&2
  exit 1
fi

"$bin/hadolint" Dockerfile

for target in producer consumer api wellbook; do
  grep -q " AS $target\$" Dockerfile || { echo "Dockerfile: no target '$target'" >&2; exit 1; }
done
echo "Compose model and Dockerfile: sound"
