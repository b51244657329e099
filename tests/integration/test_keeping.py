"""What a later run of a night may replace, what it keeps, and what the site says of that."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import unittest
from typing import Any, Dict, List

from killing import SANITIZED
from published import files_of, leftovers, nights_of, site_problems, text_of
from support import (
    CLOCK,
    BINARY,
    NIGHT1,
    NIGHT2,
    NOTHING,
    PARTIAL,
    Outcome,
    PressCase,
    at_a_fixed_time,
    environment,
    read_bytes,
    read_json,
    read_text,
)
from support import setUpModule as setUpModule
from truth import Expected, stacks

TOTAL = Expected(stacks("checkout-api")).total
LATER = "1795400000"
GONE = {"kind": "null_result"}  # what a server says when it has dropped the data


def breaks(*hours: int) -> List[Dict[str, Any]]:
    return [{"kind": "status", "code": 404, "match": {"hour": hour}} for hour in hours]


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
        words = ("Partial: the numbers cover", "is unproved, too, in", "The true total is at least this")
        self.has(text_of(self.page()), *words)
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        self.assertEqual(night["services"][0]["unproved"], summary["unproved"])
        page = text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))
        self.has(page, "partial, unproved", "the true total is at least the one shown")
        with gzip.open(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "profile.pb.gz")) as file:
            self.assertIn(b"unproved in what is covered", file.read())

        server.faults([])
        self.pressed(server.url, defaults={"row_limit": 20, "min_step": "1h"})
        self.assertGreaterEqual(self.summary()["unproved"], summary["unproved"])
        self.pressed(self.server().url)
        self.assertEqual(self.summary()["unproved"], 0)


class Worth(PressCase):
    """A night of one report, pressed again."""

    def setUp(self) -> None:
        super().setUp()
        self.stand_in = self.server()

    def again(self, *faults: Dict[str, Any], arguments: Any = (), **changes: Any) -> Outcome:
        self.stand_in.faults(list(faults))
        return self.press(self.stand_in.url, *arguments, env={"SOURCE_DATE_EPOCH": LATER}, **changes)

    def entry(self) -> Dict[str, Any]:
        return read_json(os.path.join(self.site, NIGHT2, "summary.json"))["services"][0]

    def night(self) -> str:
        return text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))

    def kept(self, run: Outcome, before: Dict[str, bytes], why: str, **later: Any) -> None:
        """The earlier report is there to the byte, and both stderr and the site say why."""
        self.assertEqual(run.code, PARTIAL, run)
        lines = [line for line in run.lines if "the report of an earlier run is kept" in line]
        self.assertEqual(len(lines), 1, run.err)
        self.has(lines[0], "warning: checkout-api on-cpu, Fri 20 Nov 2026", f"this run {why}")
        self.assertTrue(files_of(os.path.join(self.site, NIGHT2, "checkout-api")) == before)
        entry = self.entry()
        for key, value in later.items():
            self.assertEqual(entry["kept"][key], value, key)
        self.assertEqual(entry["kept"]["generated"], int(LATER))
        self.has(entry["kept"]["why"], why)
        said = f"The run of 2026-11-23 02:13:20 UTC {why}"
        self.has(self.night(), f"{entry['completeness']}, kept", "Kept from an earlier run", said)
        self.has(text_of(read_text(os.path.join(self.site, "index.html"))), "Kept from an earlier run")
        self.assertEqual(site_problems(self.site, tools=False), [])

    def replaced(self, outcome: Outcome, code: int = 0, by: str = LATER) -> None:
        """`by`: the time that the report has; what was found again to the byte has that of the earlier run."""
        self.assertEqual(outcome.code, code, outcome)
        self.has_not(outcome.err, "kept")
        self.assertEqual(self.summary()["generated"], int(by))
        self.assertIsNone(self.entry()["kept"])
        self.has_not(self.night(), "kept", "Kept")

    def first(self, *faults: Dict[str, Any], **changes: Any) -> Dict[str, bytes]:
        self.stand_in.faults(list(faults))
        self.press(self.stand_in.url, **changes)
        return files_of(os.path.join(self.site, NIGHT2, "checkout-api"))

    def test_empty_does_not_replace_numbers(self) -> None:
        before = self.first()
        self.assertIsNone(self.entry()["kept"])
        outcome = self.again(GONE)
        self.one_line(outcome, "--force", "does the server still keep data that old?")
        self.kept(outcome, before, "found nothing", outcome="empty", total=0, failure=None)
        self.assertEqual(self.entry()["total"], TOTAL)
        self.replaced(self.again(), by=CLOCK)
        self.assertEqual(self.summary()["total"], TOTAL)

    def test_files_that_somebody_laid_into_the_night_stay(self) -> None:
        self.first(*breaks(9))
        report = os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu")
        notes = [os.path.join(report, "note.txt"), os.path.join(self.site, NIGHT2, "of mine", "a", "note.txt")]
        os.makedirs(os.path.dirname(notes[1]))
        for path in notes:
            with open(path, "w", encoding="ascii") as file:
                file.write("mine")
        self.replaced(self.again())
        self.assertEqual([read_text(path) for path in notes], ["mine", "mine"])
        code, said, _ = self.command("verify", self.site)
        self.assertEqual((code, said.count("foreign")), (1, 2), said)

        os.symlink("/etc/passwd", os.path.join(report, "link"))  # that cannot go along: nothing is lost
        before = files_of(os.path.join(self.site, NIGHT2))
        outcome = self.again(arguments=["--force"], picture={"width": 300})
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "link is in the way", "move it away")
        self.assertEqual(files_of(os.path.join(self.site, NIGHT2)), before)

    def test_empty_does_not_replace_a_partial_one(self) -> None:
        before = self.first(*breaks(9))
        self.kept(self.again(GONE), before, "found nothing", outcome="empty")

    def test_empty_replaces_with_force(self) -> None:
        self.first()
        self.kept(self.again(GONE), files_of(os.path.join(self.site, NIGHT2, "checkout-api")), "found nothing")
        self.replaced(self.again(GONE, arguments=["--force"]))
        self.assertEqual(self.summary()["outcome"], "empty")
        self.replaced(self.again())

    def test_partial_does_not_replace_proved(self) -> None:
        before = self.first()
        outcome = self.again(*breaks(9))
        self.kept(outcome, before, "could have less of the window", outcome="partial", completeness="partial")
        self.has(self.entry()["kept"]["failure"], "404")
        self.has(self.night(), "could have less of the window: ", "404")
        self.replaced(self.again(*breaks(9), arguments=["--force"]), PARTIAL)
        self.assertEqual(self.summary()["outcome"], "partial")

    def test_of_two_partial_ones_that_with_more_of_the_window_stays(self) -> None:
        before = self.first(*breaks(8, 9))
        self.kept(self.again(*breaks(8, 9, 10)), before, "could have less of the window")
        self.replaced(self.again(*breaks(8, 9)), PARTIAL, by=CLOCK)
        self.replaced(self.again(*breaks(8)), PARTIAL)
        self.replaced(self.again())

    def test_partial_with_nothing_in_it_does_not_replace_numbers(self) -> None:
        before = self.first(*breaks(8, 9))
        self.kept(self.again(*breaks(8), GONE), before, "could have only a part", outcome="partial", total=0)

    def test_unproved_stands_between_proved_and_partial(self) -> None:
        self.stand_in = self.server("--row-limit", "20")
        rough = {"defaults": {"row_limit": 20, "min_step": "1h"}}
        self.first(*breaks(9), **rough)
        self.replaced(self.again(**rough))
        self.assertEqual(self.summary()["completeness"], "unproved")
        before = files_of(os.path.join(self.site, NIGHT2, "checkout-api"))
        self.kept(self.again(*breaks(9), **rough), before, "could have less of the window")
        self.replaced(self.again(defaults={"row_limit": 20, "min_step": "1s"}))
        self.assertEqual(self.summary()["completeness"], "proved")
        before = files_of(os.path.join(self.site, NIGHT2, "checkout-api"))
        self.kept(self.again(**rough), before, "could not prove that nothing was cut", completeness="unproved")

    def test_a_smaller_total_of_the_same_question(self) -> None:
        """A server that drops a day in the middle of a local day has half of it left, and that is proved."""
        before = self.first()
        outcome = self.again(*({**GONE, "match": {"hour": hour}} for hour in range(12)))
        self.kept(outcome, before, "found less", outcome="ok", completeness="proved")
        self.assertGreater(self.entry()["kept"]["total"], 0)
        self.assertLess(self.entry()["kept"]["total"], TOTAL)

    def test_failed_keeps_and_says_so_with_force_too(self) -> None:
        services = [{"name": "checkout-api"}, {"name": "redis-server"}]
        before = self.first(services=services)
        fault = {"kind": "opt_status_fail", "description": "disk is full", "match": {"app_service": "checkout-api"}}
        for arguments in ([], ["--force"]):
            outcome = self.again(fault, services=services, arguments=arguments)
            self.kept(outcome, before, "failed", outcome="failed")
            self.has(self.night(), "failed: ", "disk is full")
            self.has_not(outcome.err, "--force")

    def test_what_is_kept_stays_marked_until_it_is_replaced(self) -> None:
        services = [{"name": "checkout-api"}, {"name": "redis-server"}]
        before = self.first(services=services)
        fault = {**GONE, "match": {"app_service": "checkout-api"}}
        self.kept(self.again(fault, services=services), before, "found nothing")
        outcome = self.again(services=services, arguments=["--only", "redis-server"])
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.has(self.entry()["kept"]["why"], "found nothing")
        self.replaced(self.again(services=services), by=CLOCK)

    def test_a_changed_configuration_is_another_question(self) -> None:
        self.first()
        filtered = {"services": [{"name": "checkout-api", "filter": "pod_ns='checkout'"}]}
        self.replaced(self.again(*breaks(9), **filtered), PARTIAL)
        self.assertEqual(self.summary()["requests"]["filter"], "pod_ns='checkout'")

    def test_a_changed_filter_that_matches_nothing_loses_nothing(self) -> None:
        before = self.first()
        nothing = {"services": [{"name": "checkout-api", "filter": "pod_ns='nowhere'"}]}
        self.kept(self.again(**nothing), before, "found nothing")
        self.replaced(self.again(**nothing, arguments=["--force"]))

    def test_another_window_of_the_same_name(self) -> None:
        """The time zone of the configuration changed: the night is another day."""
        self.first()
        self.replaced(self.again(*breaks(9), timezone="Asia/Tokyo"), PARTIAL)
        self.assertEqual(self.summary()["window"]["timezone"], "Asia/Tokyo")

    def test_a_day_that_was_not_over(self) -> None:
        """It has a path of its own: the whole day never finds it in its way."""
        self.pressed(self.stand_in.url, "--now", "2026-11-20T12:00Z")
        outcome = self.again(GONE)
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, f"warning: night {NIGHT2}: no report has any data")
        self.assertEqual(self.summary()["outcome"], "empty")
        self.assertIsNone(self.entry()["kept"])


class SeveralNights(PressCase):
    """They are published in the order of time, however the configuration lists them."""

    BOTH = ["2026-11-20", "2026-11-19"]
    SERVICES = [{"name": "checkout-api"}, {"name": "redis-server"}]

    def names(self, said: str) -> None:
        self.has(said, f"warning: published: {NIGHT1}\n", f"warning: not published: {NIGHT2}\n")

    def follows(self) -> None:
        """Index and `latest` are those of the first night, which is new."""
        self.has(text_of(read_text(os.path.join(self.site, "index.html"))), "Thu 19 Nov 2026", "redis-server")
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT1)
        self.assertEqual(site_problems(self.site, tools=False), [])
        self.assertEqual(leftovers(self.site), [])

    def test_the_index_follows_when_a_later_night_cannot_be_published(self) -> None:
        server = self.server()
        os.makedirs(os.path.join(self.site, ".flamepress"))
        os.makedirs(os.path.join(self.site, "2026", "11"))
        blocking = os.path.join(self.site, NIGHT2)
        with open(blocking, "w", encoding="utf-8") as file:
            file.write("in the way")
        outcome = self.press(server.url, windows=self.BOTH, services=self.SERVICES)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.has(outcome.err, f"night {NIGHT2}: ", "in the way")
        self.names(outcome.err)
        os.unlink(blocking)
        self.assertEqual(nights_of(self.site), [NIGHT1])
        self.follows()

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    @unittest.skipIf(SANITIZED, "a leak checker cannot be traced")
    def test_the_index_follows_a_run_that_is_told_to_stop_between_two_nights(self) -> None:
        server = self.server()
        self.pressed(server.url, windows=["2026-11-19"])  # so that the first switch is an exchange, the only one before the signal
        config = self.config(server.url, windows=self.BOTH, services=self.SERVICES)
        trace = self.path("trace")
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", trace, "-e", "trace=renameat2"]
            + ["-e", "inject=renameat2:signal=TERM:when=1", BINARY, *at_a_fixed_time(["run", "-c", config])],
            env=environment(),
            capture_output=True,
            timeout=60,
        )
        said = done.stderr.decode()
        if b"renameat2" not in (read_bytes(trace) if os.path.exists(trace) else b""):
            self.skipTest(f"cannot trace here: {said}")
        self.assertEqual(done.returncode, 128 + signal.SIGTERM, said)
        self.has(said, "told to stop")
        self.names(said)
        self.assertEqual(nights_of(self.site), [NIGHT1])
        self.follows()


if __name__ == "__main__":
    unittest.main()
