"""after_publish, ping_url and deadline: what a run does for others, and how long it may take."""

from __future__ import annotations

import fcntl
import http.server
import os
import signal
import threading
import time
import unittest
import uuid
from typing import Any, Dict, List, Tuple

from published import files_of
from support import BUSY, CONFIG, MEMORY, NIGHT1, NIGHT2, NOTHING, PARTIAL, PressCase, read_text
from support import setUpModule as setUpModule

SMALL: Dict[str, Any] = {"picture": {"width": 200}, "defaults": {"step": "1d"}}


class HookCase(PressCase):
    scratch = MEMORY

    def script(self, text: str, name: str = "hook") -> str:
        path = self.write(name, f"#!/bin/sh\ncd '{self.dir}'\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def hooked(self, url: str, *words: str, env: Any = None, **changes: Any) -> Any:
        return self.press(url, env=env, after_publish=list(words), **{**SMALL, **changes})


class AfterPublish(HookCase):
    def test_what_it_gets(self) -> None:
        """Arguments as they are, no shell; what it needs to know; nothing else of our environment."""
        hook = self.script('env > env; for a; do echo "<$a>"; done > arguments; cat > input; pwd')
        env = {"SECRET": "s3cret", "TOKEN": "t0ken", "RCLONE_CONFIG": "/rc", "HOME": "/home/x"}
        outcome = self.hooked(
            self.server().url, hook, "a b", "$HOME; rm -rf /", "*", env=env, windows=["2026-11-19", "2026-11-20"],
            source={"token_env": "TOKEN"},
        )
        self.assertEqual(outcome, (0, "", ""))
        self.assertEqual(read_text(self.path("arguments")), "<a b>\n<$HOME; rm -rf />\n<*>\n")
        self.assertEqual(read_text(self.path("input")), "")
        got = dict(line.split("=", 1) for line in read_text(self.path("env")).splitlines())
        self.assertEqual(got["FLAMEPRESS_SITE"], os.path.realpath(self.site))
        self.assertEqual(got["FLAMEPRESS_NIGHT"], f"{NIGHT1} {NIGHT2}")
        self.assertEqual((got["FLAMEPRESS_OUTCOME"], got["FLAMEPRESS_EXIT_CODE"]), ("ok", "0"))
        self.assertEqual((got["RCLONE_CONFIG"], got["HOME"]), ("/rc", "/home/x"))
        for name in ("SECRET", "TOKEN", "SOURCE_DATE_EPOCH"):
            self.assertNotIn(name, got)

    def test_it_cannot_gain_rights(self) -> None:
        hook = self.script("grep NoNewPrivs /proc/self/status > rights")
        self.assertEqual(self.hooked(self.server().url, hook).code, 0)
        self.assertEqual(read_text(self.path("rights")).split(), ["NoNewPrivs:", "1"])

    def test_a_night_that_is_not_whole(self) -> None:
        hook = self.script('echo "$FLAMEPRESS_OUTCOME $FLAMEPRESS_EXIT_CODE" > said')
        server = self.server()
        server.faults([{"kind": "status", "code": 500, "match": {"event": "off-cpu"}}])
        services = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}]
        self.assertEqual(self.hooked(server.url, hook, services=services).code, PARTIAL)
        self.assertEqual(read_text(self.path("said")), "partial 2\n")

    def test_not_where_nothing_was_published(self) -> None:
        hook = self.script("touch called")
        server = self.server()
        server.faults([{"kind": "status", "code": 500}])
        self.assertEqual(self.hooked(server.url, hook).code, NOTHING)
        server.faults([])
        self.assertEqual(self.press(server.url, "--dry-run", after_publish=[hook]).code, 0)
        self.assertFalse(os.path.exists(self.path("called")))

    def test_a_failure_is_said_and_the_site_is_there(self) -> None:
        url = self.server().url
        for text, words in (
            ("echo first; echo 'no such bucket' >&2; exit 3", ("hook ended with 3: no such bucket",)),
            ("kill -9 $$", ("died of signal 9",)),
        ):
            outcome = self.hooked(url, self.script(text))
            self.assertEqual(outcome.code, PARTIAL, outcome)
            self.one_line(outcome, "after_publish: ", *words)
            self.assertEqual(self.command("verify", self.site).code, 0)
        outcome = self.hooked(url, "no-such-program-anywhere")
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "after_publish: cannot start no-such-program-anywhere", "No such file")

    def test_what_it_says_is_bounded_and_harmless(self) -> None:
        """Lines at --verbose, 64 KiB of them; control characters made harmless; a line without end in pieces."""
        hook = self.script("printf 'one\\n\\033[2Jtwo\\n'; head -c 3000 /dev/zero | tr '\\0' x; yes | head -c 3000000; echo; exit 1")
        outcome = self.press(self.server().url, "-v", after_publish=[hook], **SMALL)
        self.assertEqual(outcome.code, PARTIAL)
        self.has(outcome.err, "info: after_publish: one\n", "x" * 1000)
        self.assertNotIn("\x1b", outcome.err)
        self.assertLess(outcome.err.count("after_publish: y\n"), 70000)
        self.assertGreater(outcome.err.count("after_publish: y\n"), 1000)

    def test_its_time_is_over(self) -> None:
        """The whole group goes, also where SIGTERM is not heard."""
        hook = self.script("trap '' TERM; sleep 300 & echo $! > child; echo $$ > pid; echo waiting; wait; sleep 300")
        started = time.monotonic()
        outcome = self.hooked(self.server().url, hook, after_publish_timeout="1s")
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "was stopped after 1 s: waiting")
        self.assertLess(time.monotonic() - started, 15)
        for name in ("pid", "child"):
            self.gone(name)

    def test_a_signal_while_it_runs(self) -> None:
        hook = self.script("echo $$ > pid; exec sleep 300")
        config = self.config(self.server().url, after_publish=[hook], **SMALL)
        process = self.start("run", "-c", config)
        self.wait_for("pid")
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 128 + signal.SIGTERM, outcome)
        self.assertLess(time.monotonic() - started, 30)
        self.gone("pid")
        self.assertEqual(self.command("verify", self.site).code, 0)

    def test_the_site_stands_still_meanwhile(self) -> None:
        hook = self.script("touch started; while [ ! -e go ]; do sleep 0.1; done")
        url = self.server().url
        process = self.start("run", "-c", self.config(url, after_publish=[hook], **SMALL))
        self.wait_for("started")
        self.assertEqual(self.press(url, **SMALL).code, BUSY)
        self.assertEqual(self.command("verify", self.site).code, 0)
        self.write("go", "")
        self.assertEqual(self.finish(process), (0, "", ""))

    def test_what_it_leaves_in_the_background_is_its_own(self) -> None:
        hook = self.script("sleep 120 & echo $! > child")
        started = time.monotonic()
        self.assertEqual(self.hooked(self.server().url, hook), (0, "", ""))
        self.assertLess(time.monotonic() - started, 60)
        os.kill(int(read_text(self.path("child"))), signal.SIGKILL)

    def test_a_copy_of_the_site(self) -> None:
        """What it is for."""
        self.assertEqual(self.hooked(self.server().url, "cp", "-a", self.site, self.path("copy")), (0, "", ""))
        self.assertEqual(files_of(self.path("copy")), files_of(self.site))
        self.assertEqual(self.command("verify", self.path("copy")).code, 0)

    def test_check(self) -> None:
        for words, part in (
            (["bin/hook"], "absolute path"),
            (["no-such-program-anywhere"], "in PATH"),
            (["/etc/hostname-that-is-not"], "no program"),
            ([], "after_publish"),
            ("sync.sh", "after_publish"),
        ):
            outcome = self.command("check", "-c", self.config("http://127.0.0.1:9", after_publish=words))
            self.assertEqual(outcome.code, CONFIG, outcome)
            self.has(outcome.err, "after_publish", part)
        self.assertEqual(self.command("check", "-c", self.config("http://127.0.0.1:9", after_publish=["true"])).code, 0)

    def gone(self, name: str) -> None:
        """A process that was killed, not ours to wait for, is gone when the kernel comes to it."""
        until = time.monotonic() + 30
        while alive(int(read_text(self.path(name)))):
            self.assertLess(time.monotonic(), until, f"{name} is still there")
            time.sleep(0.05)

    def wait_for(self, name: str) -> None:
        until = time.monotonic() + 30
        while not os.path.exists(self.path(name)) or (name == "pid" and not read_text(self.path(name)).strip()):
            self.assertLess(time.monotonic(), until, name)
            time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Check(http.server.BaseHTTPRequestHandler):
    """A check of healthchecks.io: /UUID, /UUID/start, /UUID/CODE."""

    seen: List[Tuple[str, Dict[str, str]]] = []
    status = 200
    pause = 0.0

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.seen.append((path, dict(pair.split("=") for pair in query.split("&"))))
        time.sleep(self.pause)
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *arguments: Any) -> None:
        pass


