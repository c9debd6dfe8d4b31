"""Every device that is plugged in: what it is taken for, whether it works, and if not, why.

A device that fails is dropped and the others go on; one that cannot be had (rights, another program) is tried again whenever the
roster is refreshed, and told once.
"""

import errno
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.domain.hands import Hand, Scan, ScanBroken
from station.errors import ConfigError, StationError
from station.input.adopted import read_adopted, with_device, without_device, write_adopted
from station.input.devices import KINDS, Adopted, Description, Kind, Verdict, classify
from station.input.events import Item
from station.input.opened import Opener, Refused
from station.input.plugs import Node, Plugs
from station.input.taken import Taken
from station.input.touch import AS_IT_IS, Fit
from station.local.scanners import read_scanners, scanners_file
from station.local.status import InputDevice

EVERYTHING: Final[frozenset[Kind]] = frozenset(KINDS) - {"ignored"}
_HASTY: Final = "it types like a scanner; if it is one: station scanner learn"
_WENT: Final = frozenset({errno.ENODEV, errno.ENOENT, errno.ENXIO})

Felt = tuple[Hand, Taken]
"""What somebody did, and the device that they did it with."""


@dataclass(slots=True)
class _Seen:
    node: Node
    description: Description | None = None
    verdict: Verdict | None = None
    problem: str = ""
    taken: Taken | None = None


