"""The expediter's rules: what taps, drags and keys at the pass come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from station.bench import kitchen
from station.domain.cards import expected
from station.domain.changes import children
from station.domain.facts import Entry, TokenHeld, TokenMoved, TokenRushed, TokenSplit, TokenTransferred
from station.domain.floor import Spot
from station.domain.hands import Press
from station.domain.menu import Person
from station.domain.permissions import NotPermitted
from station.domain.token import name_of
from station.local.status import TokensStatus
from station.renderers.expediter import ExpediterRole
from station.renderers.fonts import Fonts
from station.renderers.role import Dragged, Keyed, Tap
from station.renderers.widgets.text import clock

NOW = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
ROLE = ExpediterRole()
LEAD = frozenset({"token.bump", "token.transfer", "token.split", "token.recall", "token.void"})


class Desk:
    done = ()

    def finished(self):
        return self.done

    def passed(self):
        return ()

    def new_id(self):
        raise AssertionError("an expediter makes no ids")

    def next_number(self, name):
        raise AssertionError("an expediter counts nothing")


class Floor:
    """The expediter's screen over tokens in places."""

    def __init__(self, *placed, person=True):
        self.now, self.tokens = NOW, None
        self.shop = kitchen.shop(NOW, "expediter")
        self.person = Person(kitchen.ident(1, NOW), "Sofie", "lead", LEAD) if person else None
        self.cards = dict(kitchen.placed(body, place) for place, body in placed)
        self.state = ROLE.begin(self.world)

    @property
    def world(self):
        return kitchen.world(
            self.shop, self.cards, self.now, Fonts(), station="exp1", person=self.person, tokens=self.tokens
        )

    def does(self, event):
        self.state, facts = ROLE.handle(self.state, event, self.world, Desk())
        entries = [
            Entry(seq=n, id=kitchen.ident(n, NOW), fact=fact, staff=None, at=self.now) for n, fact in enumerate(facts)
        ]
        self.cards = expected(self.cards, entries)
        self.state = ROLE.notice(self.state, self.world, Desk())
        return list(facts)

    def taps(self, action):
        found = self.scene.action(action)
        assert found is not None, f"{action} is not on the screen"
        return self.does(Tap(action, found.hit.enabled))

    def keys(self, *keys):
        return [fact for key in keys for fact in self.does(Keyed(Press(key=key)))]

    @property
    def scene(self):
        return ROLE.scene(self.state, self.world)

    def place(self, body):
        return self.cards[body.key].spot.place


def order(number, age_s=30.0, *, group="grill", **more):
    body = kitchen.body(number, NOW, age_s=age_s, **more)
    lines = tuple(msgspec.structs.replace(line, group=group) for line in body.lines)
    return msgspec.structs.replace(body, lines=lines)


def name(body):
    return f"{body.order}:{body.part}"


def texts(scene):
    return [op.text for panel in scene.panels for op in panel.ops if hasattr(op, "text")]


def test_every_station_shows_its_load_and_every_token_why_it_is_there():
    floor = Floor(("stations/grill1", order(1, lines=2)), ("stations/fry1", order(2, station="fry1")))
    seen = texts(floor.scene)
    assert {"Inbox", "GRILL1", "GRILL2", "FRY1", "Pass"} <= set(seen)
    assert any("fewest items: 4 < 7 < 9" in text for text in seen)
    items = floor.cards[order(1, lines=2).key].body.items
    assert str(items) in seen
    assert "items" in seen


def test_the_keys_that_hand_over_stand_beside_the_orders():
    floor = Floor(("pass", order(1, 60)), ("pass", order(2, 30)))
    keys = [(found.hit.action, found.hit.key) for found in floor.scene.found() if found.hit.action[:9] == "hand_over"]
    assert keys == [(f"hand_over:{order(1, 60).order}", "1"), (f"hand_over:{order(2, 30).order}", "2")]
    facts = floor.keys("2")
    assert [fact.order for fact in facts] == [order(2, 30).order]


def test_a_picked_order_stays_in_sight_when_its_details_take_room():
    bodies = [order(n, 200 - n) for n in range(1, 12)]
    floor = Floor(*(("stations/grill1", body) for body in bodies))
    tiles = [panel.key for panel in floor.scene.panels if panel.key.startswith("tile:")]
    last = tiles[-1].removeprefix("tile:")
    floor.taps(f"pick:{last}")
    assert "detail" in {panel.key for panel in floor.scene.panels}
    after = [panel.key for panel in floor.scene.panels if panel.key.startswith("tile:")]
    assert after[-1] == f"tile:{last}"
    assert len(after) < len(tiles)
    floor.taps(f"pick:{last}")
    assert "detail" not in {panel.key for panel in floor.scene.panels}


