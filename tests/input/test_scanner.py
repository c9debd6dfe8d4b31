"""From keys to codes: what scanners type comes out as it is, or not at all."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from evdev import ecodes
from hypothesis import given
from hypothesis import strategies as st

from station.domain.hands import Scan, ScanBroken, decode_hand, encode_hand
from station.input.events import Event, Held, Lost
from station.input.keymap import CAPS, ENDS, PLAIN, SHIFTS
from station.input.scanner import CODES_PER_S, LONGEST, SILENCE_S, Broken, Code, Decoder, Limit, Scanner

sys.path.insert(0, str(Path(__file__).parent))

from strokes import CODE, ENTER, KEY, KEYPAD, ROW, ROW_SHIFTED, SHIFT, press, read_trace, stroke, syn, typed

TRACES = sorted(Path(__file__).parent.glob("traces/scanners/*.txt"))
LATER = 1_000.0


def told(decoder, items):
    """Codes as their text, complaints as their reason; silence at the end."""
    outcomes = [outcome for item in items for outcome in decoder.feed(item)]
    outcomes += decoder.quiet(LATER)
    return [outcome.text if isinstance(outcome, Code) else outcome.why for outcome in outcomes]


@pytest.mark.parametrize("trace", TRACES, ids=lambda path: path.stem)
def test_each_way_of_typing_comes_out_as_it_should(trace):
    events, expected = read_trace(trace)
    assert expected
    assert told(Decoder(), events) == expected


@dataclass
class Typist:
    """Types a text by any legal sequence of key events that gives it on a US keyboard."""

    draw: object
    events: list = field(default_factory=list)
    at_s: float = 5.0
    shift: int | None = None
    caps: bool = False
    down: int | None = None

    def choose(self, *options):
        return self.draw(st.sampled_from(options))

    def key(self, key, value):
        self.at_s += self.choose(0.0, 0.001, 0.008, 0.06, 0.29)
        self.events.append(Event(self.at_s, KEY, key, value))
        if self.choose(True, True, False):
            self.events.append(syn(self.at_s))

    def hold_shift(self, *, wanted):
        if wanted and self.shift is None:
            self.shift = self.choose(*sorted(SHIFTS))
            self.key(self.shift, 1)
        elif not wanted and self.shift is not None:
            self.key(self.shift, 0)
            self.shift = None

    def type(self, one):
        if self.choose(False, False, False, True):
            self.key(CAPS, 1)
            self.key(CAPS, 0)
            self.caps = not self.caps
        if one in KEYPAD and self.choose(True, False):
            key = KEYPAD[one]
        else:
            key = ROW_SHIFTED.get(one, ROW.get(one))
            turned = self.caps and one.isalpha()
            self.hold_shift(wanted=(one in ROW_SHIFTED) != turned)
        rolls_over = self.choose(True, False) and self.down != key
        if not rolls_over:
            self.release()
        self.key(key, 1)
        self.release()
        self.down = key
        if self.choose(False, False, True):
            # The kernel's own repetition: no sign of life of the scanner's.
            self.events.append(Event(self.at_s, KEY, key, 2))
        if self.choose(True, False):
            self.hold_shift(wanted=False)

    def release(self):
        if self.down is not None:
            self.key(self.down, 0)
            self.down = None

    def end(self):
        if self.choose(True, False):
            self.release()
        self.key(self.choose(*sorted(ENDS)), 1)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40), st.data())
def test_any_printable_code_typed_in_any_legal_way_comes_out_as_it_is(text, data):
    typist = Typist(data.draw)
    if text[0] == "]":
        text = "x" + text
    for one in text:
        typist.type(one)
    typist.end()
    assert told(Decoder(), typist.events) == [text]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_an_aim_prefix_is_taken_off_once(text):
    assert told(Decoder(), typed("]Q1" + text)) == [text]


@pytest.mark.parametrize("text", ["]QR", "]1Q", "]", "]Q", "X]Q1"])
def test_what_only_looks_like_an_aim_prefix_stays(text):
    assert told(Decoder(), typed(text)) == [text]


ANY_EVENT = st.builds(
    Event,
    st.floats(0, 900),
    st.sampled_from([0, 1, 2, 3, 4, 17, 20, 21, 31]),
    st.integers(0, 0x2FF),
    st.integers(-(2**31), 2**31 - 1),
)
LIKELY_KEY = st.builds(
    Event, st.floats(0, 900), st.just(KEY), st.sampled_from([*PLAIN, *ENDS, *SHIFTS, CAPS, 56]), st.integers(0, 2)
)
LOSS = st.builds(
    Lost, st.floats(0, 900), st.builds(Held, st.frozensets(st.sampled_from([SHIFT, 56, 29, 125]), max_size=3))
)


@given(st.lists(ANY_EVENT | LIKELY_KEY | LOSS, max_size=200))
def test_garbage_makes_nothing_but_valid_hands(items):
    scanner = Scanner("1a2b3c4d")
    hands = [hand for item in items for hand in scanner.feed(item)] + scanner.quiet(LATER) + scanner.gone(LATER)
    for hand in hands:
        assert decode_hand(encode_hand(hand)) == hand


def test_ten_thousand_keys_without_an_end_are_told_once_and_kept_nowhere():
    decoder = Decoder()
    outcomes = [out for event in typed("7" * 10_000, every_s=0.001, end=None) for out in decoder.feed(event)]
    assert [out.why for out in outcomes] == ["long"]
    assert len(decoder._typed) <= LONGEST
    assert told(decoder, typed(CODE, 11.0)) == [CODE]


def test_the_end_of_a_code_that_was_too_long_is_no_code():
    assert told(Decoder(), typed("7" * 600)) == ["long"]
    assert told(Decoder(), typed("7" * (LONGEST + 1))) == ["long"]
    assert told(Decoder(), typed("7" * LONGEST)) == ["7" * LONGEST]
    assert told(Decoder(), typed("]C1" + "7" * LONGEST)) == ["7" * LONGEST]


def test_silence_cuts_a_code_and_is_told_when_it_is_due():
    decoder = Decoder()
    for event in typed("ABC", 1.0, end=None):
        assert decoder.feed(event) == []
    due_s = decoder.due_s
    assert due_s is not None
    assert decoder.quiet(due_s) == []
    assert decoder.quiet(due_s + 0.001) == [Broken("silent", due_s + 0.001)]
    assert decoder.due_s is None


def test_an_end_that_comes_late_does_not_make_a_code_of_what_was_cut():
    assert told(Decoder(), [*typed("ABC", 1.0, end=None), *press(1.02 + SILENCE_S, ENTER)]) == ["silent"]


def test_an_enter_alone_is_nothing():
    assert told(Decoder(), press(1.0, ENTER)) == []


def test_lost_events_spoil_the_code_up_to_its_end():
    begun, rest = typed(CODE, 1.0)[:60], typed("Z99", 1.2)
    assert told(Decoder(), [*begun, Lost(1.1, Held()), *rest, *typed(CODE, 2.0)]) == ["lost", CODE]


def test_a_loss_that_took_the_end_too_is_told_by_silence():
    assert told(Decoder(), [*typed("AB", 1.0, end=None), Lost(1.1, Held()), *typed(CODE, 2.0)]) == ["lost", CODE]


def test_a_shift_that_is_down_after_a_loss_counts_and_one_whose_release_was_lost_does_not():
    decoder = Decoder()
    decoder.feed(Event(1.0, KEY, SHIFT, 1))
    decoder.feed(Lost(1.1, Held()))
    assert told(decoder, typed("ab1", 2.0)) == ["lost", "ab1"]
    decoder = Decoder()
    decoder.feed(Lost(1.1, Held(frozenset({SHIFT}))))
    assert told(decoder, press(2.0, ROW["a"]) + press(2.01, ENTER)) == ["lost", "A"]


def test_a_scanner_that_is_unplugged_in_mid_code_tells_so_once():
    decoder = Decoder()
    for event in typed("ABC", 1.0, end=None):
        decoder.feed(event)
    assert decoder.gone(2.0) == [Broken("unplugged", 2.0)]
    assert decoder.gone(2.0) == []
    assert Decoder().gone(2.0) == []


def test_a_caps_lock_light_that_is_on_is_what_the_scanner_reckons_with():
    decoder = Decoder(caps=True)
    assert told(decoder, [*typed("aB1", 1.0), *typed("aB1", 2.0)]) == ["Ab1", "Ab1"]


def test_a_key_with_control_is_no_letter():
    with_control = [*stroke(1.0, ecodes.KEY_LEFTCTRL, 1), *press(1.0, ROW["a"]), *stroke(1.0, ecodes.KEY_LEFTCTRL, 0)]
    assert told(Decoder(), [*with_control, *typed("BC", 1.01)]) == ["unreadable"]


def test_a_code_is_timed_from_its_first_key_to_its_end():
    decoder = Decoder()
    codes = [code for event in typed("12345678", 3.0, 0.01) for code in decoder.feed(event)]
    assert [(round(code.took_s, 6), code.keys) for code in codes] == [(0.08, 8)]


def test_a_guessing_scanner_gets_no_further_than_a_hand_would():
    scanner = Scanner("1a2b3c4d")
    hands = []
    for number in range(100):
        for event in typed(f"{number:04d}", 1.0 + number * 0.01, 0.001):
            hands += scanner.feed(event)
    scans = [hand for hand in hands if isinstance(hand, Scan)]
    assert len(scans) == CODES_PER_S
    assert {hand.why for hand in hands if isinstance(hand, ScanBroken)} == {"too_fast"}
    assert len(hands) < 2 * CODES_PER_S
    later = [hand for event in typed("4242", 9.0) for hand in scanner.feed(event)]
    assert later == [Scan(code="4242", scanner="1a2b3c4d")]


@given(st.lists(st.floats(0, 20), max_size=80).map(sorted), st.integers(1, 6))
def test_a_limit_lets_no_more_pass_in_any_second_and_never_starves(moments, most):
    limit = Limit(most)
    passed = [at_s for at_s in moments if limit.passes(at_s)]
    for at_s in passed:
        assert sum(at_s <= other < at_s + 1.0 for other in passed) <= most
    assert len(passed) >= min(len(moments), most)


def test_no_repr_shows_a_code():
    for record in (Scan(code="SW01SECRET", scanner="1a2b3c4d"), Code("SW01SECRET", 1.0, 0.1, 10)):
        assert "SECRET" not in f"{record!r} {record} {record!s}"
