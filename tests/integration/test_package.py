"""The Debian package of this build: what is in it, and what lintian says of it. What it does: tests/package."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import unittest
from typing import Dict

from support import BINARY, SOURCE, PressCase, read_bytes, read_text, setUpModule  # noqa: F401

BUILD = os.path.dirname(BINARY)
MODES = {"./usr/bin/flamepress": "-rwxr-xr-x"}
FILES = """
    ./etc/cron.d/flamepress
    ./etc/flamepress/flamepress.json.example
    ./usr/bin/flamepress
    ./usr/lib/systemd/system/flamepress.service
    ./usr/lib/systemd/system/flamepress.timer
    ./usr/lib/sysusers.d/flamepress.conf
    ./usr/lib/tmpfiles.d/flamepress.conf
    ./usr/share/bash-completion/completions/flamepress
    ./usr/share/doc/flamepress/README.md
    ./usr/share/doc/flamepress/changelog.gz
    ./usr/share/doc/flamepress/copyright
    ./usr/share/doc/flamepress/docs/demo-night.png
    ./usr/share/doc/flamepress/docs/demo-report.png
    ./usr/share/flamepress/config.schema.json
    ./usr/share/flamepress/flamepress.cron
    ./usr/share/man/man1/flamepress.1.gz
    ./usr/share/man/man5/flamepress.json.5.gz
    ./usr/share/zsh/vendor-completions/_flamepress
    """.split()


def told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


class Package(PressCase):
    def setUp(self) -> None:
        super().setUp()
        for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
            if not shutil.which(program):
                self.skipTest(f"{program} is not there")
        cache = os.path.join(BUILD, "CMakeCache.txt")
        if not os.path.exists(cache):
            self.skipTest(f"{BUILD} is no build tree")
        if re.search(r"^FLAMEPRESS_SANITIZE:BOOL=(ON|1)$", read_text(cache), re.MULTILINE):
            self.skipTest("nobody packs a build with sanitizers")
        env = {**os.environ, "SOURCE_DATE_EPOCH": "1795000000"}
        mask = os.umask(0o077)  # not everybody's is 022
        try:
            subprocess.run(["cpack", "-G", "DEB", "-B", self.dir], cwd=BUILD, env=env, check=True, capture_output=True,
                           timeout=120)
        finally:
            os.umask(mask)
        (self.package,) = glob.glob(self.path("*.deb"))

    def test_package(self) -> None:
        for part in (self.contents, self.control, self.texts, self.lintian):
            with self.subTest(part.__name__):
                part()

    def contents(self) -> None:
        env = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C"}
        listed = subprocess.run(["dpkg-deb", "-c", self.package], check=True, capture_output=True, text=True, env=env).stdout
        rows = [line.split(None, 5) for line in listed.splitlines()]
        self.assertEqual([row[5] for row in rows if not row[0].startswith("d")], FILES)
        for mode, owner, _, day, hour, name in rows:
            expected = "drwxr-xr-x" if mode.startswith("d") else MODES.get(name, "-rw-r--r--")
            self.assertEqual((mode, owner, day, hour), (expected, "root/root", "2026-11-18", "11:06"), name)

    def control(self) -> None:
        fields: Dict[str, str] = dict(re.findall(r"^([A-Z][\w-]*): (.*)$", told("dpkg-deb", "-f", self.package), re.MULTILINE))
        version = told(BINARY, "--version").split()[1]
        self.assertEqual((fields["Package"], fields["Version"]), ("flamepress", version))
        for name in ("libc6", "libcurl", "libcairo2", "libjansson4", "libzip", "fonts-dejavu-core", "tzdata"):
            self.assertRegex(fields["Depends"], rf"(^|, ){name}")
        control = self.path("control")
        subprocess.run(["dpkg-deb", "-e", self.package, control], check=True)
        self.assertEqual(sorted(os.listdir(control)), ["conffiles", "control", "md5sums", "postinst", "postrm", "prerm"])
        conffiles = read_text(os.path.join(control, "conffiles")).split()
        self.assertEqual(conffiles, [name[1:] for name in FILES if name.startswith("./etc/")])
        for script in ("postinst", "postrm", "prerm"):
            text = read_text(os.path.join(control, script))
            self.assertTrue(text.startswith("#!/bin/sh\n") and "\nset -e\n" in text and '\ncase "$1" in\n' in text, script)
            done = subprocess.run(["sh", os.path.join(control, script), "nonsense"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("unknown argument", done.stderr)

    def texts(self) -> None:
        """What is shipped is what the sources and the program are now."""
        root = self.path("root")
        subprocess.run(["dpkg-deb", "-x", self.package, root], check=True)
        for name, ours in (("etc/cron.d/flamepress", "cron/flamepress.cron"),
                           ("usr/lib/systemd/system/flamepress.service", "cron/systemd/flamepress.service"),
                           ("usr/lib/systemd/system/flamepress.timer", "cron/systemd/flamepress.timer")):
            self.assertEqual(read_bytes(os.path.join(root, name)), read_bytes(os.path.join(SOURCE, ours)), name)
        for name, command in (("man/man1/flamepress.1.gz", ["reference", "--man"]),
                              ("man/man5/flamepress.json.5.gz", ["reference", "--man-config"])):
            self.assertEqual(told("gzip", "-dc", os.path.join(root, "usr/share", name)), told(BINARY, *command), name)
        for name, command in (("usr/share/bash-completion/completions/flamepress", ["reference", "--bash"]),
                              ("usr/share/zsh/vendor-completions/_flamepress", ["reference", "--zsh"]),
                              ("etc/flamepress/flamepress.json.example", ["init", "-"])):
            self.assertEqual(read_text(os.path.join(root, name)), told(BINARY, *command), name)
        program = read_bytes(os.path.join(root, "usr/bin/flamepress"))
        self.assertNotIn(SOURCE.encode() + b"/", program, "a path of this machine is in the program")

    def lintian(self) -> None:
        if not shutil.which("lintian"):
            self.skipTest("lintian is not there")
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", self.package], capture_output=True,
                              text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
