"""`station incoming …` as the maker of a bridge types it, beside a running expediter."""

import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from station import cli
from station.bench.scratch import KEY, ScratchStation
from station.data.snapshot import Snapshots
from station.domain.incoming import bridge_key
from station.errors import StationError
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.tokens.directory import DirectoryShare
from station.tokens.incoming import Incoming
from tests.renderers.test_till import ulid


class Shop:
    def __init__(self, home: Path) -> None:
        self.station = ScratchStation(home, "pass1", "expediter")
        self.station.make_snapshot()
        (home / "floor").mkdir()
        for folder in ("incoming", "tmp"):
            (home / "floor" / folder).mkdir()
        self.home = home

    def types(self, *words: str) -> str:
        result = CliRunner().invoke(cli.app, ["incoming", *words, "--home", str(self.home)])
        if isinstance(result.exception, StationError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return re.sub(r"\s+", " ", result.output).strip()

    def order(self, **changes: object) -> Path:
        shop = Snapshots(self.home / "data" / "snapshot.db", "pass1").shop()
        assert shop is not None
        cola = next(item for item in shop.menu.items if item.name == "Cola")
        made = {
            "bridge": "web",
            "id": "A-1",
            "mode": "take_away",
            "lines": [{"item": cola.id, "count": 2}],
            "total_minor": 2 * cola.price_minor,
            "currency": shop.menu.currency,
            "payment": {"kind": "online", "reference": "pi_1"},
            **changes,
        }
        path = self.home / "order.json"
        path.write_text(json.dumps(made))
        return path

    def answer(self, stop: threading.Event) -> None:
        share = DirectoryShare(self.home / "floor")
        share.reconnect()
        journal = Journal(self.home / "data" / "journal.db", "pass1")
        incoming = Incoming("pass1", share, journal, ShopClock(), KEY, ulid)
        shop = Snapshots(self.home / "data" / "snapshot.db", "pass1").shop()
        while not stop.wait(0.05):
            incoming.round(shop, datetime.now(UTC))
        journal.close()


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "pass1")


def test_the_key_is_the_bridges_own_and_of_this_shop(shop):
    assert shop.types("key", "web") == bridge_key(KEY, "web").hex()
    with pytest.raises(StationError, match="no name for a bridge"):
        shop.types("key", "Web Shop")


def test_the_menu_lists_what_an_order_names(shop):
    menu = json.loads(shop.types("menu", "--json"))
    burger = next(item for item in menu if item["groups"])
    assert {"id", "price_minor", "allergens"} <= burger.keys()
    assert burger["groups"][0]["modifiers"][0]["id"]
    assert "Cola" in shop.types("menu")


def test_check_says_what_would_be_answered(shop):
    assert "It would be taken: 2 items" in shop.types("check", str(shop.order()))
    with pytest.raises(StationError, match="the guest was told"):
        shop.types("check", str(shop.order(total_minor=1)))
    path = shop.order()
    path.write_text("[]")
    with pytest.raises(StationError, match="no order"):
        shop.types("check", str(path))


def test_put_delivers_and_shows_the_answer(shop):
    stop = threading.Event()
    expediter = threading.Thread(target=shop.answer, args=(stop,))
    expediter.start()
    try:
        assert "Taken as P1-001." in shop.types("put", str(shop.order()))
        assert "Taken as P1-001." in shop.types("put", str(shop.order())), "the same order again is the same"
        with pytest.raises(StationError, match=r"rejected: .*told"):
            shop.types("put", str(shop.order(id="A-2", total_minor=1)))
    finally:
        stop.set()
        expediter.join()


def test_put_says_when_nobody_answers(shop):
    assert "No answer within 0.2 s" in shop.types("put", str(shop.order()), "--wait", "0.2")
