"""Somebody at a till with a journal of its own: taps what is on the screen, and everything done counts at once, as on a station."""

from dataclasses import replace
from datetime import timedelta

from ulid import ULID

from station.domain.cards import Card
from station.domain.facts import Entry, Fact, OrderChanged, OrderHeld, OrderSent, StaffSeen, TokenMoved
from station.domain.floor import HELD_WAITING, Spot, held_place
from station.domain.hands import Press
from station.domain.ledger import kept
from station.domain.token import Key, name_of
from station.renderers.role import Keyed, Scanned, Tap
from station.renderers.till import TillRole
from station.renderers.till_forms import Asking
from station.renderers.till_held import TillHandover

ROLE = TillRole()
HANDOVER = TillHandover()


class Desk:
    def __init__(self, keeper):
        self._keeper, self.numbers = keeper, 0

    def new_id(self):
        return str(ULID()).lower()

    def next_number(self, name):
        self.numbers += 1
        return self.numbers

    def sold(self, order):
        return self._keeper.older.get(order)


class Keeper:
    """`share`: cards on the floor that any till sees, by their keys; several keepers may have one."""

    def __init__(self, world, share=None):
        self.world, self.share = world, {} if share is None else share
        self.desk, self.entries, self.older = Desk(self), [], {}
        self.state = ROLE.begin(world)
        self.taps = 0
        self.look()

    @property
    def scene(self):
        return ROLE.scene(self.state, self.world)

    @property
    def ledger(self):
        return self.world.ledger

    @property
    def message(self):
        return self.scene.message

    def facts(self, kind):
        return [entry.fact for entry in self.entries if isinstance(entry.fact, kind)]

    def actions(self):
        return [found.hit.action for found in self.scene.found()]

    def tap(self, *actions):
        """An action that ends in a colon or a space is the first that begins so."""
        for action in actions:
            under = self._reach(action)
            self.taps += 1
            self.do(Tap(under.action, under.enabled))
            if isinstance(self.state.sheet, Asking) and action in {"pay", "clashes:done"}:
                self.tap("mode:eat_in")
        return self

    def _reach(self, action):
        """What a finger on its middle presses; it must be what was meant."""
        scene = self.scene
        meant = [
            one
            for one in scene.found()
            if one.hit.action == action or (action.endswith((":", " ")) and one.hit.action.startswith(action))
        ]
        for one in meant:
            under = scene.hit(one.rect.x + one.rect.w // 2, one.rect.y + one.rect.h // 2)
            if under is one.hit:
                return under
        raise AssertionError(f"{action} cannot be pressed: {self.actions()}")

    def digits(self, text):
        return self.tap(*(f"digit:{one}" for one in text))

    def key(self, name):
        self.do(Keyed(Press(key=name, text=name if len(name) == 1 else "")))
        return self

    def scan(self, order):
        self.do(Scanned(order))
        return self

    def do(self, event):
        state, facts = ROLE.handle(self.state, event, self.world, self.desk)
        self.record(*facts)
        self.state = state
        self.look()

    def record(self, *facts: Fact):
        for fact in facts:
            staff = None if self.world.person is None else self.world.person.id
            self.entries.append(
                Entry(seq=len(self.entries) + 1, id=self.desk.new_id(), fact=fact, staff=staff, at=self.world.now)
            )
            self._carry_out(fact)
            if isinstance(fact, StaffSeen) and fact.what == "logout":
                self.world = replace(self.world, person=None)
        self.world = replace(
            self.world,
            recent=tuple(self.entries[-300:]),
            ledger=kept(self.entries[len(self.entries) - len(facts) :], self.world.ledger),
        )

    def look(self):
        """As the runner does after everything: the cards of this till, and what comes to whoever is here."""
        mine = {HELD_WAITING, held_place(self.world.station)}
        cards = {key: card for key, card in self.share.items() if card.spot.place in mine}
        self.world = replace(self.world, cards=cards)
        if self.world.person is not None:
            facts = HANDOVER.arrive(self.state, self.world)
            if facts:
                self.record(*facts)
                cards = {key: card for key, card in self.share.items() if card.spot.place in mine}
                self.world = replace(self.world, cards=cards)
        self.state = ROLE.notice(self.state, self.world, self.desk)
        return self

    def leaves(self):
        self.record(*HANDOVER.leave(self.state, self.world, self.desk))
        self.state = HANDOVER.cleared(self.state)
        self.world = replace(self.world, person=None)
        return self.look()

    def comes(self, person):
        self.world = replace(self.world, person=person)
        return self.look()

    def dies(self):
        """The power goes and comes back: what is left is the journal and the floor."""
        self.state = ROLE.begin(self.world)
        self.world = replace(self.world, ledger=kept(self.entries))
        return self.look()

    def later(self, seconds):
        self.world = replace(self.world, now=self.world.now + timedelta(seconds=seconds))
        return self.look()

    def _carry_out(self, fact):
        if isinstance(fact, OrderHeld):
            self._put(fact.token, HELD_WAITING)
        elif isinstance(fact, OrderSent | OrderChanged) and fact.bill is not None:
            self._put(fact.bill, HELD_WAITING)
        elif isinstance(fact, TokenMoved):
            key: Key = (fact.order, fact.part)
            card = self.share.get(key)
            if card is not None and card.spot.place == fact.place:
                self.share[key] = replace(card, spot=Spot(fact.to, card.spot.name.moved()))

    def _put(self, body, place):
        self.share.setdefault(body.key, Card(Spot(place, name_of(body)), body))
