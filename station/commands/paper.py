"""`station print`: what waits for the printer, a test page, and a receipt as a picture."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home, settings_of
from station.config import Settings
from station.data.snapshot import Snapshots
from station.domain.facts import kind_of
from station.domain.ledger import KINDS as MONEY_KINDS
from station.domain.ledger import kept
from station.domain.menu import Shop
from station.domain.printed import COLUMNS, PRINTER, PRINTER_FORMS, set_rows
from station.domain.receipt import receipt
from station.domain.slips import kitchen_ticket, test_page
from station.errors import StationError
from station.local.journal import Journal
from station.local.status import PrinterStatus, read_status

app = typer.Typer(help="The receipt printer: what waits for it, and what it would print.", no_args_is_help=True)
_NAMES = {
    "order.sent": "receipt",
    "order.paid": "receipt",
    "order.changed": "receipt of a change",
    "order.refunded": "refund slip",
    "drawer.counted": "count of the drawer",
    "print.asked": "asked for",
}


@app.command("queue")
def queue(home: Home = None, as_json: AsJson = False) -> None:
    """Where this station prints, whether the printer answers, and what it has not printed yet, the oldest first."""
    from station.printing.queue import READER
    from station.printing.work import KINDS

    settings = settings_of(home)
    said = read_status(settings.printer_status, PrinterStatus)
    waiting = []
    if settings.journal_path.exists():
        journal = Journal(settings.journal_path, settings.code)
        waiting = [
            (entry.at.astimezone().strftime("%H:%M:%S"), _NAMES[kind], getattr(entry.fact, "number", "").upper())
            for entry in journal.of_kinds(KINDS, journal.cursor(READER))
            if (kind := kind_of(entry.fact)) in _NAMES
        ]
        journal.close()
    if as_json:
        rows = [dict(zip(("at", "what", "order"), row, strict=True)) for row in waiting]
        print_json({"printer": said.printer, "state": said.state, "message": said.message, "waiting": rows})
        return
    words = {"ok": "works", "none": "none is set up", "starting": "its program has not said anything yet"}
    CONSOLE.print(f"Printer {said.printer}: {words.get(said.state, said.message)}", markup=False, soft_wrap=True)
    if waiting:
        print_table("Waiting", ("at", "what", "order"), waiting)


@app.command("test")
def print_test(
    printer: Annotated[
        str | None, typer.Option("--printer", help=f"{PRINTER_FORMS}. Default: this station's own.")
    ] = None,
    home: Home = None,
) -> None:
    """Print a page that shows whether a printer is set up well: letters, sizes, the code, the cut."""
    from station.printing.escpos_out import encoded
    from station.printing.printers import print_on

    settings, shop = _shop(home)
    address = printer or shop.profile.printer
    if not address:
        raise StationError("this station has no printer; name one with --printer, or set it: station_settings, printer")
    if PRINTER.fullmatch(address) is None:
        raise StationError(f"{address} is no printer's address; it is one of {PRINTER_FORMS}")
    columns = shop.profile.receipt_columns
    page = set_rows(test_page(shop, address, datetime.now(UTC)), columns)
    print_on(address, encoded(page, columns), settings.home / "data")
    CONSOLE.print(f"Printed on {address}", markup=False)


@app.command("preview")
def preview(
    order: Annotated[str, typer.Argument(help="The order's number, as on its receipt.")],
    out: Annotated[Path, typer.Option("--out", help="Where the picture (PNG) goes.")] = Path("receipt.png"),
    columns: Annotated[int | None, typer.Option(help="Characters in a row: 32, 42 or 48.")] = None,
    kitchen: Annotated[bool, typer.Option("--kitchen", help="The kitchen's ticket instead of the receipt.")] = False,
    home: Home = None,
) -> None:
    """Make a picture of an order's receipt as the printer would print it, byte for byte."""
    from station.printing.escpos_out import encoded
    from station.printing.preview import preview as picture_of

    settings, shop = _shop(home)
    wide = columns or shop.profile.receipt_columns
    if wide not in COLUMNS:
        raise StationError(f"{wide} characters in a row: printers have 32, 42 or 48")
    journal = Journal(settings.journal_path, settings.code)
    known = kept(journal.of_kinds(MONEY_KINDS)).order_of(order)
    journal.close()
    if known is None:
        raise StationError(f"{order.upper()} was not sold at {settings.code.upper()}; look where it was")
    paper = kitchen_ticket(known.sale.token, shop) if kitchen else receipt(known, shop)
    logo = settings.home / "data" / "pictures" / shop.profile.receipt_logo if shop.profile.receipt_logo else None
    picture_of(encoded(set_rows(paper, wide), wide, logo), wide).save(out)
    CONSOLE.print(f"{out}", markup=False)


def _shop(home: Path | None) -> tuple[Settings, Shop]:
    settings = settings_of(home)
    shop = Snapshots(settings.snapshot_path, settings.code).load()
    return settings, shop
