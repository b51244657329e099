"""What is in the way of a file of ours, and in no manifest, is somebody else's: it is named, and stays."""

from __future__ import annotations

import os
import unittest

from support import MEMORY, PARTIAL, PressCase, read_text
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


if __name__ == "__main__":
    unittest.main()
