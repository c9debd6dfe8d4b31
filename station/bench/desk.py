"""What a bench's roles may ask for: ids, numbers, recipes; a station at which nothing was done yet and nobody has a PIN."""

from collections import Counter
from collections.abc import Callable

from ulid import ULID

from station.domain.cards import Card
from station.domain.menu import Recipe
from station.domain.sold import SoldOrder
from station.domain.speed import Passed


class BenchDesk:
    """See `renderers.role.Desk`."""

    def __init__(self, recipe: Callable[[str], Recipe | None]) -> None:
        self._recipe = recipe
        self._counted: Counter[str] = Counter()

    def recipe(self, recipe_id: str) -> Recipe | None:
        return self._recipe(recipe_id)

    def new_id(self) -> str:
        return str(ULID()).lower()

    def next_number(self, name: str) -> int:
        self._counted[name] += 1
        return self._counted[name]

    def sold(self, order: str) -> SoldOrder | None:
        del order
        return None

    def finished(self) -> tuple[Card, ...]:
        return ()

    def passed(self) -> tuple[Passed, ...]:
        return ()

    def right_pin(self, person: str, pin: str) -> bool:
        del person, pin
        return False

    def pin_wait_s(self, person: str) -> float:
        del person
        return 0.0
