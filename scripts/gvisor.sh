#!/bin/bash
# Installs gVisor's runsc and makes it a runtime of the Docker engine, for the isolation level `gvisor`.
#
# Debian has it; older suites and Ubuntu take it from trixie, whose archive signature apt checks all the same. Nothing of
# this machine's own sources changes. Docker's settings keep whatever else is in them.
set -euo pipefail
cd "$(dirname "$0")/.."

SETTINGS=/etc/docker/daemon.json
PYTHON=.venv/bin/python
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# Older ones hang on, or do not know, what boxes are made of.
OLDEST=20240101

fail() {
  echo "gvisor: $*" >&2
  exit 1
}

has_runsc() {
  local version
  version=$(runsc --version 2> /dev/null | grep -oE '[0-9]{8}' | head -n 1) || return 1
  [ -n "$version" ] && [ "$version" -ge "$OLDEST" ]
}

install_runsc() {
  command -v apt-get > /dev/null || fail "this is no Debian: install gVisor's runsc, then try again"
  [ -e "$KEYRING" ] || fail "$KEYRING is missing: install debian-archive-keyring"
  local folder mirror=${JUDGE_DEBIAN_MIRROR:-}
  [ -n "$mirror" ] || mirror=$("$PYTHON" -c 'from sandbox.mirrors import host_mirror; print(host_mirror() or "")')
  [ -n "$mirror" ] || fail "this is no Debian: set JUDGE_DEBIAN_MIRROR to the address of a Debian mirror"
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' RETURN
  mkdir -p "$folder/lists/partial" "$folder/archives/partial"
  echo "deb [signed-by=$KEYRING] $mirror trixie main" > "$folder/sources.list"
  local apt=(apt-get -q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder" -o Dir::Cache::archives="$folder/archives"
    -o APT::Sandbox::User=root)
  echo "==> installing runsc from Debian trixie"
  "${apt[@]}" update > /dev/null || fail "$mirror does not answer; set JUDGE_DEBIAN_MIRROR to a mirror that does"
  (cd "$folder" && "${apt[@]}" download runsc > /dev/null)
  # One static program without dependencies, whatever suite it is from.
  dpkg --install "$folder"/runsc_*.deb > /dev/null
  has_runsc || fail "the runsc of $mirror is too old"
}

# Adds the runtime to Docker's settings; fails where it is there already.
add_runtime() {
  "$PYTHON" - "$SETTINGS" "$(command -v runsc)" << 'END'
import json, os, sys

path, runsc = sys.argv[1:]
settings = {}
if os.path.exists(path) and os.path.getsize(path):
    with open(path) as file:
        settings = json.load(file)
runtimes = settings.setdefault("runtimes", {})
# No network of its own is ever needed. Control groups are left to it: without them memory would not be bounded. The
# only FIFOs of the host's that a cell can see are those by which two cells talk.
wanted = {"path": runsc, "runtimeArgs": ["--network=none", "--host-fifo=open"]}
if runtimes.get("runsc") == wanted:
    sys.exit(1)
runtimes["runsc"] = wanted
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(f"{path}.new", "w") as file:
    json.dump(settings, file, indent=2)
    file.write("\n")
os.replace(f"{path}.new", path)
END
}

# An engine reads its runtimes anew when told to (dockerd(8), SIGHUP).
reload_engine() {
  if [ -d /run/systemd/system ] && systemctl is-active --quiet docker; then
    systemctl reload docker
  elif [ -s /var/run/docker.pid ] && kill -0 "$(cat /var/run/docker.pid)" 2> /dev/null; then
    kill -HUP "$(cat /var/run/docker.pid)"
  fi
}

[ "$(uname -s)" = Linux ] || fail "gVisor needs Linux"
if ! has_runsc || [ ! -e "$SETTINGS" ]; then
  [ "$(id -u)" = 0 ] || fail "root is needed: run \`sudo make gvisor\`"
fi
has_runsc || install_runsc
if [ "$(id -u)" != 0 ]; then
  grep -q '"runsc"' "$SETTINGS" || fail "root is needed to tell Docker of it: run \`sudo make gvisor\`"
elif add_runtime; then
  reload_engine
  echo "==> Docker knows the runtime runsc"
fi
