"""`station show TOKEN`: what stands in a token file, and whether it can be trusted."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from station.commands.printing import CONSOLE, AsJson, print_json
from station.commands.where import Home, settings_of
from station.domain.token import Body, decode, encode, parse_name
from station.errors import StationError, TokenError

_EFFECTS = {"added": "+", "removed": "−", "changed": "~"}


def show(
    token: Annotated[Path, typer.Argument(help="A .sss file, for example demo-out/floor/pass/….sss")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show one order's token: its items, changes, allergens, where it was given and why.

    Checks the signature with this station's key and says so when it does not fit.
    """
    try:
        data = token.read_bytes()
    except OSError as error:
        raise StationError(f"{token} cannot be read: {error.strerror}") from error
    try:
        body = decode(data, settings_of(home).token_key, parse_name(token.name))
    except TokenError as error:
        raise StationError(f"{token.name} is no valid token: {error}") from error
    if as_json:
        print_json(msgspec.json.decode(encode(body, b"").split(b"\n", 1)[1]))
        return
    for line in _text(body):
        CONSOLE.print(line, markup=False)


def _text(body: Body) -> list[str]:
    mode = "eat in" if body.mode == "eat_in" else "take away"
    lines = [
        f"{body.number.upper()}  part {body.part}  revision {body.revision}  {mode}  {'RUSH' * body.rush}".rstrip()
    ]
    lines.append(f"placed {body.placed_at:%Y-%m-%d %H:%M:%S} UTC on {body.placed_on.upper()} by {body.placed_by}")
    if body.given is not None:
        lines.append(f"given to {body.given.station.upper()} by {body.given.by}: {body.given.why}")
    lines += [f"part {other.part} is at {other.place}" for other in body.elsewhere]
    if body.customer.allergies:
        lines.append(f"the customer is allergic to: {', '.join(body.customer.allergies)}")
    lines.append("")
    for line in body.lines:
        ticked = f"  ({line.done} done)" if line.done else ""
        lines.append(f"  {line.count} × {line.name}{ticked}")
        lines += [f"      {_EFFECTS[modifier.effect]} {modifier.name}" for modifier in line.modifiers]
        if line.note:
            lines.append(f"      “{line.note}”")
        if line.allergens:
            lines.append(
                "      " + "; ".join(f"{answer.replace('_', ' ')} {code}" for code, answer in line.allergens.items())
            )
    lines += ["", *(f"{change.at:%H:%M:%S} {change.what} {change.by}".rstrip() for change in body.changes)]
    return lines
