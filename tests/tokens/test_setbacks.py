"""What the tokens program meets in the middle of its round, and what the screen and the journal have of it after."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from station.domain.cards import expected
from station.domain.facts import LineTicked, OrderSent, TokenMoved, TokenRushed
from station.errors import JournalError, ShareAway, ShareError, ShareFull
from station.local.clock import boot_s
from station.local.mirror import Mirror
from station.tokens import recognition, sync
from station.tokens.share import Gone

sys.path.insert(0, str(Path(__file__).parent))

from crew import KEY, Crew, Flaky, Station, moved, new_id, order

HERE = "stations/grill1"


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    Flaky.away = False
    made = Crew(tmp_path)
    made.work(2)
    yield made
    Flaky.away = False
    for station in made.all:
        station.sync.close()


def rounds(station: Station, number: int = 3) -> None:
    for _ in range(number):
        station.sync._due.look = station.sync._due.connect = 0
        station.sync.step()


def screen(station: Station) -> dict[str, str]:
    """What the station's screen shows, with its pending facts."""
    mirror = Mirror(station.settings.mirror_path, KEY)
    cards = expected(mirror.cards, station.journal.pending())
    mirror.close()
    return {card.body.part: card.spot.place for card in cards.values()}


def on_grill(crew: Crew, sent: OrderSent | None = None) -> OrderSent:
    """An order that stands on the grill, and that the grill knows."""
    sent = sent or order("grill")
    crew.till.sync._floor.publish(new_id(), sent.token, HERE)
    rounds(crew.grill, 1)
    return sent


def fails(station: Station, name: str, error: Exception, *, times: int = 1) -> None:
    """The share's next calls of that name fail."""
    share = station.sync._share
    real, left = getattr(share, name), [times]

    def call(*args: object, **kwargs: object) -> object:
        if left[0] > 0:
            left[0] -= 1
            raise error
        return real(*args, **kwargs)

    setattr(share, name, call)


def test_a_card_that_could_not_be_read_while_the_share_went_away_comes_with_the_share(crew: Crew) -> None:
    fails(crew.grill, "read", ShareAway("The share does not answer"))
    on_grill(crew)
    assert crew.grill.cards() == {}
    rounds(crew.grill)
    assert crew.grill.cards() == {"1": HERE}


