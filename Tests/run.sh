#!/usr/bin/env bash
# Runs every test: in a debug build, then optimised with the heavy numeric tests.
#
#   Tests/run.sh                      all of it
#   Tests/run.sh --filter Volumes     tests whose names match
#   Tests/run.sh --sanitize address   the debug tests under a sanitizer (address or thread)
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=Samples/lib/prerequisites.sh
. Samples/lib/prerequisites.sh

filter=()
sanitizer=
while [ $# -gt 0 ]; do
  case "$1" in
    --filter)
      filter=(--filter "${2:?--filter needs a pattern}")
      shift 2
      ;;
    --sanitize)
      sanitizer=${2:?--sanitize needs address or thread}
      shift 2
      ;;
    *)
      sed -n 's/^#   //p' "$0" >&2
      exit 2
      ;;
  esac
done

prepare
if [ -n "$sanitizer" ]; then
  say "tests under the $sanitizer sanitizer"
  # Foundation keeps the buffer of each empty file that it reads.
  export ASAN_OPTIONS=detect_leaks=0
  # A build folder of its own: the sanitizer changes every object.
  exec swift test --scratch-path ".build-$sanitizer" --sanitize "$sanitizer" "${filter[@]}"
fi
say "tests, debug build"
swift test "${filter[@]}"
say "tests, optimised, with the heavy ones"
# Tests look inside of modules, which a release build allows only when asked.
MEDCNN_HEAVY=1 swift test -c release -Xswiftc -enable-testing "${filter[@]}"
