"""The clock goes back, of one run and in the middle of one."""

from __future__ import annotations

import os
import shutil
import subprocess
import unittest

from killing import SANITIZED
from published import nights_of
from support import BINARY, NIGHT1, NIGHT2, environment
from support import setUpModule as setUpModule
from test_survive import SMALL, SurviveCase


class Clock(SurviveCase):
    def test_the_clock_jumps_back(self) -> None:
        """What is published later by the clock of another day stays; an earlier `yesterday` is an earlier night."""
        self.old_site()
        server = self.server()
        config = self.config(server.url, **{**SMALL, "windows": ["yesterday"]})
        env = {"SOURCE_DATE_EPOCH": "1000000000"}
        self.assertEqual(self.command("run", "-c", config, "--now", "2026-11-20T03:00Z", env=env), (0, "", ""))
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT2)
        self.assertEqual(self.command("run", "-c", config, env=env), (0, "", ""))
        self.whole()

    @unittest.skipUnless(shutil.which("faketime"), "needs faketime")
    @unittest.skipIf(SANITIZED, "faketime and the sanitizers do not load together")
    def test_the_clock_of_the_machine_jumps_back(self) -> None:
        self.old_site()
        server = self.server()
        config = self.config(server.url, **SMALL)
        done = subprocess.run(
            ["faketime", "--exclude-monotonic", "-f", "@2026-11-21 04:00:00 i-3600", BINARY, "run", "-c", config],
            env=environment({"SOURCE_DATE_EPOCH": None}), capture_output=True, text=True, timeout=60,
        )
        self.assertIn(done.returncode, (0, 64), done.stderr)
        self.whole()


if __name__ == "__main__":
    unittest.main()
