"""`station incoming …`: what the maker of a bridge needs: a key, the menu, and a way to try an order."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from ulid import ULID

from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Folder, Home, open_floor, settings_of
from station.config import Settings
from station.data.snapshot import Snapshots
from station.domain.floor import INCOMING
from station.domain.incoming import (
    BRIDGE_PATTERN,
    NAME,
    IncomingOrder,
    accepted,
    bridge_key,
    fires_at,
    read,
    signature,
)
from station.domain.menu import MenuItem, Shop
from station.domain.money import format_minor
from station.errors import StationError
from station.tokens.share import Gone, Share

app = typer.Typer(
    help="Orders from outside: what an online shop's bridge needs to put orders on the share. See docs/incoming.md.",
    no_args_is_help=True,
)
Bridge = Annotated[str, typer.Argument(help="The bridge's name: a to z, 0 to 9 and -, at most 20 long.")]
OrderFile = Annotated[Path, typer.Argument(help="The order, as JSON.", exists=True, dir_okay=False)]


@app.command("key")
def show_key(bridge: Bridge, home: Home = None) -> None:
    """Print the key that this bridge signs with. It is worked out from the shop's key, and stored nowhere."""
    settings = settings_of(home)
    _check_bridge(bridge)
    typer.echo(bridge_key(settings.token_key, bridge).hex())


@app.command("menu")
def show_menu(home: Home = None, as_json: AsJson = False) -> None:
    """List what can be ordered, with the ids that an order names."""
    menu = _shop(settings_of(home)).menu
    if as_json:
        print_json([_item(item) for item in menu.items])
        return
    rows = []
    for item in menu.items:
        rows.append(
            (item.id, item.name, format_minor(item.price_minor, menu.currency), "sold out" if item.sold_out else "")
        )
        for group in item.groups:
            need = f"{group.name}, {group.minimum} to {group.maximum}"
            rows += [
                (one.id, f"    {one.name}", format_minor(one.price_minor, menu.currency), need)
                for one in group.modifiers
            ]
    print_table(f"{len(menu.items)} items", ("id", "what", "price", ""), rows)


@app.command("check")
def check_order(path: OrderFile, home: Home = None) -> None:
    """Say what this shop would answer to an order, without sending it."""
    settings = settings_of(home)
    order, data = _signed(path, settings)
    order = read(data, signature(data, bridge_key(settings.token_key, order.bridge)), settings.token_key)
    shop, now = _shop(settings), datetime.now(UTC)
    taken = accepted(order, shop, now, lambda: str(ULID()).lower())
    total = format_minor(taken.total_minor, shop.menu.currency)
    fires = fires_at(order, now)
    when = "at once" if fires is None else f"at {fires:%H:%M} UTC"
    CONSOLE.print(f"It would be taken: {taken.draft.count} items, {total}; to the kitchen {when}.")


@app.command("put")
def put_order(
    path: OrderFile,
    home: Home = None,
    folder: Folder = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the answer.", min=0)] = 10.0,
) -> None:
    """Sign an order and put it on the share, as a bridge would; then show the answer. Exit status 1 when it is rejected."""
    with open_floor(home, folder) as (_, settings, share):
        order, data = _signed(path, settings)
        name = f"{order.bridge}-{ULID()}".lower()
        share.make_folder(INCOMING)
        share.create(f"{INCOMING}/{name}.json", data)
        share.create(f"{INCOMING}/{name}.sig", signature(data, bridge_key(settings.token_key, order.bridge)).encode())
        CONSOLE.print(f"{INCOMING}/{name}.json is on the share.")
        answer = _answer(share, name, wait)
    if answer is None:
        CONSOLE.print(
            f"No answer within {wait:g} s: no expediter is running, or it has no menu yet. The order waits on the share."
        )
        return
    kind, text = answer
    if kind == "rejected":
        raise StationError(f"rejected: {'; '.join(text.splitlines())}")
    told = json.loads(text)
    CONSOLE.print(f"Taken as {told['number']}.")


def _answer(share: Share, name: str, wait_s: float) -> tuple[str, str] | None:
    ends = time.monotonic() + wait_s
    while True:
        for kind in ("ok", "rejected"):
            try:
                return kind, share.read(f"{INCOMING}/{name}.{kind}").decode()
            except Gone:
                continue
        if time.monotonic() >= ends:
            return None
        time.sleep(0.1)


def _signed(path: Path, settings: Settings) -> tuple[IncomingOrder, bytes]:
    """The order and its bytes. Raises StationError when it names no bridge that could sign it."""
    data = path.read_bytes()
    try:
        bridge = json.loads(data)["bridge"]
    except (ValueError, KeyError, TypeError) as error:
        raise StationError(
            f"{path} is no order: it must be a JSON object with a field bridge; see docs/incoming.md"
        ) from error
    _check_bridge(str(bridge))
    return read(data, signature(data, bridge_key(settings.token_key, bridge)), settings.token_key), data


def _check_bridge(bridge: str) -> None:
    if re.fullmatch(BRIDGE_PATTERN, bridge) is None or NAME.fullmatch(bridge) is None:
        raise StationError(
            f"{bridge!r} is no name for a bridge: use a to z, 0 to 9 and -, beginning with a letter, at most 20 long"
        )


def _shop(settings: Settings) -> Shop:
    shop = Snapshots(settings.snapshot_path, settings.code).shop()
    if shop is None:
        raise StationError("this station has no menu yet; let it reach the master once, then try again")
    return shop


def _item(item: MenuItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "price_minor": item.price_minor,
        "sold_out": item.sold_out,
        "left": item.left,
        "allergens": {code: str(answer) for code, answer in item.allergens.items()},
        "groups": [
            {
                "name": group.name,
                "minimum": group.minimum,
                "maximum": group.maximum,
                "modifiers": [
                    {"id": one.id, "name": one.name, "price_minor": one.price_minor, "default": one.default}
                    for one in group.modifiers
                ],
            }
            for group in item.groups
        ],
    }
