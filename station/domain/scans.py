"""What a scanner may read: a wallet card, static or rotating, or something else. And whose card it is.

    SW + 26 characters + check      static: 128 random bits in Crockford's base32
    SR + 8 digits + 8 digits        rotating: the card's number, and a time code (RFC 6238, SHA-1, 8 digits, 30 s)
    SO + 26 characters              no card: an order's ULID, as its receipt shows it

Letters are upper case; what a scanner typed in lower case is taken as upper. The check character is ISO 7064 MOD 37,36, which finds
every single wrong character and nearly every swap of two neighbours, so that a misread card says "scan again" and is no guess.
The master and the snapshot hold a static card's SHA-256 only. A rotating card's key is worked out from the shop's key and the card's
number, and stored nowhere: a database that was stolen can make neither.
"""

import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

STEP_S: Final = 30
EITHER_SIDE: Final = 1
"""How many steps before and after the present one a time code may be of: phones' clocks are not all right."""
NUMBER_DIGITS: Final = 8
CODE_DIGITS: Final = 8
_STATIC: Final = re.compile(r"SW([0-9A-HJKMNP-TV-Z]{26})([0-9A-Z])")
_ROTATING: Final = re.compile(rf"SR([0-9]{{{NUMBER_DIGITS}}})([0-9]{{{CODE_DIGITS}}})")
_ORDER: Final = re.compile(r"SO([0-7][0-9A-HJKMNP-TV-Z]{25})")
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Kind = Literal["static", "rotating"]
Refusal = Literal["unknown", "misread", "revoked", "expired", "used", "wait"]


@dataclass(frozen=True, slots=True)
class Wallet:
    """A card as the snapshot has it. `last_step`: of a rotating one, the newest time step that was ever accepted."""

    id: str
    staff: str
    number: str
    kind: Kind
    sha256: str
    revoked: bool = False
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class Wallets:
    """All cards of the shop: static ones by their hash, rotating ones by their number."""

    by_hash: Mapping[str, Wallet]
    by_number: Mapping[str, Wallet]


@dataclass(frozen=True, slots=True)
class Identified:
    """`step`: of a rotating card, the time step that must never be accepted again (0: a static one)."""

    staff: str
    card: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """`card`: which one, where that is known; what was scanned is nowhere."""

    why: Refusal
    card: str | None = None
    staff: str | None = None


NO_WALLETS: Final = Wallets({}, {})


def is_wallet(code: str) -> bool:
    """Whether this is meant to be a wallet card: then its text is shown, kept and searched for nowhere."""
    return code[:2].upper() in {"SW", "SR"}


def order_code(order: str) -> str:
    """The text of the QR on an order's receipt."""
    return f"SO{order.upper()}"


def order_of(code: str) -> str | None:
    """The order's ULID, when this is the code of a receipt."""
    found = _ORDER.fullmatch(code.strip().upper())
    return None if found is None else found[1].lower()


def identify(
    code: str, wallets: Wallets, now: datetime, *, used: Mapping[str, int], shop_key: bytes
) -> Identified | Refused:
    """Whose card it is. `used`: by card the newest step that was accepted here, which the snapshot may not know yet."""
    text = code.strip().upper()
    static = _STATIC.fullmatch(text)
    if static is not None:
        return _static(text, wallets)
    rotating = _ROTATING.fullmatch(text)
    if rotating is None:
        return Refused("misread" if is_wallet(text) else "unknown")
    card = wallets.by_number.get(rotating[1])
    if card is None or card.kind != "rotating":
        return Refused("unknown")
    if card.revoked:
        return Refused("revoked", card.id, card.staff)
    return _rotating(card, rotating[2], now, used=used.get(card.id, 0), key=rotating_key(shop_key, card.number))


def static_code(secret: bytes) -> str:
    """The text of a static card's QR from 16 random bytes."""
    assert len(secret) == 16
    number = int.from_bytes(secret, "big")
    text = "SW" + "".join(_CROCKFORD[number >> (5 * place) & 31] for place in reversed(range(26)))
    return text + check_character(text)


def rotating_code(number: str, key: bytes, at: datetime) -> str:
    """What a rotating card shows at this moment."""
    return f"SR{number}{time_code(key, step_of(at))}"


def rotating_key(shop_key: bytes, number: str) -> bytes:
    """20 bytes, as long as SHA-1's block of output: what RFC 4226 recommends."""
    return hmac.new(shop_key, b"station rotating card " + number.encode(), hashlib.sha256).digest()[:20]


def hash_of_code(code: str) -> str:
    """What the master keeps of a static card."""
    return hashlib.sha256(code.upper().encode()).hexdigest()


def time_code(key: bytes, step: int) -> str:
    """RFC 4226 and 6238: dynamic truncation of HMAC-SHA-1 over the step."""
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    begin = digest[-1] & 15
    number = int.from_bytes(digest[begin : begin + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def step_of(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp()) // STEP_S


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over letters and digits."""
    product = 36
    for one in text:
        total = (product + _ALPHABET.index(one)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def _static(text: str, wallets: Wallets) -> Identified | Refused:
    if not hmac.compare_digest(check_character(text[:-1]), text[-1]):
        return Refused("misread")
    # Found by its hash: how long the look takes tells nothing of any secret.
    card = wallets.by_hash.get(hash_of_code(text))
    if card is None or card.kind != "static":
        return Refused("unknown")
    return Refused("revoked", card.id, card.staff) if card.revoked else Identified(card.staff, card.id)


def _rotating(card: Wallet, digits: str, now: datetime, *, used: int, key: bytes) -> Identified | Refused:
    present, newest = step_of(now), max(card.last_step, used)
    steps = range(present - EITHER_SIDE, present + EITHER_SIDE + 1)
    # Every step is compared to the end, whichever matches.
    matching = [step for step in steps if hmac.compare_digest(time_code(key, step), digits)]
    if not matching:
        return Refused("expired", card.id, card.staff)
    if matching[-1] <= newest:
        return Refused("used", card.id, card.staff)
    return Identified(card.staff, card.id, matching[-1])
