"""The alarm tells the truth: what a report is compared with, whose regressions count, and what the metrics say of it."""

from __future__ import annotations

import gzip
import os
from typing import Any, Dict, List

from published import site_problems, text_of
from support import CONFIG, DAY1, DAY2, NIGHT1, NIGHT2, PARTIAL, Outcome, PressCase, read_bytes, read_json, read_text
from support import setUpModule as setUpModule
from test_nights import parse_metrics

REGRESSION = 3
BOTH = ["2026-11-19", "2026-11-20"]
LATER = {"SOURCE_DATE_EPOCH": "1795400000"}


def breaks(day: int, *hours: int) -> List[Dict[str, Any]]:
    return [{"kind": "garbage", "match": {"time_start": day + hour * 3600}} for hour in hours]


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


class Metrics(AlarmCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.path("flamepress.prom")

    def run_it(self, *arguments: str, **changes: Any) -> Outcome:
        return super().run_it(*arguments, metrics_file=self.file, **changes)

    def found(self, name: str) -> Dict[str, float]:
        """By report; "" where there is none."""
        series = parse_metrics(read_text(self.file)).get("flamepress_" + name, {})
        return {dict(labels).get("report", ""): value for labels, value in series.items()}

    def success(self) -> float:
        return self.found("last_success_timestamp_seconds")[""]

    def test_a_run_whose_report_is_not_taken_is_no_success(self) -> None:
        self.first(metrics_file=self.file)
        before = self.success()
        self.stand_in.faults([{"kind": "null_result"}])
        outcome = self.run_it(windows=["2026-11-19"], baseline="none")
        self.assertEqual(outcome.code, PARTIAL)
        self.assertEqual(self.success(), before)
        self.assertGreater(self.found("last_run_timestamp_seconds")[""], before)
        self.stand_in.faults([])
        self.assertEqual(self.run_it(windows=["2026-11-19"], baseline="none").code, 0)
        self.assertGreater(self.success(), before)

    def test_a_damaged_night_is_no_success(self) -> None:
        self.first(metrics_file=self.file)
        before = self.success()
        with open(os.path.join(self.site, NIGHT1, "summary.json"), "w", encoding="ascii") as file:
            file.write("{")
        self.assertEqual(self.run_it(baseline="none").code, PARTIAL)
        self.assertEqual(self.success(), before)

    def test_a_regression_is_no_failure(self) -> None:
        self.first()
        self.assertEqual(self.run_it("--fail-on-regression").code, REGRESSION)
        self.assertEqual(self.success(), float(LATER["SOURCE_DATE_EPOCH"]))

    def test_an_old_night_does_not_turn_the_clock_back(self) -> None:
        self.first()
        self.run_it()
        totals, regressions = self.found("profile_seconds"), self.found("regressions")
        self.assertGreater(regressions["checkout-api/on-cpu"], 0)
        self.assertNotEqual(self.summary()["total"], self.summary(night=NIGHT1)["total"])
        self.run_it(windows=["2026-11-19"])
        self.assertEqual((self.found("profile_seconds"), self.found("regressions")), (totals, regressions))

    def test_the_figures_are_those_of_the_alarm(self) -> None:
        """The host's, too."""
        services = [{"name": "checkout-api"}, {"name": "Total"}]
        self.first(services=services)
        outcome = self.run_it("--fail-on-regression", services=services)
        self.assertEqual(outcome.code, REGRESSION)
        regressions = self.found("regressions")
        self.assertGreater(regressions["Total/on-cpu"], 0)
        self.assertEqual(sum(regressions.values()), len(outcome.lines))


class Damaged(AlarmCase):
    """The older profile came to harm in the site."""

    def setUp(self) -> None:
        super().setUp()
        self.first()
        self.profile = os.path.join(self.site, NIGHT1, "checkout-api", "on-cpu", "profile.pb.gz")
        whole = read_bytes(self.profile)
        self.harmed = (whole[:1000], gzip.compress(b"nonsense"), gzip.compress(b"main;a 5\n"), b"")

    def harm(self, content: bytes) -> None:
        with open(self.profile, "wb") as file:
            file.write(content)

    def test_it_is_asked_for_again(self) -> None:
        total = self.summary(night=NIGHT1)["total"]
        for content in self.harmed:
            with self.subTest(bytes=len(content)):
                self.harm(content)
                outcome = self.run_it("--fail-on-regression", "--force")
                self.assertEqual(outcome.code, REGRESSION, outcome)
                said = outcome.lines[0]
                self.has(said, "warning", "damaged, so the source is asked for this baseline again", self.profile)
                self.has_not(said, "folded")
                self.assertFalse([line for line in outcome.lines[1:] if "regression" not in line])
                baseline = self.summary()["baseline"]
                self.assertEqual((baseline["source"], baseline["total"]), ("server", total))

    def test_the_server_no_longer_has_it(self) -> None:
        self.harm(self.harmed[1])
        self.stand_in.faults([{"kind": "null_result", "match": {"time_start": DAY1 + h * 3600}} for h in (0, 6, 12, 18)])
        outcome = self.run_it()
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "warning", "damaged", self.profile)
        self.assertIsNone(self.summary()["baseline"])
        self.has(self.summary()["no_baseline"], "Thu 19 Nov 2026 is damaged in this site, and", "has no data of it")

    def test_a_kept_night_cannot_be_asked_for(self) -> None:
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "good", "-o", self.site).code, 0)
        self.profile = os.path.join(self.site, "kept", "good", "checkout-api", "on-cpu", "profile.pb.gz")
        for content in self.harmed:
            with self.subTest(bytes=len(content)):
                self.harm(content)
                outcome = self.run_it("--force", baseline="good")
                self.assertEqual(outcome.code, 0)
                self.one_line(outcome, "warning", "no baseline", self.profile)
                self.has_not(outcome.err, "folded")
                self.has(self.summary()["no_baseline"], "the profile of good is damaged")


