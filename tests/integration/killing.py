"""Sites whose makers are killed."""

from __future__ import annotations

import os
import signal
import time
from typing import Dict

from published import files_of, manifest_problems, nights_of, page_problems
from support import BINARY, MEMORY, PressCase, read_bytes

SERVICES = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}]
OLD_CLOCK, NEW_CLOCK = "1795300000", "1795400000"
FAST = {"defaults": {"step": "1d"}, "picture": {"width": 200}}
SANITIZED = b"__asan_init" in read_bytes(BINARY) if os.path.exists(BINARY) else False


class KilledCase(PressCase):
    scratch = MEMORY

    def whole(self) -> None:
        """Every night's files are those of its manifest; the index and `latest` lead to what is there."""
        self.assertEqual(manifest_problems(self.site), [])
        self.verified(self.site)
        index = os.path.join(self.site, "index.html")
        self.assertEqual(page_problems(index), [])
        self.assertTrue(os.path.isfile(os.path.join(self.site, "latest", "index.html")))
        self.assertIn(os.readlink(os.path.join(self.site, "latest")), nights_of(self.site))

    def verified(self, site: str) -> None:
        outcome = self.command("verify", site)
        self.assertEqual((outcome.code, outcome.out, outcome.err), (0, "", ""))

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
