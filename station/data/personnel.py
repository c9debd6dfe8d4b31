"""People, their roles, cards and PINs: what stands behind `station staff` and the manager's screen.

Each change is one transaction with its row in the audit of the station where it was made. A card's secret and a PIN are
given back once, to be printed or told, and kept nowhere.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.engine import URL
from ulid import ULID

from station.data.pin_hashes import hash_pin
from station.data.queries.audit import Chain, Event
from station.data.queries.link_rows import json_of
from station.data.session import check_schema, in_transaction, open_engine
from station.data.tables import shop, staff
from station.domain.pins import refuse_easy
from station.domain.scans import NUMBER_DIGITS, Kind, hash_of_code, rotating_key, static_code
from station.errors import DataError

Result = TypeVar("Result")

NAME_LONGEST: Final = 60
FULL_NAME_LONGEST: Final = 120
_CODE: Final = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person as the list shows them. `cards`: numbers and kinds of those that are valid."""

    id: str
    code: str
    name: str
    full_name: str
    roles: tuple[str, ...]
    cards: tuple[tuple[str, Kind], ...]
    has_pin: bool
    retired: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was just issued. `code`: the text of a static one's QR; `key`: of a rotating one. Shown once."""

    number: str
    kind: Kind
    name: str
    role: str
    shop: str
    code: str = field(repr=False, default="")
    key: bytes = field(repr=False, default=b"")


