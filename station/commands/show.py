"""`station show TOKEN…`: what stands in token files, and whether they can be trusted."""

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
    tokens: Annotated[list[Path], typer.Argument(help="One or more .sss files, for example demo-out/floor/pass/*.sss")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show orders' tokens: items, changes, allergens, where each was given and why.

    Checks the signature with this station's key and says so when it does not fit.
    """
    key = settings_of(home).token_key
    bodies = [_read(path, key) for path in tokens]
    if as_json:
        plain = [msgspec.json.decode(encode(body, b"").split(b"\n", 1)[1]) for body in bodies]
        print_json(plain[0] if len(plain) == 1 else plain)
        return
    for number, body in enumerate(bodies):
        for line in [*([""] if number else []), *_text(body)]:
            CONSOLE.print(line, markup=False)


def _read(path: Path, key: bytes) -> Body:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StationError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return decode(data, key, parse_name(path.name))
    except TokenError as error:
        raise StationError(f"{path.name} is no valid token: {error}") from error


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
