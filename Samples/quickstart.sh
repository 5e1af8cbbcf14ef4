#!/usr/bin/env bash
# From nothing to a segmented scan: installs what is missing, builds medcnn, synthesises the scans of
# a patient, segments them, compares the result with the truth and draws it. Works on Debian 12
# and 13 and Ubuntu 22.04 and 24.04; takes some minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=Samples/lib/prerequisites.sh
. Samples/lib/prerequisites.sh

prepare
say "building medcnn"
swift build -c release --product medcnn
medcnn=$(swift build -c release --show-bin-path)/medcnn

output=Samples/output
mkdir -p "$output"

say "synthesising a brain with two tumours: four scans and their truth"
"$medcnn" phantom mri --seed 2026 --lesions 2 --out "$output/phantom"

say "segmenting it"
# This model was trained on synthesised brains only, and says so: it shows how the program works and
# is of no use for scans of people.
"$medcnn" segment "$output/phantom" --model Samples/models/phantom-brain.safetensors \
  --min-lesion-ml 0.05 -o "$output/labels.nii.gz" --preview "$output/overlay.png"

say "comparing it with the truth"
"$medcnn" evaluate "$output/labels.nii.gz" "$output/phantom/phantom-2026-seg.nii.gz"

say "done: look at $output/overlay.png"
