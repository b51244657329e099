"""Deep, wide and large profiles: in little time, in little memory, with the cut stated."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
import unittest
from typing import Callable, Dict, List, Tuple

from published import page_problems, png_size, svg_problems
from rendering import RenderCase, columns_reply, list_reply
from support import BINARY, environment, read_bytes, read_json, read_text
from support import setUpModule as setUpModule

Node = Tuple[str, int, int, int]
FORMS: Dict[str, Callable[[List[Node]], Dict[str, object]]] = {"columns": columns_reply, "list": list_reply}
DEEP, WIDE = 100_000, 300_000
# Sanitizers and a busy machine are slow; a quadratic algorithm is slower by far.
SECONDS = 40 if b"__asan_init" in read_bytes(BINARY) else 20


class Large(RenderCase):
    def timed(self, *arguments: str) -> str:
        started = time.monotonic()
        out = self.render(*arguments)
        self.assertLess(time.monotonic() - started, SECONDS)
        return out

    def good(self, out: str) -> Dict[str, object]:
        self.assertEqual(svg_problems(os.path.join(out, "flamegraph.svg")), [])
        self.assertEqual(page_problems(os.path.join(out, "index.html")), [])
        for name in ("flamegraph.png", "flamegraph-2x.png"):
            if os.path.exists(os.path.join(out, name)):
                self.assertLessEqual(max(png_size(read_bytes(os.path.join(out, name)))), 32767)
        summary: Dict[str, object] = read_json(os.path.join(out, "summary.json"))
        return summary

    def test_a_stack_of_a_hundred_thousand_frames(self) -> None:
        pictures = []
        nodes: List[Node] = [("svc", -1, 0, 2)]
        nodes += [(f"f{n % 1000}", n, 1 if n == DEEP - 1 else 0, 2 if n == 0 else 1) for n in range(DEEP)]
        nodes.append(("beside", 0, 1, 1))
        nodes[1] = ("f0", 0, 0, 1)
        for name, form in FORMS.items():
            out = self.timed(self.write(f"{name}.json", json.dumps(form(nodes))))
            summary = self.good(out)
            self.assertEqual((summary["total"], summary["nodes"], summary["max_depth"]), (2, DEEP + 2, DEEP))
            hidden = summary["hidden"]
            assert isinstance(hidden, dict)
            self.assertGreater(hidden["deep_nodes"], DEEP - 2000)
            self.assertEqual(hidden["deep_value"], 1)
            for file in ("flamegraph.svg", "index.html"):
                self.has(read_text(os.path.join(out, file)), f"{hidden['deep_nodes']:,}")
            pictures.append(read_bytes(os.path.join(out, "flamegraph.svg")))
        self.assertTrue(pictures[0] == pictures[1])

    def test_deep_and_wide(self) -> None:
        """A picture of 193 million pixels is not made: what there is instead, the page says. Memory stays small."""
        text = "".join(";".join(f"f{n % 7}_{d}" for d in range(1200)) + f" {n}\n" for n in range(1, 40))
        path = self.write("x.folded", text)
        probe = (
            "import resource,subprocess,sys;"
            "r=subprocess.run(sys.argv[1:]).returncode;"
            "print(r, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = ["python3", "-c", probe, BINARY, "render", path, "--width", "3000", "-o", self.path("out")]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        code, peak = map(int, done.stdout.split())
        self.assertEqual(code, 0, done.stderr)
        if b"__asan_init" not in read_bytes(BINARY):
            self.assertLess(peak, 150_000, "KiB")
        summary = self.good(self.path("out"))
        files = summary["files"]
        assert isinstance(files, dict)
        self.assertEqual((files["png"], files["png2x"]), ("flamegraph.png", None))
        self.assertFalse(os.path.exists(self.path("out", "flamegraph-2x.png")))
        self.has(read_text(self.path("out", "index.html")), str(summary["png_note"]))

    def test_the_same_backwards(self) -> None:
        """Children before their parents, all the way down."""
        nodes: List[Node] = [("svc", -1, 0, 1)]
        nodes += [("f", n + 1 if n < DEEP else 0, 1 if n == 1 else 0, 1) for n in range(1, DEEP + 1)]
        for name, form in FORMS.items():
            summary = self.good(self.timed(self.write(f"{name}.json", json.dumps(form(nodes)))))
            self.assertEqual((summary["total"], summary["max_depth"]), (1, DEEP))

    def test_as_deep_in_folded_stacks(self) -> None:
        summary = self.good(
            self.timed(self.write("x.folded", ";".join(f"f{n}" for n in range(DEEP)) + " 3\n"))
        )
        self.assertEqual((summary["total"], summary["max_depth"]), (3, DEEP))

    def test_recursion_counts_once(self) -> None:
        summary = self.good(self.timed(self.write("x.folded", "a;" * 5000 + "a 3\n")))
        functions = summary["functions"]
        assert isinstance(functions, list)
        self.assertEqual(
            [(f["name"], f["self"], f["total"]) for f in functions if f["name"] == "a"], [("a", 3, 3)]
        )

    def test_beyond_the_deepest(self) -> None:
        self.has(self.refused(self.write("x.folded", "a;" * 1_000_001 + "a 3\n")), "x.folded")

    def test_three_hundred_thousand_siblings(self) -> None:
        nodes: List[Node] = [("svc", -1, 0, WIDE)] + [
            (f"function_{n * 7919 % WIDE}", 0, 1, 1) for n in range(WIDE)
        ]
        for name, form in FORMS.items():
            summary = self.good(self.timed(self.write(f"{name}.json", json.dumps(form(nodes)))))
            self.assertEqual((summary["total"], summary["nodes"]), (WIDE, WIDE + 1))
            hidden = summary["hidden"]
            assert isinstance(hidden, dict)
            self.assertEqual((hidden["narrow_nodes"], hidden["narrow_value"]), (WIDE, WIDE))

    def test_more_boxes_than_a_picture_may_have(self) -> None:
        """--min-width 0 asks for all of them: the picture has its limit, and says so or is refused by name."""
        nodes: List[Node] = [("svc", -1, 0, WIDE)] + [(f"f{n}", 0, 1, 1) for n in range(WIDE)]
        file = self.write("x.json", json.dumps(columns_reply(nodes)))
        outcome = self.command("render", file, "--min-width", "0", "-o", self.path("out"), timeout=SECONDS)
        if outcome.code:
            self.one_line(outcome, "--min-width")
        else:
            self.good(self.path("out"))

    def test_memory_goes_with_the_tree_not_with_the_text(self) -> None:
        """45 MB of text that repeats few names: a DOM would be several times the text."""
        if b"__asan_init" in read_bytes(BINARY):
            self.skipTest("a sanitizer's memory is its own")
        count = 200_000
        nodes: List[Node] = [("svc", -1, 0, count)] + [
            (f"function number {n}" + " x" * 40, 0, 1, 1) for n in range(count)
        ]
        reply = json.dumps(list_reply(nodes), indent=4)
        path = self.write("x.json", reply)
        self.assertGreater(len(reply), 45_000_000)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        probe = (
            "import resource,subprocess,sys;"
            "r=subprocess.run(sys.argv[1:]).returncode;"
            "print(r, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = [
            "python3",
            "-c",
            probe,
            BINARY,
            "render",
            path,
            "-o",
            self.path("out"),
            "--formats",
            "svg,json",
        ]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        code, peak = map(int, done.stdout.split())
        self.assertEqual(code, 0, done.stderr)
        self.assertLess(peak * 1024, 4 * len(reply), f"{peak} KiB (before: {before})")


if __name__ == "__main__":
    unittest.main()
