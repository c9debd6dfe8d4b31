"""The rules that keep the house in order: one home for each library, pure rules, one supervisor file for all roles."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATION = ROOT / "station"

HOMES = {
    "pygame": ("renderers/", "demo/picture.py", "bench/"),
    "evdev": ("input/",),
    "pyudev": ("input/",),
    "smbprotocol": ("tokens/", "bench/raw_smb.py"),
    "inotify_simple": ("local/", "tokens/"),
    "sqlalchemy": ("data/",),
    "alembic": ("data/",),
    "pyodbc": ("data/",),
    "pymysql": ("data/", "replica/"),
    "typer": ("cli.py", "commands/"),
    "rich": ("commands/", "demo/"),
    "supervisor": ("demo/",),
}
IMPURE = {
    "os",
    "time",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "logging",
    "pathlib",
    "uuid",
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(STATION.rglob("*.py")):
        yield path.relative_to(STATION), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize(("library", "homes"), HOMES.items())
def test_a_library_is_used_only_in_its_home(library: str, homes: tuple[str, ...]) -> None:
    strangers = [str(path) for path, tree in modules() if library in imported(tree) and not str(path).startswith(homes)]
    assert strangers == []


def test_the_domain_has_no_clock_no_chance_and_no_disk() -> None:
    impure = {str(path): sorted(imported(tree) & IMPURE) for path, tree in modules() if path.parts[0] == "domain"}
    assert {path: names for path, names in impure.items() if names} == {}
    for path in (STATION / "domain").glob("*.py"):
        assert "datetime.now" not in path.read_text(), path


def test_only_the_daemon_catches_what_nobody_foresaw() -> None:
    broad = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
        and str(path) != "daemon.py"
    ]
    assert broad == []


def test_no_sql_is_built_from_text() -> None:
    """SQL with a value put into it by an f-string, a % or a join."""
    pattern = re.compile(r"""f["'][^"']*\b(SELECT|INSERT|UPDATE|DELETE)\b[^"']*\{""")
    assert [str(path) for path, _ in modules() if pattern.search((STATION / path).read_text())] == []


def test_no_folder_is_called_after_nothing() -> None:
    nameless = {"utils", "helpers", "common", "base", "misc", "util"}
    assert [str(path) for path, _ in modules() if path.stem in nameless or nameless & set(path.parts)] == []


def test_every_program_is_ended_whole_and_never_given_up() -> None:
    conf = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(" ;",))
    conf.read(ROOT / "supervisor.conf")
    programs = [section for section in conf.sections() if section.startswith("program:")]
    assert {"program:tokens", "program:link", "program:renderer"} <= set(programs)
    for program in programs:
        section = conf[program]
        assert section.getboolean("stopasgroup")
        assert section.getboolean("killasgroup")
        assert section.getint("startretries") >= 100_000
        assert section["stdout_logfile_maxbytes"] == "1MB"
        assert (STATION / section["command"].rpartition(" -m station.")[2] / "__main__.py").exists()
    assert conf["unix_http_server"]["chmod"] == "0700"


def test_what_is_installed_is_pinned_and_hashed() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        pinned = [line for line in lines if re.match(r"[a-z]", line)]
        assert pinned
        assert all("==" in line for line in pinned)
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)
