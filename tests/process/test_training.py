"""Training has a floor and a journal of its own, with the real programs: nothing of it reaches the kitchen, the master or the day."""

import time

import pytest

from station.bench.scratch import KEY
from station.config import load_settings, switch_training
from station.domain.facts import OrderSent, TrainingSwitched
from station.domain.token import decode
from station.local.journal import Journal
from tests.process.test_getting_in import Shop, name_of, ring_up


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "till1")
    made.marc = made.people.issue("marc", "static")
    made.fetch()
    (made.station.home / "floor").mkdir()
    return made


def facts(path, kind):
    journal = Journal(path, "till1")
    found = [entry.fact for entry in journal.since(0) if isinstance(entry.fact, kind)]
    journal.close()
    return found


def test_a_trainee_sells_to_a_floor_of_its_own_and_the_real_one_goes_on_where_it_was(shop):
    home = shop.station.home
    real, trained = home / "data" / "journal.db", home / "data" / "training" / "journal.db"
    floor = home / "floor"
    with shop.station.running() as screen:
        shop.station.wait_until_seen()
        shop.scan(shop.marc.code)
        shop.tap("daily")
        shop.tap("training")
        assert screen.wait(15) == 0, "it ends by itself, and the supervisor begins it anew"
    assert load_settings(home).training
    assert [fact.on for fact in facts(real, TrainingSwitched)] == [True]
    with shop.station.running(), shop.station.running(("-m", "station.tokens")):
        shop.station.wait_until_seen()
        seen = shop.scan(shop.amina.code)
        assert name_of(seen) == "Amina"
        ring_up(shop)
        shop.tap("pay")
        shop.tap("mode:eat_in")
        shop.tap("tender:cash:exact")
        shop.soon(lambda _: list(floor.glob("training/inbox/*.sss")))
    assert not list(floor.glob("inbox/*.sss"))
    (token,) = floor.glob("training/inbox/*.sss")
    assert decode(token.read_bytes(), KEY).training
    assert facts(real, OrderSent) == []
    assert len(facts(trained, OrderSent)) == 1
    told = home / "run" / "tokens.json"
    told.unlink()
    with shop.station.running(("-m", "station.tokens")) as tokens:
        while not told.exists():
            time.sleep(0.05)
        switch_training(home, on=False)
        assert tokens.wait(15) == 0
    with shop.station.running(), shop.station.running(("-m", "station.tokens")):
        shop.station.wait_until_seen()
        shop.scan(shop.amina.code)
        ring_up(shop)
        shop.tap("pay")
        shop.tap("mode:eat_in")
        shop.tap("tender:cash:exact")
        shop.soon(lambda _: list(floor.glob("inbox/*.sss")))
    (sold,) = facts(real, OrderSent)
    assert not sold.token.training
    assert sold.number == "t1-001", "training took none of the day's numbers"
