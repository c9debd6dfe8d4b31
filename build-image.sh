#!/usr/bin/env bash
# Makes the station's disk image. Runs image/steps/* in order, and nothing else.
#
#   sudo ./build-image.sh [--version V] [--dev | --release KEY] [--out FOLDER] [--cache FOLDER] [--update-lock] [--from STEP]
#
#   --version V      what the image calls itself (default: from git)
#   --dev            serial console, fast compression, a development key: never for a shop
#   --release KEY    signed with this key (its certificate beside it, KEY with .pem replaced by .crt): fails without it
#   --out FOLDER     where image, bundle and figures go (default: image/out)
#   --cache FOLDER   what was fetched, for the next time (default: image/cache)
#   --update-lock    accept the packages that the mirror has now, and write image/packages.lock
#   --from STEP      begin with this step, as in --from 40: the ones before were run already
#
# Settings (mirror, suite, sizes): image/settings.sh, or the environment.
set -euo pipefail
cd "$(dirname "$0")"
export TOP=$PWD

fail() { echo "build-image: $*" >&2; exit 1; }

export MODE=dev KEY="" OUT=$TOP/image/out CACHE=$TOP/image/cache UPDATE_LOCK=0 VERSION=""
from=00
while [ $# -gt 0 ]; do
  case $1 in
    --version) VERSION=${2:?--version needs a version}; shift ;;
    --dev) MODE=dev ;;
    --release) MODE=release; KEY=${2:-}; shift || true
      [ -n "$KEY" ] && [ -r "$KEY" ] || fail "--release needs a key that can be read; it never signs with a throw-away one" ;;
    --out) OUT=$(realpath -m "${2:?--out needs a folder}"); shift ;;
    --cache) CACHE=$(realpath -m "${2:?--cache needs a folder}"); shift ;;
    --update-lock) UPDATE_LOCK=1 ;;
    --from) from=${2:?--from needs a step}; shift ;;
    -h|--help) sed -n '2,17p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || fail "it makes devices and owners: run it as root (sudo ./build-image.sh)"
[ -n "$VERSION" ] || VERSION=$(git describe --tags --always --dirty 2>/dev/null || echo 0.1.0)
export VERSION
. image/settings.sh
export SUITE MIRROR LAYOUT COMPATIBLE ESP_MB SLOT_MB DATA_MB DISK_ID ESP_ID SLOT_A_ID SLOT_B_ID DATA_ID BIOS_ID DATA_FS_ID ESP_FS_ID
export WORK=$OUT/work ROOT=$OUT/work/root PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$OUT" "$CACHE" "$WORK"

started=$(date +%s)
: > "$WORK/times.tsv"
for step in image/steps/*.sh; do
  name=$(basename "$step" .sh)
  [[ ${name%%-*} < $from ]] && continue
  printf '%-14s %s' "$name" "$(sed -n '2s/^# //p' "$step")"
  begun=$(date +%s)
  if ! bash -euo pipefail "$step" > "$WORK/$name.log" 2>&1; then
    echo
    tail -n 20 "$WORK/$name.log" >&2
    fail "the step $name failed; all that it said is in $WORK/$name.log"
  fi
  spent=$(($(date +%s) - begun))
  printf '%s\t%s\n' "$name" "$spent" >> "$WORK/times.tsv"
  printf '  (%s s)\n' "$spent"
done
echo "$(($(date +%s) - started)) s in all; version $VERSION, $MODE"
ls -l --block-size=M "$OUT" | awk 'NR > 1 && $9 != "work" { print "  " $9, $5 }'
