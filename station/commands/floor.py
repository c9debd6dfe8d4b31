"""`station floor …`: look at the floor, prove that nothing is missing, mend by hand."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer
from ulid import ULID

from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Folder, Home, open_floor, settings_of
from station.config import Settings
from station.data.addresses import master_of
from station.data.queries.floor import sent_orders
from station.data.session import open_engine, reading
from station.domain.facts import OrderSent
from station.domain.floor import DONE, HOLD, INBOX, PASS, STATIONS, VOID, Spot, check_place, station_place
from station.domain.token import ULID_PATTERN, TokenName
from station.errors import DataError, StationError
from station.local.journal import Journal
from station.tokens.floor import Floor, FloorCheck
from station.tokens.share import NoFolder, Share

app = typer.Typer(
    help="Look at the floor: every order in progress is one file on the share, in the folder that says where it is.",
    no_args_is_help=True,
)


@app.command("ls")
def list_floor(home: Home = None, folder: Folder = None, as_json: AsJson = False) -> None:
    """List every order in progress: where it is, since when, how many items are left."""
    with open_floor(home, folder) as (floor, _, share):
        spots = _spots(floor, share, everything=False)
    now = datetime.now(UTC)
    rows = [
        (spot.place, spot.name.number.upper(), spot.name.part, spot.name.items, _age(spot, now), str(spot.name))
        for spot in spots
    ]
    if as_json:
        print_json([dict(zip(("place", "number", "part", "items", "age_s", "name"), row, strict=True)) for row in rows])
        return
    print_table(
        f"{len({spot.name.order for spot in spots})} orders in progress",
        ("where", "order", "part", "items", "minutes", "file"),
        [(*row[:4], round(row[4] / 60, 1), row[5]) for row in rows],
    )


@app.command("check")
def check_floor(home: Home = None, folder: Folder = None, as_json: AsJson = False) -> None:
    """Prove that no order is missing and none is there twice. Exit status 1 when one is.

    Reads every token's signature too. Every order that the master or this station's journal knows as sent today is
    looked for; without a master only what the share itself can tell is checked, and that is said.
    """
    with open_floor(home, folder) as (floor, settings, share):
        found = floor.check(deep=True)
        seen = {spot.name.order for spot in _spots(floor, share, everything=True)} | _in_names(found, share)
    missing = [*found.missing, *_missing_here(settings, seen)]
    asked, unknown = _missing_in_master(settings, seen)
    missing += [sentence for sentence in asked if sentence not in missing]
    if as_json:
        print_json(
            {
                "orders": found.orders,
                "parts": found.parts,
                "missing": missing,
                "double": found.double,
                "invalid": found.invalid,
                "quarantined": found.quarantined,
                "transit": found.transits,
                "master": unknown or "asked",
            }
        )
    else:
        _print_check(found, missing, unknown)
    if missing or not found.ok:
        raise typer.Exit(1)


@app.command("move")
def move_token(
    number: Annotated[str, typer.Argument(help="The order's number, as called (T1-042), or its file name")],
    to: Annotated[str, typer.Argument(help="inbox, hold, pass, a station's code, or a place such as stations/grill1")],
    part: Annotated[str | None, typer.Option(help="Which part of a split order")] = None,
    home: Home = None,
    folder: Folder = None,
) -> None:
    """Move an order by hand, safely: the same one rename that a station makes."""
    with open_floor(home, folder) as (floor, _, share):
        spots = [spot for spot in _spots(floor, share, everything=True) if number.lower() in _names_of(spot.name)]
        spots = [spot for spot in spots if part is None or spot.name.part == part]
        if not spots:
            raise StationError(f"no order {number} is on the floor; `station floor ls` shows what is")
        if len(spots) > 1:
            parts = ", ".join(f"{spot.name.part} ({spot.place})" for spot in spots)
            raise StationError(f"order {number} is in several parts: {parts}; say which with --part")
        place = check_place(to if to in {INBOX, HOLD, PASS} or "/" in to else station_place(to))
        there = floor.move(str(ULID()).lower(), spots[0], place)
    if there is None:
        raise StationError(f"order {number} was moved by somebody else at the same moment; look again")
    CONSOLE.print(f"{number.upper()}: {spots[0].place} → {there.place}", markup=False)


@app.command("republish")
def republish(
    number: Annotated[str, typer.Argument(help="The order's number, as called (T1-042)")],
    home: Home = None,
    folder: Folder = None,
) -> None:
    """Send an order of this station again that is nowhere on the floor (a share that was restored from a backup).

    Refuses when any part of it is anywhere, so that nothing is ever cooked twice.
    """
    settings = settings_of(home)
    journal = Journal(settings.journal_path, settings.code)
    sent = [(fact, order) for fact, order, _ in _sent(journal) if order.number.lower() == number.lower()]
    if not sent:
        raise StationError(f"{settings.code} never sent an order {number}; its journal has no such fact")
    fact, order = sent[-1]
    if fact in {entry.id for entry in journal.pending()}:
        raise StationError(f"order {number} is still waiting here and will be sent by itself when the share answers")
    with open_floor(home, folder) as (floor, _, share):
        found = floor.check()
        held = [spot.path for spot in _spots(floor, share, everything=True) if spot.name.order == order.order]
        if held or _in_sentences(order.order, found) or any(order.order in name for name in found.quarantined):
            where = ", ".join(held) or "quarantine or among the replaced tokens"
            raise StationError(f"order {number} is on the floor already ({where}); nothing was sent")
        if any(order.order in name for name in _retired(share)):
            raise StationError(f"order {number} was replaced by its parts on the floor; nothing was sent")
        spot = floor.publish(str(ULID()).lower(), order.token)
    CONSOLE.print(f"{number.upper()} is in {spot.place} again", markup=False)


def _spots(floor: Floor, share: Share, *, everything: bool) -> list[Spot]:
    places = [INBOX, HOLD, *_below(share, STATIONS), PASS]
    if everything:
        places += [*_below(share, DONE), *_below(share, VOID)]
    scan = floor.scan(places)
    for error in scan.unknown.values():
        raise error
    return [Spot(place, name) for place in places for name in scan.names[place]]


def _below(share: Share, folder: str) -> list[str]:
    try:
        return [
            f"{folder}/{entry.name}" for entry in sorted(share.list(folder), key=lambda e: e.name) if entry.is_folder
        ]
    except NoFolder:
        return []


def _retired(share: Share) -> list[str]:
    return [entry.name for day in _below(share, "parents") for entry in share.list(day)]


def _sent(journal: Journal) -> Iterable[tuple[str, OrderSent, datetime]]:
    seq = 0
    while entries := journal.since(seq):
        seq = entries[-1].seq
        for entry in entries:
            if isinstance(entry.fact, OrderSent):
                yield entry.id, entry.fact, entry.at


def _names_of(name: TokenName) -> set[str]:
    return {name.number, str(name), name.order}


def _in_sentences(order: str, found: FloorCheck) -> bool:
    return any(order in text for text in (*found.missing, *found.double, *found.transits))


def _missing_here(settings: Settings, seen: set[str]) -> list[str]:
    """Orders that this station's journal has as published, and that are nowhere."""
    if not settings.journal_path.exists():
        return []
    journal = Journal(settings.journal_path, settings.code)
    waiting = {entry.id for entry in journal.pending()}
    missing = [
        _nowhere(sent.number) for fact, sent, _ in _sent(journal) if fact not in waiting and sent.order not in seen
    ]
    journal.close()
    return missing


