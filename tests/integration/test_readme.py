"""README.md says what is true: the configuration reference is the program's, links lead somewhere, commands exist.

FP_UPDATE=1 writes the reference anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import unittest

from support import BINARY, SOURCE, setUpModule  # noqa: F401

README = os.path.join(SOURCE, "README.md")
BEGIN, END = "<!-- reference: begin (written by `flamepress reference`) -->\n", "<!-- reference: end -->\n"


def help_of(*arguments: str) -> str:
    return subprocess.run([BINARY, *arguments, "--help"], check=True, capture_output=True, text=True, timeout=30).stdout


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
