"""Which requests are to go wrong, and how: the rules. How each looks on the wire is in wire.py.

A rule is a JSON object: `kind` and the kind's own parameters, and optionally

    match   {"app_service": …, "event": …, "language": …, "hour": 0-23 (UTC, of
             time_start), any other body field}
    path    "profile" (default), "query" or "any"
    after   let this many matching requests through first
    count   apply to this many of them, then never again
    rate    apply to this share of them, chosen by `seed` from the request and how often it was sent: which
            requests fail does not depend on the order in which they arrive

The first rule that applies to a request decides.
"""

from __future__ import annotations

import json
import random
import threading
from typing import Dict, List, Mapping, Optional

PARAMETERS: Dict[str, str] = {
    "status": "code retry_after body content_type",
    "body": "body file content_type",
    "html200": "",
    "opt_status_fail": "opt_status description code",
    "truncate": "mode at",
    "reset": "when",
    "close": "when",
    "drip": "bytes_per_second",
    "hang_headers": "seconds",
    "hang_body": "at seconds",
    "endless": "of",
    "bomb": "of bytes",
    "garbage": "of seed",
    "wrong_service": "name",
    "redirect": "location code",
    "slow": "seconds",
    "wrong_content_length": "delta",
    "empty": "",
    "bad_total": "amount node",
    "null_result": "",
}
CHOICES: Dict[str, Dict[str, str]] = {
    "truncate": {"mode": "length chunked clean"},
    "reset": {"when": "before middle"},
    "close": {"when": "before after"},
    "endless": {"of": "nodes spaces string headers"},
    "bomb": {"of": "spaces zeros json"},
    "garbage": {"of": "body http"},
}
COMMON = frozenset("kind match path after count rate seed".split())
ALIASES = {"event": "profile_event_type", "language": "profile_language_type"}


class FaultError(ValueError):
    """The rules themselves are wrong; says which one and why."""


class Rule:
    def __init__(self, item: Mapping[str, object], place: int) -> None:
        self.kind = str(item.get("kind"))
        where = f"rule {place} ({self.kind})"
        if self.kind not in PARAMETERS:
            raise FaultError(f"{where}: unknown kind; one of {' '.join(sorted(PARAMETERS))}")
        for key in item:
            if key not in COMMON and key not in PARAMETERS[self.kind].split():
                raise FaultError(f"{where}: unknown key {key}")
        for key, choices in CHOICES.get(self.kind, {}).items():
            if key in item and item[key] not in choices.split():
                raise FaultError(f"{where}: {key} is one of {choices}")
        self.path = str(item.get("path", "profile"))
        if self.path not in ("profile", "query", "any"):
            raise FaultError(f"{where}: path is profile, query or any")
        match = item.get("match", {})
        if not isinstance(match, dict):
            raise FaultError(f"{where}: match is an object")
        self.match = {ALIASES.get(key, key): value for key, value in match.items()}
        self.parameters = {key: value for key, value in item.items() if key not in COMMON or key == "seed"}
        try:
            self.after = int(item.get("after", 0))  # type: ignore[call-overload]
            self.left = int(item["count"]) if "count" in item else None  # type: ignore[call-overload]
            self.rate = float(item["rate"]) if "rate" in item else None  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise FaultError(f"{where}: {error}") from None
        self.seed = item.get("seed", 0)
        self.sent: Dict[str, int] = {}  # how often each request came, for rate

    def number(self, name: str, default: float) -> float:
        return float(self.parameters.get(name, default))  # type: ignore[arg-type]

    def text(self, name: str, default: str) -> str:
        value = self.parameters.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def fits(self, path: str, body: object) -> bool:
        if self.path not in ("any", path):
            return False
        if not self.match:
            return True
        if not isinstance(body, dict):
            return False
        for key, value in self.match.items():
            have = body.get(key)
            if key == "hour":
                start = body.get("time_start")
                have = start // 3600 % 24 if isinstance(start, int) else None
            if have != value:
                return False
        return True

    def applies(self, path: str, body: object) -> bool:
        """Whether this request is one to spoil. Counts it; the caller holds the lock."""
        if not self.fits(path, body) or self.left == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.rate is not None:
            key = path + json.dumps(body, sort_keys=True, default=str)
            self.sent[key] = self.sent.get(key, 0) + 1
            if random.Random(f"{self.seed}:{self.sent[key]}:{key}").random() >= self.rate:
                return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The list of rules in force. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: List[Rule] = []

    def replace(self, items: object) -> None:
        """Raises FaultError, and keeps the old rules, when the new ones are wrong."""
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise FaultError("the rules are a JSON list of objects")
        rules = [Rule(item, place) for place, item in enumerate(items)]
        with self._lock:
            self._rules = rules

    def choose(self, path: str, body: object) -> Optional[Rule]:
        with self._lock:
            return next((rule for rule in self._rules if rule.applies(path, body)), None)
