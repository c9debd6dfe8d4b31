"""Which folders of the floor a station shows, and knowing at once when one of them changes."""

import threading
from collections.abc import Iterable, Sequence
from functools import partial

from station.domain.floor import HELD_WAITING, HOLD, INBOX, PASS, VOID, held_place, station_place
from station.domain.menu import Role
from station.tokens.share import NoFolder, Share, Watcher


def places_of(role: Role, code: str, stations: Iterable[str], day: str = "") -> tuple[str, ...]:
    """The folders that a role's screen shows; the mirror holds these and no others.

    `day`: the business date, once it is known. A prep display shows what was voided on that day while it stood there.
    """
    if role == "prep":
        return (station_place(code), PASS, *((f"{VOID}/{day}",) if day else ()))
    if role == "till":
        return (INBOX, PASS, HELD_WAITING, held_place(code))
    return (INBOX, HOLD, PASS, *(station_place(other) for other in sorted(set(stations))))


class Watching:
    """A bell on each folder; `dirty` says which have rung since they were last asked for."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._watchers: dict[str, Watcher] = {}

    def arm(self, share: Share, places: Sequence[str]) -> None:
        """Watches what is not watched yet, making a station's folder when it is missing; all of it counts as dirty."""
        for place in places:
            if place in self._watchers:
                continue
            try:
                self._watchers[place] = share.watch(place, False, partial(self._ring, place))
            except NoFolder:
                share.make_folder(place)
                self._watchers[place] = share.watch(place, False, partial(self._ring, place))
            self._ring(place)

    def dirty(self) -> set[str]:
        with self._lock:
            rung, self._dirty = self._dirty, set()
        return rung

    def again(self, places: Iterable[str]) -> None:
        """These are to be looked at once more, though nothing rang."""
        with self._lock:
            self._dirty.update(places)

    def close(self) -> None:
        for watcher in self._watchers.values():
            watcher.close()
        self._watchers.clear()

    def _ring(self, place: str) -> None:
        with self._lock:
            self._dirty.add(place)
        self._wake.set()
