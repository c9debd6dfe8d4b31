"""Fonts without a display, and every state of the prep display and the expediter as scenes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from station.bench import kitchen
from station.bench.cookbook import cookbook
from station.domain.allergens import Answer
from station.domain.menu import Person, Profile, StationInfo
from station.domain.permissions import NotPermitted
from station.domain.plan import Plan, StationPlan
from station.domain.rebalance import rebalanced
from station.domain.routing import Load
from station.domain.scans import Wallet, Wallets
from station.domain.speed import Passed
from station.domain.token import Elsewhere, Modifier
from station.local.status import LinkStatus, TokensStatus
from station.renderers import approval
from station.renderers.approval import asked
from station.renderers.expediter import ExpediterRole
from station.renderers.expediter_actions import ExpediterState
from station.renderers.fonts import Fonts
from station.renderers.login import LoginRole
from station.renderers.login_state import Login
from station.renderers.prep import PrepRole
from station.renderers.prep_state import PrepState
from station.renderers.recipe_view import batched, entered, opened_for, tabbed
from station.renderers.role import Tap
from station.renderers.till_state import Till

NOW = datetime(2026, 11, 23, 12, 34, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def fonts():
    return Fonts()


def _busy_prep():
    """One card of everything that a card can show."""
    bodies = [
        kitchen.body(n, NOW, age_s=age_s)
        for n, age_s in enumerate((420, 330, 250, 200, 150, 100, 80, 60, 30, 20, 10, 5), 31)
    ]
    change = msgspec.structs.replace
    bodies[1] = change(bodies[1], customer=change(bodies[1].customer, allergies=("milk", "nuts")))
    bodies[2] = kitchen.worked_on(bodies[2], 0, done=bodies[2].lines[0].count)
    several = change(bodies[0].lines[0], count=5, done=2)
    bodies[0] = change(bodies[0], lines=(several, change(bodies[0].lines[1], count=12)))
    bodies[3] = change(bodies[3], part="1-2", elsewhere=(Elsewhere(part="1-1", place="stations/fry1"),))
    bodies[4] = change(bodies[4], customer=change(bodies[4].customer, allergies=("sesame",)), acknowledged=("allergy",))
    gone = change(bodies[5].lines[0], id=bodies[0].lines[0].id, name="Onion rings", count=0, was=2, modifiers=())
    bodies[5] = change(bodies[5], lines=(change(bodies[5].lines[0], was=3), gone))
    bodies[6] = change(bodies[6], rush=True, training=True)
    bodies[7] = kitchen.body(38, NOW, age_s=60, lines=14)
    cards = dict(kitchen.placed(body, "stations/grill1") for body in bodies)
    for number, place in ((60, "pass"), (61, "pass"), (62, "stations/fry1")):
        cards.update([kitchen.placed(kitchen.body(number, NOW, age_s=300), place)])
    return cards


def _busy_floor():
    cards = {}
    spots = [("inbox", 3), ("inbox", 8), ("hold", 60), ("stations/fry1", 190), ("pass", 310), ("pass", 80)]
    spots += [("stations/grill1", age) for age in (420, 330, 210, 150, 90, 60, 40, 20, 10)]
    spots += [("stations/grill2", age) for age in (250, 70, 30)]
    for number, (place, age_s) in enumerate(spots, 1):
        station = place.removeprefix("stations/") if place.startswith("stations/") else "grill1"
        cards.update([kitchen.placed(kitchen.body(number, NOW, age_s=age_s, station=station), place)])
    whole = kitchen.body(40, NOW, age_s=260, part="1-1", allergies=("milk", "nuts"))
    rest = kitchen.body(40, NOW, age_s=260, part="1-2", station="fry1")
    cards.update([kitchen.placed(whole, "pass"), kitchen.placed(rest, "stations/fry1")])
    return cards


def _wide_shop(count=8):
    """A shop with so many stations that cook, and tokens at each, for every reason there is."""
    shop = kitchen.shop(NOW, "expediter")
    extra = tuple(StationInfo(f"wok{n}", f"Wok {n}", "prep", frozenset({"grill"})) for n in range(1, count - 2))
    shop = replace(shop, stations=(*shop.stations, *extra))
    whys = (
        "fewest items: 4 < 7 < 9 < 12",
        "the only station there for it",
        "same items (3), fewest orders: 1 < 2",
        "transferred from GRILL1 by Ada Byrne",
    )
    cards = _busy_floor()
    for n, station in enumerate(extra):
        for k, why in enumerate(whys[: 1 + n % 4]):
            token = kitchen.body(200 + 10 * n + k, NOW, age_s=40.0 + 90 * k, station=station.code)
            token = msgspec.structs.replace(token, given=msgspec.structs.replace(token.given, why=why))
            cards.update([kitchen.placed(token, f"stations/{station.code}")])
    return shop, cards


def _stuck():
    """Two orders in the inbox that no station there can make."""
    tokens = [kitchen.body(n, NOW, age_s=60.0 + n, lines=2) for n in (70, 71)]
    change = msgspec.structs.replace
    tokens = [change(each, lines=tuple(change(line, group="sushi") for line in each.lines)) for each in tokens]
    return {**_busy_floor(), **dict(kitchen.placed(each, "inbox") for each in tokens)}


class Desk:
    """Brings recipes of the bench's cookbook."""

    def recipe(self, recipe_id):
        return cookbook().recipes.get(recipe_id)


