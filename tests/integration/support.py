"""What the integration tests share: the binary under test, a stand-in server, a configuration, and their outcome.

    class Something(PressCase):
        def test_it(self):
            server = self.server()
            run = self.press(server.url, services=[{"name": "checkout-api"}])
            self.assertEqual(run.code, 0, run)

The binary is $FLAMEPRESS, or build/flamepress of the source tree. Every process that is started here is watched for
what a sanitizer says, whatever its exit code.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Union

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
# behind our own modules: some have the same names
sys.path.append(os.path.join(SOURCE, "tests", "server"))

import samples  # noqa: E402
from standin import Standin  # noqa: E402

BINARY = os.path.abspath(os.environ.get("FLAMEPRESS", os.path.join(SOURCE, "build", "flamepress")))
SHARED = os.environ.get("FP_SHARED", "")
ROWS = samples.ROWS
DAY1, DAY2, DAY = samples.DAY1, samples.DAY2, samples.DAY
NIGHT1, NIGHT2 = "2026/11/19", "2026/11/20"
FORMS = ("v6.4", "v6.5.9", "v6.6", "v7.1.8")
CLOCK = "1795300000"
NOW = "2026-11-21T02:00"
TIMEOUT = 60

# For tests that publish very often: the same system calls, but syncing waits for no disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

NOTHING, PARTIAL, USAGE, BUSY, CONFIG = 1, 2, 64, 75, 78

# A proxy of this machine must not come between; the clock stands still; nothing of the terminal shines through.
CLEAN = {
    key: value
    for key, value in os.environ.items()
    if key.lower()
    not in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "no_color", "clicolor_force", "tz")
    and not key.startswith(("JOB_COMPLETION_", "SLURM_ARRAY_"))  # or a run is a shard
}
CLEAN["SOURCE_DATE_EPOCH"] = CLOCK


def setUpModule() -> None:
    """Imported by every module of tests: without a binary they fail, for skipped tests show nothing."""
    if not os.access(BINARY, os.X_OK):
        raise RuntimeError(f"no binary at {BINARY}: build it, or set FLAMEPRESS")


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> List[str]:
        return self.err.splitlines()


def merge(base: Dict[str, Any], changes: Dict[str, Any]) -> Dict[str, Any]:
    """`base` with `changes` over it, objects merged; a None removes a key."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def sanitizer_says(text: str) -> bool:
    return "Sanitizer" in text or ": runtime error:" in text


