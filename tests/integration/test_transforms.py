"""Transforms of a run, each against a few lines of Python over the same stacks; and which symbols are missing."""

from __future__ import annotations

import gzip
import json
import os
import re
import unittest
from collections import Counter
from typing import Any, Callable, Dict, List, Tuple

from published import page_problems, svg_problems, text_of
from rendering import BUNDLED, RECORDED, RenderCase, V7, is_empty, reply_of, reply_path
from support import CONFIG, DAY2, NIGHT2, Outcome, PressCase, PressedOnce, ROWS, USAGE, read_bytes, read_json, read_text
from support import setUpModule as setUpModule
from truth import Expected, Frames, folded, stacks

Stacks = "Counter[Frames]"
ORDERS = "order-service.jar"
HASH = re.compile(r"(::h[0-9a-f]{16})+$")
RUNAWAY = "a" * 200 + "!"

# A service of our own: Rust, recursion, a chain, wrappers, kernel below a library, hostile names, every cause.
MADE: "Dict[Frames, int]" = {
    ("[t] worker-1", "main", "core::run::h0123456789abcdef", "core::run::h00000000ffffffff", "[l] malloc", "[k] a", "[k] b"): 400,
    ("[t] worker-2", "main", "core::run::h1111111111111111", "[l] malloc", "[k] a"): 300,
    ("[t] worker-2", "main", "wrap", "wrapped", "inner", "leaf"): 150,
    ("[t] worker-3", "only", "[k] a", "[k] b", "[k] c", "app again", "[k] d"): 60,
    ("[t] worker-3", "[/tmp/perf-123.map]", "[/tmp/perf-123.map]", "named"): 25,
    ("[t] worker-3", "[/tmp/perf-123.map]"): 20,
    ("[t] worker-3", "[/usr/lib/libz.so.1.2.13]"): 15,
    ("[t] worker-3", "[/usr/sbin/nginx]", "[/usr/sbin/nginx]"): 10,
    ("[t] worker-3", "[unknown start_thread?]", "[unknown] 0x0000000003932388"): 8,
    ("[t] worker-3", RUNAWAY): 7,
    ("[t] worker-3", "aaa"): 3,
    ("[t] worker-3", "<b>&'\"</b>"): 2,
}


def each(change: Callable[[Frames], Frames]) -> "Callable[[Stacks], Stacks]":
    """A transform that looks at one stack at a time."""

    def over(found: Stacks) -> Stacks:
        result: Stacks = Counter()
        for frames, value in found.items():
            result[change(frames)] += value
        return result

    return over


def leave_out(drop: Callable[[str], bool]) -> "Callable[[Stacks], Stacks]":
    return each(lambda frames: tuple(f for f in frames if not drop(f)))


def shallow_kernel(limit: int) -> "Callable[[Stacks], Stacks]":
    def change(frames: Frames) -> Frames:
        kept: List[str] = []
        run = 0
        for frame in frames:
            run = run + 1 if frame.startswith("[k] ") else 0
            if run <= limit:
                kept.append(frame)
        return tuple(kept)

    return each(change)


def merged(frames: Frames) -> Frames:
    return tuple(f for n, f in enumerate(frames) if n == 0 or frames[n - 1] != f)


def in_focus(pattern: str) -> "Callable[[Stacks], Stacks]":
    return lambda found: Counter({f: v for f, v in found.items() if any(re.search(pattern, x) for x in f)})


# configuration → the same in Python
STEPS: "Dict[str, Tuple[Dict[str, Any], Callable[[Stacks], Stacks]]]" = {
    "strip_rust_hash": ({}, each(lambda fs: tuple(HASH.sub("", f) for f in fs))),
    "rename": (
        {"rename": [{"pattern": r"re:^(\[t\] [a-z-]+)-\d+$", "to": "$1"}, {"pattern": "java.util.", "to": ""}]},
        each(lambda fs: tuple(re.sub(r"^(\[t\] [a-z-]+)-\d+$", r"\1", f).replace("java.util.", "") for f in fs)),
    ),
    "focus": ({"focus": ["main", "re:Sorter"]}, in_focus("main|Sorter")),
    "fold_threads": ({"fold_threads": True}, leave_out(lambda f: f.startswith("[t] "))),
    "max_kernel_depth": ({"max_kernel_depth": 1}, shallow_kernel(1)),
    "hide_kernel": ({"hide_kernel": True}, leave_out(lambda f: f.startswith("[k] "))),
    "hide_libraries": ({"hide_libraries": True}, leave_out(lambda f: f.startswith("[l] "))),
    "hide": ({"hide": ["Interpreter", "re:^wrap"]}, leave_out(lambda f: "Interpreter" in f or f.startswith("wrap"))),
    "merge_recursion": ({"merge_recursion": True}, each(merged)),
}


