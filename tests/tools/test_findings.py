"""tools/findings.py: what is set aside is gone, what is not stays, and what nothing needs any more is said."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import findings  # noqa: E402  pylint: disable=wrong-import-position,import-error

LOG = """\
[3/9] Building C object a.c.o
/tree/src/base/a.c:7:3: warning: leak of 'p' [CWE-401] [-Wanalyzer-malloc-leak]
/tree/src/base/a.c:7:3: warning: leak of 'p' [CWE-401] [-Wanalyzer-malloc-leak]
src/base/b.c:9:1: error: null [clang-analyzer-core.NullDereference,-warnings-as-errors]
src/base/b.c:8: Uninitialized variable: rc [uninitvar]
src/base/b.c:8:1: note: taking true branch
""".splitlines(keepends=True)


def rule(tool: str, check: str, file: str) -> findings.Suppression:
    return findings.Suppression(tool, check, file, 5)


class Findings(unittest.TestCase):
    def test_found(self) -> None:
        self.assertEqual(findings.left("analyzer", LOG, []),
                         ["src/base/a.c:7: leak of 'p' [CWE-401] [-Wanalyzer-malloc-leak]"])
        self.assertEqual(findings.left("tidy", LOG[3:], []), ["src/base/b.c:9: null [clang-analyzer-core.NullDereference]",
                                                            "src/base/b.c:8: Uninitialized variable: rc [uninitvar]"])

    def test_set_aside(self) -> None:
        rules = [rule("analyzer", "-Wanalyzer-malloc-leak", "src/base/*.c"), rule("analyzer", "-Wanalyzer-free", "src/a.c")]
        self.assertEqual(findings.left("analyzer", LOG, rules),
                         ["tools/suppressions.txt:5: nothing needs analyzer -Wanalyzer-free src/a.c any more"])

    def test_the_file(self) -> None:
        """Each line of it is a rule with a reason, about a file that is there."""
        root = pathlib.Path(__file__).resolve().parents[2]
        for each in findings.suppressions():
            self.assertIn(each.tool, {"cppcheck", "tidy", "analyzer", "valgrind", "threads"})
            if each.check == "unit":
                self.assertTrue((root / "tests/unit" / f"{each.file}.c").exists(), each.file)
            elif each.tool != "valgrind" and each.tool != "threads":
                self.assertTrue(list(root.glob(each.file)), each.file)


if __name__ == "__main__":
    unittest.main()
