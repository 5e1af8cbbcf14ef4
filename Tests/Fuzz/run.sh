#!/usr/bin/env bash
# Feeds damaged input to a reader under the address sanitizer, by libFuzzer.
#
#   Tests/Fuzz/run.sh TARGET [SECONDS]     a target of Tests/Fuzz/targets; 600 seconds by default
#   Tests/Fuzz/run.sh TARGET FILE          one input again, such as a finding
#
# A target is one Swift file that defines LLVMFuzzerTestOneInput. Its first lines name the package's
# target to test (`// target: VolumeIO`) and the files to start from (`// seeds: GLOB ...`).
# Inputs that reach new code are kept in .build-fuzz/corpus; a finding in .build-fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."

name=${1:-}
source=Tests/Fuzz/targets/$name.swift
if [ -z "$name" ] || [ ! -f "$source" ]; then
  sed -n 's/^#   //p' "$0" >&2
  echo "targets: $(cd Tests/Fuzz/targets && ls -- *.swift | sed 's/\.swift$//' | tr '\n' ' ')" >&2
  exit 2
fi
limit=${2:-600}
target=$(sed -n 's|^// target: ||p' "$source")
scratch=.build-fuzz

# The libraries alone: their products would need a main.
swift build -c release --scratch-path "$scratch" --target "$target" \
  --sanitize address -Xswiftc -sanitize=fuzzer
build=$scratch/release
# Archives, of which the linker takes what the target needs; those of other targets may be stale.
libraries=$scratch/libraries
rm -rf "$libraries"
mkdir -p "$libraries"
for folder in "$build"/*.build; do
  module=$(basename "$folder" .build)
  case "$module" in
    *Tests | *-tool | generate_* | Argument* | medcnn*) continue ;;
  esac
  find "$folder/" -name '*.o' -exec ar -qc "$libraries/lib$module.a" {} +
done
includes=()
for module in Sources/{C*,DICOMShim}/include; do includes+=(-Xcc "-I$module"); done
# Modules for which the package manager writes the map.
for map in "$build"/C*.build/module.modulemap; do
  if [ -f "$map" ]; then includes+=(-Xcc "-fmodule-map-file=$map"); fi
done
swiftc -parse-as-library -swift-version 6 -O -sanitize=fuzzer,address -use-ld=lld \
  -I "$build/Modules" "${includes[@]}" -Xcc -fmodule-map-file=Sources/CDeflate/module.modulemap \
  "$source" -Xlinker --start-group "$libraries"/*.a -Xlinker --end-group \
  -lnifti2 -lznz -lz -ldeflate -ldcmjpeg -lijg8 -lijg12 -lijg16 -ldcmjpls -ldcmtkcharls -ldcmimgle \
  -ldcmdata -loflog -lofstd -lopenjp2 -lstdc++ -o "$scratch/$name"

# Without this a crash waits for a backtrace that never comes.
export SWIFT_BACKTRACE=enable=no
mkdir -p "$scratch/corpus/$name" "$scratch/findings"
options=(-max_len=65536 -timeout=10 -rss_limit_mb=2048 "-artifact_prefix=$scratch/findings/$name-")
if [ -f "$limit" ]; then
  exec "$scratch/$name" "${options[@]}" "$limit"
fi
seeds=$scratch/seeds/$name
rm -rf "$seeds"
mkdir -p "$seeds"
# The globs are meant to be expanded; one without a match is left out.
# shellcheck disable=SC2046
for file in $(sed -n 's|^// seeds: ||p' "$source"); do
  # Files of one name in several folders are several seeds.
  if [ -f "$file" ]; then cp "$file" "$seeds/${file//\//_}"; fi
done
exec "$scratch/$name" "${options[@]}" -max_total_time="$limit" -print_final_stats=1 \
  "$scratch/corpus/$name" "$seeds"
