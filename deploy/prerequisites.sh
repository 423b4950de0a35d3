#!/usr/bin/env bash
# Installs what building and testing Wellbook needs and this machine lacks, or says exactly what to install.
set -euo pipefail

# Debian's names; elsewhere the same things are told in words.
missing_packages() {
  command -v cc >/dev/null && command -v make >/dev/null || echo build-essential
  command -v pkg-config >/dev/null || echo pkg-config
  pkg-config --exists openssl 2>/dev/null || echo libssl-dev
  pkg-config --exists zlib 2>/dev/null || echo zlib1g-dev
}

command -v cargo >/dev/null || { echo "missing: Rust. Install rustup (https://rustup.rs), then run this again." >&2; exit 1; }
missing=$(missing_packages | tr '\n' ' ')
[ -z "$missing" ] && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo -n"
if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
  echo "installing: $missing"
  # shellcheck disable=SC2086 # a list of words
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >/dev/null
else
  echo "missing: $missing(Debian's names). Install them with your package manager, then run this again." >&2
  exit 1
fi
