"""What this station holds of the floor: the picture and the mirror on its own disk, kept equal."""

from collections.abc import Iterable, Mapping

from station.domain.cards import Card
from station.domain.floor import Spot, live
from station.domain.token import Body, Key, TokenName, decode, encode
from station.errors import TokenError
from station.local.mirror import MirrorWriter
from station.tokens.picture import Picture, Steps, follow, placed


class Holding:
    """Begins with what the mirror held when this station was last on."""

    def __init__(self, mirror: MirrorWriter, key: bytes) -> None:
        self._mirror, self._key = mirror, key
        spots = mirror.spots()
        best = live(spots)
        for spot in spots:
            if best.get(spot.name.key) != spot:
                mirror.drop(spot)
        self._picture = Picture(best)
        self._bodies: dict[Spot, Body] = {}

    @property
    def spots(self) -> Mapping[Key, Spot]:
        return self._picture.spots

    def cards(self) -> list[Card]:
        """Everything whose body is known here."""
        return [Card(spot, body) for spot in self.spots.values() if (body := self.body(spot)) is not None]

    def body(self, spot: Spot) -> Body | None:
        body = self._bodies.get(spot)
        if body is None and (data := self._mirror.read(spot)) is not None:
            try:
                body = decode(data, self._key, spot.name)
            except TokenError:
                return None
            self._bodies[spot] = body
        return body

    def keep(self, spot: Spot, body: Body) -> None:
        self._mirror.put(spot, encode(body, self._key))
        self._bodies[spot] = body

    def look(self, listing: Mapping[str, Iterable[TokenName] | None]) -> Steps:
        """Takes in a listing. Moves and drops are done at once; `fetch` is the caller's, who then calls `keep`."""
        self._picture, steps = follow(self._picture, listing)
        for source, target in steps.move:
            self._move(source, target)
        return steps

    def drop(self, spots: Iterable[Spot]) -> None:
        """Of a revised token the new one comes first, so that a screen never blinks."""
        for spot in spots:
            self._mirror.drop(spot)
            self._bodies.pop(spot, None)

    def refuse(self, spot: Spot) -> None:
        """It is no valid token, or gone: forget that it was seen."""
        spots = {key: known for key, known in self._picture.spots.items() if known != spot}
        self._picture = Picture(spots, {key: n for key, n in self._picture.absent.items() if key in spots})

    def placed(self, gone: Spot | None, there: Iterable[tuple[Spot, Body]], shown: Iterable[str]) -> None:
        """This station's own operation: in the mirror before the fact is settled, so that no screen blinks."""
        wanted = set(shown)
        kept = [(spot, body) for spot, body in there if spot.place in wanted]
        moved = len(kept) == 1 and gone is not None and self.body(gone) == kept[0][1]
        for spot, body in kept:
            if moved and gone is not None:
                self._move(gone, spot)
            else:
                self.keep(spot, body)
        if gone is not None and not moved:
            self.drop([gone])
        self._picture = placed(self._picture, gone, [spot for spot, _ in kept])

    def _move(self, source: Spot, target: Spot) -> None:
        self._mirror.move(source, target)
        body = self._bodies.pop(source, None)
        if body is not None:
            self._bodies[target] = body
