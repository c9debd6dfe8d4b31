"""What the pump decides, and what it tells of itself: pure."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.local.status import ReplicaStatus
from station.replica.plan import REST_S, Plan, began, copied, failed, pumped

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_it_tells_of_the_first_copy_until_the_first_batch():
    plan = began(Plan(), 300)
    assert plan.status() == ReplicaStatus(state="copying", to_copy=300)
    plan = copied(plan, "shops", 1, NOW)
    plan = copied(plan, "orders", 200, LATER)
    assert plan.status() == ReplicaStatus(state="copying", table="orders", copied=201, to_copy=300, last=LATER)
    plan = copied(plan, "payments", 0, LATER + timedelta(minutes=1))
    assert plan.status().last == LATER
    plan = pumped(plan, 0, 0, NOW)
    assert plan.status() == ReplicaStatus(state="ok", copied=201, to_copy=300, last=LATER)


def test_with_nothing_to_copy_it_is_ok_from_the_start():
    assert began(Plan(), 0).status() == ReplicaStatus(state="ok")
    assert Plan().status() == ReplicaStatus(state="starting")


def test_a_batch_is_the_last_moment_and_the_rest_of_the_queue():
    plan = pumped(began(Plan(), 0), 5000, 12_000, NOW)
    assert (plan.status().queue, plan.status().last) == (12_000, NOW)
    plan = pumped(plan, 0, 0, LATER)
    assert (plan.status().queue, plan.status().last) == (0, NOW)


@given(st.integers(1, 30))
def test_the_pause_doubles_up_to_a_minute_and_the_first_moment_stays(times):
    plan, now_s = pumped(began(Plan(), 0), 3, 40, NOW), 100.0
    for count in range(times):
        plan = failed(plan, now_s, NOW + timedelta(seconds=count), f"no answer {count}")
        assert not plan.may_try(now_s)
        now_s = plan.ends.retry_at_s
        assert plan.may_try(now_s)
    assert plan.ends.pause_s == min(0.5 * 2 ** (times - 1), 60.0)
    status = plan.status()
    assert (status.state, status.since, status.message) == ("away", NOW, f"no answer {times - 1}")
    assert (status.queue, status.last) == (40, NOW)


@given(st.floats(0, 1e6), st.integers(0, 9), st.booleans())
def test_it_never_rests_so_long_that_a_retry_is_late_nor_so_short_that_it_spins(now_s, failures, more):
    plan = Plan()
    for _ in range(failures):
        plan = failed(plan, now_s, NOW, "away")
    rest_s = plan.rest_s(now_s, more=more)
    assert rest_s == 0.0 if more else 0.05 <= rest_s <= REST_S


def test_ends_that_open_again_end_the_absence():
    plan = began(failed(copied(began(Plan(), 10), "orders", 4, NOW), 5.0, NOW, "away"), 6)
    assert plan.status() == ReplicaStatus(state="copying", table="orders", copied=0, to_copy=6, last=NOW)
    assert plan.may_try(5.0)
