"""nights.js, and the links of a page to the nights around its own."""

from __future__ import annotations

import json
import os
import unittest
from typing import Any, Dict, List, Optional

import test_nights  # not its classes: their tests would run here, too
from support import PARTIAL, read_bytes, read_text, setUpModule  # noqa: F401
from test_nights import SERVICE, name_of


class HeadLine(test_nights.NightsCase):
    """What pages say of the nights around theirs; what scripts make of it is looked at in a browser."""

    def nights_script(self) -> Dict[str, Any]:
        text = read_text(os.path.join(self.site, "nights.js"))
        self.assertTrue(text.startswith("flamepress.nights(") and text.endswith(")\n"), text)
        found: Dict[str, Any] = json.loads(text[len("flamepress.nights(") : -2])
        return found

    def known(self) -> Dict[str, Optional[List[str]]]:
        """Which reports nights.js says each night has."""
        data = self.nights_script()
        return {
            path: None if number is None else [data["reports"][i][0] for i in data["sets"][number]]
            for path, _, number in data["nights"]
        }

    def before(self, *names: str) -> Optional[str]:
        """Where the link to the night before leads, which must be a file."""
        links = [e.get("href") for e in self.tree(*names, "index.html").iter() if e.get("rel") == "prev"]
        self.assertLessEqual(len(links), 1)
        for link in links:
            self.assertTrue(os.path.exists(os.path.join(self.site, *names, link or "")), link)
            return os.path.normpath(os.path.join(*names, link or ""))
        return None

    def test_an_old_page_learns_of_the_next_night(self) -> None:
        server = self.days({day: {"a": 1000} for day in range(10, 13)})
        report = ("svc", "on-cpu")
        self.nights(server.url, 10)
        first = {name: read_bytes(os.path.join(self.site, name_of(10), name)) for name in ("index.html", "svc/on-cpu/index.html")}
        self.assertEqual(self.known(), {name_of(10): ["svc/on-cpu"]})
        self.assertIsNone(self.before("2026", "11", "10", *report))
        self.nights(server.url, 11)
        self.assertEqual(list(self.known()), [name_of(11), name_of(10)])
        for name, data in first.items():
            self.assertEqual(data, read_bytes(os.path.join(self.site, name_of(10), name)))
        self.assertEqual(self.before("2026", "11", "11", *report), f"{name_of(10)}/svc/on-cpu/index.html")
        self.assertEqual(self.before("2026", "11", "11"), f"{name_of(10)}/index.html")
        self.assertEqual(self.before(), f"{name_of(10)}/index.html")
        self.nights(server.url, 12, services=[{"name": "svc"}, {"name": "svc", "id": "again"}])
        self.assertEqual(self.before("2026", "11", "12", "again", "on-cpu"), f"{name_of(11)}/index.html")
        self.assertEqual(self.known()[name_of(12)], ["svc/on-cpu", "again/on-cpu"])

    def test_nights_of_one_run_know_each_other_and_again_it_is_the_same(self) -> None:
        server = self.days({day: {"a": 1000} for day in range(10, 13)})
        kept: List[Dict[str, bytes]] = []
        for _ in range(2):
            self.nights(server.url, 12, 10, 11)
            self.assertEqual(self.before("2026", "11", "12", "svc", "on-cpu"), f"{name_of(11)}/svc/on-cpu/index.html")
            self.assertEqual(self.before("2026", "11", "11", "svc", "on-cpu"), f"{name_of(10)}/svc/on-cpu/index.html")
            names = ["nights.js", "index.html"] + [f"{name_of(day)}/{page}" for day in (10, 11, 12) for page in ("index.html", "svc/on-cpu/index.html")]
            kept.append({name: read_bytes(os.path.join(self.site, name)) for name in names})
        self.assertEqual(*kept)

    def test_hours_go_with_hours(self) -> None:
        server = self.days({10: {"a": 1000}, 11: {"a": 1000}})
        self.nights(server.url, 10, 11)
        settings = {"services": [{"name": "svc"}]}
        hours = [f"2026-11-11T0{hour}:00/PT1H" for hour in (1, 3)]
        for hour in hours:
            self.assertEqual(self.press(server.url, windows=[hour], **settings).code, 0)  # the second has no data, and says so
        first, second = f"{name_of(11)}T010000Z-3600", f"{name_of(11)}T030000Z-3600"
        self.assertEqual(list(self.known()), [second, first, name_of(11), name_of(10)])
        self.assertIsNone(self.before(*first.split("/")))
        self.assertEqual(self.before(*second.split("/")), f"{first}/index.html")
        self.assertEqual(self.before(*second.split("/"), "svc", "on-cpu"), f"{first}/svc/on-cpu/index.html")
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), first)

    def test_a_damaged_night_is_passed_over(self) -> None:
        server = self.days({day: {"a": 1000} for day in range(10, 13)})
        self.nights(server.url, 10, 11)
        with open(os.path.join(self.site, name_of(11), "summary.json"), "w") as file:
            file.write("[")
        self.nights(server.url, 12, code=PARTIAL)
        self.assertEqual(self.before("2026", "11", "12"), f"{name_of(10)}/index.html")
        self.assertEqual(self.before("2026", "11", "12", "svc", "on-cpu"), f"{name_of(10)}/svc/on-cpu/index.html")
        self.assertEqual(self.before(), f"{name_of(10)}/index.html")
        self.assertEqual(list(self.known()), [name_of(12), name_of(10)])

    def test_names_are_data(self) -> None:
        self.nights(self.days({10: {"a": 1000}}, SERVICE).url, 10, services=[{"name": SERVICE, "title": "</script>\u2028" + SERVICE}])
        data = read_bytes(os.path.join(self.site, "nights.js"))
        self.assertTrue(data.isascii())
        self.assertEqual(self.nights_script()["reports"][0][1], "</script>\u2028" + SERVICE)

    def test_a_page_of_no_site_knows_of_no_nights(self) -> None:
        self.write("a.folded", "m;a 10\n")
        out = self.path("alone")
        self.assertEqual(self.command("render", self.path("a.folded"), "-o", out).code, 0)
        page = read_text(os.path.join(out, "index.html"))
        self.has(page, 'class="theme"', "site.")
        self.has_not(page, "nights", "data-site", "latest.html")


if __name__ == "__main__":
    unittest.main()
