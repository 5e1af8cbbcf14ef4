#!/usr/bin/env bash
# Writes DICOM with medcnn and reads it with programs that others wrote: the checks of dicom_writing.py, then
# an archive (orthanc.sh). Installs what it needs: Debian packages, and a virtual environment that is kept.
# Where these cannot be fetched, as without a network, it says so and passes.
#
#   Tests/Oracles/dicom_writing.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=Samples/lib/prerequisites.sh
. Samples/lib/prerequisites.sh
prepare
install_packages_or_skip dcmtk dicom3tools plastimatch python3-venv
environment="${XDG_CACHE_HOME:-$HOME/.cache}/medcnn/dicom-oracles"
if ! "$environment/bin/python" -c 'import highdicom, nibabel, rt_utils' 2>/dev/null; then
  say "installing highdicom, nibabel and rt-utils"
  rm -rf "$environment"
  python3 -m venv "$environment"
  if ! "$environment/bin/pip" install --quiet --retries 2 highdicom nibabel rt-utils; then
    if "$environment/bin/pip" download --quiet --retries 0 --no-deps --dest "$environment" rt-utils; then
      rm -rf "$environment"
      fail "highdicom, nibabel and rt-utils cannot be installed; look at the lines above"
    fi
    rm -rf "$environment"
    skip "PyPI cannot be reached, and highdicom, nibabel and rt-utils are not installed"
  fi
fi
# As Tests/run.sh builds it.
swift build -c release -Xswiftc -enable-testing --product medcnn
medcnn=$(swift build -c release --show-bin-path)/medcnn
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "checking what is written"
"$environment/bin/python" Tests/Oracles/dicom_writing.py "$medcnn" "$work/files"
Tests/Oracles/orthanc.sh "$work/files/result.dcm" "$work/files/fractional.dcm" "$work/files/contours.dcm" \
  "$work/files/report.dcm" "$work"/files/phantom-dicom/slice-000[12].dcm
