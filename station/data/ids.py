"""ULIDs that are worked out instead of drawn: the same names give the same id, so that doing it twice does it once."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_CHARS = 10
_CHANCE_CHARS = 16


def derived_ulid(at: datetime, *names: str) -> str:
    """An id of this moment whose chance part is a hash of the names."""
    return _base32((at - _EPOCH) // timedelta(milliseconds=1), _TIME_CHARS) + _hashed(names)


def part_ulid(whole: str, *names: str) -> str:
    """An id for what belongs to the row or fact with the id `whole`, born at the same moment."""
    return whole[:_TIME_CHARS] + _hashed((whole, *names))


def _hashed(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return _base32(int.from_bytes(digest[:10], "big"), _CHANCE_CHARS)


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(length)))
