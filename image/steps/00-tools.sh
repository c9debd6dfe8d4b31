#!/usr/bin/env bash
# what this machine needs
declare -A package=(
  [mmdebstrap]=mmdebstrap [mksquashfs]=squashfs-tools [sfdisk]=fdisk [mkfs.vfat]=dosfstools [mcopy]=mtools [mkfs.ext4]=e2fsprogs
  [grub-mkimage]=grub-common [cpio]=cpio [depmod]=kmod [python3]=python3 [rauc]=rauc [openssl]=openssl
)
missing=()
for tool in "${!package[@]}"; do
  command -v "$tool" > /dev/null || missing+=("${package[$tool]}")
done
for folder in i386-pc:grub-pc-bin x86_64-efi:grub-efi-amd64-bin; do
  [ -d "/usr/lib/grub/${folder%%:*}" ] || missing+=("${folder##*:}")
done
[ -r /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
if [ ${#missing[@]} -gt 0 ]; then
  echo "missing here: ${missing[*]}; as root: apt-get install --no-install-recommends ${missing[*]}"
  exit 1
fi
