"""`station bench …`: the budgets, each beside a reference measured in the same run."""

from typing import Annotated, Any

import typer

from station.commands.addresses import master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table

app = typer.Typer(
    help="Measure this machine: every figure stands beside a raw operation or a peer from the same run.",
    no_args_is_help=True,
)
_VERDICT = {True: "kept", False: "MISSED", None: ""}


@app.command("floor")
def floor(
    as_json: AsJson = False, rounds: Annotated[int, typer.Option(help="How often each operation is timed")] = 200
) -> None:
    """Publish, move, split and list over Samba and on a local directory, beside raw SMB and Maildir."""
    from station.bench import floor as bench_floor

    _print(bench_floor.run(rounds), as_json=as_json)


@app.command("order")
def order(as_json: AsJson = False, orders: Annotated[int, typer.Option(help="How many orders are sent")] = 300) -> None:
    """Send on the till to the card on the prep display, over Samba, through the real programs and screens."""
    from station.bench import order as bench_order

    _print(bench_order.run(orders), as_json=as_json)


@app.command("login")
def login(
    as_json: AsJson = False,
    scans: Annotated[int, typer.Option(help="How often a card is scanned with each size of staff", min=3)] = 500,
) -> None:
    """Last key of a scan to the frame with the person's name, through the real scanner program and screen; and its parts."""
    from station.bench import login as bench_login

    _print(bench_login.run(scans), as_json=as_json)


@app.command("render")
def render(as_json: AsJson = False) -> None:
    """What a full and pulsing prep display costs at 1920×1080, and what an idle one costs."""
    from station.bench import render as bench_render

    _print(bench_render.run(), as_json=as_json)


@app.command("till")
def till(
    as_json: AsJson = False, orders: Annotated[int, typer.Option(help="How many orders of five lines are rung up")] = 60
) -> None:
    """A tap on the till to its frame with 400 items, and the taps that the commonest paths need."""
    from station.bench import till as bench_till

    _print(bench_till.run(orders), as_json=as_json)


@app.command("link")
def link(
    as_json: AsJson = False,
    facts: Annotated[int, typer.Option(help="How many facts are brought to the master")] = 10_000,
    url: Annotated[
        str | None,
        typer.Option("--url", help="Measure with this master, of a shop to try things with: its books keep the facts."),
    ] = None,
) -> None:
    """Facts to rows of the master, the look at the catalogue, snapshots, and an 86 from one station to another."""
    from station.bench import link as bench_link

    _print(bench_link.run(facts) if url is None else bench_link.run_on(master_address(url), facts), as_json=as_json)


@app.command("replica")
def replica(
    as_json: AsJson = False, lines: Annotated[int, typer.Option(help="Order lines of the first copy")] = 1_000_000
) -> None:
    """Master to a private MariaDB: the pump beside raw upserts of the same rows, the first copy, the triggers' cost."""
    from station.bench import replica as bench_replica

    _print(bench_replica.run(lines), as_json=as_json)


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [
        (
            row["name"],
            row["n"],
            row["p50_ms"],
            row["p99_ms"],
            row["reference"]["name"] if row["reference"] else "",
            row["reference"]["p50_ms"] if row["reference"] else None,
            row["ratio"],
            row["budget"] or "",
            _VERDICT[row["ok"]],
        )
        for row in found["results"]
    ]
    columns = ("what", "n", "p50 ms", "p99 ms", "beside", "its p50 ms", "ratio", "budget", "")
    print_table(f"bench {found['bench']}", columns, rows)
    CONSOLE.print(found["machine"], style="dim", markup=False)
