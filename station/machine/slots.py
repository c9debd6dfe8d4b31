"""The two versions of the system on this disk: which one runs, whether it was confirmed, and confirming it.

The boot loader counts a try at every start (`image/grub/grub.cfg`); a slot that has used three up is not started again. Confirming gives
the tries back.
"""

import re
import subprocess
from pathlib import Path
from typing import Final

from station.errors import StationError

GRUBENV: Final = Path("/efi/grub/grubenv")


def booted(cmdline: Path = Path("/proc/cmdline")) -> str:
    """The slot, "A" or "B"; empty on a machine that was not started by the station's own boot loader."""
    found = re.search(r"\bstation\.slot=([ab])\b", cmdline.read_text())
    return found[1].upper() if found else ""


def tries(slot: str, grubenv: Path = GRUBENV) -> int:
    """How many starts this slot has used up since it was confirmed. Raises StationError when the file cannot be read."""
    done = _run("grub-editenv", str(grubenv), "list")
    found = re.search(rf"^{slot}_TRY=(\d+)$", done, re.MULTILINE)
    return int(found[1]) if found else 0


def confirm(slot: str, grubenv: Path = GRUBENV) -> None:
    """This slot is good: it may be started again, and goes first. Raises StationError."""
    other = "B" if slot == "A" else "A"
    _run("grub-editenv", str(grubenv), "set", f"{slot}_OK=1", f"{slot}_TRY=0", f"ORDER={slot} {other}")


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StationError(f"{' '.join(command[:2])} failed: {error}") from error
