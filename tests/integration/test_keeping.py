"""What a later run of a night may replace, what it keeps, and what the site says of that."""

from __future__ import annotations

import gzip
import os
import unittest

from published import text_of
from support import NIGHT2, PARTIAL, PressCase, read_json, read_text
from support import setUpModule as setUpModule


class Doubt(PressCase):
    def test_partial_does_not_hide_that_the_rest_is_unproved(self) -> None:
        server = self.server("--row-limit", "20")
        server.faults([{"kind": "status", "code": 404, "match": {"hour": 9}}])
        outcome = self.press(server.url, defaults={"row_limit": 20, "min_step": "1h"})
        self.assertEqual(outcome.code, PARTIAL, outcome)
        summary = self.summary()
        self.assertEqual((summary["outcome"], summary["completeness"]), ("partial", "partial"))
        self.assertAlmostEqual(summary["covered"], 23 / 24)
        self.assertGreater(summary["unproved"], 0)
        self.assertLessEqual(summary["unproved"], summary["covered"])
        self.has(text_of(self.page()), "Partial: the numbers cover", "is unproved, too, in", "The true total is at least this")
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        self.assertEqual(night["services"][0]["unproved"], summary["unproved"])
        page = text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))
        self.has(page, "partial, unproved", "the true total is at least the one shown")
        with gzip.open(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "profile.pb.gz")) as file:
            self.assertIn(b"completeness: partial, unproved in what is covered", file.read())

        server.faults([])
        self.pressed(server.url, defaults={"row_limit": 20, "min_step": "1h"})
        self.assertGreaterEqual(self.summary()["unproved"], summary["unproved"])
        self.pressed(self.server().url)
        self.assertEqual(self.summary()["unproved"], 0)


if __name__ == "__main__":
    unittest.main()
