"""The rows of the table in_process, and finding those that a condition matches quickly.

Rows are grouped by (app_service, event, language) and sorted by time within a group, so that the usual query
(one service, one event, one window) touches only its own rows. `Row.order` is the row's place in the table's
own, unspecified order: the order in the files for seed 0, else a shuffle of it by the seed. Results always
come in that order, and a row limit keeps its beginning.
"""

from __future__ import annotations

import bisect
import gzip
import json
import random
import sys
from typing import Any, Callable, Dict, Iterable, Iterator, List, Sequence, Set, Tuple, Union

Group = Tuple[str, str, str]

TAGS = frozenset(
    """
    app_service app_instance process_id gprocess agent agent_id region az host host_ip host_hostname chost
    chost_ip chost_hostname vpc pod_cluster pod_ns pod_node pod_node_ip pod_node_hostname pod_ingress
    pod_service pod_group_type pod_group pod auto_instance_type auto_instance auto_service_type auto_service
    ip is_ipv4 trace_id span_name profile_id profile_value_unit profile_language_type profile_event_type
    time profile_location_str profile_value
""".split()
)
TAG_PREFIXES = ("k8s.label.", "k8s.annotation.", "k8s.env.", "cloud.tag.")


class Row:
    """One stack of one process in one second."""

    __slots__ = ("time", "service", "event", "language", "tags", "stack", "value", "number", "order")

    def __init__(
        self,
        time: int,
        service: str,
        event: str,
        language: str,
        tags: Dict[str, str],
        stack: str,
        value: int,
        number: int,
    ) -> None:
        self.time = time
        self.service = service
        self.event = event
        self.language = language
        self.tags = tags
        self.stack = stack
        self.value = value
        self.number = number  # place in the files
        self.order = number  # place in the table


_FIELDS: Dict[str, Tuple[Callable[[Row], Union[str, int]], bool]] = {
    "time": (lambda row: row.time, True),
    "profile_value": (lambda row: row.value, True),
    "app_service": (lambda row: row.service, False),
    "profile_event_type": (lambda row: row.event, False),
    "profile_language_type": (lambda row: row.language, False),
    "profile_location_str": (lambda row: row.stack, False),
}


def column_getter(name: str) -> Tuple[Callable[[Row], Union[str, int]], bool]:
    """How to read a column, and whether it is a number. A tag that a row lacks is the empty string."""
    if name in _FIELDS:
        return _FIELDS[name]
    return (lambda row: row.tags.get(name, "")), False


def _clean(text: str) -> str:
    # Half a surrogate pair cannot be sent as UTF-8; the real server's encoder makes U+FFFD of it too.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _read_lines(path: str) -> Iterator[Tuple[int, str]]:
    with gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line.decode("utf-8")


class RowStore:
    """All rows. Loaded once, then only read: safe to share between threads."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rows: List[Row] = []
        self._groups: Dict[Group, List[Row]] = {}
        self._times: Dict[Group, List[int]] = {}
        self._seen_tags: Set[str] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def load(self, paths: Iterable[str]) -> None:
        """Adds the rows of JSONL files (.gz or not). Raises ValueError naming file and line."""
        shared: Dict[Tuple[Tuple[str, str], ...], Dict[str, str]] = {}
        for path in paths:
            for number, line in _read_lines(path):
                try:
                    self._rows.append(self._row(json.loads(line), shared))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise ValueError(f"{path}:{number}: not a row: {error!r}") from error
        self._index()

    def _row(self, item: Dict[str, Any], shared: Dict[Tuple[Tuple[str, str], ...], Dict[str, str]]) -> Row:
        tags = {str(k): str(v) for k, v in dict(item.get("tags") or {}).items()}
        tags = shared.setdefault(tuple(sorted(tags.items())), tags)
        self._seen_tags.update(tags)
        service, event = str(item["app_service"]), str(item["profile_event_type"])
        stack = _clean(str(item["stack"]))
        return Row(
            int(item["time"]),
            sys.intern(_clean(service)),
            sys.intern(event),
            sys.intern(str(item["profile_language_type"])),
            tags,
            sys.intern(stack),
            int(item["value"]),
            len(self._rows),
        )

    def _index(self) -> None:
        order = list(range(len(self._rows)))
        if self._seed:
            random.Random(self._seed).shuffle(order)
        self._groups.clear()
        for row, place in zip(self._rows, order):
            row.order = place
            self._groups.setdefault((row.service, row.event, row.language), []).append(row)
        for group, rows in self._groups.items():
            rows.sort(key=lambda row: (row.time, row.number))
            self._times[group] = [row.time for row in rows]

    def known_column(self, name: str) -> bool:
        return name in TAGS or name in self._seen_tags or name.startswith(TAG_PREFIXES)

    def select(self, fixed: Dict[str, str], start: int, end: int, test: Callable[[Row], bool]) -> List[Row]:
        """Rows with start <= time <= end, equal to `fixed` (service, event, language), and with test(row)."""
        wanted: Sequence[object] = [
            fixed.get(name) for name in ("app_service", "profile_event_type", "profile_language_type")
        ]
        found: List[Row] = []
        for group, rows in self._groups.items():
            if all(want is None or want == have for want, have in zip(wanted, group)):
                times = self._times[group]
                part = rows[bisect.bisect_left(times, start) : bisect.bisect_right(times, end)]
                found.extend(row for row in part if test(row))
        found.sort(key=lambda row: row.order)
        return found
