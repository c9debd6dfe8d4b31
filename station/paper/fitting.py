"""Text that must fit: smaller first, then in more lines, then cut with an ellipsis.

Pure. A line breaks at a space or after a hyphen; a word that is wider than the line breaks anywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from station.paper.page import Ruler, Weight

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Step:
    """A size to try, and in how many lines at most."""

    size_pt: float
    lines: int = 1


def fitted(
    text: str, steps: Sequence[Step], width_mm: float, weight: Weight, ruler: Ruler
) -> tuple[float, tuple[str, ...]]:
    """The size in points and the lines: of the first step that takes all of the text, else cut at the last one's size."""
    words = " ".join(text.split())
    for step in steps:
        lines = _wrapped(words, step.size_pt, width_mm, weight, ruler, whole_words=True)
        if lines is not None and len(lines) <= step.lines:
            return step.size_pt, tuple(lines)
    last = steps[-1]
    lines = _wrapped(words, last.size_pt, width_mm, weight, ruler, whole_words=False) or []
    if len(lines) > last.lines:
        lines[last.lines - 1 :] = [cut(" ".join(lines[last.lines - 1 :]), last.size_pt, width_mm, weight, ruler)]
    return last.size_pt, tuple(lines)


def cut(text: str, size_pt: float, width_mm: float, weight: Weight, ruler: Ruler) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if ruler.width_mm(text, size_pt, weight) <= width_mm:
        return text
    kept = _fitting(text, size_pt, width_mm - ruler.width_mm(ELLIPSIS, size_pt, weight), weight, ruler)
    return text[:kept].rstrip() + ELLIPSIS


def _wrapped(
    text: str, size_pt: float, width_mm: float, weight: Weight, ruler: Ruler, *, whole_words: bool
) -> list[str] | None:
    """Its lines; None when a word is too wide and must stay whole."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"[^ -]*(?:-+|$| )", text):
        if ruler.width_mm((line + piece).rstrip(), size_pt, weight) <= width_mm:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece
        while ruler.width_mm(line.rstrip(), size_pt, weight) > width_mm:
            if whole_words:
                return None
            kept = max(1, _fitting(line, size_pt, width_mm, weight, ruler))
            lines.append(line[:kept])
            line = line[kept:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _fitting(text: str, size_pt: float, width_mm: float, weight: Weight, ruler: Ruler) -> int:
    """How many characters of it fit."""
    kept = 0
    while kept < len(text) and ruler.width_mm(text[: kept + 1].rstrip(), size_pt, weight) <= width_mm:
        kept += 1
    return kept