def _missing_in_master(settings: Settings, seen: set[str]) -> tuple[list[str], str]:
    """Orders that the master knows to have come to the floor, and that are nowhere; or why it could not be asked."""
    try:
        engine = open_engine(master_of(settings))
        try:
            with reading(engine) as conn:
                sent = sent_orders(conn)
        finally:
            engine.dispose()
    except DataError as error:
        return [], f"the master was not asked: {error}"
    return [_nowhere(order.number) for order in sent if order.reported and order.order not in seen], ""


def _nowhere(number: str) -> str:
    return f"order {number.upper()} was sent today and is nowhere on the floor; `station floor republish` on its till"


def _in_names(found: FloorCheck, share: Share) -> set[str]:
    """Orders that are on their way, set aside, or only among the replaced: the check speaks of these itself."""
    return {
        part
        for name in (*found.transits, *found.quarantined, *_retired(share))
        for part in re.findall(ULID_PATTERN, name)
    }


def _age(spot: Spot, now: datetime) -> float:
    placed = ULID.from_str(spot.name.order.upper()).datetime
    return round((now - placed).total_seconds(), 1)


def _print_check(found: FloorCheck, missing: list[str], unknown: str) -> None:
    CONSOLE.print(f"{found.orders} orders in {found.parts} parts on the floor", markup=False)
    for what, sentences in (("missing", missing), ("double", found.double), ("invalid", found.invalid)):
        for sentence in sentences:
            CONSOLE.print(f"{what}: {sentence}", style="bold red", markup=False)
    if found.transits:
        CONSOLE.print(f"{len(found.transits)} splits or revisions are under way", markup=False)
    if found.quarantined:
        CONSOLE.print(f"{len(found.quarantined)} files in quarantine/, each with its reason beside it", markup=False)
    if unknown:
        CONSOLE.print(unknown, style="yellow", markup=False)
    if found.ok and not missing:
        CONSOLE.print("nothing is missing, nothing is there twice", style="green")
