# What the image is made of. Every value can be set in the environment instead.
: "${SUITE:=trixie}"
: "${MIRROR:=http://deb.debian.org/debian}"
# The layout of the disk: a bundle for another one is refused. Counted up whenever partitions change.
: "${LAYOUT:=1}"
: "${COMPATIBLE:=station-x86_64-layout$LAYOUT}"
# Sizes in MiB. A slot holds one squashfs; data grows over the rest of the disk at first boot.
: "${ESP_MB:=128}" "${SLOT_MB:=384}" "${DATA_MB:=256}"
# Fixed, so that two builds are equal.
DISK_ID=5A7A7104-0000-4000-8000-00000000D15C
ESP_ID=5A7A7104-0000-4000-8000-0000000000E5
SLOT_A_ID=5A7A7104-0000-4000-8000-00000000000A
SLOT_B_ID=5A7A7104-0000-4000-8000-00000000000B
DATA_ID=5A7A7104-0000-4000-8000-0000000DA7A0
BIOS_ID=5A7A7104-0000-4000-8000-00000000B105
DATA_FS_ID=5a7a7104-0000-4000-8000-0000000da7af
ESP_FS_ID=5A7A7104
: "${SOURCE_DATE_EPOCH:=1764028800}"
export SOURCE_DATE_EPOCH
