"""`station audit verify`: whether anybody altered, removed or moved a record."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from station.commands.addresses import Url, master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home, settings_of
from station.config import home_of
from station.link.audited import Verdict, verify_audit, verify_journal

app = typer.Typer(help="What was recorded, and whether it is still as it was recorded.", no_args_is_help=True)

_WHAT_TO_DO = (
    "Compare with the replica and with the latest backup (station master backup): both hold these rows as they were."
)


@app.callback()
def audit() -> None:
    """Keeps `verify` a command of its own."""


@app.command("verify")
def verify(
    only: Annotated[str | None, typer.Option("--station", help="Only this station's records.")] = None,
    url: Url = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Walk every station's chain of records in the master, and this station's own journal, and name each row that was altered,
    taken out or moved. Exits with 1 when there is any.
    """
    found = list(_verdicts(url, home, only))
    if as_json:
        print_json([_as_json(one) for one in found])
    else:
        _print(found)
    if any(one.damages for one in found):
        raise typer.Exit(1)


def _verdicts(url: str | None, home: Path | None, only: str | None) -> Iterator[Verdict]:
    settings = settings_of(home) if ((home or home_of()) / "station.json").exists() else None
    mine = settings if settings is not None and only in {None, settings.code} else None
    yield from verify_audit(master_address(url, home), only=only, settings=mine)
    if mine is not None and mine.journal_path.exists():
        yield verify_journal(mine)


def _print(found: Sequence[Verdict]) -> None:
    rows = [(one.what, one.rows, "ok" if not one.damages else f"{len(one.damages)} wrong", one.last) for one in found]
    print_table("Records", ("", "rows", "state", "the last one"), rows)
    damages = [(one.what, damage) for one in found for damage in one.damages]
    for what, damage in damages:
        CONSOLE.print(f"[bold red]✗[/] [bold]{what}[/]", end=" ")
        CONSOLE.print(damage.text, markup=False, soft_wrap=True)
    if damages:
        CONSOLE.print(_WHAT_TO_DO, markup=False, soft_wrap=True)


def _as_json(one: Verdict) -> dict[str, object]:
    damages = [{"kind": damage.kind, "seq": damage.seq, "text": damage.text} for damage in one.damages]
    return {"what": one.what, "rows": one.rows, "last": one.last, "ok": not damages, "damages": damages}