class PressCase(unittest.TestCase):
    maxDiff = 2000
    scratch: Optional[str] = None  # where temporary directories are made; None: the usual place

    def setUp(self) -> None:
        self.dir = tempfile.mkdtemp(prefix="flamepress-test-", dir=self.scratch)
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.site = self.path("site")

    def path(self, *names: str) -> str:
        return os.path.join(self.dir, *names)

    def write(self, name: str, content: Union[str, bytes]) -> str:
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def server(self, *arguments: str, rows: Sequence[str] = tuple(ROWS)) -> Standin:
        server = Standin("--rows", *rows, *arguments)
        self.addCleanup(server.stop)
        return server

    def config(self, url: str, name: str = "flamepress.json", **changes: Any) -> str:
        """Writes a configuration for the second recorded day; `changes` go over it (see merge)."""
        base = {
            "output": self.site,
            "timezone": "UTC",
            "source": {"url": url, "retries": 0},
            "windows": ["2026-11-20"],
            "baseline": "none",  # or every test would ask for two nights: test_compare is about that
            "defaults": {"ticket": False},  # four files more for each report, half as long again: see test_ticket
            "services": [{"name": "checkout-api"}],
        }
        return self.write(name, json.dumps(merge(base, changes)))

    def command(
        self,
        *arguments: str,
        env: Optional[Dict[str, Optional[str]]] = None,
        stdin: Optional[bytes] = None,
        timeout: float = TIMEOUT,
    ) -> Outcome:
        """Runs the binary to its end; no terminal anywhere."""
        done = subprocess.run(
            [BINARY, *at_a_fixed_time(arguments)],
            input=b"" if stdin is None else stdin,
            capture_output=True,
            env=environment(env),
            cwd=self.dir,
            timeout=timeout,
        )
        outcome = Outcome(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )
        self.assertFalse(sanitizer_says(outcome.err), outcome.err)
        self.assertGreaterEqual(outcome.code, 0, f"{arguments} died of signal {-outcome.code}: {outcome.err}")
        return outcome

    def press(
        self, url: str, *arguments: str, env: Optional[Dict[str, Optional[str]]] = None, **changes: Any
    ) -> Outcome:
        return self.command("run", "-c", self.config(url, **changes), *arguments, env=env)

    def pressed(self, url: str, *arguments: str, **changes: Any) -> Outcome:
        """A run that must be a silent success."""
        outcome = self.press(url, *arguments, **changes)
        self.assertEqual(outcome, Outcome(0, "", ""))
        return outcome

    def start(
        self, *arguments: str, env: Optional[Dict[str, Optional[str]]] = None
    ) -> "subprocess.Popen[bytes]":
        """Starts the binary in the background; killed with the test."""
        process = subprocess.Popen(
            [BINARY, *at_a_fixed_time(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            cwd=self.dir,
        )
        self.addCleanup(reap, process)
        return process

    def finish(self, process: "subprocess.Popen[bytes]", timeout: float = TIMEOUT) -> Outcome:
        out, err = process.communicate(timeout=timeout)
        outcome = Outcome(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        self.assertFalse(sanitizer_says(outcome.err), outcome.err)
        return outcome

    def summary(
        self, service: str = "checkout-api", event: str = "on-cpu", night: str = NIGHT2
    ) -> Dict[str, Any]:
        return read_json(os.path.join(self.site, night, service, event, "summary.json"))

    def page(self, service: str = "checkout-api", event: str = "on-cpu", night: str = NIGHT2) -> str:
        return read_text(os.path.join(self.site, night, service, event, "index.html"))

    def has(self, text: str, *parts: str) -> None:
        """assertIn for texts too long to be shown whole."""
        for part in parts:
            if part not in text:
                self.fail(f"no {part!r} in {text[:300]!r} … ({len(text)} characters)")

    def has_not(self, text: str, *parts: str) -> None:
        for part in parts:
            at = text.find(part)
            if at >= 0:
                self.fail(f"{part!r} in … {text[max(0, at - 100) : at + 100]!r} …")

    def one_line(self, outcome: Outcome, *parts: str) -> str:
        """Exactly one line on stderr, nothing on stdout, and each of `parts` in it."""
        self.assertEqual(outcome.out, "")
        self.assertEqual(len(outcome.lines), 1, outcome.err)
        for part in parts:
            self.assertIn(part, outcome.err)
        return outcome.lines[0]


class PressedOnce(PressCase):
    """Tests that look at one and the same site: `prepare` makes it, once for the class, and returns how that went."""

    made: "PressedOnce"
    outcome: Outcome

    def prepare(self) -> Outcome:
        raise NotImplementedError

    @classmethod
    def setUpClass(cls) -> None:
        cls.made = cls()
        PressCase.setUp(cls.made)
        cls.addClassCleanup(cls.made.doCleanups)
        cls.outcome = cls.made.prepare()

    def setUp(self) -> None:
        self.dir, self.site = self.made.dir, self.made.site


def at_a_fixed_time(arguments: Sequence[str]) -> List[str]:
    """The recorded days are over, whatever the clock of this machine says; a test's own --now comes later and wins."""
    if arguments and arguments[0] in ("run", "assemble", "check", "services", "incident"):
        return [arguments[0], "--now", "2026-11-21T04:00Z", *arguments[1:]]
    return list(arguments)


def environment(changes: Optional[Dict[str, Optional[str]]] = None) -> Dict[str, str]:
    env = dict(CLEAN)
    for key, value in (changes or {}).items():
        if value is None:
            env.pop(key, None)
        else:
            env[key] = value
    return env


def reap(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def read_text(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def read_json(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)