def rows_of(made: "Dict[Frames, int]", service: str) -> str:
    return "".join(
        json.dumps(
            {
                "time": DAY2 + 3600 + n,
                "app_service": service,
                "profile_event_type": "on-cpu",
                "profile_language_type": "eBPF",
                "tags": {"process_id": "1"},
                "stack": ";".join(frames),
                "value": value,
            }
        )
        + "\n"
        for n, (frames, value) in enumerate(made.items())
    )


class Transformed(PressCase):
    def check_numbers(self, summary: Dict[str, Any], shown: Stacks, whole: int) -> None:
        """Functions, kinds and the denominator of a summary are those of these stacks."""
        selfs: "Counter[str]" = Counter()
        totals: "Counter[str]" = Counter()
        for frames, value in shown.items():
            if frames:
                selfs[frames[-1]] += value
            for name in set(frames):
                totals[name] += value
        self.assertEqual(summary["total"], whole)
        self.assertEqual(
            {f["name"]: (f["self"], f["total"]) for f in summary["functions"]},
            {name: (selfs[name], totals[name]) for name in totals},
        )
        self.check_conserved(summary)
        for kind in summary["kinds"]:
            self.assertAlmostEqual(kind["share"], kind["self"] / whole)
        for thread in summary["threads"]:
            self.assertEqual(thread["total"], totals[thread["name"]])
            self.assertAlmostEqual(thread["share"], thread["total"] / whole)

    def check_conserved(self, summary: Dict[str, Any]) -> None:
        self.assertEqual(sum(k["self"] for k in summary["kinds"]) + summary["removed"], summary["total"])
        self.assertEqual(summary["removed"], sum(t["removed"] for t in summary["transforms"]))


