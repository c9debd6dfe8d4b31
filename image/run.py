"""A station in QEMU with a real file server on this machine's loopback: `make run-image ROLE=prep`.

Opens a window where there is a display, else a VNC server on 127.0.0.1:5901. The keyboard is the scanner: type the card's code that is
printed here, and Enter.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from image.stick import stick  # noqa: E402 -- this folder is no package of the path
from station.demo.samba import PASSWORD, USER, PrivateSamba  # noqa: E402
from station.domain.menu import Role  # noqa: E402

CODES: dict[Role, str] = {"till": "till1", "prep": "grill1", "expediter": "pass1"}


def main() -> int:
    role = sys.argv[1] if len(sys.argv) > 1 else "till"
    if role not in CODES:
        print(f"there is no role {role}: till, prep or expediter", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="station-run-") as name:
        folder = Path(name)
        floor = TOP / "image" / "out" / "floor"
        server = PrivateSamba(folder / "server", root=floor)
        try:
            path, card = stick(folder, CODES[role], role, share_port=server.port, user=USER, password=PASSWORD)
            disk = folder / "disk.img"
            subprocess.run(["cp", "--sparse=always", TOP / "image" / "out" / "station.img", disk], check=True)
            window = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
            print(f"{CODES[role]}: {'a window opens' if window else 'VNC on 127.0.0.1:5901'}; the floor is {floor}")
            print(f"Amina's card: {card}")
            return subprocess.run(
                [
                    "qemu-system-x86_64",
                    *("-accel", "kvm", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"),
                    *("-drive", f"file={disk},format=raw,if=virtio"),
                    *("-drive", f"file={path},format=raw,if=virtio,readonly=on"),
                    *("-device", "virtio-vga,xres=1280,yres=800", "-display", "gtk" if window else "vnc=127.0.0.1:1"),
                    *("-device", "qemu-xhci", "-device", "usb-kbd", "-device", "usb-tablet"),
                    *("-nic", "user,model=virtio-net-pci", "-device", "i6300esb", "-serial", "stdio"),
                ],
                check=False,
            ).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
