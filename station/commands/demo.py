"""`station demo`: a whole shop on this machine."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from station.commands.printing import CONSOLE
from station.demo.reckoning import Summary


def demo(
    minutes: Annotated[float, typer.Option(envvar="DEMO_MINUTES", help="How long the doors are open", min=0.2)] = 3,
    orders: Annotated[float, typer.Option(envvar="DEMO_ORDERS", help="Orders per minute", min=1, max=120)] = 12,
    out: Annotated[Path, typer.Option(envvar="DEMO_OUT", help="Where pictures, figures and the floor are left")] = Path(
        "demo-out"
    ),
    chaos: Annotated[
        int, typer.Option(envvar="DEMO_CHAOS", help="1: kill programs and the share at random meanwhile")
    ] = 0,
) -> None:
    """Run a whole shop here: a Samba share, a replica, six stations under their supervisors, customers and cooks.

    Opens windows when there is a display. Needs root and Debian's samba and mariadb-server-core. Ends by itself; Ctrl-C ends it at once.
    """
    from station.demo.run import Plan, run

    # Whoever ends the demo ends all that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    headless = not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if headless:
        CONSOLE.print("There is no display here: the screens are drawn all the same, without windows.")
    CONSOLE.print(f"Opening the shop in {out}/ …")
    summary = run(
        Plan(minutes=minutes, orders_per_minute=orders, out=out, chaos=bool(chaos), headless=headless), CONSOLE
    )
    _tell(summary, out)
    if summary.missing or summary.duplicates or summary.replica_differs:
        sys.exit(1)


def _tell(summary: Summary, out: Path) -> None:
    late = summary.send_to_card_ms
    apart = f"{summary.replica_differs} rows differ" if summary.replica_differs else "equal"
    lines = [
        (
            f"{summary.orders_placed} orders were placed, {summary.handed_over} handed over,"
            f" {summary.in_progress} still in progress; {summary.parts} tokens"
        ),
        (
            f"{summary.orders_in_master} of {summary.orders_placed} orders are in the master; the replica:"
            f" {apart}, {summary.rows_in_master} rows compared"
        ),
        f"{summary.missing} missing, {summary.duplicates} twice, {summary.quarantined} in quarantine",
    ]
    if late.p50 is not None:
        lines.append(f"from Send to the card on the prep display: {late.p50} ms, at most {late.p99} ms for 99 of 100")
    if summary.faults_injected:
        faults = ", ".join(f"{count} × {what}" for what, count in sorted(summary.faults.items()))
        lines.append(f"{summary.faults_injected} faults on purpose: {faults}")
    lines.append(f"pictures, summary.json and the floor itself are in {out}/")
    for line in lines:
        CONSOLE.print(line, markup=False)
