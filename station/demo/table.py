"""The live table: the floor as anybody can list it, and what runs."""

from collections.abc import Mapping
from pathlib import Path

from rich.table import Table

from station.demo.supervised import SupervisedStation
from station.domain.token import TokenName, parse_name
from station.errors import TokenError

_PLACES = ("inbox", "hold", "pass")


def floor_table(floor: Path, stations: Mapping[str, SupervisedStation], note: str) -> Table:
    """Tokens and items by folder, and each station's programs."""
    table = Table(title=note, title_justify="left", box=None, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("folder")
    table.add_column("orders", justify="right")
    table.add_column("items", justify="right")
    table.add_column("programs")
    for place in _PLACES:
        _row(table, place, _names(floor / place), "")
    for code, station in stations.items():
        names = _names(floor / "stations" / code)
        states = [f"{program.name} {program.state.lower()}" for program in station.programs()]
        running = all(state.endswith("running") for state in states) and bool(states)
        _row(table, f"stations/{code}", names, "[green]all running[/]" if running else ", ".join(states) or "starting")
    for top in ("done", "void"):
        for day in sorted((floor / top).glob("*")):
            _row(table, f"{top}/{day.name}", _names(day), "")
    quarantined = [path for path in (floor / "quarantine").glob("*") if path.suffix != ".why"]
    if quarantined:
        table.add_row("quarantine", str(len(quarantined)), "", "")
    return table


def _row(table: Table, place: str, names: list[TokenName], programs: str) -> None:
    items = sum(name.items for name in names)
    table.add_row(place, str(len({name.order for name in names}) or ""), str(items or ""), programs)


def _names(folder: Path) -> list[TokenName]:
    found = []
    for path in folder.glob("*.sss"):
        try:
            found.append(parse_name(path.name))
        except TokenError:
            continue
    return found