def _prep(fonts, size):
    role, cards = PrepRole(), _busy_prep()
    ada = kitchen.shop(NOW).staff[0]
    picked = next(card for card in cards.values() if card.body.number == "t2-033")

    def scene(state, held=cards, columns=4, *, layout="columns", **more):
        profile = Profile("test", "prep", columns=columns, clock=columns == 5, layout=layout)
        shop = kitchen.shop(NOW, profile=profile)
        world = kitchen.world(shop, held, NOW, fonts, size=size, **{"person": ada, **more})
        return role.scene(role.notice(state, world, Desk()), world)

    calm = role.begin(kitchen.world(kitchen.shop(NOW), cards, NOW, fonts, size=size))
    many = kitchen.cards(NOW, [400.0 - 10 * n for n in range(36)], lines=1)
    yield "prep", scene(calm)
    yield "prep-picked", scene(replace(calm, card=picked.key, line=0))
    for columns in (1, 2, 3):
        yield f"prep-{columns}-columns", scene(calm, columns=columns)
    yield "prep-5-columns-with-ages", scene(calm, columns=5)
    yield "prep-grid", scene(calm, layout="grid")
    yield "prep-36-cards", scene(PrepState(), many, columns=6)
    yield "prep-empty", scene(PrepState(), {}, person=None)
    away = TokensStatus(share="away", since=NOW, queue=3)
    yield "prep-share-away", scene(calm, tokens=away, link=LinkStatus(master="away", since=NOW))
    yield "prep-changed", scene(calm, {key: card for key, card in cards.items() if card.body.number == "t1-036"})
    long = dict([kitchen.placed(kitchen.body(38, NOW, age_s=60, lines=14), "stations/grill1")])
    yield "prep-long", scene(calm, long, 1)
    yield "prep-long-grid", scene(calm, {**long, **many}, layout="grid")
    yield "prep-new-cards", scene(PrepState())
    yield "prep-message", scene(replace(calm, message="Ada Byrne may not transfer: the permission is missing " * 3))
    yield "prep-rush", scene(calm, _rushed(many))
    yield "prep-cancelled", scene(calm, _with_cancelled(cards))
    if size[0] > 1280:
        yield "prep-cancelled-narrow", scene(calm, _with_cancelled(cards), columns=6)
    notes = tuple((f"T1-04{n} went to GRILL2", NOW + timedelta(seconds=5)) for n in range(3))
    yield "prep-gone", scene(replace(calm, notes=notes))
    for overlay in ("transfer", "last", "all_day", "help"):
        yield f"prep-{overlay}", scene(replace(calm, overlay=overlay, moving=picked.key))
    yield "prep-all_day-detailed", scene(replace(calm, overlay="all_day", detailed=True))
    yield "prep-all_day-page", scene(replace(calm, overlay="all_day", detailed=True, page=1), {**many, **cards})
    yield from _prep_moves(scene, calm, cards)
    yield from _recipes(scene, calm, fonts, size)


def _prep_moves(scene, calm, cards):
    """Splitting, also with more lines than a sheet holds."""
    picked = next(card for card in cards.values() if card.body.number == "t2-031")
    off = ((picked.body.lines[0].id, 1),)
    yield "prep-split", scene(replace(calm, overlay="split", moving=picked.key))
    yield "prep-split-off", scene(replace(calm, overlay="split", moving=picked.key, off=off))
    yield "prep-split-to", scene(replace(calm, overlay="split_to", moving=picked.key, off=off))
    long = kitchen.body(38, NOW, age_s=60, lines=14)
    held = {**cards, **dict([kitchen.placed(long, "stations/grill1")])}
    yield "prep-split-long", scene(replace(calm, overlay="split", moving=long.key, choice=12), held)


