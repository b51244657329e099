"""What is in the way of a file of ours, and in no manifest, is somebody else's: it is named, and stays."""

from __future__ import annotations

import os
import shutil
import unittest

from support import MEMORY, NIGHT1, NIGHT2, NOTHING, PARTIAL, USAGE, PressCase, read_text
from support import setUpModule as setUpModule

SMALL = {"picture": {"width": 200}, "defaults": {"step": "1d"}}
URL = "https://profiles.example/"


class ForeignCase(PressCase):
    scratch = MEMORY

    def lay(self, path: str) -> str:
        whole = os.path.join(self.site, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="ascii") as file:
            file.write("mine")
        return whole


class OutsideNights(ForeignCase):
    def test_it_stays(self) -> None:
        url = self.server().url
        self.pressed(url, **SMALL)
        service, feed = self.lay("services/mine/index.html"), self.lay("feed.xml")
        outcome = self.press(url, site_url=URL, **SMALL)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "feed.xml is in the way", "move it away")
        os.rename(feed, feed + ".mine")
        os.symlink("feed.xml.mine", feed)
        self.one_line(self.press(url, site_url=URL, **SMALL), "feed.xml is in the way")
        self.assertTrue(os.path.islink(feed))
        os.remove(feed)
        self.pressed(url, site_url=URL, **SMALL)
        self.assertEqual((read_text(service), read_text(feed + ".mine")), ("mine", "mine"))
        said = self.command("verify", self.site).out.splitlines()
        self.assertEqual(said, ["foreign  feed.xml.mine", "foreign  services/mine/index.html"])
        os.remove(os.path.join(self.site, "run.json"))  # then nobody can tell: it is made anew
        self.pressed(url, site_url=URL, **SMALL)
        self.assertEqual(self.command("verify", self.site).out.splitlines(), said)

    def test_a_night_that_is_gone_is_said_once(self) -> None:
        url = self.server().url
        self.pressed(url, windows=["2026-11-19", "2026-11-20"], **SMALL)
        shutil.rmtree(os.path.join(self.site, NIGHT1))
        outcome = self.press(url, **SMALL)
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, f"night {NIGHT1} was published, and is gone")
        self.assertEqual(self.pressed(url, **SMALL).err, "")

    def test_kept(self) -> None:
        self.pressed(self.server().url, **SMALL)
        again = ("keep", "2026-11-20", "--as", "old", "--force", "-o", self.site)
        for damaged in (False, True):
            self.assertEqual(self.command(*again).code, 0)
            mine = self.lay("kept/old/checkout-api/mine.txt")
            if damaged:
                self.lay("kept/old/run.json")
            outcome = self.command(*again)
            self.assertNotEqual(outcome.code, 0)
            self.one_line(outcome, "kept/old/checkout-api/mine.txt is in the way")
            self.assertEqual(read_text(mine), "mine")
            os.remove(mine)


class Verified(ForeignCase):
    def test_a_night_at_another_date(self) -> None:
        self.pressed(self.server().url, **SMALL)
        shutil.copytree(os.path.join(self.site, NIGHT2), os.path.join(self.site, "2026/11/21"))
        outcome = self.command("verify", self.site)
        self.assertEqual(outcome.out, f"damaged  2026/11/21: its run.json is that of the night {NIGHT2}\n")

    def test_a_site_below(self) -> None:
        self.pressed(self.server().url, **SMALL)
        os.mkdir(self.path(".flamepress"))
        outcome = self.command("verify", self.path())
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.has(outcome.out, "damaged  run.json: there is none")


class Tickets(ForeignCase):
    def test_of_others(self) -> None:
        url = self.server().url
        arguments = ("-c", self.config(url), "-s", "checkout-api", "--at", "2026-11-20T03:00:00", "--baseline", "none")
        os.mkdir(self.path("ticket"))
        for name in ("summary.md", "report.pdf", "flamegraph.png", "profile.pb.gz"):
            mine = self.write(os.path.join("ticket", name), "mine")
            outcome = self.command("incident", *arguments, "-o", self.path("ticket"))
            self.assertEqual(outcome.code, USAGE, outcome)
            self.one_line(outcome, name, "--force")
            self.assertEqual(read_text(mine), "mine")
            os.remove(mine)
        for _ in range(2):
            self.assertEqual(self.command("incident", *arguments, "-o", self.path("ticket")).code, 0)


if __name__ == "__main__":
    unittest.main()
