#!/bin/bash
# Runs one harness on its kept corpus, as a user who owns nothing, in a folder that is gone afterwards.
#
#   run.sh HARNESS [LIBFUZZER-OPTION...]   `make fuzz` has built it; -runs=0 only replays the corpus
#
# FUZZ_KEEP=yes adds to the corpus what was found to do something that nothing in it does.
# An input that something was found with is left in build/fuzz/found.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
harness=$1
shift
kept=$here/corpus/$harness
folder=$(mktemp -d)
# Thousands of small files a second come and go there: memory is the place for them.
arena=$(mktemp -d -p /dev/shm 2> /dev/null || mktemp -d)
trap 'rm -rf "$folder" "$arena"' EXIT

mkdir "$folder/new" "$folder/found"
cp "$here/../build/fuzz/$harness" "$folder/harness"
cp -r "$kept" "$folder/corpus"

# The launcher never runs as root, and neither does what stands in for it.
as=()
if [ "$(id -u)" = 0 ]; then
  chown -R 65534:65534 "$folder" "$arena"
  as=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --inh-caps=-all)
fi
# AddressSanitizer of clang 14 does not find its way where a host randomises addresses by 32 bits.
setarch --addr-no-randomize true 2> /dev/null && as+=(setarch --addr-no-randomize)

fuzz() {
  (cd "$folder" && TMPDIR=$arena "${as[@]}" ./harness -timeout=10 -artifact_prefix=found/ "$@" 2>&1)
}

ended=0
fuzz "$@" new corpus || ended=$?
if [ "$ended" != 0 ]; then
  mkdir -p "$here/../build/fuzz/found"
  for input in "$folder"/found/*; do
    [ ! -e "$input" ] || install -m 644 "$input" "$here/../build/fuzz/found/$harness-$(basename "$input")"
  done
elif [ "${FUZZ_KEEP:-}" = yes ]; then
  # Judged by the code an input reaches, and not by how often: that would be hundreds of them.
  fuzz -merge=1 -use_counters=0 -use_cmp=0 corpus new > /dev/null
  cp -r --no-preserve=all "$folder/corpus/." "$kept"
fi
exit "$ended"