def _recipes(scene, calm, fonts, size):
    """Recipes: short, long, of a batch, with changes and an allergy, of something that is on no menu any more."""
    change = msgspec.structs.replace
    book = cookbook()
    body = kitchen.body(33, NOW, age_s=90, allergies=("milk", "walnuts"), lines=3)
    wishes = [
        Modifier(id=kitchen.ident(n, NOW), name=one.name, effect=one.effect, count=1 + (n == 1))
        for n, one in enumerate(book.menu.items[0].groups[0].modifiers)
    ]
    wishes.append(Modifier(id=kitchen.ident(99, NOW), name="Whatever the chef thinks best today", effect="added"))
    dishes = {item.name: item for item in book.menu.items}
    lines = tuple(
        change(line, name=name, item=dishes[name].id if name in dishes else line.id, count=5, done=2, modifiers=())
        for line, name in zip(
            body.lines, ("Cheeseburger", "Caesar salad with grilled chicken", "Dish of last summer"), strict=True
        )
    )
    lines = (change(lines[0], modifiers=tuple(wishes), note="Cut in half, two plates"), *lines[1:])
    lines = (
        change(kitchen.declared(lines[0]), allergens={"milk": Answer.MAY_CONTAIN}),
        *map(kitchen.declared, lines[1:]),
    )
    key, card = kitchen.placed(change(body, lines=lines), "stations/grill1")
    world = kitchen.world(kitchen.shop(NOW), {key: card}, NOW, fonts, size=size)

    def shown(view):
        return scene(replace(calm, overlay="recipe", recipe=view), {key: card})

    views = [opened_for(card, line.id, world, Desk()) for line in lines]
    sauce = next(part.recipe_id for part in views[0].opened.recipe.parts if part.recipe_id)
    batch = entered(views[0], sauce, Desk())
    yield "recipe", shown(views[0])
    yield "recipe-page-2", shown(replace(views[0], page=1))
    yield "recipe-allergens", shown(tabbed(views[0], "allergens"))
    yield "recipe-long", shown(views[1])
    yield "recipe-long-end", shown(replace(views[1], page=9))
    yield "recipe-long-allergens", shown(tabbed(views[1], "allergens"))
    yield "recipe-batch", shown(batch)
    yield "recipe-of-batch-for-the-order", shown(batched(batch, on=False))
    yield (
        "recipe-two-down",
        shown(entered(batch, next(p.recipe_id for p in batch.opened.recipe.parts if p.recipe_id), Desk())),
    )
    yield "recipe-unknown", shown(views[2])
    yield "recipe-unknown-allergens", shown(tabbed(views[2], "allergens"))


def _rushed(many):
    """The youngest of more orders than fit is rushed, and one that is in the middle."""
    change = msgspec.structs.replace
    found = dict(many)
    for key in (list(found)[5], list(found)[-1]):
        found[key] = replace(found[key], body=change(found[key].body, rush=True))
    return found


def _with_cancelled(cards):
    """Two orders that were voided where they stood, one of them half made."""
    found = dict(cards)
    for number, done in (("t2-031", 1), ("t1-036", 0)):
        key, card = next((key, card) for key, card in found.items() if card.body.number == number)
        lines = tuple(
            msgspec.structs.replace(line, count=5, done=2 if done and n == 0 else 0, was=None)
            for n, line in enumerate(card.body.lines)
        )
        found[key] = replace(
            card, body=msgspec.structs.replace(card.body, lines=lines), spot=replace(card.spot, place="void/2026-11-23")
        )
    return found


