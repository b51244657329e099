"""Killed at any moment, the site is the old one or the new one; the next run cleans up and succeeds."""

from __future__ import annotations

import os
import random
import time
import unittest
from typing import List

from killing import FAST, SANITIZED, SERVICES, KilledCase
from published import leftovers, manifest_problems, nights_of, site_problems
from support import NIGHT2
from support import setUpModule as setUpModule

# With the sanitizers each run takes many times as long.
MOMENTS = int(os.environ.get("FP_KILL_MOMENTS", "30" if SANITIZED else "200"))
SEED = os.environ.get("FP_SEED") or os.urandom(4).hex()


class Killed(KilledCase):
    def many_deaths(self, before: List[str], command: List[str], start_over: bool) -> None:
        """Kills at random moments of a run, every other one in its last third: there the switch is. How long a run takes
        is followed, as the machine has more or less else to do."""
        self.assertEqual(self.command(*before).code, 0)
        old = self.by_night()
        started = time.monotonic()
        self.assertEqual(self.command(*command).code, 0)
        took = time.monotonic() - started
        new = self.by_night()
        self.assertEqual(sorted(old), sorted(new))
        self.assertNotEqual(old, new)
        rng = random.Random(SEED)
        killed = 0
        for n in range(MOMENTS):
            # one in each equal part of the time, so that none is left out by chance
            part = (n + rng.random()) / MOMENTS
            at = took * part if n % 2 else took * (0.66 + 0.36 * part)
            if start_over and n % 9 == 0:
                self.assertEqual(self.command(*before).code, 0)
            alive = self.kill_at(at, *command)
            killed += alive
            took *= 1.005 if alive else 0.97
            with self.subTest(moment=at, took=took, seed=SEED):
                self.whole()
                for night, files in self.by_night().items():
                    self.assertTrue(
                        files in (old[night], new[night]), f"{night} is neither the old nor the new one"
                    )
        self.assertGreater(killed, MOMENTS // 2, f"of {MOMENTS}; a run takes {took:.2f} s")
        outcome = self.command(*command)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual(leftovers(self.site), [])
        self.assertTrue(self.by_night() == new)
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_over_an_existing_site(self) -> None:
        server = self.server("--seed", "5")
        before, command = self.old_and_new(server.url, services=SERVICES, windows=["2026-11-19", "2026-11-20"])
        self.many_deaths(before, command, start_over=True)

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
                if os.path.isdir(os.path.join(self.site, ".flamepress")):
                    self.verified(self.site)
                self.assertIn(nights_of(self.site), ([], [NIGHT2]))
            outcome = self.command("run", "-c", config, "-o", self.site)
            self.assertEqual((outcome.code, outcome.err), (0, ""))
            self.assertEqual(leftovers(self.site), [])
            self.assertEqual(site_problems(self.site, tools=False), [])


if __name__ == "__main__":
    unittest.main()
