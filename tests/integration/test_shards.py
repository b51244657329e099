"""A run in shards, put together: the same site as one machine's, byte for byte, whatever happens to a shard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import unittest
from typing import Any, Dict, List

from published import files_of, site_problems
from support import (
    BINARY,
    BUSY,
    MEMORY,
    NIGHT2,
    NOTHING,
    PARTIAL,
    USAGE,
    Outcome,
    PressCase,
    read_json,
    read_text,
)
from support import setUpModule as setUpModule

SHARDS = 7
REGRESSION = 3
SERVICES: List[Dict[str, Any]] = [
    {"match": "*", "except": ["checkout-api"], "events": ["on-cpu", "off-cpu"], "max_services": 3},
    {"name": "checkout-api", "events": ["on-cpu", "off-cpu", "mem-inuse"], "ticket": True},
    {"name": "no-such-service"},
    {"name": "Total", "id": "by-tag", "group_by": ["host"]},
    *({"name": "redis-server", "id": f"redis-{i}", "fold_threads": bool(i % 2)} for i in range(12)),
]
SETTINGS: Dict[str, Any] = {
    "output": None,
    "windows": ["2026-11-20", "2026-11-19"],
    "baseline": "previous",
    "services": SERVICES,
    "site_url": "https://flames.example/",
    "defaults": {"step": "1d"},
    "picture": {"width": 200},
}


def catches(pid: int, number: int) -> bool:
    """Whether a process has come so far as to handle a signal itself."""
    caught = next(line for line in read_text(f"/proc/{pid}/status").splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


class ShardCase(PressCase):
    """One machine publishes into `alone`, shards into `site`."""

    scratch = MEMORY
    shards = SHARDS

    def setUp(self) -> None:
        super().setUp()
        self.alone = self.path("alone")

    def settings(self, url: str, **changes: Any) -> str:
        return self.config(url, **{**SETTINGS, **changes})

    def run_alone(self, config: str, *arguments: str) -> Outcome:
        return self.command("run", "-c", config, "-o", self.alone, *arguments)

    def shard_arguments(self, config: str, index: int) -> List[str]:
        return ["run", "-c", config, "-o", self.site, "--shard", f"{index}/{self.shards}"]

    def shard(self, config: str, index: int, *arguments: str) -> Outcome:
        return self.command(*self.shard_arguments(config, index), *arguments)

    def press_all(self, config: str, *arguments: str, code: int = 0) -> None:
        for index in range(self.shards):
            outcome = self.shard(config, index, *arguments)
            self.assertEqual(outcome.code, code, (index, outcome))

    def assemble(self, config: str, *arguments: str) -> Outcome:
        return self.command("assemble", "-c", config, "-o", self.site, "--shards", str(self.shards), *arguments)

    def places(self) -> List[str]:
        """The directories of parts, whole or not."""
        top = os.path.join(self.site, ".flamepress", "parts")
        runs = sorted(os.listdir(top)) if os.path.isdir(top) else []
        return [os.path.join(top, run, place) for run in runs for place in sorted(os.listdir(os.path.join(top, run)))]

    def place(self, index: int) -> str:
        return next(place for place in self.places() if os.path.basename(place) == f"{index}-of-{self.shards}")

    def jobs(self, config: str, index: int) -> int:
        outcome = self.shard(config, index, "--dry-run")
        self.assertEqual(outcome.code, 0, outcome)
        return sum(line.startswith("  ") and " request" in line for line in outcome.out.splitlines())

    def same(self) -> None:
        one, other = files_of(self.alone), files_of(self.site)
        self.assertEqual(sorted(one), sorted(other))
        self.assertEqual([name for name in one if one[name] != other[name]], [])
        self.assertGreater(len(one), 20)


class Whole(ShardCase):
    def wait_for_report(self, index: int) -> str:
        """Until the shard has drawn something; returns the directory of its part."""
        for _ in range(600):
            for place in self.places():
                if os.path.basename(place) == f"{index}-of-{self.shards}":
                    for _folder, _folders, files in os.walk(place):
                        if "summary.json" in files:
                            return place
            time.sleep(0.05)
        self.fail("the shard builds nothing")

    def start_shard(self, config: str, index: int) -> "subprocess.Popen[bytes]":
        return self.start(*self.shard_arguments(config, index))

    def test_seven_processes_and_one_killed(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        self.assertEqual(self.run_alone(config).code, 0)
        victim = max(range(self.shards), key=lambda index: self.jobs(config, index))
        server.faults([{"kind": "slow", "seconds": 0.2}])
        processes = {index: self.start_shard(config, index) for index in range(self.shards)}
        place = self.wait_for_report(victim)
        processes[victim].send_signal(signal.SIGKILL)
        self.finish(processes.pop(victim))
        self.assertFalse(os.path.exists(os.path.join(place, "part")))
        state = os.path.join(place, ".flamepress")
        self.assertEqual(len(os.listdir(state)), 2, "the lock, and what the killed one built")
        for index, process in processes.items():
            self.assertEqual(self.finish(process).code, 0, index)
        missing = self.assemble(config)
        self.assertEqual(missing.code, BUSY)
        self.one_line(missing, f"1 of {self.shards} parts", f": {victim}/{self.shards}: ", "run --shard")
        self.assertEqual(os.listdir(self.site), [".flamepress"], "nothing is published")

        server.faults([])
        self.assertEqual(self.shard(config, victim).code, 0)
        self.assertEqual(os.listdir(state), ["lock"])
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))
        self.assertEqual(site_problems(self.site), [])
        self.assertEqual(self.places(), [], "parts that are published are removed")
        self.assertEqual(sorted(os.listdir(os.path.join(self.site, ".flamepress"))), ["assembled", "lock", "published"])
        self.same()

    def test_again_over_what_is_published(self) -> None:
        """What one machine keeps of an earlier run, and what it shows of the nights, is the same."""
        server = self.server()
        first = self.settings(server.url, name="first.json", windows=["2026-11-19"])
        config = self.settings(server.url)
        for site in (self.alone, self.site):
            self.command("run", "-c", first, "-o", site)
        server.faults([{"kind": "status", "code": 500, "match": {"app_service": "checkout-api"}}])
        alone = self.run_alone(config)
        self.assertEqual(alone.code, PARTIAL)
        for index in range(self.shards):
            self.assertIn(self.shard(config, index).code, (0, NOTHING, PARTIAL))
        outcome = self.assemble(config)
        self.assertEqual(outcome.code, PARTIAL)
        kept = [line for line in alone.lines if "is kept" in line]
        self.assertEqual(len(kept), 3)
        self.assertEqual([line for line in outcome.lines if "is kept" in line], kept)
        self.same()

    def test_only(self) -> None:
        """Reports that the run was not asked for stay, and a shard without a job leaves a part all the same."""
        config = self.settings(self.server().url)
        for site in (self.alone, self.site):
            self.command("run", "-c", config, "-o", site)
        self.assertEqual(self.run_alone(config, "--only", "redis-1*", "--force").code, 0)
        self.press_all(config, "--only", "redis-1*", "--force")
        self.assertEqual(self.assemble(config).code, BUSY, "another run than that of the parts")
        self.assertEqual(self.assemble(config, "--only", "redis-1*", "--force").code, 0)
        self.same()

    def test_a_pattern_that_nobody_could_be_asked_about(self) -> None:
        """It fails in every shard: one report says so. It fails in one: then that one's services are missing."""
        server = self.server()
        config = self.settings(server.url, windows=["2026-11-20"], baseline="none")
        fault = {"kind": "status", "code": 500, "path": "query"}
        server.faults([fault])
        self.assertEqual(self.run_alone(config).code, PARTIAL)
        for index in range(self.shards):
            self.assertEqual(self.shard(config, index).code, PARTIAL if self.jobs_of_part(index) else NOTHING)
        self.assertEqual(self.assemble(config).code, PARTIAL)
        self.same()

        shutil.rmtree(self.site)
        self.assertEqual(self.shard(config, 0).code, PARTIAL)
        server.faults([])
        for index in range(1, self.shards):
            self.assertEqual(self.shard(config, index).code, 0)
        self.assertEqual(self.assemble(config).code, PARTIAL)
        entries = read_json(os.path.join(self.site, NIGHT2, "summary.json"))["services"]
        failed = sorted(e["path"] for e in entries if e["outcome"] == "failed")
        self.assertEqual([path.split("/")[0] for path in failed], ["services%5B0%5D", "services%5B3%5D"])
        self.assertGreater(sum(e["outcome"] == "ok" for e in entries), 12)
        self.assertEqual(site_problems(self.site), [])

    def jobs_of_part(self, index: int) -> int:
        """Reports in a part that have not failed."""
        part = read_json(os.path.join(self.place(index), "part", "part.json"))
        return sum(r["entry"]["outcome"] != "failed" for night in part["nights"] for r in night["reports"])


