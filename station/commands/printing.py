"""How commands speak: tables for people, JSON for programs, never both."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from station.domain.findings import Finding

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead, for programs.")]
# A pipe has no width of its own: wide enough for every table.
CONSOLE = Console(highlight=False, width=None if sys.stdout.isatty() else 150)


def print_json(value: object) -> None:
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    print()


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[bool] | None = None
) -> None:
    """Numbers stand at the right, words at the left; `right` says it of columns whose numbers are words already."""
    table = Table(
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    kept = [["" if cell is None else cell for cell in row] for row in rows]
    for number, name in enumerate(columns):
        numeric = (right is not None and right[number]) or (
            bool(kept) and all(isinstance(row[number], int | float) or row[number] == "" for row in kept)
        )
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in kept:
        table.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    CONSOLE.print(table)


_LOOKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "wrong": ("✗", "bold red")}


def print_findings(findings: Iterable[Finding]) -> None:
    """A line each; a long one goes on below its beginning."""
    for each in findings:
        sign, style = _LOOKS[each.verdict]
        CONSOLE.print(f"[{style}]{sign}[/] [bold]{each.what:<14}[/]", end=" ")
        CONSOLE.print(each.text, markup=False, soft_wrap=True)
