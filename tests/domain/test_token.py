"""A token's name and body: what is written comes back, and what is no token is told apart, whatever it is."""

import hashlib
import hmac
import os
import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.allergens import Answer
from station.domain.token import (
    MAX_BYTES,
    Body,
    Change,
    Customer,
    Given,
    Line,
    Modifier,
    TokenName,
    decode,
    encode,
    name_of,
    parse_name,
)
from station.errors import TokenError

KEY = b"k" * 32
FUZZED = int(os.environ.get("FUZZ_TOKENS", "20000"))
_ULID = st.from_regex(r"[0-7][0-9a-hjkmnp-tv-z]{25}", fullmatch=True)
_CODE = st.from_regex(r"[a-z][a-z0-9]{0,11}", fullmatch=True)
_NAME = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    count = draw(st.integers(0, 999))
    return Line(
        id=draw(_ULID),
        item=draw(_ULID),
        name=draw(_NAME),
        count=count,
        done=draw(st.integers(0, count)),
        was=draw(st.none() | st.integers(0, 999)),
        group=draw(_CODE),
        weight=draw(st.integers(0, 20)),
        modifiers=tuple(
            draw(
                st.lists(
                    st.builds(Modifier, id=_ULID, name=_NAME, effect=st.sampled_from(["added", "removed", "changed"])),
                    max_size=3,
                )
            )
        ),
        note=draw(_NAME | st.just("")),
        allergens=draw(st.dictionaries(_CODE, st.sampled_from(Answer), max_size=4)),
    )


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    return Body(
        order=draw(_ULID),
        number=draw(st.from_regex(r"[a-z0-9]{1,6}(-[0-9]{1,6})?", fullmatch=True)),
        part=draw(st.from_regex(r"[1-9][0-9]{0,2}(-[1-9][0-9]{0,2}){0,5}", fullmatch=True)),
        revision=draw(st.integers(0, 999_999)),
        mode=draw(st.sampled_from(["eat_in", "take_away"])),
        placed_at=draw(st.datetimes(timezones=st.just(UTC))),
        placed_by=draw(_NAME),
        placed_on=draw(_CODE),
        rush=draw(st.booleans()),
        customer=draw(st.builds(Customer, name=_NAME, allergies=st.lists(_CODE, max_size=3).map(tuple))),
        lines=tuple(draw(st.lists(lines(), min_size=1, max_size=5, unique_by=lambda line: line.id))),
    )


def a_body(**changes: object) -> Body:
    body = Body(
        order="01jd9q3v7k8m2n4pqrst0wxyz0",
        number="t1-042",
        mode="eat_in",
        placed_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        placed_by="Mia",
        placed_on="till1",
        lines=(
            Line(
                id="01jd9q3v7k8m2n4pqrst0wxyz1",
                item="01jd9q3v7k8m2n4pqrst0wxyz2",
                name="Classic burger",
                count=2,
                group="grill",
                modifiers=(Modifier(id="01jd9q3v7k8m2n4pqrst0wxyz3", name="No onion", effect="removed"),),
                allergens={"gluten": Answer.CONTAINS},
            ),
        ),
    )
    return msgspec.structs.replace(body, **changes)


def signed(text: bytes, key: bytes = KEY) -> bytes:
    return b"SSS/1 " + hmac.new(key, text, hashlib.sha256).hexdigest().encode() + b"\n" + text


@given(bodies())
@settings(max_examples=150, deadline=None)
def test_what_is_written_comes_back(body: Body) -> None:
    assert decode(encode(body, KEY), KEY, name_of(body, 7)) == body


@given(
    st.builds(
        TokenName,
        order=_ULID,
        number=st.just("t1-042"),
        part=st.just("1-2-1"),
        revision=st.integers(0, 999_999),
        hop=st.integers(0, 999_999),
        items=st.integers(0, 999_999),
    )
)
def test_a_name_comes_back(name: TokenName) -> None:
    assert parse_name(str(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order.sss",
        "01JD9Q3V7K8M2N4PQRST0WXYZ0.t1-042.p1.r0.h0.n1.sss",
        "01jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p0.r0.h0.n1.sss",
        "01jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p1.r00.h0.n1.sss",
        "01jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p1.r0.h0.n1.sss.tmp",
        "01jd9q3v7k8m2n4pqrst0wxyz0.../../x.p1.r0.h0.n1.sss",
        "01jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p1.r0.h0.n1.sss\n",
        "81jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p1.r0.h0.n1.sss",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(TokenError, match="wrongly named"):
        parse_name(text)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty: torn"),
        (b'{"order": 1}', "unsigned"),
        (b"SSS/1 abc", "torn or malformed"),
        (encode(a_body(), KEY)[:-1], "altered, torn"),
        (encode(a_body(), b"another shop's key"), "another shop's key"),
        (encode(a_body(), KEY).replace(b"Classic", b"Clqssic"), "altered"),
        (signed(b"[1, 2]"), "malformed"),
        (signed(b"{"), "malformed"),
        (signed(b"[" * 30_000), "malformed"),
        (signed(b'{"order": "\xff"}'), "malformed"),
        (b"SSS/1 " + b"0" * MAX_BYTES, "oversized"),
    ],
)
def test_bytes_that_are_no_token_are_told_apart(data: bytes, reason: str) -> None:
    with pytest.raises(TokenError, match=reason):
        decode(data, KEY)