class Labels(AlarmCase):
    """A name that was mistyped must not turn the alarm off without a word."""

    KEEP = 'no night is kept under the name "nolabel" in '

    def test_run_warns_once(self) -> None:
        self.first()
        outcome = self.run_it(windows=BOTH, baseline="nolabel")
        self.assertEqual(outcome.code, 0)
        line = self.one_line(outcome, "warning", self.KEEP + self.site)
        self.assertRegex(line, r"flamepress\.json:1:\d+: baseline: ")

    def test_of_a_window(self) -> None:
        self.first()
        outcome = self.run_it(windows=["2026-11-19", {"window": "2026-11-20", "baseline": "nolabel"}], baseline="none")
        self.assertRegex(self.one_line(outcome, "warning"), r"flamepress\.json:1:\d+: windows\[1\]\.baseline: no night")

    def test_check(self) -> None:
        config = self.config(self.stand_in.url, baseline="nolabel")
        self.assertEqual(self.command("check", "-c", config).code, 0, "there is no site yet")
        self.first()
        config = self.config(self.stand_in.url, baseline="nolabel")
        outcome = self.command("check", "-c", config)
        self.assertEqual(outcome.code, CONFIG)
        self.assertRegex(self.one_line(outcome, "error", self.KEEP), r"flamepress\.json:1:\d+: baseline: ")
        windows = ["today", {"window": "week", "baseline": "nolabel"}]
        outcome = self.command("check", "-c", self.config(self.stand_in.url, windows=windows))
        self.assertRegex(self.one_line(outcome, "error"), r"flamepress\.json:1:\d+: windows\[1\]\.baseline: no night")

    def test_one_that_is_kept(self) -> None:
        self.first()
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "good", "-o", self.site).code, 0)
        self.assertEqual(self.run_it(baseline="good"), Outcome(0, "", ""))
        self.assertEqual(self.command("check", "-c", self.config(self.stand_in.url, baseline="good")).code, 0)