def _expediter(fonts, size):
    role, cards = ExpediterRole(), _busy_floor()
    shop = kitchen.shop(NOW, "expediter")
    picked = next(card for card in cards.values() if card.body.number == "t2-007")
    parts = tuple(card for card in cards.values() if card.spot.place == "stations/grill1")
    silent = TokensStatus(share="ok", presence={"grill1": 1.0, "grill2": 40.0}, floor_fault="A token is missing")

    def scene(state, held=cards, **more):
        world = kitchen.world(shop, held, NOW, fonts, station="exp1", size=size, **{"person": shop.staff[0], **more})
        return role.scene(state, world)

    at_hand = ExpediterState(picked=picked.key)
    off = ((picked.body.lines[0].id, 1),)
    yield "expediter", scene(ExpediterState())
    yield "expediter-last", scene(ExpediterState(last=("T1-006", "P1-012", "T2-005", "T1-004", "T2-003")))
    yield "expediter-empty", scene(ExpediterState(), {}, person=None)
    yield "expediter-picked", scene(at_hand)
    wide, held = _wide_shop()
    crowd = {
        "tokens": TokensStatus(share="ok", presence={each.code: 1.0 for each in wide.stations}),
        "person": shop.staff[0],
        "size": size,
        "station": "exp1",
    }
    for name, state in (("wide", ExpediterState()), ("wide-picked", at_hand)):
        yield f"expediter-{name}", role.scene(state, kitchen.world(wide, held, NOW, fonts, **crowd))
    yield "expediter-stuck", scene(ExpediterState(), _stuck())
    yield "expediter-silent", scene(ExpediterState(), tokens=silent)
    yield "expediter-split", scene(replace(at_hand, overlay="split", off=off))
    long = kitchen.body(38, NOW, age_s=60, lines=14)
    longest = {**cards, **dict([kitchen.placed(long, "stations/grill1")])}
    yield "expediter-split-long", scene(ExpediterState(picked=long.key, overlay="split", choice=12), longest)
    yield "expediter-split-to", scene(replace(at_hand, overlay="split_to", off=off))
    yield "expediter-void", scene(replace(at_hand, overlay="void", reason="Wrong order"))
    gone = tuple(replace(card, spot=replace(card.spot, place="done/2026-11-23")) for card in parts)
    floor = {key: card for key, card in cards.items() if card not in parts}
    yield "expediter-recall", scene(ExpediterState(overlay="recall", handed=gone), floor)
    many = tuple(kitchen.placed(kitchen.body(n, NOW, age_s=60.0 * n), "done/2026-11-23")[1] for n in range(40, 80))
    yield "expediter-recall-many", scene(ExpediterState(overlay="recall", handed=many))
    yield "expediter-recall-sought", scene(ExpediterState(overlay="recall", handed=many, seek="04"))
    yield "expediter-recall-nothing", scene(replace(at_hand, overlay="recall"))
    for overlay in ("transfer", "help", "hold"):
        yield f"expediter-{overlay}", scene(replace(at_hand, overlay=overlay))
    yield from _expediter_plans(scene)
    yield from _expediter_more(scene, at_hand, fonts, size)


def _expediter_plans(scene):
    """What was decided about dispatch, and the sheets for it."""
    plan = Plan(
        stations={"grill1": StationPlan(paused=True), "fry1": StationPlan(weight_percent=50)}, pins={"grill": "grill2"}
    )
    there = TokensStatus(share="ok", presence={"grill1": 1.0, "grill2": 1.0, "fry1": 1.0}, plan=plan)
    by_hand = msgspec.structs.replace(there, plan=Plan(automatic=False), people={"grill1": "Ada Byrne", "fry1": "Ben"})
    yield "expediter-plan", scene(ExpediterState(), tokens=there)
    yield "expediter-by-hand", scene(ExpediterState(), tokens=by_hand)
    yield "expediter-balance", scene(ExpediterState(overlay="balance", choice=1), tokens=there)
    yield "expediter-pins", scene(ExpediterState(overlay="pins", station="grill1"), tokens=there)
    busy = kitchen.cards(NOW, [20.0 * n for n in range(1, 24)], lines=1)
    shifts = rebalanced(
        busy.values(),
        [
            Load("grill1", frozenset({"grill", "fry", "cold"}), items=60),
            Load("grill2", frozenset({"grill", "fry", "cold"})),
        ],
        {},
    )
    yield "expediter-rebalance", scene(ExpediterState(overlay="rebalance", shifts=shifts), busy)