class EachStep(Transformed, PressedOnce):
    """One entry for each transform and each of two services, all in one run."""

    def prepare(self) -> Outcome:
        server = self.server(rows=(*ROWS, self.write("made.jsonl", rows_of(MADE, "made"))))
        services = [
            {"name": name, "id": f"{name}-{step}", **keys}
            for name in ("made", ORDERS)
            for step, (keys, _) in STEPS.items()
        ]
        services.append({"name": "Total", "id": "host", "fold_processes": True, "fold_threads": True})
        services.append({"name": "made", "id": "collapsed", "collapse_wrappers": True, "fold_threads": True})
        services.append({"name": ORDERS, "id": "gathered", "min_share": 0.02})
        return self.press(server.url, services=services)

    def truth(self, name: str) -> Stacks:
        return Counter(MADE) if name == "made" else stacks(name)

    def test_it_was_silent(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, "", ""))

    def test_numbers(self) -> None:
        for name in ("made", ORDERS):
            truth = self.truth(name)
            for step, (_, change) in STEPS.items():
                with self.subTest(f"{name}: {step}"):
                    # hashes are dropped in all of them
                    shown = change(STEPS["strip_rust_hash"][1](truth))
                    self.check_numbers(self.summary(f"{name}-{step}"), shown, sum(truth.values()))

    def test_records(self) -> None:
        for name in ("made", ORDERS):
            for step in STEPS:
                with self.subTest(f"{name}: {step}"):
                    done = self.summary(f"{name}-{step}")["transforms"]
                    self.assertEqual([t["name"] for t in done], list(dict.fromkeys(["strip_rust_hash", step])))
                    self.assertEqual(done[-1]["frames"] > 0, step in self.effective(name), done[-1])

    def effective(self, name: str) -> List[str]:
        """Steps that find something to do."""
        truth = STEPS["strip_rust_hash"][1](self.truth(name))
        found = [step for step, (_, change) in STEPS.items() if change(truth) != truth]
        if truth != self.truth(name):
            found.append("strip_rust_hash")
        self.assertGreater(len(found), 5)
        return found

    def test_records_of_made_stacks(self) -> None:
        last = {step: self.summary(f"made-{step}")["transforms"][-1] for step in STEPS}
        self.assertEqual((last["strip_rust_hash"]["frames"], last["strip_rust_hash"]["touched"]), (3, 700))
        self.assertEqual((last["hide_kernel"]["frames"], last["hide_kernel"]["moved"]), (7, 760))
        self.assertEqual((last["max_kernel_depth"]["frames"], last["max_kernel_depth"]["moved"]), (3, 400))
        self.assertEqual((last["focus"]["removed"], last["focus"]["detail"]), (150, '"main", "re:Sorter"'))
        self.assertEqual(last["fold_threads"]["frames"], 3)
        self.assertEqual(last["hide"]["detail"], '"Interpreter", "re:^wrap"')
        self.assertEqual(
            last["rename"]["detail"],
            '"re:^(\\[t\\] [a-z-]+)-\\d+$" \u2192 "$1", "java.util." \u2192 ""',
        )

    def test_pages_name_each(self) -> None:
        for name in ("made", ORDERS):
            for step in STEPS:
                with self.subTest(f"{name}: {step}"):
                    folder = os.path.join(self.site, NIGHT2, f"{name}-{step}", "on-cpu")
                    self.assertEqual(page_problems(os.path.join(folder, "index.html")), [])
                    self.assertEqual(svg_problems(os.path.join(folder, "flamegraph.svg")), [])
                    page = text_of(read_text(os.path.join(folder, "index.html")))
                    if step in self.effective(name):
                        self.has(page, step, "Shown with", "What that did")
                        self.has(read_text(os.path.join(folder, "flamegraph.svg")), "Shown with")
                    elif step != "strip_rust_hash":
                        self.has(page, step, "Found nothing to do")

    def test_exports_hold_what_came(self) -> None:
        for name in ("made", ORDERS):
            for step in STEPS:
                folder = os.path.join(self.site, NIGHT2, f"{name}-{step}", "on-cpu")
                text = gzip.decompress(read_bytes(os.path.join(folder, "profile.folded.gz"))).decode()
                self.assertEqual(folded(text), self.truth(name), step)
                profile = gzip.decompress(read_bytes(os.path.join(folder, "profile.pb.gz")))
                self.assertEqual(f"shown with: {step}".encode() in profile, step in self.effective(name), step)
                for frames in list(self.truth(name))[:20]:
                    self.assertIn(frames[-1].encode(), profile)

    def test_focus_says_how_much(self) -> None:
        page = text_of(self.page("made-focus"))
        self.has(page, "only stacks in focus (85.0 % of the total)", "15.0 % of the total, is not shown")
        svg = read_text(os.path.join(self.site, NIGHT2, "made-focus", "on-cpu", "flamegraph.svg"))
        # the root is drawn as wide as ever, and says what share of the whole it is
        self.has(svg, "<title>made\n850 µs, 85.0 % of 1.00 ms; self 0 s</title>", "only stacks in focus (85.0 % of the total)")

    def test_the_host_folded(self) -> None:
        summary, truth = self.summary("host"), stacks("Total")
        self.assertEqual((summary["processes"], summary["threads"]), ([], []))
        self.assertEqual(summary["total"], sum(truth.values()))
        self.assertEqual([t["name"] for t in summary["transforms"]], ["strip_rust_hash", "fold_processes", "fold_threads"])
        self.assertEqual(summary["transforms"][1]["frames"], len({f[0] for f in truth}))
        self.check_conserved(summary)
        self.assertIsNotNone(summary["unprofiled"], "what is not shown is there all the same")

    def test_wrappers(self) -> None:
        names = {f["name"] for f in self.summary("collapsed")["functions"]}
        self.assertLessEqual({"wrap", "leaf"}, names)
        self.assertFalse({"wrapped", "inner"} & names)
        self.check_conserved(self.summary("collapsed"))

    def test_small_frames(self) -> None:
        summary = self.summary("gathered")
        (other,) = [f for f in summary["functions"] if f["name"] == "[other]"]
        self.assertEqual(other["self"], summary["transforms"][-1]["moved"])
        self.assertGreater(other["self"], 0)
        for f in summary["functions"]:
            if f["name"] != "[other]":
                self.assertGreaterEqual(f["total"], 0.02 * summary["total"])
        self.check_conserved(summary)
        self.has(text_of(self.page("gathered")), "below 2 % of the total", "no symbol or [other]")


