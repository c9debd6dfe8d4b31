"""`station master …`: the shop's database, from its making to its backups."""

import json
import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from station.commands.addresses import Url, master_address
from station.commands.printing import CONSOLE, AsJson, print_findings, print_json, print_table
from station.commands.where import Home, settings_of
from station.data.addresses import is_embedded
from station.data.backup import KEEP, make_backup
from station.data.examine import examine
from station.data.grants import Login, make_logins, script
from station.data.master import init_master, migrate_master, migration_sql, refused, seed_master
from station.data.rights import ROLES, LoginRole
from station.errors import ConfigError, DataError
from station.local.journal import Journal

app = typer.Typer(help="The shop's data: menu, recipes, staff, stations, sales.", no_args_is_help=True)


@app.command("init")
def init(url: Url = None, home: Home = None) -> None:
    """Make the database, its tables and the roles of its stations. What is there already is left as it is."""
    done = init_master(master_address(url, home))
    _say(f"The master is ready: {done.where}, {done.tables} tables.")
    if not done.row_versions:
        _say("This server does not let row versions be turned on; see: station master check")
    _say("`station master seed` fills it with a demo shop, `station master grant` makes its stations' logins.")


@app.command("upgrade")
def upgrade(
    url: Url = None,
    home: Home = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the SQL, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether there is a backup.")] = False,
) -> None:
    """Bring an older master to this program's schema. One at a time, and all of it or nothing."""
    where = master_address(url, home)
    planned = migration_sql(where)
    if dry_run:
        print(planned or "-- nothing to do: the schema is this program's already")
        return
    if not planned:
        _say("Nothing to do: the schema is this program's already.")
        return
    _say("A backup first is a good idea: station master backup")
    if not yes:
        typer.confirm("Go on?", abort=True)
    done = migrate_master(where)
    _say(f"The schema went from version {done.before} to {done.after}; {done.triggers} triggers were made.")


@app.command("seed")
def seed(url: Url = None, home: Home = None, as_json: AsJson = False) -> None:
    """Fill the master with a demo shop: a menu with recipes and allergens, staff, stations. Twice does no harm."""
    report = seed_master(master_address(url, home))
    rows = sorted(report.rows.items())
    if as_json:
        print_json(dict(rows))
        return
    print_table("The demo shop", ("table", "rows"), rows)


@app.command("check")
def check(url: Url = None, home: Home = None, as_json: AsJson = False) -> None:
    """Say in plain words what is wrong: driver, network, encryption, login, schema, collation, clock. Changes nothing.

    Exit status 1 when something is wrong.
    """
    findings = list(examine(master_address(url, home)))
    if as_json:
        print_json([{"what": each.what, "verdict": each.verdict, "text": each.text} for each in findings])
    else:
        print_findings(findings)
    if any(each.verdict == "wrong" for each in findings):
        raise typer.Exit(1)


@app.command("grant")
def grant(
    roles: Annotated[list[str] | None, typer.Argument(help=f"Which roles ({', '.join(ROLES)}); none: all.")] = None,
    url: Url = None,
    home: Home = None,
    logins: Annotated[
        Path, typer.Option("--logins", help="Where new passwords are written, for the stations' secrets.json.")
    ] = Path("logins.json"),
    renew: Annotated[bool, typer.Option("--renew", help="Give logins that exist a new password too.")] = False,
    write: Annotated[
        Path | None, typer.Option("--script", help="Write the T-SQL here, without passwords, and run nothing.")
    ] = None,
) -> None:
    """Make a SQL login for each station role, with the rights that its programs use and no others."""
    chosen = _roles(roles or ())
    if write is not None:
        write.write_text(
            "".join(f"{line}\nGO\n" if not line.startswith("--") else f"{line}\n" for line in script(chosen))
        )
        _say(f"{write} holds the statements; its passwords are sqlcmd's variables (-v station_till_password=…).")
        return
    # A password that finds no place afterwards would be lost.
    known = _kept(logins)
    made = make_logins(master_address(url, home), chosen, renew=renew)
    new = [one for one in made if one.password is not None]
    if new:
        _keep(logins, known, new)
    print_table(
        "Logins",
        ("role", "login", "rights", "password"),
        [(one.role, one.name, one.rights, f"new, in {logins}" if one.password else "as it was") for one in made],
    )