def test_a_card_that_the_own_disk_refused_comes_when_it_takes_it(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = crew.grill.sync._holding._mirror

    def refuse(*_: object) -> None:
        raise JournalError("the mirror could not be written: no space left on device")

    monkeypatch.setattr(mirror, "put", refuse)
    on_grill(crew)
    assert "no space left" in crew.grill.status().troubles[0].text
    # It is silent meanwhile, so that nobody gives it more.
    touched = crew.expediter.sync._share.list("presence")
    crew.grill.sync._due.presence = 0
    rounds(crew.grill)
    assert crew.expediter.sync._share.list("presence") == touched
    monkeypatch.undo()
    rounds(crew.grill)
    assert crew.grill.cards() == {"1": HERE}
    crew.grill.sync._disk_until_s = 0
    rounds(crew.grill)
    assert crew.grill.status().troubles == ()
    assert crew.expediter.sync._share.list("presence") != touched


def test_one_token_that_may_not_be_read_keeps_no_other_from_the_screen_nor_from_a_station(crew: Crew) -> None:
    held = order("grill")
    crew.till.does(held)
    rounds(crew.till, 1)
    real = crew.expediter.sync._share.read

    def read(path: str, limit: int = 65_537) -> bytes:
        if held.order in path:
            raise ShareError("Another program holds it")
        return real(path, limit)

    crew.expediter.sync._share.read = read  # type: ignore[method-assign]
    crew.till.does(order("grill"))
    rounds(crew.till, 1)
    crew.work(3)
    assert list(crew.grill.cards().values()) == [HERE]
    assert crew.expediter.status().share == "refused"
    assert crew.expediter.status().message == "Another program holds it"


def test_a_revision_that_was_revised_again_before_it_was_read_never_takes_its_card_from_the_screen(crew: Crew) -> None:
    sent = on_grill(crew)
    crew.expediter.does(TokenRushed(order=sent.order, part="1", place=HERE, rush=True))
    rounds(crew.expediter, 1)
    fails(crew.grill, "read", Gone("it was revised once more"))
    rounds(crew.grill, 1)
    assert crew.grill.cards() == {"1": HERE}
    rounds(crew.grill)
    mirror = Mirror(crew.grill.settings.mirror_path, KEY)
    assert [card.body.rush for card in mirror.cards.values()] == [True]
    mirror.close()


def test_a_card_that_was_spoilt_on_the_own_disk_is_fetched_again(crew: Crew) -> None:
    on_grill(crew)
    crew.grill.sync.close()
    (file,) = (crew.grill.settings.mirror_path / HERE).glob("*.sss")
    file.write_bytes(b"")
    crew.grill.start()
    assert crew.grill.cards() == {}
    rounds(crew.grill)
    assert crew.grill.cards() == {"1": HERE}


def test_a_card_whose_file_was_removed_from_the_mirror_is_there_again_after_its_move(crew: Crew) -> None:
    sent = on_grill(crew)
    (file,) = (crew.grill.settings.mirror_path / HERE).glob("*.sss")
    file.unlink()
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    rounds(crew.grill, 1)
    assert crew.grill.cards() == {"1": "pass"}


def test_a_card_that_others_revised_just_before_its_bump_does_not_come_back(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = on_grill(crew)
    crew.expediter.does(TokenRushed(order=sent.order, part="1", place=HERE, rush=True))
    rounds(crew.expediter, 1)
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    monkeypatch.setattr(crew.grill.sync, "_look", lambda _: None)
    crew.grill.sync.step()
    assert crew.grill.reports() == [("bump", "done")]
    assert HERE not in screen(crew.grill).values()


def test_a_fence_that_others_put_up_does_not_undo_what_a_person_did(crew: Crew, tmp_path: Path) -> None:
    sent = on_grill(crew)
    (file,) = (tmp_path / "floor" / HERE).glob("*.sss")
    file.rename(file.with_name(file.name.replace(".h0.", ".h1.")))
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    rounds(crew.grill, 1)
    assert crew.grill.reports() == [("bump", "done")]


def test_a_token_that_left_and_came_back_is_not_the_one_that_was_meant(crew: Crew, tmp_path: Path) -> None:
    sent = on_grill(crew)
    (file,) = (tmp_path / "floor" / HERE).glob("*.sss")
    file.rename(file.with_name(file.name.replace(".h0.", ".h2.")))
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    rounds(crew.grill, 1)
    assert crew.grill.reports() == [("bump", "lost")]


def test_a_fact_with_a_place_that_is_none_is_told_and_holds_nobody_up(crew: Crew) -> None:
    sent = on_grill(crew)
    crew.grill.does(TokenMoved(order=new_id(), part="1", place="../../etc", to="pass", verb="bump"))
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    rounds(crew.grill, 1)
    assert crew.grill.reports() == [("bump", "lost"), ("bump", "done")]
    assert crew.grill.journal.pending() == []


def test_a_fact_of_a_newer_version_is_set_aside_with_one_line_and_the_others_go_on(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = on_grill(crew), on_grill(crew)
    newer = crew.grill.journal.append(moved(first, "1", HERE, "pass", "bump"), None, crew.grill.clock.now())
    raw = sqlite3.connect(crew.grill.settings.journal_path)
    (known,) = raw.execute("SELECT body FROM facts WHERE seq = ?", (newer.seq,)).fetchone()
    strange = json.dumps({**json.loads(known), "kind": "token.flambeed"}).encode()
    with raw:
        raw.execute("UPDATE facts SET body = ? WHERE seq = ?", (strange, newer.seq))
    crew.grill.does(moved(second, "1", HERE, "pass", "bump"))
    rounds(crew.grill, 4)
    assert crew.grill.reports() == [("bump", "done")]
    assert "cannot be read by this version" in crew.grill.status().troubles[0].text
    assert sum("fact=aside" in line for line in caplog.messages) == 1
    assert crew.grill.journal.cursor("tokens") >= newer.seq
    # The newer version finds it as it was left.
    with raw:
        raw.execute("UPDATE facts SET body = ? WHERE seq = ?", (known, newer.seq))
    rounds(crew.grill, 2)
    assert crew.grill.reports() == [("bump", "done")] * 2
    assert crew.grill.status().troubles == ()


def test_a_blocked_fact_holds_back_its_own_token_through_every_round_and_nobody_else(crew: Crew) -> None:
    first, second = on_grill(crew), on_grill(crew)
    tick = LineTicked(order=first.order, part="1", place=HERE, line=first.token.lines[0].id, done=2)
    crew.grill.does(tick)
    crew.grill.does(moved(first, "1", HERE, "pass", "bump"))
    crew.grill.does(moved(second, "1", HERE, "pass", "bump"))
    fails(crew.grill, "create", ShareFull("The share has no space left"), times=3)
    for _ in range(3):
        rounds(crew.grill, 1)
        assert crew.grill.reports() == [("bump", "done")]
        assert crew.grill.status().message == "The share has no space left"
    rounds(crew.grill, 1)
    assert crew.grill.reports() == [("bump", "done"), ("ticked", "done"), ("bump", "done")]


def test_a_long_queue_is_gone_on_with_in_order_and_the_station_is_there_meanwhile(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "DRAIN_S", 0.0)
    sent = on_grill(crew)
    monkeypatch.setattr(sync, "DRAIN_S", 0.003)
    line = sent.token.lines[0].id
    for done in (1, 2, 1, 2, 1, 2):
        crew.grill.does(LineTicked(order=sent.order, part="1", place=HERE, line=line, done=done))
    crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
    touched = 0
    while crew.grill.journal.pending():
        crew.grill.sync._due.presence = 0
        assert crew.grill.sync.step() == 0.0 or not crew.grill.journal.pending()
        touched += 1
    assert touched > 1
    assert crew.grill.reports() == [("ticked", "done")] * 6 + [("bump", "done")]


def test_an_emptied_floor_is_refused_before_anything_is_cleared_or_sent_there(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_grill(crew)
    crew.grill.sync.close()
    shutil.move(tmp_path / "floor", tmp_path / "real")
    (tmp_path / "floor").mkdir()
    crew.grill.start()
    crew.grill.does(order("grill"))
    rounds(crew.grill, 5)
    assert crew.grill.cards() == {"1": HERE}
    assert crew.grill.status().share == "refused"
    assert "right folder" in crew.grill.status().message
    assert list((tmp_path / "floor").iterdir()) == []
    # Another station that knew nothing has made the folders: still no reason to believe it.
    shutil.copytree(tmp_path / "real", tmp_path / "floor", ignore=shutil.ignore_patterns("*.sss"), dirs_exist_ok=True)
    rounds(crew.grill, 5)
    assert crew.grill.cards() == {"1": HERE}
    assert list((tmp_path / "floor" / "inbox").iterdir()) == []
    monkeypatch.setattr(recognition, "CONFIRM_S", 0.0)
    crew.grill.sync._refused_until_s = 0
    rounds(crew.grill, 1)
    assert crew.grill.status().share == "ok"
    crew.work(3)
    assert "is not on the share any more" in crew.grill.status().troubles[0].text
    shutil.rmtree(tmp_path / "floor")
    shutil.move(tmp_path / "real", tmp_path / "floor")
    crew.work(3)
    assert crew.grill.cards()["1"] == HERE
    assert crew.grill.status().troubles == ()


def test_a_station_whose_orders_were_all_finished_while_it_was_off_knows_its_floor(crew: Crew) -> None:
    sent = on_grill(crew)
    crew.grill.sync.close()
    crew.expediter.does(moved(sent, "1", HERE, "pass", "bump"))
    crew.expediter.does(moved(sent, "1", "pass", "done/2026-11-23", "hand_over"))
    rounds(crew.expediter, 2)
    crew.grill.start()
    crew.work(4)
    assert crew.grill.status().share == "ok"
    assert crew.grill.cards() == {}


def test_an_order_that_waits_too_long_offers_paper_though_the_clock_was_set_back_and_stops_when_it_is_sent(
    crew: Crew,
) -> None:
    crew.till.sync.step()
    fails(crew.till, "create", ShareFull("The share has no space left"), times=2)
    crew.till.journal.append(order("grill"), None, crew.till.clock.now() + timedelta(hours=1))
    rounds(crew.till, 1)
    assert crew.till.status().troubles == ()
    waiting = crew.till.sync._late._since_s
    waiting.update(dict.fromkeys(waiting, boot_s() - 16))
    rounds(crew.till, 1)
    (trouble,) = crew.till.status().troubles
    assert trouble.offer_paper
    rounds(crew.till, 1)
    assert crew.till.status().troubles == ()


def test_nobody_took_it_is_told_once_and_no_longer_when_somebody_does(crew: Crew) -> None:
    crew.grill.shop = replace(crew.grill.shop, stations=())
    crew.expediter.shop = replace(crew.expediter.shop, profile=replace(crew.expediter.shop.profile, dispatch=False))
    crew.till.does(order("grill"))
    crew.work(2)
    dispatcher = crew.expediter.sync._dispatcher
    dispatcher._seen_s = dict.fromkeys(dispatcher._seen_s, boot_s() - 11)
    crew.expediter.sync.step()
    assert [trouble.text for trouble in crew.expediter.status().troubles] == ["nobody took T1-001"]
    crew.expediter.shop = replace(crew.expediter.shop, profile=replace(crew.expediter.shop.profile, dispatch=True))
    crew.work(2)
    assert crew.expediter.status().troubles == ()


def test_strangers_in_the_presence_folder_are_no_stations(crew: Crew, tmp_path: Path) -> None:
    presence = tmp_path / "floor" / "presence"
    (presence / "Thumbs.db").write_bytes(b"x")
    (presence / "fry9").write_bytes(b'{"role": "prep", "items": 1' + b"0" * 100_000)
    (presence / "fry8").write_bytes(b'{"role": "prep", "items": 123456789012, "tokens": 1}')
    crew.work(1)
    status = crew.expediter.status()
    assert set(status.presence) == {"till1", "grill1", "fry1", "pass1", "fry8", "fry9"}
    assert set(status.loads) == {"till1", "grill1", "fry1", "pass1"}
    assert max(status.presence.values()) < 5


def test_a_station_that_the_shop_no_longer_has_leaves_no_cards_on_the_expediter(crew: Crew) -> None:
    on_grill(crew)
    rounds(crew.expediter, 1)
    assert crew.expediter.cards() == {"1": HERE}
    stations = tuple(station for station in crew.expediter.shop.stations if station.code != "grill1")
    crew.expediter.shop = replace(crew.expediter.shop, stations=stations)
    rounds(crew.expediter, 1)
    assert crew.expediter.cards() == {}


def test_a_share_that_refuses_one_thing_is_asked_again_and_again_but_not_at_full_speed(crew: Crew) -> None:
    fails(crew.grill, "list", ShareError("No right to list"), times=1_000)
    crew.grill.sync._due.look = 0
    began, steps = boot_s(), 0
    while boot_s() - began < 1.0:
        rest_s = crew.grill.sync.step()
        steps += 1
        crew.grill.sync._wake.wait(rest_s)
        crew.grill.sync._wake.clear()
    assert steps < 6
    assert crew.grill.status().share == "refused"


def test_what_the_holding_keeps_in_memory_is_what_is_on_the_floor(crew: Crew) -> None:
    for _ in range(5):
        sent = on_grill(crew)
        crew.grill.does(LineTicked(order=sent.order, part="1", place=HERE, line=sent.token.lines[0].id, done=1))
        crew.grill.does(moved(sent, "1", HERE, "pass", "bump"))
        crew.grill.does(moved(sent, "1", "pass", "done/2026-11-23", "hand_over"))
        rounds(crew.grill, 1)
    holding = crew.grill.sync._holding
    assert holding._bodies == {}
    assert not holding.spots
    files = [path for path in crew.grill.settings.mirror_path.rglob("*") if path.is_file()]
    assert {path.parent.parent.parent.name for path in files} == {".finished"}, "only what may be recalled"
    assert len(files) == 5
    assert len(msgspec.json.encode(crew.grill.status())) < 2_000
