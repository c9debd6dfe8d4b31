"""`station scanner …`: which device of this station is what, and how a scanner is taught to it."""

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.commands.where import Home
from station.config import home_of
from station.errors import ConfigError, StationError
from station.input.__main__ import control_socket, devices_file
from station.input.control import LEARN_S, Answer, Question, ask
from station.input.devices import KINDS, TYPING, Kind
from station.input.loop import Loop
from station.input.opened import open_device
from station.input.plugs import Udev
from station.input.roster import Roster
from station.input.touch import Rotation
from station.local.status import InputDevice

app = typer.Typer(
    help="Scanners, keyboards, bump bars, touch screens and mice of this station: what each is taken for, and why.",
    no_args_is_help=True,
)
_KINDS: Mapping[str, Kind] = {kind: kind for kind in KINDS}
_ROTATIONS: Mapping[int, Rotation] = {0: 0, 90: 90, 180: 180, 270: 270}
Device = Annotated[str, typer.Argument(help="Its id from the list, the beginning of it, or its event node (event3)")]


@app.command("list")
def list_devices(home: Home = None, as_json: AsJson = False) -> None:
    """List every device: what it is taken for, why, and what is wrong with it."""
    devices = _devices(_folder(home))
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "kind": one.kind,
                    "why": one.why,
                    "node": one.node,
                    "serial": one.serial,
                    "path": one.path,
                    "problem": one.problem,
                    "codes": one.codes,
                    "broken": one.broken,
                }
                for one in devices
            ]
        )
        return
    rows = [
        (one.id, one.kind, escape(one.name), one.node.rpartition("/")[2], escape(one.problem or one.why))
        for one in devices
    ]
    print_table(f"{len(devices)} devices", ("id", "taken for", "name", "node", "why"), rows)


@app.command("learn")
def learn(
    home: Home = None,
    seconds: Annotated[float, typer.Option(help="How long to wait for a code", min=1, max=600)] = LEARN_S,
) -> None:
    """Adopt a scanner: scan any code, and the device that typed it is a scanner of this station for good.

    What is typed on other keyboards meanwhile goes nowhere.
    """
    folder = _folder(home)
    answers = ask(control_socket(folder), Question(ask="learn", seconds=seconds), patience_s=seconds + 5)
    _say(_learnt_here(folder, seconds) if answers is None else answers)


@app.command("set")
def set_kind(
    device: Device,
    kind: Annotated[str, typer.Argument(help=f"{', '.join(KINDS)}")],
    rotate: Annotated[
        int, typer.Option(help="Touch: degrees that the picture is turned clockwise: 0, 90, 180, 270")
    ] = 0,
    swap: Annotated[bool, typer.Option("--swap", help="Touch: its axes are the other way round.")] = False,
    invert_x: Annotated[bool, typer.Option("--invert-x", help="Touch: left is right.")] = False,
    invert_y: Annotated[bool, typer.Option("--invert-y", help="Touch: top is bottom.")] = False,
    home: Home = None,
) -> None:
    """Say what a device is, and how a touch screen lies behind the picture. It counts at once, and for good."""
    known, rotation = _KINDS.get(kind), _ROTATIONS.get(rotate)
    if known is None:
        raise StationError(f"there is no kind {kind!r}; it can be {', '.join(KINDS)}")
    if rotation is None:
        raise StationError(f"a picture cannot be turned by {rotate} degrees; it can be 0, 90, 180 or 270")
    _do(
        _folder(home),
        Question(
            ask="set", device=device, kind=known, rotate=rotation, swap=swap, invert_x=invert_x, invert_y=invert_y
        ),
    )


@app.command("forget")
def forget(device: Device, home: Home = None) -> None:
    """Take a device from the list: it is taken for what it says of itself again."""
    _do(_folder(home), Question(ask="forget", device=device))


def _folder(home: Path | None) -> Path:
    """The station's folder; that a command makes none by a slip of the pen. Raises ConfigError."""
    folder = home or home_of()
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}; say with --home where this station's is")
    return folder


def _devices(home: Path) -> tuple[InputDevice, ...]:
    answers = ask(control_socket(home), Question(ask="list"))
    answer = _loop(home, frozenset()).done(Question(ask="list")) if answers is None else next(answers)
    if answer.status is None:
        raise StationError(answer.error or "the input program gave no list; see its log")
    return answer.status.devices


def _do(home: Path, question: Question) -> None:
    answers = ask(control_socket(home), question)
    _say(iter([_loop(home, frozenset()).done(question)]) if answers is None else answers)


def _learnt_here(home: Path, seconds: float) -> Iterator[Answer]:
    """The same without the program: this command takes the devices itself for so long."""
    answers: list[Answer] = []
    loop = _loop(home, TYPING)
    try:
        loop.learn(seconds, answers.append)
        while True:
            while answers:
                answer = answers.pop(0)
                yield answer
                if answer.last:
                    return
            loop.turn()
    finally:
        loop.close()


def _loop(home: Path, takes: frozenset[Kind]) -> Loop:
    log = logging.getLogger("input")
    return Loop(Roster(Udev(), open_device, devices_file(home), takes, log), log, time.monotonic)


def _say(answers: Iterator[Answer]) -> None:
    for answer in answers:
        if answer.error:
            raise StationError(answer.error)
        CONSOLE.print(answer.waiting or answer.done, markup=False)
