"""The mirror: what the floor looks like, as plain token files in the same folders on this station's own disk.

The tokens program writes it (temp, sync, rename); screens follow it with inotify. It keeps the token's own file name and
bytes, so a station that boots without a network shows what was last known, and can prove that nobody altered it.

    <place>/<token's name>   what stands there
    <place>/.<token's name>  being written
    .begun/<op>              the token that an operation under way replaces, until the fact is settled
    .finished/<place>/<name> what this station handed over today, to find it again
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from inotify_simple import INotify, flags

from station.domain.cards import Card
from station.domain.floor import FOLDED, HOLD, INBOX, PASS, Spot, check_place, live
from station.domain.token import ULID_PATTERN, Body, Key, decode, parse_name
from station.errors import JournalError, TokenError

_CHANGES = flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.CREATE | flags.DELETE_SELF
_BEGUN = ".begun"
_FINISHED = ".finished"
FINISHED_KEPT = 600
"""Of a day; the oldest are forgotten."""
_OP = re.compile(ULID_PATTERN)


class MirrorWriter:
    """The tokens program's side: makes the mirror's folders equal to what it saw on the floor.

    Whatever changes it raises JournalError when the disk refuses.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        with self._errors(root):
            (root / _BEGUN).mkdir(parents=True, exist_ok=True)
            for place in _places(root):
                # Half-written when the program was killed.
                for path in (root / place).glob(".*.sss"):
                    path.unlink(missing_ok=True)

    def spots(self) -> list[Spot]:
        """Everything that stands in the mirror."""
        return _spots(self._root)

    def put(self, spot: Spot, data: bytes) -> None:
        """The token's file, whole or not at all."""
        place = self._root / check_place(spot.place)
        with self._errors(place):
            place.mkdir(parents=True, exist_ok=True)
        self._write(place / str(spot.name), place / f".{spot.name}", data)

    def move(self, source: Spot, target: Spot) -> bool:
        """The same, when the token only moved; False when it was not in the mirror."""
        place = self._root / check_place(target.place)
        with self._errors(place):
            place.mkdir(parents=True, exist_ok=True)
            try:
                (self._root / check_place(source.place) / str(source.name)).replace(place / str(target.name))
            except FileNotFoundError:
                return False
        return True

    def drop(self, spot: Spot) -> None:
        path = self._root / check_place(spot.place) / str(spot.name)
        with self._errors(path):
            path.unlink(missing_ok=True)

    def finish(self, spot: Spot, data: bytes) -> None:
        """Keeps what was handed over; of this day only."""
        folder = self._root / _FINISHED / check_place(spot.place)
        with self._errors(folder):
            if not folder.is_dir():
                # A new day: what was kept before is of no use any more.
                shutil.rmtree(self._root / _FINISHED, ignore_errors=True)
                folder.mkdir(parents=True, exist_ok=True)
        self._write(folder / str(spot.name), folder / f".{spot.name}", data)
        names = _names(folder)
        # Seldom, since it looks at each of them.
        if len(names) > FINISHED_KEPT + FINISHED_KEPT // 10:
            self._trim([folder / name for name in names])

    def _trim(self, paths: list[Path]) -> None:
        with self._errors(self._root):
            for path in sorted(paths, key=lambda each: each.stat().st_mtime_ns)[:-FINISHED_KEPT]:
                path.unlink(missing_ok=True)

    def read(self, spot: Spot) -> bytes | None:
        return _bytes_of(self._root / check_place(spot.place) / str(spot.name))

    def begin(self, op: str, spot: Spot, data: bytes) -> None:
        """Keeps the token for as long as the operation may have to be taken up, wherever its card goes meanwhile."""
        kept = self._begun(op)
        with self._errors(kept):
            kept.unlink(missing_ok=True)
            try:
                # It is written already: one more name for it costs no sync, and the journal's next one carries it.
                kept.hardlink_to(self._root / check_place(spot.place) / str(spot.name))
            except OSError:
                self._write(kept, kept.with_name(f".{op}"), data)

    def begun(self, op: str) -> bytes | None:
        return _bytes_of(self._begun(op))

    def end(self, op: str) -> None:
        with self._errors(self._begun(op)):
            self._begun(op).unlink(missing_ok=True)

    def operations(self) -> list[str]:
        """Those that were begun and not ended."""
        return [name for name in _names(self._root / _BEGUN) if _OP.fullmatch(name)]

    def _begun(self, op: str) -> Path:
        if _OP.fullmatch(op) is None:
            raise JournalError(f"{op[:60]!r} is no fact's id; the journal may be damaged: `station doctor` tells")
        return self._root / _BEGUN / op

    def _write(self, path: Path, beside: Path, data: bytes) -> None:
        with self._errors(path):
            try:
                with beside.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fdatasync(file.fileno())
            except OSError:
                # Half of it would keep a full disk full.
                beside.unlink(missing_ok=True)
                raise
            beside.replace(path)

    @contextmanager
    def _errors(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise JournalError(
                f"the mirror {path} could not be written: {error}; check this station's disk: its space and its rights"
            ) from error


class Mirror:
    """A screen's side. `fileno` becomes readable when something changed; then call `refresh`."""

    def __init__(self, root: Path, key: bytes) -> None:
        self._root, self._key = root, key
        self._watch = INotify()
        self._watched: dict[int, Path] = {}
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
        for event in self._watch.read(timeout=0):
            # A folder that was removed and made anew is another one.
            if event.mask & flags.IGNORED:
                self._watched.pop(event.wd, None)
        self._watch_folders()
        before = self._cards
        self._load()
        return before != self._cards

    def finished(self, place: str) -> tuple[Card, ...]:
        """What this station moved to this place, the latest first. Read each time it is asked for."""
        folder = self._root / _FINISHED / check_place(place)
        found: list[tuple[int, Card]] = []
        for name in _names(folder):
            try:
                spot = Spot(place, parse_name(name))
                path = folder / name
                found.append((path.stat().st_mtime_ns, Card(spot, decode(path.read_bytes(), self._key, spot.name))))
            except (OSError, TokenError):
                continue
        newest = {}
        for when, card in sorted(found, key=lambda each: each[0]):
            newest[card.key] = when, card
        return tuple(card for _, card in sorted(newest.values(), key=lambda each: each[0], reverse=True))

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
        watched = set(self._watched.values())
        for folder in (self._root, *(self._root / place for place in (*FOLDED, *_places(self._root)))):
            if folder not in watched:
                try:
                    self._watched[self._watch.add_watch(folder, _CHANGES)] = folder
                except FileNotFoundError:
                    continue


def _text_of(spot: Spot) -> str:
    """What tells two contents of the same token apart: everything in the name but the hop, which a move changes."""
    name = spot.name
    return f"{name.order}.{name.part}.{name.revision}.{name.items}"


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


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
    for top in FOLDED:
        for name in _names(root / top):
            yield f"{top}/{name}"


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
