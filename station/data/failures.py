"""What a database's error means: to be tried again at once, away, or a refusal; and as one sentence for a person.

Goes by the server's own error numbers, since their texts come in many languages. The numbers are documented in "Database
Engine events and errors" (SQL Server) and "Server Error Message Reference" (MySQL, MariaDB).
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

import pymysql
import pyodbc
from sqlalchemy.exc import DataError as RejectedValue
from sqlalchemy.exc import DBAPIError, IntegrityError, ResourceClosedError, SQLAlchemyError, StatementError

from station.errors import DatabaseAway, DatabaseBusy, DatabaseRefused, DataError

# Deadlock victim, lock time-out; the service is busy, moving or failing over (Azure's numbers, SQL Server knows some).
_BUSY: Final = {
    "mssql": frozenset({1205, 1222, 3960, 40501, 40197, 40613, 49918, 49919, 49920, 10928, 10929}),
    "mysql": frozenset({1205, 1213, 1020, 1053}),
    "sqlite": frozenset[int](),
}
# The connection broke, or its answer did not come in time.
_LOST: Final = {
    "mssql": frozenset({64, 121, 233, 10053, 10054, 10060, 20003, 20004, 20006, 20047}),
    "mysql": frozenset({2006, 2013, 2055, 1927, 1158, 1159, 1160, 1161}),
    "sqlite": frozenset[int](),
}
_LOST_STATES: Final = frozenset({"08S01", "08007", "08003", "HYT00", "HYT01", "01002"})
# How FreeTDS says it often, of a COMMIT too: without a word from the server ("Unknown error", "did not supply an error").
_LOST_WITHOUT_A_NUMBER: Final = frozenset({"HY000", "24000"})
_CLOSED: Final = "Connection is closed"
"""SQLAlchemy's words when the connection broke while it was being prepared."""
# Values, rules, parameters that the driver cannot send.
_UNFIT_STATES: Final = frozenset({"22", "23", "07"})
# A CHECK that fails, on MySQL and on MariaDB: PyMySQL takes it for a trouble of the server's.
_UNFIT: Final = frozenset({("mysql", 3819), ("mysql", 4025)})
_AWAY_STATES: Final = frozenset({"08001", "08004"})
# Nobody answers at the address (20009 is FreeTDS's), or no encrypted way was found (2026).
_NOBODY: Final = frozenset({2002, 2003, 2005, 2026, 20009})
# Somebody answers, and does not let this login in.
_SHUT_OUT: Final = {
    "mssql": frozenset({911, 4060, 18452, 18456, 18470, 18487, 18488}),
    "mysql": frozenset({1044, 1045, 1049}),
}
_SENTENCES: Final[dict[tuple[str, int], str]] = {
    ("mssql", 18456): "refused the login: the name or the password is wrong, or the login may not use this database",
    ("mssql", 18452): "refused the login: it takes Windows accounts only; allow SQL Server logins too (mixed mode)",
    ("mssql", 18470): "refused the login: the account is disabled",
    ("mssql", 18487): "refused the login: its password has expired",
    ("mssql", 18488): "refused the login: its password must be changed first",
    ("mssql", 4060): "does not exist there, or this login may not open it; make it with: station master init",
    ("mssql", 911): "does not exist there; make it with: station master init",
    ("mssql", 208): "lacks a table; make it with: station master init, or station master upgrade",
    ("mssql", 229): "forbids this to this login; see: station master grant",
    ("mssql", 230): "forbids this to this login; see: station master grant",
    (
        "mssql",
        1105,
    ): "has no room: the disk of the central PC is full, or the database has reached its limit (10 GB in Express)",
    ("mssql", 9002): "has no room: its transaction log is full; make a backup, and look at the central PC's disk",
    ("mssql", 1205): "was busy: two changes waited for each other, and this one was taken back",
    ("mssql", 1222): "is busy with somebody else's change; it works again when that is done",
    (
        "mssql",
        20009,
    ): "cannot be reached: nobody answers at that address; look at the central PC, its network and its firewall",
    ("mysql", 1044): "forbids this database to this user",
    ("mysql", 1045): "refused the login: the user or the password is wrong",
    ("mysql", 1049): "does not exist on that server; make an empty one, with utf8mb4",
    ("mysql", 1142): "forbids this to this user",
    ("mysql", 1146): "lacks a table; `station replica run` makes it",
    ("mysql", 1021): "has no room: the disk of its server is full",
    ("mysql", 1114): "has no room: a table is full",
    ("mysql", 1205): "is busy with somebody else's change; it works again when that is done",
    ("mysql", 1213): "was busy: two changes waited for each other, and this one was taken back",
    ("mysql", 1290): "may not be written: the server is read-only",
}
_SQLITE_SENTENCES: Final = (
    ("unable to open database file", "cannot be opened; look whether the folder is there and may be written"),
    ("file is not a database", "is no database; put the right file there, or make it with: station master init"),
    ("malformed", "is damaged; restore it, or for a snapshot: delete it and it will be made anew"),
    ("readonly database", "may not be written; check the file's owner and mode"),
    ("is locked", "is busy with somebody else's change; it works again when that is done"),
    ("database or disk is full", "has no room: the disk is full; free some space"),
    ("no such table", "lacks a table; make it with: station master init"),
)
_TLS: Final = re.compile(r"certificate|\bssl\b|\btls\b|encryption|self.signed", re.IGNORECASE)
_NO_DRIVER: Final = re.compile(r"IM00[23]|Can't open lib|Data source name not found|file not found", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Failure:
    """`number` is the server's (0: none), `state` the driver's SQLSTATE, `text` its own words.

    `unfit`: what was sent breaks a rule or does not fit its column, whoever sends it and however often.
    """

    dialect: str
    number: int
    state: str
    text: str
    disconnected: bool = False
    unfit: bool = False

    @property
    def busy(self) -> bool:
        """The same may work at once: a deadlock, a lock that took too long, a connection that broke."""
        if self.dialect == "sqlite":
            return "is locked" in self.text
        if self.away:
            return False
        known = self.number in _BUSY[self.dialect] or self.number in _LOST[self.dialect]
        wordless = self.dialect == "mssql" and not self.number and self.state in _LOST_WITHOUT_A_NUMBER
        return known or wordless or self.disconnected or self.state in _LOST_STATES or self.state == "40001"

    @property
    def away(self) -> bool:
        """Nobody answers there, or lets us in."""
        if self.dialect == "sqlite":
            return "unable to open" in self.text
        if self.number in _NOBODY or self.number in _SHUT_OUT[self.dialect]:
            return True
        return self.state in _AWAY_STATES or self.lacks_driver

    @property
    def lacks_driver(self) -> bool:
        """ODBC found no driver to talk with; no server was asked."""
        unknown = self.dialect == "mssql" and not self.number and _NO_DRIVER.search(self.text)
        return self.state.startswith("IM") or bool(unknown)


def failure_of(error: BaseException, dialect: str) -> Failure:
    """Takes the first of the errors that led here: a rollback that fails too hides why it was rolled back.

    Goes back no further than to one that was told as a DataError: this one came while that was dealt with, not from it.
    """
    before: BaseException | None = error
    while before is not None and not isinstance(before, DataError) and _is_rollback(error):
        before = before.__context__
        if isinstance(before, DBAPIError):
            error = before
    return _plain(error, dialect)


def _is_rollback(error: BaseException) -> bool:
    """Of the whole transaction, or to a savepoint of one that the server has taken back already."""
    return isinstance(error, DBAPIError) and (error.statement or "ROLLBACK").startswith("ROLLBACK")


def translate(
    error: SQLAlchemyError | sqlite3.Error | pyodbc.Error | pymysql.Error, dialect: str, name: str
) -> DataError:
    """The DataError that says it; `name` is the database as people know it."""
    failure = failure_of(error, dialect)
    sentence = f"the database {name} {_sentence(failure)}"
    if failure.busy:
        return DatabaseBusy(sentence)
    if failure.away:
        return DatabaseAway(sentence)
    if failure.unfit:
        return DatabaseRefused(sentence)
    return DataError(sentence)


def _plain(error: BaseException, dialect: str) -> Failure:
    orig: object = error.orig if isinstance(error, StatementError) else error
    arguments: tuple[Any, ...] = getattr(orig, "args", ())
    text = str(orig)
    number, state = 0, ""
    if dialect == "mysql" and arguments and isinstance(arguments[0], int):
        number, text = arguments[0], str(arguments[1]) if len(arguments) > 1 else text
    elif dialect == "mssql" and len(arguments) > 1 and isinstance(arguments[1], str):
        state, text = str(arguments[0]), arguments[1]
        numbers = re.findall(r"\((\d+)\) \(SQL\w+\)", text)
        number = int(numbers[0]) if numbers else 0
    return Failure(
        dialect=dialect,
        number=number,
        state=state,
        text=_words(text),
        disconnected=(isinstance(error, DBAPIError) and error.connection_invalidated)
        or (isinstance(error, ResourceClosedError) and _CLOSED in text),
        unfit=isinstance(error, IntegrityError | RejectedValue)
        or (isinstance(error, StatementError) and not isinstance(error, DBAPIError))
        or (dialect, number) in _UNFIT
        or (state[:2] in _UNFIT_STATES and (dialect, number) not in _SENTENCES),
    )


def _words(text: str) -> str:
    """The driver's own words, without its brackets and function names."""
    first = re.sub(r"\s*\(\d+\) \(SQL\w+\).*", "", text, flags=re.DOTALL)
    return " ".join(re.sub(r"\[[^\]]*\]", "", first).split())


def _sentence(failure: Failure) -> str:
    known = _SENTENCES.get((failure.dialect, failure.number))
    if known is not None:
        return known
    if failure.dialect == "sqlite":
        return next((said for mark, said in _SQLITE_SENTENCES if mark in failure.text), f"refused: {failure.text}")
    for happened, sentence in (
        (
            failure.lacks_driver,
            "needs a driver that is not installed here: apt-get install tdsodbc, or name another one",
        ),
        (
            _TLS.search(failure.text) and not failure.unfit,
            f"and this station found no encrypted way to talk: {failure.text}",
        ),
        (failure.busy, f"did not answer in time, or the connection broke: {failure.text}"),
        (
            failure.away,
            f"cannot be reached, or lets nobody in this way: {failure.text}; look at address, network and firewall",
        ),
    ):
        if happened:
            return sentence
    return f"refused: {failure.text}"
