"""What may pass is tried again, what may not is not, and nothing is counted twice."""

from __future__ import annotations

import time
import unittest
from typing import Any, Dict, List, Optional

from published import nights_of, site_problems, text_of
from support import NOTHING, Outcome, PARTIAL, PressCase, Standin
from support import setUpModule as setUpModule
from truth import Expected, stacks

TOTAL = Expected(stacks("checkout-api")).total
NINE = {"match": {"hour": 9}}
CHUNKS = 8  # of three hours; the one from 9 to 12 is the one that breaks


class RetryCase(PressCase):
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


class Recovers(RetryCase):
    def test_503_twice(self) -> None:
        self.recovered(self.under({"kind": "status", "code": 503, "count": 2, **NINE}), 2)

    def test_every_5xx(self) -> None:
        self.recovered(self.under(*({"kind": "status", "code": code, "count": 1} for code in (500, 502, 504))), 3)

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


class GivesUp(RetryCase):
    def sent_for_nine(self) -> int:
        return sum(1 for entry in self.log if entry["body"]["time_start"] % 86400 == 9 * 3600)

    def partial(self, outcome: Outcome, sent: Optional[int], *words: str) -> None:
        """The hour of nine is missing; the page and the exit code say so, and the rest is right."""
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "checkout-api on-cpu", "partial", *words)
        if sent is not None:
            self.assertEqual(self.sent_for_nine(), sent)
        summary = self.summary()
        self.assertEqual((summary["outcome"], summary["completeness"]), ("partial", "partial"))
        nine = summary["window"]["start"] + 9 * 3600
        self.assertEqual([(p["start"], p["end"]) for p in summary["failed_parts"]], [(nine, nine + 3 * 3600)])
        missing = Expected(stacks("checkout-api", start=nine, end=nine + 3 * 3600)).total
        self.assertGreater(missing, 0)
        self.assertEqual(summary["total"], TOTAL - missing)
        self.assertAlmostEqual(summary["covered"], 7 / 8)
        page = text_of(self.page())
        self.has(page, "partial", "09:00")
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_after_the_last_retry(self) -> None:
        self.partial(self.under({"kind": "status", "code": 503, **NINE}, retries=1), 2, "503", "source.retries")

    def test_without_retries(self) -> None:
        # libcurl itself asks again, once, when a kept connection turns out dead
        self.partial(self.under({"kind": "reset", **NINE}, retries=0), None)
        self.assertLessEqual(self.sent_for_nine(), 2)

    def test_never_for_another_4xx(self) -> None:
        for code in (400, 401, 403, 404, 405, 410, 413, 422):
            self.partial(self.under({"kind": "status", "code": code, "retry_after": 0, **NINE}), 1, str(code))

    def test_a_pause_that_is_too_long_to_wait_for(self) -> None:
        started = time.monotonic()
        self.partial(self.under({"kind": "status", "code": 503, "retry_after": 3600, **NINE}), 1, "Retry-After")
        self.assertLess(time.monotonic() - started, 10)

    def test_a_sign_in_page(self) -> None:
        self.partial(self.under({"kind": "html200", **NINE}), 1, "<")

    def test_a_refusal_in_good_form(self) -> None:
        words = "no such table: in_process"
        self.partial(self.under({"kind": "opt_status_fail", "description": words, **NINE}), 1, words, "FAIL")

    def test_noise(self) -> None:
        for seed in range(3):
            outcome = self.under({"kind": "garbage", "of": "body", "seed": seed, **NINE}, retries=0)
            self.partial(outcome, 1)
            self.assertTrue(outcome.err.isprintable() or outcome.err[:-1].isprintable(), ascii(outcome.err))

    def test_noise_that_is_not_http(self) -> None:
        self.partial(self.under({"kind": "garbage", "of": "http", **NINE}, retries=0), 1)

    def test_nothing_in_the_body(self) -> None:
        self.partial(self.under({"kind": "empty", **NINE}, retries=0), 1)

    def test_the_reply_of_another_service(self) -> None:
        self.partial(self.under({"kind": "wrong_service", "name": "payroll", **NINE}), 1, "payroll")

    def test_a_compression_bomb(self) -> None:
        for of in ("spaces", "zeros", "json"):
            started = time.monotonic()
            outcome = self.under({"kind": "bomb", "of": of, **NINE}, max_response="4MiB")
            # zeros and one endless name are refused as what they are, before the cap
            self.partial(outcome, 1, *(["max_response"] if of == "spaces" else []))
            self.assertLess(time.monotonic() - started, 20)

    def test_a_reply_without_end(self) -> None:
        for of in ("nodes", "spaces", "string", "headers"):
            outcome = self.under({"kind": "endless", "of": of, **NINE}, max_response="4MiB", retries=0, timeout="20s")
            self.partial(outcome, 1)

    def test_a_slow_drip_ends_with_the_timeout(self) -> None:
        self.partial(self.under({"kind": "drip", **NINE}, retries=0, timeout="2s"), 1, "timeout")

    def test_a_redirect_is_not_followed(self) -> None:
        with Standin() as other:
            location = f"http://user:secret@127.0.0.1:{other.port}/elsewhere?token=secret"
            outcome = self.under({"kind": "redirect", "location": location, **NINE})
            self.assertEqual(other.log(), [])
        self.partial(outcome, 1, "302", "redirect", f"http://127.0.0.1:{other.port}")
        self.assertNotIn("secret", outcome.err)

    def test_every_kind_of_redirect(self) -> None:
        for code in (301, 303, 307, 308):
            self.partial(self.under({"kind": "redirect", "location": "/v2/", "code": code, **NINE}), 1, str(code))

    def test_a_length_that_lies(self) -> None:
        self.partial(self.under({"kind": "wrong_content_length", "delta": 10, **NINE}, retries=0, timeout="3s"), 1)


class Says(RetryCase):
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
