"""The stand-in against recorded replies of real servers.

With FP_SHARED set to a directory that has golden/rows and golden/cases, every recorded case is replayed;
without it, those that the bundled rows can answer.
"""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Dict, List

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from samples import DATA, ROWS, VERSIONS, paths_of, read_reply  # noqa: E402
from standin import PROFILE, Standin  # noqa: E402

SHARED = os.environ.get("FP_SHARED", "")
GOLDEN = os.path.join(SHARED, "golden")
DEMO = os.path.join(HERE, "..", "..", "assets", "demo")


def without_clock(text: str) -> str:
    return re.sub(r'"format_time":\s*"[^"]*"', '"format_time":""', text)


class Recorded(unittest.TestCase):
    """Requests that real servers have answered."""

    def replay(self, cases: List[str], rows: List[str], version: str, seed: int, limit: int) -> None:
        with Standin(
            "--rows", *rows, "--form", version, "--seed", str(seed), "--row-limit", str(limit)
        ) as server:
            for case in cases:
                with self.subTest(case=os.path.basename(case), version=version, seed=seed):
                    self.compare(server, case, version, seed)

    def compare(self, server: Standin, case: str, version: str, seed: int) -> None:
        with open(os.path.join(case, "request.json"), "rb") as file:
            status, body = server.call("POST", PROFILE, file.read())
        want, have = read_reply(os.path.join(case, f"reply.{version}.json")), json.loads(body)
        expected = {"SUCCESS": 200, "INVALID_POST_DATA": 400}.get(want["OPT_STATUS"], 500)
        self.assertEqual(status, expected)
        self.assertEqual([key for key in have if key != "result"], [key for key in want if key != "result"])
        self.assertEqual({**have, "debug": None, "result": None}, {**want, "debug": None, "result": None})
        self.assertEqual(without_clock(json.dumps(have["debug"])), without_clock(json.dumps(want["debug"])))
        if not want["result"] or (isinstance(want["result"], dict) and not want["result"]["functions"]):
            self.assertEqual(have["result"], want["result"])
            return
        if (
            seed and os.path.basename(case) == "empty-service-many"
        ):  # the root's name lists services in table order
            for reply in (have, want):
                reply["result"]["functions"][0] = ", ".join(
                    sorted(reply["result"]["functions"][0].split(", "))
                )
        self.assertEqual(paths_of(have["result"]), paths_of(want["result"]))
        if version == "v6.5.9":  # the ids too, and the order of keys
            ids = [
                {node["node_id"]: list(node.items()) for node in reply["result"]} for reply in (have, want)
            ]
            self.assertEqual(*ids)
        elif seed == 0:  # in the rows' own order even the numbering is the recorded one
            self.assertEqual(have["result"], want["result"])
        else:
            types = [
                dict(
                    zip(r["functions"], zip(r["function_types"], map(tuple, r["function_values"]["values"])))
                )
                for r in (have["result"], want["result"])
            ]
            self.assertEqual(*types)

    def test_every_recording(self) -> None:
        if not SHARED:
            self.skipTest("FP_SHARED is not set: only the bundled recordings are replayed")
        rows = sorted(glob.glob(os.path.join(GOLDEN, "rows", "*.jsonl.gz")))
        cases = sorted(glob.glob(os.path.join(GOLDEN, "cases", "*")))
        self.assertGreater(len(cases), 50)
        cut = [case for case in cases if "cut-at" in case]
        whole = [case for case in cases if case not in cut]
        for version in VERSIONS:
            for seed in (0, 7):
                self.replay(whole, rows, version, seed, 1_000_000)
            # Which 1,000 rows a cut keeps is known for the order of the files alone.
            self.replay(cut, rows, version, 0, 1000)

    def test_a_seed_cuts_elsewhere(self) -> None:
        """With a seed the cut keeps other rows: only what does not depend on which can be compared."""
        if not SHARED:
            self.skipTest("FP_SHARED is not set")
        case = os.path.join(GOLDEN, "cases", "cut-at-1000-rows")
        rows = sorted(glob.glob(os.path.join(GOLDEN, "rows", "*.jsonl.gz")))
        with open(os.path.join(case, "request.json")) as file:
            request = json.load(file)
        want = paths_of(read_reply(os.path.join(case, "reply.v7.1.8.json"))["result"])
        with Standin("--rows", *rows, "--seed", "3", "--row-limit", "1000") as server:
            have = paths_of(server.ask(request)[1]["result"])
        self.assertEqual(have[("order-service.jar",)], want[("order-service.jar",)])
        self.assertNotEqual(have, want)

    def test_bundled_recordings(self) -> None:
        names = (
            "gauge-mem-inuse",
            "gauge-goroutines",
            "no-such-service",
            "filter-syntax-error",
            "name-with-quote",
            "missing-language",
        )
        cases = [os.path.join(DATA, "cases", name) for name in names]
        for version in VERSIONS:
            self.replay(cases, ROWS, version, 0, 1_000_000)
            self.replay(cases, ROWS, version, 5, 1_000_000)

    def test_demo_archive_is_what_the_server_replied(self) -> None:
        if not SHARED:
            self.skipTest("FP_SHARED is not set")
        demo = sorted(glob.glob(os.path.join(DEMO, "*")))
        self.assertEqual(len(demo), 26)
        recorded: Dict[str, Any] = {}
        for case in glob.glob(os.path.join(GOLDEN, "cases", "*")):
            with open(os.path.join(case, "request.json")) as file:
                recorded[json.dumps(json.load(file), sort_keys=True)] = read_reply(
                    os.path.join(case, "reply.v7.1.8.json")
                )
        compared = 0
        for folder in demo:
            with open(os.path.join(folder, "request.json")) as file:
                want = recorded.get(json.dumps(json.load(file), sort_keys=True))
            if want is not None:
                compared += 1
                with self.subTest(case=os.path.basename(folder)):
                    self.assertEqual(read_reply(os.path.join(folder, "reply.json")), want)
        self.assertGreaterEqual(compared, 12)

    def test_archives_are_reproducible(self) -> None:
        """The demo, made anew from the rows, has the same bytes."""
        if not SHARED:
            self.skipTest("FP_SHARED is not set")
        rows = sorted(glob.glob(os.path.join(GOLDEN, "rows", "2*.jsonl.gz")))
        days = [arg for name in os.listdir(DEMO) for arg in ("--day", *name.rsplit(".", 2))]
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(
                [
                    sys.executable,
                    os.path.join(HERE, "make_archive.py"),
                    "-o",
                    directory,
                    "--rows",
                    *rows,
                    *days,
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            subprocess.run(["diff", "-r", directory, DEMO], check=True)


if __name__ == "__main__":
    unittest.main()
