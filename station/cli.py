"""The `station` command."""

import sys

import typer

from station.commands.audit import app as audit
from station.commands.bench import app as bench
from station.commands.demo import demo
from station.commands.doctor import doctor
from station.commands.floor import app as floor
from station.commands.incoming import app as incoming
from station.commands.master import app as master
from station.commands.paper import app as paper
from station.commands.replica import app as replica
from station.commands.report import app as report
from station.commands.scanner import app as scanner
from station.commands.show import show
from station.commands.simulate import simulate
from station.commands.staff import app as staff
from station.commands.training import app as training
from station.errors import StationError

app = typer.Typer(
    name="station",
    help="The stations of a counter-service shop: run a demo, look at the floor, find out what is wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(master, name="master")
app.add_typer(staff, name="staff")
app.add_typer(audit, name="audit")
app.add_typer(replica, name="replica")
app.add_typer(floor, name="floor")
app.add_typer(incoming, name="incoming")
app.add_typer(paper, name="print")
app.add_typer(report, name="report")
app.add_typer(scanner, name="scanner")
app.add_typer(training, name="training")
app.add_typer(bench, name="bench")
app.command()(demo)
app.command()(doctor)
app.command()(show)
app.command()(simulate)


def main() -> None:
    """A known mistake is one line on standard error and exit status 1, never a traceback."""
    try:
        app()
    except StationError as error:
        print(f"station: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
