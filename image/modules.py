"""Keeps the kernel modules that `modules.txt` names, and all that they need.

modules.py FOLDER LIST
"""

import shutil
import sys
from pathlib import Path


def main() -> None:
    folder, wanted = Path(sys.argv[1]), Path(sys.argv[2])
    names = [line.split("#")[0].strip() for line in wanted.read_text().splitlines()]
    kept, dropped = (
        [f"kernel/{name}" for name in names if name and name[0] != "-"],
        [f"kernel/{name[1:]}" for name in names if name.startswith("-")],
    )
    needs = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        name, _, rest = line.partition(":")
        needs[name] = rest.split()
    todo = [
        name for name in needs if any(_is(name, one) for one in kept) and not any(_is(name, one) for one in dropped)
    ]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += needs[name]
    for name in needs:
        if name not in found:
            (folder / name).unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for path in folder.glob("modules.*.bin"):
        path.unlink()
    shutil.rmtree(folder / "build", ignore_errors=True)
    print(f"{len(found)} of {len(needs)} modules stay")


def _is(name: str, wanted: str) -> bool:
    """Whether a module is the one that is wanted, or lies in the folder that is."""
    return name.startswith(f"{wanted}/") or name.split(".ko", maxsplit=1)[0] == wanted.removesuffix(".ko")


main()
