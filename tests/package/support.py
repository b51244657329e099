"""What the tests of the package share: skipping, and commands that must work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import NoReturn, Sequence

SKIPPED = 77


def skip(reason: str) -> NoReturn:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not there; sh tools/setup.sh tests installs it")


def run(command: Sequence[str], **options: object) -> str:
    """What it prints; its failure ends the test, with all that it said."""
    done = subprocess.run(list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)  # type: ignore
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout
