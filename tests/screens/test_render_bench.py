"""The benchmark of the screens measures what its budget is about."""

from datetime import UTC, datetime

from station.bench.render import CARDS, PULSING, _frames, busy_scene


def test_the_benchmarks_scene_has_24_cards_of_which_12_pulse(fonts):
    scene = busy_scene(datetime(2026, 11, 23, tzinfo=UTC), fonts)
    beats = [panel.beat for panel in scene.panels if panel.key.startswith("card:")]
    assert len(beats) == CARDS == 24
    assert sum(beat is not None for beat in beats) == PULSING == 12
    assert {"orange", "red"} <= set(beats)


def test_a_frame_is_compared_with_a_raw_copy_of_the_whole_screen():
    frame, first = _frames(3.0)
    assert frame.n > 10
    assert frame.reference.p50_ms > 0
    assert frame.p50_ms <= frame.p99_ms
    assert first.p50_ms > frame.p50_ms
