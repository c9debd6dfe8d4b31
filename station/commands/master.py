"""`station master …`: make the shop's database and fill it with a demo shop."""

from typing import Annotated

import typer

from station.commands.printing import CONSOLE, AsJson, print_json, print_table
from station.data.master import init_master, seed_master

app = typer.Typer(help="The shop's data: menu, recipes, staff, stations, sales.", no_args_is_help=True)

Url = Annotated[
    str,
    typer.Option("--url", help="Where the master is. The default is the embedded one, a file in this folder."),
]
_EMBEDDED = "sqlite:///master.db"


@app.command("init")
def init(url: Url = _EMBEDDED) -> None:
    """Make the master's tables. One that is there already is left as it is."""
    init_master(url)
    CONSOLE.print("The master is ready. `station master seed` fills it with a demo shop.", markup=False)


@app.command("seed")
def seed(url: Url = _EMBEDDED, as_json: AsJson = False) -> None:
    """Fill the master with a demo shop: a menu with recipes and allergens, staff, stations. Twice does no harm."""
    report = seed_master(url)
    rows = sorted(report.rows.items())
    if as_json:
        print_json(dict(rows))
        return
    print_table("The demo shop", ("table", "rows"), rows)
