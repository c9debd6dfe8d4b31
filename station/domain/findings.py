"""What an examination found: one thing, how it stands, and a sentence with what to do."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    verdict: Verdict
    text: str
