#!/usr/bin/env bash
# Debian's packages
wanted=$(sed 's/#.*//' "$TOP/image/packages.txt" | awk 'NF { print $1 }' | paste -sd,)
key=$(printf '%s\n' "$SUITE" "$MIRROR" "$wanted" "$(cat "$TOP/image/packages.lock" 2> /dev/null)" | sha256sum | cut -c1-16)
tree=$CACHE/root-$key.tar
if [ ! -e "$tree" ] || [ "$UPDATE_LOCK" = 1 ]; then
  mmdebstrap --mode=root --format=tar --variant=essential --include="$wanted" \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --customize-hook="$TOP/image/extract.sh \"\$1\"" --customize-hook='cat "$1"/var/lib/apt/lists/*_Packages > "$WORK/Packages" || true' --skip=cleanup/apt/lists \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$SUITE" "$tree.part" "$MIRROR"
  mv "$tree.part" "$tree"
  cp "$WORK/Packages" "$tree.packages"
fi
rm -rf "$ROOT"
mkdir -p "$ROOT"
tar -xf "$tree" -C "$ROOT" --numeric-owner
python3 "$TOP/image/lock.py" "$ROOT" "$tree.packages" "$TOP/image/packages.lock" "$UPDATE_LOCK" "$MODE"
