"""An OpenType file with CFF outlines, as a PDF needs it: which glyph stands for a letter, how wide it is, its outlines.

    sfnt    "OTTO", then a directory of tables: head, hhea, maxp, hmtx, cmap, OS/2, GSUB, CFF, …
    CFF     header, names INDEX, top DICT INDEX, …, CharStrings INDEX: one outline for each glyph

Pure: bytes in, bytes out. Of a typeface only the outlines of letters that were used go into a document: the others are
overwritten where they stand, so that no offset changes, and compression leaves nothing of them. PDF libraries that do this for CFF
either take 40 MB beside them or declare the outlines as another kind than they are. (OpenType 1.9; Adobe's technical notes 5176, 5177.)
"""

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from station.errors import StationError

NO_GLYPH: Final = 0
_ENDCHAR: Final = 14
_CHARSTRINGS: Final = 17
_KEYED_BY_CID: Final = (12, 30)


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of a typeface. Lengths are in its own units, of which an em has `units_per_em`.

    `tabular`: of each figure's glyph, the one that is as wide as every other figure's.
    """

    units_per_em: int
    ascent: int
    descent: int
    cap_height: int
    bounds: tuple[int, int, int, int]
    advances: Sequence[int] = field(repr=False)
    glyphs: Mapping[int, int] = field(repr=False)
    tabular: Mapping[int, int] = field(repr=False)
    cff: bytes = field(repr=False)

    def glyph(self, letter: str, *, tabular: bool = False) -> int:
        plain = self.glyphs.get(ord(letter), NO_GLYPH)
        return self.tabular.get(plain, plain) if tabular else plain

    def outlines(self, used: Collection[int]) -> bytes:
        """The CFF font with the outlines of these glyphs and of the one for missing letters."""
        kept = {NO_GLYPH, *used}
        made = bytearray(self.cff)
        for glyph, (begin, end) in enumerate(_char_strings(self.cff)):
            if glyph not in kept:
                made[begin:end] = bytes([_ENDCHAR]) + bytes(end - begin - 1)
        return bytes(made)


def read_face(data: bytes, name: str) -> Face:
    """Raises StationError when it is no such file; `name` stands in the sentence."""
    try:
        return _face(_tables(data))
    except (struct.error, KeyError, IndexError, ValueError) as error:
        raise StationError(
            f"{name} is no OpenType font with CFF outlines ({error}): install fonts-inter again"
        ) from error


def _face(tables: Mapping[str, bytes]) -> Face:
    head, hhea, cff = tables["head"], tables["hhea"], tables["CFF "]
    ascent, descent = struct.unpack_from(">2h", hhea, 4)
    (metrics,) = struct.unpack_from(">H", hhea, 34)
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    advances = [struct.unpack_from(">H", tables["hmtx"], 4 * glyph)[0] for glyph in range(metrics)]
    if len(_char_strings(cff)) != count:
        raise ValueError("not one outline for each glyph")
    return Face(
        units_per_em=struct.unpack_from(">H", head, 18)[0],
        ascent=ascent,
        descent=descent,
        cap_height=struct.unpack_from(">h", tables["OS/2"], 88)[0],
        bounds=struct.unpack_from(">4h", head, 36),
        advances=advances + advances[-1:] * (count - metrics),
        glyphs=_letters(tables["cmap"]),
        tabular=_substitutes(tables.get("GSUB", b""), b"tnum"),
        cff=cff,
    )


def _tables(data: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    found = {}
    for place in range(count):
        tag, _, begin, length = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        found[tag.decode("latin-1")] = data[begin : begin + length]
    return found


def _letters(cmap: bytes) -> dict[int, int]:
    """Code point to glyph, from the subtable of format 12: all of Unicode in ranges."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for place in range(count):
        (begin,) = struct.unpack_from(">I", cmap, 8 + 8 * place)
        form, groups = struct.unpack_from(">H10xI", cmap, begin)
        if form == 12:
            ranges = (struct.unpack_from(">3I", cmap, begin + 16 + 12 * group) for group in range(groups))
            return {
                letter: glyph
                for first, last, start in ranges
                for glyph, letter in enumerate(range(first, last + 1), start)
            }
    raise ValueError("no character map of format 12")


