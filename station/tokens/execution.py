"""Carrying out the journal's facts on the floor: each becomes one operation, named by the fact's id.

The operation's progress is kept in the journal, so a fact that was cut off by a power cut, a SIGKILL or a dead share is
taken up where it stood, by calling `carry_out` again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast

import msgspec

from station.domain.changes import NotPossible, children
from station.domain.facts import (
    Entry,
    FloorReported,
    OrderChanged,
    OrderHeld,
    OrderSent,
    PlanChanged,
    TokenFact,
    TokenMoved,
    kind_of,
)
from station.domain.floor import HELD_WAITING, HOLD, INBOX, PLAN, Spot
from station.domain.plan import words
from station.domain.token import Body, Key
from station.errors import TokenError
from station.local.journal import Journal
from station.tokens.floor import Floor
from station.tokens.progress import State, Step
from station.tokens.publish import spot_at
from station.tokens.share import Gone
from station.tokens.taking import Changes


class JournalProgress:
    """Progress of the floor's operations, in the journal's own database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def load(self, op: str) -> Step | None:
        row = self._journal.progress(op)
        if row is None:
            return None
        state, nonce, source, target, session = row
        return Step(cast("State", state), nonce, source, target, session)

    def save(self, op: str, step: Step) -> None:
        ended = step.state in {"done", "lost"}
        self._journal.save_progress(
            op, step.state, step.nonce, step.source, step.target, step.session, durable=not ended
        )


class Known(Protocol):
    """What this station knows of the floor without asking it."""

    @property
    def spots(self) -> Mapping[Key, Spot]: ...

    def body(self, spot: Spot) -> Body | None:
        """The token's body, when it is on this station's disk."""

    def begin(self, op: str, spot: Spot, body: Body) -> None:
        """Keeps the body for this operation until the fact is settled, whatever becomes of the spot; survives a crash."""

    def begun(self, op: str, spot: Spot) -> Body | None:
        """What `begin` kept of this spot."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a fact: its report, the spot that is empty now, and the tokens that stand somewhere instead."""

    report: FloorReported
    gone: Spot | None = None
    placed: tuple[tuple[Spot, Body], ...] = ()