def test_an_order_is_handed_over_with_all_its_parts_at_once():
    first, second = order(1, part="1-1"), order(1, part="1-2", station="fry1")
    floor = Floor(("pass", first), ("pass", second))
    facts = floor.taps(f"hand_over:{first.order}")
    assert [(fact.part, fact.verb, fact.to) for fact in facts] == [
        ("1-1", "hand_over", "done/2026-11-23"),
        ("1-2", "hand_over", "done/2026-11-23"),
    ]
    assert floor.scene.action(f"hand_over:{first.order}") is None


def test_an_order_that_lacks_a_part_is_not_handed_over_and_says_what_is_missing():
    first, second = order(1, part="1-1"), order(1, part="1-2", station="fry1")
    floor = Floor(("pass", first), ("stations/fry1", second))
    assert f"part 1-2 at FRY1 ({second.items} to make)" in " ".join(texts(floor.scene))
    ticked = tuple(msgspec.structs.replace(line, done=line.count) for line in second.lines)
    made = msgspec.structs.replace(second, lines=ticked)
    ready = Floor(("pass", first), ("stations/fry1", made))
    assert "part 1-2 at FRY1 (made, not bumped)" in " ".join(texts(ready.scene))
    assert not floor.scene.action(f"hand_over:{first.order}").hit.enabled
    assert floor.taps(f"hand_over:{first.order}") == []
    assert "not whole yet" in floor.scene.message


def test_whole_orders_stand_above_those_that_wait_for_a_part():
    waiting = order(1, 400, part="1-1")
    rest = order(1, 400, part="1-2", station="fry1")
    whole = order(2, 10)
    floor = Floor(("pass", waiting), ("stations/fry1", rest), ("pass", whole))
    groups = [panel for panel in floor.scene.panels if panel.key.startswith("order:")]
    assert [panel.key for panel in sorted(groups, key=lambda panel: panel.rect.y)] == [
        f"order:{whole.order}",
        f"order:{waiting.order}",
    ]


def test_allergies_are_read_once_more_on_the_pass():
    body = msgspec.structs.replace(order(1, allergies=("milk",)), acknowledged=("allergy",))
    floor = Floor(("pass", body))
    assert floor.taps(f"hand_over:{body.order}") == []
    assert "read the allergies" in floor.scene.message
    assert [fact.what for fact in floor.taps(f"seen:{body.order}")] == ["allergy_pass"]
    assert len(floor.taps(f"hand_over:{body.order}")) == 1


def test_a_token_is_transferred_by_the_picker_and_by_dragging():
    body, other = order(1), order(2)
    floor = Floor(("stations/grill1", body), ("stations/grill2", other))
    floor.taps(f"pick:{name(body)}")
    floor.taps("transfer")
    fact = floor.taps("to:grill2")[0]
    assert isinstance(fact, TokenTransferred)
    assert (fact.station, fact.place) == ("grill2", "stations/grill1")
    assert floor.place(body) == "stations/grill2"
    assert floor.does(Dragged(f"pick:{name(body)}", "column:grill1"))[0].station == "grill1"
    assert floor.does(Dragged(f"pick:{name(body)}", f"pick:{name(other)}"))[0].station == "grill2"
    assert floor.does(Dragged(f"pick:{name(body)}", "column:grill2")) == []
    assert floor.does(Dragged(f"pick:{name(body)}", "column:fry1")) == []
    assert floor.scene.message == "FRY1 cannot make grill"


def test_a_split_sends_some_items_to_another_station_and_leaves_at_least_one():
    body = order(2, lines=2)
    body = msgspec.structs.replace(body, lines=tuple(msgspec.structs.replace(each, count=2) for each in body.lines))
    first, second = body.lines
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.taps("split")
    for line in (first, first, second, second):
        floor.taps(f"more:{line.id}")
    assert "At least one item stays" in floor.scene.message
    floor.taps(f"less:{first.id}")
    floor.taps("split_on")
    fact = floor.taps("split_to:grill2")[0]
    assert isinstance(fact, TokenSplit)
    assert {off.line: off.count for off in fact.off} == {first.id: 1, second.id: 1}
    assert (fact.place, fact.to) == ("stations/grill1", "stations/grill2")


def test_what_is_ticked_already_cannot_be_split_off():
    body = order(2, lines=2)
    body = msgspec.structs.replace(body, lines=tuple(msgspec.structs.replace(each, count=3) for each in body.lines))
    body = kitchen.worked_on(body, 0, done=2)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.taps("split")
    for _ in range(3):
        floor.taps(f"more:{body.lines[0].id}")
    assert dict(floor.state.off) == {body.lines[0].id: 1}