@app.command("backup")
def backup(
    url: Url = None,
    home: Home = None,
    folder: Annotated[
        str | None, typer.Option("--folder", help="Where it lies; with SQL Server a folder of that PC.")
    ] = None,
    keep: Annotated[int, typer.Option("--keep", help="How many are kept, one a day.", min=2, max=400)] = KEEP,
    at: Annotated[str | None, typer.Option("--at", help="Wait until this local time first, e.g. 03:30.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a checked copy of the master. Sales go on meanwhile.

    With --at it waits, makes one and ends: a supervisor that starts it again makes one each night.
    """
    where = master_address(url, home)
    if at is not None:
        time.sleep(_until(at, datetime.now().astimezone()))
    if folder is None and is_embedded(where):
        folder = "backups"
    done = make_backup(where, folder, keep=keep, now=datetime.now().astimezone())
    if as_json:
        print_json({"where": done.where, "on": done.on, "kind": done.kind, "size_bytes": done.size_bytes})
        return
    size = f", {done.size_bytes / 1e6:.1f} MB" if done.size_bytes else ""
    _say(
        f"Backup made and checked: {done.where}{f' on {done.on}' if done.on else ''}{size}; the last {keep} days are kept."
    )


@app.command("refused")
def list_refused(
    url: Url = None,
    home: Home = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what stations brought and the master could not take: kept whole, with the reason."""
    found = refused(master_address(url, home), limit)
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "station": one.station,
                    "kind": one.kind,
                    "at": one.at,
                    "why": one.why,
                    "kept": json.loads(one.body),
                }
                for one in found
            ]
        )
        return
    if not found:
        _say("Nothing was refused.")
        return
    rows = [
        (one.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"), one.station, one.kind, one.why, one.id) for one in found
    ]
    print_table("Refused by the master", ("when", "station", "what", "why", "fact"), rows)


@app.command("resend")
def resend(home: Home = None) -> None:
    """Bring all facts of this station's journal to the master again: after an older backup was restored.

    What the master knows already it does not take twice. Run it on every station.
    """
    settings = settings_of(home)
    journal = Journal(settings.journal_path, settings.code)
    facts = journal.rewind("link")
    journal.close()
    _say(f"{settings.code.upper()} brings its {facts} facts again; the master takes those that it does not have.")


def _roles(names: Iterable[str]) -> list[LoginRole]:
    chosen: list[LoginRole] = [role for role in ROLES if role in set(names)] if names else list(ROLES)
    unknown = sorted(set(names) - set(ROLES))
    if unknown:
        raise ConfigError(f"there is no role {unknown[0]!r}; the roles are {', '.join(ROLES)}")
    return chosen


def _kept(path: Path) -> dict[str, object]:
    """What the file of logins holds now. Raises DataError when it cannot hold more."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise DataError(f"{path} cannot be written; name a file in another folder with --logins")
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise DataError(f"{path} holds something else; name another file with --logins") from error
    if not isinstance(known, dict):
        raise DataError(f"{path} holds something else; name another file with --logins")
    return known


def _keep(path: Path, known: dict[str, object], logins: list[Login]) -> None:
    """Readable by its owner only, from its first moment; what it held of other roles stays."""
    logged = {one.role: {"user": one.name, "master_password": one.password} for one in logins}
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({**known, **logged}, file, indent=2)
        file.write("\n")
    beside.replace(path)


def _until(at: str, now: datetime) -> float:
    """Seconds until this time of the day comes next."""
    try:
        moment = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 - a time of the day has no zone
    except ValueError as error:
        raise ConfigError(f"--at {at!r} is no time of the day: write e.g. 03:30") from error
    target = now.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
    return ((target if target > now else target + timedelta(days=1)) - now).total_seconds()


def _say(text: str) -> None:
    CONSOLE.print(text, markup=False, soft_wrap=True)
