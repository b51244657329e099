"""What changed: where the older profile comes from, what the pages say of it, kept nights, regressions."""

from __future__ import annotations

import fcntl
import glob
import os
import re
import shutil
import signal
import time
import unittest
from typing import Any, Dict, List

from published import files_of, leftovers, nights_of, site_problems, svg_problems, text_of
from support import (
    BUSY,
    CONFIG,
    DAY1,
    DAY2,
    NIGHT1,
    NIGHT2,
    NOTHING,
    USAGE,
    Outcome,
    PressCase,
    PressedOnce,
    read_bytes,
    read_json,
    read_text,
)
from support import setUpModule as setUpModule

REGRESSION = 3
PREVIOUS: Dict[str, Any] = {"baseline": "previous"}
AUDIT = "auditLine /app/api.js:3:19"


def days_of(log: List[Dict[str, Any]]) -> List[int]:
    """The days that profiles were asked for."""
    starts = [entry["body"]["time_start"] for entry in log if entry["path"] == "/v1/profile/ProfileTracing"]
    return sorted({DAY1 + (start - DAY1) // 86400 * 86400 for start in starts})


def leads(summary: Dict[str, Any]) -> List[Dict[str, Any]]:
    return [change for index, change in enumerate(summary["changes"]) if change["lead"] == index]


class TwoNights(PressedOnce):
    """The first night, then the second: each in a run of its own."""

    def prepare(self) -> Outcome:
        TwoNights.server_of_class = server = self.server()
        services = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"},
                    {"name": "nginx"}]
        self.pressed(server.url, windows=["2026-11-19"], services=services)
        server.call("DELETE", "/_log")
        return self.press(server.url, services=services, **PREVIOUS)

    def test_it_is_a_success_and_asks_for_one_night(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, "", ""))
        self.assertEqual(days_of(TwoNights.server_of_class.log()), [DAY2])

    def test_the_baseline_is_named(self) -> None:
        summary = self.summary()
        first = self.summary(night=NIGHT1)
        self.assertEqual(first["baseline"], None)
        baseline = summary["baseline"]
        self.assertEqual(baseline["label"], "Thu 19 Nov 2026")
        self.assertEqual(baseline["window"], first["window"])
        self.assertEqual((baseline["total"], baseline["source"]), (first["total"], "site"))
        self.assertEqual((baseline["covered"], baseline["completeness"]), (1.0, first["completeness"]))
        self.assertEqual(baseline["path"], NIGHT1 + "/checkout-api/on-cpu")
        self.assertIsNone(baseline["filter"])
        self.assertIsNone(summary["no_baseline"])
        self.assertEqual(summary["requests"]["baseline"], 0)

    def test_what_was_planted_leads(self) -> None:
        summary = self.summary()
        first = leads(summary)[0]
        self.assertEqual((first["name"], first["verdict"]), (AUDIT, "new"))
        self.assertGreater(first["effect"], 0)
        self.assertEqual(summary["comparison"]["sampled"], True)
        self.assertGreater(summary["comparison"]["regressions"], 0)
        for service in ("nginx", "redis-server"):
            self.assertEqual(leads(self.summary(service)), [], service)

    def test_the_rule_is_in_numbers(self) -> None:
        rule = self.summary()["comparison"]
        self.assertEqual((rule["q"], rule["min_effect"], rule["min_samples"]), (0.01, 0.005, 100))
        self.assertEqual(rule["limits"], {"share": 0.005, "cores": 0.0, "relative": 0.0})
        self.assertEqual((rule["before_samples"], rule["after_samples"]), (308, 329))

    def test_shares_and_values_agree(self) -> None:
        summary = self.summary()
        for change in summary["changes"]:
            column = "self" if change["by_self"] else "total"
            before = change["before_" + column] / summary["baseline"]["total"]
            after = change["after_" + column] / summary["total"]
            self.assertAlmostEqual(change["before_share"], before, 12)
            self.assertAlmostEqual(change["after_share"], after, 12)
            self.assertAlmostEqual(change["effect"], after - before, 12)
            self.assertAlmostEqual(change["cores"], (change["after_" + column] - change["before_" + column]) / 86400e6, 12)

    def test_functions_say_what_they_were(self) -> None:
        summary, before = self.summary(), self.summary(night=NIGHT1)
        old = {(row["name"], row["kind"]): row for row in before["functions"]}
        verdicts = {change["name"]: change["verdict"] for change in summary["changes"]}
        said = [row for row in summary["functions"] if "verdict" in row]
        self.assertGreater(len(said), 100)
        self.assertTrue(all("node" in row for row in said))
        for row in said:
            was = old.get((row["name"], row["kind"]), {"self": 0, "total": 0})
            if row["name"] in verdicts:  # is an identity
                self.assertEqual((row["before_self"], row["before_total"]), (was["self"], was["total"]), row["name"])
                self.assertEqual(row["verdict"], verdicts[row["name"]])
        (audit,) = [row for row in said if row["name"] == AUDIT]
        self.assertEqual((audit["verdict"], audit["before_total"]), ("new", 0))
        self.assertNotIn("verdict", before["functions"][0])

    def test_the_table_of_functions_has_a_column_of_changes(self) -> None:
        cells = re.findall(r'<td class="number change([^"]*)" data-value="([^"]*)" title="([^"]*)">([^<]*)</td>', self.page())
        self.assertGreater(len(cells), 150)
        self.assertIn("new", {text for _, _, _, text in cells})
        for quiet, value, title, text in cells:
            if re.match(r"[-+]\d", text):
                self.assertEqual(f"{float(value):+.2f}", text, title)
            if value:  # else it was not compared alone
                self.assertEqual("chance" in title, "quiet" in quiet)
        few = re.findall(r'<td class="number change quiet-text" data-value="" title="[^"]*">too few</td>', self.page("redis-server"))
        self.assertGreater(len(few), 0)
        self.has(self.page("redis-server"), 'data-too-few="too few"')
        self.has_not(self.page(night=NIGHT1), "number change", "data-too-few")

    def test_the_page_says_it_first(self) -> None:
        page = self.page()
        text = " ".join(text_of(page).split())
        self.has(text, "4 changes beyond sampling noise, seen in 43 functions.", "Compared with Thu 19 Nov 2026: 3.11 s then, 3.32 s now (+6.8 %).",
                 "A larger share than before", "A smaller share than before", AUDIT, "new",
                 "at least 0.5 points", "308 samples then and 329 now (at least 100 of each)", "false discovery rate of 1 %")
        self.assertLess(page.index('class="leads brief"'), page.index('id="graph"'))
        brief = page[page.index('class="leads brief"') : page.index("leads-heading")]
        self.assertEqual(len(re.findall(r'<a href="diff\.svg#node=([0-9a-f-]{36})" data-node="\1"><code>', brief)), 4)
        self.assertLess(page.index('id="graph"'), page.index('id="changes"'))
        changes = text[text.index("A larger share than before") :]
        self.assertLess(changes.index(AUDIT), changes.index("malloc_consolidate"))
        self.has(page, f'href="../../../../../{NIGHT1}/checkout-api/on-cpu/index.html"')
        self.has_not(text, "inf", "nan %")

    def test_too_few_samples_are_said(self) -> None:
        text = " ".join(text_of(self.page("redis-server")).split())
        self.has(text, "Too few samples to tell", "1 now", "at least 100")
        counted = self.summary("redis-server")["comparison"]
        self.assertTrue(counted["too_few"])
        said = f'{counted["before_samples"]} samples then, {counted["after_samples"]} now: too few to tell a change from chance'
        self.has(read_text(os.path.join(self.site, NIGHT2, "redis-server", "on-cpu", "diff.svg")), said)
        self.has_not(read_text(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "diff.svg")), "too few")

    def test_what_is_no_count_of_samples_comes_with_a_caution(self) -> None:
        self.assertFalse(self.summary("checkout-api", "off-cpu")["comparison"]["sampled"])
        self.has(text_of(self.page("checkout-api", "off-cpu")), "Caution", "no counts of samples")
        self.has_not(text_of(self.page("checkout-api", "on-cpu")), "Caution")

    def test_links_lead_to_frames_of_the_difference(self) -> None:
        dir = os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu")
        svg = read_text(os.path.join(dir, "diff.svg"))
        self.assertEqual(svg_problems(os.path.join(dir, "diff.svg")), [])
        ids = re.findall(r'id="(node=[0-9a-f-]{36})"', svg)
        self.assertEqual(len(ids), len(set(ids)))
        linked = re.findall(r'href="diff\.svg#(node=[^"]*)"', self.page())
        self.assertGreater(len(linked), 20)
        self.assertLessEqual(set(linked), set(ids))
        node = leads(self.summary())[0]["node"]
        self.assertIn(f"node={node}", linked)
        box = svg[svg.index(f'id="node={node}"'):]
        self.has(box[:200], AUDIT)

    def test_the_night_lists_them(self) -> None:
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        entry = next(e for e in night["services"] if e["service"] == "checkout-api")
        self.assertEqual(entry["baseline"]["label"], "Thu 19 Nov 2026")
        self.assertEqual((entry["changed"], entry["too_few"]), (43, False))
        ours = leads(self.summary())
        self.assertEqual(len(entry["leads"]), len(ours))
        for lead, change in zip(entry["leads"], ours):
            self.assertEqual(lead, {key: change[key] for key in lead})
        self.assertEqual(entry["regressions"], sum(lead["regression"] for lead in entry["leads"]))

    def test_the_site_is_whole(self) -> None:
        self.assertEqual(site_problems(self.site), [])
        self.assertEqual(leftovers(self.site), [])


