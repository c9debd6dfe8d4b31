"""A payment on a real till that loses its power at any moment, and under nervous fingers: one order, each payment once, nothing owed."""

import random
import time

import pytest

from station.domain.facts import OrderSent, TenderTaken
from station.domain.hands import Touch
from tests.process.test_getting_in import Shop, name_of, ring_up

PATH = (
    "pay",
    "mode:eat_in",
    "split",
    "split:equal",
    "split:among:2",
    "tender:cash:exact",
    "pay:next",
    "tender:card",
    "terminal:approved",
)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "till1")


def hits(seen):
    return [hit["action"] for hit in seen["hits"]]


def reach(seen, beginning):
    """The last of its name: what lies on top comes last."""
    found = [hit for hit in seen["hits"] if hit["action"].startswith(beginning)]
    return found[-1] if found else None


def press(shop, hit):
    x, y, w, h = hit["rect"]
    spot = {"x": x + w / 2, "y": y + h / 2}
    shop.station.feel(Touch(phase="down", **spot), Touch(phase="up", **spot))


def sold(shop):
    return [fact for fact, _ in shop.facts if isinstance(fact, OrderSent)]


def comes_back(shop):
    """Whoever was here scans their card again; the order or the payment is there, or it is sold."""
    shop.station.wait_until_seen()
    seen = shop.look()
    if name_of(seen) is None:
        seen = shop.scan(shop.amina.code)
    return seen


def finish(shop):
    """What anybody would tap next, until it is sold."""
    for _ in range(40):
        if sold(shop):
            return
        seen = shop.look()
        asked = "mode:eat_in" if "stay" in hits(seen) else "pay"
        wanted = ("terminal:approved", "pay:next", "tender:card", asked, "item:")
        hit = next((one for one in (reach(seen, name) for name in wanted) if one is not None and one["enabled"]), None)
        assert hit is not None, hits(seen)
        if hit["action"].startswith("item:"):
            ring_up(shop)
        else:
            press(shop, hit)
            time.sleep(0.02)
    raise AssertionError(hits(shop.look()))


@pytest.mark.parametrize("seed", range(5))
def test_killed_between_any_two_steps_it_is_one_order_paid_once(shop, seed):
    chance = random.Random(seed)
    kills = 0
    step = 0
    while kills < 3 and step < len(PATH):
        with shop.station.running() as screen:
            seen = comes_back(shop)
            if not sold(shop) and step == 0 and "pay" in hits(seen) and reach(seen, "pay") is not None:
                ring_up(shop)
            for name in PATH[step:]:
                seen = shop.look()
                hit = reach(seen, name)
                if hit is None or not hit["enabled"]:
                    # The order came back in another state than it was left in: whoever is here goes on from there.
                    break
                press(shop, hit)
                step += 1
                if chance.random() < 0.35:
                    time.sleep(chance.choice([0, 0.001, 0.005, 0.02]))
                    break
                shop.look()
            screen.kill()
            screen.wait()
            kills += 1
    with shop.station.running():
        comes_back(shop)
        finish(shop)
    (sale,) = sold(shop)
    paid = [tender for tender in sale.tenders if tender.state != "declined"]
    assert sum(tender.amount_minor for tender in paid) == sale.total_minor + sale.rounding_minor
    assert len({tender.id for tender in paid}) == len(paid)
    taken = {fact.tender.id for fact, _ in shop.facts if isinstance(fact, TenderTaken)}
    assert taken <= {tender.id for tender in sale.tenders}, "what the guest had paid before is in the order"


def test_fingers_that_tap_twice_sell_once(shop):
    with shop.station.running():
        comes_back(shop)
        for count in (1, 2, 3):
            ring_up(shop)
            press(shop, reach(shop.look(), "pay"))
            press(shop, reach(shop.look(), "mode:eat_in"))
            hit = reach(shop.look(), "tender:cash:exact")
            for _ in range(4):
                press(shop, hit)
            shop.look()
            assert len(sold(shop)) == count
            if (again := reach(shop.look(), "next")) is not None:
                press(shop, again)
        totals = {sale.order for sale in sold(shop)}
        assert len(totals) == 3
        assert all(len(sale.tenders) == 1 for sale in sold(shop))
        assert [sale.number for sale in sold(shop)] == ["t1-001", "t1-002", "t1-003"]