class Roster:
    """`takes`: the kinds that are taken; the others are only looked at. `path`: this station's list of devices."""

    def __init__(
        self, plugs: Plugs | None, opener: Opener, path: Path, takes: frozenset[Kind], log: logging.Logger
    ) -> None:
        self._plugs, self._opener, self._path = plugs, opener, path
        self._takes, self._log = takes, log
        self._felt: list[Felt] = []
        self._seen: dict[str, _Seen] = {}
        self._adopted: tuple[Adopted, ...] = ()
        self._scanners: frozenset[str] = frozenset()
        self._stamp: tuple[object, object] | None = None
        self.problem = ""
        self.version = 0
        """Another number whenever `devices` or `problem` may be another."""

    @property
    def takes(self) -> frozenset[Kind]:
        return self._takes

    @property
    def plugs(self) -> Plugs | None:
        return self._plugs

    @property
    def taken(self) -> list[Taken]:
        return [seen.taken for seen in self._seen.values() if seen.taken is not None]

    def refresh(self, now_s: float) -> None:
        """Takes in what was plugged in or out, and what the list says by now."""
        self._reload(now_s)
        if self._plugs is None:
            return
        self._plugs.settle()
        nodes = {node.plug: node for node in self._plugs.nodes()}
        for plug in self._seen.keys() - nodes.keys():
            self._drop(plug, now_s, "unplugged")
        for plug, node in nodes.items():
            seen = self._seen.get(plug)
            if seen is None or seen.problem:
                self._look(plug, node)

    def take(self, kinds: frozenset[Kind], now_s: float) -> None:
        """These kinds are taken from now on, and no others."""
        self._takes = kinds
        for plug, seen in list(self._seen.items()):
            if seen.verdict is not None and (seen.verdict.kind in kinds) != (seen.taken is not None):
                self._anew(plug, now_s)

    def read(self, taken: Taken, now_s: float) -> list[Item]:
        """Feels what came from this device, and gives its events. One that fails is dropped."""
        plug = taken.opened.node.plug
        seen = self._seen.get(plug)
        if seen is None or seen.taken is not taken:
            return []
        try:
            items = taken.opened.read()
        except OSError as error:
            self._drop(plug, now_s, "unplugged" if error.errno in _WENT else str(error.strerror))
            return []
        hasty = taken.hasty
        for item in items:
            self._add(taken, taken.feed(item))
        if taken.hasty and not hasty:
            self.version += 1
            self._log.warning("device=%s id=%s %s", seen.node.file, taken.description.id, _HASTY)
        return items

    def quiet(self, now_s: float) -> None:
        for taken in self.taken:
            if taken.due_s is not None:
                self._add(taken, taken.quiet(now_s))

    def felt(self) -> list[Felt]:
        """What was done since this was asked last."""
        felt, self._felt = self._felt, []
        return felt

    def devices(self) -> tuple[InputDevice, ...]:
        """All of them for the status, in a steady order; and those that are listed but not plugged in."""
        here = [_told(seen) for seen in self._seen.values()]
        ids = {device.id for device in here}
        away = [
            InputDevice(
                id=one.id, name=one.name, kind=one.kind, why="listed, not plugged in", serial=one.serial, path=one.path
            )
            for one in self._adopted
            if one.id not in ids
        ]
        return tuple(sorted([*here, *away], key=lambda device: (device.node == "", len(device.node), device.node)))

    def find(self, words: str) -> InputDevice:
        """The one device with this id, beginning of an id, or event node. Raises StationError when it is not just one."""
        found = [one for one in self.devices() if one.node.rpartition("/")[2] == words or (words and one.id == words)]
        found = found or [one for one in self.devices() if words and one.id.startswith(words)]
        if not found:
            raise StationError(f"no device {words!r}; `station scanner list` shows what there is")
        if len({one.id for one in found}) > 1:
            raise StationError(f"{words!r} is the beginning of several devices' ids; write more of it")
        # The parts of one device share its id: the one that can do something stands for it.
        return next((one for one in found if one.kind != "ignored"), found[0])

    def adopt(self, device: InputDevice, kind: Kind, now_s: float, fit: Fit = AS_IT_IS) -> None:
        """Lists the device as this kind, for good. Raises JournalError."""
        entry = Adopted(device.serial, device.path, kind, device.name, fit)
        self._write(with_device(self._adopted, entry), now_s)
        self._log.info("adopted=%s kind=%s name=%r", device.id, kind, device.name)

    def forget(self, device: InputDevice, now_s: float) -> None:
        """Takes it from the list. Raises StationError when it is not on it."""
        if all(one.id != device.id for one in self._adopted):
            raise StationError(f"{device.id} ({device.name}) is not on the list: {device.kind}, {device.why}")
        self._write(without_device(self._adopted, device.id), now_s)
        self._log.info("forgotten=%s name=%r", device.id, device.name)

    def close(self, now_s: float) -> None:
        for plug in list(self._seen):
            self._drop(plug, now_s, "")

    def _add(self, taken: Taken, hands: Sequence[Hand]) -> None:
        self._felt += [(hand, taken) for hand in hands]
        self.version += any(isinstance(hand, Scan | ScanBroken) for hand in hands)

    def _write(self, adopted: tuple[Adopted, ...], now_s: float) -> None:
        write_adopted(self._path, adopted)
        self._reload(now_s)

    def _reload(self, now_s: float) -> None:
        """Reads the lists when one is another file than before, and takes every device for what they say now."""
        named = scanners_file(self._path.parent)
        stamp = (_stamp(self._path), _stamp(named))
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.version += 1
        try:
            self._adopted, self.problem = read_adopted(self._path), ""
        except ConfigError as error:
            self._adopted, self.problem = (), str(error)
            self._log.warning("%s", error)
        self._scanners = read_scanners(named)
        for plug, seen in list(self._seen.items()):
            if seen.description is not None and self._verdict(seen.description) != seen.verdict:
                self._anew(plug, now_s)

    def _verdict(self, description: Description) -> Verdict:
        return classify(description, self._adopted, self._scanners)

    def _anew(self, plug: str, now_s: float) -> None:
        node = self._seen[plug].node
        self._drop(plug, now_s, "")
        self._look(plug, node)

    def _look(self, plug: str, node: Node) -> None:
        before = self._seen.get(plug)
        try:
            seen = self._opened(node)
        except StationError as error:
            seen = _Seen(node, problem=str(error))
        except OSError as error:
            if error.errno in _WENT:
                return
            seen = _Seen(node, problem=f"{node.file}: {error.strerror}")
        if before is not None and seen.description is None:
            seen.description, seen.verdict = before.description, before.verdict
        self._seen[plug] = seen
        self.version += 1
        if seen.problem and (before is None or before.problem != seen.problem):
            self._log.warning("%s", seen.problem)

    def _opened(self, node: Node) -> _Seen:
        opened = self._opener(node)
        description = opened.description
        verdict = self._verdict(description)
        seen = _Seen(node, description, verdict)
        try:
            if verdict.kind in self._takes:
                seen.taken = Taken(opened, verdict)
        except Refused as error:
            seen.problem = str(error)
        finally:
            if seen.taken is None:
                opened.close()
        if not seen.problem:
            self._log.info(
                "device=%s id=%s kind=%s taken=%s name=%r why=%r",
                node.file,
                description.id,
                verdict.kind,
                "yes" if seen.taken else "no",
                description.name,
                verdict.why,
            )
        return seen

    def _drop(self, plug: str, now_s: float, why: str) -> None:
        seen = self._seen.pop(plug)
        self.version += 1
        if seen.taken is not None:
            self._add(seen.taken, seen.taken.gone(now_s))
            seen.taken.opened.close()
            if why:
                self._log.info("device=%s id=%s is=%s", seen.node.file, seen.taken.description.id, why)


def _told(seen: _Seen) -> InputDevice:
    if seen.description is None or seen.verdict is None:
        return InputDevice(id="", name="", kind="unknown", why="", node=seen.node.file, problem=seen.problem)
    taken = seen.taken
    why = f"{seen.verdict.why}; {_HASTY}" if taken is not None and taken.hasty else seen.verdict.why
    return InputDevice(
        id=seen.description.id,
        name=seen.description.name,
        kind=seen.verdict.kind,
        why=why,
        node=seen.node.file,
        serial=seen.description.serial,
        path=seen.description.path,
        problem=seen.problem,
        codes=taken.codes if taken else 0,
        broken=taken.broken if taken else 0,
    )


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
