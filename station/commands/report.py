"""`station report`: what was sold and taken, as a table, a file for a spreadsheet, or paper; from the master or its replica."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from station.commands.addresses import ReplicaUrl, Url, both_addresses, master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home
from station.data.queries.reports import NOTABLE, events, item_sales, staff_sales
from station.data.queries.takings import Books, Day, books_of, days_between, find_day, load_takings, shop_of
from station.data.session import open_engine, reading
from station.domain.money import format_minor
from station.domain.report import Column, Report, day_report, sales_report, table_report
from station.domain.takings import Takings
from station.errors import StationError

app = typer.Typer(
    help="What was sold and taken: X, Z, sales, items, staff, audit. As a table, --csv or --pdf; from the master, or"
    " --from-replica.",
    no_args_is_help=True,
)

FromReplica = Annotated[
    bool, typer.Option("--from-replica", help="Read the cloud replica, and leave the shop's own PC alone.")
]
ShopId = Annotated[str, typer.Option("--shop", help="Which shop, on a replica that holds several: its id.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write a CSV file for a spreadsheet (- for standard output).")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write a PDF for paper.")]
On = Annotated[str | None, typer.Option("--day", help="A business day, as 2026-11-25. Default: the open one.")]
First = Annotated[str | None, typer.Option("--from", help="The first business day. Default: the open one.")]
Last = Annotated[str | None, typer.Option("--to", help="The last business day, in it. Default: the first, or today.")]
Till = Annotated[str, typer.Option("--station", help="One till only, by its code.")]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the figures come from, and where they go."""

    url: str | None
    replica_url: str | None
    home: Path | None
    replica: bool
    shop: str

    @contextmanager
    def books(self) -> Iterator[Books]:
        if self.replica:
            address = both_addresses(self.url, self.replica_url, self.home).replica
        else:
            address = master_address(self.url, self.home)
        engine = open_engine(address)
        try:
            with reading(engine) as conn:
                yield books_of(conn, replica=self.replica, shop_id=self.shop)
        finally:
            engine.dispose()


