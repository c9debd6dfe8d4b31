"""Every sold item is somewhere, once: whatever three stations, an expediter and a till do to the orders, in any order of their steps.

Each does what its own mirror shows it, which may be out of date: then somebody else was first, and that must do no harm either.
"""

import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parent))

from crew import KEY, STATIONS, Crew, Station, order

from station.domain.cards import Card, expected
from station.domain.facts import (
    Fact,
    LineTicked,
    OrderSent,
    SplitOff,
    TokenAcknowledged,
    TokenHeld,
    TokenMoved,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
)
from station.domain.menu import StationInfo
from station.domain.token import decode, parse_name
from station.local.mirror import Mirror
from station.tokens import dispatch, firing

DONE, VOID = "done/2026-11-23", "void/2026-11-23"
EVERYBODY = (*STATIONS, StationInfo("grill2", "Grill 2", "prep", frozenset({"grill", "fry"})))
WHO = st.integers(0, 4)
PICK = st.integers(0, 1_000)
PREP = {"grill1", "grill2", "fry1"}


class Kitchen(RuleBasedStateMachine):
    @initialize()
    def opened(self) -> None:
        dispatch.STUCK_AGAIN_S, firing.SURE_S = 0.0, 0.0
        self.root = Path(tempfile.mkdtemp())
        crew = Crew(self.root)
        extra = Station(self.root, "grill2", "prep")
        self.stations = [*crew.all, extra]
        for station in self.stations:
            station.shop = replace(station.shop, stations=EVERYBODY)
        self.expediter, self.till = crew.expediter, crew.till
        self.sold: Counter[str] = Counter()
        self.all_work()

    def teardown(self) -> None:
        if not hasattr(self, "stations"):
            return
        self.all_work()
        self.all_work()
        assert not any(station.journal.pending() for station in self.stations)
        self.every_item_is_somewhere_once()
        for station in self.stations:
            station.sync.close()
            station.journal.close()
        shutil.rmtree(self.root)

    def all_work(self) -> None:
        for station in self.stations:
            self.step_of(station)

    def step_of(self, station: Station) -> None:
        station.sync._due.look = 0
        station.sync._due.presence = 0
        station.sync.step()

    def shown(self, station: Station) -> list[Card]:
        """What its screen shows, and for the expediter what it can recall."""
        mirror = Mirror(station.settings.mirror_path, KEY)
        cards = list(expected(mirror.cards, station.journal.pending()).values())
        mirror.close()
        return sorted(cards, key=lambda card: (card.key, card.spot.place))

    def one(self, who: int, pick: int, *places: str) -> tuple[Station, Card] | None:
        station = self.stations[who]
        cards = [card for card in self.shown(station) if card.spot.place.startswith(places)]
        return (station, cards[pick % len(cards)]) if cards else None

    def does(self, found: tuple[Station, Card] | None, make: object) -> None:
        if found is not None:
            station, card = found
            fact: Fact | None = make(card, {"order": card.key[0], "part": card.key[1], "place": card.spot.place})  # type: ignore[operator]
            if fact is not None:
                station.does(fact)

    @rule(groups=st.lists(st.sampled_from(["grill", "fry"]), min_size=1, max_size=3))
    def sells(self, groups: list[str]) -> None:
        sent = order(*groups)
        self.till.does(sent)
        self.sold += Counter({line.id: line.count for line in sent.token.lines})

    @rule(who=WHO)
    def works(self, who: int) -> None:
        self.step_of(self.stations[who])

    @rule()
    def everybody_works(self) -> None:
        self.all_work()

    @rule(who=WHO, pick=PICK, done=st.integers(0, 3))
    def ticks(self, who: int, pick: int, done: int) -> None:
        self.does(
            self.one(who, pick, "stations/"),
            lambda card, about: LineTicked(**about, line=card.body.lines[pick % len(card.body.lines)].id, done=done),
        )

    @rule(who=WHO, pick=PICK, to=st.sampled_from([*PREP]))
    def transfers(self, who: int, pick: int, to: str) -> None:
        self.does(
            self.one(who, pick, "stations/", "inbox", "hold"), lambda _, about: TokenTransferred(**about, station=to)
        )

    @rule(
        who=WHO,
        pick=PICK,
        count=st.integers(1, 2),
        to=st.sampled_from(["stations/grill1", "stations/grill2", "hold", "course"]),
    )
    def splits(self, who: int, pick: int, count: int, to: str) -> None:
        def split(card: Card, about: dict[str, str]) -> Fact:
            off = (SplitOff(line=card.body.lines[pick % len(card.body.lines)].id, count=count),)
            return TokenSplit(**about, off=off, to="hold" if to == "course" else to, course=to == "course")

        self.does(self.one(who, pick, "stations/"), split)

    @rule(who=WHO, pick=PICK)
    def bumps(self, who: int, pick: int) -> None:
        self.does(self.one(who, pick, "stations/"), lambda _, about: TokenMoved(**about, to="pass", verb="bump"))

    @rule(who=WHO, pick=PICK)
    def recalls_from_the_pass(self, who: int, pick: int) -> None:
        self.does(
            self.one(who, pick, "pass"),
            lambda card, about: (
                TokenMoved(**about, to=f"stations/{card.body.given.station}", verb="recall")
                if card.body.given
                else None
            ),
        )

    @rule(pick=PICK)
    def hands_over(self, pick: int) -> None:
        self.does(self.one(3, pick, "pass"), lambda _, about: TokenMoved(**about, to=DONE, verb="hand_over"))

    @rule(pick=PICK)
    def recalls_what_was_handed_over(self, pick: int) -> None:
        mirror = Mirror(self.expediter.settings.mirror_path, KEY)
        handed = mirror.finished(DONE)
        mirror.close()
        if handed:
            card = handed[pick % len(handed)]
            about = {"order": card.key[0], "part": card.key[1], "place": DONE}
            self.expediter.does(TokenMoved(**about, to="pass", verb="recall"))

    @rule(pick=PICK, made=st.booleans())
    def voids(self, pick: int, made: bool) -> None:
        self.does(
            self.one(3, pick, "stations/", "inbox", "hold", "pass"),
            lambda _, about: TokenMoved(**about, to=VOID, verb="void", made=made),
        )

    @rule(pick=PICK)
    def holds(self, pick: int) -> None:
        self.does(self.one(3, pick, "stations/", "inbox"), lambda _, about: TokenHeld(**about))

    @rule(pick=PICK)
    def fires(self, pick: int) -> None:
        self.does(self.one(3, pick, "hold"), lambda _, about: TokenMoved(**about, to="inbox", verb="fire"))

    @rule(who=WHO, pick=PICK, rush=st.booleans())
    def rushes(self, who: int, pick: int, rush: bool) -> None:
        self.does(self.one(who, pick, "stations/", "inbox"), lambda _, about: TokenRushed(**about, rush=rush))

    @rule(who=WHO, pick=PICK)
    def acknowledges(self, who: int, pick: int) -> None:
        self.does(self.one(who, pick, "stations/"), lambda _, about: TokenAcknowledged(**about, what="allergy"))

    @precondition(lambda self: self.sold)
    @rule(who=WHO)
    def starts_again(self, who: int) -> None:
        station = self.stations[who]
        station.sync.close()
        station.journal.close()
        station.start()

    @invariant()
    def every_item_is_somewhere_once(self) -> None:
        if not hasattr(self, "stations"):
            return
        there: Counter[str] = Counter()
        floor = self.root / "floor"
        for place in (
            floor / "inbox",
            floor / "hold",
            floor / "pass",
            *(floor / "stations").glob("*"),
            floor / DONE,
            floor / VOID,
        ):
            for path in place.glob("*.sss"):
                body = decode(path.read_bytes(), KEY, parse_name(path.name))
                assert all(0 <= line.done <= line.count for line in body.lines)
                there += Counter({line.id: line.count for line in body.lines})
        # What the till has not sent yet is on its own disk.
        pending = [entry.fact for entry in self.till.journal.pending()]
        unsent = {line.id for fact in pending if isinstance(fact, OrderSent) for line in fact.token.lines}
        assert there == Counter({line: count for line, count in self.sold.items() if line not in unsent})


TestKitchen = Kitchen.TestCase
TestKitchen.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
