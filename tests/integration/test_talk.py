"""What the program says, and to whom: cron hears nothing, failures are lines, a terminal sees progress."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import struct
import fcntl
import termios
import time
import unittest
from typing import Dict, Optional, Tuple

from support import BINARY, NOTHING, Outcome, PARTIAL, PressCase, at_a_fixed_time, environment, sanitizer_says
from support import setUpModule as setUpModule

SERVICES = [{"name": "checkout-api"}, {"name": "redis-server"}]
FAULT = {"kind": "opt_status_fail", "description": "disk\nis full", "match": {"app_service": "redis-server"}}


class Pipe(PressCase):
    def test_silence_on_success(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        self.pressed(server.url, "--log-format", "json", services=SERVICES)

    def test_one_line_for_each_failed_job(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404}])
        outcome = self.press(server.url, services=SERVICES + [{"name": "Total"}])
        self.assertEqual(outcome.code, NOTHING)
        self.assertEqual(len(outcome.lines), 3, outcome.err)
        for line in outcome.lines:
            self.assertRegex(
                line, r"^flamepress: error: [\w-]+ on-cpu, Fri 20 Nov 2026: failed: .*404.*source\.url"
            )
        self.has_not(outcome.err, "\033", "\r")

    def test_verbose_says_what_it_does(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 503, "count": 1}])
        outcome = self.press(server.url, "-v", services=SERVICES, source={"retries": 2})
        self.assertEqual((outcome.code, outcome.out), (0, ""))
        self.has(
            outcome.err,
            "checkout-api on-cpu",
            "redis-server on-cpu",
            "ok",
            "attempt 1 failed",
            "503",
            "published",
        )
        self.assertFalse([line for line in outcome.lines if not line.startswith("flamepress: ")])
        more = self.press(server.url, "-v", "--verbose", services=SERVICES)
        self.assertEqual(more.code, 0)

    def test_json_lines(self) -> None:
        server = self.server()
        server.faults([FAULT])
        outcome = self.press(server.url, "--log-format", "json", "-v", services=SERVICES)
        self.assertEqual(outcome.code, PARTIAL)
        lines = [json.loads(line) for line in outcome.lines]
        self.assertGreaterEqual(len(lines), 3)
        for line in lines:
            self.assertLessEqual({"time", "level", "message"}, set(line))
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        errors = [line for line in lines if line["level"] == "error"]
        self.assertEqual(len(errors), 1)
        self.has(errors[0]["message"], "redis-server", "is full")

    def test_json_lines_for_mistakes(self) -> None:
        for arguments in (
            ("run", "--log-format", "json", "-c", self.write("broken.json", '{\n  "a": tru\n}')),
            ("run", "-c", self.path("missing"), "--log-format=json"),
            (
                "check",
                "--log-format",
                "json",
                "-c",
                self.write("wrong.json", '{"outputt": 1, "services": []}'),
            ),
            ("render", "--log-format", "json", self.write("x", "{"), "-o", self.path("out")),
        ):
            outcome = self.command(*arguments)
            self.assertNotEqual(outcome.code, 0)
            for line in outcome.lines:
                self.assertEqual(json.loads(line)["level"], "error", arguments)
        self.assertEqual(
            json.loads(
                self.command(*("run", "--log-format", "json", "-c", self.path("broken.json"))).lines[0]
            )["line"],
            2,
        )

    def test_a_full_standard_output(self) -> None:
        done = self.start_with_full_stdout("init", "-")
        self.assertNotEqual(done.code, 0)
        self.has(done.err, "standard output")

    def start_with_full_stdout(self, *arguments: str) -> Outcome:
        import subprocess

        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [BINARY, *at_a_fixed_time(arguments)],
                stdout=full,
                stderr=subprocess.PIPE,
                env=environment(),
                timeout=30,
            )
        return Outcome(done.returncode, "", done.stderr.decode())

    def test_closed_descriptors(self) -> None:
        """Started with 0, 1 and 2 closed, no file of the site may become standard error."""
        import subprocess

        server = self.server()
        server.faults([FAULT])
        config = self.config(server.url, services=SERVICES)
        script = 'exec "$0" "$@" <&- >&- 2>&-'
        command = at_a_fixed_time(["run", "-v", "-c", config])
        done = subprocess.run(["sh", "-c", script, BINARY, *command], env=environment(), timeout=60)
        self.assertEqual(done.returncode, PARTIAL)
        from published import site_problems

        self.assertEqual(site_problems(self.site, tools=False), [])
        for directory, _, files in os.walk(self.site):
            for name in files:
                with open(os.path.join(directory, name), "rb") as file:
                    self.assertNotIn(b"flamepress: info", file.read(), name)


class Terminal(PressCase):
    def on_terminal(
        self, *arguments: str, columns: int = 80, env: Optional[Dict[str, Optional[str]]] = None
    ) -> Tuple[int, str]:
        """Exit code, and all that came to the terminal."""
        variables = environment({"TERM": "xterm-256color", **(env or {})})
        pid, master = pty.fork()
        if pid == 0:
            try:
                os.execve(BINARY, [BINARY, *at_a_fixed_time(arguments)], variables)
            finally:
                os._exit(127)
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        seen, end = b"", time.monotonic() + 60
        while time.monotonic() < end:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            seen += data
        os.close(master)
        _, status = os.waitpid(pid, 0)
        text = seen.decode("utf-8")
        self.assertFalse(sanitizer_says(text), text)
        return os.waitstatus_to_exitcode(status), text

    def test_progress(self) -> None:
        server = self.server("--delay", "0.02")
        code, text = self.on_terminal("run", "-c", self.config(server.url, services=SERVICES))
        self.assertEqual(code, 0)
        shown = re.findall(r"(\d+)/2 jobs, (\d+)/48 requests, [\d.,]+/s, (\d+) failed, (\d+) partial", text)
        self.assertGreater(len(shown), 1, text[:500])
        self.assertEqual(
            sorted(int(requests) for _, requests, *_ in shown), [int(requests) for _, requests, *_ in shown]
        )
        self.assertEqual(shown[-1], ("2", "48", "0", "0"))
        self.assertTrue(text.endswith("\r\033[K"), "the line is gone in the end")
        self.assertNotIn("\n", text)

    def test_progress_is_drawn_ten_times_a_second_at_most(self) -> None:
        server = self.server()
        config = self.config(server.url, services=SERVICES, defaults={"step": "2m"})  # 1440 requests
        started = time.monotonic()
        code, text = self.on_terminal("run", "-c", config)
        took = time.monotonic() - started
        self.assertEqual(code, 0)
        shown = re.findall(r"(\d+)/2 jobs, (\d+)/1440 requests", text)
        self.assertGreater(len(shown), 1)
        self.assertLessEqual(len(shown), took * 10 + 2)
        self.assertEqual(shown[-1], ("2", "1440"), "the last state is drawn, however soon after the one before")

    def test_progress_counts_what_is_partial(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"app_service": "redis-server", "hour": 9}}])
        code, text = self.on_terminal("run", "-c", self.config(server.url, services=SERVICES))
        self.assertEqual(code, PARTIAL)
        self.has(text, "2/2 jobs, 48/48 requests", "0 failed, 1 partial")

    def test_failures_stand_on_lines_of_their_own(self) -> None:
        server = self.server()
        server.faults([FAULT])
        code, text = self.on_terminal("run", "-c", self.config(server.url, services=SERVICES))
        self.assertEqual(code, PARTIAL)
        lines = [line for line in text.split("\r\n") if "redis-server" in line]
        self.assertEqual(len(lines), 1, text)
        self.has(lines[0], "\033[1;31merror:\033[0m", "failed")
        self.has(text, "1 failed")

    def test_no_color(self) -> None:
        server = self.server()
        server.faults([FAULT])
        config = self.config(server.url, services=SERVICES)
        _, text = self.on_terminal("run", "-c", config, env={"NO_COLOR": "1"})
        self.has(text, "error: redis-server")
        self.assertNotRegex(text, "\033\\[[0-9;]*m")
        _, text = self.on_terminal("run", "-c", config, env={"NO_COLOR": ""})
        self.assertRegex(text, "\033\\[[0-9;]*m", "empty is as if not set")

    def test_a_dumb_terminal_is_a_file(self) -> None:
        server = self.server()
        code, text = self.on_terminal(
            "run", "-c", self.config(server.url, services=SERVICES), env={"TERM": "dumb"}
        )
        self.assertEqual((code, text), (0, ""))

    def test_a_narrow_terminal(self) -> None:
        server = self.server()
        code, text = self.on_terminal("run", "-c", self.config(server.url, services=SERVICES), columns=20)
        self.assertEqual(code, 0)
        for part in text.split("\r\033[K"):
            self.assertLess(len(part), 20, "it would wrap")

    def test_json_lines_know_no_progress(self) -> None:
        server = self.server()
        code, text = self.on_terminal(
            "run", "--log-format", "json", "-c", self.config(server.url, services=SERVICES)
        )
        self.assertEqual((code, text), (0, ""))

    def test_the_last_words_of_ctrl_c(self) -> None:
        """On a terminal, too, it is one line, and the progress is gone before it."""
        server = self.server()
        server.faults([{"kind": "hang_headers"}])
        config = self.config(server.url)
        pid, master = pty.fork()
        if pid == 0:
            try:
                command = at_a_fixed_time(["run", "-c", config])
                os.execve(BINARY, [BINARY, *command], environment({"TERM": "xterm"}))
            finally:
                os._exit(127)
        end = time.monotonic() + 20
        while not server.log() and time.monotonic() < end:
            time.sleep(0.02)
        os.write(master, b"\x03")
        seen = b""
        try:
            while True:
                seen += os.read(master, 4096)
        except OSError:
            pass
        os.close(master)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 130, seen)


if __name__ == "__main__":
    unittest.main()
