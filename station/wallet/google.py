"""A rotating card as Google Wallet takes it: one class for the shop's staff cards, one object for this card.

    {"genericClasses": [{"id": "ISSUER.station_staff", …}], "genericObjects": [{"id": "ISSUER.card_NUMBER", …}]}

The names are Google's (Wallet REST reference: GenericClass, GenericObject, RotatingBarcode). Each part goes into the REST API as it is,
and the whole is the payload of a token of the type savetowallet, which the shop's own Google account signs. The phone works
out the code by itself: it needs no network, and its text is the one of `station.domain.scans.rotating_code`.
Pure.
"""

import re

from station.data.personnel import Card
from station.domain.scans import CODE_DIGITS, STEP_S
from station.errors import ConfigError
from station.wallet.layout import spaced

_BACKGROUND = "#0f1724"


def check_issuer(issuer: str) -> None:
    """Raises ConfigError for what cannot be one."""
    if not re.fullmatch(r"[0-9]{5,25}", issuer):
        raise ConfigError(
            f"{issuer!r} is no issuer ID of Google Wallet: it is a number, which the Google Pay & Wallet Console shows"
        )


def google_pass(card: Card, issuer: str) -> dict[str, object]:
    """Holds the card's key: whoever has this has the card."""
    class_id = f"{issuer}.station_staff"
    return {
        "genericClasses": [{"id": class_id, "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES"}],
        "genericObjects": [
            {
                "id": f"{issuer}.card_{card.number}",
                "classId": class_id,
                "state": "ACTIVE",
                "cardTitle": _words(card.shop),
                "header": _words(card.name),
                "subheader": _words(card.role),
                "hexBackgroundColor": _BACKGROUND,
                "passConstraints": {"screenshotEligibility": "INELIGIBLE"},
                "rotatingBarcode": {
                    "type": "QR_CODE",
                    "renderEncoding": "UTF_8",
                    "valuePattern": f"SR{card.number}{{totp_value_0}}",
                    # Else the phone writes the code itself below its picture.
                    "alternateText": spaced(card.number),
                    "totpDetails": {
                        "algorithm": "TOTP_SHA1",
                        "periodMillis": str(STEP_S * 1000),
                        # RFC 4648 writes base 16 in capitals, and there are readers that take nothing else.
                        "parameters": [{"key": card.key.hex().upper(), "valueLength": CODE_DIGITS}],
                    },
                },
            }
        ],
    }


def _words(text: str) -> dict[str, object]:
    return {"defaultValue": {"language": "en", "value": text}}
