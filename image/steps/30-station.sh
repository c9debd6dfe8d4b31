#!/usr/bin/env bash
# the station itself, its programs' users, and what only an image has
packages=$ROOT/usr/lib/station/packages
rm -rf "$packages/station"
cp -r "$TOP/station" "$packages/station"
find "$packages/station" -name __pycache__ -prune -exec rm -rf {} +
mkdir -p "$ROOT/etc/station"
cp "$TOP/supervisor.conf" "$ROOT/etc/station/supervisor.conf"
cp -r "$TOP/image/overlay/." "$ROOT/"
sed -i "s/@COMPATIBLE@/$COMPATIBLE/" "$ROOT/etc/rauc/system.conf"
"$TOP/image/keys.sh" "$ROOT/etc/station/release-ca.pem"
chmod -R u=rwX,go=rX "$ROOT/etc/station" "$ROOT/usr/lib/station"
chmod 755 "$ROOT"/usr/lib/station/machine/*
rm -f "$ROOT/etc/os-release" "$ROOT/usr/lib/os-release"
printf 'NAME="Station"\nID=station\nID_LIKE=debian\nVERSION_ID="%s"\nPRETTY_NAME="Station %s"\nBUILD_ID="%s"\nCOMPATIBLE="%s"\n' \
  "$VERSION" "$VERSION" "$MODE" "$COMPATIBLE" > "$ROOT/etc/os-release"
ln -sf ../../etc/os-release "$ROOT/usr/lib/os-release"
grep -q '^station:' "$ROOT/etc/group" || {
  chroot "$ROOT" groupadd --gid 900 station
  for user in tokens:901 link:902 replica:903 input:904 renderer:905 printing:906; do
    chroot "$ROOT" useradd --uid "${user##*:}" --gid station --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "station-${user%%:*}"
  done
  chroot "$ROOT" usermod -G input station-input
  chroot "$ROOT" usermod -G video,audio station-renderer
  chroot "$ROOT" usermod -G lp,dialout station-printing
}
[ ! -x "$ROOT/usr/sbin/usermod" ] || chroot "$ROOT" usermod --lock --shell /usr/sbin/nologin root
# In development there is somebody at the serial line.
if [ "$MODE" = dev ]; then echo 'ttyS0::respawn:/usr/bin/busybox sh' >> "$ROOT/etc/inittab"; fi
# The command, and Python's files compiled once and for all.
printf '#!/usr/bin/python3\nfrom station.cli import main\nmain()\n' > "$ROOT/usr/bin/station"
chmod 755 "$ROOT/usr/bin/station"
find "$ROOT" -name '*.pyc' -delete
chroot "$ROOT" python3 -m compileall -q -f --invalidation-mode unchecked-hash /usr/lib/station/packages /usr/lib/python3 /usr/lib/python3.* || true
