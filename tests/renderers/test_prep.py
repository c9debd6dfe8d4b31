"""The prep display's rules: what a cook's taps and keys come to."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from station.bench import kitchen
from station.domain.facts import LineTicked, StaffSeen, TokenAcknowledged, TokenMoved, TokenTransferred
from station.domain.menu import Person, StationInfo
from station.domain.permissions import NotPermitted
from station.local.status import TokensStatus
from station.renderers import theme as look
from station.renderers.prep_cards import FLASH_S
from station.renderers.role import Tap
from station.renderers.scene import Box

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import HERE, NOW, ROLE, Kitchen, actions, name, order, texts


def test_the_oldest_order_comes_first_and_a_rushed_one_is_marked_where_it_stands():
    rushed = msgspec.structs.replace(order(4, 10), rush=True)
    screen = Kitchen(order(1, 30), order(2, 200), order(3, 90), rushed)
    assert screen.numbers == ["t1-002", "t2-003", "t2-001", "t1-004"]
    assert texts(screen.scene).count("RUSH") == 1


def test_a_tap_on_the_header_bumps_to_the_pass_and_the_card_is_gone():
    first = order(1)
    screen = Kitchen(first, order(2))
    assert screen.taps(f"bump:{name(first)}") == [
        TokenMoved(order=first.order, part="1", place=HERE, to="pass", verb="bump")
    ]
    assert screen.numbers == ["t1-002"]


def test_a_tap_on_a_line_ticks_all_of_it_and_another_one_unticks_it():
    body = order(2, lines=2)
    line = body.lines[0]
    screen = Kitchen(body)
    action = f"tick:{name(body)}:{line.id}"
    assert screen.taps(action) == [LineTicked(order=body.order, part="1", place=HERE, line=line.id, done=line.count)]
    assert screen.taps(action)[0].done == 0


def test_what_came_before_the_first_tick_is_not_forgotten_by_ticking_a_card_that_has_moved_away():
    body = order(1)
    screen = Kitchen(body)
    screen.cards = {}
    assert screen.does(Tap(f"tick:{name(body)}:{body.lines[0].id}")) == []
    assert screen.does(Tap(f"bump:{name(body)}")) == []


def test_allergies_must_be_read_before_the_first_tick_and_before_the_bump():
    body = order(1, allergies=("milk", "nuts"))
    screen = Kitchen(body)
    assert screen.taps(f"tick:{name(body)}:{body.lines[0].id}") == []
    assert "read the allergies first" in screen.scene.message
    assert screen.taps(f"bump:{name(body)}") == []
    assert screen.taps(f"seen:{name(body)}:allergy") == [
        TokenAcknowledged(order=body.order, part="1", place=HERE, what="allergy")
    ]
    assert screen.scene.action(f"seen:{name(body)}:allergy") is None
    assert len(screen.taps(f"tick:{name(body)}:{body.lines[0].id}")) == 1


def test_a_change_flashes_until_somebody_has_read_it():
    body = order(1)
    changed = msgspec.structs.replace(body, lines=(msgspec.structs.replace(body.lines[0], was=4), *body.lines[1:]))
    screen = Kitchen(changed)
    assert any("was 4" in text for text in texts(screen.scene))
    assert screen.taps(f"seen:{name(body)}:change")[0].what == "change"
    assert not any("was 4" in text for text in texts(screen.scene))


def test_a_bumped_order_can_be_undone_only_while_it_stands_on_the_pass():
    body = order(1)
    screen = Kitchen(body)
    assert not screen.scene.action("undo").hit.enabled
    screen.taps(f"bump:{name(body)}")
    assert screen.taps("undo") == [TokenMoved(order=body.order, part="1", place="pass", to=HERE, verb="undo")]
    screen.taps(f"bump:{name(body)}")
    screen.cards = {}
    screen.notice()
    assert screen.taps("undo") == []
    assert "Nothing to undo" in screen.scene.message


def test_undo_takes_back_the_latest_bump_not_the_latest_order():
    first, second = order(1, 100), order(2, 50)
    screen = Kitchen(first, second)
    screen.taps(f"bump:{name(second)}")
    screen.taps(f"bump:{name(first)}")
    assert screen.taps("undo")[0].order == first.order


def test_last_ten_recalls_to_the_old_place_in_the_queue():
    bodies = [order(n, 300 - n) for n in range(1, 4)]
    screen = Kitchen(*bodies)
    screen.taps(f"bump:{name(bodies[0])}")
    screen.taps("last")
    assert screen.taps(f"recall:{name(bodies[0])}")[0].verb == "recall"
    assert screen.numbers[0] == bodies[0].number


def test_last_ten_remembers_what_the_guest_has_got_and_says_where_it_is():
    body = order(1)
    screen = Kitchen(body)
    screen.taps(f"bump:{name(body)}")
    screen.cards = {}
    screen.notice()
    screen.taps("last")
    assert screen.taps(f"recall:{name(body)}") == [
        TokenMoved(order=body.order, part="1", place="done/2026-11-23", to=HERE, verb="recall")
    ]


def test_last_ten_holds_ten():
    bodies = [order(n, 400 - n) for n in range(1, 14)]
    screen = Kitchen(*bodies)
    for body in bodies:
        screen.does(Tap(f"bump:{name(body)}"))
    screen.taps("last")
    assert len([hit for hit in actions(screen.scene) if hit.startswith("recall:")]) == 10


def test_a_transfer_shows_who_can_make_it_the_least_loaded_first():
    grilled = order(1, lines=1)
    grilled = msgspec.structs.replace(grilled, lines=(msgspec.structs.replace(grilled.lines[0], group="grill"),))
    screen = Kitchen(grilled)
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 1.0, "fry1": 1.0}, loads={"grill2": 7, "fry1": 2})
    screen.keys("1", "t")
    rows = [(found.hit.action, found.hit.enabled) for found in screen.scene.found() if found.hit.action[:3] == "to:"]
    assert rows == [("to:grill2", True), ("to:fry1", False)]
    assert any("7 items" in text for text in texts(screen.scene))
    fact = screen.taps("to:grill2")[0]
    assert isinstance(fact, TokenTransferred)
    assert (fact.station, fact.place) == ("grill2", HERE)
    assert "Ada Byrne" in fact.why
    assert screen.numbers == []


def test_stations_that_told_no_load_come_after_those_that_did_and_silent_ones_last():
    grilled = order(1, lines=1)
    grilled = msgspec.structs.replace(grilled, lines=(msgspec.structs.replace(grilled.lines[0], group="grill"),))
    screen = Kitchen(grilled)
    grills = tuple(StationInfo(f"grill{n}", "", "prep", frozenset({"grill"})) for n in (3, 4, 5))
    screen.shop = replace(screen.shop, stations=(*screen.shop.stations, *grills))
    ages = {"grill2": 40.0, "grill3": 1.0, "grill4": 1.0, "grill5": 1.0, "fry1": 1.0}
    screen.tokens = TokensStatus(share="ok", presence=ages, loads={"grill2": 0, "grill4": 9, "grill5": 3})
    screen.keys("1", "t")
    rows = [(found.hit.action, found.hit.enabled) for found in screen.scene.found() if found.hit.action[:3] == "to:"]
    assert rows == [
        ("to:grill5", True),
        ("to:grill4", True),
        ("to:grill3", True),
        ("to:fry1", False),
        ("to:grill2", False),
    ]
    seen = texts(screen.scene)
    assert {"3 items", "9 items", "load not known", "does not answer"} <= set(seen)


def test_when_no_other_station_can_make_it_the_picker_says_so_and_nothing_looks_chosen():
    screen = Kitchen(order(1))
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 60.0, "fry1": 60.0})
    screen.keys("1", "t")
    assert any(text.startswith("No other station can make T") for text in texts(screen.scene))
    (sheet,) = [panel for panel in screen.scene.panels if panel.key == "sheet:transfer"]
    assert all(op.border is None for op in sheet.ops if isinstance(op, Box) and op.fill == look.RAISED)


def test_a_station_that_does_not_answer_or_cannot_make_it_is_refused_with_the_reason():
    body = order(1)
    screen = Kitchen(body)
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 60.0, "fry1": 1.0})
    screen.keys("1", "t")
    assert screen.taps("to:grill2") == []
    assert "GRILL2" in screen.scene.message


def test_transfer_without_a_picked_card_asks_for_one():
    body = order(1)
    screen = Kitchen(body, order(2))
    screen.taps("transfer")
    assert "tap the order" in screen.scene.message
    assert screen.taps(f"bump:{name(body)}") == []
    assert screen.scene.action("to:grill2") is not None


def test_nobody_logged_in_sees_the_cards_but_is_asked_who_they_are_before_acting():
    body = order(1)
    screen = Kitchen(body, person=None)
    assert screen.numbers == [body.number]
    assert screen.taps(f"bump:{name(body)}") == []
    assert ROLE.asks_for_person(screen.state, screen.world)
    screen.does(Tap("login:cancel"))
    assert not ROLE.asks_for_person(screen.state, screen.world)


def test_who_may_not_bump_is_asked_for_somebody_who_may():
    guest = Person(kitchen.ident(1, NOW), "Gus", "guest", frozenset())
    body = order(1)
    screen = Kitchen(body, person=guest)
    with pytest.raises(NotPermitted, match=r"Gus may not bump T2-001: the permission token\.bump is missing"):
        screen.taps(f"bump:{name(body)}")


def test_logging_out_is_a_fact():
    screen = Kitchen(order(1))
    assert screen.taps("login") == [StaffSeen(staff=screen.person.id, what="logout")]


def test_everything_can_be_done_with_keys_alone():
    first, second = order(1, 60, lines=2), order(2, 50)
    screen = Kitchen(first, second)
    assert [fact.verb for fact in screen.keys("1", "enter")] == ["bump"]
    assert [fact.verb for fact in screen.keys("u")] == ["undo"]
    assert screen.keys("1", "down", "down", "space")[0].line == first.lines[1].id
    assert screen.keys("space")[0].done == 0
    screen.keys("right", "enter")
    assert screen.numbers == [first.number]
    assert [fact.verb for fact in screen.keys("r", "1")] == ["recall"]
    screen.keys("f1")
    assert any("tick the line" in text for text in texts(screen.scene))
    screen.keys("escape", "a")
    assert any(text.startswith("All-day") for text in texts(screen.scene))
    assert screen.keys("escape", "f2")[0].what == "logout"


def test_space_reads_allergies_and_then_ticks_one_line_after_the_other():
    body = order(2, lines=2, allergies=("milk",))
    screen = Kitchen(body)
    facts = screen.keys("1", "space", "space", "space")
    assert [type(fact) for fact in facts] == [TokenAcknowledged, LineTicked, LineTicked]
    assert [fact.line for fact in facts[1:]] == [line.id for line in body.lines]


def test_every_shortcut_that_a_button_names_is_a_key_that_does_it():
    screen = Kitchen(order(1), order(2))
    for found in screen.scene.found():
        if found.hit.key in {"T", "L", "A", "F1"}:
            before = screen.state
            screen.keys(found.hit.key.lower())
            assert screen.state != before
            screen.keys("escape")


@pytest.mark.parametrize(("age_s", "beat"), [(10, None), (179, None), (181, "orange"), (301, "red")])
def test_a_card_beats_with_its_age(age_s, beat):
    screen = Kitchen(order(1, age_s))
    assert [panel.beat for panel in screen.scene.panels if panel.key.startswith("card:")] == [beat]


def test_a_new_card_flashes_for_a_moment_and_what_was_there_at_the_start_does_not():
    screen = Kitchen(order(1, 20))
    new = order(2, 1)
    screen.cards.update([kitchen.placed(new, HERE)])
    screen.notice()
    beats = {panel.key.split(":")[1]: panel.beat for panel in screen.scene.panels if panel.key.startswith("card:")}
    assert beats[new.order] == "new"
    assert sum(beat is not None for beat in beats.values()) == 1
    assert screen.scene.until <= NOW + timedelta(seconds=FLASH_S)
    screen.now += timedelta(seconds=FLASH_S)
    screen.notice()
    assert not screen.scene.beats()


def test_a_scene_says_when_it_changes_by_itself():
    screen = Kitchen(order(1, 170))
    assert screen.scene.until == NOW + timedelta(seconds=10)
    calm = Kitchen(order(1, 5))
    assert calm.scene.until == NOW.replace(second=0) + timedelta(minutes=1)


def test_orders_that_do_not_fit_are_counted_in_the_bar():
    screen = Kitchen(*(order(n, 500 - n, lines=3) for n in range(1, 36)))
    waiting = 35 - len(screen.scene.shown)
    assert waiting > 0
    assert f"+{waiting} waiting" in texts(screen.scene)


def test_keys_never_reach_a_card_that_waits_beyond_the_screen():
    screen = Kitchen(*(order(n, 500 - n, lines=3) for n in range(1, 36)), columns=1)
    shown = [(card.order, card.part) for card in screen.scene.shown]
    screen.keys(*["right"] * 40)
    assert screen.state.card == shown[-1]
    screen.keys("9")
    assert screen.state.card in shown


def test_the_bar_says_in_one_line_since_when_the_share_is_away():
    screen = Kitchen(order(1))
    screen.tokens = TokensStatus(share="away", since=NOW, queue=3)
    line = next(text for text in texts(screen.scene) if text.startswith("Share away"))
    assert f"{NOW.astimezone():%H:%M}" in line
    assert "3 waiting to be sent" in line


def test_a_message_ends_by_itself():
    screen = Kitchen(order(1))
    screen.keys("u")
    assert screen.scene.message
    screen.now += timedelta(seconds=4)
    screen.notice()
    assert screen.scene.message == ""


def test_the_parts_of_an_order_know_where_the_others_are():
    body = order(1)
    body = msgspec.structs.replace(body, part="1-2", elsewhere=(kitchen.Elsewhere(part="1-1", place="stations/fry1"),))
    screen = Kitchen(body)
    assert "Part 1-2, also at FRY1" in texts(screen.scene)


def test_the_card_at_hand_goes_on_to_the_next_when_its_own_leaves():
    first, second = order(1, 60), order(2, 50)
    screen = Kitchen(first, second)
    screen.keys("1", "enter")
    assert screen.state.card == second.key
    screen.state = replace(screen.state, card=("gone", "1"))
    screen.notice()
    assert screen.state.card is None