def test_a_token_is_held_and_fired_again():
    body = order(1)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    assert floor.taps("hold") == []
    assert floor.taps("held:") == [
        TokenHeld(order=body.order, part="1", place="stations/grill1", until=None, why="held by Sofie")
    ]
    assert "until you fire it" in " ".join(texts(floor.scene))
    assert "Fire" in texts(floor.scene)
    assert [(fact.verb, fact.place, fact.to) for fact in floor.taps("hold")] == [("fire", "hold", "inbox")]


def test_a_token_is_held_until_a_time_which_its_tile_tells():
    body = order(1)
    floor = Floor(("inbox", body))
    floor.taps(f"pick:{name(body)}")
    floor.keys("h")
    (fact,) = floor.keys("3")
    until = NOW.replace(minute=15, second=0)
    assert (fact.until, fact.why) == (until, f"held until {clock(until)} by Sofie")
    assert f"goes at {clock(until)}" in " ".join(texts(floor.scene))


def test_a_course_waits_for_what_stays():
    body = order(2, lines=2)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.taps("split")
    floor.taps(f"more:{body.lines[1].id}")
    floor.taps("split_on")
    (fact,) = floor.keys("c")
    assert (fact.to, fact.course, fact.why) == ("hold", True, "course 2 by Sofie")
    stays, leaves = children(body, fact, by="Sofie", at=NOW)
    assert (stays[0], leaves[0]) == ("stations/grill1", "hold")
    assert leaves[1].fire_after == stays[1].part


def test_what_stands_on_the_pass_goes_without_the_rest_only_when_somebody_permits_it():
    first, second = order(1, part="1-1"), order(1, part="1-2", station="fry1")
    floor = Floor(("pass", first), ("stations/fry1", second))
    assert floor.scene.action(f"hand_part:{first.order}") is None, "only of the order that somebody looks at"
    floor.taps(f"pick:{name(first)}")
    floor.person = Person(floor.person.id, "Ben", "cook", LEAD - {"token.void"})
    with pytest.raises(NotPermitted, match="without the rest"):
        floor.taps(f"hand_part:{first.order}")
    floor.person = Person(floor.person.id, "Sofie", "lead", LEAD)
    (fact,) = floor.taps(f"hand_part:{first.order}")
    assert (fact.part, fact.to, fact.why) == ("1-1", "done/2026-11-23", "handed over in parts by Sofie")
    assert "the rest follows (part 1-2 at FRY1" in floor.scene.message or "at FRY1" in floor.scene.message
    floor.cards[second.key] = replace(floor.cards[second.key], spot=Spot("pass", name_of(second)))
    assert [one.part for one in floor.taps(f"hand_over:{first.order}")] == ["1-2"]


@pytest.mark.parametrize("allergies", [("milk",)])
def test_allergies_are_read_before_a_part_goes_too(allergies):
    first = order(1, part="1-1", allergies=allergies)
    floor = Floor(("pass", first), ("stations/fry1", order(1, part="1-2", station="fry1", allergies=allergies)))
    assert floor.scene.action(f"hand_part:{first.order}") is None
    assert floor.does(Tap(f"hand_part:{first.order}")) == []
    assert "read the allergies first" in floor.scene.message
    floor.taps(f"seen:{first.order}")
    floor.taps(f"pick:{name(first)}")
    assert [fact.part for fact in floor.taps(f"hand_part:{first.order}")] == ["1-1"]


def test_rush_is_switched_on_and_off():
    body = order(1)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    assert [fact.rush for fact in floor.taps("rush") + floor.taps("rush")] == [True, False]


def test_nothing_is_void_without_a_reason_and_a_confirmation():
    body = order(1)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.taps("void")
    assert floor.taps("void_now") == []
    floor.taps("reason:1")
    facts = floor.taps("void_now")
    assert facts == [
        TokenMoved(
            order=body.order,
            part="1",
            place="stations/grill1",
            to="void/2026-11-23",
            verb="void",
            why="Wrong order by Sofie",
            made=False,
        )
    ]
    assert floor.state.picked is None


