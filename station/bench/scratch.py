"""A station in a folder of its own, as a real program finds it: configuration, snapshot of the demo shop, mirror.

Nothing but the renderer runs there, so what is measured or tested is the renderer alone.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.data.master import init_master, seed_master
from station.data.session import open_engine
from station.data.snapshot import build_snapshot
from station.domain.cards import Card
from station.domain.hands import Hand, encode_hand
from station.domain.menu import Role
from station.domain.token import encode
from station.errors import StationError
from station.local.clock import boot_s
from station.local.mirror import MirrorWriter
from station.local.status import LinkStatus, TokensStatus, write_status

KEY = bytes(range(32))


class ScratchStation:
    """One station's home; `start` runs its renderer headless."""

    def __init__(self, home: Path, code: str, role: Role, size: tuple[int, int] = (1920, 1080)) -> None:
        self.home, self.code = home, code
        for name in ("data", "run"):
            (home / name).mkdir(parents=True, exist_ok=True)
        self.configure(
            code=code,
            role=role,
            share={"kind": "directory", "path": str(home / "floor")},
            master=self.master_url,
            display={"width": size[0], "height": size[1], "headless": True},
            observe=True,
        )
        secrets = home / "secrets.json"
        secrets.touch(mode=0o600)
        secrets.write_text(json.dumps({"token_key": KEY.hex()}))
        self.mirror = MirrorWriter(home / "data" / "mirror")

    @property
    def master_url(self) -> str:
        return f"sqlite:///{self.home}/master.db"

    def configure(self, **station: Any) -> None:
        (self.home / "station.json").write_text(json.dumps(station))

    def make_snapshot(self) -> None:
        """The demo shop, as the link program would bring it."""
        init_master(self.master_url)
        seed_master(self.master_url)
        engine = open_engine(self.master_url)
        build_snapshot(engine, self.home / "data" / "snapshot.db")
        engine.dispose()

    def tell(self, tokens: TokensStatus | None = None, link: LinkStatus | None = None) -> None:
        """What the tokens and link programs would say; without anything: all is well."""
        well = TokensStatus(share="ok", shop_time=datetime.now(UTC), monotonic_s=boot_s())
        write_status(self.home / "run" / "tokens.json", tokens or well)
        write_status(self.home / "run" / "link.json", link or LinkStatus(master="ok"))

    def put(self, cards: Iterable[Card]) -> None:
        for card in cards:
            self.mirror.put(card.spot, encode(card.body, KEY))

    @contextlib.contextmanager
    def running(self, program: Sequence[str] = ("-m", "station.renderers")) -> Iterator[subprocess.Popen[bytes]]:
        """The renderer, from start to SIGTERM. `program`: how Python starts it."""
        environment = {**os.environ, "STATION_HOME": str(self.home)}
        with (self.home / "renderer.log").open("ab") as log:
            running = subprocess.Popen([sys.executable, *program], env=environment, stdout=log, stderr=log)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()

    def ask(self, **question: str) -> dict[str, Any]:
        """What the screen answers to its observer. Raises StationError when it does not."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
            asker.settimeout(10)
            try:
                asker.connect(str(self.home / "run" / "observe.sock"))
                asker.sendall(json.dumps(question).encode() + b"\n")
                answer: dict[str, Any] = json.loads(b"".join(iter(lambda: asker.recv(65_536), b"")))
            except (OSError, ValueError) as error:
                raise StationError(f"the screen of {self.code} does not answer: {error}") from error
        return answer

    def wait_until_seen(self, patience_s: float = 20.0) -> dict[str, Any]:
        """The first answer of a screen that is starting."""
        ends = time.monotonic() + patience_s
        while True:
            try:
                return self.ask(ask="describe")
            except StationError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)

    def feel(self, *hands: Hand) -> None:
        """Hands on the screen, one datagram each."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(str(self.home / "run" / "hands.sock"))
            for hand in hands:
                sender.send(encode_hand(hand))


def disk() -> str | None:
    """A folder on a real disk: /tmp is a tmpfs on many machines, and flushes nothing."""
    chosen = os.environ.get("STATION_BENCH_DIR", "/var/tmp")  # noqa: S108 - a private folder is made in it
    return chosen if Path(chosen).is_dir() else None