def _expediter_more(scene, at_hand, fonts, size):
    """A full floor, finding on it, what is held, orders in parts, the speed of service, an order being taken."""
    role = ExpediterRole()
    shop, held = kitchen.crowd(NOW, 200)
    there = {one.code: 1.0 for one in shop.stations}
    people = {"grill3": "Ben", "grill4": "Bartholomew-Alexander"}
    world = kitchen.world(
        shop,
        held,
        NOW,
        fonts,
        station="exp1",
        size=size,
        person=shop.staff[0],
        tokens=TokensStatus(share="ok", presence={**there, "grill7": 60.0}, people=people),
    )
    one = next(card for card in held.values() if card.spot.place == "stations/grill9")
    yield "expediter-crowd", role.scene(ExpediterState(), world)
    yield "expediter-crowd-folded", role.scene(ExpediterState(folded=frozenset({"grill1", "grill2", "fry1"})), world)
    yield "expediter-crowd-picked", role.scene(ExpediterState(picked=one.key), world)
    yield "expediter-crowd-find", role.scene(ExpediterState(finding=True, find="15"), world)
    yield "expediter-crowd-late", role.scene(ExpediterState(finding=True, only="late"), world)
    yield "expediter-crowd-balance", role.scene(ExpediterState(overlay="balance"), world)
    yield "expediter-find", scene(ExpediterState(finding=True))
    due = [(NOW + timedelta(minutes=20), None), (None, "1-1"), (None, None)]
    waiting = dict(
        kitchen.placed(
            msgspec.structs.replace(kitchen.body(60 + n, NOW, age_s=30.0), fire_at=at, fire_after=after), "hold"
        )
        for n, (at, after) in enumerate(due)
    )
    yield "expediter-held", scene(ExpediterState(picked=next(iter(waiting))), waiting)
    parts = [
        kitchen.body(66, NOW, age_s=200.0, part=f"1-{n}", station=code) for n, code in ((1, "grill1"), (2, "fry1"))
    ]
    places = ("pass", "stations/fry1")
    split = dict(kitchen.placed(body, place) for body, place in zip(parts, places, strict=True))
    yield "expediter-part", scene(ExpediterState(), split)
    yield "expediter-part-picked", scene(ExpediterState(picked=(parts[0].order, parts[0].part)), split)
    passed = tuple(
        Passed(
            order=kitchen.ident(n, NOW),
            part="1",
            at=NOW - timedelta(minutes=5 * n),
            seconds=120.0 + 37 * (n % 9),
            station=("grill1", "grill2", "fry1")[n % 3],
            items=(("Cheeseburger", "Caesar salad with grilled chicken", "Onion rings", "Veggie burger")[n % 4],),
        )
        for n in range(70)
    )
    yield "expediter-speed", scene(ExpediterState(overlay="speed", passed=passed))
    yield "expediter-speed-nothing", scene(ExpediterState(overlay="speed"))
    taker = Person(kitchen.ident(5, NOW), "Sofie", "lead", frozenset({"order.take"}))
    order = Till(owner=taker.id, later=True, category=cookbook().menu.categories[0].id)
    yield "expediter-order", scene(ExpediterState(taking=True, order=order), person=taker)
    yield "expediter-order-test", scene(ExpediterState(taking=True, order=replace(order, test=True)), person=taker)


def _getting_in(fonts, size):
    """The log-in with and without cards, its pad, and the sheet that asks somebody else for an approval."""
    shop = kitchen.shop(NOW, "till")
    lead = Person(kitchen.ident(7, NOW), "Bartholomew-Alexander", "Shift lead", frozenset({"token.void"}))
    card = Wallet(kitchen.ident(9, NOW), lead.id, "00000001", "static", "x")
    people = [replace(lead, id=kitchen.ident(n, NOW), name=f"Person {n}") for n in range(1, 12)]
    shop = replace(shop, staff=(lead, *people), pins={one.id: "a hash" for one in (lead, *people)})
    held = replace(shop, wallets=Wallets({"x": card}, {card.number: card}))
    role = LoginRole(optional=True)
    told = "That code was used already: wait for the next one"

    def scene(state, of=held, **more):
        world = kitchen.world(of, {}, NOW, fonts, size=size, station="till1", person=None)
        return role.scene(state, replace(world, **more))

    yield "login", scene(Login())
    yield "login-without-cards", scene(Login(), shop)
    yield "login-told", scene(Login(), note=told)
    yield "login-pad", scene(Login(person=lead.id, digits="1234"))
    yield "login-wrong", scene(Login(person=lead.id, problem="Too many wrong PINs: wait 30 s, or scan a card"))
    floor = kitchen.world(held, _busy_floor(), NOW, fonts, station="exp1", size=size, person=people[0])
    below = ExpediterRole().scene(ExpediterState(), floor)
    for what in ("void T1-001", "confirm the allergies of T1-001 that somebody with a long name has sent"):
        wanted = asked(Tap("void_now"), NotPermitted("Bartholomew-Alexander", "token.void", what), NOW)
        yield f"approval-{what[:4]}", approval.scene(wanted, below, floor)
        yield f"approval-{what[:4]}-told", approval.scene(wanted, below, replace(floor, note=told))
        typing = replace(wanted, pad=Login(person=lead.id, digits="12", problem="Wrong PIN"))
        yield f"approval-{what[:4]}-pad", approval.scene(typing, below, floor)


@pytest.fixture(scope="session", params=[(1920, 1080), (1024, 768), (3840, 2160)], ids=["1080p", "xga", "4k"])
def scenes(request, fonts):
    """Name and scene of every state, on this size of screen."""
    return [*_prep(fonts, request.param), *_expediter(fonts, request.param), *_getting_in(fonts, request.param)]
