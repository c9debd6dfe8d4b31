"""The lock of Debian's packages: name, version and SHA-256 of each. Compares what was installed, or writes it down.

lock.py ROOT PACKAGES LOCK UPDATE MODE
"""

import sys
from pathlib import Path


def installed(root: Path) -> dict[str, str]:
    """Names and versions, from dpkg's own list."""
    found = {}
    for part in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line and not line.startswith(" "))
        if fields.get("Status", "").endswith(" installed"):
            found[fields["Package"]] = fields["Version"]
    return found


def hashes(packages: Path) -> dict[tuple[str, str], str]:
    found = {}
    for part in packages.read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line and not line.startswith(" "))
        if "SHA256" in fields:
            found[fields["Package"], fields["Version"]] = fields["SHA256"]
    return found


def main() -> int:
    root, packages, lock = (Path(one) for one in sys.argv[1:4])
    update, mode = sys.argv[4] == "1", sys.argv[5]
    known = hashes(packages)
    extracted = dict(line.split() for line in (root / "usr/lib/station/extracted").read_text().splitlines())
    found = sorted({**installed(root), **extracted}.items())
    lines = [f"{name} {version} {known.get((name, version), '-')}" for name, version in found]
    text = "# name, version and SHA-256 of every package in the image, written by build-image.sh --update-lock\n"
    text += "".join(f"{line}\n" for line in lines)
    if update or not lock.exists():
        lock.write_text(text)
        print(f"{len(lines)} packages are written to {lock}")
        return 0
    before = set(lock.read_text().splitlines()[1:])
    changed = sorted(set(lines) ^ before)
    if not changed:
        print(f"{len(lines)} packages are those of the lock")
        return 0
    print("not as in the lock:", *changed, sep="\n  ")
    print("the mirror has moved on: look at what changed, then --update-lock (or set MIRROR to a snapshot)")
    # A development image may be newer; what goes into shops may not.
    return 1 if mode == "release" else 0


if __name__ == "__main__":
    sys.exit(main())
