#!/usr/bin/env bash
# what no station needs
kernel=$(ls "$ROOT/usr/lib/modules")
modules=$ROOT/usr/lib/modules/$kernel
python3 "$TOP/image/modules.py" "$modules" "$TOP/image/modules.txt"
depmod -b "$ROOT" "$kernel"
rm -rf "$ROOT"/usr/share/{doc,man,info,locale,lintian,bug,common-licenses,perl5,bash-completion,zsh,fish,polkit-1,pkgconfig,initramfs-tools,grub,applications} \
  "$ROOT"/var/lib/apt/* "$ROOT"/var/cache/* "$ROOT"/var/log/* "$ROOT"/usr/lib/systemd/{system,user} "$ROOT"/usr/lib/udev/hwdb.d "$ROOT"/etc/systemd \
  "$ROOT"/usr/lib/python3*/{idlelib,tkinter,turtledemo,ensurepip,lib2to3,test,pydoc_data} "$ROOT"/usr/lib/{apt,dpkg,initramfs-tools} "$ROOT"/usr/share/initramfs-tools \
  "$ROOT"/usr/bin/{apt*,dpkg*,perl*,deb-systemd*} "$ROOT"/usr/lib/x86_64-linux-gnu/{perl*,gconv} "$ROOT"/etc/{apt,initramfs-tools,kernel} \
  "$ROOT"/boot/{System.map*,config-*,initrd.img*} "$ROOT"/initrd.img* "$ROOT"/vmlinuz*
# What busybox does as well, it does: these are 25 MB.
for package in coreutils findutils grep sed tar gzip diffutils hostname bash passwd; do
  list=$ROOT/var/lib/dpkg/info/$package.list
  [ -e "$list" ] || continue
  while read -r path; do
    case $path in */nice) continue ;; esac
    case $path in /bin/* | /sbin/* | /usr/bin/* | /usr/sbin/*) [ -d "$ROOT$path" ] || rm -f "$ROOT$path" ;; esac
  done < "$list"
done
for applet in $(chroot "$ROOT" /usr/bin/busybox --list); do
  [ -e "$ROOT/usr/bin/$applet" ] || [ -e "$ROOT/usr/sbin/$applet" ] || ln -s busybox "$ROOT/usr/bin/$applet"
done
# Of packages: tests, other databases, hundreds of languages to colour, formats of pictures that nobody has; udev's list of every device there is.
packages=$ROOT/usr/lib/station/packages
rm -rf "$packages"/sqlalchemy/{testing,dialects/oracle} "$packages"/{setuptools,_distutils_hack,pkg_resources,distutils-precedence.pth} \
  "$packages"/pillow.libs/libavif* "$packages"/PIL/_avif* "$packages"/alembic/templates "$packages"/qrcode/tests "$ROOT"/usr/lib/udev/hwdb.bin
find "$packages/pygments/lexers" -name '*.py' ! -name '__init__.py' ! -name '_mapping.py' ! -name 'special.py' ! -name 'python.py' -delete
find "$packages" -name '*.pyc' | while read -r compiled; do
  source=$(dirname "$(dirname "$compiled")")/$(basename "$compiled" | sed 's/\.cpython-[0-9]*\.pyc$/.py/')
  [ -e "$source" ] || rm -f "$compiled"
done
# One typeface, in the weights that screens and paper have.
find "$ROOT/usr/share/fonts" -type f ! -name 'Inter-Regular.otf' ! -name 'Inter-Medium.otf' ! -name 'Inter-SemiBold.otf' ! -name 'Inter-Bold.otf' -delete
# Nobody logs in at a terminal.
rm -f "$ROOT"/usr/sbin/{agetty,getty} "$ROOT"/usr/bin/{login,su,newgrp,chsh,chfn,getty}
# Every command that a program or a script of the machine names is there.
for command in nice busybox udevadm chronyd nft rauc grub-editenv e2fsck fsck.vfat mount umount modprobe ip python3 dbus-daemon; do
  chroot "$ROOT" /usr/bin/busybox sh -c "PATH=/usr/sbin:/usr/bin; command -v $command" > /dev/null || { echo "the image has no $command"; exit 1; }
done
# Nothing gets more rights than whoever starts it has.
find "$ROOT" -xdev -type f -perm /6000 -exec chmod ug-s {} +
rm -f "$ROOT"/etc/machine-id "$ROOT"/var/lib/dbus/machine-id "$ROOT"/etc/hostname "$ROOT"/etc/resolv.conf
ln -s /data/machine-id "$ROOT/etc/machine-id"
ln -s /run/resolv.conf "$ROOT/etc/resolv.conf"
mkdir -p "$ROOT"/{data,mnt,efi}
if [ -e "$ROOT/var/lib/dpkg/status" ]; then mv "$ROOT/var/lib/dpkg/status" "$WORK/dpkg-status"; fi
rm -rf "$ROOT/var/lib/dpkg"
