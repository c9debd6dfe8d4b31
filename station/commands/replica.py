"""`station replica …`: fill a cloud MySQL with what the master has, look how it stands, prove that it is equal."""

import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from station.commands.addresses import Replicas, ReplicaUrl, Url, both_addresses, master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home
from station.config import home_of, load_settings
from station.data.compared import Compared, compare, mend
from station.data.locks import Taken
from station.data.replicated import BATCH, Ends, Pump, pumping, turn_following
from station.data.triggers import followed_tables
from station.errors import StationError
from station.local.status import ReplicaStatus, read_status

app = typer.Typer(
    help="The cloud replica: a MySQL that follows the master. It needs no internet while the shop works.",
    no_args_is_help=True,
)


@app.command("run")
def run(
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    once: Annotated[bool, typer.Option("--once", help="End when the replica has caught up.")] = False,
) -> None:
    """Fill the replica, and keep it up to date until Ctrl-C. Goes on where it stopped.

    On a station its `replica` program does the same, when its profile asks for it.
    """
    ends = both_addresses(url, replica_url, home)
    with _pumping(ends) as pump:
        _first_copy(pump)
        while True:
            done = pump.pump()
            _tell_of(done.refused)
            if done.entries:
                _say(f"{done.entries} changes: {done.written} rows written, {done.taken} taken away")
            if done.entries < BATCH:
                if once:
                    _say("The replica has all that the master has.")
                    return
                time.sleep(1)


@app.command("status")
def status(url: Url = None, replica_url: ReplicaUrl = None, home: Home = None, as_json: AsJson = False) -> None:
    """How far the replica is: what waits in the queue, how many rows each side has, and what the pump says."""
    both = both_addresses(url, replica_url, home)
    ends = Ends(both.master, both.replica, chain=both.chain)
    try:
        found = ends.standing()
    finally:
        ends.close()
    said = _pump_says(home)
    if as_json:
        print_json(
            {
                "shop": found.shop,
                "queue": found.queue,
                "first_copy_done": found.first_copy_done,
                "problem": found.problem,
                "pump": said,
                "tables": [{"table": name, "master": here, "replica": there} for name, here, there in found.tables],
            }
        )
        return
    rows = [
        (name, here, there, "" if here == there else here - there)
        for name, here, there in found.tables
        if here or there
    ]
    if rows:
        print_table(f"Replica of {found.shop}", ("table", "rows here", "rows there", "to go"), rows)
    if found.problem:
        _say(found.problem)
    elif not found.first_copy_done:
        _say("The first copy is not complete: `station replica run` goes on with it.")
    _say(f"{found.queue} changes wait in the queue." if found.queue else "Nothing waits in the queue.")
    if said:
        _say(f"The pump of this station: {said}")


@app.command("verify")
def verify(
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    repair: Annotated[bool, typer.Option("--repair/--no-repair", help="Mend what differs.")] = True,
    as_json: AsJson = False,
) -> None:
    """Compare every row on both sides by ranges of keys, and mend what differs. Exit status 1 when something differed.

    Works beside a running pump: a mend goes through the queue.
    """
    both = both_addresses(url, replica_url, home)
    _catch_up(both)
    ends = Ends(both.master, both.replica, chain=both.chain)
    try:
        found = _compared(ends, quiet=as_json)
        wrong = [one for one in found if one.differing]
        if repair:
            for one in wrong:
                mend(ends, one)
    finally:
        ends.close()
    mended = bool(repair and wrong and _catch_up(both))
    if as_json:
        print_json(
            {
                "equal": not wrong,
                "rows": sum(one.rows for one in found),
                "mended": mended,
                "differing": [
                    {"table": one.table, "missing": one.missing, "extra": one.extra, "changed": one.changed}
                    for one in wrong
                ],
            }
        )
    else:
        _tell(found, wrong, repair=repair, mended=mended)
    if wrong:
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(url: Url = None, replica_url: ReplicaUrl = None, home: Home = None) -> None:
    """Copy everything anew and take away what the master does not have: the replica is equal to this master then.

    For a replica that followed another master, or one that nobody trusts any more. It stays readable meanwhile.
    """
    both = both_addresses(url, replica_url, home)
    with _pumping(both, whatever_it_holds=True) as pump:
        pump.begin_anew()
        _first_copy(pump)
        _drain(pump)
    ends = Ends(both.master, both.replica, chain=both.chain)
    try:
        wrong = [one for one in _compared(ends, quiet=False) if one.differing]
        for one in wrong:
            mend(ends, one)
    finally:
        ends.close()
    if wrong:
        with _pumping(both, whatever_it_holds=True) as pump:
            _drain(pump)
    taken = sum(len(one.extra) for one in wrong)
    _say(f"The replica is equal to this master; {taken} rows that only it had were taken away.")


