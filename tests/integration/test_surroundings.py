"""What a process is started with: closed standard files, a limit on files, names that are no names, NUL in those of others."""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from typing import List

from published import files_of
from rendering import RenderCase, columns_reply
from support import BINARY, NOTHING, TIMEOUT, USAGE, at_a_fixed_time, environment, read_json
from support import setUpModule as setUpModule

REGRESSION = 3
FOLDED = "".join(f"main;f{i};g{i * 7} {i + 1}\n" for i in range(3000))


class Surroundings(RenderCase):
    def under(self, shell: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        words: List[str] = ["sh", "-c", f'{shell}; exec "$@"', "sh", BINARY, *at_a_fixed_time(arguments)]
        env = environment({"SOURCE_DATE_EPOCH": "1795219200"})
        return subprocess.run(words, env=env, cwd=self.dir, timeout=TIMEOUT, capture_output=True, text=True)

    def test_closed_standard_files(self) -> None:
        """The next file opened is none of them: else what is said, at -vv by several threads, stood in a report."""
        self.assertEqual(self.under(":", "demo", "-vv", "-o", self.path("open")).returncode, 0)
        done = self.under("exec <&- >&- 2>&-", "demo", "-vv", "-o", self.path("closed"))
        self.assertEqual(done.returncode, NOTHING, "where the site is could not be printed")
        self.assertTrue(files_of(self.path("closed")) == files_of(self.path("open")))
        self.assertEqual(self.under("exec >&-", "init", "-").returncode, NOTHING, "what was to be printed was not")

    def test_a_limit_on_the_size_of_files(self) -> None:
        stacks = self.write("stacks.folded", FOLDED)
        done = self.under("ulimit -f 8", "render", stacks, "-o", self.path("out"))
        self.assertEqual(done.returncode, NOTHING, done)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertEqual(os.listdir(self.path("out")) if os.path.exists(self.path("out")) else [], [])

    def test_an_empty_name(self) -> None:
        """As of a variable that is not set."""
        stacks = self.write("stacks.folded", "a;b 1\n")
        for arguments in (
            ("render", stacks, "-o", ""), ("render", "", "-o", "out"), ("render", stacks, "-o", "out", "--templates", ""),
            ("check", "-c", ""), ("verify", ""), ("init", ""), ("demo", "-o", ""), ("run", "-c", "", "-o", "out"),
        ):
            outcome = self.command(*arguments)
            self.assertEqual(outcome.code, USAGE, arguments)
            self.one_line(outcome, "no characters", "variable")
        self.assertEqual(os.listdir(self.dir), ["stacks.folded"])

    def test_nul_in_a_name_does_not_cut_what_is_said(self) -> None:
        def reply(name: str, busy: int, frame: str) -> str:
            one, other = 10101 * (1000 - busy), 10101 * busy
            nodes = [("r\0oot", -1, 0, one + other), ("main", 0, one, one), (frame, 0, other, other)]
            return self.write(name, json.dumps(columns_reply(nodes)))

        before, after = reply("before.json", 10, "a\0b"), reply("after.json", 500, "a\0b")
        out = self.path("out")
        outcome = self.command("render", after, "--baseline", before, "--fail-on-regression", "-o", out)
        self.assertEqual(outcome.code, REGRESSION, outcome)
        self.has(outcome.err, "regression: a?b: 1.0", "50.0")
        self.assertEqual(read_json(os.path.join(out, "summary.json"))["service"], "r?oot")


if __name__ == "__main__":
    unittest.main()
