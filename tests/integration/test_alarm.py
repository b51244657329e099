"""The alarm tells the truth: what a report is compared with, whose regressions count, and what the metrics say of it."""

from __future__ import annotations

import os
from typing import Any, Dict, List

from support import DAY1, DAY2, NIGHT1, NIGHT2, PARTIAL, Outcome, PressCase, read_json
from support import setUpModule as setUpModule

REGRESSION = 3
BOTH = ["2026-11-19", "2026-11-20"]
LATER = {"SOURCE_DATE_EPOCH": "1795400000"}


def breaks(day: int, *hours: int) -> List[Dict[str, Any]]:
    return [{"kind": "status", "code": 404, "match": {"time_start": day + hour * 3600}} for hour in hours]


class AlarmCase(PressCase):
    def setUp(self) -> None:
        super().setUp()
        self.stand_in = self.server()

    def run_it(self, *arguments: str, **changes: Any) -> Outcome:
        settings: Dict[str, Any] = {"baseline": "previous", "defaults": {"step": "6h"}}
        return self.press(self.stand_in.url, *arguments, env=LATER, **{**settings, **changes})

    def first(self, **changes: Any) -> None:
        self.pressed(self.stand_in.url, windows=["2026-11-19"], **changes)


class Kept(AlarmCase):
    """A run makes a worse report than is there already: what is published is what counts."""

    def compared_with_what_stays(self) -> None:
        before = self.summary(night=NIGHT1)
        baseline = self.summary()["baseline"]
        self.assertIsNone(self.summary()["no_baseline"])
        self.assertEqual((baseline["total"], baseline["covered"]), (before["total"], 1.0))
        self.assertEqual((baseline["source"], baseline["path"]), ("site", NIGHT1 + "/checkout-api/on-cpu"))
        self.assertGreater(self.summary()["comparison"]["regressions"], 0)

    def test_a_baseline_that_the_server_has_dropped(self) -> None:
        self.first()
        self.stand_in.faults([{"kind": "null_result", "match": {"time_start": DAY1 + h * 3600}} for h in (0, 6, 12, 18)])
        outcome = self.run_it(windows=BOTH)
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "is kept", "found nothing")
        self.compared_with_what_stays()

    def test_a_baseline_of_which_less_can_be_had(self) -> None:
        self.first()
        self.stand_in.faults(breaks(DAY1, 0, 12, 18))
        outcome = self.run_it(windows=BOTH)
        self.assertEqual(outcome.code, PARTIAL)
        self.has(outcome.err, "is kept", "could have less of the window")
        self.compared_with_what_stays()

    def test_a_baseline_that_is_forced(self) -> None:
        self.first()
        self.stand_in.faults(breaks(DAY1, 0, 12, 18))
        self.run_it("--force", windows=BOTH)
        self.assertEqual(self.summary(night=NIGHT1)["outcome"], "partial")
        self.assertEqual(self.summary()["baseline"]["covered"], 0.25)

    def test_a_baseline_that_answers_another_question(self) -> None:
        self.first(services=[{"name": "checkout-api", "filter": "pod = 'nowhere'"}], baseline="none")
        self.assertEqual(self.summary(night=NIGHT1)["outcome"], "empty")
        self.first(services=[{"name": "checkout-api", "language": "golang"}])
        self.stand_in.faults(breaks(DAY1, 0))
        self.run_it(windows=BOTH)
        self.assertEqual(self.summary()["baseline"]["covered"], 0.75)
        self.assertEqual(self.summary()["baseline"]["total"], self.summary(night=NIGHT1)["total"])

    def test_what_is_not_published_raises_no_alarm(self) -> None:
        self.first()
        self.pressed(self.stand_in.url, baseline="none")
        self.stand_in.faults(breaks(DAY2, 0))
        outcome = self.run_it("--fail-on-regression")
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.has(outcome.err, "is kept", "could have less of the window")
        self.has_not(outcome.err, "regression:")
        entry = read_json(os.path.join(self.site, NIGHT2, "summary.json"))["services"][0]
        self.assertEqual((entry["outcome"], entry["regressions"]), ("ok", 0))

    def test_what_stays_was_said_by_the_run_that_made_it(self) -> None:
        self.first()
        self.assertEqual(self.run_it("--fail-on-regression").code, REGRESSION)
        self.stand_in.faults(breaks(DAY2, 0))
        outcome = self.run_it("--fail-on-regression")
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.has_not(outcome.err, "regression:")
