#!/usr/bin/env bash
# the disk: boot loaders, two slots, data
image=$OUT/station.img
tmp=$WORK/disk
rm -rf "$tmp"
mkdir -p "$tmp"
mb=1048576
start_bios=1 start_esp=2
start_a=$((start_esp + ESP_MB))
start_b=$((start_a + SLOT_MB))
start_data=$((start_b + SLOT_MB))
total=$((start_data + DATA_MB + 1))
rm -f "$image"
truncate -s "${total}M" "$image"
sfdisk --quiet "$image" << TABLE
label: gpt
label-id: $DISK_ID
unit: sectors
start=$((start_bios * 2048)), size=2048, type=21686148-6449-6E6F-744E-656564454649, uuid=$BIOS_ID, name="bios-boot"
start=$((start_esp * 2048)), size=$((ESP_MB * 2048)), type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=$ESP_ID, name="esp"
start=$((start_a * 2048)), size=$((SLOT_MB * 2048)), type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=$SLOT_A_ID, name="root-a"
start=$((start_b * 2048)), size=$((SLOT_MB * 2048)), type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=$SLOT_B_ID, name="root-b"
start=$((start_data * 2048)), size=$((DATA_MB * 2048)), type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=$DATA_ID, name="data"
TABLE
cmdline="ro quiet loglevel=3 vt.global_cursor_default=0 fbcon=nodefer panic=10 oops=panic net.ifnames=0 nmi_watchdog=0"
if [ "$MODE" = dev ]; then cmdline="$cmdline console=ttyS0,115200"; else cmdline="$cmdline console=tty9"; fi
sed -e "s|@CMDLINE@|$cmdline|" "$TOP/image/grub/grub.cfg" > "$tmp/grub.cfg"
grub-script-check "$tmp/grub.cfg"
grub-editenv "$tmp/grubenv" create
grub-editenv "$tmp/grubenv" set ORDER="A B" A_OK=1 A_TRY=0 B_OK=0 B_TRY=0
cat > "$tmp/early.cfg" << 'EARLY'
search --no-floppy --set=root --fs-uuid @ESP@
set prefix=($root)/grub
configfile /grub/grub.cfg
EARLY
sed -i "s/@ESP@/${ESP_FS_ID:0:4}-${ESP_FS_ID:4}/" "$tmp/early.cfg"
modules="part_gpt fat squash4 ext2 normal linux search search_fs_uuid regexp loadenv configfile test echo minicmd"
grub-mkimage -O i386-pc -p "(,gpt2)/grub" -c "$tmp/early.cfg" -o "$tmp/core.img" $modules biosdisk
grub-mkimage -O x86_64-efi -p "/grub" -c "$tmp/early.cfg" -o "$tmp/bootx64.efi" $modules efi_gop efi_uga all_video
# The ESP.
truncate -s "${ESP_MB}M" "$tmp/esp.img"
mkfs.vfat --invariant -n STATION-ESP -i "$ESP_FS_ID" "$tmp/esp.img" > /dev/null
touch -d "@$SOURCE_DATE_EPOCH" "$tmp"/*
mmd -i "$tmp/esp.img" ::/EFI ::/EFI/BOOT ::/grub
mcopy -m -i "$tmp/esp.img" "$tmp/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
mcopy -m -i "$tmp/esp.img" "$tmp/grub.cfg" "$tmp/grubenv" ::/grub/
# The BIOS's boot sector: it loads core.img from its own partition.
python3 - "$image" "$tmp/core.img" "$((start_bios * 2048))" << 'PY'
import struct, sys
image, core, lba = sys.argv[1], bytearray(open(sys.argv[2], "rb").read()), int(sys.argv[3])
boot = bytearray(open("/usr/lib/grub/i386-pc/boot.img", "rb").read())
boot[0x5C:0x64] = struct.pack("<Q", lba)
boot[0x66:0x68] = b"\x90\x90"
core[0x1F4:0x1FC] = struct.pack("<Q", lba + 1)
assert len(core) <= 1048576, "core.img does not fit"
with open(image, "r+b") as disk:
    table = disk.read(512)
    # The table of partitions and the signature stay as sfdisk wrote them.
    disk.seek(0)
    disk.write(bytes(boot[:440]) + table[440:])
    disk.seek(lba * 512)
    disk.write(core)
PY
truncate -s "${DATA_MB}M" "$tmp/data.img"
E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mkfs.ext4 -q -L data -U "$DATA_FS_ID" -E "hash_seed=$DATA_FS_ID,lazy_itable_init=0,lazy_journal_init=0" -m 1 "$tmp/data.img"
dd if="$tmp/esp.img" of="$image" bs=1M seek="$start_esp" conv=notrunc,sparse status=none
dd if="$OUT/root.img" of="$image" bs=1M seek="$start_a" conv=notrunc,sparse status=none
dd if="$tmp/data.img" of="$image" bs=1M seek="$start_data" conv=notrunc,sparse status=none
rm -rf "$tmp"
