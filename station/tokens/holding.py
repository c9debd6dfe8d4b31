"""What this station holds of the floor: the picture and the mirror on its own disk, kept equal."""

from collections.abc import Collection, Iterable, Mapping

from station.domain.cards import Card
from station.domain.floor import DONE, Spot, live
from station.domain.token import Body, Key, TokenName, decode, encode
from station.errors import TokenError
from station.local.mirror import MirrorWriter
from station.tokens.picture import Picture, Steps, follow, is_at_or_before, only, placed, steps_to, without


class Holding:
    """Begins with what the mirror held when this station was last on."""

    def __init__(self, mirror: MirrorWriter, key: bytes) -> None:
        self._mirror, self._key = mirror, key
        self._bodies: dict[Spot, Body] = {}
        for spot in mirror.spots():
            body = self._decoded(mirror.read(spot), spot)
            # One that a power cut or a failing disk spoilt is fetched again.
            if body is None:
                mirror.drop(spot)
            else:
                self._bodies[spot] = body
        self._picture = Picture(live(self._bodies))
        self.let_go()

    @property
    def spots(self) -> Mapping[Key, Spot]:
        return self._picture.spots

    @property
    def doubtful(self) -> bool:
        """Whether something was not seen where it stood, and must be looked for again soon."""
        return bool(self._picture.absent)

    def cards(self) -> list[Card]:
        """Everything whose body is known here."""
        return [Card(spot, body) for spot in self.spots.values() if (body := self.body(spot)) is not None]

    def body(self, spot: Spot) -> Body | None:
        return self._bodies.get(spot)

    def keep(self, spot: Spot, body: Body) -> None:
        self._mirror.put(spot, encode(body, self._key))
        self._bodies[spot] = body

    def look(
        self, listing: Mapping[str, Iterable[TokenName] | None], now_s: float, shown: Collection[str] | None = None
    ) -> Steps:
        """Takes in a listing made at `now_s`. Moves are done at once; the caller fetches and keeps, then lets go.

        What stands elsewhere than in the places that are `shown` (None: not known now) is none of this station's.
        """
        if shown is not None:
            self._picture = only(self._picture, shown)
        self._picture = follow(self._picture, listing, now_s)
        steps = steps_to(self._picture, self._bodies)
        for source, target in steps.move:
            self._move(source, target)
        return steps

    def let_go(self) -> None:
        """Drops from the mirror what is not in the picture, after what takes its place: so that a screen never blinks."""
        for spot in steps_to(self._picture, self._bodies).drop:
            self._drop(spot)

    def refuse(self, spot: Spot) -> None:
        """It is no valid token, or gone: what it was to replace stays until a listing says where it is."""
        self._picture = without(self._picture, spot, self._bodies)

    def placed(self, gone: Spot | None, there: Iterable[tuple[Spot, Body]], shown: Collection[str]) -> None:
        """This station's own operation: in the mirror before the fact is settled, so that no screen blinks."""
        for spot, body in there:
            if spot.place.startswith(f"{DONE}/"):
                self._mirror.finish(spot, encode(body, self._key))
        kept = [(spot, body) for spot, body in there if spot.place in shown and not self._is_past(spot)]
        for spot, body in kept:
            if gone is not None and gone.name.key == spot.name.key and self._bodies.get(gone) == body:
                self._move(gone, spot)
            else:
                self.keep(spot, body)
        if gone is not None:
            # It may have been revised by others just before: what is held of it then is an earlier sighting.
            for spot in [spot for spot in self._bodies if is_at_or_before(spot, gone)]:
                self._drop(spot)
        self._picture = placed(self._picture, gone, [spot for spot, _ in kept])

    def begin(self, op: str, spot: Spot, body: Body) -> None:
        self._mirror.begin(op, spot, encode(body, self._key))

    def begun(self, op: str, spot: Spot) -> Body | None:
        return self._decoded(self._mirror.begun(op), spot)

    def end(self, op: str) -> None:
        self._mirror.end(op)

    def operations(self) -> list[str]:
        """Those that were begun and not ended."""
        return self._mirror.operations()

    def _is_past(self, spot: Spot) -> bool:
        """An operation that was taken up again may end after its token was seen to have gone on."""
        known = self.spots.get(spot.name.key)
        return known is not None and known.name.hop > spot.name.hop

    def _move(self, source: Spot, target: Spot) -> None:
        if not self._mirror.move(source, target):
            self._mirror.put(target, encode(self._bodies[source], self._key))
        self._bodies[target] = self._bodies.pop(source)

    def _drop(self, spot: Spot) -> None:
        self._mirror.drop(spot)
        del self._bodies[spot]

    def _decoded(self, data: bytes | None, spot: Spot) -> Body | None:
        try:
            return None if data is None else decode(data, self._key, spot.name)
        except TokenError:
            return None
