"""Exit codes, and what stands in the output afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import unittest
from typing import Any, Callable

from published import files_of, leftovers, nights_of, page_problems, site_problems, text_of
from support import (
    BUSY,
    CONFIG,
    DAY2,
    NIGHT1,
    NIGHT2,
    NOTHING,
    PARTIAL,
    USAGE,
    PressCase,
    read_json,
    read_text,
)
from support import setUpModule as setUpModule
from truth import Expected, stacks

SERVICES = [{"name": "checkout-api"}, {"name": "redis-server"}, {"name": "Total"}]


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Nothing(PressCase):
    def test_a_server_that_is_down(self) -> None:
        outcome = self.press(f"http://127.0.0.1:{closed_port()}", services=SERVICES)
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.assertEqual(len(outcome.lines), 3, "one line for each failed job")
        for line, service in zip(sorted(outcome.lines), sorted(s["name"] for s in SERVICES)):
            self.assertIn("source.url", line, "what to do about it")
        self.assertEqual(nights_of(self.site), [])
        self.assertFalse(os.path.exists(os.path.join(self.site, "index.html")))
        self.assertEqual(leftovers(self.site), [])

    def test_a_server_that_is_down_leaves_the_old_site_as_it_was(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(self.site)
        server.stop()
        for window in ("2026-11-20", "2026-11-19"):
            outcome = self.press(
                server.url, windows=[window], services=SERVICES, env={"SOURCE_DATE_EPOCH": "1795300001"}
            )
            with self.subTest(window=window):
                self.assertEqual(outcome.code, NOTHING, outcome)
                self.assertEqual(len([line for line in outcome.lines if "error" in line]), 3, outcome.err)
                after = files_of(self.site)
                self.assertEqual(
                    [path for path in {**before, **after} if before.get(path) != after.get(path)], []
                )
                self.assertEqual(leftovers(self.site), [])

    def test_an_unknown_host(self) -> None:
        outcome = self.press("http://deepflow.invalid:20416")
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "deepflow.invalid", "source.url")


class Partly(PressCase):
    def test_one_job_fails_and_the_others_are_fine(self) -> None:
        server = self.server()
        server.faults(
            [
                {
                    "kind": "opt_status_fail",
                    "description": "disk is full",
                    "match": {"app_service": "redis-server"},
                }
            ]
        )
        outcome = self.press(server.url, services=SERVICES)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "redis-server on-cpu", "failed", "disk is full")
        failed = self.summary("redis-server")
        self.assertEqual((failed["outcome"], failed["total"], failed["functions"]), ("failed", 0, []))
        self.has(failed["failure"], "disk is full")
        self.has(text_of(self.page("redis-server")), "failed", "disk is full")
        for service in ("checkout-api", "Total"):
            self.assertEqual(self.summary(service)["outcome"], "ok")
            self.assertEqual(self.summary(service)["total"], Expected(stacks(service)).total)
        night = text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))
        self.has(night, "disk is full")
        self.has(text_of(read_text(os.path.join(self.site, "index.html"))), "failed")
        manifest = read_json(os.path.join(self.site, NIGHT2, "run.json"))
        self.assertEqual([j["outcome"] for j in manifest["jobs"]], ["ok", "failed", "ok"])
        self.assertEqual(site_problems(self.site), [])

    def test_hostile_words_of_a_server_stay_words(self) -> None:
        words = "</p><script>alert(1)</script> ]]> \x1b[31m \u202e & \" ' {{x}} \u0000"
        server = self.server()
        server.faults(
            [{"kind": "opt_status_fail", "description": words, "match": {"app_service": "redis-server"}}]
        )
        outcome = self.press(server.url, services=SERVICES)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertNotIn("\x1b", outcome.err)
        self.assertEqual(len(outcome.lines), 1, outcome.err)
        self.has(text_of(self.page("redis-server")), "<script>alert(1)</script> ]]>", "{{x}}")
        self.assertEqual(site_problems(self.site), [])

    def test_a_failed_job_keeps_the_report_of_an_earlier_run(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        server.faults([{"kind": "html200", "match": {"app_service": "redis-server"}}])
        outcome = self.press(server.url, services=SERVICES)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(self.summary("redis-server")["outcome"], "ok")
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_all_nights_but_one(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": DAY2}}])
        outcome = self.press(server.url, windows=["2026-11-19", "2026-11-20"], defaults={"step": "1d"})
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(nights_of(self.site), [NIGHT1])
        self.assertEqual(site_problems(self.site, tools=False), [])

    def damage(self, path: str, content: str = '{"schema": 1, "serv') -> str:
        with open(os.path.join(self.site, path), "w", encoding="utf-8") as file:
            file.write(content)
        return content

    def test_a_damaged_night_does_not_stop_the_others(self) -> None:
        server = self.server()
        self.pressed(server.url, windows=["2026-11-18", "2026-11-19"])
        for content in ('{"schema": 1, "serv', "", "[]", "{}", "null", '{"path": "2026/11/18", "services": []}'):
            self.damage(f"{NIGHT1}/summary.json", content)
            outcome = self.press(server.url)
            self.assertEqual(outcome.code, PARTIAL, outcome)
            self.one_line(outcome, "warning", NIGHT1, "summary.json is damaged", "press it again")
            self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT2)
            index = read_text(os.path.join(self.site, "index.html"))
            self.has(text_of(index), "Fri 20 Nov 2026", "Damaged nights ! damaged 2026/11/19", "3 nights")
            self.has(index, f'<a class="cell damaged" href="{NIGHT1}/index.html"')
            self.assertEqual(page_problems(os.path.join(self.site, "index.html")), [])
        os.unlink(os.path.join(self.site, NIGHT1, "summary.json"))
        self.assertEqual(self.press(server.url).code, PARTIAL)

    def test_the_newest_night_is_damaged(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.damage(f"{NIGHT2}/summary.json")
        outcome = self.press(server.url, windows=["2026-11-19"])
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT1)
        index = text_of(read_text(os.path.join(self.site, "index.html")))
        self.has(index, "The newest that can be read, of 2 nights: calendar Thu 19 Nov 2026", "damaged 2026/11/20")

    def test_pressing_a_damaged_night_again_mends_it(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(os.path.join(self.site, NIGHT2, "Total"))
        self.damage(f"{NIGHT2}/summary.json")
        self.damage(f"{NIGHT2}/redis-server/on-cpu/summary.json")
        outcome = self.press(server.url, "--only", "checkout-api", services=SERVICES)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "warning", NIGHT2, "is damaged")
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        self.assertEqual([s["path"] for s in night["services"]], ["Total/on-cpu", "checkout-api/on-cpu"])
        self.assertTrue(files_of(os.path.join(self.site, NIGHT2, "Total")) == before)
        self.assertEqual(site_problems(self.site, tools=False), [])
        self.pressed(server.url, services=SERVICES)

    def test_an_older_night_does_not_become_the_latest(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.pressed(server.url, windows=["2026-11-19"])
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT2)
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.assertEqual(site_problems(self.site, tools=False), [])


class Future(PressCase):
    NOON = "2026-11-20T12:00Z"

    def test_a_window_that_has_not_begun(self) -> None:
        server = self.server()
        for window in ("2026-11-21", "2027-01-01", "2026-11-20T12:00/PT1H"):
            outcome = self.press(server.url, "--now", self.NOON, "--window", window)
            self.assertEqual(outcome.code, USAGE, outcome)
            self.one_line(outcome, "has not begun", "2026-11-20 12:00:00")
            outcome = self.press(server.url, "--now", self.NOON, windows=[window])
            self.assertEqual(outcome.code, CONFIG, outcome)
            self.one_line(outcome, "flamepress.json", "windows[0]", "has not begun")
        outcome = self.press(server.url, "--now", self.NOON, "--since", "2026-11-21", "--until", "2026-11-22")
        self.assertEqual(outcome.code, USAGE, outcome)
        self.assertFalse(os.path.exists(self.site))
        self.assertEqual(server.log(), [])

    def test_a_window_that_begins_this_very_second(self) -> None:
        """Left out with one line, and no mistake: the others go on."""
        server = self.server()
        monday = "2026-06-01T00:00Z"  # the first second of a day, an hour, a week and a month
        for word in ("today", "hour", "week", "month"):
            for command in ("run", "check", "services"):
                config = self.config(server.url, windows=[word])
                outcome = self.command(command, "-c", config, "--now", monday)
                self.assertEqual(outcome.code, 0, outcome)
                self.assertEqual(len(outcome.lines), 1, outcome.err)
                self.has(outcome.err, "warning: ", "flamepress.json:", f'windows[0]: window "{word}": it begins this very second')
            outcome = self.press(server.url, "--now", monday, "--window", word)
            self.assertEqual(outcome.code, 0, outcome)
            self.one_line(outcome, "warning: ", word, "it begins this very second")
        self.assertEqual((server.log(), os.path.exists(self.site)), ([], False))
        outcome = self.press(server.url, "--now", "2026-11-21T00:00Z", windows=["hour", "yesterday", "today"])
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(len(outcome.lines), 2, outcome.err)
        self.assertEqual(nights_of(self.site), [NIGHT2])

    def test_a_window_that_is_not_over(self) -> None:
        """Pressed up to now, asked for up to now, and nobody takes it for the whole day."""
        server = self.server()
        self.pressed(server.url, "--now", self.NOON)
        night = "2026/11/20T000000Z-43200"
        self.assertEqual(nights_of(self.site), [night])
        summary = self.summary(night=night)
        self.assertEqual(summary["window"]["end"], DAY2 + 43200)
        self.assertEqual(summary["window"]["label"], "Fri 20 Nov 2026, 00:00 to 12:00 (+00:00), not over yet")
        self.assertEqual(summary["covered"], 1.0, "of the window that there was")
        self.has(text_of(self.page(night=night)), "not over yet")
        self.has(text_of(read_text(os.path.join(self.site, "index.html"))), "not over yet")
        asked = [entry["body"]["time_end"] for entry in server.log() if entry["path"].endswith("ProfileTracing")]
        self.assertEqual(max(asked), DAY2 + 43199)
        self.pressed(server.url)
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT2)


class Usage(PressCase):
    def wrong(self, code: int, *arguments: str) -> str:
        outcome = self.command(*arguments)
        self.assertEqual(outcome.code, code, f"{arguments}: {outcome}")
        self.assertEqual(outcome.out, "", arguments)
        self.assertGreaterEqual(len(outcome.lines), 1, arguments)
        self.assertFalse(os.path.exists(self.site))
        return outcome.err

    def test_64(self) -> None:
        config = self.config("http://127.0.0.1:9")
        for arguments in (
            (),
            ("frobnicate",),
            ("run",),
            ("run", "-c"),
            ("run", "-c", config, "--frobnicate"),
            ("run", "-c", config, "surplus"),
            ("run", "-c", config, "--window", "someday"),
            ("run", "-c", config, "--window", "today", "--since", "2026-11-20"),
            ("run", "-c", config, "--until", "2026-11-20"),
            ("run", "-c", config, "--since", "2026-11-21", "--until", "2026-11-20"),
            ("run", "-c", config, "--since", "2026-11-20", "--until", "2026-11-20"),
            ("run", "-c", config, "--now", "whenever"),
            ("run", "-c", config, "--only", "nobody-of-that-name"),
            ("run", "-c", config, "--log-format", "xml"),
            ("render",),
            ("render", config),
            ("render", "-o", self.path("out")),
            ("check",),
            ("services",),
            ("demo", "surplus"),
        ):
            self.wrong(USAGE, *arguments)

    def test_an_unknown_option_is_named(self) -> None:
        config = self.config("http://127.0.0.1:9")
        for option in ("--frobnicate", "--frobnicate=7", "-q"):
            for arguments in (("run", "-c", config, option), ("run", option, "-c", config)):
                self.has(self.wrong(USAGE, *arguments), option.split("=")[0])
        self.has(self.wrong(USAGE, "run", "-vqc", config), "-q")
        self.has(self.wrong(USAGE, "run", "--verbose=3", "-c", config), "--verbose")

    def test_a_near_miss_of_only_says_what_there_is(self) -> None:
        config = self.config("http://127.0.0.1:9", services=SERVICES)
        self.has(self.wrong(USAGE, "run", "-c", config, "--only", "checkout-apy"), "checkout-api")

    def test_78(self) -> None:
        self.wrong(CONFIG, "run", "-c", self.path("missing.json"))
        self.wrong(CONFIG, "run", "-c", self.write("broken.json", '{"output": '))
        self.wrong(CONFIG, "run", "-c", self.config("http://127.0.0.1:9", timezone="Mars/Olympus"))
        self.wrong(CONFIG, "run", "-c", self.config("http://127.0.0.1:9", windows=["someday"]))
        self.wrong(CONFIG, "run", "-c", self.config("ftp://127.0.0.1:9"))
        self.wrong(CONFIG, "run", "-c", self.config("http://127.0.0.1:9", output=None))
        self.wrong(CONFIG, "run", "-c", self.config("http://127.0.0.1:9", outputt="x"))
        self.wrong(CONFIG, "services", "-c", self.write("broken.json", "[]"))

    def test_help_and_version(self) -> None:
        for arguments in (
            ("--help",),
            ("--version",),
            *((c, "--help") for c in ("run", "render", "demo", "check", "services", "init")),
        ):
            outcome = self.command(*arguments)
            self.assertEqual((outcome.code, outcome.err), (0, ""), arguments)
            self.assertTrue(outcome.out)

    def test_a_directory_of_something_else(self) -> None:
        os.mkdir(self.site)
        self.write("site/precious.txt", "mine")
        server = self.server()
        outcome = self.press(server.url)
        self.assertEqual(outcome.code, USAGE, outcome)
        self.one_line(outcome, self.site, "--force")
        self.assertEqual(os.listdir(self.site), ["precious.txt"])
        self.pressed(server.url, "--force")
        self.assertEqual(read_text(os.path.join(self.site, "precious.txt")), "mine")

    def test_output_that_is_a_file(self) -> None:
        server = self.server()
        self.write("site", "a file")
        outcome = self.press(server.url)
        self.assertNotEqual(outcome.code, 0)
        self.one_line(outcome, self.site)
        self.assertEqual(read_text(self.site), "a file")


class Slow(PressCase):
    """Runs that are still under way."""

    def setUp(self) -> None:
        super().setUp()
        self.slow = self.server("--delay", "0.4")

    def start_run(self, *arguments: str, **changes: Any) -> "subprocess.Popen[bytes]":
        """A run of about ten seconds; returns once its first request was seen."""
        config = self.config(self.slow.url, "slow.json", **{"source": {"in_flight": 1}, **changes})
        self.slow.call("DELETE", "/_log")
        process = self.start("run", "-c", config, *arguments)
        self.until(lambda: bool(self.slow.log()))
        return process

    def until(self, what: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_75_for_the_second_of_two(self) -> None:
        first = self.start_run()
        started = time.monotonic()
        outcome = self.press(self.slow.url)
        self.assertEqual(outcome.code, BUSY, outcome)
        self.one_line(outcome, str(first.pid), self.site)
        self.assertLess(time.monotonic() - started, 30)
        first.send_signal(signal.SIGTERM)
        self.finish(first)
        self.pressed(self.server().url)

    def test_another_output_is_another_matter(self) -> None:
        self.start_run()
        self.pressed(self.server().url, "-o", self.path("other"))

    def interrupted(self, number: int, **changes: Any) -> None:
        server = self.server()
        self.pressed(server.url)
        before = files_of(self.site)
        process = self.start_run(**changes)
        time.sleep(0.3)
        started = time.monotonic()
        process.send_signal(number)
        outcome = self.finish(process, 40)
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(outcome.code, 128 + number, outcome)
        self.one_line(outcome)
        self.assertEqual(files_of(self.site), before)
        self.assertEqual(leftovers(self.site), [])
        self.pressed(server.url)

    def test_sigterm(self) -> None:
        self.interrupted(signal.SIGTERM)

    def test_sigint_with_many_in_flight(self) -> None:
        self.interrupted(signal.SIGINT, source={"in_flight": 8})

    def test_sighup(self) -> None:
        self.interrupted(signal.SIGHUP)

    def test_a_signal_while_it_waits_for_another_try(self) -> None:
        self.slow.faults([{"kind": "status", "code": 503, "retry_after": 60}])
        self.interrupted(signal.SIGTERM, source={"retries": 3})

    def test_a_signal_while_the_server_hangs(self) -> None:
        self.slow.faults([{"kind": "hang_body", "at": 0.5}])
        self.interrupted(signal.SIGTERM)

    def test_a_signal_to_services(self) -> None:
        self.slow.faults([{"kind": "hang_headers", "path": "query"}])
        process = self.start("services", "-c", self.config(self.slow.url))
        self.until(lambda: bool(self.slow.log()))
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process, 10)
        self.assertEqual(outcome.code, 130, outcome)


if __name__ == "__main__":
    unittest.main()
