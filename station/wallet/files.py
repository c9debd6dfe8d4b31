"""New cards become files, which their owner alone may read (0600, from the first moment on):

    card-NUMBER.pdf           a card to print, as large as a bank card
    card-NUMBER.png, .svg     its QR alone, for a badge or a phone of one's own
    cards.pdf                 several cards on A4, to print and cut
    card-NUMBER.key           of a rotating card: its key, in hexadecimal
    card-NUMBER.google.json   of a rotating card: a pass for Google Wallet

No file that is there already is touched. A static card's secret stands in these as the squares of its QR and nowhere as text.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from station.data.durable import sync
from station.data.personnel import Card, Personnel
from station.domain.scans import Kind
from station.errors import StationError
from station.paper.inter import NAMES, Inter
from station.paper.pdf import pdf_of
from station.wallet.google import check_issuer, google_pass
from station.wallet.layout import card_page, sheet_pages
from station.wallet.qr import picture

SHEET = "cards.pdf"


@dataclass(frozen=True, slots=True)
class Issued:
    """`sheet`: the A4 pages with all of them, where that was asked for."""

    cards: tuple[Card, ...]
    files: tuple[Path, ...]

    @property
    def sheet(self) -> Path | None:
        return next((path for path in self.files if path.name == SHEET), None)

    def of(self, card: Card) -> tuple[Path, ...]:
        return tuple(path for path in self.files if path.name.startswith(f"card-{card.number}."))


def issue_cards(
    office: Personnel, codes: Sequence[str], kind: Kind, folder: Path, *, sheet: bool = False, google_issuer: str = ""
) -> Issued:
    """A new card for each of these people, and its files. All of them or none.

    Raises StationError: before anything is issued when the folder, the typeface or a person is not as it must be; afterwards, with
    the new cards blocked again, when a file cannot be written.
    """
    inter = Inter()
    _make_ready(folder, inter, kind, sheet=sheet, google_issuer=google_issuer)
    cards = office.issue_all(codes, kind)
    try:
        return Issued(tuple(cards), tuple(write_cards(cards, folder, inter, sheet=sheet, google_issuer=google_issuer)))
    except (OSError, StationError) as error:
        _take_back(office, cards, f"the cards could not be written to {folder} ({error})")


def write_cards(
    cards: Sequence[Card], folder: Path, inter: Inter, *, sheet: bool = False, google_issuer: str = ""
) -> list[Path]:
    """The files, durable. All of them or none: raises StationError when one cannot be written."""
    made: list[Path] = []
    try:
        for name, content in _contents(cards, inter, sheet=sheet, google_issuer=google_issuer):
            _write_private(folder / name, content, made)
        sync(folder)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise StationError(f"{error.filename or folder}: {error.strerror}") from error
    return made


def _make_ready(folder: Path, inter: Inter, kind: Kind, *, sheet: bool, google_issuer: str) -> None:
    """A secret that finds no place afterwards would be lost: all that can be known is looked at before."""
    if google_issuer:
        check_issuer(google_issuer)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StationError(f"{folder} cannot be a folder for cards: {error.strerror}; give another --out") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StationError(f"nothing can be written to {folder}: give another --out")
    if sheet and os.path.lexists(folder / SHEET):
        raise StationError(f"{folder / SHEET} is there already: print it and delete it, or give another --out")
    if kind == "static":
        for weight in NAMES:
            inter.face(weight)


def _contents(cards: Sequence[Card], inter: Inter, *, sheet: bool, google_issuer: str) -> Iterator[tuple[str, bytes]]:
    for card in cards:
        name = f"card-{card.number}"
        if card.kind == "rotating":
            yield f"{name}.key", f"{card.key.hex()}\n".encode()
            if google_issuer:
                made = json.dumps(google_pass(card, google_issuer), indent=2, ensure_ascii=False)
                yield f"{name}.google.json", f"{made}\n".encode()
            continue
        yield f"{name}.pdf", pdf_of([card_page(card, inter)], inter, title=f"Staff card {card.number}")
        yield f"{name}.png", picture(card.code, "png")
        yield f"{name}.svg", picture(card.code, "svg")
    if sheet:
        yield SHEET, pdf_of(sheet_pages(cards, inter), inter, title="Staff cards")


def _write_private(path: Path, content: bytes, made: list[Path]) -> None:
    """Never readable by others, not even while it is made; never through a link, never over another file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    made.append(path)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _take_back(office: Personnel, cards: Sequence[Card], what: str) -> NoReturn:
    """Nobody holds these cards: they must not stay valid. Raises StationError with what is to be done now."""
    left = [card.number for card in cards]
    try:
        while left:
            office.revoke(left[0])
            left.pop(0)
    except StationError as error:
        then = ", ".join(f"station staff revoke {number}" for number in left)
        raise StationError(
            f"{what}, and they could not be blocked ({error}). When the master answers: {then}"
        ) from error
    raise StationError(f"{what}. The new cards are blocked again; nobody has them")
