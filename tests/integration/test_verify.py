"""flamepress verify: a site is what its manifests say, or each difference is named."""

from __future__ import annotations

import json
import os
import shutil
import time
import unittest
from typing import Dict, List

from published import files_of
from support import BUSY, MEMORY, NIGHT1, NIGHT2, NOTHING, USAGE, PressCase, read_bytes, read_json
from support import setUpModule as setUpModule

SMALL = {"picture": {"width": 200}, "defaults": {"step": "1d"}}


class VerifyCase(PressCase):
    scratch = MEMORY

    def two_nights(self) -> str:
        """A site of two nights, one of them kept."""
        url = self.server().url
        self.pressed(url, windows=["2026-11-19", "2026-11-20"], site_url="https://profiles.example/", **SMALL)
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "old", "-o", self.site).code, 0)
        return url

    def findings(self, code: int = NOTHING, of: str = "") -> List[str]:
        outcome = self.command("verify", of or self.site)
        self.assertEqual(outcome.code, code, outcome)
        if code != NOTHING:
            self.assertEqual(outcome.out, "")
        return outcome.out.splitlines()

    def in_site(self, *names: str) -> str:
        return os.path.join(self.site, *names)

    def add(self, path: str, text: str = "more") -> None:
        with open(self.in_site(path), "a", encoding="utf-8") as file:
            file.write(text)


class Verify(VerifyCase):
    def test_whole(self) -> None:
        self.two_nights()
        for directory in ("", NIGHT2, "latest", "kept/old"):
            self.assertEqual(self.command("verify", self.in_site(directory)), (0, "", ""))
        listed = {item["path"] for item in read_json(self.in_site("run.json"))["files"]}
        others = {
            path
            for path in files_of(self.site)
            if path not in ("run.json", "latest") and not path.startswith(("2026/", "kept/"))
        }
        self.assertEqual(listed, others)
        self.assertTrue({"index.html", "latest.html", "feed.xml"} < listed)

    def test_each_is_named(self) -> None:
        self.two_nights()
        self.add(f"{NIGHT2}/checkout-api/on-cpu/index.html")
        with open(self.in_site(NIGHT1, "summary.json"), "r+b") as file:  # as long as before
            file.write(b"[")
        os.remove(self.in_site(NIGHT2, "summary.md"))
        os.remove(self.in_site("services/checkout-api/index.html"))
        self.add(f"{NIGHT1}/checkout-api/mine.txt")
        self.add("notes.txt")
        self.add("index.html")
        os.makedirs(self.in_site("empty", "emptier"))
        os.mkdir(self.in_site(NIGHT1, "mine"))
        os.makedirs(self.in_site("2026", "12"))  # so a run may leave it that dies
        self.add("kept/old/summary.json")
        self.assertEqual(
            [line.split(":")[0] for line in self.findings()],
            [
                f"foreign  {NIGHT1}/checkout-api/mine.txt",
                f"foreign  {NIGHT1}/mine",
                f"changed  {NIGHT1}/summary.json",
                f"changed  {NIGHT2}/checkout-api/on-cpu/index.html",
                f"missing  {NIGHT2}/summary.md",
                "foreign  empty/emptier",
                "changed  index.html",
                "changed  kept/old/summary.json",
                "foreign  notes.txt",
                "missing  services/checkout-api/index.html",
            ],
        )
        self.assertEqual(len(self.findings(of=self.in_site(NIGHT2))), 2)
        self.assertEqual(len(self.findings(of=self.in_site("kept/old"))), 1)

    def test_manifests_that_are_not_to_be_trusted(self) -> None:
        self.two_nights()
        for path in (NIGHT1, "kept/old", "."):
            manifest = self.in_site(path, "run.json")
            good = read_bytes(manifest)
            evil = json.loads(good)
            evil["files"][0]["path"] = "../../../etc/passwd"
            for bad in (b"", b"{}", good[:-3], json.dumps(evil).encode(), good.replace(b'"size": ', b'"size": 1', 1)):
                with open(manifest, "wb") as file:
                    file.write(bad)
                self.assertEqual([line[:7] for line in self.findings()], ["damaged"])
            os.remove(manifest)
            self.assertEqual([line[:7] for line in self.findings()], ["damaged"])
            with open(manifest, "wb") as file:
                file.write(good)
        self.assertEqual(self.findings(0), [])

    def test_what_a_damaged_manifest_does_not_hide(self) -> None:
        self.two_nights()
        self.add(f"{NIGHT1}/run.json")
        os.symlink("/etc/passwd", self.in_site(NIGHT1, "checkout-api", "on-cpu", "flamegraph.svg.gz"))
        self.add(f"{NIGHT1}/notes.txt")
        self.add(f"{NIGHT1}/checkout-api/on-cpu/deeper")
        os.mkdir(self.in_site(NIGHT1, "mine"))
        self.assertEqual(
            [line.split(":")[0] for line in self.findings()],
            [
                f"damaged  {NIGHT1}",
                f"foreign  {NIGHT1}/checkout-api/on-cpu/flamegraph.svg.gz",
                f"foreign  {NIGHT1}/mine",
                f"foreign  {NIGHT1}/notes.txt",
            ],
        )

    def test_a_site_of_which_nothing_is_left(self) -> None:
        self.two_nights()
        copy = self.path("copy")
        shutil.copytree(self.site, copy, symlinks=True, ignore=shutil.ignore_patterns(".flamepress"))
        self.assertEqual(self.findings(0, of=copy), [])
        os.remove(os.path.join(copy, "run.json"))
        self.assertIn("damaged  run.json", self.findings(of=copy)[0])
        for name in os.listdir(self.site):
            if name != ".flamepress":
                path = self.in_site(name)
                (os.remove if os.path.islink(path) or os.path.isfile(path) else shutil.rmtree)(path)
        found = self.findings()
        self.assertEqual(len(found), 1)
        self.has(found[0], "missing  run.json", "everything else that was published here")
        os.remove(self.in_site(".flamepress", "published"))  # as after a first run that published nothing
        self.assertEqual(self.findings(0), [])

    def test_latest_leads_where_the_run_led_it(self) -> None:
        self.two_nights()
        os.remove(self.in_site("latest"))
        os.symlink(NIGHT1, self.in_site("latest"))
        self.assertEqual(self.findings(), [f"changed  latest: leads to {NIGHT1}, and led to {NIGHT2}"])

    def test_a_whole_night_is_missing(self) -> None:
        self.two_nights()
        shutil.rmtree(self.in_site(NIGHT1))
        self.assertEqual(self.findings(), [f"missing  {NIGHT1}: the whole night"])
        shutil.rmtree(self.in_site(NIGHT2))
        self.assertIn("changed  latest: leads to a night that is not there", self.findings())
        os.remove(self.in_site("latest"))
        self.assertIn("missing  latest", self.findings())

    def test_links_are_not_followed(self) -> None:
        self.two_nights()
        outside = self.path("outside")
        shutil.copytree(self.in_site(NIGHT2), outside)
        for path in (f"{NIGHT2}/assets", f"{NIGHT2}/summary.json", NIGHT1, "services"):
            inside = self.in_site(path)
            shutil.move(inside, self.path("moved"))
            os.symlink(outside, inside)
            found = self.findings()
            self.assertTrue(found, path)
            self.assertFalse([line for line in found if "outside" in line or "damaged" in line], found)
            os.remove(inside)
            shutil.move(self.path("moved"), inside)
        os.symlink("/", self.in_site(NIGHT2, "root"))
        os.mkfifo(self.in_site(NIGHT2, "pipe"))
        self.assertEqual(self.findings(), [f"foreign  {NIGHT2}/pipe", f"foreign  {NIGHT2}/root"])
        os.remove(self.in_site("latest"))
        os.symlink("/etc", self.in_site("latest"))
        self.assertIn("changed  latest: leads to what is no night of the site", self.findings())

    def test_names_that_play_with_the_terminal(self) -> None:
        self.two_nights()
        self.add("\x1b[2Jgone\nmissing  index.html")
        found = self.findings()
        self.assertEqual(len(found), 1)
        self.assertNotIn("\x1b", found[0])

    def test_the_next_run_mends(self) -> None:
        url = self.two_nights()
        self.add(f"{NIGHT2}/summary.md")
        self.add("index.html")
        os.remove(self.in_site("run.json"))
        self.pressed(url, site_url="https://profiles.example/", **SMALL)
        self.assertEqual(self.findings(0), [])

    def test_while_a_run_is_at_work(self) -> None:
        url = self.two_nights()
        server = self.server()
        server.faults([{"kind": "slow", "seconds": 3}])
        process = self.start("run", "-c", self.config(server.url, "slow.json", **SMALL))
        while not server.log():
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        self.assertEqual(self.command("verify", self.site).code, 0, url)
        self.add("notes.txt")
        outcome = self.command("verify", self.site)
        self.assertEqual(outcome.code, BUSY, outcome)
        self.has(outcome.err, "a run was at work")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.findings(), ["foreign  notes.txt"])

    def test_what_is_no_site(self) -> None:
        os.mkdir(self.path("empty"))
        file = self.write("file", "")
        for path in (self.path("nothing"), self.path("empty"), file, "/"):
            outcome = self.command("verify", path)
            self.assertEqual(outcome.code, USAGE, outcome)
            self.one_line(outcome)
        for arguments in ((), ("a", "b"), ("-c", "x", "a")):
            self.assertEqual(self.command("verify", *arguments).code, USAGE)

    def test_the_configured_site(self) -> None:
        url = self.two_nights()
        self.assertEqual(self.command("verify", "-c", self.config(url)), (0, "", ""))

    def test_nothing_is_written(self) -> None:
        self.two_nights()
        self.add("index.html")

        def times() -> Dict[str, int]:
            return {path: os.lstat(self.in_site(path)).st_mtime_ns for path in [*files_of(self.site), ".flamepress/lock"]}

        before = times()
        self.findings()
        self.assertEqual(times(), before)


