"""Killed at any moment, the site is the old one or the new one; the next run cleans up and succeeds."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
import unittest
from collections import Counter
from typing import Dict, List

from published import files_of, leftovers, manifest_problems, nights_of, page_problems, site_problems
from support import BINARY, NIGHT1, NIGHT2, PressCase, environment, read_bytes
from support import setUpModule as setUpModule

SERVICES = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}]
OLD_CLOCK, NEW_CLOCK = "1795300000", "1795400000"
MOMENTS = 26
FAST = {"defaults": {"step": "1d"}, "picture": {"width": 200}}
STEPS = "rename,renameat,renameat2,symlink,symlinkat,link,linkat,unlink,unlinkat,rmdir"
SANITIZED = b"__asan_init" in read_bytes(BINARY) if os.path.exists(BINARY) else False


class Killed(PressCase):
    def whole(self) -> None:
        """Every night's files are those of its manifest; the index and `latest` lead to what is there."""
        self.assertEqual(manifest_problems(self.site), [])
        index = os.path.join(self.site, "index.html")
        self.assertEqual(page_problems(index), [])
        self.assertTrue(os.path.isfile(os.path.join(self.site, "latest", "index.html")))
        self.assertIn(os.readlink(os.path.join(self.site, "latest")), nights_of(self.site))

    def by_night(self) -> Dict[str, Dict[str, bytes]]:
        return {night: files_of(os.path.join(self.site, night)) for night in nights_of(self.site)}

    def kill_at(self, seconds: float, *arguments: str) -> bool:
        """Whether it was still running."""
        process = self.start(*arguments, env={"SOURCE_DATE_EPOCH": NEW_CLOCK})
        time.sleep(seconds)
        alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return alive

    def many_deaths(self, command: List[str], start_over: bool) -> None:
        """Kills at random moments of a run, the second half of them in its last third: there the switch is."""
        self.assertEqual(self.command(*command, env={"SOURCE_DATE_EPOCH": OLD_CLOCK}).code, 0)
        old = self.by_night()
        started = time.monotonic()
        self.assertEqual(self.command(*command, env={"SOURCE_DATE_EPOCH": NEW_CLOCK}).code, 0)
        took = time.monotonic() - started
        new = self.by_night()
        self.assertEqual(sorted(old), sorted(new))
        self.assertNotEqual(old, new)
        rng = random.Random(int.from_bytes(os.urandom(4), "big"))
        killed = 0
        moments = MOMENTS // 2 if SANITIZED else MOMENTS
        for n in range(moments):
            at = rng.uniform(0, took) if n % 2 else rng.uniform(took * 0.66, took * 1.02)
            if start_over and n % 9 == 0:
                self.assertEqual(self.command(*command, env={"SOURCE_DATE_EPOCH": OLD_CLOCK}).code, 0)
            killed += self.kill_at(at, *command)
            with self.subTest(moment=at, took=took):
                self.whole()
                for night, files in self.by_night().items():
                    self.assertTrue(files in (old[night], new[night]), f"{night} is neither the old nor the new one")
        self.assertGreater(killed, moments // 3, f"of {moments}; a run takes {took:.2f} s")
        outcome = self.command(*command, env={"SOURCE_DATE_EPOCH": NEW_CLOCK})
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual(leftovers(self.site), [])
        self.assertTrue(self.by_night() == new)
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_over_an_existing_site(self) -> None:
        server = self.server("--seed", "5")
        config = self.config(server.url, services=SERVICES, windows=["2026-11-19", "2026-11-20"], **FAST)
        self.many_deaths(["run", "-c", config], start_over=True)

    def test_on_the_first_night_of_all(self) -> None:
        """There is no site yet: what is there afterwards is whole nights, or none; and the next run succeeds."""
        server = self.server()
        config = self.config(server.url, services=SERVICES, **FAST)
        started = time.monotonic()
        self.assertEqual(self.command("run", "-c", config).code, 0)
        took = time.monotonic() - started
        rng = random.Random(3)
        for n in range(6):
            self.site = self.path(f"site{n}")
            self.kill_at(rng.uniform(took * 0.5, took), "run", "-c", config, "-o", self.site)
            if os.path.isdir(self.site):
                self.assertEqual(manifest_problems(self.site), [])
                self.assertIn(nights_of(self.site), ([], [NIGHT2]))
            outcome = self.command("run", "-c", config, "-o", self.site)
            self.assertEqual((outcome.code, outcome.err), (0, ""))
            self.assertEqual(leftovers(self.site), [])
            self.assertEqual(site_problems(self.site, tools=False), [])

    def strace(self, arguments: List[str], command: List[str]) -> str:
        """Runs it under strace; what strace wrote."""
        trace = self.path("trace")
        full = ["strace", "-f", "-qq", "-o", trace, "-e", "signal=none", *arguments, BINARY, *command]
        done = subprocess.run(full, env=environment({"SOURCE_DATE_EPOCH": NEW_CLOCK}), capture_output=True, timeout=60)
        text = read_bytes(trace).decode("utf-8", "replace") if os.path.exists(trace) else ""
        if "ptrace" in (text + done.stderr.decode()):
            self.skipTest("cannot trace here")
        return text

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    @unittest.skipIf(SANITIZED, "a leak checker cannot be traced")
    def test_before_each_step_of_the_switch(self) -> None:
        """Not at random: once before each call that changes a name."""
        server = self.server()
        config = self.config(server.url, services=SERVICES[:1], **FAST)
        command = ["run", "-c", config]
        self.assertEqual(self.command(*command, env={"SOURCE_DATE_EPOCH": OLD_CLOCK}).code, 0)
        old = self.by_night()
        saved = self.path("saved")
        shutil.copytree(self.site, saved, symlinks=True)
        lines = self.strace(["-e", f"trace={STEPS}"], command).splitlines()
        new = self.by_night()
        most = max(Counter(line.split()[0] for line in lines if "(" in line).values())
        self.assertGreater(most, 3, lines)
        for n in range(1, most + 1):
            shutil.rmtree(self.site)
            shutil.copytree(saved, self.site, symlinks=True)
            self.strace(["-e", f"trace={STEPS}", "-e", f"inject={STEPS}:signal=KILL:when={n}"], command)
            with self.subTest(step=n, of=most, before=lines[-1]):
                self.whole()
                self.assertTrue(self.by_night() in (old, new))
                self.assertEqual([name for name in leftovers(self.site) if not name.startswith(".flamepress/")], [])
                outcome = self.command(*command, env={"SOURCE_DATE_EPOCH": NEW_CLOCK})
                self.assertEqual((outcome.code, outcome.err), (0, ""))
                self.assertTrue(self.by_night() == new)
                self.assertEqual(leftovers(self.site), [])

    def test_a_reader_never_sees_half_a_site(self) -> None:
        """While runs follow each other, every look at the site finds a whole one."""
        server = self.server()
        config = self.config(server.url, services=SERVICES[:1], **FAST)
        self.assertEqual(self.command("run", "-c", config).code, 0)
        looks = 0
        for clock in range(3):
            process = self.start("run", "-c", config, env={"SOURCE_DATE_EPOCH": str(1795300000 + clock)})
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
