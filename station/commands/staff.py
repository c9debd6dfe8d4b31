"""`station staff …`: who works here, what they may do, and how they get in."""

import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.commands.addresses import Url, master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home, settings_of
from station.data.personnel import Personnel
from station.errors import ConfigError

app = typer.Typer(
    help="The people of the shop: their roles, their wallet cards (a QR that a scanner reads) and their PINs.",
    no_args_is_help=True,
)

By = Annotated[str | None, typer.Option("--by", help="Your own staff code, so that the audit says who did this.")]
Code = Annotated[str, typer.Argument(help="The person's code, as `station staff list` shows it.")]
Codes = Annotated[list[str], typer.Argument(metavar="CODE...", help="One person's code, or several people's.")]
Roles = Annotated[list[str], typer.Argument(metavar="ROLE...", help="cook, cashier, shift_lead, manager …")]


@app.command("list")
def list_staff(url: Url = None, home: Home = None, as_json: AsJson = False) -> None:
    """Show everybody: their code, roles, valid cards, and whether they have a PIN."""
    people = _personnel(url, home, None).everybody()
    if as_json:
        print_json(
            [
                {
                    "code": one.code,
                    "name": one.name,
                    "full_name": one.full_name,
                    "roles": one.roles,
                    "cards": [{"number": number, "kind": kind} for number, kind in one.cards],
                    "pin": one.has_pin,
                    "retired": one.retired,
                }
                for one in people
            ]
        )
        return
    rows = [
        (
            one.code,
            one.full_name,
            ", ".join(one.roles),
            ", ".join(number if kind == "static" else f"{number} (phone)" for number, kind in one.cards),
            "yes" if one.has_pin else "",
            "has left" if one.retired else "",
        )
        for one in people
    ]
    print_table("Staff", ("code", "name", "roles", "cards", "PIN", ""), rows)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="A new code, for these commands: small letters and digits, at most 12.")],
    name: Annotated[str, typer.Argument(help="What stands on screens, receipts and cards.")],
    roles: Roles,
    full_name: Annotated[str, typer.Option("--full-name", help="For lists, where it differs from NAME.")] = "",
    url: Url = None,
    home: Home = None,
    by: By = None,
) -> None:
    """Put somebody on the staff list: station staff add amina Amina cashier"""
    _personnel(url, home, by).add(code, name, full_name or name, roles)
    _say(f"{name} is on the staff list as {code}: {', '.join(roles)}.")
    _say(f"To get in, {name} needs a card (station staff card {code}) or a PIN (station staff pin {code}).")


@app.command("role")
def role(code: Code, roles: Roles, url: Url = None, home: Home = None, by: By = None) -> None:
    """Give somebody exactly these roles. Those that are not named are taken away."""
    office = _personnel(url, home, by)
    office.set_roles(code, roles)
    _say(f"{office.name_of(code)} now has: {', '.join(roles)}.")


@app.command("card")
def card(
    codes: Codes,
    out: Annotated[Path, typer.Option("--out", help="The folder for the files; made when it is not there.")] = Path(
        "cards"
    ),
    sheet: Annotated[
        bool | None,
        typer.Option(
            "--sheet/--no-sheet",
            help="All cards on A4 too, ten a page with crop marks, as cards.pdf. Default: when there are several.",
        ),
    ] = None,
    rotating: Annotated[
        bool,
        typer.Option("--rotating", help="For a phone instead of paper: its QR changes every 30 seconds."),
    ] = False,
    google_issuer: Annotated[
        str,
        typer.Option(
            "--google-issuer",
            metavar="ID",
            help="With --rotating: a pass for Google Wallet too, under the shop's issuer ID there.",
        ),
    ] = "",
    url: Url = None,
    home: Home = None,
    by: By = None,
) -> None:
    """Issue a new wallet card to each of these people, as files to print or to send to a phone.

    Its code is made once: nobody can make it again, not from the shop's data either. A person's other cards stay valid until they are blocked (station staff revoke NUMBER).
    """
    from station.wallet.files import issue_cards

    if rotating and sheet:
        raise ConfigError(
            "a rotating card lives on a phone, there is nothing to print: leave out --sheet or --rotating"
        )
    if google_issuer and not rotating:
        raise ConfigError(
            "a pass for Google Wallet is of a rotating card: add --rotating, or leave out --google-issuer"
        )
    on_sheet = not rotating and (len(set(codes)) > 1 if sheet is None else sheet)
    issued = issue_cards(
        _personnel(url, home, by),
        codes,
        "rotating" if rotating else "static",
        out,
        sheet=on_sheet,
        google_issuer=google_issuer,
    )
    for one in issued.cards:
        _say(f"{one.name} has a new card, number {one.number}:")
        _say_files(issued.of(one))
    if issued.sheet is not None:
        _say("All of them on A4:")
        _say_files([issued.sheet])
    _say("")
    _say(_ROTATING_NEXT if rotating else _STATIC_NEXT)


