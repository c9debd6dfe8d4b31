"""What is typed on the till, by touch or by keyboard: into the search, a name, a note, a reason, a sum of money."""

from dataclasses import replace
from typing import Final

from station.domain import draft as drafts
from station.renderers.role import Desk
from station.renderers.till_forms import Amount, Counting, Field, Ordering, Paying, Reducing, Why, Writing
from station.renderers.till_state import Till
from station.renderers.world import World

_MAX_DIGITS: Final = 8
_MAX_REASON: Final = 120


def typed(till: Till, text: str) -> Till:
    """A letter: into the open sheet, else into the search."""
    sheet = till.sheet
    if isinstance(sheet, Writing):
        return replace(till, sheet=_written(sheet, sheet.text + text))
    if isinstance(sheet, Why):
        return replace(till, sheet=replace(sheet, writing=True, text=(sheet.text + text).lstrip()[:_MAX_REASON]))
    if sheet is None:
        return replace(till, find=(till.find + text).lstrip()[:40], page=0, focus="")
    return till


def taken_back(till: Till) -> Till:
    sheet = till.sheet
    if isinstance(sheet, Writing):
        return replace(till, sheet=_written(sheet, sheet.text[:-1]))
    if isinstance(sheet, Why):
        return replace(till, sheet=replace(sheet, text=sheet.text[:-1]))
    if sheet is not None:
        return _with_digits(till, _digits(till)[:-1])
    return replace(till, find=till.find[:-1], page=0, focus="")


def digit_tapped(till: Till, what: str, _world: World, _desk: Desk) -> Till:
    """`what`: some digits, or "back". What is typed of money begins with its first digit that is not nothing."""
    if what == "back":
        return taken_back(till)
    digits = _digits(till) + what
    keeps = isinstance(till.sheet, Ordering) or (isinstance(till.sheet, Paying) and till.sheet.typing == "reference")
    return _with_digits(till, (digits if keeps else digits.lstrip("0"))[:_MAX_DIGITS])


def takes_digits(till: Till) -> bool:
    """Whether digits go into the sheet that is open."""
    return isinstance(till.sheet, Paying | Counting | Reducing | Amount | Ordering)


def _digits(till: Till) -> str:
    sheet = till.sheet
    if isinstance(sheet, Paying):
        return sheet.given
    if isinstance(sheet, Ordering):
        return sheet.find
    return sheet.digits if isinstance(sheet, Counting | Reducing | Amount) else ""


def _with_digits(till: Till, digits: str) -> Till:
    sheet = till.sheet
    if isinstance(sheet, Paying):
        if sheet.terminal is not None and sheet.typing != "reference":
            return till
        return replace(till, sheet=replace(sheet, typing=sheet.typing or "cash", given=digits))
    if isinstance(sheet, Ordering):
        return replace(till, sheet=replace(sheet, find=digits, page=0))
    if isinstance(sheet, Counting | Reducing | Amount):
        return replace(till, sheet=replace(sheet, digits=digits))
    return till


def _written(writing: Writing, text: str) -> Writing:
    text = text.lstrip()
    if writing.field == "name":
        return replace(writing, name=text[:60])
    if writing.field == "marker":
        return replace(writing, marker=text[:20])
    return replace(writing, note=text[: drafts.MAX_NOTE])


def text_done(till: Till) -> Till:
    """What was written stands on the order now."""
    if not isinstance(till.sheet, Writing):
        return till
    writing = till.sheet
    if writing.field != "note":
        draft = drafts.customer_named(till.draft, writing.name, writing.marker)
    elif writing.line_id:
        draft = drafts.note_changed(till.draft, writing.line_id, writing.note)
    else:
        draft = replace(till.draft, note=writing.note.strip())
    return replace(till, draft=draft, sheet=None)


def field_chosen(till: Till, name: str, _world: World, _desk: Desk) -> Till:
    if not isinstance(till.sheet, Writing) or till.sheet.field == "note":
        return till
    chosen: Field = "marker" if name == "marker" else "name"
    return replace(till, sheet=replace(till.sheet, field=chosen))


def letter_tapped(till: Till, what: str, _world: World, _desk: Desk) -> Till:
    if what == "backspace":
        return taken_back(till)
    letter = " " if what == "space" else what[:1]
    sheet = till.sheet
    begins = isinstance(sheet, Writing | Why) and not sheet.text
    return typed(till, letter.upper() if begins else letter)