class Ping(HookCase):
    SECRET = "5f3c1c5e-secret"

    def setUp(self) -> None:
        super().setUp()
        self.check = type("Mine", (Check,), {"seen": []})
        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.check)
        self.listener.daemon_threads = True
        thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(self.listener.server_close)
        self.addCleanup(self.listener.shutdown)
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}/{self.SECRET}"

    def paths(self) -> List[str]:
        return [path for path, _ in self.check.seen]

    def test_start_and_end(self) -> None:
        self.assertEqual(self.press(self.server().url, ping_url=self.url + "/", **SMALL), (0, "", ""))
        self.assertEqual(self.paths(), [f"/{self.SECRET}/start", f"/{self.SECRET}/0"])
        ids = [query["rid"] for _, query in self.check.seen]
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(uuid.UUID(ids[0]).version, 4)
        self.assertEqual(str(uuid.UUID(ids[0])), ids[0])
        self.press(self.server().url, ping_url=self.url, **SMALL)
        self.assertNotEqual(self.check.seen[-1][1]["rid"], ids[0])

    def test_the_code_it_ends_with(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 500}])
        self.assertEqual(self.press(server.url, ping_url=self.url, **SMALL).code, NOTHING)
        server.faults([])
        self.assertEqual(self.press(server.url, ping_url=self.url, after_publish=["false"], **SMALL).code, PARTIAL)
        self.assertEqual([path.rsplit("/", 1)[1] for path in self.paths()], ["start", "1", "start", "2"])

    def test_a_signal(self) -> None:
        server = self.server()
        server.faults([{"kind": "hang_headers"}])
        process = self.start("run", "-c", self.config(server.url, ping_url=self.url, **SMALL))
        while not server.log():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual(self.paths()[-1], f"/{self.SECRET}/130")

    def test_who_does_not_answer_costs_a_warning(self) -> None:
        """Refused, down, or silent: the run is the same, and the secret is in no message."""
        url = self.server().url
        self.check.status = 404
        outcome = self.press(url, ping_url=self.url, **SMALL)
        self.assertEqual(outcome.code, 0)
        self.assertEqual(len(outcome.lines), 2)
        self.has(outcome.err, "warning: ping_url: http://127.0.0.1:", "/… answered with status 404")
        outcome = self.press(url, "-vv", ping_url=f"http://127.0.0.1:1/{self.SECRET}", **SMALL)
        self.assertEqual(outcome.code, 0)
        self.has(outcome.err, "http://127.0.0.1:1/…: ")
        self.assertNotIn(self.SECRET, outcome.err)
        self.check.status, self.check.pause = 200, 60
        started = time.monotonic()
        outcome = self.press(url, ping_url=self.url, **SMALL)
        self.assertEqual(outcome.code, 0)
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(len(outcome.lines), 2)
        self.assertNotIn(self.SECRET, outcome.err)

    def test_not_where_another_run_is_at_work(self) -> None:
        self.assertEqual(self.press(self.server().url, **SMALL).code, 0)
        with open(os.path.join(self.site, ".flamepress", "lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.press(self.server().url, ping_url=self.url, **SMALL).code, BUSY)
        self.assertEqual(self.paths(), [])

    def test_not_for_a_dry_run(self) -> None:
        self.assertEqual(self.press(self.server().url, "--dry-run", ping_url=self.url, **SMALL).code, 0)
        self.assertEqual(self.paths(), [])

    def test_through_a_proxy(self) -> None:
        env = {"http_proxy": f"http://127.0.0.1:{self.listener.server_address[1]}", "no_proxy": "127.0.0.1"}
        outcome = self.press(self.server().url, ping_url="http://check.example/x", env=env, **SMALL)
        self.assertEqual(outcome, (0, "", ""))
        self.assertEqual(self.paths(), ["http://check.example/x/start", "http://check.example/x/0"])

    def test_addresses_that_are_none(self) -> None:
        for url in ("ftp://x/y", "hc-ping.com/x", "https://user:pw@host/x", "https://host/x?y=1", "https://"):
            outcome = self.command("check", "-c", self.config("http://127.0.0.1:9", ping_url=url))
            self.assertEqual(outcome.code, CONFIG, outcome)
            self.has(outcome.err, "ping_url")
            self.assertNotIn(url, outcome.err)


class Deadline(HookCase):
    def test_what_is_missing_then_has_failed(self) -> None:
        """Slow, but never too slow for `timeout`: without a deadline this would take a minute and more."""
        server = self.server()
        server.faults([{"kind": "slow", "seconds": 1}])
        services = [{"name": "checkout-api"}, {"name": "redis-server"}]
        started = time.monotonic()
        outcome = self.press(
            server.url, services=services, deadline="3s", source={"in_flight": 1}, picture={"width": 200},
            defaults={"step": "30m"},
        )
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(len(outcome.lines), 2, outcome.err)
        self.has(outcome.lines[0], "checkout-api on-cpu", "partial", "`deadline`")
        self.has(outcome.lines[1], "redis-server on-cpu", "failed", "`deadline`")
        self.assertEqual(self.command("verify", self.site).code, 0)

    def test_no_second_try_after_it(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 503, "retry_after": 60}])
        started = time.monotonic()
        outcome = self.press(server.url, deadline="2s", source={"retries": 5}, **SMALL)
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "`deadline`")


if __name__ == "__main__":
    unittest.main()
