"""Files for a ticket beside each report of a site: they are there, whole, linked with their size, and what is there already."""

from __future__ import annotations

import os
import re
import shutil
import unittest
import zipfile
from typing import Any, Dict

from published import REPORT_FILES, files_of, site_problems, text_of
from support import NIGHT2, SOURCE, Outcome, PressCase, PressedOnce, merge, read_bytes, read_json, read_text
from support import setUpModule as setUpModule
from test_incident import inline, outside, pdf_text, pictures_of, policy_of, source_of

PARTS = {"report.html", "report.pdf", "summary.md", "ticket.zip"}
HOSTILE = "</a><script>alert(1)</script> ../../x"
NIGHTS: Dict[str, Any] = {
    "windows": ["2026-11-20"],
    "baseline": "previous",
    "defaults": {"step": "1d", "ticket": True},
    "services": [{"name": "checkout-api", "title": HOSTILE}, {"name": "redis-server", "ticket": False}, {"name": "nobody"}],
}


class Beside(PressedOnce):
    def prepare(self) -> Outcome:
        Beside.url = self.server().url
        return self.press(Beside.url, **NIGHTS)

    def report(self, service: str = "checkout-api") -> Dict[str, bytes]:
        return files_of(os.path.join(self.site, NIGHT2, service, "on-cpu"))

    def test_the_site_is_whole(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, "", ""))
        self.assertEqual(site_problems(self.site), [])
        self.assertEqual(set(self.report()), REPORT_FILES | PARTS | {"diff.svg", "diff.png"})
        listed = {file["path"] for file in read_json(os.path.join(self.site, NIGHT2, "run.json"))["files"]}
        self.assertLessEqual({f"checkout-api/on-cpu/{name}" for name in PARTS}, listed)

    def test_the_page_links_each_with_its_size(self) -> None:
        for service in ("checkout-api", "nobody"):
            page, files = self.page(service), self.report(service)
            for name in PARTS:
                link = re.search(rf'<a href="{re.escape(name)}" download="">[^<]+</a> <span>([\d.]+) (B|KiB|MiB)', page)
                assert link, name
                size = float(link[1]) * {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}[link[2]]
                self.assertAlmostEqual(size / len(files[name]), 1, delta=0.06, msg=name)
                self.assertRegex(page, rf'<p class="quick">.*<a href="{re.escape(name)}" download="" title="')
            self.has_not(page, "flamepress incident")

    def test_the_zip_has_what_is_beside_it(self) -> None:
        files = self.report()
        with zipfile.ZipFile(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "ticket.zip")) as archive:
            self.assertIsNone(archive.testzip())
            held = {name: archive.read(name) for name in archive.namelist()}
        not_held = {"ticket.zip", "index.html", "profile.js", "profile.folded.gz", "flamegraph-2x.png"}
        self.assertEqual(held, {name: data for name, data in files.items() if name not in not_held})

    def test_the_page_of_one_file_has_the_pictures_and_the_profile_of_the_site(self) -> None:
        files = self.report()
        page = files["report.html"].decode()
        self.assertEqual(outside(page), [])
        self.assertEqual(pictures_of(page), [files["flamegraph.svg"].decode(), files["diff.svg"].decode()])
        self.has(page, files["profile.js"].decode().strip())
        self.assertEqual(
            policy_of(page)["script-src"],
            [source_of(script.encode()) for script in inline(page, "script")]
            + [source_of(read_bytes(os.path.join(SOURCE, "assets", "flame_svg.js")))],
        )
        self.has_not(page, "ticket.zip", "<script>alert", "<b>left out")

    def test_names_are_names(self) -> None:
        self.has(files_of(self.site)[f"{NIGHT2}/checkout-api/on-cpu/summary.md"].decode(), f"`{HOSTILE}`")
        self.has(pdf_text(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "report.pdf")), "alert(1)")

    def test_nothing_measured_is_no_zero(self) -> None:
        where = os.path.join(self.site, NIGHT2, "nobody", "on-cpu")
        self.has(read_text(os.path.join(where, "summary.md")), "**How much:** – (no sample)")
        self.has(pdf_text(os.path.join(where, "report.pdf")), "– (no sample)")
        for text in (read_text(os.path.join(where, "summary.md")), pdf_text(os.path.join(where, "report.pdf")), text_of(self.page("nobody"))):
            self.has_not(text, "0 s", "0 cores")

    def test_the_page_says_what_the_requests_were_for(self) -> None:
        self.has(text_of(self.page()), "2 sent: 1 for this window, 1 for what it is compared with")

    def test_without(self) -> None:
        self.assertEqual(set(self.report("redis-server")), REPORT_FILES | {"diff.svg", "diff.png"})
        page = self.page("redis-server")
        self.has(page, "flamepress incident")
        self.has_not(page, *PARTS, "For a ticket</h3>", 'class="quick"')

    def test_pressed_again_the_same_bytes(self) -> None:
        before = files_of(self.site)
        self.assertEqual(self.press(Beside.url, "--force", **NIGHTS), Outcome(0, "", ""))
        self.assertTrue(files_of(self.site) == before)


class Apart(PressCase):
    def test_what_cannot_stand_in_one_page_leaves_the_report(self) -> None:
        """A style sheet of one's own may have what report.html cannot hold."""
        assets = self.path("assets")
        os.mkdir(assets)
        shutil.copy(os.path.join(SOURCE, "assets", "style.css"), assets)
        with open(os.path.join(assets, "style.css"), "a", encoding="utf-8") as style:
            style.write("/* a < b */\n")
        changes = merge(NIGHTS, {"assets": assets, "services": [{"name": "checkout-api"}], "baseline": "none"})
        outcome = self.press(self.server().url, **changes)
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "checkout-api on-cpu: no files for a ticket", "style.css", "byte")
        self.assertEqual(set(files_of(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu"))), REPORT_FILES)
        self.has(self.page(), "flamepress incident")
        self.has(text_of(self.page()), "Downloads")

    def test_chinese(self) -> None:
        changes = merge(NIGHTS, {"lang": "zh", "services": [{"name": "checkout-api"}], "baseline": "none"})
        self.pressed(self.server().url, **changes)
        self.has(text_of(self.page()), "用于工单", "可直接粘贴")
        self.has(read_text(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "summary.md")), "。")


if __name__ == "__main__":
    unittest.main()
