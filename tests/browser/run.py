"""Runs one file of browser tests, over one site where it is about sites.

    run.py SPEC.js [SITE]

SITE is a row of sites.py; it is pressed anew into the build tree, and the spec finds it in FP_SITE. What npm has goes
there too, once for each lock file, and so do the screenshots. Exit code 77, with the reason: node, npm or Chromium is
not there. Environment: FLAMEPRESS (the binary), FP_BROWSER_DIR (where all this goes), CHROMIUM (another Chromium).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from typing import Dict, NoReturn, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.path.abspath(os.environ.get("FP_BROWSER_DIR", os.path.join(HERE, "..", "..", "build", "browser")))
SKIPPED = 77
# The engine without a browser's windows takes half the time; CHROMIUM=… is another.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
LOCKED = ("package.json", "package-lock.json")


# What npm says when nobody answers, or somebody whom it does not trust: nothing that these tests could judge.
UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|_CERT_|CERT_HAS")


def skip(reason: str) -> NoReturn:
    print(f"skipped: {reason}; sh tools/setup.sh tests installs it")
    sys.exit(SKIPPED)


def find_chromium() -> Optional[str]:
    named = os.environ.get("CHROMIUM")
    if named:
        return named  # a wrong one is to be seen
    return next((path for path in map(shutil.which, CHROMIUMS) if path), None)


def install() -> str:
    """The folder of the packages, as the lock file has them."""
    digest = hashlib.sha256()
    for name in LOCKED:
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    folder = os.path.join(WORK, "npm")
    stamp = os.path.join(folder, "installed")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(WORK, "npm.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests may come first
        if not os.path.exists(stamp) or open(stamp).read() != digest.hexdigest():
            for name in LOCKED:
                shutil.copy(os.path.join(HERE, name), folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
            done = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
            sys.stderr.write(done.stderr)
            if done.returncode and UNREACHABLE.search(done.stderr):
                skip("the npm registry cannot be reached from here (npm says why, above)")
            if done.returncode:
                sys.exit(f"npm ci failed in {folder} (its reasons are above): the npm registry, or a mirror of it, "
                         "must be reachable once")
            with open(stamp, "w") as file:
                file.write(digest.hexdigest())
    return os.path.join(folder, "node_modules")


def main(spec: str, site: Optional[str] = None) -> int:
    chromium = find_chromium()
    if not shutil.which("node") or not shutil.which("npm"):
        skip("node and npm are not there")
    if not chromium:
        skip("Chromium is not there")
    env: Dict[str, str] = dict(os.environ, NODE_PATH=install(), CHROMIUM=chromium, FP_BROWSER_DIR=WORK)
    build = os.path.join(HERE, "..", "..", "build")
    env.setdefault("FLAMEPRESS", os.path.join(build, "flamepress"))
    env.setdefault("FP_TEST_SVG", os.path.join(build, "tests", "test_svg"))
    if site:
        folder = os.path.join(WORK, "sites", site)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        # a process of its own: what it needs of the other tests stays out of here
        made = subprocess.run([sys.executable, "-B", os.path.join(HERE, "sites.py"), site, folder])
        if made.returncode:
            return made.returncode
        env.update(FP_SITE=folder, FP_SITE_NAME=site)
    return subprocess.run(["node", os.path.join(HERE, spec)], env=env).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