class Unjudged(AlarmCase):
    """Who asks for an alarm hears that there can be none."""

    def alarm(self, **changes: Any) -> Outcome:
        outcome = self.run_it("--fail-on-regression", **changes)
        self.assertEqual(outcome.code, 0, outcome)
        return outcome

    def test_nothing_to_compare_with(self) -> None:
        self.stand_in.faults([{"kind": "null_result", "match": {"time_start": DAY1 + h * 3600}} for h in (0, 6, 12, 18)])
        self.one_line(
            self.alarm(services=[{"name": "checkout-api"}, {"name": "redis-server"}]),
            "warning: --fail-on-regression: of 2 reports, 2 had nothing to be compared with (the first: "
            "checkout-api on-cpu: Thu 19 Nov 2026 has no data",
        )
        self.assertEqual(self.run_it(), Outcome(0, "", ""), "nobody asked for an alarm")

    def test_no_baseline_at_all(self) -> None:
        self.one_line(self.alarm(baseline="none"), "--fail-on-regression: nothing is compared, since `baseline` is none")

    def test_a_kept_name_that_is_not_there(self) -> None:
        outcome = self.alarm(baseline="nolabel")
        self.assertEqual(len(outcome.lines), 2, outcome.err)
        self.has(outcome.err, "1 had nothing to be compared with")

    def test_too_few_samples(self) -> None:
        large, small = {"name": "order-service.jar"}, {"name": "redis-server", "compare": {"min_samples": 100000}}
        self.one_line(self.alarm(services=[small]), "of 1 report, 1 had too few samples to judge")
        self.assertEqual(self.alarm(services=[large, small]), Outcome(0, "", ""), "the usual night")

    def test_a_window_that_is_not_to_be_compared(self) -> None:
        windows = [{"window": "2026-11-19", "baseline": "none"}, "2026-11-20"]
        outcome = self.alarm(windows=windows, services=[{"name": "order-service.jar"}])
        self.assertEqual(outcome.err, "")


class Words(AlarmCase):
    """What the night says of reports that no change could be found in."""

    def night(self) -> str:
        return text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))

    def markdown(self) -> str:
        return read_text(os.path.join(self.site, NIGHT2, "summary.md"))

    def test_reports_without_a_baseline_are_counted(self) -> None:
        services: List[Dict[str, Any]] = [{"name": name} for name in ("order-service.jar", "redis-server")]
        services[1]["compare"] = {"min_samples": 100000}
        self.first(services=services)
        lost = [{"kind": "null_result", "match": {"time_start": DAY1 + h * 3600}} for h in (0, 6, 12, 18)]
        self.stand_in.faults(lost)
        services.append({"name": "checkout-api", "id": "web"})
        self.run_it(services=services)
        for text in (self.night(), self.markdown()):
            self.has(text, "1 report has too few samples to judge. 1 report has nothing to be compared with.")
        services.append({"name": "checkout-api"})
        self.run_it(services=services)
        self.has(self.markdown(), "2 reports have nothing to be compared with.")

    def test_a_night_without_any_is_said_once(self) -> None:
        self.stand_in.faults([{"kind": "null_result", "match": {"time_start": DAY1 + h * 3600}} for h in (0, 6, 12, 18)])
        self.run_it()
        self.has(self.markdown(), "There is nothing to compare with")
        self.has_not(self.markdown(), "to be compared with.")

    def test_what_is_kept_is_in_the_markdown(self) -> None:
        self.first()
        self.assertEqual(self.run_it().code, 0)
        self.has_not(self.markdown(), "Kept")
        self.stand_in.faults(breaks(DAY2, 0))
        self.assertEqual(self.run_it().code, PARTIAL)
        self.has(
            self.markdown(),
            "**Kept from an earlier run**\n\n- `checkout-api`, `on-cpu`: the last run could have less of the window\n",
        )


class Latest(AlarmCase):
    def test_the_way_to_the_newest_night(self) -> None:
        """Links go by the address, not by where a symbolic link leads: a page that is reached as latest/… below a prefix
        would lead out of the site."""
        for night, window in ((NIGHT1, "2026-11-19"), (NIGHT2, "2026-11-20"), (NIGHT2, "2026-11-19")):
            self.run_it(windows=[window], baseline="none")
            page = read_text(os.path.join(self.site, "latest.html"))
            self.has(page, f'content="0; url={night}/index.html"', f'href="{night}/index.html"')
            self.assertEqual(os.readlink(os.path.join(self.site, "latest")), night)
            self.assertEqual(site_problems(self.site, tools=False), [])
        index = read_text(os.path.join(self.site, "index.html"))
        self.has(index, 'href="latest.html"')
        self.has_not(index, 'href="latest/')
        self.run_it(windows=["2026-11-20"], baseline="none", lang="zh")
        self.has(read_text(os.path.join(self.site, "latest.html")), '<html lang="zh">', "2026年11月20日")