class Together(Transformed):
    def test_all_at_once_in_the_fixed_order(self) -> None:
        """Every key in `defaults`, in an order of its own; an entry switches some off again."""
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        keys: Dict[str, Any] = {}
        for step, (part, _) in reversed(list(STEPS.items())):
            keys.update(part)
        self.pressed(
            server.url,
            defaults=keys,
            services=[
                {"name": "made"},
                {"name": "made", "id": "less", "focus": [], "hide": [], "rename": [], "fold_threads": False,
                 "strip_rust_hash": False, "hide_kernel": False, "max_kernel_depth": -1},
            ],
        )
        shown: Stacks = Counter(MADE)
        for _, change in STEPS.values():
            shown = change(shown)
        self.check_numbers(self.summary("made"), shown, 1000)
        self.assertEqual([t["name"] for t in self.summary("made")["transforms"]], list(STEPS))
        less: Stacks = Counter(MADE)
        for step in ("hide_libraries", "merge_recursion"):
            less = STEPS[step][1](less)
        self.check_numbers(self.summary("less"), less, 1000)

    def test_render_is_the_same_path(self) -> None:
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        self.pressed(server.url, services=[{"name": "made", "fold_threads": True, "hide": ["re:^wrap"], "min_share": 0.1}])
        profile = os.path.join(self.site, NIGHT2, "made", "on-cpu", "profile.pb.gz")
        outcome = self.command(
            "render", profile, "-o", self.path("out"), "--fold-threads", "--hide", "re:^wrap", "--min-share", "0.1"
        )
        self.assertEqual(outcome, Outcome(0, "", ""))
        again = read_json(self.path("out", "summary.json"))
        for key in ("total", "functions", "kinds", "transforms", "removed", "missing_symbols"):
            self.assertEqual(again[key], self.summary("made")[key], key)
        for name in ("flamegraph.svg", "profile.folded.gz"):  # a file cannot tell render that it is complete
            self.assertTrue(
                read_bytes(self.path("out", name)) == read_bytes(os.path.join(os.path.dirname(profile), name)), name
            )

    def test_nothing_in_focus(self) -> None:
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        self.pressed(server.url, services=[{"name": "made", "focus": ["no such frame"]}])
        summary = self.summary("made")
        self.assertEqual((summary["outcome"], summary["total"], summary["removed"]), ("ok", 1000, 1000))
        self.assertEqual((summary["functions"], summary["files"]["svg"]), ([], None))
        self.assertEqual(summary["files"]["pprof"], "profile.pb.gz")
        self.check_conserved(summary)
        page = os.path.join(self.site, NIGHT2, "made", "on-cpu", "index.html")
        self.assertEqual(page_problems(page), [])
        self.has(text_of(read_text(page)), "only stacks in focus (0 % of the total)")


