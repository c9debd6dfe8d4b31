#!/usr/bin/env bash
# the first four megabytes: find the slot, mount it
kernel=$(ls "$ROOT/usr/lib/modules")
tree=$WORK/initramfs
rm -rf "$tree"
mkdir -p "$tree"/{bin,dev,proc,sys,root,ro,run,lib/modules}
cp "$ROOT/usr/bin/busybox" "$tree/bin/busybox"
# Debian's busybox is linked to the C library.
for library in $(chroot "$ROOT" /lib64/ld-linux-x86-64.so.2 --list /usr/bin/busybox | grep -o '/[^ ]*'); do
  mkdir -p "$tree$(dirname "$library")"
  cp -L "$ROOT$library" "$tree$library"
done
[ -n "$(find "$tree" -name 'libc.so.6')" ] || { echo "busybox's libraries were not found"; exit 1; }
ln -s busybox "$tree/bin/sh"
cp "$TOP/image/initramfs/init" "$tree/init"
chmod 755 "$tree/init"
wanted="squashfs overlay loop virtio_blk virtio_pci virtio_scsi sd_mod ahci ata_piix nvme sdhci_pci sdhci_acpi mmc_block usb_storage uas xhci_pci ehci_pci"
for module in $wanted; do
  for file in $(chroot "$ROOT" modprobe -D -S "$kernel" "$module" 2> /dev/null | awk '$1 == "insmod" { print $2 }'); do
    file=${file#/lib/modules/}
    file=${file#/usr/lib/modules/}
    mkdir -p "$tree/lib/modules/$(dirname "$file")"
    cp "$ROOT/usr/lib/modules/$file" "$tree/lib/modules/$file"
    grep -qxF "$file" "$tree/modules" 2> /dev/null || echo "$file" >> "$tree/modules"
  done
done
# Uncompressed modules in a compressed archive are smaller, and busybox need not know their form.
find "$tree/lib/modules" -name '*.ko.xz' -exec xz -d {} +
sed -i 's/\.xz$//' "$tree/modules"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet --reproducible --owner 0:0 -o -H newc) | gzip -9n > "$ROOT/boot/initramfs.gz"
if ls "$ROOT"/boot/vmlinuz-* > /dev/null 2>&1; then mv "$ROOT"/boot/vmlinuz-* "$ROOT/boot/vmlinuz"; fi
