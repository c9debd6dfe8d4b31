"""`station simulate`: the dispatch's own rules against a rush, beside other ways to choose a station."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from station.commands.addresses import master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home, settings_of
from station.errors import ConfigError
from station.renderers.widgets.text import counted
from station.simulate.offer import demo_dishes
from station.simulate.plan import Plan, Report, as_plain, run
from station.simulate.policies import POLICIES, Policy
from station.simulate.recorded import Recorded, from_floor, from_master
from station.simulate.rush import MEAN_S, Guests, Work
from station.simulate.stations import Layout

_NAMES = ", ".join(policy.name for policy in POLICIES)
_MEANS = ", ".join(f"{group} {seconds:.0f}" for group, seconds in MEAN_S.items())
_DRAWN = "Of a drawn rush: "


Stations = Annotated[int | None, typer.Option(help="How many stations cook. Default: 8.", min=2, max=32)]
Orders = Annotated[int | None, typer.Option(help=f"{_DRAWN}how many orders come. Default: 300.", min=10, max=20_000)]
Peak = Annotated[
    float | None,
    typer.Option(help=f"{_DRAWN}how busy the cooks are when it is busiest, in percent. Default: 95.", min=10, max=150),
]
Tail = Annotated[
    float | None,
    typer.Option(
        help=f"{_DRAWN}an order of n items is as likely as 1/n^TAIL: near 1 many large ones, 3 hardly any. Default: 1.5.",
        min=0.5,
        max=6,
    ),
]
Largest = Annotated[int | None, typer.Option(help=f"{_DRAWN}items of the largest order. Default: 15.", min=1, max=100)]
Kitchen = Annotated[
    Layout | None,
    typer.Option(
        help="same: every station cooks everything; lines: each cooks one prep group; shop: the shop's own stations,"
        " repeated. Default: same; for a recorded rush: shop."
    ),
]
Hands = Annotated[int, typer.Option(help="How many items a cook has in work at once.", min=1, max=8)]
Ticks = Annotated[bool, typer.Option("--ticks/--no-ticks", help="Whether cooks tick items, or only bump whole cards.")]
WorkTimes = Annotated[
    list[str] | None,
    typer.Option(
        "--work", metavar="GROUP=S", help=f"Seconds that an item of this prep group takes. Default: {_MEANS}."
    ),
]
Spread = Annotated[float, typer.Option(help="How much these vary: the lognormal distribution's sigma.", min=0, max=2)]
Weights = Annotated[
    list[str] | None,
    typer.Option(
        "--weight", metavar="STATION=PERCENT", help="A slower station, or a quicker one; the dispatch knows of it."
    ),
]
Policies = Annotated[
    list[str] | None, typer.Option("--policy", help=f"Only these ({_NAMES}). May be given several times.")
]
Seed = Annotated[int, typer.Option(help="Which rush is the first.", min=0)]
Seeds = Annotated[int, typer.Option(help="How many rushes; every policy gets the same.", min=1, max=1000)]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="A rush that really was, instead of a drawn one: a floor or a folder of its tokens, a station's home, or a"
        " master's address.",
    ),
]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which business day of it. Default: the last one.")
]
Plot = Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw it, too.")]


def simulate(
    stations: Stations = None,
    orders: Orders = None,
    peak: Peak = None,
    tail: Tail = None,
    largest: Largest = None,
    kitchen: Kitchen = None,
    hands: Hands = 1,
    ticks: Ticks = True,
    work: WorkTimes = None,
    spread: Spread = 0.4,
    weight: Weights = None,
    policy: Policies = None,
    seed: Seed = 1,
    seeds: Seeds = 20,
    recorded: From = None,
    day: Day = None,
    home: Home = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Send a rush through a kitchen, in simulated time, under several ways to choose who cooks an order.

    The dispatch is the one that the stations run. Every way gets the same orders and the same work, over several rushes, and
    what differs by no more than chance is said to.
    """
    if plot is not None and plot.suffix.lower() != ".png":
        raise ConfigError(f"--plot draws a PNG; call the file {plot.with_suffix('.png').name}")
    shaped = {"--orders": orders, "--peak": peak, "--tail": tail, "--largest": largest}
    if recorded is not None and (given := [name for name, value in shaped.items() if value is not None]):
        raise ConfigError(f"{', '.join(given)} shapes a drawn rush; a recorded one is as it was")
    if recorded is None and day is not None:
        raise ConfigError("--day is of a recorded rush; say with --from where it is")
    taken = _recorded(recorded, None if day is None else day.date(), home) if recorded is not None else None
    report = run(
        Plan(
            layout=kitchen or ("same" if taken is None else "shop"),
            stations=stations,
            orders=orders or 300,
            peak=(peak or 95) / 100,
            guests=Guests(tail or 1.5, largest or 15),
            work=Work({**MEAN_S, **_pairs("--work", work, _groups(taken), (0.1, 7200))}, spread),
            hands=hands,
            ticks=ticks,
            weights={code: round(percent) for code, percent in _pairs("--weight", weight, None, (10, 1000)).items()},
            policies=_policies(policy),
            seed=seed,
            seeds=seeds,
            recorded=taken,
        )
    )
    if plot is not None:
        from station.simulate.plot import draw

        draw(report, plot)
    if as_json:
        print_json(as_plain(report))
    else:
        _tell(report, plot)


