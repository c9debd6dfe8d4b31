"""What people do, as datagrams: nothing but valid hands comes in, and no code comes out of a repr or an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.hands import Press, Scan, ScanBroken, Touch, Wheel, decode_hand, encode_hand
from station.errors import StationError

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=512)


@given(PRINTABLE)
def test_any_printable_code_goes_there_and_fits_a_datagram(code):
    data = encode_hand(Scan(code=code, scanner="1a2b3c4d"))
    assert decode_hand(data) == Scan(code=code, scanner="1a2b3c4d")
    assert len(data) <= 2_048


@pytest.mark.parametrize(
    "hand",
    [
        Touch(phase="cancel", x=0.5, y=1.0, pointer=3),
        Wheel(steps=-1, x=0.0, y=0.0),
        Press(key="enter"),
        ScanBroken(why="alt_codes", scanner="1a2b3c4d"),
    ],
)
def test_every_hand_goes_there(hand):
    assert decode_hand(encode_hand(hand)) == hand


@pytest.mark.parametrize("code", ["", "A\\n", "caf\\u00e9", "A\\u0000B", "\\u007f", "x" * 513])
def test_a_code_that_no_scanner_types_is_refused_and_not_repeated(code):
    datagram = f'{{"hand": "scan", "code": "{code}", "scanner": "1a2b3c4d"}}'
    with pytest.raises(StationError) as raised:
        decode_hand(datagram.encode())
    assert not code or code not in str(raised.value)


def test_a_torn_datagram_does_not_repeat_its_code():
    whole = encode_hand(Scan(code="SW01SECRET", scanner="1a2b3c4d"))
    for length in range(len(whole)):
        with pytest.raises(StationError) as raised:
            decode_hand(whole[:length])
        assert "SECRET" not in str(raised.value)


def test_no_repr_shows_a_code():
    scan = Scan(code="SW01SECRET", scanner="1a2b3c4d")
    assert f"{scan!r} {scan} {[scan]}".count("SECRET") == 0
    assert "10 characters" in repr(scan)
