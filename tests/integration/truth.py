"""What the recorded rows say, counted here, apart from the server and from the program under test."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any, Dict, List, Tuple

from support import DAY, DAY2, ROWS

Frames = Tuple[str, ...]


@lru_cache(maxsize=None)
def _rows() -> List[Dict[str, Any]]:
    rows = []
    for path in ROWS:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    return rows


def stacks(
    service: str, event: str = "on-cpu", start: int = DAY2, end: int = DAY2 + DAY, **tags: str
) -> "Counter[Frames]":
    """Stack → value, for [start, end), of rows that have all of `tags`."""
    found: "Counter[Frames]" = Counter()
    for row in _rows():
        if (
            (row["app_service"], row["profile_event_type"]) == (service, event)
            and start <= row["time"] < end
            and all(row["tags"].get(key) == value for key, value in tags.items())
        ):
            found[tuple(row["stack"].split(";"))] += row["value"]
    return found


class Expected:
    """The numbers of a report over these stacks."""

    def __init__(self, found: "Counter[Frames]") -> None:
        self.total = sum(found.values())
        self.nodes = 1 + len({frames[: n + 1] for frames in found for n in range(len(frames))})
        self.max_depth = max((len(frames) for frames in found), default=0)
        self.selfs: Dict[str, int] = defaultdict(int)
        self.totals: Dict[str, int] = defaultdict(int)
        for frames, value in found.items():
            self.selfs[frames[-1]] += value
            for name in set(frames):  # recursion counts once
                self.totals[name] += value


def folded(text: str) -> "Counter[Frames]":
    """Folded stacks back into stack → value."""
    found: "Counter[Frames]" = Counter()
    for line in text.splitlines():
        frames, _, value = line.rpartition(" ")
        found[tuple(frames.split(";"))] += int(value)
    return found
