#!/bin/sh
# Single files of packages whose rest, or whose dependencies, a station has no use for: RAUC would bring systemd, grub-editenv all of GRUB.
set -eu
root=$1
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
chmod 755 "$fetched"
(cd "$fetched" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download rauc grub-common > /dev/null)
mkdir -p "$root/usr/lib/station"
: > "$root/usr/lib/station/extracted"
take() {
  package=$1
  shift
  file=$(ls "$fetched/${package}"_*.deb)
  dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --wildcards "$@"
  echo "$package $(dpkg-deb -f "$file" Version)" >> "$root/usr/lib/station/extracted"
}
take rauc ./usr/bin/rauc
take grub-common ./usr/bin/grub-editenv
