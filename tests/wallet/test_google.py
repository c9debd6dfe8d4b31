"""What a phone shows of a rotating card: worked out here from the pass alone, as RFC 6238 says, by other code than ours."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.data.personnel import Card
from station.domain.scans import Identified, Wallet, Wallets, identify, rotating_code, rotating_key
from station.errors import ConfigError
from station.wallet.google import check_issuer, google_pass

ISSUER = "3388000000012345678"
SHOP_KEY = b"k" * 32
CARD = Card("40718293", "rotating", "Žofia", "Shift lead", "De Pan", key=rotating_key(SHOP_KEY, "40718293"))
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def barcode(card=CARD):
    """As it comes out of the file."""
    return json.loads(json.dumps(google_pass(card, ISSUER)))["genericObjects"][0]["rotatingBarcode"]


def totp(key, unix_s, period_s, digits):
    """RFC 6238 with SHA-1, after the text of RFC 4226, 5.3 and 5.4."""
    counter = (unix_s // period_s).to_bytes(8, "big")
    mac = hmac.digest(key, counter, hashlib.sha1)
    chosen = mac[19] % 16
    bits = "".join(f"{byte:08b}" for byte in mac[chosen : chosen + 4])
    return str(int(bits[1:], 2))[-digits:].zfill(digits)


def shown(code, at):
    """The QR's text on the phone at this moment: nothing but the pass's own fields is looked at."""
    details = code["totpDetails"]
    assert details["algorithm"] == "TOTP_SHA1"
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    assert int(details["periodMillis"]) % 1000 == 0

    def value(found):
        parameters = details["parameters"][int(found[1])]
        key = base64.b16decode(parameters["key"])
        return totp(key, milliseconds // 1000, int(details["periodMillis"]) // 1000, parameters["valueLength"])

    return re.sub(r"\{totp_value_(\d+)\}", value, code["valuePattern"])


@pytest.mark.parametrize(
    ("unix_s", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_both_give_the_values_of_rfc_6238_appendix_b(unix_s, code):
    key, at = b"12345678901234567890", datetime.fromtimestamp(unix_s, UTC)
    assert totp(key, unix_s, 30, 8) == code
    assert rotating_code("40718293", key, at) == f"SR40718293{code}"


@given(st.integers(1_577_836_800_000, 4_102_444_800_000), st.binary(min_size=20, max_size=20))
def test_the_phone_shows_what_the_stations_expect(unix_ms, key):
    at = EPOCH + timedelta(milliseconds=unix_ms)
    card = Card("40718293", "rotating", "Žofia", "Cook", "De Pan", key=key)
    assert shown(barcode(card), at) == rotating_code(card.number, key, at)


def test_what_the_phone_shows_lets_its_owner_in_and_a_minute_later_no_more():
    wallets = Wallets({}, {CARD.number: Wallet("card1", "staff1", CARD.number, "rotating", "")})
    text = shown(barcode(), NOW)
    found = identify(text, wallets, NOW, used={}, shop_key=SHOP_KEY)
    assert isinstance(found, Identified)
    assert found.staff == "staff1"
    assert identify(text, wallets, NOW + timedelta(seconds=61), used={}, shop_key=SHOP_KEY).why == "expired"
    assert len(text) <= 32
    assert re.fullmatch(r"[A-Z0-9]+", text)


def test_a_pass_is_a_class_and_an_object_in_googles_words():
    made = google_pass(CARD, ISSUER)
    (kind,), (one,) = made["genericClasses"], made["genericObjects"]
    assert kind["id"] == one["classId"] == f"{ISSUER}.station_staff"
    assert one["id"] == f"{ISSUER}.card_40718293"
    # Google's ids: letters, digits, dots, underscores, hyphens.
    assert re.fullmatch(r"[0-9]+\.[A-Za-z0-9._-]+", one["id"])
    assert one["state"] == "ACTIVE"
    words = {name: one[name]["defaultValue"]["value"] for name in ("cardTitle", "header", "subheader")}
    assert words == {"cardTitle": "De Pan", "header": "Žofia", "subheader": "Shift lead"}
    code = one["rotatingBarcode"]
    assert (code["type"], code["renderEncoding"]) == ("QR_CODE", "UTF_8")
    # A 64-bit number is a string in Google's JSON, a 32-bit one is not.
    assert code["totpDetails"]["periodMillis"] == "30000"
    assert code["totpDetails"]["parameters"] == [{"key": CARD.key.hex().upper(), "valueLength": 8}]
    assert code["alternateText"] == "4071 8293"


def test_the_key_stands_in_one_place_only():
    assert json.dumps(google_pass(CARD, ISSUER)).upper().count(CARD.key.hex().upper()) == 1


def test_an_issuer_is_a_number():
    check_issuer(ISSUER)
    for wrong in ("", "acme", "12 34567", "1234", "١٢٣٤٥٦"):
        with pytest.raises(ConfigError, match="no issuer ID of Google Wallet"):
            check_issuer(wrong)