@app.command("on")
def turn_on(url: Url = None, home: Home = None) -> None:
    """Follow the master's changes: its triggers are made. So it is from the start."""
    made = turn_following(master_address(url, home), on=True)
    _say(
        f"{made} triggers were made; a replica needs a new first copy: station replica rebuild" if made else "It is on."
    )


@app.command("off")
def turn_off(url: Url = None, home: Home = None) -> None:
    """For a shop without a replica: drop the triggers and empty the queue, so that nothing gathers for nobody."""
    turn_following(master_address(url, home), on=False)
    _say("The master's changes are not followed any more, and the queue is empty.")


def _pumping(both: Replicas, *, whatever_it_holds: bool = False) -> AbstractContextManager[Pump]:
    return pumping(both.master, both.replica, chain=both.chain, whatever_it_holds=whatever_it_holds)


def _first_copy(pump: Pump) -> None:
    left = pump.rows_left()
    if not pump.tables_left():
        return
    with Progress(
        TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=CONSOLE
    ) as progress:
        task = progress.add_task("first copy", total=left)
        while (step := pump.copy()) is not None:
            progress.update(task, advance=step.rows, description=step.table)
            _tell_of(step.refused)
        progress.update(task, description="first copy", completed=left)


def _drain(pump: Pump) -> None:
    while (done := pump.pump()).entries:
        _tell_of(done.refused)


def _catch_up(both: Replicas) -> bool:
    """Lets everything arrive that is on its way; False when that is another program's work and it did not get to it."""
    try:
        with _pumping(both) as pump:
            if pump.tables_left():
                raise StationError("the first copy is not complete: run `station replica run` first")
            _drain(pump)
    except Taken:
        time.sleep(3)
        return False
    return True


def _compared(ends: Ends, *, quiet: bool) -> list[Compared]:
    found = []
    with Progress(
        TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), console=CONSOLE, disable=quiet
    ) as progress:
        task = progress.add_task("comparing", total=len(followed_tables()))
        for one in compare(ends, lambda: time.sleep(1)):
            found.append(one)
            progress.update(task, advance=1, description=one.table)
        progress.update(task, description="compared")
    return found


def _tell(found: list[Compared], wrong: list[Compared], *, repair: bool, mended: bool) -> None:
    rows, ranges = sum(one.rows for one in found), sum(one.ranges for one in found)
    if not wrong:
        _say(f"Equal: {rows} rows in {len(found)} tables, compared by the hashes of {ranges} ranges.")
        return
    listed = [(one.table, len(one.missing), len(one.extra), len(one.changed)) for one in wrong]
    print_table("What differed", ("table", "missing there", "only there", "other content"), listed)
    if mended:
        _say("All of it was mended; `station replica verify` once more proves it.")
    elif repair:
        _say("All of it was put into the queue; the running pump mends it.")
    else:
        _say("Nothing was changed.")


def _pump_says(home: Path | None) -> str:
    where = home or home_of()
    if not (where / "station.json").exists():
        return ""
    said = read_status(load_settings(where).replica_status, ReplicaStatus)
    parts = [
        said.state,
        said.message,
        f"{said.copied} of {said.to_copy} rows copied" if said.state == "copying" else "",
    ]
    return ", ".join(part for part in parts if part)


def _tell_of(refused: tuple[str, ...]) -> None:
    for sentence in refused:
        print(sentence, file=sys.stderr)


def _say(text: str) -> None:
    CONSOLE.print(text, markup=False, soft_wrap=True)
