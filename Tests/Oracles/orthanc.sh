#!/usr/bin/env bash
# Stores DICOM files in an archive (Orthanc) on this machine's loopback, by REST and by the network
# protocol, fetches them back and compares them byte by byte. The archive is stopped at the end, whatever
# happens. Where Orthanc cannot be fetched, as without a network, it says so and passes.
#
#   Tests/Oracles/orthanc.sh FILE.dcm ...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=Samples/lib/prerequisites.sh
. "$root/Samples/lib/prerequisites.sh"
[ $# -gt 0 ] || fail "name DICOM files to store"
# The package starts a server of its own, which would be reachable from outside.
if ! command -v Orthanc >/dev/null; then
  had_policy=0
  [ -e /usr/sbin/policy-rc.d ] && had_policy=1
  [ $had_policy = 1 ] || as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d'
  trap '[ $had_policy = 1 ] || as_root rm -f /usr/sbin/policy-rc.d' EXIT
  install_packages_or_skip orthanc
  trap - EXIT
  [ $had_policy = 1 ] || as_root rm -f /usr/sbin/policy-rc.d
fi
install_packages_or_skip curl dcmtk jq

work=$(mktemp -d)
archive=
stop() {
  if [ -n "$archive" ]; then
    kill "$archive" 2>/dev/null || true
    wait "$archive" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

# Ports that were free a moment ago.
read -r http dicom < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])')
cat >"$work/orthanc.json" <<JSON
{
  "Name": "test", "StorageDirectory": "$work/storage", "IndexDirectory": "$work/index",
  "HttpPort": $http, "DicomPort": $dicom, "DicomAet": "ARCHIVE", "RemoteAccessAllowed": false,
  "AuthenticationEnabled": false, "Plugins": [], "DicomAlwaysAllowStore": true, "DicomCheckCalledAet": false,
  "HttpBindAddresses": ["127.0.0.1"]
}
JSON
Orthanc "$work/orthanc.json" >"$work/log" 2>&1 &
archive=$!
url=http://127.0.0.1:$http
for _ in $(seq 100); do
  curl -fs "$url/system" >/dev/null && break
  kill -0 "$archive" 2>/dev/null || { cat "$work/log" >&2; fail "Orthanc does not start"; }
  sleep 0.1
done

count=0
for file in "$@"; do
  id=$(curl -fsS --data-binary "@$file" "$url/instances" | jq -r .ID)
  curl -fsS -o "$work/back.dcm" "$url/instances/$id/file"
  cmp "$file" "$work/back.dcm" || fail "$file comes back changed"
  class=$(curl -fsS "$url/instances/$id/metadata/SopClassUid")
  [ -n "$class" ] || fail "Orthanc does not tell the class of $file"
  count=$((count + 1))
done
# All belong to one patient and one study where identifiers were kept.
studies=$(curl -fsS "$url/studies" | jq length)
[ "$studies" = 1 ] || fail "the files are filed as $studies studies"

# And by C-STORE, into the empty archive.
curl -fsS "$url/patients" | jq -r '.[]' | while read -r patient; do
  curl -fsS -X DELETE "$url/patients/$patient" >/dev/null
done
# Its own log tells nothing here.
storescu -q -R -aec ARCHIVE 127.0.0.1 "$dicom" "$@"
stored=$(curl -fsS "$url/instances" | jq length)
[ "$stored" = $# ] || fail "C-STORE left $stored of $# files in the archive"
for id in $(curl -fsS "$url/instances" | jq -r '.[]'); do
  curl -fsS -o "$work/back.dcm" "$url/instances/$id/file"
  uid=$(dcmdump -q +P 0008,0018 "$work/back.dcm" | sed 's/.*\[\(.*\)\].*/\1/')
  for file in "$@"; do
    [ "$(dcmdump -q +P 0008,0018 "$file" | sed 's/.*\[\(.*\)\].*/\1/')" = "$uid" ] || continue
    # The syntax may be another; what it says is the same.
    cmp <(dcmdump -q +L -Un "$file" | grep -a '^ *([0-9a-f]*,' | grep -av '^(0002' | sed 's/ *#.*//') \
      <(dcmdump -q +L -Un "$work/back.dcm" | grep -a '^ *([0-9a-f]*,' | grep -av '^(0002' | sed 's/ *#.*//') ||
      fail "$file comes back changed from C-STORE"
    count=$((count + 1))
  done
done
echo "$count passed, 0 failed"
