"""PINs as they are kept: argon2id over the PIN and the shop's key, which stands in no database.

So a stolen snapshot or backup alone gives no PIN, however long somebody tries. Who also has the shop's key (a station's whole disk)
needs one argon2 of 19 MiB and 2 passes a guess (OWASP's recommendation): about 40 ms here, so a four-digit PIN falls
within minutes. That is what a PIN is worth; cards are worth more.
"""

import hashlib
import hmac
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY: Final = _HASHER.hash("nobody has this")


def hash_pin(pin: str, shop_key: bytes) -> str:
    return _HASHER.hash(_peppered(pin, shop_key))


def right_pin(pin: str, kept: str | None, shop_key: bytes) -> bool:
    """Takes as long whether there is such a person, whether they have a PIN, and whether it is right."""
    try:
        return _HASHER.verify(kept or _NOBODY, _peppered(pin, shop_key)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _peppered(pin: str, shop_key: bytes) -> bytes:
    return hmac.new(shop_key, b"station pin " + pin.encode(), hashlib.sha256).digest()
