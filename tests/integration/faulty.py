"""Runs against a server that misbehaves."""

from __future__ import annotations

from typing import Any, Dict, List

from support import Outcome, PressCase
from truth import Expected, stacks

TOTAL = Expected(stacks("checkout-api")).total
NINE = {"match": {"hour": 9}}
CHUNKS = 8  # of three hours; the one from 9 to 12 is the one that breaks


class FaultyCase(PressCase):
    log: List[Dict[str, Any]]

    def under(self, *rules: Dict[str, Any], retries: int = 3, **source: Any) -> Outcome:
        """A run against a server with these faults; self.log is what it saw."""
        server = self.server()
        server.faults(list(rules))
        outcome = self.press(server.url, defaults={"step": "3h"}, source={"retries": retries, **source})
        self.log = server.log()
        server.stop()
        return outcome

    def recovered(self, outcome: Outcome, failures: int) -> None:
        self.assertEqual(outcome, Outcome(0, "", ""))
        summary = self.summary()
        self.assertEqual((summary["outcome"], summary["total"]), ("ok", TOTAL))
        self.assertEqual(summary["requests"]["sent"], CHUNKS + failures)
        self.assertEqual(summary["requests"]["replies"], CHUNKS)
        self.assertEqual(len(self.log), CHUNKS + failures)
