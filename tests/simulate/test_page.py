"""The page about the simulation says what the simulation says, and its picture is small enough to look at."""

from pathlib import Path

from station.simulate.plan import Plan, run
from station.simulate.policies import POLICIES
from station.simulate.verdict import CONFIDENCE

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "simulate.md").read_text()


def test_the_result_on_the_page_is_the_defaults_result() -> None:
    report = run(Plan(policies=POLICIES[:2]))
    assert report.verdict is not None
    claim, _, chance = report.verdict.sentence.partition(" (")
    assert f"**{claim}**" in " ".join(PAGE.split())
    assert chance.startswith(CONFIDENCE)
    assert f"({CONFIDENCE}: {chance.removeprefix(CONFIDENCE + ': ').partition(' sooner')[0]})" in PAGE
    for outcome in report.outcomes:
        mean = outcome.mean
        assert f"| {outcome.policy.title.lower()} | {mean.p50_s:.0f} s | {mean.p90_s:.0f} s | " in PAGE


def test_its_picture_is_there_and_small() -> None:
    data = (DOCS / "screens" / "simulate.png").read_bytes()
    assert "](screens/simulate.png)" in PAGE
    assert data.startswith(b"\x89PNG")
    assert len(data) <= 150_000
