"""What a benchmark says: each figure beside a reference measured in the same run, since machines differ and drift.

One object: `{bench, machine, results: [{name, n, p50_ms, p99_ms, reference: {name, p50_ms}, ratio, budget, ok}]}`; a figure
that a result does not have is null. `budget` is a sentence, `ok` whether it was kept (null: it has none).
"""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from station.domain.figures import percentile


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    p50_ms: float | None


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    n: int
    p50_ms: float | None = None
    p99_ms: float | None = None
    reference: Reference | None = None
    ratio: float | None = None
    budget: str | None = None
    ok: bool | None = None


def compared(
    name: str,
    ours_ms: Sequence[float],
    reference_name: str,
    theirs_ms: Sequence[float],
    *,
    at_most: float | None = None,
) -> Result:
    """Medians against each other; `at_most` is the ratio's budget."""
    p50, other = percentile(ours_ms, 50), percentile(theirs_ms, 50)
    ratio = p50 / other
    return Result(
        name,
        len(ours_ms),
        round(p50, 3),
        round(percentile(ours_ms, 99), 3),
        Reference(reference_name, round(other, 3)),
        round(ratio, 2),
        None if at_most is None else f"≤ {at_most} ×",
        None if at_most is None else ratio <= at_most,
    )


def report(bench: str, results: Sequence[Result]) -> dict[str, Any]:
    return {"bench": bench, "machine": machine(), "results": [asdict(result) for result in results]}


def machine() -> str:
    """Enough to know which figures may stand beside each other."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
