"""What `cmake --install` leaves: the files it promises, and a program that needs nothing else of this project.

The installed copy runs while the source tree and the build tree are covered by an empty directory, where the kernel
lets us mount one for a process of ours; elsewhere that test is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import unittest
from typing import Dict, List, Optional

from support import BINARY, CLEAN, SOURCE, PressCase, setUpModule  # noqa: F401

BUILD = os.path.dirname(BINARY)
# As root a mount namespace of one's own is enough; others need a user namespace around it.
NAMESPACES = (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"])
COVER = 'for dir in "$1" "$2"; do if [ -d "$dir" ]; then mount -t tmpfs none "$dir" || exit 99; fi; done; shift 2; exec "$@"'


def covering() -> Optional[List[str]]:
    """The words that run a command with two directories covered, or None where that cannot be done."""
    for namespace in NAMESPACES:
        words = [*namespace, "sh", "-c", COVER, "sh", SOURCE, BUILD]
        try:
            done = subprocess.run([*words, "test", "!", "-e", os.path.join(SOURCE, "README.md")], cwd="/",
                                  capture_output=True, timeout=30)
        except OSError:
            return None
        if done.returncode == 0:
            return words
    return None


class Install(PressCase):
    def setUp(self) -> None:
        super().setUp()
        if not os.path.exists(os.path.join(BUILD, "cmake_install.cmake")):
            self.skipTest(f"{BUILD} is no build tree")
        self.prefix = self.path("prefix")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.prefix], check=True, capture_output=True)
        self.program = self.path("prefix", "bin", "flamepress")
        os.mkdir(self.path("elsewhere"))

    def environment(self) -> Dict[str, str]:
        """The tests' environment; what the sanitizers read of the source tree lies beside the prefix instead."""
        env = dict(CLEAN)
        if "LSAN_OPTIONS" in env:
            suppressions = self.path("lsan.supp")
            shutil.copyfile(os.path.join(SOURCE, "tests", "lsan.supp"), suppressions)
            env["LSAN_OPTIONS"] = f"suppressions={suppressions}:print_suppressions=0"
        return env

    def run_installed(self, *arguments: str, around: List[str]) -> str:
        done = subprocess.run([*around, self.program, *arguments], cwd=self.path("elsewhere"), env=self.environment(),
                              capture_output=True, text=True, timeout=240)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def test_files(self) -> None:
        for source, name in [("LICENSE", "share/doc/flamepress/LICENSE"),
                             ("README.md", "share/doc/flamepress/README.md"),
                             ("cron/flamepress.cron", "share/flamepress/flamepress.cron"),
                             ("assets/config.schema.json", "share/flamepress/config.schema.json")]:
            with self.subTest(name), open(os.path.join(SOURCE, source), "rb") as ours:
                with open(os.path.join(self.prefix, name), "rb") as theirs:
                    self.assertEqual(theirs.read(), ours.read())
        self.assertTrue(os.access(self.program, os.X_OK))
        for name in ("man/man1/flamepress.1.gz", "man/man5/flamepress.json.5.gz", "zsh/site-functions/_flamepress",
                     "bash-completion/completions/flamepress"):
            with self.subTest(name):
                self.assertGreater(os.path.getsize(os.path.join(self.prefix, "share", name)), 1000)
        # no headers, no libraries, nothing of the tests, nothing that only the package has
        self.assertEqual(sorted(os.listdir(self.prefix)), ["bin", "share"])
        self.assertEqual(os.listdir(os.path.join(self.prefix, "bin")), ["flamepress"])

    def test_works_alone(self) -> None:
        around = covering()
        if around is None:
            self.skipTest("nothing can be mounted here")
        self.assertFalse(self.prefix.startswith(SOURCE + os.sep), "the prefix would be covered, too")
        self.assertTrue(self.run_installed("--version", around=around).startswith("flamepress "))
        self.run_installed("demo", "-o", "site", around=around)
        self.run_installed("demo", "-o", "again", around=[])
        site = self.path("elsewhere", "site")
        for name in ("index.html", "latest/index.html", "2026/11/20/checkout-api/on-cpu/flamegraph.png"):
            with self.subTest(name):
                self.assertGreater(os.path.getsize(os.path.join(site, name)), 1000)
        # the same with the sources in sight: nothing of them was used
        self.assertEqual(self.tree(site), self.tree(self.path("elsewhere", "again")))

    def test_schema_is_the_programs(self) -> None:
        with open(os.path.join(self.prefix, "share/flamepress/config.schema.json"), encoding="utf-8") as file:
            shipped = json.load(file)
        self.assertEqual(json.loads(self.run_installed("reference", "--schema", around=[])), shipped)

    @staticmethod
    def tree(site: str) -> dict[str, bytes]:
        content = {}
        for folder, folders, names in os.walk(site):
            folders[:] = [name for name in folders if name != ".flamepress"]
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content[os.path.relpath(path, site)] = file.read()
        return content


if __name__ == "__main__":
    unittest.main()