def _substitutes(gsub: bytes, feature: bytes) -> dict[int, int]:
    """Glyph to glyph, where a feature replaces one by one; nothing when the typeface has no such feature."""
    if not gsub:
        return {}
    features, lookups = struct.unpack_from(">2H", gsub, 6)
    found: dict[int, int] = {}
    for lookup in _lookups_of(gsub, features, feature):
        (begin,) = struct.unpack_from(">H", gsub, lookups + 2 + 2 * lookup)
        kind, _, count = struct.unpack_from(">3H", gsub, lookups + begin)
        for place in range(count):
            (at,) = struct.unpack_from(">H", gsub, lookups + begin + 6 + 2 * place)
            found |= _single_substitution(gsub, lookups + begin + at, kind)
    return found


def _lookups_of(gsub: bytes, features: int, feature: bytes) -> set[int]:
    found: set[int] = set()
    (count,) = struct.unpack_from(">H", gsub, features)
    for place in range(count):
        tag, begin = struct.unpack_from(">4sH", gsub, features + 2 + 6 * place)
        if tag == feature:
            (some,) = struct.unpack_from(">H", gsub, features + begin + 2)
            found |= set(struct.unpack_from(f">{some}H", gsub, features + begin + 4))
    return found


def _single_substitution(gsub: bytes, at: int, kind: int) -> dict[int, int]:
    """A subtable of type 1, or of type 7 that points to one."""
    if kind == 7:
        kind, further = struct.unpack_from(">HI", gsub, at + 2)
        at += further
    if kind != 1:
        return {}
    form, coverage, number = struct.unpack_from(">3H", gsub, at)
    covered = _coverage(gsub, at + coverage)
    if form == 1:
        return {glyph: (glyph + number) & 0xFFFF for glyph in covered}
    return dict(zip(covered, struct.unpack_from(f">{number}H", gsub, at + 6), strict=True))


def _coverage(gsub: bytes, at: int) -> list[int]:
    form, count = struct.unpack_from(">2H", gsub, at)
    if form == 1:
        return list(struct.unpack_from(f">{count}H", gsub, at + 4))
    ranges = (struct.unpack_from(">2H", gsub, at + 4 + 6 * place) for place in range(count))
    return [glyph for first, last in ranges for glyph in range(first, last + 1)]


def _char_strings(cff: bytes) -> list[tuple[int, int]]:
    """Where each glyph's outline begins and ends."""
    _, names_end = _index(cff, cff[2])
    ((begin, end),), _ = _index(cff, names_end)
    top = _dictionary(cff[begin:end])
    if _KEYED_BY_CID in top:
        raise ValueError("its glyphs are keyed by CID")
    spans, _ = _index(cff, top[(_CHARSTRINGS,)])
    return spans


def _index(cff: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    """Where each element begins and ends, and where the INDEX ends."""
    (count,) = struct.unpack_from(">H", cff, at)
    if count == 0:
        return [], at + 2
    size = cff[at + 2]
    table = at + 3
    zero = table + (count + 1) * size - 1
    places = [
        zero + int.from_bytes(cff[table + size * place : table + size * (place + 1)], "big")
        for place in range(count + 1)
    ]
    return list(pairwise(places)), places[-1]


def _dictionary(data: bytes) -> dict[tuple[int, ...], int]:
    """Each operator with the last integer before it."""
    found: dict[tuple[int, ...], int] = {}
    at, value = 0, 0
    while at < len(data):
        first = data[at]
        if first <= 21:
            operator = (first, data[at + 1]) if first == 12 else (first,)
            found[operator] = value
            at += len(operator)
        elif first == 30:
            at += 1
            while data[at] & 15 != 15:
                at += 1
            at += 1
        else:
            value, length = _integer(data, at)
            at += length
    return found


def _integer(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first == 28:
        return struct.unpack_from(">h", data, at + 1)[0], 3
    if first == 29:
        return struct.unpack_from(">i", data, at + 1)[0], 5
    if first <= 246:
        return first - 139, 1
    if first <= 250:
        return (first - 247) * 256 + data[at + 1] + 108, 2
    return -(first - 251) * 256 - data[at + 1] - 108, 2