class Executor:
    """One operation at a time. `name_of` gives the name of a staff member's id, for the token's record; `day` the business date."""

    def __init__(
        self,
        floor: Floor,
        journal: Journal,
        known: Known,
        name_of: Callable[[str | None], str],
        day: Callable[[], str] = lambda: datetime.now(UTC).date().isoformat(),
    ) -> None:
        self._floor, self._journal, self._known, self._name_of, self._day = floor, journal, known, name_of, day
        self._changes = Changes(floor, journal.forget_progress)

    def carry_out(self, entry: Entry) -> Carried:
        """One fact, to its end. Raises ShareError when it must be tried again later; nothing is lost by that."""
        fact = entry.fact
        if isinstance(fact, OrderSent):
            # For a time that is yet to come: it is fired by itself then.
            place = INBOX if fact.token.fire_at is None else HOLD
            return self._published(entry, fact.token, place, "send", fact.bill)
        if isinstance(fact, OrderHeld):
            return self._published(entry, fact.token, HELD_WAITING, "keep")
        if isinstance(fact, PlanChanged):
            self._floor.change_plan(fact.change)
            return Carried(_planned(entry, fact))
        if isinstance(fact, OrderChanged):
            return self._changed(entry, fact)
        return self._on_a_token(entry, cast("TokenFact", fact))

    def _published(self, entry: Entry, token: Body, place: str, verb: str, bill: Body | None = None) -> Carried:
        try:
            spot = self._floor.publish(entry.id, token, place)
        except TokenError as error:
            return Carried(_report(entry, token.key, None, None, verb, str(error)))
        there = [(spot, token)]
        if bill is not None:
            there.append((self._floor.publish(bill.order, bill, HELD_WAITING), bill))
        return Carried(_report(entry, token.key, None, spot, verb), None, tuple(there))

    def _changed(self, entry: Entry, fact: OrderChanged) -> Carried:
        key = (fact.order, "1" if fact.token is None else fact.token.part)
        try:
            placed, why = self._changes.carry_out(entry, fact, self._name_of(entry.staff), self._day())
        except TokenError as error:
            return Carried(_report(entry, key, None, None, "change", str(error)))
        spot = next((spot for spot, body in placed if fact.token is not None and body is fact.token), None)
        report = _report(entry, key, None, spot, "change", why)
        return Carried(msgspec.structs.replace(report, outcome="done"), None, tuple(placed))

    def _on_a_token(self, entry: Entry, fact: TokenFact) -> Carried:
        key, verb = (fact.order, fact.part), _verb(fact)
        source: Spot | None = None
        try:
            source = self._begun(entry.id) or self._find(key, fact.place)
            while source is not None:
                carried = self._attempt(entry, fact, source)
                if carried is not None:
                    return carried
                source = self._find_revised(source)
                self._journal.forget_progress(entry.id)
        except (NotPossible, TokenError) as error:
            return Carried(_report(entry, key, source, None, verb, str(error)))
        return Carried(_report(entry, key, None, None, verb, f"it was no longer in {fact.place}"))

    def _attempt(self, entry: Entry, fact: TokenFact, source: Spot) -> Carried | None:
        """None when somebody else was first."""
        verb = _verb(fact)
        if isinstance(fact, TokenMoved):
            body = self._known.body(source)
            there = self._floor.move(entry.id, source, fact.to)
            if there is None:
                return None
            report = _report(entry, source.name.key, source, there, verb, fact.why)
            return Carried(report, source, () if body is None else ((there, body),))
        body = self._body_to_replace(entry.id, source)
        if body is None:
            return None
        bodies = children(body, fact, by=self._name_of(entry.staff), at=entry.at)
        spots = self._floor.replace(entry.id, source, bodies)
        if spots is None:
            return None
        placed = tuple(zip(spots, (child for _, child in bodies), strict=True))
        return Carried(_report(entry, source.name.key, source, spots[0], verb, _why(fact)), source, placed)

    def _body_to_replace(self, op: str, source: Spot) -> Body | None:
        """Kept on this disk before anything is staged: who takes it up after a crash needs it, wherever it is by then.

        None when the token went before it could be read.
        """
        body = self._known.begun(op, source)
        if body is None:
            body = self._known.body(source)
            try:
                body = self._floor.read(source) if body is None else body
            except Gone:
                return None
            self._known.begin(op, source, body)
        return body

    def _begun(self, op: str) -> Spot | None:
        """The source of an operation that was begun before."""
        step = self._floor.resume(op)
        return None if step is None else spot_at(step.source)

    def _find(self, key: Key, place: str) -> Spot | None:
        known = self._known.spots.get(key)
        return known if known is not None and known.place == place else self._listed(key, place)

    def _find_revised(self, lost: Spot) -> Spot | None:
        """The token in the same place when it was only revised meanwhile; one that left and came back is not meant.

        Leaving and coming back takes two hops that no revision explains; a single one is the fence that others put up
        before they cleared away a split or revision that was never committed.
        """
        found = self._listed(lost.name.key, lost.place)
        if found is None or found.name.hop <= lost.name.hop:
            return None
        unexplained = (found.name.hop - lost.name.hop) - (found.name.revision - lost.name.revision)
        return found if unexplained in {0, 1} else None

    def _listed(self, key: Key, place: str) -> Spot | None:
        scan = self._floor.scan([place])
        for error in scan.unknown.values():
            raise error
        names = sorted((name for name in scan.names[place] if name.key == key), key=lambda name: name.hop)
        return Spot(place, names[-1]) if names else None


def _verb(fact: TokenFact) -> str:
    return fact.verb if isinstance(fact, TokenMoved) else kind_of(fact).removeprefix("token.")


def _why(fact: TokenFact) -> str:
    why = getattr(fact, "why", "")
    return "; ".join(f"{code}: {reason}" for code, reason in why.items()) if isinstance(why, dict) else str(why)


def _planned(entry: Entry, fact: PlanChanged) -> FloorReported:
    """It is about no token: the fact's own id stands for the order."""
    return FloorReported(
        fact=entry.id,
        order=entry.id,
        part="1",
        revision=0,
        hop=0,
        source=PLAN,
        to=PLAN,
        verb="plan",
        outcome="done",
        why=words(fact.change),
    )


def _report(entry: Entry, key: Key, source: Spot | None, there: Spot | None, verb: str, why: str = "") -> FloorReported:
    """Done when the token stands `there` now; lost, with the reason, when it doesn't."""
    name = there.name if there is not None else source.name if source is not None else None
    return FloorReported(
        fact=entry.id,
        order=key[0],
        part=key[1],
        revision=0 if name is None else name.revision,
        hop=0 if name is None else name.hop,
        source="" if source is None else source.place,
        to="" if there is None else there.place,
        verb=verb,
        outcome="lost" if there is None else "done",
        why=why[:400],
    )
