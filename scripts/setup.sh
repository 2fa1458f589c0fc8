#!/bin/bash
# Installs what the judge needs on this machine: system packages where they are missing, then .venv with the pinned
# Python packages. Called by the Makefile, which remembers that it was done.
#
#   scripts/setup.sh system [tests]   the system's packages; with "tests", also those that only the tests need
#   scripts/setup.sh python LOCK...   .venv with the packages of those lock files, and the project itself
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $*" >&2
  exit 1
}

# Prints the Debian packages whose purpose nothing on this machine serves yet.
missing_packages() {
  command -v gcc > /dev/null || echo gcc
  command -v make > /dev/null || echo make
  [ -e /usr/include/stdlib.h ] || echo libc6-dev
  command -v setpriv > /dev/null || echo util-linux
  # Judging one's own programs needs neither an engine nor images.
  if [ "${JUDGE_ISOLATION:-container}" != local ]; then
    command -v mmdebstrap > /dev/null || echo mmdebstrap
    # Without root, mmdebstrap builds under the user's subordinate ids.
    [ "$(id -u)" = 0 ] || command -v newuidmap > /dev/null || echo uidmap
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
    command -v dockerd > /dev/null || [ -n "${DOCKER_HOST:-}" ] || [ -S /var/run/docker.sock ] \
      || [ -S "${XDG_RUNTIME_DIR:-/nowhere}/docker.sock" ] || echo docker.io
  fi
  if [ "${1:-}" = tests ]; then
    [ -x /usr/bin/chromium ] || echo chromium
    [ -x /usr/sbin/apparmor_parser ] || echo apparmor
    # The emulator of the guest whose kernel has what this one may lack, and what makes the guest's disk.
    command -v qemu-system-x86_64 > /dev/null || echo qemu-system-x86
    [ -x /usr/sbin/mkfs.ext4 ] || [ -x /sbin/mkfs.ext4 ] || echo e2fsprogs
    can_fuzz || echo clang
    # What lies about the time of day.
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' > /dev/null || echo libfaketime
    # The brokers that judgehosts are reached through.
    command -v redis-server > /dev/null || echo redis-server
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
    # Where images are pulled from.
    command -v docker-registry > /dev/null || echo docker-registry
    # The proxies that stand before the site.
    [ -x /usr/sbin/nginx ] || echo nginx-light
    command -v caddy > /dev/null || echo caddy
  fi
}

# Whether clang is there, and with it libFuzzer and the sanitizers.
can_fuzz() {
  echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' \
    | clang -x c -fsanitize=fuzzer,address,undefined -o /dev/null - 2> /dev/null
}

# Prints packages as given; behind clang comes its runtime, a package of its own that is named after clang's version.
with_runtime() {
  local package
  for package in "$@"; do
    echo "$package"
    [ "$package" != clang ] || apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p'
  done
}

# Installs packages without starting the servers among them, at once or later: tests run their own, on loopback alone.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d package
  if [ ! -e "$policy" ]; then
    trap "rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 0755 "$policy"
  fi
  apt-get install -q -y --no-install-recommends "$@"
  for package in "$@"; do
    case "$package" in
      redis-server | rabbitmq-server | docker-registry | nginx-light | caddy)
        [ ! -d /run/systemd/system ] || systemctl disable -q --now "${package%-light}"
        ;;
    esac
  done
}

install_system() {
  local packages
  mapfile -t packages < <(missing_packages "${1:-}")
  python > /dev/null || packages+=(python3 python3-venv)
  [ "${#packages[@]}" -gt 0 ] || return 0
  command -v apt-get > /dev/null || fail "this is no Debian: install what there provides ${packages[*]}, then try again"
  if [ "$(id -u)" != 0 ]; then
    mapfile -t packages < <(with_runtime "${packages[@]}")
    fail "run \`sudo apt-get install ${packages[*]}\`, then try again"
  fi
  echo "==> installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  mapfile -t packages < <(with_runtime "${packages[@]}")
  if [ "${1:-}" = tests ]; then
    install_quietly "${packages[@]}"
  else
    apt-get install -q -y --no-install-recommends "${packages[@]}"
  fi
  python > /dev/null || fail "Python 3.11 or newer with its venv module is needed, and this system has none: install one"
}

# Prints a Python that is new enough and can make environments; fails where there is none.
python() {
  local candidate
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
    if command -v "$candidate" > /dev/null \
      && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

install_python() {
  if [ ! -x .venv/bin/python ]; then
    echo "==> making .venv"
    "$(python)" -m venv .venv || fail "Python 3.11 or newer with its venv module is needed (apt-get install python3-venv)"
  fi
  local arguments=() lock
  for lock in "$@"; do arguments+=(-r "$lock"); done
  echo "==> installing Python packages"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps "${arguments[@]}"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -e .
}

case "${1:-}" in
  system) install_system "${2:-}" ;;
  python) shift; install_python "$@" ;;
  *) fail "say system or python; see the head of $0" ;;
esac
