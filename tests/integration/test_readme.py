"""README.md says what is true: the configuration reference is the program's, links lead somewhere, commands exist.

FP_UPDATE=1 writes the reference anew.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import unittest
from typing import Any, Set

from support import BINARY, SOURCE, setUpModule  # noqa: F401

README = os.path.join(SOURCE, "README.md")
BEGIN, END = "<!-- reference: begin (written by `flamepress reference`) -->\n", "<!-- reference: end -->\n"


def help_of(*arguments: str) -> str:
    return subprocess.run([BINARY, *arguments, "--help"], check=True, capture_output=True, text=True, timeout=30).stdout


def members(value: Any) -> Set[str]:
    """The keys of an object and of the objects in it."""
    if isinstance(value, list):
        return set().union(*map(members, value))
    return set(value).union(*map(members, value.values())) if isinstance(value, dict) else set()


class Readme(unittest.TestCase):
    def setUp(self) -> None:
        with open(README, encoding="utf-8") as file:
            self.text = file.read()

    def test_reference(self) -> None:
        reference = subprocess.run([BINARY, "reference"], check=True, capture_output=True, text=True, timeout=30).stdout
        self.assertIn("| `row_limit` |", reference)
        self.assertEqual((self.text.count(BEGIN), self.text.count(END)), (1, 1))
        before, rest = self.text.split(BEGIN)
        ours, after = rest.split(END)
        if os.environ.get("FP_UPDATE"):
            with open(README, "w", encoding="utf-8") as file:
                file.write(f"{before}{BEGIN}{reference}{END}{after}")
        else:
            self.assertEqual(ours, reference, "run this test with FP_UPDATE=1 and look at the difference")

    def test_members_of_summaries(self) -> None:
        """Every member of a report's and of a night's summary.json is in the README."""
        described = set(re.findall(r"`([a-z_]+)`", self.text.split("**`summary.json`**")[1].split("\n## ")[0]))
        with tempfile.TemporaryDirectory() as site:
            subprocess.run([BINARY, "demo", "-o", site], check=True, capture_output=True, timeout=240)
            for name in ("2026/11/20/Total/on-cpu/summary.json", "2026/11/20/summary.json"):
                with self.subTest(name), open(os.path.join(site, name), encoding="utf-8") as file:
                    summary = json.load(file)
                    # what is beneath files, picture and hidden explains itself; the counts go by outcome
                    used = set(summary) | members({k: summary.get(k) for k in ("window", "functions", "services", "requests")})
                    self.assertGreater(len(used), 20)
                    self.assertEqual(used - described, set())

    def test_links(self) -> None:
        links = [link for link in re.findall(r"\]\(([^)]+)\)", self.text) if not link.startswith("https://")]
        self.assertGreater(len(links), 5)
        for link in links:
            self.assertTrue(os.path.exists(os.path.join(SOURCE, link)), link)

    def test_commands(self) -> None:
        known = re.findall(r"^  ([a-z]+) ", help_of().split("Commands:")[1], re.MULTILINE)
        shell = "".join(re.findall(r"^ *```sh\n(.*?)^ *```$", self.text, re.MULTILINE | re.DOTALL))
        used = set(re.findall(r"^ *flamepress ([a-z]+) ", shell, re.MULTILINE))
        self.assertGreaterEqual(used, {"init", "services", "check", "run", "render"})
        self.assertLessEqual(used, set(known))
        for line in re.findall(r"^ *flamepress [a-z]+ .*", shell, re.MULTILINE):
            command = line.split()[1]
            for option in re.findall(r" (--?[a-z-]+)", line.split(" # ")[0]):
                self.assertRegex(help_of(command), rf"(?m)^ .*(^| ){option}\b", line)

    def test_exit_codes(self) -> None:
        codes = re.search(r"Exit codes:(.*)", help_of(), re.DOTALL)
        assert codes
        for code in re.findall(r"(?:^|, |\n)\s*(\d+) ", codes[1]):
            self.assertRegex(self.text, rf"(?m)^\| {code} \|")


if __name__ == "__main__":
    unittest.main()
