"""The demo: what a person sees first."""

from __future__ import annotations

import glob
import os
import unittest

from published import (
    all_pages,
    all_paths,
    elsewhere,
    files_of,
    leftovers,
    nights_of,
    page_problems,
    site_problems,
    text_of,
)
from support import NIGHT1, NIGHT2, Outcome, PressCase, PressedOnce, USAGE, read_json, read_text
from support import setUpModule as setUpModule


class Demo(PressedOnce):
    def prepare(self) -> Outcome:
        return self.command("demo", "-o", self.site)

    def test_it_prints_the_page_to_open_and_no_more(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, f"{self.site}/index.html\n", ""))

    def test_twenty_six_reports(self) -> None:
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        summaries = [
            read_json(path) for path in glob.glob(os.path.join(self.site, "2026/11/*/*/*/summary.json"))
        ]
        self.assertEqual(len(summaries), 26)
        outcomes = sorted(s["outcome"] for s in summaries)
        self.assertEqual(outcomes, ["empty"] + ["ok"] * 25)
        self.assertEqual({s["window"]["timezone"] for s in summaries}, {"UTC"})
        self.assertEqual(self.summary()["total"], 18979779)
        self.assertEqual(self.summary("order-service.jar")["total"], 54434289)

    def test_everything_is_well_formed_and_leads_somewhere(self) -> None:
        self.assertEqual(site_problems(self.site), [])
        self.assertEqual(leftovers(self.site), [])

    def test_nothing_is_loaded_from_elsewhere(self) -> None:
        for ending in (".html", ".css", ".svg"):
            for path in all_paths(self.site, ending):
                self.assertEqual(elsewhere(read_text(path)), [], path)

    def test_every_page_forbids_what_it_does_not_need(self) -> None:
        for path in all_pages(self.site):
            self.has(read_text(path), "default-src 'none'")
            self.has_not(read_text(path), "unsafe-inline", "<script>", " style=")

    def test_a_night_is_whole_in_itself(self) -> None:
        """Copied to another place, a night's pages still have their style and their pictures."""
        import shutil

        copy = self.path("copy")
        shutil.copytree(os.path.join(self.site, NIGHT2), copy)
        for page in all_pages(copy):
            self.assertEqual(
                [p for p in page_problems(page) if not p.endswith(("index.html", "latest.html")) and "index.html#" not in p], []
            )

    def test_what_changed_can_be_found(self) -> None:
        self.assertNotIn("auditLine", self.page("checkout-api", night=NIGHT1))
        self.has(self.page("checkout-api", night=NIGHT2), "auditLine")

    def test_the_second_night_leads_with_what_was_planted(self) -> None:
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        on_cpu = {e["title"]: e["leads"] for e in night["services"] if e["event"] == "on-cpu" and e["rule"]["sampled"]}
        first = {title: leads[0]["name"] for title, leads in on_cpu.items() if leads and not title.startswith("Total")}
        self.assertEqual(
            first,
            {
                "checkout-api": "auditLine /app/api.js:3:19",
                "order-service.jar": "java.lang.String java.util.regex.Matcher.replaceAll(java.lang.String)",
            },
        )
        self.assertEqual([lead["effect"] > 0 for lead in on_cpu["order-service.jar"]], [True])
        too_few = [e["title"] for e in night["services"] if e["too_few"]]
        self.assertEqual(too_few, ["redis-server"])
        page = read_text(os.path.join(self.site, NIGHT2, "index.html"))
        self.has(page, '<small class="few">too few to judge functions</small>', "\u221299.3 %<", "On the host: 2 processes changed")
        host = read_text(os.path.join(self.site, NIGHT2, "Total", "on-cpu", "summary.md"))
        self.has(host, "**Top processes:** `", "2 processes changed, beyond")
        first_night = read_json(os.path.join(self.site, NIGHT1, "summary.json"))
        for entry in first_night["services"]:
            self.assertIsNone(entry["baseline"])
            self.assertIn("no recording of it", entry["no_baseline"])

    def test_the_empty_report_says_so(self) -> None:
        self.assertEqual(self.summary("flame-worker", "off-cpu")["outcome"], "empty")
        self.has(text_of(self.page("flame-worker", "off-cpu")), "empty")

    def test_every_report_is_on_its_night(self) -> None:
        for night in (NIGHT1, NIGHT2):
            page = read_text(os.path.join(self.site, night, "index.html"))
            for path in glob.glob(os.path.join(self.site, night, "*", "*", "index.html")):
                self.has(page, os.path.relpath(path, os.path.join(self.site, night)))


class Again(PressCase):
    def test_again_is_the_same_and_so_is_another_directory(self) -> None:
        for name in ("one", "one", "two"):
            self.assertEqual(self.command("demo", "-o", self.path(name)).code, 0)
        one, two = files_of(self.path("one")), files_of(self.path("two"))
        self.assertEqual(sorted(one), sorted(two))
        self.assertEqual([path for path in one if one[path] != two[path]], [])

    def test_not_over_something_else(self) -> None:
        os.mkdir(self.site)
        self.write("site/notes.txt", "mine")
        outcome = self.command("demo", "-o", self.site)
        self.assertEqual(outcome.code, USAGE)
        self.assertEqual(os.listdir(self.site), ["notes.txt"])

    def test_the_locale_of_the_user_changes_nothing(self) -> None:
        self.assertEqual(self.command("demo", "-o", self.path("c"), env={"LC_ALL": "C", "TZ": "UTC"}).code, 0)
        other = {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "America/St_Johns"}
        self.assertEqual(self.command("demo", "-o", self.path("de"), env=other).code, 0)
        c, de = files_of(self.path("c")), files_of(self.path("de"))
        self.assertEqual([path for path in c if c[path] != de.get(path)], [])


if __name__ == "__main__":
    unittest.main()
