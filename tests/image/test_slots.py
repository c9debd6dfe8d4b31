"""Two versions on one disk: an update that is good is confirmed, a bad one goes by itself, a wrong one never begins."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.image.machine import BOOT_S, PATIENCE, carrier

pytestmark = pytest.mark.machine_tests
OUT = Path(os.environ.get("STATION_IMAGE", "/nowhere"))


def install(machine):
    return machine.run(
        "mkdir -p /run/carrier && mount -o ro LABEL=CARRIER /run/carrier; cp /run/carrier/station.raucb /data/update.raucb;"
        " rauc install /data/update.raucb 2>&1 | tail -n 3",
        120 * PATIENCE,
    )


def confirmed(machine):
    out, _ = machine.run(
        "for n in $(seq 900); do grep -q confirmed /run/station/logs/health.log && break; sleep 1; done;"
        " tail -n 1 /run/station/logs/health.log; grub-editenv /efi/grub/grubenv list",
        900,
    )
    return out


def slot(machine):
    out, _ = machine.run("grep -o 'station.slot=.' /proc/cmdline")
    return out.strip()[-1]


def again(machine):
    machine.run("sync")
    machine.kill()
    return machine.start().up()


def crashing(folder):
    """The same version, but its screen ends at once."""
    root = folder / "root"
    subprocess.run(["cp", "-a", OUT / "work" / "root", root], check=True)
    module = root / "usr/lib/station/packages/station/renderers/__main__.py"
    module.write_text("raise SystemExit('a bad release')\n")
    shutil.rmtree(module.parent / "__pycache__")
    content = folder / "content-bad"
    content.mkdir()
    subprocess.run(
        [
            "mksquashfs",
            root,
            content / "root.img",
            "-comp",
            "gzip",
            "-Xcompression-level",
            "1",
            "-no-progress",
            "-quiet",
        ],
        check=True,
    )
    shutil.rmtree(root)
    manifest = "[update]\ncompatible=station-x86_64-layout1\nversion=bad\n[bundle]\nformat=verity\n[image.rootfs]\nfilename=root.img\n"
    (content / "manifest.raucm").write_text(manifest)
    key = Path(os.environ["STATION_IMAGE_CACHE"]) / "development.pem"
    subprocess.run(
        ["rauc", "--cert", key.with_suffix(".crt"), "--key", key, "bundle", content, folder / "bad.raucb"], check=True
    )
    return folder / "bad.raucb"


def test_a_good_update_boots_the_other_slot_and_is_confirmed(boot, tmp_path):
    machine = boot("till", "till1", carrier(tmp_path, OUT / "station.raucb")).up()
    assert "A_TRY=0" in confirmed(machine)
    out, _ = install(machine)
    assert "succeeded" in out, out
    machine = again(machine)
    assert slot(machine) == "b"
    out = confirmed(machine)
    assert "slot=B confirmed" in out
    assert "B_TRY=0" in out
    assert "ORDER=B A" in out
    # And it stays there.
    assert slot(again(machine)) == "b"


def test_a_release_whose_screen_dies_is_left_again_within_three_tries(boot, tmp_path):
    machine = boot("till", "till1", carrier(tmp_path, crashing(tmp_path))).up()
    confirmed(machine)
    machine.run("echo kept > /data/station/data/kept")
    out, _ = install(machine)
    assert "succeeded" in out, out
    machine.run("sync")
    machine.kill()
    for _ in range(3):
        machine.start()
        # Nobody touches it: it starts the machine again by itself.
        machine.ended(BOOT_S + 400 * PATIENCE)
    machine.start().up()
    assert slot(machine) == "a"
    out, _ = machine.run("cat /data/station/data/kept; test -s /data/station/station.json && echo configured")
    assert out.split() == ["kept", "configured"]


@pytest.mark.parametrize("kind", ["cut", "altered", "layout"])
def test_what_is_no_proper_bundle_changes_nothing(boot, tmp_path, kind):
    bundle = tmp_path / "station.raucb"
    shutil.copy(OUT / "station.raucb", bundle)
    if kind == "cut":
        os.truncate(bundle, bundle.stat().st_size - 100_000)
    elif kind == "altered":
        with bundle.open("r+b") as file:
            file.seek(bundle.stat().st_size - 3_000)
            file.write(b"\0" * 64)
    else:
        bundle.unlink()
        content = tmp_path / "other"
        content.mkdir()
        (content / "root.img").hardlink_to(OUT / "root.img")
        (content / "manifest.raucm").write_text(
            "[update]\ncompatible=station-x86_64-layout99\nversion=1\n[bundle]\nformat=verity\n[image.rootfs]\nfilename=root.img\n"
        )
        key = Path(os.environ["STATION_IMAGE_CACHE"]) / "development.pem"
        subprocess.run(["rauc", "--cert", key.with_suffix(".crt"), "--key", key, "bundle", content, bundle], check=True)
    machine = boot("till", "till1", carrier(tmp_path, bundle)).up()
    before, _ = machine.run(
        "grub-editenv /efi/grub/grubenv list | grep -v TRY; head -c 1000000 /dev/disk/by-partlabel/root-b | md5sum"
    )
    out, _ = install(machine)
    assert "succeeded" not in out
    after, _ = machine.run(
        "grub-editenv /efi/grub/grubenv list | grep -v TRY; head -c 1000000 /dev/disk/by-partlabel/root-b | md5sum"
    )
    assert before == after