class RunAway(Transformed):
    def test_it_is_stopped_and_said(self) -> None:
        """(a+)+$ on a name that makes it try everything: 2^200 steps. Where it ends, it counts."""
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        outcome = self.press(server.url, services=[{"name": "made", "hide": ["re:(a+)+$", "leaf"]}])
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "warning", "made on-cpu", "hide", "(a+)+$", "ran away on 1 name", "stopped")
        summary = self.summary("made")
        names = {f["name"] for f in summary["functions"]}
        self.assertIn(RUNAWAY, names)
        self.assertFalse({"aaa", "leaf"} & names)
        done = summary["transforms"][-1]
        self.assertEqual((done["patterns_stopped"], done["patterns_ignored"], done["stopped"]), (1, 0, "re:(a+)+$"))
        self.has(text_of(self.page("made")), "ran away on 1 name and was stopped")
        self.check_conserved(summary)

    def test_on_many_names_it_is_set_aside(self) -> None:
        made = {("a" * (60 + n) + "!",): 1 for n in range(200)}
        made[("aaa",)] = 1
        server = self.server(rows=(self.write("made.jsonl", rows_of(made, "made")),))
        outcome = self.press(server.url, services=[{"name": "made", "hide": ["re:(a+)+$"]}])
        self.one_line(outcome, "warning", "(a+)+$", "set aside")
        summary = self.summary("made")
        self.assertEqual(len(summary["functions"]), 201)
        self.assertEqual(summary["transforms"][-1]["patterns_ignored"], 1)
        self.has(text_of(self.page("made")), "was set aside")

    def test_bad_patterns_are_refused_before_anything_is_asked(self) -> None:
        server = self.server()
        path = self.config(
            server.url,
            defaults={"hide": ["re:[a-"]},
            services=[{"name": "checkout-api", "rename": [{"pattern": "re:x", "to": "$3"}], "focus": ["re:"]}],
        )
        for arguments in (("check", "-c", path), ("run", "-c", path)):
            outcome = self.command(*arguments)
            self.assertEqual(outcome.code, CONFIG)
            for part in ("defaults.hide[0]", "at byte 6", "services[0].rename[0]", "$3", "services[0].focus[0]"):
                self.assertIn(part, outcome.err)
        self.assertEqual(server.log(), [])

    def test_bad_options(self) -> None:
        stacks_file = self.write("x.folded", "a;b 1\n")
        for arguments, word in (
            (("--hide", "re:("), "at byte 4"),
            (("--focus", ""), "1 to 4096 bytes"),
            (("--rename", "x"), "/PATTERN/TO/"),
            (("--rename", "/a/b/c/"), "/PATTERN/TO/"),
            (("--rename", "/re:a/$1/"), "$1"),
            (("--min-share", "2"), "0 to 1"),
            (("--min-share", "nan"), "0 to 1"),
            (("--max-kernel-depth", "-1"), "0 to 1000000"),
            (("--max-kernel-depth", "1x"), "0 to 1000000"),
        ):
            outcome = self.command("render", stacks_file, "-o", self.path("no"), *arguments)
            self.assertEqual(outcome.code, USAGE, arguments)
            self.one_line(outcome, word)


