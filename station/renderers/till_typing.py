"""What is typed on the till, by touch or by keyboard: into the search, the guest's name, a note, a sum of cash."""

from dataclasses import replace

from station.domain import draft as drafts
from station.renderers.role import Desk
from station.renderers.till_state import Field, Paying, Till, Writing
from station.renderers.world import World

_MAX_GIVEN = 8


def typed(till: Till, text: str) -> Till:
    """A letter: into the open sheet, else into the search."""
    if isinstance(till.sheet, Writing):
        return replace(till, sheet=_written(till.sheet, till.sheet.text + text))
    if till.sheet is None:
        return replace(till, find=(till.find + text).lstrip()[:40], page=0, focus="")
    return till


def taken_back(till: Till) -> Till:
    if isinstance(till.sheet, Writing):
        return replace(till, sheet=_written(till.sheet, till.sheet.text[:-1]))
    if isinstance(till.sheet, Paying):
        return replace(till, sheet=Paying(typing=True, given=till.sheet.given[:-1]))
    return replace(till, find=till.find[:-1], page=0, focus="")


def _written(writing: Writing, text: str) -> Writing:
    text = text.lstrip()
    if writing.field == "name":
        return replace(writing, name=text[:60])
    if writing.field == "marker":
        return replace(writing, marker=text[:20])
    return replace(writing, note=text[: drafts.MAX_NOTE])


def text_done(till: Till) -> Till:
    if not isinstance(till.sheet, Writing):
        return till
    writing = till.sheet
    if writing.field == "note":
        draft = drafts.note_changed(till.draft, writing.line_id, writing.note)
    else:
        draft = drafts.customer_named(till.draft, writing.name, writing.marker)
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
    begins = isinstance(till.sheet, Writing) and not till.sheet.text
    return typed(till, letter.upper() if begins else letter)


def digit_tapped(till: Till, what: str, _world: World, _desk: Desk) -> Till:
    if not isinstance(till.sheet, Paying):
        return till
    if what == "back":
        return taken_back(till)
    given = (till.sheet.given + what).lstrip("0")[:_MAX_GIVEN]
    return replace(till, sheet=Paying(typing=True, given=given))
