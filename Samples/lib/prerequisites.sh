# What building medcnn needs, on Debian 12 and 13 and Ubuntu 22.04 and 24.04; sourced by Samples/quickstart.sh
# and Tests/run.sh. What is there already is left alone.
# shellcheck shell=bash

# The toolchain that is fetched where none is found, and the oldest that will do.
swift_release=6.3.1
swift_oldest=6.2

say() { printf '==> %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "'$*' must run as root, and sudo is not installed; run it as root and start again"
  fi
}

# Installs those of the named Debian packages that are missing.
install_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null ||
    fail "this is neither Debian nor Ubuntu; install what these packages hold and a Swift toolchain, then 'swift build -c release': $*"
  for package in "$@"; do
    case "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" in
      ii*) ;;
      *) missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Ends a script that checks something, since what it needs cannot be had here.
skip() {
  say "SKIPPED: $*"
  exit 0
}

# Installs packages that only a check needs; where the package archive cannot be reached the check is
# skipped.
install_packages_or_skip() {
  install_packages "$@" && return
  as_root apt-get update -q -o APT::Update::Error-Mode=any >/dev/null 2>&1 &&
    fail "apt cannot install $*; look at the lines above"
  skip "the package archive cannot be reached, and $* are not all installed"
}

# Whether the `swift` in a folder is the language, and not Debian's package of that name, and new
# enough.
is_swift() {
  local version
  [ -x "$1/swift" ] || return 1
  # Read to the end, so that swift does not find its pipe closed.
  version=$("$1/swift" --version 2>/dev/null </dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')
  version=${version%%$'\n'*}
  [ -n "$version" ] && [ "$(printf '%s\n' "$swift_oldest" "$version" | sort -V | head -n 1)" = "$swift_oldest" ]
}

# Puts a Swift toolchain on the PATH: one that is there, or else one from swift.org, checked against
# the Swift project's keys and kept in the user's folder.
ensure_swift() {
  local found folder home="${XDG_DATA_HOME:-$HOME/.local/share}/medcnn/swift-$swift_release"
  found=$(command -v swift || true)
  for folder in "${found%/*}" /opt/swift/usr/bin /usr/local/swift/usr/bin "$HOME/.local/share/swiftly/bin" "$home/usr/bin"; do
    if [ -n "$folder" ] && is_swift "$folder"; then
      PATH="$folder:$PATH"
      return
    fi
  done
  fetch_swift "$home"
  PATH="$home/usr/bin:$PATH"
  is_swift "$home/usr/bin" || fail "the toolchain in $home does not run; remove that folder and start again"
}

# Fetches the toolchain into a folder.
fetch_swift() {
  local ID=unknown VERSION_ID=unknown platform machine base name work
  # shellcheck source=/dev/null
  [ -r /etc/os-release ] && . /etc/os-release
  case "$ID-$VERSION_ID" in
    debian-12) install_packages libstdc++-12-dev libncurses-dev ;;
    # swift.org has none for Debian 13; that for Debian 12 needs nothing that is not there.
    debian-13)
      VERSION_ID=12
      install_packages libstdc++-14-dev libncurses-dev
      ;;
    ubuntu-22.04) install_packages libstdc++-11-dev libncurses-dev ;;
    ubuntu-24.04) install_packages libstdc++-13-dev libncurses-dev ;;
    *) fail "there is no Swift toolchain for $ID $VERSION_ID that this script knows; install Swift $swift_oldest or later from https://www.swift.org/install and start again" ;;
  esac
  install_packages binutils ca-certificates curl gcc git gnupg libc6-dev libcurl4-openssl-dev libedit-dev \
    libpython3-dev libsqlite3-dev libxml2-dev pkg-config tar tzdata
  platform=$ID$VERSION_ID
  machine=$(uname -m)
  case "$machine" in
    x86_64) ;;
    aarch64 | arm64) platform=$platform-aarch64 ;;
    *) fail "swift.org has no toolchain for $machine processors" ;;
  esac
  name=swift-$swift_release-RELEASE
  base=https://download.swift.org/swift-$swift_release-release/${platform//./}/$name/$name-$platform.tar.gz
  say "fetching $base (about 1 GB)"
  mkdir -p "$(dirname "$1")"
  # Beside its place, so that a broken fetch leaves nothing that looks whole.
  work=$(mktemp -d "$1.XXXXXX")
  curl -fSL --retry 3 -o "$work/swift.tar.gz" "$base" ||
    { rm -rf "$work"; fail "the toolchain could not be fetched; look at the line above"; }
  { curl -fsSL --retry 3 -o "$work/swift.tar.gz.sig" "$base.sig" &&
    curl -fsSL --retry 3 -o "$work/keys.asc" https://www.swift.org/keys/all-keys.asc; } ||
    { rm -rf "$work"; fail "the toolchain's signature could not be fetched"; }
  mkdir -m 700 "$work/gnupg"
  gpg --homedir "$work/gnupg" --batch --quiet --import "$work/keys.asc"
  gpg --homedir "$work/gnupg" --batch --verify "$work/swift.tar.gz.sig" "$work/swift.tar.gz" ||
    { rm -rf "$work"; fail "the toolchain is not signed by the Swift project; nothing was installed"; }
  mkdir "$work/toolchain"
  tar -xzf "$work/swift.tar.gz" -C "$work/toolchain" --strip-components 1
  rm -rf "$1"
  mv "$work/toolchain" "$1"
  rm -rf "$work"
}

# Everything that `swift build` needs.
prepare() {
  install_packages libnifti-dev libdeflate-dev zlib1g-dev libdcmtk-dev libopenjp2-7-dev
  ensure_swift
}
