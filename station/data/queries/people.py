"""What the log-in asks of a snapshot: every card of the shop, and whose PIN must match which hash."""

from sqlalchemy import Connection, select

from station.data.tables import staff
from station.domain.pins import KeptPin
from station.domain.scans import Wallet, Wallets


def load_wallets(conn: Connection, shop_id: str) -> Wallets:
    """Revoked ones too, so that a screen can say that they are. Cards of people who left count as revoked."""
    cards, people = staff.wallet_cards.c, staff.staff.c
    rows = conn.execute(
        select(
            cards.id,
            cards.staff_id,
            cards.number,
            cards.kind,
            cards.secret_sha256,
            cards.revoked_at,
            cards.last_step,
            people.retired_at,
        )
        .join(staff.staff, people.id == cards.staff_id)
        .where(people.shop_id == shop_id)
    ).all()
    wallets = [
        Wallet(
            id=row.id,
            staff=row.staff_id,
            number=row.number,
            kind=row.kind,
            sha256=row.secret_sha256,
            revoked=row.revoked_at is not None or row.retired_at is not None,
            last_step=row.last_step,
        )
        for row in rows
    ]
    return Wallets({one.sha256: one for one in wallets}, {one.number: one for one in wallets})


def load_pins(conn: Connection) -> dict[str, KeptPin]:
    """By person their PIN's hash, and until when it must wait."""
    pins = staff.staff_pins.c
    rows = conn.execute(select(pins.staff_id, pins.argon2id, pins.blocked_until)).all()
    return {row.staff_id: KeptPin(row.argon2id, row.blocked_until) for row in rows}
