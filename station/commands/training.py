"""`station training`: whether what is done at this station counts."""

import typer

from station.commands.printing import CONSOLE, AsJson, print_json
from station.commands.where import Home, settings_of
from station.config import switch_training

app = typer.Typer(
    help="Practise at a station: its own floor and journal, TRAINING on every card and print, and nothing of it is sold.",
    no_args_is_help=True,
)


@app.command("on")
def on(home: Home = None) -> None:
    """From now on nothing counts that is done here. The screen begins anew within a second or two."""
    switch_training(settings_of(home).home, on=True)
    CONSOLE.print("Training: nothing counts that is done here, until: station training off")


@app.command("off")
def off(home: Home = None) -> None:
    """What is done here counts again."""
    switch_training(settings_of(home).home, on=False)
    CONSOLE.print("What is done here counts again.")


@app.command("status")
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Whether this station is in training."""
    settings = settings_of(home)
    if as_json:
        print_json({"station": settings.code, "training": settings.training})
        return
    words = "is in training: nothing counts that is done here" if settings.training else "is not in training"
    CONSOLE.print(f"{settings.code.upper()} {words}", markup=False)
