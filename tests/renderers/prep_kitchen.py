"""A prep display with people at it, for tests: what they do changes the cards as the runner would."""

from dataclasses import replace
from datetime import UTC, datetime

from station.bench import kitchen
from station.bench.cookbook import cookbook
from station.domain.cards import expected
from station.domain.facts import Entry, VoidAcknowledged
from station.domain.floor import station_place
from station.domain.hands import Press
from station.renderers.fonts import Fonts
from station.renderers.prep import PrepRole
from station.renderers.role import Held, Keyed, Tap

NOW = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
HERE = station_place("grill1")
ROLE = PrepRole()
FONTS = Fonts()


class Desk:
    """Recipes of the bench's cookbook; `asked` counts how often one was wanted."""

    def __init__(self):
        self.recipes, self.asked = dict(cookbook().recipes), []

    def new_id(self):
        raise AssertionError("a prep display makes no ids")

    def next_number(self, name):
        raise AssertionError("a prep display counts nothing")

    def recipe(self, recipe_id):
        self.asked.append(recipe_id)
        return self.recipes.get(recipe_id)


class Kitchen:
    """One prep display with people at it."""

    def __init__(self, *bodies, person="cook", size=(1920, 1080), columns=4, profile=None):
        self.now = NOW
        self.shop = kitchen.shop(NOW, columns=columns, profile=profile)
        self.person = self.shop.staff[0] if person == "cook" else person
        self.cards = dict(kitchen.placed(body, HERE) for body in bodies)
        self.facts, self.size, self.tokens, self.desk = [], size, None, Desk()
        self.answered = frozenset()
        self.state = ROLE.begin(self.world)
        self.notice()

    @property
    def world(self):
        made = kitchen.world(
            self.shop, self.cards, self.now, FONTS, size=self.size, person=self.person, tokens=self.tokens
        )
        return replace(made, answered=self.answered)

    def notice(self):
        self.state = ROLE.notice(self.state, self.world, self.desk)

    def does(self, event):
        self.state, facts = ROLE.handle(self.state, event, self.world, self.desk)
        entries = [
            Entry(seq=len(self.facts) + n, id=kitchen.ident(n, NOW), fact=fact, staff=None, at=self.now)
            for n, fact in enumerate(facts)
        ]
        self.cards = expected(self.cards, entries)
        self.answered |= {(fact.order, fact.part) for fact in facts if isinstance(fact, VoidAcknowledged)}
        self.facts += facts
        self.notice()
        return list(facts)

    def taps(self, action):
        found = self.scene.action(action)
        assert found is not None, f"{action} is not on the screen"
        return self.does(Tap(action, found.hit.enabled))

    def holds(self, action):
        """A long touch on the hit that has this action."""
        found = self.scene.action(action)
        assert found is not None, f"{action} is not on the screen"
        assert found.hit.hold, f"{action} has no long touch"
        return self.does(Held(found.hit.hold))

    def keys(self, *keys):
        return [fact for key in keys for fact in self.does(Keyed(Press(key=key)))]

    def moves(self, body, place):
        """Somebody else moves it, or brings it."""
        self.cards.update([kitchen.placed(body, place)])
        self.notice()

    @property
    def scene(self):
        return ROLE.scene(self.state, self.world)

    @property
    def numbers(self):
        return [card.number for card in self.scene.shown]


def order(number, age_s=30.0, **more):
    return kitchen.body(number, NOW, age_s=age_s, **more)


def name(body):
    return f"{body.order}:{body.part}"


def texts(scene):
    return [op.text for panel in scene.panels for op in panel.ops if hasattr(op, "text")]


def actions(scene):
    return [found.hit.action for found in scene.found()]