class Personnel:
    """Works on one master as somebody at a station. `by`: the staff code of who does it (None: the command line's owner), who
    must be permitted to manage staff, as soon as anybody is.

    Every method raises DataError in words; then nothing was changed.
    """

    def __init__(
        self, url: str | URL, *, station: str, shop_key: bytes, now: Callable[[], datetime], by: str | None = None
    ) -> None:
        self._url, self._station, self._key, self._now, self._by = url, station, shop_key, now, by

    def everybody(self) -> list[Colleague]:
        return self._do(_everybody)

    def add(self, code: str, name: str, full_name: str, roles: Sequence[str]) -> str:
        """The new person's id."""
        _check_words(code, name, full_name)

        def work(conn: Connection) -> str:
            other = conn.scalar(select(staff.staff.c.name).where(staff.staff.c.code == code))
            if other is not None:
                raise DataError(f"the code {code!r} is {other}'s already; choose another one")
            person, at = self._id(), self._now()
            row = {"id": person, "shop_id": _shop(conn).id, "code": code, "name": name, "full_name": full_name}
            conn.execute(insert(staff.staff).values(**row, created_at=at, updated_at=at))
            _give_roles(conn, person, roles)
            self._note(conn, "staff.added", person, {"code": code, "roles": list(roles)})
            return person

        return self._do(work)

    def name_of(self, code: str) -> str:
        return str(self._do(lambda conn: _person(conn, code).name))

    def set_roles(self, code: str, roles: Sequence[str]) -> None:
        def work(conn: Connection) -> None:
            person, managers = _person(conn, code), _managers(conn)
            # Noted first: whoever gives their own role away may do so.
            self._note(conn, "staff.roles", person.id, {"roles": list(roles)})
            conn.execute(delete(staff.staff_roles).where(staff.staff_roles.c.staff_id == person.id))
            _give_roles(conn, person.id, roles)
            if managers and not _managers(conn):
                raise _last(person.name)

        self._do(work)

    def leave(self, code: str) -> tuple[str, int]:
        """Somebody does not work here any more: no card and no PIN of theirs lets anybody in. Their name, and how many cards.

        What they did stays theirs. The last one who may manage staff cannot leave: nobody could let others in then.
        """

        def work(conn: Connection) -> tuple[str, int]:
            person, cards, at = _person(conn, code), staff.wallet_cards, self._now()
            if set(_managers(conn)) == {person.id}:
                raise _last(person.name)
            valid = (cards.c.staff_id == person.id, cards.c.revoked_at.is_(None))
            numbers = sorted(conn.scalars(select(cards.c.number).where(*valid)))
            self._note(conn, "staff.left", person.id, {"cards": numbers})
            conn.execute(update(cards).where(*valid).values(revoked_at=at, revoked_by=self._who(conn)))
            conn.execute(delete(staff.staff_pins).where(staff.staff_pins.c.staff_id == person.id))
            conn.execute(update(staff.staff).where(staff.staff.c.id == person.id).values(retired_at=at))
            return str(person.name), len(numbers)

        return self._do(work)

    def come_back(self, code: str) -> str:
        """Somebody who had left works here again, with the roles from before and no card or PIN yet. Their name."""

        def work(conn: Connection) -> str:
            people = staff.staff
            row = conn.execute(
                select(people.c.id, people.c.name, people.c.retired_at).where(people.c.code == code)
            ).first()
            if row is None or row.retired_at is None:
                raise DataError(f"nobody with the code {code!r} has left; `station staff list` shows everybody")
            conn.execute(update(people).where(people.c.id == row.id).values(retired_at=None))
            self._note(conn, "staff.came_back", row.id, {})
            return str(row.name)

        return self._do(work)

    def issue(self, code: str, kind: Kind) -> Card:
        """A new card; the person's other cards stay valid."""
        return self.issue_all([code], kind)[0]

    def issue_all(self, codes: Sequence[str], kind: Kind) -> list[Card]:
        """A new card for each of these people, in their order, or none when one of them cannot have one."""
        secret = {code: secrets.token_bytes(16) for code in codes}

        def work(conn: Connection) -> list[Card]:
            return [self._issue(conn, code, kind, static_code(made)) for code, made in secret.items()]

        return self._do(work)

    def _issue(self, conn: Connection, code: str, kind: Kind, static: str) -> Card:
        person, number = _person(conn, code), _free_number(conn)
        text = static if kind == "static" else ""
        key = rotating_key(self._key, number) if kind == "rotating" else b""
        conn.execute(
            insert(staff.wallet_cards).values(
                id=self._id(),
                staff_id=person.id,
                number=number,
                kind=kind,
                secret_sha256=hash_of_code(text or key.hex()),
                last_step=0,
                issued_at=self._now(),
                issued_by=self._who(conn),
            )
        )
        self._note(conn, "staff.card_issued", person.id, {"number": number, "kind": kind})
        return Card(number, kind, person.name, _highest_role(conn, person.id), _shop(conn).name, text, key)

    def revoke(self, number: str) -> str:
        """From here on nobody gets in with it; whose it was."""

        def work(conn: Connection) -> str:
            cards = staff.wallet_cards
            row = conn.execute(
                select(cards.c.id, cards.c.revoked_at, staff.staff.c.id.label("person"), staff.staff.c.name)
                .join(staff.staff, staff.staff.c.id == cards.c.staff_id)
                .where(cards.c.number == number)
            ).first()
            if row is None:
                raise DataError(f"there is no card {number!r}; `station staff list` shows the numbers")
            if row.revoked_at is None:
                changes = {"revoked_at": self._now(), "revoked_by": self._who(conn)}
                conn.execute(update(cards).where(cards.c.id == row.id).values(changes))
                self._note(conn, "staff.card_revoked", row.person, {"number": number})
            return str(row.name)

        return self._do(work)

    def set_pin(self, code: str, pin: str) -> None:
        """Raises EasyPin for one that is too easy."""

        def work(conn: Connection) -> None:
            person, pins, at = _person(conn, code), staff.staff_pins, self._now()
            cards = select(staff.wallet_cards.c.number).where(staff.wallet_cards.c.staff_id == person.id)
            refuse_easy(pin, known=(person.code, *conn.scalars(cards)))
            values: dict[str, Any] = {
                "argon2id": hash_pin(pin, self._key),
                "failures": 0,
                "blocked_until": None,
                "set_at": at,
            }
            if conn.execute(update(pins).where(pins.c.staff_id == person.id).values(values)).rowcount == 0:
                conn.execute(insert(pins).values(id=self._id(), staff_id=person.id, **values))
            self._note(conn, "staff.pin_set", person.id, {})

        self._do(work)

    def _do(self, work: Callable[[Connection], Result]) -> Result:
        engine = open_engine(self._url)
        try:
            check_schema(engine)
            return in_transaction(engine, work)
        finally:
            engine.dispose()

    def _note(self, conn: Connection, kind: str, person: str, body: dict[str, object]) -> None:
        stations = shop.stations.c
        station = conn.scalar(select(stations.id).where(stations.code == self._station))
        if station is None:
            raise DataError(f"the shop has no station {self._station!r}, in whose audit this would stand")
        event = Event(self._id(), kind, self._who(conn), person, json_of(body), self._now())
        Chain(conn, station).add_all([event])

    def _who(self, conn: Connection) -> str | None:
        if self._by is None:
            return None
        person, managers = _person(conn, self._by), _managers(conn)
        if managers and person.id not in managers:
            raise DataError(f"{person.name} may not manage staff; {', '.join(sorted(managers.values()))} may")
        return str(person.id)

    def _id(self) -> str:
        return str(ULID.from_datetime(self._now())).lower()


