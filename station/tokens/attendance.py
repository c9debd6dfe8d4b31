"""Who is there: this station says so every two seconds, and looks at what the others said.

A presence file's age on the share's clock tells who is there; what is in it tells how much they have to do.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from station.domain.floor import PRESENCE
from station.domain.token import CODE_PATTERN
from station.local.clock import boot_s
from station.tokens.floor import Floor
from station.tokens.share import Gone, Share

THERE_S = 8.0
"""Whoever was silent for longer is not there: nothing new is given to them."""
_CODE = re.compile(CODE_PATTERN)


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """What a station writes into its presence file. `person`: who is logged in there."""

    role: str
    items: Annotated[int, msgspec.Meta(ge=0, le=999_999)]
    tokens: int
    person: Annotated[str, msgspec.Meta(max_length=120)] = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """One roll-call. `moment` was the share's clock at `at_s` on CLOCK_BOOTTIME, and `wall` this machine's.

    `ages_s` is for every station that ever was there, `loads` the active items of those that are there now, `people` who is
    logged in at them.
    """

    moment: datetime
    wall: datetime
    at_s: float
    ages_s: dict[str, float] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    @property
    def drift_s(self) -> float:
        return (self.wall - self.moment).total_seconds()


class Attendance:
    def __init__(self, code: str, floor: Floor, share: Share) -> None:
        self._code, self._floor, self._share = code, floor, share

    def call(self, here: Here) -> Roll:
        """Says that this station is there, and who else is. Raises ShareError."""
        asked_s = boot_s()
        moment = self._floor.presence(self._code, msgspec.json.encode(here))
        # The answer took this long, and the share read its clock somewhere in between.
        at_s = (asked_s + boot_s()) / 2
        wall = datetime.now(UTC)
        ages_s: dict[str, float] = {}
        told = {self._code: here}
        for entry in self._share.list(PRESENCE):
            if entry.is_folder or _CODE.fullmatch(entry.name) is None:
                continue
            age_s = ages_s[entry.name] = max(0.0, (moment - entry.modified).total_seconds())
            if entry.name != self._code and age_s <= THERE_S and (there := self._told_by(entry.name)) is not None:
                told[entry.name] = there
        loads = {code: one.items for code, one in told.items()}
        return Roll(moment, wall, at_s, ages_s, loads, {code: one.person for code, one in told.items() if one.person})

    def _told_by(self, code: str) -> Here | None:
        try:
            return msgspec.json.decode(self._share.read(f"{PRESENCE}/{code}", limit=4096), type=Here)
        except (Gone, msgspec.MsgspecError):
            return None
