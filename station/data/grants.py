"""Roles and logins on SQL Server: a database role with the rights of `rights.py` for each station role, and one login in it.

Made anew they change nothing: rights that are no longer in `rights.py` are taken back, and a login keeps its password unless
a new one is asked for. A password stands in one statement and in the answer; in no log, no error and no script.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import DDL, Connection, Engine, text
from sqlalchemy.dialects import mssql
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError

from station.data.failures import translate
from station.data.rights import LoginRole, Right, rights_of
from station.data.session import check_schema, name_of, open_engine, outside_transactions, reading
from station.errors import DataError

_PASSWORD_LENGTH: Final = 32
_GRANT: Final = {
    "SELECT": "GRANT SELECT ON %(table)s TO %(role)s",
    "INSERT": "GRANT INSERT ON %(table)s TO %(role)s",
    "UPDATE": "GRANT UPDATE ON %(table)s TO %(role)s",
    "DELETE": "GRANT DELETE ON %(table)s TO %(role)s",
}
_GRANT_COLUMNS: Final = "GRANT UPDATE ON %(table)s (%(columns)s) TO %(role)s"
# The pump, and whoever asks what is wrong with the master.
_LOOK_AT_TRIGGERS: Final = frozenset({"replica", "manager"})
_SEE_TRIGGERS: Final = "GRANT VIEW DEFINITION ON SCHEMA::dbo TO %(role)s"
_REVOKE: Final = {verb: words.replace("GRANT", "REVOKE").replace(" TO ", " FROM ") for verb, words in _GRANT.items()}


@dataclass(frozen=True, slots=True)
class Login:
    """`password`: only when it was made now; None: the login was there and keeps its own."""

    role: LoginRole
    name: str
    password: str | None = field(repr=False)
    rights: int


def login_name(role: LoginRole) -> str:
    return f"station_{role}"


def role_name(role: LoginRole) -> str:
    return f"station_role_{role}"


def make_roles(engine: Engine, roles: Sequence[LoginRole]) -> None:
    """The database roles with their rights. Raises DataError, for a SQLite master too: it has none."""
    _only_on_sql_server(engine)
    check_schema(engine)
    with reading(engine) as conn:
        there = _principals(conn, "sys.database_principals")
        stale = {role: _granted(conn, role_name(role)) - _whole(rights_of(role)) for role in roles}
    with outside_transactions(engine) as conn:
        for role in roles:
            if role_name(role) not in there:
                conn.execute(_ddl(conn.dialect, "CREATE ROLE %(role)s", role=role_name(role)))
            for right in sorted(stale[role], key=lambda one: (one.table, one.verb)):
                conn.execute(_ddl(conn.dialect, _REVOKE[right.verb], role=role_name(role), table=right.table))
            for right in rights_of(role):
                conn.execute(_granting(conn.dialect, role, right))
            if role in _LOOK_AT_TRIGGERS:
                _let_see_triggers(conn, role)


def make_logins(url: str | URL, roles: Sequence[LoginRole], *, renew: bool) -> list[Login]:
    """A login for each role, with its user in the database and that in the role. `renew`: with a new password."""
    engine = open_engine(url)
    try:
        make_roles(engine, roles)
        return _make_logins(engine, roles, renew=renew)
    finally:
        engine.dispose()


def _make_logins(engine: Engine, roles: Sequence[LoginRole], *, renew: bool) -> list[Login]:
    with reading(engine) as conn:
        logins = _principals(conn, "sys.server_principals")
        users = _principals(conn, "sys.database_principals")
    made = []
    with outside_transactions(engine) as conn:
        for role in roles:
            name = login_name(role)
            given: str | None = None
            if name not in logins or renew:
                given = new_password()
                words = "ALTER LOGIN" if name in logins else "CREATE LOGIN"
                _say_quietly(engine, conn, _login(conn.dialect, words, name, given))
            if name not in users:
                conn.execute(_ddl(conn.dialect, "CREATE USER %(user)s FOR LOGIN %(user)s", user=name))
            elif name not in logins:
                # The database came from another server: its user belongs to a login that is not here.
                conn.execute(_ddl(conn.dialect, "ALTER USER %(user)s WITH LOGIN = %(user)s", user=name))
            conn.execute(_ddl(conn.dialect, "ALTER ROLE %(role)s ADD MEMBER %(user)s", role=role_name(role), user=name))
            made.append(Login(role, name, given, len(rights_of(role))))
    return made


def script(roles: Sequence[LoginRole]) -> Iterator[str]:
    """The same as T-SQL for sqlcmd, statement by statement; the passwords are its variables, `station_till_password` etc."""
    dialect = mssql.dialect()  # type: ignore[no-untyped-call]
    for role in roles:
        name = login_name(role)
        yield f"-- {role}"
        yield str(_ddl(dialect, "CREATE ROLE %(role)s", role=role_name(role)))
        for right in rights_of(role):
            yield str(_granting(dialect, role, right))
        if role in _LOOK_AT_TRIGGERS:
            yield str(_ddl(dialect, _SEE_TRIGGERS, role=role_name(role)))
        yield str(_login(dialect, "CREATE LOGIN", name, f"$({name}_password)"))
        yield str(_ddl(dialect, "CREATE USER %(user)s FOR LOGIN %(user)s", user=name))
        yield str(_ddl(dialect, "ALTER ROLE %(role)s ADD MEMBER %(user)s", role=role_name(role), user=name))


def new_password() -> str:
    """32 characters of every class that a Windows password policy may ask for."""
    while True:
        made = secrets.token_urlsafe(_PASSWORD_LENGTH)[:_PASSWORD_LENGTH]
        if (
            any(one.isdigit() for one in made)
            and any(one.isupper() for one in made)
            and any(one.islower() for one in made)
        ):
            return made


def _let_see_triggers(conn: Connection, role: LoginRole) -> None:
    """The pump looks whether the master is followed. SQL Server shows a table's triggers to whoever may see its definition."""
    # A server that does not know this right has no such rule either.
    with suppress(DBAPIError):
        conn.execute(_ddl(conn.dialect, _SEE_TRIGGERS, role=role_name(role)))


