"""Orders that were rung up some minutes before the demo begins, so that its first picture has every colour.

They are facts in a till's journal like any other: sold, paid, and sent by that till's own tokens program when it starts.
"""

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from ulid import ULID

from station.data.queries.screens import load_shop
from station.data.session import open_engine
from station.domain import draft as drafts
from station.domain.draft import Draft
from station.domain.menu import MenuItem, Shop
from station.domain.orders import Sale, counter_name, order_number, place
from station.domain.pricing import price
from station.domain.tenders import cash, due
from station.local.journal import Journal

AGES_S = (390.0, 330.0, 310.0, 250.0, 215.0, 190.0, 150.0, 120.0, 80.0, 45.0)


def ring_up_earlier(home: Path, code: str, master_url: str, chance: random.Random) -> int:
    """Puts the orders into the till's journal; how many there are."""
    engine = open_engine(master_url)
    with engine.connect() as connection:
        shop = load_shop(connection, code)
    engine.dispose()
    journal = Journal(home / "data" / "journal.db", code)
    now = datetime.now(UTC)
    cashier = next(person for person in shop.staff if "order.take" in person.permissions)
    for age_s in AGES_S:
        at = now - timedelta(seconds=age_s)
        number = order_number(code, journal.next_number(counter_name(shop.business_day)))
        draft = _draft(shop, at, chance)
        total = due(price(draft).total_minor, (), shop.menu.cash_rounding_minor)
        tender = cash(total, total.cash_minor, _id(at))
        sale = Sale(
            order=_id(at),
            number=number,
            business_day_id=shop.business_day_id,
            station=code,
            staff=cashier,
            at=at,
        )
        journal.append(place(draft, (tender,), shop.menu, sale, (), partial(_id, at)), cashier.id, at)
    journal.close()
    return len(AGES_S)


def _draft(shop: Shop, at: datetime, chance: random.Random) -> Draft:
    draft = Draft(mode=chance.choice(("eat_in", "take_away")))
    items = [item for item in shop.menu.items if not item.sold_out]
    for item in chance.sample(items, chance.choice((2, 2, 3))):
        draft = drafts.add(draft, item, _id(at), _chosen(item, chance))
        if chance.random() < 0.4:
            draft = drafts.count_changed(draft, draft.lines[-1].id, 2)
    return draft


def _chosen(item: MenuItem, chance: random.Random) -> tuple[str, ...]:
    """What must be chosen, and now and then something that may be."""
    chosen: list[str] = []
    for group in item.groups:
        wanted = max(group.minimum, chance.choice((0, 0, 1)))
        picked = chance.sample(group.modifiers, min(wanted, group.maximum, len(group.modifiers)))
        chosen += [modifier.id for modifier in picked]
    return tuple(chosen)


def _id(at: datetime) -> str:
    return str(ULID.from_datetime(at)).lower()
