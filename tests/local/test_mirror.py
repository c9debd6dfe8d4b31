"""The mirror on this station's disk: what a screen reads is whole, verified, and follows every change."""

import select
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.domain.floor import Spot
from station.domain.token import Body, Line, encode, name_of
from station.errors import JournalError, TokenError
from station.local.clock import ShopClock, boot_s
from station.local.mirror import Mirror, MirrorWriter
from station.local.status import LinkStatus, TokensStatus, read_status, write_status

KEY = b"k" * 32
BODY = Body(
    order="01jd9q3v7k8m2n4pqrst0wxyz0",
    number="t1-042",
    mode="eat_in",
    placed_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    placed_by="Mia",
    placed_on="till1",
    lines=(
        Line(id="01jd9q3v7k8m2n4pqrst0wxyz1", item="01jd9q3v7k8m2n4pqrst0wxyz2", name="Burger", count=2, group="grill"),
    ),
)
HERE = Spot("stations/grill1", name_of(BODY, 2))
THERE = Spot("pass", name_of(BODY, 3))


def test_a_screen_sees_a_token_come_move_and_go(tmp_path: Path) -> None:
    writer = MirrorWriter(tmp_path / "mirror")
    mirror = Mirror(tmp_path / "mirror", KEY)
    assert not mirror.cards
    writer.put(HERE, encode(BODY, KEY))
    assert select.select([mirror.fileno()], [], [], 5)[0]
    assert mirror.refresh()
    assert mirror.cards[BODY.key].spot == HERE
    writer.move(HERE, THERE)
    assert select.select([mirror.fileno()], [], [], 5)[0]
    assert mirror.refresh()
    assert mirror.cards[BODY.key].spot == THERE
    writer.drop(THERE)
    assert mirror.refresh()
    assert not mirror.cards
    mirror.close()


def test_a_restarted_screen_shows_what_was_last_known(tmp_path: Path) -> None:
    MirrorWriter(tmp_path).put(HERE, encode(BODY, KEY))
    assert Mirror(tmp_path, KEY).cards[BODY.key].body == BODY
    assert MirrorWriter(tmp_path).spots() == [HERE]


def test_what_does_not_verify_is_not_shown(tmp_path: Path) -> None:
    MirrorWriter(tmp_path).put(HERE, encode(BODY, b"another key"))
    (tmp_path / "pass").mkdir(exist_ok=True)
    (tmp_path / "pass" / "stranger.sss").write_bytes(b"x")
    assert not Mirror(tmp_path, KEY).cards


def test_half_a_status_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    assert read_status(path, TokensStatus).share == "starting"
    write_status(path, TokensStatus(share="away", queue=3))
    assert read_status(path, TokensStatus).queue == 3
    path.write_bytes(b'{"share": "aw')
    assert read_status(path, TokensStatus) == TokensStatus()
    assert read_status(path, LinkStatus) == LinkStatus()


def test_a_small_correction_never_turns_the_shops_clock_back() -> None:
    clock = ShopClock()
    clock.correct(datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC), boot_s())
    before = clock.now()
    clock.correct(datetime(2026, 11, 23, 12, 0, 20, tzinfo=UTC), boot_s())
    assert clock.now() >= before
    clock.correct(datetime(2026, 11, 23, 11, 0, tzinfo=UTC), boot_s())
    assert clock.now() < before


def test_a_folder_that_was_removed_and_made_anew_is_followed_again(tmp_path: Path) -> None:
    writer = MirrorWriter(tmp_path)
    writer.put(HERE, encode(BODY, KEY))
    mirror = Mirror(tmp_path, KEY)
    for _ in range(20):
        shutil.rmtree(tmp_path / "stations")
        writer.put(HERE, encode(BODY, KEY))
        mirror.refresh()
    mirror.refresh()
    assert mirror.cards
    assert not select.select([mirror.fileno()], [], [], 0)[0]
    writer.drop(HERE)
    assert select.select([mirror.fileno()], [], [], 5)[0]
    assert mirror.refresh()
    assert not mirror.cards
    assert len(mirror._watched) == 3
    mirror.close()


def test_what_an_operation_began_with_outlives_its_place_and_rings_no_screen(tmp_path: Path) -> None:
    writer = MirrorWriter(tmp_path)
    mirror = Mirror(tmp_path, KEY)
    data = encode(BODY, KEY)
    writer.put(HERE, data)
    mirror.refresh()
    writer.begin(BODY.order, HERE, data)
    writer.begin(BODY.order, HERE, data)
    assert not select.select([mirror.fileno()], [], [], 0)[0]
    writer.drop(HERE)
    assert writer.begun(BODY.order) == data
    writer.begin(BODY.order, THERE, b"never in the mirror")
    assert MirrorWriter(tmp_path).begun(BODY.order) == b"never in the mirror"
    assert writer.operations() == [BODY.order]
    writer.end(BODY.order)
    writer.end(BODY.order)
    assert writer.begun(BODY.order) is None
    mirror.close()


def test_names_that_are_none_never_become_paths(tmp_path: Path) -> None:
    writer = MirrorWriter(tmp_path / "mirror")
    outside = Spot("../outside", name_of(BODY))
    for use in (
        lambda: writer.put(outside, b"x"),
        lambda: writer.move(outside, HERE),
        lambda: writer.move(HERE, outside),
        lambda: writer.drop(outside),
        lambda: writer.read(outside),
    ):
        with pytest.raises(TokenError):
            use()
    with pytest.raises(JournalError):
        writer.begin("../x", HERE, b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mirror"]


def test_half_of_a_token_is_swept_away_at_the_next_start(tmp_path: Path) -> None:
    MirrorWriter(tmp_path).put(HERE, encode(BODY, KEY))
    half = tmp_path / HERE.place / f".{THERE.name}"
    half.write_bytes(b"SSS/1 ")
    assert MirrorWriter(tmp_path).spots() == [HERE]
    assert not half.exists()
