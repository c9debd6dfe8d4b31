"""How far an operation on the floor got, durably, so that it can be continued after anything died."""

from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["new", "staged", "done", "lost"]


@dataclass(frozen=True, slots=True)
class Step:
    """The last durable step of an operation.

    new: a move may have been sent. staged: everything that has to be created is there and whole; from here on nothing
    is ever created again. done: it happened. lost: somebody else was first, and it will never happen.

    `nonce` names the attempt, `source` and `target` are paths, `session` is the connection it was last sent on.
    """

    state: State
    nonce: str
    source: str
    target: str
    session: str = ""


class Progress(Protocol):
    """Keeps the last step of each operation (`op` is the ULID of the fact that wants it)."""

    def load(self, op: str) -> Step | None: ...

    def save(self, op: str, step: Step) -> None:
        """Returns only when the step survives a power cut."""
