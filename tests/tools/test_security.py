"""SECURITY.md says what is true: the tests that it names exist, and its table of limits is src/base/limits.h.

FP_UPDATE=1 writes the table anew.
"""

import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECURITY = ROOT / "SECURITY.md"
BEGIN, END = "<!-- limits: begin (written by tests/tools/test_security.py) -->\n", "<!-- limits: end -->\n"
# `unit.reply`, `case.reply.*`
NAME = re.compile(r"`((?:unit|integration|fuzz|case|browser|viewer|package)\.[\w.*]+)`")
LIMIT = re.compile(r"^#define FP_LIMIT_(\w+) +(.+?) +/\* (.*?)(?: \*/)?$")


def tests() -> set[str]:
    """The entries of ctest, as tests/CMakeLists.txt makes them."""
    found = set()
    for pattern in ("unit/test_*.c", "integration/test_*.py", "viewer/test_*.mjs"):
        for path in (ROOT / "tests").glob(pattern):
            found.add(f"{path.parent.name}.{path.stem.removeprefix('test_')}")
    found.update(f"case.{path.parent.name}.{path.name}" for path in (ROOT / "tests/cases").glob("*/*"))
    build = (ROOT / "tests/CMakeLists.txt").read_text(encoding="utf-8")
    found.update(f"browser.{name}" for name in re.findall(r"flamepress_browser_test\((\w+) ", build))
    sites = re.search(r"foreach\(site ([\w ]+)\)", build)
    found.update(f"browser.pages.{site}" for site in (sites.group(1).split() if sites else ()))
    found.update(re.findall(r"flamepress_test\((package\.\w+)", build))
    fuzz = re.search(r"set\(fuzz_targets ([\w ]+)\)", (ROOT / "tests/fuzz/CMakeLists.txt").read_text(encoding="utf-8"))
    found.update(f"fuzz.{name}" for name in (fuzz.group(1).split() if fuzz else ()))
    return found


def number(expression: str, known: dict[str, int]) -> int:
    """Of what limits.h writes: 1000u, UINT64_C(20000000), ((size_t)64 << 10), ((size_t)16 * FP_LIMIT_JOBS)."""
    plain = re.sub(r"\((?:size_t|int64_t)\)", "", expression)
    plain = re.sub(r"U?INT64_C\((\w+)\)", r"\1", plain)
    plain = re.sub(r"FP_LIMIT_(\w+)", lambda match: str(known[match.group(1)]), plain)
    plain = re.sub(r"\b(0x[0-9A-Fa-f]+|\d+)u\b", r"\1", plain)
    if not re.fullmatch(r"[0-9A-Fa-fx()<* ]+", plain):
        raise ValueError(expression)
    return int(eval(plain, {"__builtins__": {}}))  # pylint: disable=eval-used # digits and operators alone, as just seen


def table() -> str:
    """limits.h as a table: names, values, comments."""
    rows, known, last = ["| limit | value | of what |\n", "| --- | --- | --- |\n"], {}, 0
    lines = (ROOT / "src/base/limits.h").read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        if not line.startswith("#define FP_LIMIT_"):
            continue
        match = LIMIT.match(line)
        if not match:
            raise ValueError(f"limits.h:{at + 1}: a limit needs a value and a comment behind it")
        name, expression, comment = match.groups()
        while not lines[last := max(last, at)].endswith("*/"):
            last += 1
            comment += " " + lines[last].strip().removesuffix("*/").strip()
        known[name] = number(expression, known)
        rows.append(f"| `{name}` | {known[name]:,} | {comment} |\n")
    return "".join(rows)


class Security(unittest.TestCase):
    def setUp(self) -> None:
        self.text = SECURITY.read_text(encoding="utf-8")

    def test_tests_exist(self) -> None:
        named, known = set(NAME.findall(self.text)), tests()
        self.assertGreater(len(named), 30)
        for name in sorted(named):
            pattern = re.compile(re.escape(name).replace(r"\*", ".+") + "$")
            self.assertTrue(any(map(pattern.match, known)), f"SECURITY.md: there is no test {name}")

    def test_limits(self) -> None:
        self.assertEqual((self.text.count(BEGIN), self.text.count(END)), (1, 1))
        before, rest = self.text.split(BEGIN)
        ours, after = rest.split(END)
        if os.environ.get("FP_UPDATE"):
            SECURITY.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
        else:
            self.assertEqual(ours, table(), "run this test with FP_UPDATE=1 and look at the difference")

    def test_numbers(self) -> None:
        for text, value in (("0x7Fu", 127), ("((size_t)64 << 10)", 65536), ("UINT64_C(5)", 5),
                            ("((size_t)16 * FP_LIMIT_JOBS)", 32), ("((int64_t)7 * 86400)", 604800), ("(4u << 10)", 4096)):
            self.assertEqual(number(text, {"JOBS": 2}), value)


if __name__ == "__main__":
    unittest.main()
