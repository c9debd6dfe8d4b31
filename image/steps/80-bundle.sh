#!/usr/bin/env bash
# the bundle that updates a station
key=$CACHE/development.pem
[ "$MODE" = release ] && key=$KEY
certificate=${key%.pem}.crt
content=$WORK/bundle
rm -rf "$content" "$OUT/station.raucb"
mkdir -p "$content"
ln "$OUT/root.img" "$content/root.img" 2> /dev/null || cp "$OUT/root.img" "$content/root.img"
cat > "$content/manifest.raucm" << MANIFEST
[update]
compatible=$COMPATIBLE
version=$VERSION
build=$MODE

[bundle]
format=verity

[image.rootfs]
filename=root.img
MANIFEST
rauc --cert "$certificate" --key "$key" bundle "$content" "$OUT/station.raucb"
rm -rf "$content"
