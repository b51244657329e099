"""What may pass is tried again, and nothing is counted twice or left out in silence."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List

from faulty import CHUNKS, NINE, TOTAL, FaultyCase
from published import nights_of, text_of
from support import NOTHING, Outcome
from support import setUpModule as setUpModule


class Recovers(FaultyCase):
    def test_503_twice(self) -> None:
        self.recovered(self.under({"kind": "status", "code": 503, "count": 2, **NINE}), 2)

    def test_every_5xx(self) -> None:
        self.recovered(
            self.under(*({"kind": "status", "code": code, "count": 1} for code in (500, 502, 504))), 3
        )

    def test_429_waits_as_long_as_it_is_told(self) -> None:
        outcome = self.under({"kind": "status", "code": 429, "retry_after": 2, "count": 1, **NINE})
        self.recovered(outcome, 1)
        times = [entry["time"] for entry in self.log if entry["body"]["time_start"] % 86400 == 9 * 3600]
        self.assertGreaterEqual(times[1] - times[0], 2)
        self.assertLess(times[1] - times[0], 4)

    def test_reset(self) -> None:
        self.recovered(self.under({"kind": "reset", "when": "before", "count": 1}), 1)

    def test_reset_in_the_middle(self) -> None:
        self.recovered(self.under({"kind": "reset", "when": "middle", "count": 1, **NINE}), 1)

    def test_closed_without_an_answer(self) -> None:
        self.recovered(self.under({"kind": "close", "when": "before", "count": 2}), 2)

    def test_cut_short(self) -> None:
        for mode in ("length", "chunked", "clean"):
            self.recovered(self.under({"kind": "truncate", "mode": mode, "count": 2, **NINE}), 2)

    def test_a_pause_without_a_byte(self) -> None:
        self.recovered(self.under({"kind": "hang_body", "count": 1, **NINE}, stall_timeout="1s"), 1)

    def test_no_answer_within_the_timeout(self) -> None:
        self.recovered(self.under({"kind": "hang_headers", "count": 1, **NINE}, timeout="1s"), 1)

    def test_each_cut_reply_is_dropped_whole(self) -> None:
        """Half of everything breaks at first; the total is that of the rows all the same."""
        rules: List[Dict[str, Any]] = [
            {"kind": "truncate", "at": 0.9, "rate": 0.3, "seed": 1},
            {"kind": "reset", "when": "middle", "rate": 0.2, "seed": 2},
        ]
        outcome = self.under(*rules, retries=20)
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual(self.summary()["total"], TOTAL)
        self.assertEqual(self.summary()["requests"]["sent"], len(self.log))
        self.assertGreater(len(self.log), CHUNKS)


class Says(FaultyCase):
    def test_totals_that_do_not_add_up(self) -> None:
        outcome = self.under({"kind": "bad_total", "amount": 12345, "node": 3, **NINE})
        self.assertEqual(outcome.code, 0, outcome)
        summary = self.summary()
        self.assertEqual(summary["total"], TOTAL, "what the selfs add up to")
        self.assertGreaterEqual(summary["unbalanced"]["nodes"], 1)
        self.assertGreaterEqual(summary["unbalanced"]["value"], 12345)
        self.has(text_of(self.page()).lower(), "add up")

    def test_null_is_empty(self) -> None:
        outcome = self.under({"kind": "null_result"})
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual((self.summary()["outcome"], self.summary()["total"]), ("empty", 0))

    def test_one_empty_hour_is_no_hole(self) -> None:
        outcome = self.under({"kind": "null_result", "match": {"hour": 3}})
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual((self.summary()["outcome"], self.summary()["total"]), ("ok", TOTAL))

    def test_the_only_chunk_fails_and_nothing_is_published(self) -> None:
        outcome = self.under({"kind": "html200"})
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.assertEqual(nights_of(self.site), [])


if __name__ == "__main__":
    unittest.main()