@app.command("x")
def x(
    day: On = None,
    station: Till = "",
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """What was taken so far. It changes nothing, and can be asked at any time."""
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        found = load_takings(books, find_day(books, _date(day)), station)
    _give(day_report(msgspec.structs.replace(found, z_number=None)), csv_file, pdf, as_json=as_json, record=found)


@app.command("z")
def z(
    number: Annotated[int | None, typer.Option("--number", help="Which Z report. Default: the last.")] = None,
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """A day's report as it was made when the day was closed (on a till: Till, Close the day). It never changes."""
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        found = _z(books, number)
    _give(day_report(found), csv_file, pdf, as_json=as_json, record=found)


@app.command("sales")
def sales(
    first: First = None,
    last: Last = None,
    station: Till = "",
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """One row a business day: turnover, net, tax, discounts, refunds, and how it was paid."""
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        found = [
            msgspec.structs.replace(load_takings(books, day, station), z_number=day.z_number)
            for day in _days(books, first, last)
        ]
    _give(sales_report(found), csv_file, pdf, as_json=as_json)


@app.command("items")
def items(
    first: First = None,
    last: Last = None,
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """What was sold of each item, the best first."""
    columns = (
        Column("item"),
        Column("sold", "number"),
        Column("goods", "money"),
        Column("discounts", "money"),
        Column("turnover", "money"),
    )
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        days = _days(books, first, last)
        note, currency = _note(books, days)
        rows = [
            (one.name, one.count, one.goods_minor, -one.off_minor, one.turnover_minor)
            for one in item_sales(books, days)
        ]
    _give(table_report("Items", note, currency, columns, rows, totals=True), csv_file, pdf, as_json=as_json)


@app.command("staff")
def staff(
    first: First = None,
    last: Last = None,
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """What each person sold, voided, took off, gave back, and how often they opened the drawer without a sale."""
    columns = (
        Column("person"),
        Column("orders", "number"),
        Column("items", "number"),
        Column("goods", "money"),
        Column("voids", "number"),
        Column("discounts", "money"),
        Column("refunds", "number"),
        Column("refunded", "money"),
        Column("no sales", "number"),
    )
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        days = _days(books, first, last)
        note, currency = _note(books, days)
        rows = [
            (
                one.name,
                one.orders,
                one.items,
                one.sold_minor,
                one.voids,
                -one.off_minor,
                one.refunds,
                -one.refunded_minor,
                one.no_sales,
            )
            for one in staff_sales(books, days)
        ]
    _give(table_report("Staff", note, currency, columns, rows, totals=True), csv_file, pdf, as_json=as_json)


@app.command("audit")
def audit(
    first: First = None,
    last: Last = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help=f"Only these. Default: {', '.join(NOTABLE)}. Also: order.sent, …")
    ] = None,
    from_replica: FromReplica = False,
    shop: ShopId = "",
    url: Url = None,
    replica_url: ReplicaUrl = None,
    home: Home = None,
    csv_file: Csv = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """Changes, refunds, drawers, what was sold out: who did it, where, and with whose approval."""
    names = ("at", "station", "person", "approved by", "what", "about")
    with _Source(url, replica_url, home, from_replica, shop).books() as books:
        days = _days(books, first, last)
        note, currency = _note(books, days)
        end = max((day.closed_at or datetime.now(UTC) for day in days), default=datetime.now(UTC))
        # What was done before the day was opened, that day, belongs to it too.
        midnight = datetime.combine(days[0].business_date, time.min, UTC)
        begin = min(midnight, days[0].opened_at)
        found = events(books, begin, end + timedelta(seconds=1), kind or NOTABLE)
    rows = [
        (
            one.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            one.station.upper(),
            one.staff,
            one.approved_by,
            one.kind,
            _words(one.body, currency),
        )
        for one in found
    ]
    columns = tuple(map(Column, names))
    _give(table_report("Audit", note, currency, columns, rows, totals=False), csv_file, pdf, as_json=as_json)


def _z(books: Books, number: int | None) -> Takings:
    wanted = number
    if wanted is None:
        closed = [day.z_number for day in days_between(books, date.min, date.max) if day.z_number is not None]
        if not closed:
            raise StationError("no day was closed yet: a manager closes it on a till, under Till")
        wanted = max(closed)
    day = find_day(books, z_number=wanted)
    if not day.z_report:
        raise StationError(f"the Z report {wanted} has no figures in this database")
    return msgspec.json.decode(day.z_report, type=Takings)


def _days(books: Books, first: str | None, last: str | None) -> list[Day]:
    if first is None and last is None:
        return [find_day(books)]
    begin = _date(first) or date.min
    end = _date(last) or date.max
    found = days_between(books, begin, end)
    if not found:
        raise StationError(f"there is no business day from {first or 'the first'} to {last or 'the last'}")
    return found


def _note(books: Books, days: list[Day]) -> tuple[str, str]:
    shop, currency = shop_of(books)
    first, last = days[0].business_date.isoformat(), days[-1].business_date.isoformat()
    when = f"business day {first}" if first == last else f"business days {first} to {last}"
    return f"{shop}, {when}", currency


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StationError(f"{text!r} is no date; write it as 2026-11-25") from error


def _words(body: str, currency: str) -> str:
    """What an event is about, without ids: they say nothing to people."""
    told = json.loads(body)
    if not isinstance(told, dict):
        return str(told)
    parts = told.get("parts")
    if isinstance(parts, list):
        told["amount_minor"] = sum(int(part["amount_minor"]) for part in parts)
    found = []
    for name, words in _TOLD.items():
        value = told.get(name)
        if value in {None, "", 0} and name != "sold_out":
            continue
        if name in told and value is not None:
            found.append(f"{words} {format_minor(int(value), currency) if name.endswith('_minor') else value}".strip())
    return ", ".join(found) or "-"


_TOLD = {
    "number": "",
    "z_number": "Z",
    "move": "",
    "float_minor": "float",
    "amount_minor": "",
    "total_minor": "",
    "expected_minor": "expected",
    "counted_minor": "counted",
    "sold_out": "sold out:",
    "cancel": "cancelled:",
    "why": "because:",
}
"""What is said of an event, in this order, and how each is introduced."""


def _give(
    report: Report, csv_file: Path | None, pdf: Path | None, *, as_json: bool, record: Takings | None = None
) -> None:
    for line in report.warnings:
        CONSOLE.print(f"[bold red]![/] {line}")
    if csv_file is not None:
        _write(csv_file, _csv(report).encode())
    if pdf is not None:
        _write(pdf, _pdf(report))
    if as_json:
        named = [dict(zip((column.name for column in report.columns), row, strict=True)) for row in report.rows]
        print_json(msgspec.to_builtins(record) if record is not None else {"title": report.title, "rows": named})
    elif csv_file is None and pdf is None:
        rows = [*report.rows, *([report.totals] if report.totals else [])]
        right = [column.kind != "text" for column in report.columns]
        print_table(
            f"{report.title}: {report.note} ({report.currency})",
            [column.name for column in report.columns],
            [report.shown(row) for row in rows],
            right=right,
        )


def _csv(report: Report) -> str:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([column.name for column in report.columns])
    writer.writerows(report.plain(row) for row in report.rows)
    return made.getvalue()


def _pdf(report: Report) -> bytes:
    from station.paper.inter import Inter
    from station.paper.pdf import pdf_of
    from station.paper.tables import Sheet, table_pages

    inter = Inter()
    sheet = Sheet(
        report.title,
        f"{report.note} ({report.currency})",
        tuple(column.name for column in report.columns),
        tuple(column.kind != "text" for column in report.columns),
        tuple(tuple(report.shown(row)) for row in report.rows),
        tuple(report.shown(report.totals)) if report.totals else (),
    )
    return pdf_of(table_pages(sheet, inter), inter, title=f"{report.title}, {report.note}")


def _write(path: Path, data: bytes) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StationError(f"{path} could not be written: {error.strerror}; choose another place") from error
    CONSOLE.print(str(path), markup=False)