class Few(ShardCase):
    """Two shards, one night."""

    shards = 2

    def settings(self, url: str, **changes: Any) -> str:
        small = {"windows": ["2026-11-20"], "baseline": "none", "services": SERVICES[1:2] + SERVICES[4:]}
        return super().settings(url, **{**small, **changes})

    def test_a_part_that_is_there_is_not_pressed_again(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        self.press_all(config)
        asked = len(server.log())
        self.press_all(config)
        self.assertEqual(len(server.log()), asked)
        again = self.shard(config, 0, "--verbose")
        self.assertIn("is there already", again.err)

    def test_a_part_of_failures_alone_is_pressed_again(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        server.faults([{"kind": "status", "code": 500}])
        self.press_all(config, code=NOTHING)
        whole = self.assemble(config)
        self.assertEqual(whole.code, NOTHING)
        self.assertEqual(self.places(), [], "a run of failures has come to its end, too")
        self.press_all(config, code=NOTHING)
        server.faults([])
        self.press_all(config)
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))

    def test_parts_of_another_run_are_not_mixed_in(self) -> None:
        """Another configuration, another night, another number of shards: the parts of each are a run of their own."""
        server = self.server()
        config = self.settings(server.url)
        other = self.settings(server.url, name="other.json", title="another")
        self.assertEqual(self.shard(config, 0).code, 0)
        self.assertEqual(self.shard(other, 1).code, 0)
        self.assertEqual(self.shard(config, 1, "--window", "2026-11-19").code, 0)
        self.shards = 3
        self.assertEqual(self.shard(config, 1).code, 0)
        self.shards = 2
        self.one_line(self.assemble(config), "1 of 2 parts", ": 1/2: ")
        self.one_line(self.assemble(other), "1 of 2 parts", ": 0/2: ")
        self.assertEqual(self.shard(config, 1).code, 0)
        self.assertEqual(self.assemble(config).code, 0)
        self.assertEqual(len(self.places()), 3, "those of other runs stay")

    def test_forgotten_parts_are_removed(self) -> None:
        config = self.settings(self.server().url)
        self.assertEqual(self.shard(config, 0, "--window", "2026-11-19").code, 0)
        old = os.path.dirname(self.places()[0])
        os.utime(old, (time.time() - 8 * 86400,) * 2)
        self.press_all(config)
        self.assertEqual(self.assemble(config).code, 0)
        self.assertFalse(os.path.exists(old))

    def test_two_that_assemble(self) -> None:
        """One publishes, the other is told that it was late or that nothing is left to do."""
        config = self.settings(self.server().url)
        self.assertEqual(self.run_alone(config).code, 0)
        self.press_all(config)
        arguments = ["assemble", "-c", config, "-o", self.site, "--shards", "2"]
        outcomes = [self.finish(process) for process in [self.start(*arguments), self.start(*arguments)]]
        # Once the first has published all, the second finds its note: put together already, 0.
        self.assertIn(sorted(outcome.code for outcome in outcomes), ([0, BUSY], [0, 0]), outcomes)
        self.same()

    def test_two_processes_of_one_shard(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        server.faults([{"kind": "slow", "seconds": 0.3}])
        processes = [self.start(*self.shard_arguments(config, 0)) for _ in range(2)]
        outcomes = [self.finish(process) for process in processes]
        self.assertEqual(sorted(outcome.code for outcome in outcomes), [0, BUSY], outcomes)

    def test_shards_do_not_hold_the_lock_of_the_site(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        server.faults([{"kind": "slow", "seconds": 1, "match": {"app_service": "redis-server"}}])
        process = self.start(*self.shard_arguments(config, 0))
        outcome = self.command("run", "-c", config, "-o", self.site, "--only", "checkout-api")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIsNone(process.poll(), "it was to be still at work")
        self.assertEqual(self.finish(process).code, 0, "and a run has removed nothing of it")

    def test_waiting(self) -> None:
        config = self.settings(self.server().url)
        self.assertEqual(self.shard(config, 0).code, 0)
        started = time.monotonic()
        late = self.assemble(config, "--wait", "2s")
        self.assertEqual(late.code, BUSY)
        self.assertGreaterEqual(time.monotonic() - started, 2)
        waiting = self.start("assemble", "-c", config, "-o", self.site, "--shards", "2", "--wait", "60s")
        self.assertEqual(self.shard(config, 1).code, 0)
        self.assertEqual(self.finish(waiting), Outcome(0, "", ""))
        arguments = ("--shards", "2", "--wait", "60s", "--window", "2026-11-19")
        stopped = self.start("assemble", "-c", config, "-o", self.site, *arguments)
        while not catches(stopped.pid, signal.SIGTERM):
            time.sleep(0.02)
        stopped.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(stopped).code, 128 + signal.SIGTERM)

    def test_without_a_part(self) -> None:
        """Its reports are failed ones that say why; what an earlier run has of them stays."""
        server = self.server()
        services = [*SERVICES[:2], *SERVICES[4:]]
        config = self.settings(server.url, services=services)
        self.assertEqual(self.run_alone(config).code, 0)
        self.assertEqual(self.shard(config, 1).code, 0)
        planned = self.shard(config, 0, "--dry-run").out.splitlines()
        jobs = [line.strip().rsplit(":", 1)[0] for line in planned if " request" in line]
        self.assertEqual(self.assemble(config).code, BUSY)
        profiles = sum(entry["path"] != "/v1/query/" for entry in server.log())
        outcome = self.assemble(config, "--incomplete")
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(sum(entry["path"] != "/v1/query/" for entry in server.log()), profiles, "no profile is asked for")
        entries = read_json(os.path.join(self.site, NIGHT2, "summary.json"))["services"]
        failed = [entry for entry in entries if entry["outcome"] == "failed"]
        self.assertEqual([f"{entry['title']} {entry['event']}" for entry in failed], jobs[: len(failed)])
        self.assertEqual(len(failed), len(outcome.lines))
        for entry in failed:
            self.assertIn("shard 0/2, which this report fell to, left no part", entry["failure"])
        alone = read_json(os.path.join(self.alone, NIGHT2, "summary.json"))["services"]
        self.assertEqual([entry["path"] for entry in entries], [entry["path"] for entry in alone])
        self.assertEqual(site_problems(self.site), [])

        self.assertEqual(self.shard(config, 0).code, 0)
        self.assertEqual(self.shard(config, 1).code, 0)
        self.assertEqual(self.assemble(config).code, 0)
        self.same()

    def test_a_damaged_part(self) -> None:
        config = self.settings(self.server().url)
        self.press_all(config)
        folder = os.path.join(self.place(0), "part", NIGHT2)
        for damage in ("change", "remove"):
            report = os.path.join(folder, sorted(os.listdir(folder))[0], "on-cpu", "summary.json")
            if damage == "change":
                with open(report, "r+b") as file:
                    file.write(b"X")
            else:
                os.unlink(report)
            outcome = self.assemble(config)
            self.assertEqual(outcome.code, NOTHING, outcome)
            self.one_line(outcome, "part", "is damaged; remove it", "summary.json")
            self.assertFalse(os.path.exists(os.path.join(self.site, "index.html")))
        outcome = self.assemble(config, "--incomplete")
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.has(outcome.lines[0], "warning: the part of shard 0/2 is damaged, so it counts as missing", "summary.json")
        self.assertTrue(all("shard 0/2" in line for line in outcome.lines), outcome.err)
        self.assertTrue(os.path.exists(os.path.join(self.site, "index.html")))

    def test_a_shard_makes_its_damaged_part_anew(self) -> None:
        config = self.settings(self.server().url)
        self.press_all(config)
        folder = os.path.join(self.place(0), "part", NIGHT2)
        os.unlink(os.path.join(folder, sorted(os.listdir(folder))[0], "on-cpu", "summary.json"))
        outcome = self.shard(config, 0)
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, "damaged, so it is made anew", "summary.json")
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))

    def test_who_assembles_is_started_again(self) -> None:
        server = self.server()
        config = self.settings(server.url)
        self.press_all(config)
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))
        before, asked = files_of(self.site), len(server.log())
        started = time.monotonic()
        again = self.assemble(config, "--incomplete", "--wait", "5m", "--verbose")
        self.assertEqual(again.code, 0, again)
        self.has(again.err, "put together already")
        self.assertLess(time.monotonic() - started, 60)
        self.assertEqual(len(server.log()), asked)
        self.assertTrue(files_of(self.site) == before)
        self.assertEqual(self.shard(config, 0).code, 0)
        self.one_line(self.assemble(config), "1 of 2 parts", ": 1/2: ")  # a new run of the same
        self.assertEqual(self.shard(config, 1).code, 0)
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))
        shutil.rmtree(os.path.join(self.site, NIGHT2))
        self.assertEqual(self.assemble(config).code, BUSY)

    def test_links_in_a_part_lead_nowhere(self) -> None:
        """Names that part.json gives are names of files, below the part."""
        config = self.settings(self.server().url)
        self.press_all(config)
        said = os.path.join(self.place(0), "part", "part.json")
        text = read_text(said)
        for before, after in (('"name": "summary.json"', '"name": "../summary.json"'), ("/on-cpu", "/../../on-cpu")):
            with open(said, "w", encoding="utf-8") as file:
                file.write(text.replace(before, after))
            self.one_line(self.assemble(config), "is damaged")

    def test_regressions_are_said_by_who_assembles(self) -> None:
        defaults = {"step": "1d", "compare": {"regression_share": 0.001, "q": 0.5}}
        config = self.settings(self.server().url, windows=["2026-11-19", "2026-11-20"], baseline="previous", defaults=defaults)
        wrong = self.shard(config, 0, "--fail-on-regression")
        self.assertEqual(wrong.code, USAGE)
        self.one_line(wrong, "--fail-on-regression", "assemble")
        alone = self.run_alone(config, "--fail-on-regression")
        self.assertEqual(alone.code, REGRESSION, alone)
        self.press_all(config)
        outcome = self.assemble(config, "--fail-on-regression")
        self.assertEqual(outcome.code, REGRESSION, outcome)
        self.assertEqual(outcome.err.replace(self.site, self.alone), alone.err)
        self.same()


    def test_hooks_are_those_of_who_assembles(self) -> None:
        told = self.path("told")
        config = self.settings(self.server().url, after_publish=["/bin/sh", "-c", f"date >> {told}"])
        self.press_all(config)
        self.assertFalse(os.path.exists(told))
        self.assertEqual(self.assemble(config), Outcome(0, "", ""))
        self.assertEqual(len(read_text(told).splitlines()), 1)

    def test_catching_up_is_for_one(self) -> None:
        outcome = self.shard(self.settings("http://127.0.0.1:1"), 0, "--catch-up", "3")
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "--catch-up", "--shard")

    def test_verify_passes_over_parts(self) -> None:
        config = self.settings(self.server().url)
        self.assertEqual(self.command("run", "-c", config, "-o", self.site).code, 0)
        self.press_all(config)
        self.assertEqual(self.command("verify", self.site).code, 0)
        self.assertEqual(self.assemble(config).code, 0)
        self.assertEqual(self.command("verify", self.site).code, 0)