def _granting(dialect: Dialect, role: LoginRole, right: Right) -> DDL:
    if right.columns:
        columns = ", ".join(map(dialect.identifier_preparer.quote, right.columns))
        return _ddl(dialect, _GRANT_COLUMNS, {"columns": columns}, role=role_name(role), table=right.table)
    return _ddl(dialect, _GRANT[right.verb], role=role_name(role), table=right.table)


def _login(dialect: Dialect, words: str, name: str, password: str) -> DDL:
    literal = mssql.NVARCHAR(len(password)).literal_processor(dialect)  # type: ignore[no-untyped-call]
    assert literal is not None  # text has one on SQL Server
    return _ddl(dialect, words + " %(user)s WITH PASSWORD = %(password)s", {"password": literal(password)}, user=name)


def _ddl(dialect: Dialect, words: str, ready: dict[str, str] | None = None, **names: str) -> DDL:
    """`names` are quoted as SQL Server wants it; `ready` is taken as it is."""
    quoted = {key: dialect.identifier_preparer.quote(name) for key, name in names.items()}
    return DDL(words, context={**quoted, **(ready or {})})  # type: ignore[no-untyped-call]


def _say_quietly(engine: Engine, conn: Connection, statement: DDL) -> None:
    """A library's error would show the statement, and in it the password."""
    failure: DataError | None = None
    try:
        conn.execute(statement)
    except DBAPIError as error:
        failure = translate(error, engine.dialect.name, name_of(engine))
    if failure is not None:
        raise failure


def _principals(conn: Connection, view: str) -> set[str]:
    query = {
        "sys.database_principals": text("SELECT name FROM sys.database_principals"),
        "sys.server_principals": text("SELECT name FROM sys.server_principals"),
    }[view]
    return {str(name) for (name,) in conn.execute(query)}


def _whole(rights: Sequence[Right]) -> set[Right]:
    """Those on whole tables."""
    return {one for one in rights if not one.columns}


def _granted(conn: Connection, role: str) -> set[Right]:
    """Rights on whole tables that the role has now."""
    query = text(
        "SELECT p.permission_name, o.name FROM sys.database_permissions p"
        " JOIN sys.database_principals r ON r.principal_id = p.grantee_principal_id"
        " JOIN sys.objects o ON o.object_id = p.major_id"
        " WHERE r.name = :role AND p.class = 1 AND p.minor_id = 0 AND p.state = 'G'"
    )
    rows: Any = conn.execute(query, {"role": role}).all()
    return {Right(row[0], row[1]) for row in rows if row[0] in _GRANT}


def _only_on_sql_server(engine: Engine) -> None:
    if engine.dialect.name != "mssql":
        raise DataError(
            f"{name_of(engine)} is an embedded master: whoever may open the file may do everything; logins exist on SQL Server"
        )
