"""What others took from the display, and what was cancelled on it."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from station.bench import kitchen
from station.domain.facts import TokenTransferred, VoidAcknowledged
from station.domain.menu import Person
from station.domain.permissions import NotPermitted
from station.local.status import Left, TokensStatus
from station.renderers.prep_notes import NOTE_S, text_of
from station.renderers.role import Tap

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import HERE, NOW, Kitchen, actions, name, order, texts

VOID = "void/2026-11-23"


def went(body, *to, stays=False, at=NOW):
    return Left(order=body.order, part=body.part, number=body.number, to=to, stays=stays, at=at)


def told(screen, *left):
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 1.0}, left=left)
    screen.notice()


@pytest.mark.parametrize(
    ("to", "stays", "text"),
    [
        (("stations/grill2",), False, "T2-001 went to GRILL2"),
        (("stations/fry1", "stations/grill2"), False, "T2-001 went to FRY1 and GRILL2"),
        (("stations/grill2",), True, "Part of T2-001 went to GRILL2"),
        (("pass",), False, "T2-001 went to the pass"),
        (("hold",), False, "T2-001 was put on hold"),
        (("inbox",), False, "T2-001 went back to the inbox"),
        ((), False, "T2-001 left this station"),
    ],
)
def test_it_is_said_where_it_went(to, stays, text):
    assert text_of(went(order(1), *to, stays=stays)) == text


def test_a_card_that_others_took_leaves_with_a_short_note_that_goes_by_itself():
    body = order(1)
    screen = Kitchen(body, order(2))
    del screen.cards[body.key]
    told(screen, went(body, "stations/grill2"))
    assert screen.scene.message == "T2-001 went to GRILL2"
    assert screen.scene.until <= NOW + timedelta(seconds=NOTE_S)
    assert screen.numbers == ["t1-002"]
    screen.now += timedelta(seconds=NOTE_S)
    screen.notice()
    assert screen.scene.message == ""
    screen.notice()
    assert screen.state.notes == ()


def test_what_went_before_this_screen_began_is_no_news():
    body = order(1)
    screen = Kitchen()
    screen.tokens = TokensStatus(share="ok", left=(went(body, "hold"),))
    screen.state = type(screen.state)()
    screen.state = replace(screen.state, told=frozenset({(body.order, "1", NOW)}))
    screen.notice()
    assert screen.scene.message == ""


def test_two_that_go_at_once_are_told_together_and_the_same_one_again_later():
    first, second = order(1), order(2)
    screen = Kitchen(order(3))
    told(screen, went(first, "stations/grill2"), went(second, "hold"))
    assert screen.scene.message == "T2-001 went to GRILL2 · T1-002 was put on hold"
    screen.taps("message:seen")
    assert screen.scene.message == ""
    told(screen, went(first, "stations/grill2", at=NOW + timedelta(seconds=30)))
    assert screen.scene.message == "T2-001 went to GRILL2"


def test_a_note_waits_while_a_sheet_is_open_or_something_else_is_said():
    body = order(1)
    screen = Kitchen(order(2))
    screen.keys("a")
    told(screen, went(body, "stations/grill2"))
    screen.now += timedelta(seconds=5)
    screen.notice()
    assert screen.scene.message == ""
    screen.now += timedelta(seconds=5)
    screen.notice()
    screen.keys("escape")
    # Escape ends what is said, also what waits: whoever presses it wants to see the cards.
    assert screen.scene.message == ""
    screen.keys("u")
    told(screen, went(body, "hold", at=NOW + timedelta(seconds=20)))
    assert screen.scene.message.startswith("Nothing to undo")
    screen.now += timedelta(seconds=4)
    screen.notice()
    assert screen.scene.message == "T2-001 was put on hold"


def test_what_this_station_transferred_itself_is_not_told():
    body = order(1, lines=1)
    body = msgspec.structs.replace(body, lines=(msgspec.structs.replace(body.lines[0], group="grill"),))
    screen = Kitchen(body)
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 1.0, "fry1": 1.0})
    screen.keys("1", "t")
    assert isinstance(screen.taps("to:grill2")[0], TokenTransferred)
    assert screen.scene.message == ""


def voided(screen, body):
    screen.moves(body, VOID)


def test_an_order_that_is_voided_here_stays_at_its_place_and_asks_whether_it_was_made():
    old, body, new = order(1, 90), order(2, 60), order(3, 30)
    screen = Kitchen(old, body, new)
    voided(screen, body)
    assert screen.numbers == [old.number, body.number, new.number]
    assert {"CANCELLED", "Was it made?", "Made: waste", "Not started"} <= set(texts(screen.scene))
    struck = {op.text for panel in screen.scene.panels for op in panel.ops if getattr(op, "strike", False)}
    assert "002" in struck
    assert all(any(line.name.split()[0] in text for text in struck) for line in body.lines)
    assert f"bump:{name(body)}" not in actions(screen.scene)


@pytest.mark.parametrize(("what", "made"), [("made", True), ("unmade", False)])
def test_the_answer_is_a_fact_and_the_card_goes_for_good(what, made):
    body = order(2)
    screen = Kitchen(body)
    voided(screen, body)
    assert screen.taps(f"seen:{name(body)}:{what}") == [
        VoidAcknowledged(order=body.order, part="1", place=VOID, made=made)
    ]
    assert screen.numbers == []
    # Also for a screen that begins anew: the journal knows.
    again = Kitchen()
    again.answered = screen.answered
    again.moves(body, VOID)
    assert again.numbers == []


def test_it_counts_as_nothing_to_make_and_hurries_nobody():
    body, late = order(2, 900, lines=2), order(3, 20, lines=1)
    screen = Kitchen(body, late)
    voided(screen, body)
    assert any(text.startswith("1 order · ") for text in texts(screen.scene))
    (shown, _) = screen.scene.shown
    assert (shown.number, shown.level, shown.place) == (body.number, "calm", VOID)
    beats = {panel.key.split(":")[1]: panel.beat for panel in screen.scene.panels if panel.key.startswith("card:")}
    assert beats[body.order] == "new"
    screen.keys("a")
    assert not any(line.name in texts(screen.scene)[-20:] for line in body.lines if line.name != late.lines[0].name)


def test_what_was_made_of_it_already_stands_on_it():
    body = order(2, lines=2)
    line = msgspec.structs.replace(body.lines[0], count=5, done=2)
    body = msgspec.structs.replace(body, lines=(line, body.lines[1]))
    screen = Kitchen(body)
    voided(screen, body)
    assert "2 of 5 made" in texts(screen.scene)


def test_it_can_be_answered_by_keys_and_enter_says_what_is_asked():
    bodies = [order(n, 100 - n) for n in (1, 2, 3)]
    screen = Kitchen(*bodies)
    voided(screen, bodies[0])
    voided(screen, bodies[1])
    assert screen.keys("1", "enter", "space") == []
    assert "say whether it was made" in screen.scene.message
    assert [fact.made for fact in screen.keys("w")] == [True]
    assert screen.state.card == bodies[1].key
    assert [fact.made for fact in screen.keys("n")] == [False]
    assert screen.state.card == bodies[2].key


def test_nothing_of_it_can_be_ticked_bumped_split_or_transferred():
    body = order(2, lines=2)
    screen = Kitchen(body)
    voided(screen, body)
    for action in (
        f"bump:{name(body)}",
        f"tick:{name(body)}:{body.lines[0].id}",
        f"one:{name(body)}:{body.lines[0].id}",
    ):
        assert screen.does(Tap(action)) == []
    assert screen.taps(f"cancelled:{name(body)}") == []
    assert "was cancelled" in screen.scene.message
    screen.keys("1", "t")
    assert screen.state.overlay == ""
    assert screen.keys("1") == []
    assert "nothing to move" in screen.scene.message


def test_its_recipe_can_still_be_read():
    body = order(2, lines=2)
    screen = Kitchen(body)
    voided(screen, body)
    screen.keys("1", "i")
    assert screen.state.overlay == "recipe"
    assert not any(action.startswith("one") for action in actions(screen.scene))


def test_who_may_not_bump_asks_for_somebody_and_nobody_is_asked_to_log_in():
    body = order(2)
    screen = Kitchen(body, person=Person(kitchen.ident(1, NOW), "Gus", "guest", frozenset()))
    voided(screen, body)
    with pytest.raises(NotPermitted, match=r"Gus may not say what became of T1-002"):
        screen.taps(f"seen:{name(body)}:made")
    screen.person = None
    assert screen.taps(f"seen:{name(body)}:made") == []
    assert screen.state.asking


def test_a_line_that_was_cancelled_is_struck_through_and_must_be_read():
    body = order(2, lines=2)
    gone = msgspec.structs.replace(body.lines[0], count=0, was=2)
    screen = Kitchen(msgspec.structs.replace(body, lines=(gone, body.lines[1])))
    struck = {op.text for panel in screen.scene.panels for op in panel.ops if getattr(op, "strike", False)}
    assert struck
    assert "cancelled, was 2" in texts(screen.scene)
    assert screen.taps(f"bump:{name(body)}") == []
    assert screen.keys("1", "space")[0].what == "change"
    assert screen.taps(f"bump:{name(body)}")[0].verb == "bump"
    assert HERE.startswith("stations/")
