"""Manual pages and completions: they have all that --help and the reference have, and their own tools take them."""

from __future__ import annotations

import re
import shutil
import subprocess
import unittest
from typing import Dict, List

from support import BINARY, PressCase, setUpModule  # noqa: F401


def printed(*arguments: str) -> str:
    return subprocess.run([BINARY, *arguments], check=True, capture_output=True, text=True, timeout=30).stdout


def commands() -> List[str]:
    return re.findall(r"^  ([a-z]+) ", printed("--help").split("Commands:")[1].split("\n\n")[0], re.MULTILINE)


def options_of(command: str) -> Dict[str, str]:
    """--name → what --help calls its value, "" for a flag."""
    found = re.findall(r"^  (?:-\w, |    )(--[a-z-]+)(?: ([^\s]+))?", printed(command, "--help"), re.MULTILINE)
    return dict(found)


class Manual(PressCase):
    def rendered(self, *document: str) -> str:
        """As a reader sees it, on one line; with what roff has to say against it."""
        if not shutil.which("man"):
            self.skipTest("man is not there")
        page = self.write("page.1", printed(*document))
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "400", "MANROFFOPT": "-rHY=0"}
        done = subprocess.run(["man", "--local-file", "--warnings", "--no-hyphenation", page], env=env, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return re.sub(r"\s+", " ", done.stdout)

    def test_commands(self) -> None:
        page = self.rendered("reference", "--man")
        self.assertGreater(len(commands()), 8)
        for command in commands():
            text = printed(command, "--help")
            # usage, description, options: all of it but for the layout
            words = text.split("In every command:")[0].replace("Usage: ", "").replace("Options:", "").replace("`", "")
            for line in filter(None, (re.sub(r"\s+", " ", line).strip() for line in words.splitlines())):
                self.has(page, line)
        for line in printed("--help").split("Exit codes:\n")[1].splitlines():
            self.has(page, re.sub(r"\s+", " ", line).strip())

    def test_configuration(self) -> None:
        page = self.rendered("reference", "--man-config")
        reference = printed("reference")
        rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \| (.*) \|$", reference, re.MULTILINE)
        self.assertGreater(len(rows), 60)
        for name, kind, default, meaning in rows:
            self.has(page, f"{name} ({kind}) {meaning.replace('`', '')}")
            if default not in ("–", "required"):
                self.has(page, f"Default: {default.replace('`', '')}.")

    def test_mandoc(self) -> None:
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not there")
        for document in ("--man", "--man-config"):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", self.write("page", printed("reference", document))],
                                  capture_output=True, text=True, timeout=60)
            found = [line for line in done.stdout.splitlines() if "missing date" not in line]  # it would be another each day
            self.assertEqual(found, [])

    def test_names_the_form(self) -> None:
        self.one_line(self.command("run", "--describe-as", "html"), "man, bash or zsh", "html")
        self.one_line(self.command("reference", "--man", "--bash"), "one document")
        self.assertNotIn("describe-as", printed("run", "--help") + printed("reference", "--man") + printed("reference", "--bash"))


class Bash(PressCase):
    def complete(self, *words: str) -> List[str]:
        """What is offered for the last of `words`."""
        script = ('set -u; . "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); '
                  '_flamepress flamepress "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, self.write("completion", printed("reference", "--bash")), "flamepress", *words],
                              cwd=self.dir, capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return sorted(filter(None, done.stdout.split("\n")))

    def test_commands(self) -> None:
        self.assertEqual(self.complete(""), sorted([*commands(), "--help", "--version"]))
        self.assertEqual(self.complete("ren"), ["render"])
        self.assertEqual(self.complete("nonsense", ""), [])

    def test_options(self) -> None:
        for command in commands():
            self.assertEqual(self.complete(command, "--"), sorted(options_of(command)), command)

    def test_values(self) -> None:
        self.write("a file", "")
        self.assertEqual(self.complete("render", "--sort", ""), ["name", "value"])
        self.assertEqual(self.complete("render", "--sort", "=", "v"), ["value"])
        self.assertEqual(self.complete("run", "--config", "a"), ["a file"])
        self.assertEqual(self.complete("run", "-c", "=", "a"), ["a file"])
        self.assertEqual(self.complete("run", "--output", "a"), [])  # no directory
        self.assertEqual(self.complete("run", "--since", "a"), [])
        self.assertEqual(self.complete("render", "a"), ["a file"])


@unittest.skipUnless(shutil.which("zsh"), "zsh is not there")
class Zsh(PressCase):
    def complete(self, *words: str) -> str:
        """What the function asks zsh's own functions for."""
        script = ('_arguments() { print -rl -- "$@" }; _describe() { print -rl -- $commands }; '
                  'words=("$@"); CURRENT=$#; source $0')
        done = subprocess.run(["zsh", "-fc", script, self.write("_flamepress", printed("reference", "--zsh")), "flamepress", *words],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def test_commands(self) -> None:
        self.assertEqual(re.findall(r"^([a-z]+):", self.complete(""), re.MULTILINE), commands())

    def test_options(self) -> None:
        for command in commands():
            specs = self.complete(command, "")
            self.assertEqual(dict(re.findall(r"^\*(--[a-z-]+)=?\[.*?(?<!\\)\](?::([^:]*):.*)?$", specs, re.MULTILINE)),
                             options_of(command), command)
        self.has(self.complete("render", ""), "*-o+[where to", ":DIR:_files -/", ":name|value:(name value)", "*:file:_files")


if __name__ == "__main__":
    unittest.main()
