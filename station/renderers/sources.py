"""Files that others replace whole: status files and the snapshot. Read again when the file is another one.

Pictures of recipes lie beside the snapshot, `<data>/pictures/<name>`; a recipe names its file. Nobody has to bring any: a
name without a file, and a file that is no picture, is a recipe without a picture.
"""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Generic

from station.data.snapshot import Snapshots
from station.domain.menu import Recipe, Shop
from station.errors import StationError
from station.local.status import Status, read_status
from station.renderers.pictures import usable

PICTURES = "pictures"

_Stamp = tuple[int, int, int]
_log = logging.getLogger("renderer")


class StatusFile(Generic[Status]):
    """The last status that a program of this station has told."""

    def __init__(self, path: Path, kind: type[Status]) -> None:
        self._path = path
        self._kind: type[Status] = kind
        self._stamp: _Stamp | None = None
        self.value: Status = kind()

    def poll(self) -> bool:
        """True when it says something else than before."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before, self.value = self.value, read_status(self._path, self._kind)
        return before != self.value


class ShopFile:
    """The shop as the snapshot has it. One that cannot be read changes nothing, but `problem` says why.

    `recipes`: they are read together with the shop, before anybody asks, so that the first opens at once too.
    """

    def __init__(self, path: Path, code: str, *, recipes: bool = False) -> None:
        self._path, self._snapshots, self._ahead = path, Snapshots(path, code), recipes
        self._read: Shop | None = None
        self.shop: Shop | None = None
        self.problem = ""

    def poll(self) -> bool:
        """True when the shop or the problem is another than before."""
        before = (self._read, self.problem)
        found = self._snapshots.shop()
        if found is not self._read:
            self._read, self.shop = found, found and self._with_pictures(found)
        self.problem = self._snapshots.problem
        if self.shop is None and not self.problem:
            self.problem = f"the snapshot {self._path} is not there yet: it comes when the master can be reached"
        changed = before != (self._read, self.problem)
        if changed and self._ahead and not self.problem:
            try:
                self._snapshots.read_recipes()
            except StationError as error:
                _log.warning("recipes: %s", error)
        return changed

    def recipe(self, recipe_id: str) -> Recipe | None:
        """A recipe, its picture as a path that can be drawn; None when there is none or the snapshot cannot be read."""
        try:
            found = self._snapshots.recipe(recipe_id)
        except StationError as error:
            _log.warning("recipe=%s %s", recipe_id, error)
            return None
        if found is None or found.picture is None:
            return found
        return replace(found, picture=self._picture(found.picture))

    def _with_pictures(self, shop: Shop) -> Shop:
        """Items whose picture is on this station's disk have its path; the others have none."""
        items = tuple(
            item if item.picture is None else replace(item, picture=self._picture(item.picture))
            for item in shop.menu.items
        )
        return replace(shop, menu=replace(shop.menu, items=items))

    def _picture(self, name: str) -> str | None:
        path = self._path.parent / PICTURES / name
        return str(path) if usable(path) else None


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
