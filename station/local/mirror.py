"""The mirror: what the floor looks like, as plain token files in the same folders on this station's own disk.

The tokens program writes it (temp, sync, rename); screens follow it with inotify. It keeps the token's own file name and
bytes, so a station that boots without a network shows what was last known, and can prove that nobody altered it.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from inotify_simple import INotify, flags

from station.domain.cards import Card
from station.domain.floor import HOLD, INBOX, PASS, STATIONS, Spot, check_place, live
from station.domain.token import Body, Key, decode, parse_name
from station.errors import JournalError, TokenError

_CHANGES = flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.CREATE | flags.DELETE_SELF


class MirrorWriter:
    """The tokens program's side: makes the mirror's folders equal to what it saw on the floor."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def spots(self) -> list[Spot]:
        """Everything that stands in the mirror."""
        return _spots(self._root)

    def put(self, spot: Spot, data: bytes) -> None:
        """The token's file, whole or not at all. Raises JournalError when the disk refuses."""
        target = self._root / check_place(spot.place) / str(spot.name)
        beside = target.with_name(f".{spot.name}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fdatasync(file.fileno())
            beside.replace(target)
        except OSError as error:
            raise JournalError(f"the mirror {target} could not be written: {error}; check the disk's space") from error

    def move(self, source: Spot, target: Spot) -> None:
        """The same, when the token only moved."""
        place = self._root / check_place(target.place)
        try:
            place.mkdir(parents=True, exist_ok=True)
            (self._root / source.path).replace(place / str(target.name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise JournalError(f"the mirror {place} could not be written: {error}; check the disk's space") from error

    def drop(self, spot: Spot) -> None:
        (self._root / spot.path).unlink(missing_ok=True)

    def read(self, spot: Spot) -> bytes | None:
        try:
            return (self._root / spot.path).read_bytes()
        except OSError:
            return None


class Mirror:
    """A screen's side. `fileno` becomes readable when something changed; then call `refresh`."""

    def __init__(self, root: Path, key: bytes) -> None:
        self._root, self._key = root, key
        self._watch = INotify()
        self._watched: set[Path] = set()
        self._bodies: dict[str, Body] = {}
        self._cards: dict[Key, Card] = {}
        root.mkdir(parents=True, exist_ok=True)
        self._watch_folders()
        self._load()

    def fileno(self) -> int:
        return int(self._watch.fileno())

    @property
    def cards(self) -> Mapping[Key, Card]:
        return MappingProxyType(self._cards)

    def refresh(self) -> bool:
        """Takes in what has changed. True when a card came, went or changed."""
        self._watch.read(timeout=0)
        self._watch_folders()
        before = self._cards
        self._load()
        return before != self._cards

    def close(self) -> None:
        self._watch.close()

    def _load(self) -> None:
        bodies: dict[str, Body] = {}
        readable: list[Spot] = []
        for spot in _spots(self._root):
            body = self._bodies.get(_text_of(spot)) or self._read(spot)
            if body is not None:
                bodies[_text_of(spot)] = body
                readable.append(spot)
        self._bodies = bodies
        self._cards = {key: Card(spot, bodies[_text_of(spot)]) for key, spot in live(readable).items()}

    def _read(self, spot: Spot) -> Body | None:
        # A file that vanished has moved on; one that does not verify is the tokens program's to replace.
        try:
            return decode((self._root / spot.path).read_bytes(), self._key, spot.name)
        except (OSError, TokenError):
            return None

    def _watch_folders(self) -> None:
        folders = [self._root, *(path for path in self._root.rglob("*") if path.is_dir())]
        for folder in folders:
            if folder not in self._watched:
                self._watch.add_watch(folder, _CHANGES)
        self._watched = set(folders)


def _text_of(spot: Spot) -> str:
    """What tells two contents of the same token apart: everything in the name but the hop, which a move changes."""
    name = spot.name
    return f"{name.order}.{name.part}.{name.revision}.{name.items}"


def _spots(root: Path) -> list[Spot]:
    found: list[Spot] = []
    for place in _places(root):
        for entry in _names(root / place):
            try:
                found.append(Spot(check_place(place), parse_name(entry)))
            except TokenError:
                continue
    return found


def _places(root: Path) -> Iterable[str]:
    yield from (INBOX, HOLD, PASS)
    for top in (STATIONS, "done", "void"):
        for name in _names(root / top):
            yield f"{top}/{name}"


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