class Again(VerifyCase):
    def test_the_same_window_twice_changes_no_byte(self) -> None:
        """Nights, index, services, feed and manifests, also on another day; what did not change outside nights is not even
        written again. Other data has a time of its own."""
        url = self.two_nights()
        changes = {"windows": ["2026-11-19", "2026-11-20"], "site_url": "https://profiles.example/", **SMALL}
        before = files_of(self.site)
        inodes = {path: os.lstat(self.in_site(path)).st_ino for path in ("index.html", "run.json", "feed.xml")}
        self.pressed(url, **changes)
        self.assertEqual(files_of(self.site), before)
        later = {"SOURCE_DATE_EPOCH": "1795400000"}
        self.assertEqual(self.press(url, "--force", env=later, **changes), (0, "", ""))
        self.assertEqual(files_of(self.site), before)
        self.assertEqual({path: os.lstat(self.in_site(path)).st_ino for path in inodes}, inodes)
        changes["services"] = [{"name": "checkout-api"}, {"name": "redis-server"}]
        self.assertEqual(self.press(url, env=later, **changes), (0, "", ""))
        self.assertEqual(self.summary()["generated"], 1795300000)
        self.assertEqual(self.summary("redis-server")["generated"], 1795400000)
        self.assertEqual(read_json(self.in_site(NIGHT2, "summary.json"))["generated"], 1795400000)


if __name__ == "__main__":
    unittest.main()
