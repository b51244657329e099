"""Sites whose makers are killed."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, Dict, List, Tuple

from published import files_of, manifest_problems, nights_of, page_problems
from support import BINARY, MEMORY, PressCase, merge, read_bytes

SERVICES = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}]
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

    def old_and_new(self, url: str, **changes: Any) -> Tuple[List[str], List[str]]:
        """Two commands that press the same, so that not one page is the same bytes."""
        old = self.config(url, "old.json", **merge(FAST, changes))
        new = self.config(url, "new.json", **merge(FAST, {"title": "anew", "picture": {"width": 220}, **changes}))
        return ["run", "-c", old], ["run", "-c", new]

    def kill_at(self, seconds: float, *arguments: str) -> bool:
        """Whether it was still running."""
        process = self.start(*arguments)
        time.sleep(seconds)
        alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return alive
