"""Quantities as a cook reads them: 1250 g is "1.25 kg", half a piece "½ piece".

Pure. What is shown is within a twentieth of what was meant, and what is not nothing is never shown as nothing.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final

COUNTED: Final = ("piece", "slice", "portion")
"""Units that are counted; the others are weighed or measured."""

_LARGER: Final[Mapping[str, str]] = MappingProxyType({"g": "kg", "ml": "l"})
_FRACTIONS: Final = (
    (Decimal("0.25"), "¼"),
    (Decimal(1) / 3, "⅓"),
    (Decimal("0.5"), "½"),
    (Decimal(2) / 3, "⅔"),
    (Decimal("0.75"), "¾"),
)
_NEAR: Final = Decimal("0.045")


def amount_text(quantity: Decimal, unit: str) -> str:
    """A quantity in the unit that people would say it in: "2.5 g", "400 g", "1.25 kg", "3 slices", "1½ pieces"."""
    if unit in COUNTED:
        number = _counted(quantity)
        return f"{number} {unit}" if quantity <= 1 else f"{number} {unit}s"
    larger = _LARGER.get(unit)
    if larger is not None and _whole(quantity) >= 1000:
        return f"{_plain(_to(quantity / 1000, '0.01'))} {larger}"
    return f"{_measured(quantity)} {unit}"


def _counted(quantity: Decimal) -> str:
    """Whole from ten on; below that the nearest fraction that people cut things into, where one is near enough."""
    if quantity >= 10:
        return str(_whole(quantity))
    whole = int(quantity)
    parts = [(Decimal(whole), str(whole)), (Decimal(whole + 1), str(whole + 1))]
    parts += [(whole + value, f"{whole or ''}{sign}") for value, sign in _FRACTIONS]
    value, text = min(parts, key=lambda part: abs(part[0] - quantity))
    return text if abs(value - quantity) <= quantity * _NEAR else _measured(quantity)


def _measured(quantity: Decimal) -> str:
    """Whole from ten on, one decimal from one on, below that two figures that say something."""
    if _to(quantity, "0.1") >= 10:
        return str(_whole(quantity))
    if quantity >= 1:
        return _plain(_to(quantity, "0.1"))
    if quantity == 0:
        return "0"
    return _plain(round(quantity, 1 - quantity.adjusted()))


def _whole(quantity: Decimal) -> int:
    return int(_to(quantity, "1"))


def _to(quantity: Decimal, grain: str) -> Decimal:
    return quantity.quantize(Decimal(grain), ROUND_HALF_UP)


def _plain(quantity: Decimal) -> str:
    """Without zeros that say nothing, and never with an exponent."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