@pytest.mark.parametrize(
    ("place", "ticked", "said", "made"),
    [
        ("stations/grill1", 0, None, False),
        ("stations/grill1", 1, None, True),
        ("stations/grill1", 1, "made:no", False),
        ("stations/grill1", 0, "made:yes", True),
        ("pass", 0, None, True),
    ],
)
def test_what_is_void_is_waste_when_it_was_begun_unless_somebody_knows_better(place, ticked, said, made):
    body = order(1)
    floor = Floor((place, kitchen.worked_on(body, 0, done=ticked)))
    floor.taps(f"pick:{name(body)}")
    floor.taps("void")
    floor.taps("reason:1")
    if said:
        floor.taps(said)
    (fact,) = floor.taps("void_now")
    assert fact.made is made


def test_a_recall_goes_from_the_pass_to_the_station_that_made_it():
    body = order(1, station="grill2")
    floor = Floor(("pass", body))
    floor.taps(f"pick:{name(body)}")
    assert [(fact.verb, fact.place, fact.to) for fact in floor.taps("recall")] == [
        ("recall", "pass", "stations/grill2")
    ]


def test_an_order_that_was_handed_over_comes_back_to_the_pass_with_all_parts():
    first, second = order(1, part="1-1"), order(1, part="1-2", station="fry1")
    floor = Floor(("pass", first), ("pass", second))
    floor.taps(f"hand_over:{first.order}")
    Desk.done = tuple(floor.cards.values())
    floor.cards = {}
    floor.taps("recall")
    facts = floor.taps(f"recall_handed:{first.order}")
    assert [(fact.part, fact.place, fact.to) for fact in facts] == [
        ("1-1", "done/2026-11-23", "pass"),
        ("1-2", "done/2026-11-23", "pass"),
    ]


def test_a_silent_station_is_marked_and_one_tap_brings_its_tokens_to_the_inbox():
    first, second = order(1), order(2)
    floor = Floor(("stations/grill1", first), ("stations/grill1", second), ("stations/grill2", order(3)))
    assert floor.scene.action("rescue:grill1") is None
    floor.tokens = TokensStatus(share="ok", presence={"grill1": 40.0, "grill2": 1.0, "fry1": 1.0})
    assert "does not answer" in texts(floor.scene)
    assert [(fact.verb, fact.to) for fact in floor.taps("rescue:grill1")] == [("rescue", "inbox")] * 2
    assert floor.scene.action("rescue:grill2") is None


def test_nobody_is_called_silent_while_the_share_is_away():
    floor = Floor(("stations/grill1", order(1)))
    floor.tokens = TokensStatus(share="away", since=NOW, presence={})
    assert "does not answer" not in texts(floor.scene)
    assert floor.does(Tap("rescue:grill1")) == []


def test_a_fault_of_the_floor_and_an_order_that_nobody_can_make_are_a_red_line():
    floor = Floor(("inbox", order(1, 20, group="bar")))
    assert "no station that answers can make bar" in floor.scene.message
    assert any(panel.key == "fault" for panel in floor.scene.panels)
    floor.tokens = TokensStatus(share="ok", presence={"grill1": 1.0}, floor_fault="one token is missing")
    assert floor.scene.message == "one token is missing"
    young = Floor(("inbox", order(1, 2, group="bar")))
    assert not any(panel.key == "fault" for panel in young.scene.panels)


def test_nobody_logged_in_is_asked_who_they_are_and_a_missing_permission_is_named():
    body = order(1)
    floor = Floor(("pass", body), person=False)
    assert floor.taps(f"hand_over:{body.order}") == []
    assert ROLE.asks_for_person(floor.state, floor.world)
    floor = Floor(("stations/grill1", body))
    floor.person = Person(kitchen.ident(1, NOW), "Gus", "guest", frozenset())
    floor.taps(f"pick:{name(body)}")
    with pytest.raises(NotPermitted, match="Gus may not") as needed:
        floor.taps("rush")
    assert needed.value.permission == "token.transfer"
    floor.taps("hold")
    with pytest.raises(NotPermitted, match="Gus may not hold"):
        floor.taps("held:15")
    floor.taps("close")
    floor.taps("void")
    floor.taps("reason:1")
    with pytest.raises(NotPermitted, match="void T2-001"):
        floor.taps("void_now")
    assert floor.state.overlay == "void", "what was chosen is kept for when somebody approves it"


def test_a_sheet_closes_when_its_token_has_gone():
    body = order(1)
    floor = Floor(("stations/grill1", body))
    floor.keys("down", "v")
    assert floor.state.overlay == "void"
    floor.cards = {}
    floor.state = ROLE.notice(floor.state, floor.world, Desk())
    assert (floor.state.overlay, floor.state.picked) == ("", None)


