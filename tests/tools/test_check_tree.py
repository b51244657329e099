"""check_tree.py on small trees: each rule finds its mistake, and nothing else."""

import json
import pathlib
import tempfile
import unittest

import check_tree


def findings(files: dict[str, str], build: bool = False) -> list[str]:
    with tempfile.TemporaryDirectory() as temp:
        root = pathlib.Path(temp)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        if build:
            command = f"cc -std=c11 -I{root}/src -Wall -o main.o -c {root}/src/main.c"
            (root / "compile_commands.json").write_text(
                json.dumps([{"file": f"{root}/src/main.c", "command": command}]) + "\n")
        return check_tree.check(root, root if build else None)


class Includes(unittest.TestCase):
    def wrong(self, path: str, line: str) -> list[str]:
        return findings({path: f"{line}\n"})

    def test_direction(self) -> None:
        for path, header in [("src/flame/a.c", "profile/tree.h"), ("src/plan/a.c", "plan/b.h"),
                             ("src/config/a.c", "base/str.h"), ("src/main.c", "cmd/cmd.h")]:
            self.assertEqual(self.wrong(path, f'#include "{header}"'), [])
        for path, header in [("src/profile/a.c", "flame/layout.h"), ("src/base/a.h", "config/config.h"),
                             ("src/config/a.c", "plan/plan.h"), ("src/press/a.c", "cmd/cmd.h"),
                             ("src/flame/a.c", "tree.h"), ("src/flame/a.c", "../profile/tree.h")]:
            found = self.wrong(path, f'  #  include "{header}"')
            self.assertEqual(len(found), 1, (path, header, found))
            self.assertTrue(found[0].startswith(f"{path}:1: "), found)

    def test_libraries(self) -> None:
        for path, header in [("src/report/a.c", "jansson.h"), ("src/source/a.c", "curl/curl.h"),
                             ("src/flame/a.c", "pango/pangocairo.h"), ("src/cmd/a.c", "sys/stat.h")]:
            self.assertEqual(self.wrong(path, f"#include <{header}>"), [])
        for path, header in [("src/cmd/a.c", "jansson.h"), ("src/plan/a.c", "curl/curl.h"), ("src/main.c", "zlib.h"),
                             ("src/report/a.c", "cairo.h"), ("src/base/a.c", "glib/gstdio.h"), ("src/base/a.c", "new.h")]:
            self.assertEqual(len(self.wrong(path, f"#include <{header}>")), 1, (path, header))

    def test_logging(self) -> None:
        self.assertEqual(self.wrong("src/press/a.c", '#include "base/log.h"'), [])
        self.assertEqual(len(self.wrong("src/codec/a.c", '#include "base/log.h"')), 1)

    def test_unknown_folder(self) -> None:
        self.assertEqual(len(self.wrong("src/misc/a.c", "")), 1)


class Sizes(unittest.TestCase):
    def test_file(self) -> None:
        self.assertEqual(findings({"src/base/a.c": "\n" * 599, "tests/unit/a.c": "\n" * 599, "tests/cases/a.json": "\n" * 2000}), [])
        for path in ("src/base/a.c", "tests/unit/a.c", "tests/integration/a.py", "tests/browser/a.js"):
            self.assertEqual(len(findings({path: "\n" * 600})), 1, path)

    def test_function(self) -> None:
        for lines, wrong in [(80, 0), (81, 1)]:
            body = "int f(void)\n{\n" + "    f();\n" * lines + "}\n"
            self.assertEqual(len(findings({"src/base/a.c": body})), wrong, lines)
        table = "struct t x[] = {\n" + "    1,\n" * 300 + "};\n"
        self.assertEqual(findings({"src/base/a.c": table}), [])


class Text(unittest.TestCase):
    def test_words(self) -> None:
        for words in ["see ../sha" + "red/x", "in this sess" + "ion", "iss" + "ue 7 says", "the help" + "er"]:
            self.assertEqual(len(findings({"README.md": f"{words}\n"})), 1, words)
        self.assertEqual(findings({"README.md": "share, shared, help, issues, obsession with possessions\n"}), [])

    def test_layout(self) -> None:
        for text in ["int a; \n", "\tint a;\n", "int a;"]:
            self.assertEqual(len(findings({"src/base/a.c": text})), 1, repr(text))

    def test_what_others_made(self) -> None:
        for path in ["LICENSE", "build/a.c", "build-asan/a.c", "tests/data/a.json", "tests/unit/__pycache__/a.py"]:
            self.assertEqual(findings({path: "a sess" + "ion \t"}), [], path)


class Headers(unittest.TestCase):
    def test_alone(self) -> None:
        guarded = "#ifndef H\n#define H\n%s\n#endif\n"
        self.assertEqual(findings({"src/base/a.h": guarded % "struct a { int b; };"}, build=True), [])
        self.assertEqual(len(findings({"src/base/a.h": guarded % "struct a { size_t b; };"}, build=True)), 1)
        self.assertEqual(len(findings({"src/base/a.h": "struct a { int b; };\n"}, build=True)), 1)


if __name__ == "__main__":
    unittest.main()
