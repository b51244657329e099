#!/usr/bin/env python3
"""What tools/check-all.sh's tools found, less what tools/suppressions.txt sets aside.

    findings.py TOOL < LOG     prints the findings that are left, each once; ends with 1 when there are any, or when a
                               suppression of the tool is needed by nothing
    findings.py --valgrind     the suppressions as valgrind reads them
    findings.py --threads      as the sanitizer for threads reads them
    findings.py --units        programs from standard input, without those that valgrind is not run over
"""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from typing import Iterator, List, NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# src/a.c:12:3: warning: words [check], as clang-tidy, gcc and cppcheck's template write it
FINDING = re.compile(r"^(?P<file>[^:\s]+):(?P<line>\d+):(?:\d+:)? (?:warning: |error: )?(?P<text>.*) \[(?P<check>[^\]]+)\]$")
CHECKS = {"analyzer": "-Wanalyzer-"}


class Suppression(NamedTuple):
    tool: str
    check: str
    file: str
    line: int


def suppressions(path: str = os.path.join(ROOT, "tools", "suppressions.txt")) -> Iterator[Suppression]:
    reason = False
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            words = text.split()
            if not words:
                reason = False
            elif words[0].startswith("#"):
                reason = True
            elif len(words) != 3 or not reason:
                sys.exit(f"{path}:{number}: a suppression is TOOL CHECK FILE, below a comment that says why")
            else:
                yield Suppression(words[0], words[1], words[2], number)


def left(tool: str, lines: List[str], rules: List[Suppression]) -> List[str]:
    """The findings that no rule takes away, and the rules that took nothing away."""
    used, found = set(), {}
    for line in lines:
        match = FINDING.match(line.rstrip("\n"))
        if not match or not match["check"].startswith(CHECKS.get(tool, "")):
            continue
        check = match["check"].removesuffix(",-warnings-as-errors")
        at = match["file"].find("src/")
        name = match["file"][at:] if at >= 0 else match["file"]
        taken = [rule for rule in rules if fnmatch.fnmatchcase(check, rule.check) and fnmatch.fnmatchcase(name, rule.file)]
        used.update(taken)
        if not taken:
            found[f"{name}:{match['line']}: {match['text']} [{check}]"] = None
    unused = [f"tools/suppressions.txt:{rule.line}: nothing needs {rule.tool} {rule.check} {rule.file} any more"
              for rule in rules if rule not in used]
    return [*found, *unused]


def main() -> int:
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    every = list(suppressions())
    if what == "--valgrind":
        for rule in every:
            if rule.tool == "valgrind" and rule.check != "unit":
                print(f"{{\n   line-{rule.line}\n   Memcheck:{rule.check}\n   ...\n   obj:{rule.file}\n   ...\n}}")
    elif what == "--threads":
        for rule in every:
            if rule.tool == "threads":
                print(f"{rule.check}:{rule.file}")
    elif what == "--units":
        skipped = {rule.file for rule in every if (rule.tool, rule.check) == ("valgrind", "unit")}
        sys.stdout.writelines(line for line in sys.stdin if os.path.basename(line.strip()) not in skipped)
    elif what in ("cppcheck", "tidy", "analyzer"):
        found = left(what, sys.stdin.readlines(), [rule for rule in every if rule.tool == what])
        print("\n".join(found), end="\n" if found else "")
        return bool(found)
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
