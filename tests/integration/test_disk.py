"""Disks that are full and directories that may not be written: nothing half-made, the old night untouched."""

from __future__ import annotations

import os
import subprocess
import time
import unittest

from published import files_of, leftovers, site_problems
from rendering import reply_path
from support import BINARY, NOTHING, PressCase, at_a_fixed_time, environment
from support import setUpModule as setUpModule

SERVICES = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "Total"}]


class Disk(PressCase):
    def mount(self, *options: str) -> str:
        """A small file system of its own at self.site, for root only."""
        os.mkdir(self.site)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", self.site], capture_output=True
        )
        if done.returncode:
            self.skipTest("cannot mount a tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.site], check=True)
        return self.site

    def setUp(self) -> None:
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root")

    def remount(self, *options: str) -> None:
        subprocess.run(["mount", "-o", ",".join(("remount",) + options), self.site], check=True)

    def fails(self, url: str, *words: str) -> None:
        outcome = self.press(url, services=SERVICES)
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.assertEqual(outcome.out, "")
        self.has(outcome.lines[-1], *words)
        self.assertLessEqual(len(outcome.lines), 4, outcome.err)

    def test_full_on_the_first_night(self) -> None:
        self.mount("size=512k")
        self.fails(self.server().url, "No space left", self.site)
        self.assertEqual(leftovers(self.site), [])

    def test_full_over_an_old_night(self) -> None:
        self.mount("size=16m")
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(self.site)
        used = int(subprocess.run(["du", "-sk", self.site], capture_output=True, text=True).stdout.split()[0])
        for spare in (8, 100, 300, 500):
            self.remount(f"size={used + spare}k")
            outcome = self.press(server.url, services=SERVICES)
            if outcome.code == 0:
                self.fail(f"{spare} KiB were enough")
            self.assertEqual(outcome.code, NOTHING, outcome)
            self.has(outcome.lines[-1], "No space left")
            self.assertTrue(files_of(self.site) == before, f"{spare} KiB: the old night is not what it was")
            self.assertEqual(leftovers(self.site), [])
        self.remount("size=16m")
        self.pressed(server.url, services=SERVICES)
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_out_of_inodes(self) -> None:
        self.mount("size=16m", "nr_inodes=20")
        self.fails(self.server().url, "No space left")
        self.assertEqual(leftovers(self.site), [])

    def test_read_only(self) -> None:
        self.mount("size=16m")
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(self.site)
        self.remount("ro")
        started = time.monotonic()
        server.call("DELETE", "/_log")
        self.fails(server.url, "Read-only", self.site)
        self.assertEqual(server.log(), [], "found out before anything was fetched")
        self.assertLess(time.monotonic() - started, 30)
        self.assertTrue(files_of(self.site) == before)

    def test_render_on_a_full_disk(self) -> None:
        self.mount("size=200k")
        outcome = self.command(
            "render", reply_path("checkout-api-day2", "v7.1.8"), "-o", os.path.join(self.site, "out")
        )
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "No space left")
        left = (
            os.listdir(os.path.join(self.site, "out"))
            if os.path.exists(os.path.join(self.site, "out"))
            else []
        )
        self.assertEqual([name for name in left if name != "assets"], [])

    def test_the_demo_on_a_full_disk(self) -> None:
        self.mount("size=1m")
        outcome = self.command("demo", "-o", self.site)
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.assertEqual(leftovers(self.site), [])


class Permissions(PressCase):
    def test_a_directory_that_belongs_to_another(self) -> None:
        """As nobody, into a directory of root's."""
        if os.geteuid() != 0:
            self.skipTest("needs root")
        os.mkdir(self.site, 0o755)
        os.chmod(self.dir, 0o755)
        config = self.config("http://127.0.0.1:9")
        os.chmod(config, 0o644)

        def become_nobody() -> None:
            os.setgid(65534)
            os.setuid(65534)

        try:
            done = subprocess.run(
                [BINARY, *at_a_fixed_time(["run", "-c", config])],
                preexec_fn=become_nobody,
                capture_output=True,
                text=True,
                env=environment(),
                timeout=30,
            )
        except (PermissionError, subprocess.SubprocessError):
            self.skipTest("nobody cannot run the binary here")
        self.assertEqual(done.returncode, NOTHING, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.has(done.stderr, self.site, "Permission denied")


if __name__ == "__main__":
    unittest.main()
