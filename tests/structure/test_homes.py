"""The rules that keep the house in order: one home for each library, pure rules, one supervisor file for all roles."""

import ast
import configparser
import re
from collections.abc import Iterator, Sequence
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
    "supervisor": ("demo/", "machine/signs.py"),
    "segno": ("wallet/", "printing/preview.py"),
    "pydyf": ("paper/",),
    "escpos": ("printing/escpos_out.py",),
    "serial": ("printing/wires.py",),
    "usb": ("printing/wires.py",),
    "PIL": ("printing/",),
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


SQL_BEGINS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|GRANT|REVOKE|DENY|CREATE|DROP|ALTER|TRUNCATE|EXEC|EXECUTE|DECLARE)\s"
)
SQL_FROM_TEXT = {
    ("data/server.py", "f'CREATE DATABASE {quoted}'"): "one name, checked and quoted",
    (
        "demo/mariadb.py",
        "f'CREATE DATABASE `{name}` CHARACTER SET utf8mb4'",
    ): "one name, checked, on a server of our own",
    (
        "demo/mariadb.py",
        "'\\n'.join([_BEFORE, *map(_system_sql, _SYSTEM), _AFTER])",
    ): "constants and the package's files",
    (
        "data/backup.py",
        "'DECLARE @name SYSNAME = ?, @path NVARCHAR(4000) = ?; ' + statement",
    ): "two constant statements",
    ("data/grants.py", "words + ' %(user)s WITH PASSWORD = %(password)s'"): "CREATE LOGIN or ALTER LOGIN",
}
"""What is known and right: where, which, and why no value of anybody's comes into it unquoted."""


def sql_built_from_text(tree: ast.Module) -> Iterator[ast.AST]:
    """Texts that begin as SQL does, or names of such texts, with something put into them: f-strings, + and %, format, join."""
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_sql(node.value, named):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if any(is_sql(part, named) for part in parts_put_together(node)):
            yield node


def is_sql(node: ast.AST, named: set[str]) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return bool(SQL_BEGINS.match(text))
        case ast.Name(id=name):
            return name in named
        case ast.JoinedStr(values=some) | ast.Dict(values=some):
            return any(is_sql(one, named) for one in some)
        case ast.IfExp(body=one, orelse=other):
            return is_sql(one, named) or is_sql(other, named)
        case ast.Subscript(value=one):
            return is_sql(one, named)
    return False


def parts_put_together(node: ast.AST) -> Sequence[ast.AST]:
    match node:
        case ast.JoinedStr(values=values) if any(isinstance(one, ast.FormattedValue) for one in values):
            return values
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return left, right
        case ast.AugAssign(target=target, op=ast.Add() | ast.Mod(), value=value):
            return target, value
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "format_map")):
            return (value,)
        case ast.Call(func=ast.Attribute(value=value, attr="join"), args=args):
            return value, *(inner for one in args for inner in ast.walk(one))
    return ()


def test_no_sql_is_built_from_text() -> None:
    """SQL with a value put into it by an f-string, a +, a %, a format or a join."""
    found = {(str(path), ast.unparse(node)) for path, tree in modules() for node in sql_built_from_text(tree)}
    assert sorted(found - SQL_FROM_TEXT.keys()) == []
    assert sorted(SQL_FROM_TEXT.keys() - found) == [], "allowed, and not there any more"


@pytest.mark.parametrize(
    "planted",
    [
        "f'SELECT name FROM staff WHERE id = {who}'",
        'f"""\n    UPDATE staff SET pin = {pin}"""',
        "'SELECT a ' f'FROM {table}'",
        "f'{first}' + 'SELECT 1'",
        "'DELETE FROM ' + table",
        "'INSERT INTO staff VALUES (%s)' % who",
        "'DROP TABLE {}'.format(table)",
        "'EXEC {name}'.format_map(names)",
        "' '.join(['ALTER TABLE', 'CREATE TABLE ' 'x', table])",
        "' '.join(('MERGE INTO', table) if there else ('GRANT ALL ON', table))",
        "'SELECT 1'.join(parts)",
        "QUERY = 'SELECT a FROM b'\nQUERY + where",
        "def ask(where):\n    query: str = 'SELECT a FROM b'\n    query += where",
        "QUERIES = {'a': 'SELECT a FROM b'}\nQUERIES['a'] % c",
        "words = 'DROP TABLE' if there else 'CREATE TABLE'\nwords + ' ' + name",
        "rows = (text('SELECT a FROM b WHERE c = ' + c) for c in d)",
    ],
)
def test_sql_that_is_built_from_text_is_found(planted: str) -> None:
    assert list(sql_built_from_text(ast.parse(planted)))


@pytest.mark.parametrize(
    "plain",
    [
        "text('SELECT a FROM b WHERE c = :c')",
        "'SELECT a' ' FROM b'",
        "f'SELECTED {one}'",
        "f'{count} rows; SELECT one of them'",
        "', '.join(names)",
        "total + 1",
        "f'PRAGMA user_version = {VERSION}'",
    ],
)
def test_other_text_is_not_taken_for_sql(plain: str) -> None:
    assert list(sql_built_from_text(ast.parse(plain))) == []


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