@app.command("revoke")
def revoke(
    number: Annotated[str, typer.Argument(help="The number on the card; `station staff list` shows it too.")],
    url: Url = None,
    home: Home = None,
    by: By = None,
) -> None:
    """Block a card that was lost, or whose owner left. For good: a found card gets a successor, not its rights back."""
    plain = number.replace(" ", "")
    name = _personnel(url, home, by).revoke(plain)
    _say(f"{name}'s card {plain} is blocked: each station refuses it as soon as it has the news, within seconds.")
    _say("A station that cannot reach the shop's PC lets it in until it can.")


@app.command("leave")
def leave(code: Code, url: Url = None, home: Home = None, by: By = None) -> None:
    """Take somebody who does not work here any more off the staff list: their cards are blocked, their PIN is gone."""
    name, cards = _personnel(url, home, by).leave(code)
    had = f"{cards} card{'' if cards == 1 else 's'}" if cards else "no card"
    _say(
        f"{name} has left: {had} blocked, no PIN. Each station knows within seconds; one that is cut off, when it is back."
    )


@app.command("back")
def back(code: Code, url: Url = None, home: Home = None, by: By = None) -> None:
    """Put somebody who had left on the list again, with the roles from before. They need a new card or PIN."""
    name = _personnel(url, home, by).come_back(code)
    _say(f"{name} works here again. To get in: station staff card {code}, or station staff pin {code}.")


@app.command("pin")
def pin(code: Code, url: Url = None, home: Home = None, by: By = None) -> None:
    """Set somebody's PIN, 4 to 8 digits. It is asked for twice, or read as one line from standard input."""
    office = _personnel(url, home, by)
    name = office.name_of(code)
    if sys.stdin.isatty():
        typed = getpass.getpass(f"New PIN for {name}: ")
        if getpass.getpass("Once more: ") != typed:
            raise ConfigError("the two PINs differ; nothing was changed")
    else:
        typed = sys.stdin.readline().strip()
    office.set_pin(code, typed)
    _say(f"{name} has a new PIN.")


_STATIC_NEXT = (
    "Print at 100 %, hand over, then delete the files: whoever has a file has the card. The code in it is shown this once and"
    " cannot be made again: when a card is lost, block it (station staff revoke NUMBER) and issue another."
)
_ROTATING_NEXT = (
    "Bring it onto the phone, then delete the files: whoever has a file has the card. With Google Wallet, make the class and"
    " the object through its API, and send the phone a link that names the object's id only: one that holds the pass holds"
    " the key too."
)
_FILES = {
    ".pdf": "to print, as large as a bank card",
    ".png": "its QR code alone, a picture",
    ".svg": "its QR code alone, for print shops",
    ".key": "its key, for an app that shows the code",
    ".json": "its pass for Google Wallet",
}


def _personnel(url: str | None, home: Path | None, by: str | None) -> Personnel:
    settings = settings_of(home)
    return Personnel(
        master_address(url, home),
        station=settings.code,
        shop_key=settings.token_key,
        now=lambda: datetime.now(UTC),
        by=by,
    )


def _say_files(paths: Sequence[Path]) -> None:
    widest = max(len(str(path)) for path in paths)
    for path in paths:
        what = "ten a page, to print and cut along the marks" if path.name == "cards.pdf" else _FILES[path.suffix]
        _say(f"  {path!s:<{widest}}  {what}")


def _say(text: str) -> None:
    CONSOLE.print(text, markup=False, soft_wrap=True)