class Sources(PressCase):
    def test_what_is_not_there_is_fetched(self) -> None:
        server = self.server()
        self.pressed(server.url, **PREVIOUS)
        self.assertEqual(days_of(server.log()), [DAY1, DAY2])
        self.assertEqual(nights_of(self.site), [NIGHT2])
        summary = self.summary()
        self.assertEqual((summary["baseline"]["source"], summary["baseline"]["path"]), ("server", None))
        self.assertEqual(summary["requests"]["baseline"], 24)
        self.assertEqual(summary["requests"]["sent"], 48)
        self.assertEqual(leads(summary)[0]["name"], AUDIT)
        self.assertEqual(leftovers(self.site), [])

    def test_the_same_whether_read_or_fetched_or_pressed_besides(self) -> None:
        server = self.server()
        self.pressed(server.url, **PREVIOUS)
        fetched = self.summary()
        for windows in (["2026-11-19", "2026-11-20"], ["2026-11-20", "2026-11-19"]):
            shutil.rmtree(self.site)
            server.call("DELETE", "/_log")
            self.pressed(server.url, windows=windows, baseline=PREVIOUS["baseline"])
            self.assertEqual(self.summary()["changes"], fetched["changes"], windows)
            self.assertEqual(self.summary()["requests"]["baseline"], 0)
        pressed = files_of(os.path.join(self.site, NIGHT2))
        self.pressed(server.url, **PREVIOUS)
        again = files_of(os.path.join(self.site, NIGHT2))
        self.assertEqual(pressed, again, "same input, same bytes")

    def test_none_is_said_and_no_failure(self) -> None:
        server = self.server()
        self.pressed(server.url, windows=["2026-11-19"], **PREVIOUS)
        summary = self.summary(night=NIGHT1)
        self.assertEqual(summary["outcome"], "ok")
        self.assertIsNone(summary["baseline"])
        self.assertIn("Wed 18 Nov 2026 has no data", summary["no_baseline"])
        page = self.page(night=NIGHT1)
        self.has(text_of(page), "No baseline:", "Wed 18 Nov 2026 has no data")
        self.has_not(page, "diff.svg")
        self.assertFalse(os.path.exists(os.path.join(self.site, NIGHT1, "checkout-api", "on-cpu", "diff.svg")))

    def test_a_server_that_refuses_the_older_one(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": DAY1}}])
        outcome = self.press(server.url, defaults={"step": "1d"}, **PREVIOUS)
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, "warning", "checkout-api on-cpu, Fri 20 Nov 2026: no baseline", "404")
        self.assertIn("404", self.summary()["no_baseline"])
        self.assertEqual(self.summary()["outcome"], "ok")

    def test_told_to_stop_while_it_waits_for_the_older_one(self) -> None:
        server = self.server()
        server.faults([{"kind": "hang_headers", "match": {"time_start": DAY1}}])
        path = self.config(server.url, defaults={"step": "1d"}, **PREVIOUS)
        process = self.start("run", "-c", path)
        deadline = time.monotonic() + 30
        while len(days_of(server.log())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 128 + signal.SIGTERM)
        self.assertEqual(nights_of(self.site), [])
        self.assertEqual(leftovers(self.site), [])

    def test_a_partial_baseline_is_said(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": DAY1}}])
        self.press(server.url, windows=["2026-11-19"], defaults={"step": "12h"})
        self.assertEqual(self.summary(night=NIGHT1)["outcome"], "partial")
        server.faults([])
        self.pressed(server.url, **PREVIOUS)
        baseline = self.summary()["baseline"]
        self.assertEqual((baseline["covered"], baseline["completeness"]), (0.5, "partial"))
        self.assertAlmostEqual(baseline["cores"], baseline["total"] / 43200e6, 12)
        self.has(text_of(self.page()), "The baseline is partial: it covers 50", "cores then")

    def test_windows_of_other_lengths_compare_as_rates(self) -> None:
        server = self.server()
        self.pressed(server.url, windows=["2026-11-19"])
        outcome = self.press(server.url, "--now", "2026-11-20T12:00", windows=["today"], **PREVIOUS)
        self.assertEqual(outcome, Outcome(0, "", ""))
        path = os.readlink(os.path.join(self.site, "latest"))
        summary = self.summary(night=path)
        self.assertEqual(summary["baseline"]["path"], NIGHT1 + "/checkout-api/on-cpu", "all of the day before")
        lead = leads(summary)[0]
        self.assertAlmostEqual(lead["cores"], lead["after_total"] / 43200e6 - lead["before_total"] / 86400e6, 12)
        self.has(text_of(self.page(night=path)), "not equally long", "cores then", "cores now")

    def test_an_older_baseline_is_as_good_as_a_newer_one(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.pressed(server.url, windows=["2026-11-19"], baseline="2026-11-20")
        gone = leads(self.summary(night=NIGHT1))[0]
        self.assertEqual((gone["name"], gone["verdict"]), (AUDIT, "gone"))
        dir = os.path.join(self.site, NIGHT1, "checkout-api", "on-cpu")
        self.has(read_text(os.path.join(dir, "diff.svg")), f'id="node={gone["node"]}"')
        self.has(text_of(self.page(night=NIGHT1)), "gone")


class Baselines(PressCase):
    def label(self, night: str = NIGHT2) -> Any:
        baseline = self.summary(night=night)["baseline"]
        return baseline["label"] if baseline else self.summary(night=night)["no_baseline"]

    def test_each_window_may_have_its_own(self) -> None:
        server = self.server()
        for own, found in (
            (None, "Thu 19 Nov 2026"),
            ("none", None),
            ("2026-11-19", "Thu 19 Nov 2026"),
            ("previous_week", "Fri 13 Nov 2026 has no data"),
            ("2026-11-20", "this is the day"),
            ("release-1", "no night is kept under the name release-1"),
        ):
            window = {"window": "2026-11-20"}
            if own:
                window["baseline"] = own
            outcome = self.press(server.url, windows=[window], **PREVIOUS)
            with self.subTest(own=own):
                if own == "release-1":
                    self.one_line(outcome, "warning", "windows[0].baseline")
                else:
                    self.assertEqual(outcome, Outcome(0, "", ""))
                if found:
                    self.assertIn(found, self.label())
                else:
                    self.assertIsNone(self.label())
                    self.has_not(self.page(), 'id="changes"')

    def test_no_circle(self) -> None:
        server = self.server()
        windows = [{"window": "2026-11-19", "baseline": "2026-11-20"}, "2026-11-20"]
        self.pressed(server.url, windows=windows, baseline="previous")
        self.assertEqual(self.label(NIGHT1), "Fri 20 Nov 2026")
        self.assertIn("itself compared with this window", self.label(NIGHT2))

    def test_check_says_what_is_no_baseline(self) -> None:
        path = self.config("http://127.0.0.1:1", baseline="last night", windows=["today", {"window": "week", "baseline": "2026-13-01"}])
        outcome = self.command("check", "-c", path)
        self.assertEqual(outcome.code, CONFIG)
        self.has(outcome.err, 'windows[1]: baseline "2026-13-01"', 'baseline "last night" is neither previous')
        self.assertEqual(self.command("run", "-c", path).code, CONFIG)

    def test_a_dry_run_names_it_and_what_must_be_fetched(self) -> None:
        server = self.server()
        path = self.config(server.url, defaults={"step": "1d"}, **PREVIOUS)
        outcome = self.command("run", "-c", path, "--dry-run")
        self.has(outcome.out, "compared with Thu 19 Nov 2026", "Thu 19 Nov 2026, to compare with", "1 job, 2 requests")
        self.pressed(server.url, windows=["2026-11-19"])
        path = self.config(server.url, **PREVIOUS)
        outcome = self.command("run", "-c", path, "--dry-run")
        self.has(outcome.out, "compared with Thu 19 Nov 2026")
        self.has_not(outcome.out, "to compare with")


class Keep(PressCase):
    def setUp(self) -> None:
        super().setUp()
        self.stand_in = self.server()
        self.pressed(self.stand_in.url, windows=["2026-11-19"])

    def keep(self, *arguments: str) -> Outcome:
        return self.command("keep", *arguments, "-o", self.site)

    def test_it_outlives_its_night(self) -> None:
        self.assertEqual(self.keep("2026-11-19", "--as", "release-4.2"), Outcome(0, "", ""))
        kept = files_of(os.path.join(self.site, "kept"))
        self.assertEqual(sorted(kept), ["release-4.2/checkout-api/on-cpu/profile.pb.gz",
                                        "release-4.2/checkout-api/on-cpu/summary.json", "release-4.2/run.json", "release-4.2/summary.json"])
        self.pressed(self.stand_in.url, windows=["2026-11-19"], services=[{"name": "redis-server"}])
        shutil.rmtree(os.path.join(self.site, NIGHT1))
        self.assertEqual(files_of(os.path.join(self.site, "kept")), kept)
        self.stand_in.call("DELETE", "/_log")
        self.one_line(self.press(self.stand_in.url, baseline="release-4.2"), f"night {NIGHT1} was published, and is gone")
        self.assertEqual(days_of(self.stand_in.log()), [DAY2])
        baseline = self.summary()["baseline"]
        self.assertEqual((baseline["label"], baseline["window"]["label"]), ("release-4.2", "Thu 19 Nov 2026"))
        self.assertEqual((baseline["path"], baseline["source"]), (None, "site"))
        self.assertEqual(leads(self.summary())[0]["name"], AUDIT)
        self.has(text_of(self.page()), "Compared with release-4.2 (Thu 19 Nov 2026)")
        self.assertEqual(site_problems(self.site), [])

    def test_what_the_night_did_not_have_is_said(self) -> None:
        self.keep("2026/11/19", "--as", "a")
        self.pressed(self.stand_in.url, baseline="a", services=[{"name": "redis-server"}])
        self.assertIn("a has no profile of this report", self.summary("redis-server")["no_baseline"])

    def test_a_label_is_not_used_twice(self) -> None:
        self.pressed(self.stand_in.url)
        self.keep("2026-11-19", "--as", "x")
        before = files_of(os.path.join(self.site, "kept"))
        outcome = self.keep("2026-11-20", "--as", "x")
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "kept as x already", "--force")
        self.assertEqual(files_of(os.path.join(self.site, "kept")), before)
        self.assertEqual(self.keep("2026-11-20", "--as", "x", "--force").code, 0)
        after = files_of(os.path.join(self.site, "kept"))
        self.assertEqual(after["x/checkout-api/on-cpu/profile.pb.gz"],
                         read_bytes(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "profile.pb.gz")))
        self.assertEqual(os.listdir(os.path.join(self.site, "kept")), ["x"])
        self.assertEqual(leftovers(self.site), [])

    def test_labels_are_checked(self) -> None:
        for label in ("", ".", "..", "../x", "a/b", ".x", "previous", "previous_week", "none", "2026-11-19", "a b",
                      "a\nb", "é", "x" * 65):
            outcome = self.keep("2026-11-19", "--as", label)
            with self.subTest(label=label):
                self.assertEqual(outcome.code, USAGE, outcome)
        self.assertFalse(os.path.exists(os.path.join(self.site, "kept")))
        self.assertEqual(self.keep("2026-11-19", "--as", "x" * 64).code, 0)

    def test_mistakes(self) -> None:
        self.one_line(self.keep("2026-11-18", "--as", "x"), "no night 2026/11/18")
        for night in ("yesterday", "../../etc", "2026-1-1", "/etc", "latest"):
            outcome = self.keep(night, "--as", "x")
            self.assertEqual(outcome.code, USAGE, night)
            self.one_line(outcome, "is no night")
        self.assertEqual(self.keep("2026-11-19").code, USAGE)
        self.assertEqual(self.keep("--as", "x").code, USAGE)
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "x").code, USAGE)
        outcome = self.command("keep", "2026-11-19", "--as", "x", "-o", self.path("nowhere"))
        self.assertEqual(outcome.code, NOTHING)
        self.assertFalse(os.path.exists(self.path("nowhere")))
        self.has(self.command("keep", "--help").out, "--as", "--force")

    def test_a_night_without_profiles(self) -> None:
        for profile in glob.glob(os.path.join(self.site, NIGHT1, "*", "*", "profile.pb.gz")):
            os.remove(profile)
        self.assertEqual(self.keep("2026-11-19", "--as", "x").code, 0)
        self.assertTrue(os.path.exists(os.path.join(self.site, "kept", "x", "run.json")))

    def test_one_at_a_time(self) -> None:
        with open(os.path.join(self.site, ".flamepress", "lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.keep("2026-11-19", "--as", "x").code, BUSY)

    def test_by_configuration(self) -> None:
        outcome = self.command("keep", "2026-11-19", "--as", "x", "-c", self.config(self.stand_in.url))
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertTrue(os.path.isdir(os.path.join(self.site, "kept", "x")))


class Regressions(PressCase):
    def setUp(self) -> None:
        super().setUp()
        self.stand_in = self.server()

    def regressions(self, **changes: Any) -> Outcome:
        return self.press(self.stand_in.url, "--fail-on-regression", **{**PREVIOUS, **changes})

    def test_three_and_a_line_each(self) -> None:
        outcome = self.regressions()
        self.assertEqual(outcome.code, REGRESSION)
        self.assertEqual(outcome.out, "")
        self.assertEqual(len(outcome.lines), self.summary()["comparison"]["regressions"])
        for line in outcome.lines:
            self.assertRegex(line, r"checkout-api on-cpu: regression: .*: (nothing|[\d.]+ %) → [\d.]+ % \(\+0\.\d+ cores\): ")
            page = line.rsplit(": ", 1)[1]
            self.assertTrue(os.path.isfile(page.split("#")[0]), page)
            self.has(read_text(page.split("#")[0]), f'id="{page.split("#")[1]}"')
        self.assertIn(AUDIT, outcome.lines[0])
        self.assertEqual(nights_of(self.site), [NIGHT2], "published all the same")

    def test_not_unless_it_is_asked_for(self) -> None:
        self.pressed(self.stand_in.url, **PREVIOUS)
        self.assertGreater(self.summary()["comparison"]["regressions"], 0)

    def test_nothing_worse(self) -> None:
        outcome = self.regressions(services=[{"name": "order-service.jar", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}])
        self.assertEqual(outcome, Outcome(0, "", ""))

    def test_limits_of_a_service(self) -> None:
        for limits, count in (
            ({"regression_share": 0.3}, 1),
            ({"regression_share": 0.33}, 0),
            ({"regression_cores": 0.000011}, 1),
            ({"regression_cores": 0.000013}, 0),
            ({"regression_relative": 1000}, 2),  # what is new grows without bounds
            ({"regression_relative": 1000, "regression_cores": 0.000011}, 1),
            ({"min_effect": 0.3}, 1),
            ({"min_samples": 100000}, 0),
        ):
            outcome = self.regressions(services=[{"name": "checkout-api", "compare": limits}])
            with self.subTest(limits=limits):
                unjudged = "too few samples to judge" in outcome.err
                self.assertEqual(unjudged, "min_samples" in limits)
                self.assertEqual(len(outcome.lines), count + unjudged, outcome.err)
                self.assertEqual(outcome.code, REGRESSION if count else 0)

    def test_it_goes_before_a_job_that_failed(self) -> None:
        self.stand_in.faults([{"kind": "status", "code": 404, "match": {"app_service": "nginx"}}])
        services = [{"name": "checkout-api", "compare": {"regression_share": 0.3}}, {"name": "nginx"}]
        outcome = self.regressions(services=services)
        self.assertEqual(outcome.code, REGRESSION)
        self.assertEqual(len(outcome.lines), 2, outcome.err)


if __name__ == "__main__":
    unittest.main()
