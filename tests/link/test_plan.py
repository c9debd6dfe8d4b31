"""The link's decisions: how long to wait for a master that is away, and what comes first when it is back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.link.plan import LOOK_EVERY_S, Plan, answered, failed, looked

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@given(st.integers(1, 40))
def test_the_pause_doubles_up_to_its_bound_and_the_first_moment_stays(times):
    plan, now_s = Plan(), 100.0
    for count in range(times):
        plan = failed(plan, now_s, NOW + timedelta(seconds=count), f"no answer {count}")
        assert not plan.may_try(now_s)
        assert plan.may_try(plan.master.retry_at_s)
        now_s = plan.master.retry_at_s
    assert plan.master.pause_s == min(0.5 * 2 ** (times - 1), 15.0)
    assert (plan.master.away_since, plan.master.message) == (NOW, f"no answer {times - 1}")


@given(st.floats(0, 1e6), st.integers(0, 8))
def test_it_never_rests_so_long_that_a_retry_is_late_nor_so_short_that_it_spins(now_s, failures):
    plan = Plan()
    for _ in range(failures):
        plan = failed(plan, now_s, NOW, "away")
    assert 0.05 <= plan.rest_s(now_s) <= 0.5


def test_an_answer_ends_the_absence_and_the_catalogue_is_looked_at_at_once():
    plan = failed(looked(Plan(), 100.0), 100.0, NOW, "away")
    back = answered(plan)
    assert (back.master.tried, back.master.away_since, back.master.message) == (True, None, "")
    assert back.must_look(100.1)
    assert back.may_try(100.1)


def test_the_catalogue_is_looked_at_every_two_seconds_while_all_is_well():
    plan = answered(looked(Plan(), 100.0))
    assert not plan.must_look(100.0 + LOOK_EVERY_S - 0.1)
    assert plan.must_look(100.0 + LOOK_EVERY_S)
