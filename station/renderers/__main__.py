"""The screen of one station: `python -m station.renderers`, under its supervisor.

Whatever is missing (configuration, journal, typeface, display) is told on the screen in plain words as far as there is
one, and waited for.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from station.config import Display, Settings, display_of, home_of, load_settings
from station.daemon import Stop, become, keep_for_good, run, setup_logging
from station.errors import ConfigError, StationError
from station.local.heartbeat import Heartbeat
from station.local.journal import Journal
from station.local.mirror import Mirror
from station.local.status import LinkStatus, TokensStatus
from station.renderers.expediter import ExpediterRole
from station.renderers.hands import HandsSocket
from station.renderers.login import LoginRole
from station.renderers.observe import Observer
from station.renderers.output.choice import open_output
from station.renderers.prep import PrepRole
from station.renderers.role import Role
from station.renderers.runner import Adapters, Runner
from station.renderers.screen import Screen
from station.renderers.sound import Sounds
from station.renderers.sources import ShopFile, StatusFile
from station.renderers.till import TillRole
from station.renderers.till_held import TillHandover
from station.renderers.widgets.notice import notice

_RETRY_S = 2.0
NO_CONFIGURATION = "Plug in the stick labelled STATION that the manager made for it, and start it again."
_JOURNAL_PATIENCE_S = 2.0
"""A screen that stands still for longer looks broken; it says rather that nothing was recorded."""


class Program:
    """What is open now. `step` opens what is missing, then runs one turn of the screen."""

    def __init__(self) -> None:
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.stop = Stop(also=self._wake)
        self._screen: Screen | None = None
        self._display: Display | None = None
        self._runner: Runner[Any] | None = None
        self._heartbeat: Heartbeat | None = None

    def step(self) -> float:
        if self._heartbeat is None:
            self._heartbeat = Heartbeat(home_of() / "run")
        self._heartbeat.beat()
        if self._runner is not None:
            return self._runner.turn()
        try:
            settings = load_settings()
        except ConfigError as error:
            known = (home_of() / "station.json").exists()
            title = (
                "This station's configuration cannot be used" if known else "This station does not know what it is yet"
            )
            self._tell(None, title, str(error) if known else NO_CONFIGURATION)
            raise
        log = setup_logging("renderer", settings.log_level)
        screen = self._opened(settings)
        try:
            self._runner = self._wired(settings, screen)
        except StationError as error:
            self._tell(settings, "This station cannot start its screen", str(error))
            raise
        log.info(
            "station=%s role=%s size=%dx%d headless=%s", settings.code, settings.role, *screen.size, settings.headless
        )
        return 0.0

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()
        if self._screen is not None:
            self._screen.close()

    def _wired(self, settings: Settings, screen: Screen) -> Runner[Any]:
        settings.run_dir.mkdir(parents=True, exist_ok=True)
        role, login = roles(settings)
        with ExitStack() as opened:
            journal = Journal(settings.journal_path, settings.code, patience_s=_JOURNAL_PATIENCE_S)
            opened.callback(journal.close)
            mirror = Mirror(settings.mirror_path, settings.token_key)
            opened.callback(mirror.close)
            hands = HandsSocket(settings.run_dir / "hands.sock")
            opened.callback(hands.close)
            observer = Observer(settings.run_dir / "observe.sock") if settings.observe else None
            adapters = Adapters(
                screen=screen,
                journal=journal,
                mirror=mirror,
                shop=ShopFile(settings.snapshot_path, settings.code, recipes=settings.role == "prep"),
                tokens=StatusFile(settings.tokens_status, TokensStatus),
                link=StatusFile(settings.link_status, LinkStatus),
                hands=hands,
                observer=observer,
                sounds=None if settings.headless else Sounds(),
            )
            handover = TillHandover() if settings.role == "till" else None
            runner = Runner(settings, role, login, adapters, self._woken, self.stop.set, handover)
            opened.pop_all()
            keep_for_good()
            return runner

    def _opened(self, settings: Settings | None) -> Screen:
        """The screen of the configured size; without a configuration one of the usual size."""
        display = display_of(Display()) if settings is None else settings.display
        if self._screen is not None and self._display == display:
            return self._screen
        if self._screen is not None:
            self._screen.close()
            self._screen = None
        seen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        headless = not seen if settings is None else settings.headless
        title = "station" if settings is None else f"{settings.code.upper()} · {settings.role}"
        self._screen = Screen(open_output(display, title, headless=headless))
        self._display = display
        # SDL takes the signals when it opens: take them back.
        self.stop.listen()
        return self._screen

    def _tell(self, settings: Settings | None, title: str, text: str) -> None:
        screen = self._opened(settings)
        name = home_of().name if settings is None else settings.code.upper()
        screen.show(notice(screen.size, screen.fonts, title, text, f"{name} · tries again by itself"))
        screen.output.hands()
        self.stop.rest(_RETRY_S)

    def _wake(self) -> None:
        os.write(self._waker, b".")


def roles(settings: Settings) -> tuple[Role[Any], Role[Any]]:
    """The role's screen and its log-in. Raises ConfigError for a role that has no screen."""
    if settings.role == "till":
        return TillRole(), LoginRole(optional=False)
    if settings.role == "prep":
        return PrepRole(), LoginRole(optional=True)
    if settings.role == "expediter":
        return ExpediterRole(), LoginRole(optional=True)
    path = Path(settings.home) / "station.json"
    raise ConfigError(f"{path}: the role {settings.role!r} has no screen; use till, prep or expediter")


def main() -> None:
    become("renderer")
    setup_logging("renderer")
    program = Program()
    program.stop.listen()
    try:
        run("renderer", program.step, program.stop)
    finally:
        program.close()


if __name__ == "__main__":
    main()
