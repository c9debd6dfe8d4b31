"""The plan on a real share: one who changes it wins, the other changes what the first one wrote; what is no plan is set aside."""

import pytest

from station.domain.facts import Automatic, Paused, Pinned
from station.domain.plan import NO_PLAN, Plan, encode, file_name
from station.tokens.plans import KEPT
from station.tokens.share import Moved


def test_a_change_is_there_for_every_station(site, floor_on):
    one, two = floor_on(site.open()), floor_on(site.open())
    assert one.plan() == NO_PLAN
    one.change_plan(Paused(station="grill1", paused=True))
    assert two.plan().paused("grill1")
    two.change_plan(Automatic(automatic=False))
    assert one.plan() == two.plan()
    assert one.plan().paused("grill1")
    assert not one.plan().automatic


def test_the_same_change_again_writes_nothing(site, floor_on):
    floor = floor_on(site.open())
    first = floor.change_plan(Paused(station="grill1", paused=True))
    assert floor.change_plan(Paused(station="grill1", paused=True)).revision == first.revision


def test_of_two_at_once_neither_is_lost(site, floor_on):
    share = site.open()
    one, two = floor_on(share), floor_on(site.open())
    move = share.move

    def slow(source, target):
        if target.startswith("plan/") and not two.plan().pins:
            # The other one is there just before this one's last step.
            two.change_plan(Pinned(group="fry", station="fry1"))
        return move(source, target)

    share.move = slow
    plan = one.change_plan(Paused(station="grill1", paused=True))
    assert (plan.paused("grill1"), plan.pins, plan.revision) == (True, {"fry": "fry1"}, 2)
    assert two.plan() == plan
    assert not [entry for entry in share.list("tmp") if ".plan" in entry.name]


@pytest.mark.parametrize("what", ["torn", "forged", "renamed"])
def test_what_is_no_plan_is_set_aside_and_the_one_before_counts(site, floor_on, what):
    share = site.open()
    floor = floor_on(share)
    good = floor.change_plan(Paused(station="grill1", paused=True))
    bad = {
        "torn": encode(Plan(revision=9), b"k" * 32)[:50],
        "forged": encode(Plan(revision=9), b"another shop's key"),
        "renamed": encode(Plan(revision=8, automatic=False), floor._hand.key),
    }[what]
    share.create("tmp/bad", bad)
    assert share.move("tmp/bad", f"plan/{file_name(9)}") is Moved.MOVED
    other = floor_on(site.open())
    assert other.plan() == good
    assert [entry.name for entry in share.list("quarantine") if entry.name.endswith(".why")]
    assert other.change_plan(Automatic(automatic=False)).revision == good.revision + 1


def test_old_ones_are_cleared_away(site, floor_on):
    share = site.open()
    floor = floor_on(share)
    for number in range(2 * KEPT):
        floor.change_plan(Paused(station=f"grill{number}", paused=True))
    assert len(share.list("plan")) == KEPT + 1
    assert len(floor_on(site.open()).plan().stations) == 2 * KEPT


def test_a_share_that_was_emptied_has_no_plan(site, floor_on):
    share = site.open()
    floor = floor_on(share)
    floor.change_plan(Automatic(automatic=False))
    share.delete(f"plan/{file_name(1)}")
    assert floor.plan() == NO_PLAN