class Who(ShardCase):
    """Which shard a process is."""

    def planned(self, env: Dict[str, str], *arguments: str) -> Outcome:
        config = self.config("http://127.0.0.1:1", services=SERVICES[4:], output=self.site)
        return self.command("run", "-c", config, "--dry-run", *arguments, env=dict(env))

    def test_the_environment(self) -> None:
        given = [self.planned({}, "--shard", f"{i}/3") for i in range(3)]
        self.assertEqual([outcome.code for outcome in given], [0, 0, 0])
        self.assertEqual(sum(int(outcome.out.splitlines()[-3].split()[0]) for outcome in given), 12)
        kubernetes = {"JOB_COMPLETION_INDEX": "1", "JOB_COMPLETION_COUNT": "3"}
        self.assertEqual(self.planned(kubernetes), given[1])
        slurm = {"ID": "15", "COUNT": "3", "MIN": "5", "STEP": "5"}
        self.assertEqual(self.planned({f"SLURM_ARRAY_TASK_{name}": value for name, value in slurm.items()}), given[2])
        self.assertEqual(self.planned(kubernetes, "--shard", "0/3"), given[0])
        self.assertEqual(self.planned(kubernetes, "--shard", "none"), self.planned({}))

    def test_what_is_wrong_with_it(self) -> None:
        for text in ("", "1", "3/3", "-1/3", "1/0", "1/3x", "a/b", "1/99999999999", " 1/3", "1/10001"):
            outcome = self.planned({}, "--shard", text)
            self.assertEqual(outcome.code, USAGE, text)
            self.one_line(outcome, "--shard", "I/N")
        wrong: List[Dict[str, str]] = [
            {"JOB_COMPLETION_INDEX": "1"},
            {"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETION_COUNT": "3"},
            {"JOB_COMPLETION_INDEX": "x", "JOB_COMPLETION_COUNT": "3"},
            {"SLURM_ARRAY_TASK_ID": "1"},
            {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "3"},
            {"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_STEP": "3"},
        ]
        for env in wrong:
            outcome = self.planned(env)
            self.assertEqual(outcome.code, USAGE, env)
            self.one_line(outcome, "environment's", "--shard none")

    def test_how_many(self) -> None:
        config = self.config("http://127.0.0.1:1", output=self.site)
        for arguments in ([], ["--shards", "0"], ["--shards", "x"]):
            outcome = self.command("assemble", "-c", config, *arguments)
            self.assertEqual(outcome.code, USAGE)
            self.one_line(outcome, "shards")
        outcome = self.command("assemble", "-c", config, env={"JOB_COMPLETION_COUNT": "4"})
        self.assertEqual(outcome.code, BUSY)
        self.one_line(outcome, "4 of 4 parts")

    def test_windows_that_end_now(self) -> None:
        """Each process would press another one; the clock of the tests is not in the way here."""
        config = self.config("http://127.0.0.1:1", output=self.site, windows=["last 6h"])
        for arguments in (["run", "--shard", "0/2"], ["assemble", "--shards", "2"]):
            done = subprocess.run([BINARY, *arguments, "-c", config], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, USAGE, done)
            self.assertIn("the same --now", done.stderr)


if __name__ == "__main__":
    unittest.main()
