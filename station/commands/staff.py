"""`station staff …`: who works here, what they may do, and how they get in."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import segno
import typer

from station.commands.addresses import Url, master_address
from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home, settings_of
from station.data.personnel import Card, Personnel
from station.domain.scans import Kind
from station.errors import ConfigError

app = typer.Typer(help="The people of the shop: their roles, wallet cards and PINs.", no_args_is_help=True)

By = Annotated[str | None, typer.Option("--by", help="Your own staff code: it stands in the audit.")]
Code = Annotated[str, typer.Argument(help="The person's code, as `station staff list` shows it.")]
Roles = Annotated[list[str], typer.Argument(help="Roles: cook, cashier, shift_lead, manager …")]


@app.command("list")
def list_staff(url: Url = None, home: Home = None, as_json: AsJson = False) -> None:
    """List everybody: code, name, roles, cards that are valid, and who has a PIN."""
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
            ", ".join(number if kind == "static" else f"{number} (rotating)" for number, kind in one.cards),
            "yes" if one.has_pin else "",
            "left" if one.retired else "",
        )
        for one in people
    ]
    print_table("Staff", ("code", "name", "roles", "cards", "PIN", ""), rows)


@app.command("add")
def add(
    code: Code,
    name: Annotated[str, typer.Argument(help="What stands on buttons and receipts.")],
    roles: Roles,
    full_name: Annotated[str, typer.Option("--full-name")] = "",
    url: Url = None,
    home: Home = None,
    by: By = None,
) -> None:
    """Add somebody. Then give them a card: station staff card CODE."""
    _personnel(url, home, by).add(code, name, full_name or name, roles)
    _say(f"{name} is on the staff list as {code}.")


@app.command("role")
def role(code: Code, roles: Roles, url: Url = None, home: Home = None, by: By = None) -> None:
    """Give somebody these roles, and no others."""
    _personnel(url, home, by).set_roles(code, roles)
    _say(f"{code} has the roles {', '.join(roles)}.")


@app.command("card")
def card(
    code: Code,
    out: Annotated[Path, typer.Option("--out", help="A folder for the QR code, as PNG and SVG.")] = Path(),
    rotating: Annotated[
        bool, typer.Option("--rotating", help="For a phone: its code changes every 30 seconds.")
    ] = False,
    url: Url = None,
    home: Home = None,
    by: By = None,
) -> None:
    """Issue a wallet card. Its QR code is made once; nobody can make it again from the shop's data."""
    kind: Kind = "rotating" if rotating else "static"
    issued = _personnel(url, home, by).issue(code, kind)
    made = _written(issued, out)
    _say(f"Card {issued.number} of {issued.name}: {', '.join(map(str, made))}.")
    _say("Whoever has these files has the card: print it, or send it to the phone, and delete them.")


@app.command("revoke")
def revoke(
    number: Annotated[str, typer.Argument(help="The card's number.")], url: Url = None, home: Home = None, by: By = None
) -> None:
    """Block a card. Every station that reaches the master knows it within seconds."""
    name = _personnel(url, home, by).revoke(number)
    _say(f"Card {number} of {name} is blocked.")


@app.command("pin")
def pin(code: Code, url: Url = None, home: Home = None, by: By = None) -> None:
    """Set somebody's PIN: 4 to 8 digits, typed twice, or one line on standard input."""
    if sys.stdin.isatty():
        typed = getpass.getpass("New PIN: ")
        if getpass.getpass("Once more: ") != typed:
            raise ConfigError("the two PINs differ; nothing was changed")
    else:
        typed = sys.stdin.readline().strip()
    _personnel(url, home, by).set_pin(code, typed)
    _say(f"{code} has a new PIN.")


def _personnel(url: str | None, home: Path | None, by: str | None) -> Personnel:
    settings = settings_of(home)
    return Personnel(
        master_address(url, home),
        station=settings.code,
        shop_key=settings.token_key,
        now=lambda: datetime.now(UTC),
        by=by,
    )


def _written(issued: Card, folder: Path) -> list[Path]:
    """A static card's QR, for its owner's eyes only; a rotating one's key, as an authenticator takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    if issued.kind == "rotating":
        pass_file = folder / f"card-{issued.number}.key"
        _private(pass_file)
        pass_file.write_text(issued.key.hex() + "\n")
        return [pass_file]
    # Level Q reads through a scratch and a greasy thumb; letters and digits only keep it small.
    code = segno.make_qr(issued.code, error="q", mode="alphanumeric")
    made = [folder / f"card-{issued.number}.png", folder / f"card-{issued.number}.svg"]
    for path in made:
        _private(path)
        code.save(str(path), scale=12, border=4)
    return made


def _private(path: Path) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)


def _say(text: str) -> None:
    CONSOLE.print(text, markup=False, soft_wrap=True)
