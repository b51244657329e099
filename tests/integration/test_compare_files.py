"""What changed between files: `render --baseline`."""

from __future__ import annotations

import os
import shutil
import unittest
from typing import Any, Dict

from published import files_of, svg_problems, text_of
from support import NOTHING, SOURCE, USAGE, Outcome, PressCase, read_bytes, read_json, read_text
from support import setUpModule as setUpModule

REGRESSION = 3


class Render(PressCase):
    OLD = "main;a 700\nmain;b 300\nmain;gone;stale 200\n"
    NEW = "main;a 700\nmain;b 600\nmain;new;fresh 300\n"
    EMPTY = read_text(os.path.join(SOURCE, "tests", "cases", "render", "empty-null", "input.json"))

    def render(self, new: str, old: str, *arguments: str) -> Outcome:
        self.write("new.folded", new)
        self.write("old.folded", old)
        return self.command("render", "new.folded", "--baseline", "old.folded", "-o", "out", *arguments)

    def result(self) -> Dict[str, Any]:
        result: Dict[str, Any] = read_json(self.path("out", "summary.json"))
        return result

    def test_by_hand(self) -> None:
        self.assertEqual(self.render(self.NEW, self.OLD), Outcome(0, "", ""))
        result = self.result()
        self.assertEqual(result["baseline"]["label"], "old.folded")
        self.assertEqual((result["baseline"]["total"], result["baseline"]["source"]), (1200, "file"))
        found = {c["name"]: (c["verdict"], c["before_total"], c["after_total"]) for c in result["changes"]}
        self.assertEqual(found["new"], ("new", 0, 300))
        self.assertEqual(found["gone"], ("gone", 200, 0))
        self.assertEqual(found["b"], ("change", 300, 600))
        self.assertEqual(found["main"], ("noise", 1200, 1600))
        text = " ".join(text_of(read_text(self.path("out", "index.html"))).split())
        self.has(text, "Compared with old.folded: 1,200 samples then, 1,600 samples now (+33.3 %).", "+50.0 %", "new", "gone")
        self.assertEqual(svg_problems(self.path("out", "diff.svg")), [])
        self.assertTrue(os.path.isfile(self.path("out", "diff.png")))

    def test_nothing_changed(self) -> None:
        self.assertEqual(self.render(self.NEW, self.NEW, "--fail-on-regression"), Outcome(0, "", ""))
        self.assertEqual(self.result()["comparison"]["changed"], 0)
        self.has(text_of(read_text(self.path("out", "index.html"))), "Nothing changed beyond sampling noise")

    def test_a_doubling_is_a_hundred_percent(self) -> None:
        self.render("main;a 2000\nmain;b 8000\n", "main;a 1000\nmain;b 9000\n")
        self.has(text_of(read_text(self.path("out", "index.html"))), "+100.0 %")

    def test_three(self) -> None:
        outcome = self.render(self.NEW, self.OLD, "--fail-on-regression")
        self.assertEqual(outcome.code, REGRESSION)
        self.assertEqual(len(outcome.lines), 2, outcome.err)
        self.has(outcome.err, "new: nothing → 18.8 %: out/index.html#changes", "b: 25.0 % → 37.5 %")

    def test_less_is_no_regression(self) -> None:
        others = "".join(f"main;f{i} {{0}}\n" for i in range(80))
        outcome = self.render("main;a 1000\n" + others.format(100), "main;a 2000\n" + others.format(100), "--fail-on-regression")
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual([c["name"] for c in self.result()["changes"] if c["verdict"] == "change"], ["a"])

    def test_shape_and_colours(self) -> None:
        self.render(self.NEW, self.OLD)
        newer = read_bytes(self.path("out", "diff.svg"))
        self.assertEqual(self.render(self.NEW, self.OLD, "--diff-shape", "old").code, 0)
        self.assertEqual(self.result()["diff_picture"]["shape"], "old")
        older = read_bytes(self.path("out", "diff.svg"))
        self.render(self.NEW, self.OLD, "--diff-palette", "orange-blue")
        orange = read_bytes(self.path("out", "diff.svg"))
        self.assertEqual(len({newer, older, orange}), 3)
        self.assertIn(b"Before: widths", older)
        for wrong in (("--diff-shape", "older"), ("--diff-palette", "green")):
            self.assertEqual(self.render(self.NEW, self.OLD, *wrong).code, USAGE)

    def test_formats(self) -> None:
        self.render(self.NEW, self.OLD, "--formats", "svg,json")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["diff.svg", "flamegraph.svg", "summary.json"])
        self.render(self.NEW, self.OLD, "--formats", "html,png")
        self.assertNotIn("diff.svg", os.listdir(self.path("out")))
        self.has(read_text(self.path("out", "index.html")), '<img src="diff.png"')

    def test_several_files_are_one_baseline(self) -> None:
        self.write("new.folded", "a 500\nb 500\n")
        self.write("one.folded", "a 300\n")
        self.write("two.folded", "b 300\n")
        outcome = self.command("render", "new.folded", "--baseline", "one.folded", "--baseline", "two.folded", "-o", "out")
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual(self.result()["baseline"]["total"], 600)
        self.assertEqual(self.result()["comparison"]["changed"], 0)

    def test_an_empty_baseline_is_none(self) -> None:
        outcome = self.render(self.NEW, self.EMPTY)
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "warning", "no baseline", "old.folded has no data")
        self.has(text_of(read_text(self.path("out", "index.html"))), "No baseline", "old.folded has no data")

    def test_an_empty_profile_is_compared_with_nothing(self) -> None:
        outcome = self.render(self.EMPTY, self.OLD)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(self.result()["changes"], [])

    def test_mistakes(self) -> None:
        self.write("new.folded", self.NEW)
        outcome = self.command("render", "new.folded", "--baseline", "nowhere", "-o", "out")
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "the baseline", "nowhere")
        self.assertFalse(os.path.exists(self.path("out")))
        outcome = self.command("render", "new.folded", "--fail-on-regression", "-o", "out")
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "--baseline")

    def test_other_events_and_units_are_refused(self) -> None:
        self.render(self.NEW, self.OLD, "--event", "on-cpu")
        os.rename(self.path("out"), self.path("cpu"))
        self.render(self.NEW, self.OLD, "--event", "off-cpu")
        outcome = self.command("render", "cpu/profile.pb.gz", "--baseline", "out/profile.pb.gz", "-o", "x")
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "off-cpu", "on-cpu", "--event")
        self.render(self.NEW, self.OLD, "--event", "mem-alloc")
        outcome = self.command("render", "cpu/profile.pb.gz", "--baseline", "out/profile.pb.gz", "--event", "on-cpu", "-o", "x")
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "out/profile.pb.gz", "mem-alloc", "bytes")

    def test_hostile_names(self) -> None:
        name = "</title><script>alert(1)</script>\u202e'\"&\u0001"
        self.assertEqual(self.render(f"main;{name} 900\nmain;a 100\n", "main;a 1000\n").code, 0)
        self.assertEqual(svg_problems(self.path("out", "diff.svg")), [])
        self.has_not(read_text(self.path("out", "index.html")), "<script>alert")
        self.has_not(read_text(self.path("out", "diff.svg")), "<script>alert")
        outcome = self.render(f"main;{name} 900\nmain;a 100\n", "main;a 1000\n", "--fail-on-regression")
        self.assertEqual(len(outcome.lines), 1)
        self.has_not(outcome.err, "\u0001")

    def test_same_input_same_bytes(self) -> None:
        self.render(self.NEW, self.OLD)
        first = files_of(self.path("out"))
        shutil.rmtree(self.path("out"))
        self.render(self.NEW, self.OLD)
        self.assertEqual(files_of(self.path("out")), first)


if __name__ == "__main__":
    unittest.main()
