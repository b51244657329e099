"""What will not pass is not tried for ever: the report says which part is missing and why."""

from __future__ import annotations

import time
import unittest
from typing import Optional

from faulty import CHUNKS, NINE, TOTAL, FaultyCase
from published import site_problems, text_of
from support import NOTHING, Outcome, PARTIAL, Standin
from support import setUpModule as setUpModule
from truth import Expected, stacks


class GivesUp(FaultyCase):
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
        self.partial(
            self.under({"kind": "status", "code": 503, **NINE}, retries=1), 2, "503", "source.retries"
        )

    def test_without_retries(self) -> None:
        # libcurl itself asks again, once, when a kept connection turns out dead
        self.partial(self.under({"kind": "reset", **NINE}, retries=0), None)
        self.assertLessEqual(self.sent_for_nine(), 2)

    def test_never_for_another_4xx(self) -> None:
        for code in (400, 401, 403, 404, 405, 410, 413, 422):
            self.partial(self.under({"kind": "status", "code": code, "retry_after": 0, **NINE}), 1, str(code))

    def test_all_is_refused_once_the_first_part_is(self) -> None:
        for code in (401, 403, 404):
            outcome = self.under({"kind": "status", "code": code}, in_flight=1)
            self.assertEqual(outcome.code, NOTHING, outcome)
            self.one_line(outcome, "checkout-api on-cpu", "failed", str(code))
            self.assertEqual(len(self.log), 1, "what was refused is not asked for again, hour for hour")

    def test_too_many_requests_is_no_refusal(self) -> None:
        self.partial(self.under({"kind": "status", "code": 429, **NINE}, retries=0, in_flight=1), 1, "429")
        self.under({"kind": "status", "code": 429, "count": 1}, retries=0, in_flight=1)
        self.assertEqual((len(self.log), self.summary()["outcome"]), (CHUNKS, "partial"))

    def test_a_pause_that_is_too_long_to_wait_for(self) -> None:
        started = time.monotonic()
        self.partial(
            self.under({"kind": "status", "code": 503, "retry_after": 3600, **NINE}), 1, "Retry-After"
        )
        self.assertLess(time.monotonic() - started, 30)

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
            outcome = self.under(
                {"kind": "endless", "of": of, **NINE}, max_response="4MiB", retries=0, timeout="20s"
            )
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
            self.partial(
                self.under({"kind": "redirect", "location": "/v2/", "code": code, **NINE}), 1, str(code)
            )

    def test_a_length_that_lies(self) -> None:
        self.partial(
            self.under({"kind": "wrong_content_length", "delta": 10, **NINE}, retries=0, timeout="3s"), 1
        )


if __name__ == "__main__":
    unittest.main()