class MissingSymbols(Transformed, RenderCase):
    CAUSES = (
        ("jit_map", re.compile(r"\[/(?:.*/)?perf-\d+\.map\]$")),
        ("thread_entry", re.compile(r"\[unknown start_thread\?\]$")),
        ("unknown_address", re.compile(r"\[unknown")),
        ("stripped_library", re.compile(r"\[/.*\.so(?:[. ].*)?\]$")),
        ("stripped_executable", re.compile(r"\[/.*\]$")),
    )

    def cause_of(self, name: str) -> str:
        return next((cause for cause, shape in self.CAUSES if shape.match(name)), "")

    def expected(self, found: Stacks) -> "Dict[str, Tuple[int, int, int]]":
        """Cause → self, total, names; "" is any, "code" any but thread entries."""
        result = {}
        for wanted in [cause for cause, _ in self.CAUSES] + ["", "code"]:

            def fits(name: str) -> bool:
                cause = self.cause_of(name)
                return bool(cause) and (wanted in ("", cause) or (wanted == "code" and cause != "thread_entry"))

            own = sum(v for f, v in found.items() if fits(f[-1]))
            total = sum(v for f, v in found.items() if any(map(fits, f)))
            result[wanted] = (own, total, len({x for f in found for x in f if fits(x)}))
        return result

    def check_missing(self, summary: Dict[str, Any], found: Stacks) -> None:
        missing, whole = summary["missing_symbols"], sum(found.values())
        expected = self.expected(found)
        rows = {row["cause"]: row for row in missing["causes"]}
        self.assertEqual(set(rows), {c for c, (_, _, names) in expected.items() if names and c not in ("", "code")})
        for cause, row in [*rows.items(), ("", missing), ("code", missing["code"])]:
            self.assertEqual((row["self"], row["total"], row["names"]), expected[cause], cause)
            self.assertAlmostEqual(row["self_share"], row["self"] / whole)
            self.assertAlmostEqual(row["total_share"], row["total"] / whole)
        for row in rows.values():
            self.assertTrue(row["title"] and row["meaning"] and row["advice"])
        self.assertEqual(missing["modules_count"], len(missing["modules"]))
        for cause, row in rows.items():
            modules = [m for m in missing["modules"] if m["cause"] == cause]
            self.assertEqual(sum(m["self"] for m in modules), row["self"])
            for m in modules:
                frame = f"[{m['path']}]"
                if m["path"]:
                    self.assertEqual(m["self"], sum(v for f, v in found.items() if f[-1] == frame))
                    self.assertEqual(m["total"], sum(v for f, v in found.items() if frame in f))

    def test_every_cause(self) -> None:
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        # hiding what has no symbol hides nothing of this
        self.pressed(server.url, services=[{"name": "made", "hide": [r"re:^\[[/u]"], "fold_threads": True}])
        summary = self.summary("made")
        self.check_missing(summary, Counter(MADE))
        self.assertEqual({row["cause"] for row in summary["missing_symbols"]["causes"]}, {c for c, _ in self.CAUSES})
        page = text_of(self.page("made"))
        self.has(page, "Missing symbols", "/tmp/perf-123.map", "/usr/lib/libz.so.1.2.13", "/usr/sbin/nginx")
        self.has(page, "-XX:+PreserveFramePointer", "debug symbols", "-fno-omit-frame-pointer", "Nothing needs to be done")
        self.assertAlmostEqual(
            read_json(os.path.join(self.site, NIGHT2, "summary.json"))["services"][0]["unknown_share"], 0.053
        )

    def test_recorded_rows(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"name": n} for n in ("checkout-api", ORDERS, "redis-server", "Total")])
        for name in ("checkout-api", ORDERS, "redis-server", "Total"):
            with self.subTest(name):
                self.check_missing(self.summary(name), stacks(name))
        self.has(text_of(self.page("redis-server")), "Missing symbols", "Unknown addresses")
        self.has(text_of(self.page("Total")), "Every frame has its symbol.")
        self.has_not(text_of(self.page("Total")), "Missing symbols")

    def test_recorded_replies(self) -> None:
        causes = set()
        cases_of_programs = RECORDED != BUNDLED
        for cases in {BUNDLED, RECORDED}:
            for name in sorted(os.listdir(cases)):
                path = reply_path(name, V7, cases)
                reply = reply_of(path)
                if reply["OPT_STATUS"] != "SUCCESS" or is_empty(reply) or "hour" in name or "gauge" in name:
                    continue
                out = self.render(path, "--no-strip-rust-hash")
                summary = read_json(os.path.join(out, "summary.json"))
                self.check_missing(summary, self.folded(out))
                causes |= {row["cause"] for row in summary["missing_symbols"]["causes"]}
        self.assertGreaterEqual(causes, {"stripped_library", "unknown_address", "thread_entry"})
        if cases_of_programs:
            self.assertIn("stripped_executable", causes)  # nginx

    def test_nothing_came(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"name": "no such service"}])
        summary = self.summary("no%20such%20service")
        self.assertEqual(summary["outcome"], "empty")
        self.has_not(text_of(self.page("no%20such%20service")), "Missing symbols", "Every frame has")


class OnceMore(Transformed):
    def test_numbers_without_transforms_are_those_of_the_rows(self) -> None:
        """Nothing is done but what is asked for: the counting above would not notice a step that is always on."""
        server = self.server(rows=(self.write("made.jsonl", rows_of(MADE, "made")),))
        self.pressed(server.url, services=[{"name": "made", "strip_rust_hash": False}])
        summary, expected = self.summary("made"), Expected(Counter(MADE))
        self.check_numbers(summary, Counter(MADE), expected.total)
        self.assertEqual((summary["nodes"], summary["max_depth"]), (expected.nodes, expected.max_depth))
        self.assertEqual(summary["transforms"], [])
        self.has_not(text_of(self.page("made")), "Shown with", "What that did")


if __name__ == "__main__":
    unittest.main()
