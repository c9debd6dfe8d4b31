"""Orders that no till has sold: by phone at the expediter, and from an online shop; through the real programs of two stations."""

import contextlib
import json
import shutil

import pytest

from station.bench.scratch import KEY
from station.data.snapshot import Snapshots
from station.domain.facts import OrderPaid, OrderSent, TokenDispatched
from station.domain.incoming import bridge_key, signature
from tests.process.test_getting_in import ScratchStation, Shop, pays

TOKENS = ("-m", "station.tokens")


class Crew:
    """A till and an expediter of one shop, with screens and token programs."""

    def __init__(self, root):
        self.floor = root / "floor"
        self.floor.mkdir()
        self.till = Shop(root / "till1")
        self.expediter = Shop.__new__(Shop)
        self.expediter.__dict__.update(self.till.__dict__)
        self.expediter.station = ScratchStation(root / "pass1", "pass1", "expediter", (1280, 800))
        for one in (self.till, self.expediter):
            file = one.station.home / "station.json"
            share = {"kind": "directory", "path": str(self.floor)}
            one.station.configure(**{**json.loads(file.read_text()), "share": share})
        shutil.copy(
            self.till.station.home / "data" / "snapshot.db", self.expediter.station.home / "data" / "snapshot.db"
        )
        self.expediter.station.tell()

    @contextlib.contextmanager
    def working(self):
        with contextlib.ExitStack() as running:
            for one in (self.till, self.expediter):
                running.enter_context(one.station.running())
                running.enter_context(one.station.running(TOKENS))
            for one in (self.till, self.expediter):
                one.station.wait_until_seen()
            yield self

    def facts(self, who, kind):
        return [fact for fact, _ in who.facts if isinstance(fact, kind)]


@pytest.fixture
def crew(tmp_path):
    with Crew(tmp_path).working() as made:
        yield made


def test_an_order_by_phone_is_cooked_at_once_and_paid_at_the_till_later(crew):
    expediter, till = crew.expediter, crew.till
    expediter.scan(expediter.sofie.code)
    expediter.tap("order")
    while not any(hit["action"] == "pay" and hit["enabled"] for hit in expediter.look()["hits"]):
        expediter.tap("item:")
        if any(hit["action"] == "modifiers:done" for hit in expediter.look()["hits"]):
            for hit in expediter.look()["hits"]:
                if hit["action"].startswith("modifier:") and not any(
                    one["enabled"] for one in expediter.look()["hits"] if one["action"] == "modifiers:done"
                ):
                    expediter.tap(hit["action"])
            expediter.tap("modifiers:done")
    expediter.tap("pay")
    expediter.tap("mode:eat_in")
    (sent,) = crew.facts(expediter, OrderSent)
    assert sent.tenders == ()
    till.scan(till.amina.code)
    till.soon(lambda seen: any(hit["action"] == "bills" for hit in seen["hits"]))
    till.tap("bills")
    till.tap("bill:")
    till.soon(pays)
    till.tap("tender:cash:exact")
    (paid,) = crew.facts(till, OrderPaid)
    assert paid.order == sent.order
    assert sum(one.amount_minor for one in paid.tenders) == sent.total_minor + paid.rounding_minor
    till.soon(lambda seen: not any(hit["action"] == "bills" for hit in seen["hits"]))
    till.soon(lambda _: len(list(crew.floor.glob("held/ended-*/*.sss"))) == 1)
    # No station cooks here, so it waits in the inbox, once.
    assert len(list(crew.floor.glob("inbox/*.sss"))) == 1


def test_an_order_from_an_online_shop_is_answered_and_stands_on_the_expediter(crew):
    till, expediter = crew.till, crew.expediter
    item = next(hit["action"] for hit in till.scan(till.amina.code)["hits"] if hit["action"].startswith("item:"))
    order = {
        "bridge": "web",
        "id": "A-1",
        "mode": "take_away",
        "lines": [{"item": item.removeprefix("item:")}],
        "total_minor": 1,
        "currency": "EUR",
        "payment": {"kind": "at_till"},
    }

    def put(name):
        data = json.dumps(order).encode()
        (crew.floor / "incoming" / f"{name}.json").write_bytes(data)
        (crew.floor / "incoming" / f"{name}.sig").write_text(signature(data, bridge_key(KEY, "web")))

    def answer(name, kind):
        file = crew.floor / "incoming" / f"{name}.{kind}"
        till.soon(lambda _: file.exists())
        return file.read_text()

    till.soon(lambda _: (crew.floor / "incoming").is_dir())
    put("first")
    told = answer("first", "rejected")
    assert "must be chosen" in told or "the guest was told 0.01" in told
    found = Snapshots(expediter.station.home / "data" / "snapshot.db", "pass1").shop()
    plain = next(one for one in found.menu.items if not any(group.minimum for group in one.groups) and not one.sold_out)
    order |= {"lines": [{"item": plain.id}], "total_minor": plain.price_minor}
    put("second")
    number = json.loads(answer("second", "ok"))["number"]
    expediter.soon(lambda seen: any(card["number"].upper() == number for card in seen["cards"]))
    (sent,) = crew.facts(expediter, OrderSent)
    assert sent.number.upper() == number
    assert crew.facts(expediter, TokenDispatched) == []
    till.soon(lambda seen: any(hit["action"] == "bills" for hit in seen["hits"]))
