"""Signs of life: the supervisor answers, the screen draws, programs stay up, data can be written, the configuration can be read."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from station.config import load_settings
from station.errors import ConfigError
from station.local.heartbeat import age_s

MUST_RUN: Final = ("renderer", "input", "tokens")
FRESH_S: Final = 10.0


def programs(home: Path) -> Mapping[str, int] | None:
    """The supervised programs that run, with their process ids; None when the supervisor does not answer."""
    proxy = ServerProxy(
        "http://station", transport=SupervisorTransport(None, None, f"unix://{home}/run/supervisor.sock")
    )
    try:
        rows: Any = proxy.supervisor.getAllProcessInfo()
    except (OSError, Fault, ProtocolError, ValueError):
        return None
    return {str(row["name"]): int(row["pid"]) for row in rows if row["statename"] == "RUNNING"}


def wrong(home: Path, running: Mapping[str, int] | None) -> str:
    """What is not well, in a sentence; empty when all is."""
    if running is None:
        return "the supervisor does not answer"
    missing = [name for name in MUST_RUN if name not in running]
    if missing:
        return f"{missing[0]} does not run"
    try:
        load_settings(home)
    except ConfigError as error:
        return str(error)
    if (age := age_s(home / "run")) is None or age > FRESH_S:
        return "the screen does not draw"
    return _disk(home / "data")


def _disk(data: Path) -> str:
    probe = data / ".health"
    try:
        with probe.open("w") as file:
            file.write(str(time.time()))
            file.flush()
            os.fsync(file.fileno())
        probe.unlink()
    except OSError as error:
        return f"data cannot be written: {error.strerror}"
    return ""
