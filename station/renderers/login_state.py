"""Where the log-in stands."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Login:
    """`page` of the names; `focus`: the action that the keyboard stands on.

    `person`: whose PIN is being typed; `digits`: what of it. `problem`: what went wrong, in words.
    """

    page: int = 0
    focus: str = ""
    person: str = ""
    digits: str = field(default="", repr=False)
    problem: str = ""
