"""Whatever happens to a run, what was published stays, it ends by itself, and each failed job has one useful line."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
import unittest
from typing import Any, Dict, List

from published import files_of, leftovers, nights_of
from support import BINARY, MEMORY, NIGHT1, NIGHT2, NOTHING, PARTIAL, Outcome, PressCase, at_a_fixed_time, environment
from support import setUpModule as setUpModule

JOBS = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}, {"name": "Total"}]
SMALL: Dict[str, Any] = {"services": JOBS, "picture": {"width": 200}, "defaults": {"step": "6h"}}
NAMES = ["checkout-api on-cpu", "checkout-api off-cpu", "redis-server on-cpu", "Total on-cpu"]
LATER = {"SOURCE_DATE_EPOCH": "1795400000"}


class SurviveCase(PressCase):
    scratch = MEMORY

    def old_site(self) -> Dict[str, bytes]:
        server = self.server()
        self.pressed(server.url, **SMALL)
        server.stop()
        return files_of(self.site)

    def whole(self) -> None:
        self.assertEqual(self.command("verify", self.site), (0, "", ""))
        self.assertEqual(leftovers(self.site), [])

    def one_line_each(self, outcome: Outcome, names: List[str]) -> None:
        """For each of these jobs, exactly one line that says what is wrong with it."""
        for name in names:
            lines = [line for line in outcome.lines if f" {name}, " in line and "error" in line]
            self.assertEqual(len(lines), 1, (name, outcome.err))
            self.assertGreater(len(lines[0]), 60)

    def limited(self, limit: int, *arguments: str) -> Outcome:
        done = subprocess.run(
            [BINARY, *at_a_fixed_time(arguments)],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
            capture_output=True,
            text=True,
            env=environment(LATER),
            timeout=60,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)


class Server(SurviveCase):
    def all_fail(self, seconds: float, *rules: Dict[str, Any], step: str = "6h", **source: Any) -> Outcome:
        before = self.old_site()
        server = self.server()
        server.faults(list(rules))
        started = time.monotonic()
        outcome = self.press(server.url, env=LATER, **{**SMALL, "defaults": {"step": step}, "source": {"retries": 1, **source}})
        self.assertLess(time.monotonic() - started, seconds)
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line_each(outcome, NAMES)
        self.assertEqual(files_of(self.site), before)
        self.whole()
        return outcome

    def test_down_from_the_start(self) -> None:
        before = self.old_site()
        outcome = self.press("http://127.0.0.1:9", env=LATER, **SMALL)
        self.assertEqual(outcome.code, NOTHING)
        self.one_line_each(outcome, NAMES)
        self.assertEqual(files_of(self.site), before)
        self.whole()

    def test_dies_in_the_middle(self) -> None:
        before = self.old_site()
        server = self.server()
        server.faults([{"kind": "slow", "seconds": 0.3}])
        changes = {**SMALL, "windows": ["2026-11-19", "2026-11-20"], "source": {"in_flight": 2}}
        process = self.start("run", "-c", self.config(server.url, **changes), env=LATER)
        while len(server.log()) < 8:
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        server.stop()
        outcome = self.finish(process, 60)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertLessEqual(len([line for line in outcome.lines if "error" in line]), 2 * len(NAMES))
        self.whole()
        for path, content in before.items():  # what was whole is not replaced by less
            if path.startswith(f"{NIGHT2}/checkout-api/") and not path.endswith(".html"):  # which lead to NIGHT1 now
                self.assertEqual(files_of(self.site)[path], content, path)
        server = self.server()
        config = self.config(server.url, **{**changes, "windows": ["yesterday"]})
        self.assertEqual(self.command("run", "-c", config, "--catch-up", "2"), (0, "", ""))
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.whole()

    def test_one_in_ten_replies_fails(self) -> None:
        before = self.old_site()
        kinds = [{"kind": "status", "code": 500}, {"kind": "reset", "when": "middle"}, {"kind": "truncate"}, {"kind": "garbage"}]
        for seed in range(3):
            server = self.server()
            server.faults([{**kind, "rate": 0.034, "seed": seed} for kind in kinds])
            changes = {**SMALL, "windows": ["2026-11-19", "2026-11-20"], "defaults": {"step": "1h"}}
            outcome = self.press(server.url, env=LATER, **changes)
            self.assertEqual(outcome.code, PARTIAL, outcome)
            self.whole()
            night = files_of(os.path.join(self.site, NIGHT2))
            for name in {path.split("/")[0] for path in night if path.endswith("on-cpu/profile.pb.gz")}:
                path = f"{name}/on-cpu/profile.folded.gz"  # a whole report is never replaced by a part of it
                self.assertEqual(night[path], before[f"{NIGHT2}/{path}"], path)
            server.faults([{**kind, "rate": 0.034, "seed": seed + 10} for kind in kinds[:3]])
            changes["source"] = {"retries": 8}
            self.assertEqual(self.press(server.url, env=LATER, **changes).code, 0)
            self.whole()
            shutil.rmtree(os.path.join(self.site, NIGHT1))
            server.stop()

    def test_a_slow_drip(self) -> None:
        self.all_fail(30, {"kind": "drip", "bytes_per_second": 100}, timeout="1s", retries=0)

    def test_silence(self) -> None:
        self.all_fail(30, {"kind": "hang_body"}, stall_timeout="1s", retries=0)

    def test_a_reply_without_end(self) -> None:
        for of in ("nodes", "spaces", "string", "headers"):
            self.all_fail(60, {"kind": "endless", "of": of}, max_response="8MiB", timeout="5s", retries=0)
            shutil.rmtree(self.site)

    def test_a_compression_bomb(self) -> None:
        self.all_fail(60, {"kind": "bomb", "of": "spaces"}, max_response="32MiB")

    def test_garbage(self) -> None:
        self.all_fail(30, {"kind": "garbage", "of": "body"})

    def test_a_reply_for_another_service(self) -> None:
        outcome = self.all_fail(30, {"kind": "wrong_service", "name": "somebody-else"}, step="1d")
        self.has(outcome.err, 'the reply is about "somebody-else", not about "redis-server"')


class Machine(SurviveCase):
    def test_the_output_is_removed_during_the_run(self) -> None:
        for old in (True, False):
            if old:
                self.old_site()
            server = self.server()
            server.faults([{"kind": "slow", "seconds": 1}])
            config = self.config(server.url, **SMALL)
            process = self.start("run", "-c", config)
            while not server.log():
                self.assertIsNone(process.poll())
                time.sleep(0.05)
            shutil.rmtree(self.site)
            outcome = self.finish(process, 60)
            self.assertEqual(outcome.code, NOTHING, outcome)
            self.assertEqual(len(outcome.lines), 1, outcome.err)
            self.has(outcome.err, self.site, "removed or replaced while the run was at work")
            self.assertEqual(files_of(self.site), {})
            self.assertFalse(os.path.exists(os.path.join(self.site, ".flamepress")))
            server.faults([])
            self.assertEqual(self.command("run", "-c", config), (0, "", ""))
            self.whole()
            server.stop()
            shutil.rmtree(self.site)

    def test_the_output_is_moved_away_during_the_run(self) -> None:
        before = self.old_site()
        server = self.server()
        server.faults([{"kind": "slow", "seconds": 1}])
        process = self.start("run", "-c", self.config(server.url, **SMALL), env=LATER)
        while not server.log():
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        os.rename(self.site, self.path("moved"))
        outcome = self.finish(process, 60)
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "removed or replaced")
        self.assertEqual(files_of(self.path("moved")), before)
        self.assertEqual(self.command("verify", self.path("moved")).code, 0)

    def test_no_file_descriptors_left(self) -> None:
        before = self.old_site()
        server = self.server()
        config = self.config(server.url, **SMALL)
        enough = 0
        for limit in (*range(4, 40, 3), 64):
            outcome = self.limited(limit, "run", "-c", config)
            self.assertIn(outcome.code, (0, NOTHING, PARTIAL, 78, 127), (limit, outcome))
            if outcome.code == 127:  # not even the loader had enough
                continue
            enough += outcome.code == 0
            self.assertLessEqual(len(outcome.lines), len(NAMES) + 4, outcome.err)
            self.assertTrue(outcome.lines or outcome.code == 0)
            self.assertEqual(self.command("verify", self.site), (0, "", ""), (limit, outcome))
            self.assertEqual({path for path in before} - {path for path in files_of(self.site)}, set(), limit)
        self.assertGreater(enough, 0)
        self.assertEqual(self.command("run", "-c", config, env=LATER), (0, "", ""))
        self.whole()

    def test_no_picture_without_its_fonts(self) -> None:
        """With however few files to open: a picture is as it should be, or it is said that it is not there."""
        server = self.server()
        config = self.config(server.url, **SMALL)

        def pictures() -> Dict[str, bytes]:
            return {path: data for path, data in files_of(self.site).items() if path.endswith("flamegraph.png")}

        self.assertEqual(self.command("run", "-c", config).code, 0)
        good = pictures()
        for limit in (*range(13, 40, 3), 31, 32, 33, 64):
            shutil.rmtree(self.site)
            outcome = self.limited(limit, "run", "-c", config)
            self.has_not(outcome.err, "Pango", "CRITICAL")
            if os.path.isdir(self.site):
                for path, data in pictures().items():
                    self.assertEqual(data, good[path], (limit, path))

    def test_told_to_stop_at_any_time(self) -> None:
        before = self.old_site()
        server = self.server()
        server.faults([{"kind": "slow", "seconds": 0.2}])
        config = self.config(server.url, **SMALL)
        for n, number in enumerate((signal.SIGTERM, signal.SIGINT, signal.SIGTERM)):
            process = self.start("run", "-c", config)
            while len(server.log()) <= 3 * n:
                self.assertIsNone(process.poll())
                time.sleep(0.02)
            process.send_signal(number)
            started = time.monotonic()
            outcome = self.finish(process)
            self.assertLess(time.monotonic() - started, 30)
            self.assertEqual(outcome.code, 128 + number)
            self.assertEqual(files_of(self.site), before)
            server.call("DELETE", "/_log")
        self.whole()


if __name__ == "__main__":
    unittest.main()
