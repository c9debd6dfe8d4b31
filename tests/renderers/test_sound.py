"""Tones: what they are, that they come out of a device, and that the screen never waits for one."""

import logging
import math
import time
from array import array

import pytest

from station.domain.facts import StaffSeen
from station.renderers import sound
from station.renderers.loudspeaker import Loudspeaker
from station.renderers.sound import AGAIN_S, NOTES, RATE, TONES, Sounds, letter, tone_for, wave

PATIENCE_S = 60.0


def loudness(samples, hz):
    """How much of this pitch is in the samples (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * hz / RATE)
    before = now = 0.0
    for sample in samples:
        before, now = now, sample + turn * now - before
    return math.sqrt(max(0.0, now * now + before * before - turn * now * before)) / len(samples)


def pitches(samples):
    """The note that each 50 ms of what is heard is nearest to."""
    heard = [n for n, sample in enumerate(samples) if sample]
    samples = samples[heard[0] : heard[-1] + 1]
    known = sorted({hz for notes in NOTES.values() for hz, _ in notes if hz})
    size = RATE // 20
    windows = [samples[n : n + size] for n in range(0, len(samples) - size + 1, size)]
    return [max(known, key=lambda hz: loudness(window, hz)) for window in windows if max(map(abs, window)) > 5_000]


def soon(wanted, what):
    ends = time.monotonic() + PATIENCE_S
    while not (found := wanted()):
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


@pytest.fixture
def sounds():
    made = Sounds()
    yield made
    made.close()


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_is_short_begins_and_ends_softly_and_is_never_too_loud(tone):
    samples = array("h", wave(tone))
    assert len(samples) == pytest.approx(sum(seconds for _, seconds in NOTES[tone]) * RATE, abs=2)
    assert len(samples) < RATE / 2
    assert max(map(abs, samples[:20])) < 2_500
    assert max(map(abs, samples[-20:])) < 2_500
    assert 15_000 < max(map(abs, samples)) < 30_000


def test_in_goes_up_out_goes_down_and_refused_is_low():
    low, high = pitches(array("h", wave("in")))[0], pitches(array("h", wave("in")))[-1]
    assert low < high
    assert pitches(array("h", wave("out")))[0] == high
    assert pitches(array("h", wave("out")))[-1] == low
    assert max(pitches(array("h", wave("refused")))) < low


def test_each_tone_has_a_letter_of_its_own():
    assert len({letter(tone) for tone in TONES}) == len(TONES)
    assert all(len(letter(tone)) == 1 for tone in TONES)


@pytest.mark.parametrize(
    ("facts", "tone"),
    [
        ((StaffSeen(staff="a", what="login", how="wallet"),), "in"),
        ((StaffSeen(staff="a", what="approved", how="wallet"),), "in"),
        ((StaffSeen(staff="a", what="logout", how="wallet"),), "out"),
        ((StaffSeen(what="refused", how="wallet", why="unknown"),), "refused"),
        ((), None),
    ],
)
def test_what_is_recorded_of_a_scan_is_what_it_sounds_like(facts, tone):
    assert tone_for(facts) == tone


@pytest.mark.parametrize("tone", TONES)
def test_the_tone_comes_out_of_the_device(tmp_path, monkeypatch, sounds, tone):
    """SDL's own driver that writes to a file what a loudspeaker would get."""
    heard = tmp_path / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(heard))
    sounds.play(tone)
    wanted = len(array("h", wave(tone)))

    def whole():
        samples = array("h", heard.read_bytes()[: heard.stat().st_size // 2 * 2]) if heard.exists() else array("h")
        first = next((n for n, sample in enumerate(samples) if sample), len(samples))
        return samples if len(samples) > first + wanted else None

    samples = soon(whole, "the tone")
    assert pitches(samples) == pitches(array("h", wave(tone)))


def test_without_a_loudspeaker_it_is_silent_and_told_once(tmp_path, monkeypatch, capfd, sounds):
    monkeypatch.setenv("SDL_AUDIODRIVER", "there is none such")
    sounds.play("in")
    told = ""

    def said():
        nonlocal told
        told += capfd.readouterr().out
        return "sound=none" in told

    soon(said, "the log")
    sounds.play("refused")
    sounds.play("in")
    sounds.close()
    said()
    assert told.count("sound=none") == 1
    assert len(told.splitlines()) == 1


def test_a_child_that_ended_is_started_again_but_not_at_every_tone(monkeypatch, sounds):
    now = [1_000.0]
    monkeypatch.setattr(sound.time, "monotonic", lambda: now[0])
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    sounds.play("in")
    first = sounds._child
    first.kill()
    first.wait()
    sounds.play("in")
    assert sounds._child is None
    now[0] += AGAIN_S + 1
    sounds.play("in")
    assert sounds._child is not first


def test_a_child_that_hangs_is_not_waited_for_and_ended_at_the_end(tmp_path, monkeypatch, sounds):
    hanging = tmp_path / "python"
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o700)
    monkeypatch.setattr(sound.sys, "executable", str(hanging))
    for _ in range(70_000):
        sounds.play("in")
    child = sounds._child
    assert child.poll() is None
    sounds.close()
    assert child.poll() is not None


def test_a_loudspeaker_that_was_closed_is_opened_by_the_next_tone(monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    speaker = Loudspeaker(logging.getLogger("loudspeaker"))
    assert not speaker.open
    speaker.play("in")
    assert speaker.open
    speaker.close()
    assert not speaker.open
    speaker.play("refused")
    assert speaker.open
    speaker.close()


def test_a_machine_that_starts_no_child_goes_on_without(monkeypatch, sounds):
    monkeypatch.setattr(sound.sys, "executable", "/nowhere/python")
    sounds.play("in")
    assert sounds._child is None