def test_everything_can_be_done_with_keys_alone():
    grilled, fried, ready = order(1, 90), order(2, 60, group="fry", station="fry1"), order(3, 10)
    floor = Floor(("stations/grill1", grilled), ("stations/fry1", fried), ("pass", ready))
    assert floor.keys("down", "t", "1")[0].station == "grill2"
    assert [type(fact) for fact in floor.keys("u", "h", "enter")] == [TokenRushed, TokenHeld]
    assert floor.keys("h")[0].verb == "fire"
    floor.keys("v", "2")
    assert floor.keys("enter")[0].verb == "void"
    assert floor.keys("1")[0].verb == "hand_over"
    Desk.done = (floor.cards[ready.key],)
    floor.cards = {key: card for key, card in floor.cards.items() if key != ready.key}
    assert floor.keys("r", "enter")[0].verb == "recall"
    floor.state = ROLE.notice(floor.state, floor.world, Desk())
    floor.keys("escape", "escape", "down")
    assert floor.state.picked == fried.key
    floor.keys("f1")
    assert "hold until fired or until a time, or fire what is held" in texts(floor.scene)


def test_a_split_by_keys():
    body = order(2, lines=2)
    body = msgspec.structs.replace(body, lines=tuple(msgspec.structs.replace(each, count=2) for each in body.lines))
    floor = Floor(("stations/grill1", body))
    fact = floor.keys("down", "s", "down", "right", "right", "left", "enter", "1")[0]
    assert {off.line: off.count for off in fact.off} == {body.lines[1].id: 1}


def test_arrows_walk_over_every_token_even_those_beyond_the_columns_end():
    bodies = [order(n, 200 - n) for n in range(1, 20)]
    floor = Floor(*(("stations/grill1", body) for body in bodies))
    for body in bodies:
        floor.keys("down")
        assert floor.state.picked == body.key
        assert floor.scene.action(f"pick:{name(body)}") is not None


def test_more_tokens_than_a_column_shows_are_reached_by_its_foot():
    bodies = [order(n, 200 - n) for n in range(1, 20)]
    floor = Floor(*(("stations/grill1", body) for body in bodies))
    seen = set()
    for _ in range(8):
        seen |= {card.order for card in floor.scene.shown}
        foot = next(f.hit.action for f in floor.scene.found() if f.hit.action.startswith("page:column:grill1"))
        floor.taps(foot)
    assert seen == {body.order for body in bodies}


def test_more_orders_than_the_pass_shows_are_reached_by_its_foot():
    bodies = [order(n, 200 - n) for n in range(1, 20)]
    floor = Floor(*(("pass", body) for body in bodies))
    seen = set()
    for _ in range(8):
        seen |= {card.order for card in floor.scene.shown}
        floor.taps(next(f.hit.action for f in floor.scene.found() if f.hit.action.startswith("page:pass")))
    assert seen == {body.order for body in bodies}


def test_a_scene_says_when_it_changes_by_itself():
    floor = Floor(("stations/grill1", order(1, 170)))
    assert floor.scene.until == NOW + timedelta(seconds=10)


def test_what_was_handed_over_last_stands_under_the_pass():
    gone = kitchen.placed(order(7, 400), "done/2026-11-23")[1]
    Desk.done = (gone,)
    body = order(1)
    floor = Floor(("pass", body))
    floor.state = ROLE.notice(floor.state, floor.world, Desk())
    assert f"Last: {gone.body.number.upper()}" in texts(floor.scene)
    floor.taps(f"hand_over:{body.order}")
    assert f"Last: {body.number.upper()}, {gone.body.number.upper()}" in texts(floor.scene)
    floor.state = replace(floor.state, last=())
    assert "Last:" not in " ".join(texts(floor.scene))


def test_a_long_order_is_split_over_several_pages_and_by_half():
    body = kitchen.body(38, NOW, age_s=60, lines=14)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.taps("split")
    shown = {line.id for line in body.lines if floor.scene.action(f"all:{line.id}")}
    floor.taps("split_page:1")
    following = {line.id for line in body.lines if floor.scene.action(f"all:{line.id}")}
    assert shown
    assert following
    assert shown.isdisjoint(following)
    line = next(line for line in body.lines if line.id in following)
    floor.taps(f"all:{line.id}")
    assert dict(floor.state.off) == {line.id: line.count}
    floor.taps(f"all:{line.id}")
    assert floor.state.off == ()


def test_half_of_an_order_goes_by_one_key():
    body = order(1, lines=3)
    floor = Floor(("stations/grill1", body))
    floor.taps(f"pick:{name(body)}")
    floor.keys("s", "h")
    assert sum(dict(floor.state.off).values()) == sum(line.count for line in body.lines) // 2
