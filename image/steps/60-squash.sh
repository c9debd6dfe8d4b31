#!/usr/bin/env bash
# one file is one version: kernel, initramfs and root together
level=9
[ "$MODE" = dev ] && level=4
# GRUB reads gzip; fragments and times are fixed, so that two builds are equal.
rm -f "$OUT/root.img"
env -u SOURCE_DATE_EPOCH mksquashfs "$ROOT" "$OUT/root.img" -noappend -comp gzip -Xcompression-level "$level" -b 256K -all-time "$SOURCE_DATE_EPOCH" \
  -mkfs-time "$SOURCE_DATE_EPOCH" -no-exports -no-progress -no-recovery
size=$(stat -c %s "$OUT/root.img")
[ "$size" -le $((SLOT_MB * 1048576)) ] || { echo "the root is $size bytes and a slot holds $SLOT_MB MiB"; exit 1; }
