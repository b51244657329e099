"""The switch from the old night to the new one, step by step."""

from __future__ import annotations

import os
import shutil
import subprocess
import unittest
from collections import Counter
from typing import List

from killing import FAST, SANITIZED, SERVICES, KilledCase
from published import leftovers, nights_of, site_problems
from support import BINARY, NIGHT1, NIGHT2, at_a_fixed_time, environment, read_bytes
from support import setUpModule as setUpModule

STEPS = "rename,renameat,renameat2,symlink,symlinkat,link,linkat"
REMOVALS = "unlink,unlinkat,rmdir"
ONE = [{"name": "redis-server", "events": ["off-cpu"]}]


class Switch(KilledCase):
    def strace(self, arguments: List[str], command: List[str]) -> str:
        """Runs it under strace; what strace wrote."""
        trace = self.path("trace")
        full = ["strace", "-f", "-qq", "-o", trace, "-e", "signal=none", *arguments, BINARY, *at_a_fixed_time(command)]
        done = subprocess.run(
            full, env=environment(), capture_output=True, timeout=60
        )
        text = read_bytes(trace).decode("utf-8", "replace") if os.path.exists(trace) else ""
        if "ptrace" in (text + done.stderr.decode()):
            self.skipTest("cannot trace here")
        return text

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    @unittest.skipIf(SANITIZED, "a leak checker cannot be traced")
    def test_before_each_step_of_the_switch(self) -> None:
        """Not at random: once before each call that changes a name."""
        self.death_before(STEPS, 1)

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    @unittest.skipIf(SANITIZED, "a leak checker cannot be traced")
    def test_while_the_old_night_is_removed(self) -> None:
        self.death_before(REMOVALS, 6)

    def death_before(self, calls: str, every: int) -> None:
        server = self.server()
        before, command = self.old_and_new(server.url, services=ONE)
        self.assertEqual(self.command(*before).code, 0)
        old = self.by_night()
        saved = self.path("saved")
        shutil.copytree(self.site, saved, symlinks=True)
        lines = self.strace(["-e", f"trace={calls}"], command).splitlines()
        new = self.by_night()
        most = max(Counter(line.split()[0] for line in lines if "(" in line).values())
        self.assertGreater(most, 3, lines)
        for n in range(1, most + 1, every):
            shutil.rmtree(self.site)
            shutil.copytree(saved, self.site, symlinks=True)
            self.strace(["-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={n}"], command)
            with self.subTest(step=n, of=most, before=lines[-1]):
                self.whole()
                self.assertTrue(self.by_night() in (old, new))
                self.assertEqual(
                    [name for name in leftovers(self.site) if not name.startswith(".flamepress/")], []
                )
                outcome = self.command(*command)
                self.assertEqual((outcome.code, outcome.err), (0, ""))
                self.assertTrue(self.by_night() == new)
                self.assertEqual(leftovers(self.site), [])

    def test_a_reader_never_sees_half_a_site(self) -> None:
        """While runs follow each other, every look at the site finds a whole one."""
        server = self.server()
        old, new = self.old_and_new(server.url, services=SERVICES[:1])
        self.assertEqual(self.command(*old).code, 0)
        looks = 0
        for command in (new, old, new):
            process = self.start(*command)
            while process.poll() is None:
                index = read_bytes(os.path.join(self.site, "index.html"))
                self.assertTrue(index.endswith(b"</html>\n"))
                # one look at one night: the directory is opened once, as a reader in it has it
                night = os.open(os.path.join(self.site, NIGHT2), os.O_RDONLY)
                try:
                    page = os.open("index.html", os.O_RDONLY, dir_fd=night)
                    self.assertTrue(os.read(page, 1 << 20).endswith(b"</html>\n"))
                    os.close(page)
                except FileNotFoundError:
                    pass  # the old night, moved aside and removed between the two steps
                finally:
                    os.close(night)
                looks += 1
            self.assertEqual(self.finish(process).code, 0)
        self.assertGreater(looks, 20)

    def test_what_an_earlier_death_left_is_cleared(self) -> None:
        server = self.server()
        self.pressed(server.url)
        stage = os.path.join(self.site, ".flamepress", "stage-AbCdEf", "2026", "11", "20")
        os.makedirs(stage)
        old = os.path.join(self.site, ".flamepress", "old")
        os.makedirs(old, exist_ok=True)
        os.rename(os.path.join(self.site, NIGHT2), os.path.join(old, "2026_11_20"))
        self.pressed(server.url, windows=["2026-11-19"])
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2], "the night that was moved aside is back")
        self.assertEqual(leftovers(self.site), [])
        self.assertEqual(site_problems(self.site, tools=False), [])


if __name__ == "__main__":
    unittest.main()