def _check_words(code: str, name: str, full_name: str) -> None:
    if not _CODE.fullmatch(code):
        raise DataError(f"{code!r} is no staff code: 1 to 12 small letters and digits, like amina or amina2")
    for what, text, longest in (("name", name, NAME_LONGEST), ("full name", full_name, FULL_NAME_LONGEST)):
        if not text.strip() or len(text) > longest or not text.isprintable():
            raise DataError(f"a {what} has 1 to {longest} characters; this one has {len(text)}")


def _everybody(conn: Connection) -> list[Colleague]:
    people, cards, pins = staff.staff.c, staff.wallet_cards.c, staff.staff_pins.c
    roles: dict[str, list[str]] = {}
    for row in conn.execute(select(staff.staff_roles.c.staff_id, staff.staff_roles.c.role_code)).all():
        roles.setdefault(row.staff_id, []).append(row.role_code)
    valid: dict[str, list[tuple[str, Kind]]] = {}
    for one in conn.execute(select(cards.staff_id, cards.number, cards.kind).where(cards.revoked_at.is_(None))).all():
        valid.setdefault(one.staff_id, []).append((one.number, one.kind))
    with_pin = set(conn.scalars(select(pins.staff_id)))
    rows: Sequence[Any] = conn.execute(
        select(people.id, people.code, people.name, people.full_name, people.retired_at).order_by(
            func.lower(people.name)
        )
    ).all()
    return [
        Colleague(
            id=row.id,
            code=row.code,
            name=row.name,
            full_name=row.full_name,
            roles=tuple(sorted(roles.get(row.id, ()))),
            cards=tuple(sorted(valid.get(row.id, ()))),
            has_pin=row.id in with_pin,
            retired=row.retired_at is not None,
        )
        for row in rows
    ]


def _person(conn: Connection, code: str) -> Any:
    people = staff.staff.c
    row = conn.execute(
        select(people.id, people.code, people.name, people.retired_at).where(people.code == code)
    ).first()
    if row is None:
        raise DataError(f"nobody has the code {code!r}; `station staff list` shows who works here")
    if row.retired_at is not None:
        raise DataError(f"{row.name} ({code}) has left and can have no card, PIN or role")
    return row


def _last(name: str) -> DataError:
    return DataError(f"{name} is the last one who may manage staff; give somebody else that role first")


def _managers(conn: Connection) -> dict[str, str]:
    """Who works here and may manage staff: names by id."""
    people, roles, allowed = staff.staff, staff.staff_roles, staff.role_permissions
    rows = conn.execute(
        select(people.c.id, people.c.name)
        .join(roles, roles.c.staff_id == people.c.id)
        .join(allowed, allowed.c.role_code == roles.c.role_code)
        .where(allowed.c.permission_code == "staff.manage", people.c.retired_at.is_(None))
    )
    return {str(row.id): str(row.name) for row in rows}


def _shop(conn: Connection) -> Any:
    row = conn.execute(select(shop.shops.c.id, shop.shops.c.name)).first()
    if row is None:
        raise DataError("the master holds no shop; fill it first")
    return row


def _give_roles(conn: Connection, person: str, roles: Sequence[str]) -> None:
    known = set(conn.scalars(select(staff.roles.c.code)))
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise DataError(f"there is no role {unknown[0]!r}; the roles are {', '.join(sorted(known))}")
    for role in dict.fromkeys(roles):
        conn.execute(insert(staff.staff_roles).values(staff_id=person, role_code=role))


def _highest_role(conn: Connection, person: str) -> str:
    query = (
        select(staff.roles.c.name)
        .join(staff.staff_roles, staff.staff_roles.c.role_code == staff.roles.c.code)
        .where(staff.staff_roles.c.staff_id == person)
        .order_by(staff.roles.c.position.desc())
    )
    return conn.scalar(query.limit(1)) or ""


def _free_number(conn: Connection) -> str:
    """Not in a row, so that nobody guesses the next one's."""
    while True:
        number = f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
        if conn.scalar(select(staff.wallet_cards.c.id).where(staff.wallet_cards.c.number == number)) is None:
            return number
