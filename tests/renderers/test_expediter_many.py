"""The expediter's floor with many stations and orders: still readable, found by number, filter or scan; and the plan's sheets."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_expediter import LEAD, NOW, ROLE, Desk, Floor, name, order, texts

from station.bench import kitchen
from station.domain.facts import Automatic, Paused, Pinned, PlanChanged, TokenTransferred, Weighed
from station.domain.hands import Press
from station.domain.menu import Person, StationInfo
from station.domain.permissions import NotPermitted
from station.domain.plan import Plan, StationPlan
from station.domain.scans import order_code, order_of
from station.domain.speed import Passed
from station.local.status import TokensStatus
from station.renderers.fonts import Fonts
from station.renderers.role import Dragged, Keyed, Scanned, Tap

SIZES = [(1024, 768), (1920, 1080), (3840, 2160)]
PLAN = Plan(
    revision=2,
    stations={"grill1": StationPlan(paused=True), "grill2": StationPlan(weight_percent=50)},
    pins={"fry": "fry1"},
)


class Crowd(Floor):
    """Sixteen kitchens and two hundred orders."""

    def __init__(self, size=(1920, 1080), *, stations=16, orders=200, plan=PLAN, silent=""):
        super().__init__()
        more = [StationInfo(f"grill{n}", f"Grill {n}", "prep", frozenset({"grill"})) for n in range(3, stations)]
        self.shop = replace(self.shop, stations=(*self.shop.stations[:2], *more, *self.shop.stations[2:]))
        codes = [one.code for one in self.shop.stations if one.groups]
        places = ["inbox", "pass", "hold", *(f"stations/{code}" for code in codes)]
        self.cards = dict(
            kitchen.placed(order(n + 1, 15.0 + 7 * (n % 50), station=codes[n % len(codes)]), places[n % len(places)])
            for n in range(orders)
        )
        self.size = size
        present = {one.code: 1.0 for one in self.shop.stations} | ({silent: 99.0} if silent else {})
        self.tokens = TokensStatus(share="ok", presence=present, plan=plan, people={"grill3": "Ben"})
        self.state = ROLE.begin(self.world)

    @property
    def world(self):
        return kitchen.world(
            self.shop,
            self.cards,
            self.now,
            Fonts(),
            station="exp1",
            person=self.person,
            tokens=self.tokens,
            size=getattr(self, "size", (1920, 1080)),
        )


def overlapping(scene):
    """Pairs of labels of one panel that lie over each other, and tiles that do."""
    tiles = [panel for panel in scene.panels if panel.key.startswith(("tile:", "order:"))]
    pairs = [(one.key, two.key) for n, one in enumerate(tiles) for two in tiles[:n] if meets(one.rect, two.rect)]
    for panel in scene.panels:
        hits = [hit for hit in panel.hits if not hit.action.startswith(("column:", "stay", "close"))]
        pairs += [(a.action, b.action) for n, a in enumerate(hits) for b in hits[:n] if meets(a.rect, b.rect)]
    return pairs


def meets(one, two):
    return one.x < two.right and two.x < one.right and one.y < two.bottom and two.y < one.bottom


@pytest.mark.parametrize("size", SIZES)
def test_sixteen_stations_and_two_hundred_orders_stay_readable(size):
    crowd = Crowd(size)
    scene = crowd.scene
    seen = texts(scene)
    for station in crowd.shop.stations:
        if station.groups:
            assert station.code.upper() in seen
    assert overlapping(scene) == []
    tiles = [panel for panel in scene.panels if panel.key.startswith("tile:")]
    assert all(min(panel.rect.w, panel.rect.h) >= 64 for panel in tiles)
    stations = {shown.place for shown in scene.shown if shown.place.startswith("stations/")}
    assert len(stations) == 16, "the most urgent of each station is on the screen"
    assert "Ben" in " ".join(seen)


@pytest.mark.parametrize("size", SIZES)
def test_a_blocks_oldest_are_shown_and_the_others_counted(size):
    crowd = Crowd(size)
    for station in ("grill3", "fry1"):
        place = f"stations/{station}"
        cards = sorted((c for c in crowd.cards.values() if c.spot.place == place), key=lambda c: c.body.placed_at)
        shown = [one.number for one in crowd.scene.shown if one.place == place]
        assert shown == [card.body.number for card in cards[: len(shown)]]
        more = crowd.scene.action(f"page:column:{station}:{len(shown)}")
        assert (more is not None) == (len(shown) < len(cards))
        if more is not None:
            assert more.hit.label == f"+{len(cards) - len(shown)} more"
            crowd.taps(more.hit.action)
            following = [one.number for one in crowd.scene.shown if one.place == place]
            assert following[0] == cards[len(shown)].body.number


def test_a_folded_station_gives_its_room_to_the_others():
    crowd = Crowd()
    before = [one for one in crowd.scene.shown if one.place == "stations/grill2"]
    for code in ("grill1", "grill3", "grill4", "grill5"):
        crowd.taps(f"fold:{code}")
    assert not [one for one in crowd.scene.shown if one.place == "stations/grill1"]
    assert "GRILL1" in texts(crowd.scene)
    assert len([one for one in crowd.scene.shown if one.place == "stations/grill2"]) > len(before)
    crowd.taps("fold:grill1")
    assert [one for one in crowd.scene.shown if one.place == "stations/grill1"]


def test_a_station_is_folded_by_keyboard_too():
    crowd = Crowd()
    crowd.keys("z")
    assert "Tap an order at a station first" in crowd.scene.message
    one = next(card for card in crowd.cards.values() if card.spot.place == "stations/grill3")
    crowd.state = replace(crowd.state, picked=one.key)
    crowd.keys("z")
    assert crowd.state.folded == {"grill3"}
    crowd.keys("z")
    assert crowd.state.folded == frozenset()


def test_a_silent_station_is_rescued_from_its_block():
    crowd = Crowd(silent="grill5")
    facts = crowd.taps("rescue:grill5")
    assert {fact.verb for fact in facts} == {"rescue"}
    assert len(facts) == len([card for card in Crowd().cards.values() if card.spot.place == "stations/grill5"])


def test_a_chip_can_be_dragged_onto_a_block():
    crowd = Crowd(plan=Plan())
    token = next(card for card in crowd.cards.values() if card.spot.place == "stations/grill3")
    for target in ("column:grill4", "fold:grill4"):
        (fact,) = ROLE.handle(crowd.state, Dragged(f"pick:{name(token.body)}", target), crowd.world, Desk())[1]
        assert (fact.station, fact.place) == ("grill4", "stations/grill3")


@pytest.mark.parametrize("size", SIZES)
def test_digits_find_an_order(size):
    crowd = Crowd(size)
    crowd.does(Keyed(Press(key="/", text="/")))
    for digit in "157":
        crowd.does(Keyed(Press(key=digit, text=digit)))
    assert {one.number for one in crowd.scene.shown} == {"t2-157"}
    assert overlapping(crowd.scene) == []
    crowd.does(Keyed(Press(key="enter")))
    assert crowd.cards[crowd.state.picked].body.number == "t2-157"
    assert len(crowd.scene.shown) > 20, "all of the floor around it again"


def test_the_same_by_touch_and_a_wrong_digit_is_taken_back():
    crowd = Crowd()
    crowd.taps("find")
    for action in ("seek:1", "seek:5", "seek:9", "seek:back", "seek:7"):
        crowd.taps(action)
    assert {one.number for one in crowd.scene.shown} == {"t2-157"}
    crowd.does(Keyed(Press(key="escape")))
    assert len(crowd.scene.shown) > 20
    crowd.taps("find")
    for digit in "999":
        crowd.taps(f"seek:{digit}")
    crowd.does(Keyed(Press(key="enter")))
    assert "No order on the floor has 999" in crowd.scene.message


@pytest.mark.parametrize("only", ["late", "rush", "grill"])
def test_filters_leave_what_they_say(only):
    crowd = Crowd()
    key, card = next(iter(crowd.cards.items()))
    crowd.cards[key] = replace(card, body=msgspec.structs.replace(card.body, rush=True))
    crowd.taps("find")
    before = crowd.scene.shown
    crowd.taps(f"only:{only}")
    shown = crowd.scene.shown
    assert shown
    for one in shown:
        body = crowd.cards[one.order, one.part].body
        fits = {
            "late": one.level != "calm",
            "rush": body.rush,
            "grill": any(line.group == "grill" for line in body.lines),
        }
        assert fits[only]
    crowd.taps(f"only:{only}")
    assert crowd.scene.shown == before


def test_a_receipts_code_picks_its_order_and_says_when_it_is_not_here():
    crowd = Crowd()
    card = next(card for card in crowd.cards.values() if card.spot.place == "hold")
    code = order_code(card.body.order)
    assert len(code) == 28
    assert order_of(code.lower()) == card.body.order
    crowd.does(Scanned(order_of(code)))
    assert crowd.state.picked == card.key
    crowd.does(Scanned("01jd9q3v7k8m2n4pqrst000001"))
    assert "not on the floor" in crowd.scene.message


@pytest.mark.parametrize("code", ["SO", "SO" + "I" * 26, "SO" + "0" * 27, "SW" + "0" * 26, "", "SO8" + "0" * 25])
def test_other_codes_are_no_receipts(code):
    assert order_of(code) is None


def changes(facts):
    assert all(isinstance(fact, PlanChanged) for fact in facts)
    return [fact.change for fact in facts]


def test_a_station_is_paused_weighed_and_pinned_by_touch():
    floor = Crowd(stations=3, orders=20, plan=Plan())
    floor.taps("column:grill1")
    assert changes(floor.taps("pause:grill1")) == [Paused(station="grill1", paused=True)]
    assert changes(floor.taps("weigh:-grill1")) == [Weighed(station="grill1", weight_percent=75)]
    assert changes(floor.taps("weigh:+grill1")) == [Weighed(station="grill1", weight_percent=150)]
    floor.taps("balance:fry1")
    assert changes(floor.taps("pin:fry:fry1")) == [Pinned(group="fry", station="fry1")]
    floor.tokens = msgspec.structs.replace(floor.tokens, plan=PLAN)
    assert changes(floor.taps("pin:fry:fry1")) == [Pinned(group="fry", station=None)]


def test_the_same_by_keyboard():
    floor = Crowd(stations=3, orders=20, plan=Plan())
    floor.keys("b", "down")
    assert changes(floor.keys("space")) == [Paused(station="grill2", paused=True)]
    assert changes(floor.does(Keyed(Press(key="-", text="-")))) == [Weighed(station="grill2", weight_percent=75)]
    assert changes(floor.keys("m")) == [Automatic(automatic=False)]
    floor.keys("g")
    assert changes(floor.keys("1")) == [Pinned(group="grill", station="grill2")]
    floor.keys("escape")
    assert floor.state.overlay == ""


def test_what_was_decided_stands_at_the_stations_and_at_the_inbox():
    floor = Crowd(stations=3, orders=20)
    assert {"paused", "50 %", "all fry"} <= set(texts(floor.scene))
    floor.tokens = msgspec.structs.replace(floor.tokens, plan=Plan(automatic=False))
    assert "waits for you" in texts(floor.scene)
    assert "By hand" in texts(floor.scene)


def test_somebody_who_may_not_is_asked_for_an_approval():
    floor = Crowd(stations=3, orders=20)
    floor.person = Person(floor.person.id, "Ben", "cook", LEAD - {"token.transfer"})
    floor.taps("balance")
    with pytest.raises(NotPermitted):
        floor.taps("pause:grill1")
    with pytest.raises(NotPermitted):
        floor.taps("mode:manual")


def test_evening_out_shows_first_and_moves_then():
    floor = Crowd(stations=3, orders=0, plan=Plan())
    for n in range(6):
        key, card = kitchen.placed(order(n + 1, 60.0 - n, lines=1), "stations/grill1")
        floor.cards[key] = card
    floor.taps("balance")
    assert floor.taps("rebalance") == []
    shown = [text for text in texts(floor.scene) if "GRILL1 to GRILL2" in text]
    assert shown
    facts = floor.taps("rebalance_now")
    assert len(facts) == len(shown)
    assert all(isinstance(fact, TokenTransferred) and fact.station == "grill2" for fact in facts)
    assert "rebalanced" in facts[0].why
    assert "Sofie" in facts[0].why
    assert floor.taps("balance") == []
    assert not floor.scene.action("rebalance").hit.enabled


def test_what_was_begun_since_the_preview_stays():
    floor = Crowd(stations=3, orders=0, plan=Plan())
    for n in range(6):
        key, card = kitchen.placed(order(n + 1, 60.0 - n, lines=1), "stations/grill1")
        floor.cards[key] = card
    floor.taps("balance")
    floor.taps("rebalance")
    first = floor.state.shifts[0]
    card = floor.cards[first.key]
    floor.cards[first.key] = replace(card, body=kitchen.worked_on(card.body, 0, done=1))
    facts = floor.taps("rebalance_now")
    assert first.key not in {(fact.order, fact.part) for fact in facts}
    assert "1 had moved on or been begun" in floor.scene.message


def test_even_loads_need_nothing():
    floor = Crowd(stations=3, orders=0, plan=Plan())
    floor.does(Tap("rebalance"))
    assert "even already" in floor.scene.message


class Watched(Desk):
    def __init__(self, *passed):
        self.all = passed

    def passed(self):
        return self.all


def passed(number, minutes_ago, seconds, station="grill1", items=("Burger",)):
    at = NOW - timedelta(minutes=minutes_ago)
    return Passed(order=kitchen.ident(number, NOW), part="1", at=at, seconds=seconds, station=station, items=items)


@pytest.mark.parametrize("size", SIZES)
def test_the_speed_of_service_is_a_picture_with_the_shops_limits(size):
    crowd = Crowd(size, stations=3, orders=10)
    desk = Watched(*(passed(n, 7 * n, 100 + 9 * n, ("grill1", "fry1")[n % 2]) for n in range(40)))
    crowd.state, _ = ROLE.handle(crowd.state, Keyed(Press(key="g", text="g")), crowd.world, desk)
    scene = crowd.scene
    seen = texts(scene)
    assert {"By hour", "Stations", "Slowest items", "GRILL1", "FRY1", "Burger", "3:00", "5:00"} <= set(seen)
    (sheet,) = [panel for panel in scene.panels if panel.key == "sheet:speed"]
    inside = sheet.rect.at_origin()
    for op in sheet.ops:
        assert inside.x <= op.rect.x
        assert op.rect.right <= inside.right
        assert op.rect.bottom <= inside.bottom


def test_it_goes_on_while_one_looks():
    crowd = Crowd(stations=3, orders=10)
    desk = Watched()
    crowd.state, _ = ROLE.handle(crowd.state, Tap("speed"), crowd.world, desk)
    assert "Nothing has come to the pass yet" in " ".join(texts(crowd.scene))
    desk.all = (passed(1, 0, 160),)
    crowd.now += timedelta(seconds=6)
    crowd.state = ROLE.notice(crowd.state, crowd.world, desk)
    assert "2:40" in texts(crowd.scene)