def test_a_body_under_another_name_is_wrongly_named() -> None:
    body = a_body()
    other = msgspec.structs.replace(body, number="t2-001")
    with pytest.raises(TokenError, match="wrongly named"):
        decode(encode(body, KEY), KEY, name_of(other))


def test_more_ticks_than_items_and_twin_lines_are_malformed() -> None:
    line = a_body().lines[0]
    with pytest.raises(TokenError, match="more ticks"):
        decode(encode(a_body(lines=(msgspec.structs.replace(line, done=3),)), KEY), KEY)
    with pytest.raises(TokenError, match="same id"):
        decode(encode(a_body(lines=(line, line)), KEY), KEY)


def test_a_token_over_64_kib_is_not_written() -> None:
    line = a_body().lines[0]
    many = tuple(msgspec.structs.replace(line, id=f"01jd9q3v7k8m2n4pqrst0w{n:04d}", note="x" * 400) for n in range(200))
    with pytest.raises(TokenError, match="oversized; send it as two orders"):
        encode(a_body(lines=many), KEY)


def test_fields_of_a_newer_version_survive_a_revision() -> None:
    raw = msgspec.json.decode(encode(a_body(), KEY).split(b"\n", 1)[1])
    raw["table"] = {"seat": 4}
    raw["extra"] = "a field that happens to be called so"
    raw["lines"][0]["station_hint"] = "left"
    raw["lines"][0]["modifiers"][0]["grams"] = 20
    body = decode(signed(msgspec.json.encode(raw)), KEY)
    revised = msgspec.structs.replace(
        body, revision=1, lines=(msgspec.structs.replace(body.lines[0], done=1),), rush=True
    )
    again = msgspec.json.decode(encode(revised, KEY).split(b"\n", 1)[1])
    assert again["table"] == {"seat": 4}
    assert again["extra"] == "a field that happens to be called so"
    assert again["lines"][0]["station_hint"] == "left"
    assert again["lines"][0]["modifiers"][0]["grams"] == 20
    assert again["lines"][0]["done"] == 1
    assert " " not in again


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_signed_rubbish_is_refused_in_words(text: bytes) -> None:
    with pytest.raises(TokenError):
        decode(signed(text), KEY)


def test_mutated_tokens_are_a_token_or_a_reason_never_a_crash() -> None:
    """Each mutant is signed anew, so the parser behind the signature is what is tried."""
    chance = random.Random(20261123)
    text = encode(a_body(), KEY).split(b"\n", 1)[1]
    refused = 0
    for _ in range(FUZZED):
        mutant = _mutated(text, chance)
        data = signed(mutant) if chance.random() < 0.9 else mutant
        try:
            body = decode(data, KEY)
        except TokenError:
            refused += 1
        else:
            assert decode(encode(body, KEY), KEY, name_of(body)) == body
    assert refused > FUZZED // 2


def _mutated(text: bytes, chance: random.Random) -> bytes:
    data = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
            case 3:
                data[at:at] = chance.choice(
                    [b"null", b"-1", b"1e999", b'"', b"[]", b"{}", b"\\ud800", b"99999999999999999999"]
                )
            case 4:
                data = data[:at]
            case _:
                other = chance.randrange(len(data) + 1)
                data[at:at] = data[other : other + chance.randint(1, 60)]
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "since"),
    [
        ({}, 0),
        ({"fire_at": 3600}, 3600),
        ({"fire_at": -60}, 0),
        ({"fire_after": "1-1", "given": 900}, 900),
        ({"held": True, "given": 900}, 900),
        ({"given": 900}, 0),
        ({"held": True}, 0),
    ],
)
def test_an_order_that_was_held_is_as_old_as_since_it_was_to_be_made(body, change, since):
    made = body("Soup")

    def at(seconds):
        return made.placed_at + timedelta(seconds=seconds)

    fields = {"fire_after": change.get("fire_after")}
    if "fire_at" in change:
        fields["fire_at"] = at(change["fire_at"])
    if "given" in change:
        fields["given"] = Given(station="grill1", by="dispatch", at=at(change["given"]))
    if "held" in change:
        fields["changes"] = (Change(what="held", by="Mia", at=at(60)),)
    assert msgspec.structs.replace(made, **fields).wanted_at == at(since)