def _recorded(where: str, day: date | None, home: Path | None) -> Recorded:
    if "://" in where:
        return from_master(master_address(where), day)
    folder = Path(where)
    if (folder / "station.json").exists():
        return from_master(master_address(None, folder), day)
    return from_floor(folder, settings_of(home).token_key, day)


def _policies(names: Sequence[str] | None) -> tuple[Policy, ...]:
    for name in names or ():
        if name not in {policy.name for policy in POLICIES}:
            raise ConfigError(f"there is no policy {name!r}; there are {_NAMES}")
    return tuple(policy for policy in POLICIES if not names or policy.name in names)


def _groups(recorded: Recorded | None) -> set[str]:
    """The prep groups that are cooked."""
    if recorded is None:
        return {dish.group for dish in demo_dishes()}
    return {line.group for body in recorded.bodies for line in body.lines}


def _pairs(
    option: str, texts: Sequence[str] | None, names: set[str] | None, within: tuple[float, float]
) -> dict[str, float]:
    """NAME=NUMBER texts. `names`: which there are (None: whoever uses them knows)."""
    found: dict[str, float] = {}
    low, high = within
    for text in texts or ():
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            raise ConfigError(f"{option} {text}: write NAME=NUMBER, for example {option} grill=90") from None
        if not low <= value <= high:
            raise ConfigError(f"{option} {text}: the number must be from {low:g} to {high:g}")
        if names is not None and name not in names:
            raise ConfigError(f"{option} {text}: there is no {name!r}; there are {', '.join(sorted(names))}")
        found[name] = value
    return found


def _tell(report: Report, plot: Path | None) -> None:
    plan = report.plan
    rows: list[tuple[Any, ...]] = [
        (
            outcome.policy.title,
            round(outcome.mean.p50_s),
            round(outcome.mean.p90_s),
            f"+{outcome.mean.imbalance * 100:.0f} %",
            f"{outcome.mean.busy * 100:.0f} %",
            round(outcome.mean.most_items),
            round(outcome.mean.most_orders),
        )
        for outcome in report.outcomes
    ]
    what = plan.recorded.source if plan.recorded else f"busiest at {plan.peak * 100:.0f} %"
    stations, orders = counted(len(report.stations), "station"), counted(len(report.first.orders), "order")
    title = f"{stations}, {orders}, {what}; the mean of {counted(plan.seeds, 'rush', 'rushes')}"
    columns = (
        "who gets it",
        "half within s",
        "9 of 10 within s",
        "fullest station",
        "cooks busy",
        "most items",
        "most orders",
    )
    print_table(title, columns, rows)
    CONSOLE.print(
        "Seconds from the till to the last part on the pass. Fullest station: so many more items than the mean.",
        style="dim",
        markup=False,
    )
    if plan.recorded is not None and plan.recorded.unread:
        unread = counted(plan.recorded.unread, "file")
        CONSOLE.print(f"{unread} left out: no valid token of this shop.", style="yellow", markup=False)
    if report.verdict is not None:
        CONSOLE.print(report.verdict.sentence, style="bold", markup=False)
        CONSOLE.print(report.verdict.about_half, markup=False)
    if plot is not None:
        CONSOLE.print(f"The picture is {plot}.", markup=False)
