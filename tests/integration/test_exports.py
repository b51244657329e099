"""profile.pb.gz: what it carries, that nothing is lost on the way back, what Go's own tool makes of it."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import unittest
import uuid
from typing import Any, Dict, List, Tuple

from published import page_problems, text_of
from rendering import BUNDLED, V6, V7, RenderCase, columns_reply, is_empty, list_reply, reply_of, reply_path
from support import CLEAN, DAY2, NIGHT2, SOURCE, read_bytes, read_json, read_text
from support import setUpModule as setUpModule

GO_CPU = os.path.join(SOURCE, "tests", "data", "pprof", "go-cpu.pb.gz")
GO_HEAP = os.path.join(SOURCE, "tests", "data", "pprof", "go-heap.pb.gz")
SAME = ("flamegraph.svg", "flamegraph.png", "flamegraph-2x.png", "profile.folded.gz", "profile.pb.gz")
# What a summary says of the file it came from, and of nothing else.
OF_THE_FILE = ("requests", "unbalanced", "mended_names")


class Exports(RenderCase):
    def summary(self, out: str) -> Dict[str, Any]:
        summary: Dict[str, Any] = read_json(os.path.join(out, "summary.json"))
        return summary

    def pprof(self, out: str) -> str:
        return os.path.join(out, "profile.pb.gz")

    def check_return(self, out: str, *arguments: str) -> None:
        """Rendering the pprof profile of a report gives the report."""
        again = self.render(self.pprof(out), *arguments, to="again")
        for name in SAME:
            self.assertTrue(
                read_bytes(os.path.join(out, name)) == read_bytes(os.path.join(again, name)), f"{out}: {name} differs"
            )
        one, two = self.summary(out), self.summary(again)
        self.assertEqual(two["requests"]["form"], "pprof profile")
        for key in one:
            if key not in OF_THE_FILE:
                self.assertEqual(one[key], two[key], f"{out}: {key}")


class ThereAndBack(Exports):
    def test_every_bundled_reply(self) -> None:
        events = {"gauge-mem-inuse": "mem-inuse", "gauge-goroutines": "goroutines"}
        done = 0
        for name in sorted(os.listdir(BUNDLED)):
            for version in (V6, V7):
                reply = reply_of(reply_path(name, version))
                if reply["OPT_STATUS"] != "SUCCESS" or is_empty(reply):
                    continue
                event = ("--event", events[name]) if name in events else ()
                out = self.render(reply_path(name, version), *event, to=f"{name}.{version}")
                self.assertEqual(self.summary(out)["files"]["pprof"], "profile.pb.gz")
                self.assertIsNone(self.summary(out)["pprof_note"])
                self.assertEqual(read_bytes(self.pprof(out))[4:8], bytes(4), "no time stamp")
                self.check_return(out)  # the event travels with the file
                done += 1
        self.assertGreaterEqual(done, 10)

    def test_both_wire_forms_write_the_same_profile(self) -> None:
        for name in ("checkout-api-day2", "Total-day2"):
            profiles = [read_bytes(self.pprof(self.render(reply_path(name, v), to=f"{name}{v}"))) for v in (V6, V7)]
            self.assertTrue(profiles[0] == profiles[1], name)

    def test_what_folded_stacks_cannot_hold(self) -> None:
        """Semicolons, line breaks, a value of the root's own, a name that looks like another kind."""
        nodes = [
            ("app", -1, 4, 22),
            ("a;b", 0, 5, 13),
            ("c\nd;e", 1, 8, 8),
            ("a", 0, 0, 3),
            ("b", 3, 3, 3),
            ("[l] lib;x", 0, 2, 2),
        ]
        for reply in (columns_reply(nodes), list_reply(nodes)):
            out = self.render(self.write_json("reply.json", reply))
            names = {f["name"]: (f["self"], f["total"]) for f in self.summary(out)["functions"]}
            self.assertEqual(names["a;b"], (5, 13))
            self.assertEqual(names["c\nd;e"], (8, 8))
            self.check_return(out)

    def test_names_that_look_like_marks_of_other_kinds(self) -> None:
        """The kind is the server's word, the name stays whole where its mark is that of another kind."""
        reply = os.path.join(SOURCE, "tests", "cases", "render", "marks", "input.json")
        out = self.render(reply, "--event", "off-cpu")
        kinds = {(f["name"], f["kind"]) for f in self.summary(out)["functions"]}
        self.assertLessEqual({("[k] kern", "application"), ("[k] kern", "kernel"), ("[t] call", "application")}, kinds)
        page = text_of(read_text(os.path.join(out, "index.html")))
        self.has(page, "[k] kern", "[l] app", "[t] call", "[k] thing")
        self.assertRegex(page, r"(?<!\] )kern kernel")
        self.assertNotIn("[t] worker", page)
        self.check_return(out)

    def test_our_own_words_for_units_that_pprof_counts(self) -> None:
        for event, unit in (
            ("goroutines", "goroutines"),
            ("alloc_objects", "objects"),
            ("cpu", "samples"),
            ("on-gpu", "units"),
            ("never heard of", "units"),
            ("mutex_duration", "nanoseconds"),
            ("off-cpu", "microseconds"),
            ("mem-alloc", "bytes"),
        ):
            out = self.render(self.write("x.folded", "a;b 7\nc 2\n"), "--event", event, to="one")
            self.assertEqual((self.summary(out)["event"], self.summary(out)["unit"]), (event, unit))
            self.check_return(out)

    def write_json(self, name: str, value: object) -> str:
        import json

        return self.write(name, json.dumps(value))


class OfARun(Exports):
    def test_a_night_carries_its_window_zone_and_filter(self) -> None:
        server = self.server()
        run = self.press(
            server.url,
            services=[{"name": "checkout-api", "filter": "pod_ns!='nowhere'"}, {"name": "Total"}],
            timezone="Asia/Shanghai",
        )
        self.assertEqual(run.code, 0, run)
        found = [d for d, _, files in os.walk(self.path("site")) if "profile.pb.gz" in files and "latest" not in d]
        self.assertEqual(len(found), 2)
        for out in found:
            again = self.render(self.pprof(out), to="again")
            one, two = self.summary(out), self.summary(again)
            for key in ("service", "event", "unit", "window", "total", "functions", "threads", "processes", "kinds"):
                self.assertEqual(one[key], two[key], key)
            self.assertEqual(one["requests"]["filter"], two["requests"]["filter"])
            self.assertEqual(one["requests"]["sample"], two["requests"]["sample"])
            self.assertEqual(one["window"]["timezone"], "Asia/Shanghai")
            self.assertTrue(
                read_bytes(os.path.join(out, "flamegraph.svg")) == read_bytes(os.path.join(again, "flamegraph.svg"))
            )


class Others(Exports):
    """Profiles that Go made."""

    def test_a_cpu_profile(self) -> None:
        out = self.render(GO_CPU)
        summary = self.summary(out)
        self.assertEqual((summary["event"], summary["unit"], summary["total"]), ("cpu", "nanoseconds", 1160000000))
        self.assertEqual(summary["window"]["start"], 1795425334)
        self.assertEqual(summary["requests"]["sample"], 10000000)
        page = text_of(read_text(os.path.join(out, "index.html")))
        self.has(page, "CPU time", "1.16 s", "opens in go tool pprof")
        self.assertEqual(page_problems(os.path.join(out, "index.html")), [])
        self.check_return(out)

    def test_a_heap_profile(self) -> None:
        out = self.render(GO_HEAP, "--service", "sorter")
        summary = self.summary(out)
        self.assertEqual((summary["event"], summary["unit"], summary["service"]), ("inuse_space", "bytes", "sorter"))
        self.assertIsNone(summary["window"])
        self.has(text_of(read_text(os.path.join(out, "index.html"))), "Memory in use")
        self.check_return(out)

    def test_functions_are_those_of_gos_own_tool(self) -> None:
        for path in (GO_CPU, GO_HEAP):
            summary = self.summary(self.render(path))
            theirs = top_of(read_text(path.replace(".pb.gz", ".top.txt")))
            self.assertEqual({f["name"]: (f["self"], f["total"]) for f in summary["functions"]}, dict(theirs))

    def test_with_an_event_of_ones_own_the_unit_stays(self) -> None:
        summary = self.summary(self.render(GO_CPU, "--event", "on-cpu"))
        self.assertEqual((summary["event"], summary["unit"]), ("on-cpu", "nanoseconds"))
        self.check_return(self.path("out"))

    def test_from_standard_input_unpacked(self) -> None:
        for data in (read_bytes(GO_CPU), gzip.decompress(read_bytes(GO_CPU))):
            self.assertEqual(self.summary(self.render("-", stdin=data))["total"], 1160000000)


class Merged(Exports):
    def test_several_profiles_are_their_sum(self) -> None:
        one = self.summary(self.render(GO_CPU, to="one"))
        two = self.summary(self.render(GO_CPU, GO_CPU, GO_CPU, to="two"))
        self.assertEqual(two["total"], 3 * one["total"])
        self.assertEqual(two["functions"][0]["self"], 3 * one["functions"][0]["self"])
        self.assertEqual(one["window"], two["window"])

    def test_what_does_not_add_up_is_refused(self) -> None:
        for files in ((GO_CPU, GO_HEAP), (GO_HEAP, GO_CPU)):
            err = self.refused(*files)
            self.has(err, "go-cpu.pb.gz", "go-heap.pb.gz", "nanoseconds", "bytes", "cpu", "inuse_space")
            self.has(self.refused(*files, "--event", "cpu"), "go-heap.pb.gz", "inuse_space", "--event cpu")

    def test_same_unit_other_event(self) -> None:
        stacks = self.write("x.folded", "a;b 7\n")
        files = []
        for event in ("mem-alloc", "mem-inuse"):
            files.append(self.write(f"{event}.pb.gz", read_bytes(self.pprof(self.render(stacks, "--event", event)))))
        err = self.refused(*files)
        self.has(err, "mem-alloc.pb.gz", "mem-inuse.pb.gz", "does not add up", "render the files apart")
        self.assertNotIn("--event", err, "it would not help")
        self.has(self.refused(*files, "--event", "mem-alloc"), "mem-inuse.pb.gz", "mem-inuse in bytes", "--event mem-alloc")

    def test_files_that_do_not_say_may_not_be_guessed_alike(self) -> None:
        """Samples and microseconds, neither of them stated."""
        stacks, reply = self.write("x.folded", "a;b 7\n"), reply_path("checkout-api-day2", V7)
        for files in ((stacks, reply), (reply, stacks)):
            err = self.refused(*files)
            self.has(err, "x.folded", os.path.basename(reply), "cpu in samples", "on-cpu in microseconds", "--event")
        total = self.summary(self.render(reply, to="one"))["total"]
        self.assertEqual(self.summary(self.render(stacks, reply, "--event", "on-cpu"))["total"], total + 7)

    def test_an_event_that_contradicts_the_file(self) -> None:
        for event in ("off-cpu", "mem-alloc", "wall", "mine"):
            err = self.refused(GO_CPU, "--event", event)
            self.has(err, "go-cpu.pb.gz", "cpu in nanoseconds", f"--event {event}", "leave --event out")
        ours = self.pprof(self.render(self.write("x.folded", "a;b 7\n"), "--event", "mine"))
        self.has(self.refused(ours, "--event", "on-cpu"), "mine in units")
        self.assertEqual(self.summary(self.render(ours, "--event", "mine", to="again"))["event"], "mine")

    def test_a_file_that_does_not_say_follows_the_command_line(self) -> None:
        stacks = self.write("x.folded", "a;b 7\n")
        pprof = self.write("m.pb.gz", read_bytes(self.pprof(self.render(stacks, "--event", "mem-alloc"))))
        for files in ((stacks, pprof), (pprof, stacks)):
            self.has(self.refused(*files), "x.folded", "m.pb.gz")
            self.assertEqual(self.summary(self.render(*files, "--event", "mem-alloc"))["total"], 14)

    def test_an_empty_reply_changes_nothing(self) -> None:
        empty = reply_path("no-such-service", V7)
        for files in ((empty, GO_CPU), (GO_CPU, empty)):
            summary = self.summary(self.render(*files))
            self.assertEqual((summary["event"], summary["unit"], summary["total"]), ("cpu", "nanoseconds", 1160000000))


class Completeness(Exports):
    """What the page says of it is true of the form that it came in."""

    def check(self, out: str, completeness: str, evidence: str, *words: str) -> None:
        summary = self.summary(out)
        self.assertEqual((summary["completeness"], summary["requests"]["evidence"]), (completeness, evidence))
        self.has(text_of(read_text(os.path.join(out, "index.html"))), *words)

    def test_each_form_and_the_worst_of_several(self) -> None:
        reply = reply_path("checkout-api-day2", V7)
        stacks = self.write("x.folded", "a;b 7\n")
        unproved = self.write("u.pb.gz", read_bytes(self.pprof(self.render(reply))))
        nothing = reply_path("no-such-service", V7)
        on_cpu = ("--event", "on-cpu")
        for files, evidence, words in (
            ((reply,), "reply", "a saved reply does not say with which row limit"),
            ((stacks, nothing), "folded", "folded stacks do not say"),
            ((GO_CPU,), "pprof", "a pprof profile does not say"),
            ((unproved,), "profile", "says that it was not proved complete"),
            ((stacks, reply, *on_cpu), "reply", "a saved reply"),
            ((reply, stacks, *on_cpu), "reply", "a saved reply"),
            ((unproved, stacks, *on_cpu), "profile", "says that it was not proved"),
        ):
            self.check(self.render(*files), "unproved", evidence, "Unproved: ", words)

    def test_a_profile_of_a_run_keeps_its_proof(self) -> None:
        self.assertEqual(self.command("demo", "-o", self.path("site")).code, 0)
        proved = os.path.join(self.path("site"), NIGHT2, "nginx", "on-cpu", "profile.pb.gz")
        out = self.render(proved)
        self.check(out, "proved", "profile", "Proved complete: the profile says that it was, when it was fetched")
        self.check(self.render(self.pprof(out), to="again"), "proved", "profile")
        stacks = self.write("x.folded", "a;b 7\n")
        self.check(self.render(proved, stacks, "--event", "on-cpu"), "unproved", "folded", "folded stacks do not say")

    def test_a_partial_profile_stays_partial(self) -> None:
        """The page knows neither which parts are missing nor how much, so it counts no cores."""
        self.assertEqual(self.command("demo", "-o", self.path("site")).code, 0)
        proved = os.path.join(self.path("site"), NIGHT2, "nginx", "on-cpu", "profile.pb.gz")
        bytes_of = gzip.decompress(read_bytes(proved))
        note, other = b"note: completeness: proved", b"note: completeness: partial"
        place = bytes_of.index(note) - 1
        self.assertEqual(bytes_of[place], len(note))
        changed = bytes_of[:place] + bytes([len(other)]) + other + bytes_of[place + 1 + len(note) :]
        partial = self.write("partial.pb", changed)
        for files in ((partial,), (partial, proved), (proved, partial)):
            out = self.render(*files)
            self.check(out, "partial", "profile", "Partial: the profile says that parts of its window are missing")
            self.assertNotIn("cores, on average", read_text(os.path.join(out, "index.html")))

    def test_the_word_of_others_is_no_proof(self) -> None:
        """Only what flamepress itself wrote may say so."""
        self.assertEqual(self.command("demo", "-o", self.path("site")).code, 0)
        proved = os.path.join(self.path("site"), NIGHT2, "nginx", "on-cpu", "profile.pb.gz")
        bytes_of = gzip.decompress(read_bytes(proved)).replace(b"flamepress profile 1", b"foreign profile xx 1")
        for words in (b"note: completeness: proved", b"completeness: proved"):
            here = bytes_of.replace(b"\x1anote: completeness: proved", bytes([len(words)]) + words)
            self.check(self.render(self.write("foreign.pb", here)), "unproved", "pprof", "does not say")


class Services(Exports):
    """Files of several services are one profile that says so."""

    def reply(self, service: str) -> str:
        import json

        return self.write(f"{service}.json", json.dumps(columns_reply([(service, -1, 0, 5), ("f", 0, 5, 5)])))

    def test_all_are_named(self) -> None:
        files = [self.reply(name) for name in ("orders", "nginx", "orders")]
        out = self.render(*files)
        summary = self.summary(out)
        self.assertEqual(summary["services"], ["orders", "nginx"])
        self.assertEqual((summary["service"], summary["title"]), ("orders, nginx", "orders, nginx"))
        self.assertEqual(summary["requests"]["source"], "orders.json, nginx.json, orders.json")
        self.has(text_of(read_text(os.path.join(out, "index.html"))), "orders, nginx merged into one profile")
        picture = read_text(os.path.join(out, "flamegraph.svg"))
        self.has(picture, "orders, nginx")
        self.assertNotIn("2 services", picture, "the title has them")
        self.assertEqual(self.summary(self.render(files[0]))["services"], ["orders"])

    def test_a_name_of_ones_own_hides_them_from_nobody(self) -> None:
        out = self.render(self.reply("orders"), self.reply("nginx"), "--service", "front")
        summary = self.summary(out)
        self.assertEqual((summary["service"], summary["services"]), ("front", ["orders", "nginx"]))
        self.has(text_of(read_text(os.path.join(out, "index.html"))), "front", "services orders, nginx")
        self.has(read_text(os.path.join(out, "flamegraph.svg")), "2 services \u00b7 on-cpu")
        out = self.render(self.reply("orders"), self.reply("nginx"), "--title", "Both")
        self.has(read_text(os.path.join(out, "flamegraph.svg")), "Both", "2 services \u00b7 on-cpu")

    def test_many_are_cut_between_names(self) -> None:
        names = [f"service-number-{n:03}" for n in range(40)]
        summary = self.summary(self.render(*(self.reply(name) for name in names)))
        self.assertEqual(summary["services"], names)
        self.assertEqual(summary["service"], ", ".join(names[:4]) + " and 36 more")
        shown = summary["requests"]["source"].split(" and ")[0].split(", ")
        self.assertEqual(shown, [f"{name}.json" for name in names[: len(shown)]])
        self.assertTrue(summary["requests"]["source"].endswith(f" and {40 - len(shown)} more"))
        page = text_of(read_text(os.path.join(self.path("out"), "index.html")))
        self.has(page, f"{names[0]}, ", " more merged into one profile")

    def test_forms_of_all_files(self) -> None:
        stacks = self.write("x.folded", "a;b 7\n")
        summary = self.summary(self.render(reply_path("checkout-api-day2", V6), stacks, "--event", "on-cpu"))
        self.assertEqual(summary["requests"]["form"], "node list (DeepFlow v6.4, v6.5), folded stacks")


class NodeIds(Exports):
    def test_node_ids_are_those_of_the_server(self) -> None:
        for name in ("checkout-api-day2", "Total-day2"):
            theirs = {n["node_id"]: n for n in reply_of(reply_path(name, V6))["result"]}
            for version in (V6, V7):
                summary = self.summary(self.render(reply_path(name, version)))
                seen = 0
                for key in ("functions", "threads", "processes"):
                    for row in summary[key]:
                        if "node" in row:
                            self.assertEqual(theirs[row["node"]]["profile_location_str"], row["name"])
                            seen += 1
                self.assertGreater(seen, 50, name)

    def test_the_largest_node(self) -> None:
        summary = self.summary(self.render(self.write("x.folded", "a;f 1\nb;f 3\nb;c;f 2\n")))
        (row,) = [f for f in summary["functions"] if f["name"] == "f"]
        self.assertEqual(row["node"], str(uuid.uuid5(uuid.NAMESPACE_OID, "b;f")))


def top_of(text: str) -> "List[Tuple[str, Tuple[int, int]]]":
    """Rows of `go tool pprof -top` with exact values: (name, (flat, cum))."""
    rows = []
    for line in text.splitlines():
        found = re.match(r"\s*(-?\d+)\S*\s+\S+%\s+\S+%\s+(-?\d+)\S*\s+\S+%\s+(.*?)(?: \((?:partial-)?inline\))?$", line)
        if found:
            rows.append((found.group(3), (int(found.group(1)), int(found.group(2)))))
    return rows


@unittest.skipUnless(shutil.which("go"), "needs go")
class GoTool(Exports):
    UNITS = {"microseconds": "us", "nanoseconds": "ns", "bytes": "B"}

    def go_top(self, path: str, unit: str) -> str:
        command = ["go", "tool", "pprof", "-top", "-symbolize=none", "-nodecount=100000", "-nodefraction=0", "-edgefraction=0"]
        if unit in self.UNITS:
            command.append(f"-unit={self.UNITS[unit]}")
        env = dict(CLEAN, HOME=self.path(""), GOFLAGS="-mod=mod", GOTOOLCHAIN="local", PPROF_TMPDIR=self.path(""))
        done = subprocess.run([*command, path], env=env, capture_output=True, text=True, timeout=60, cwd=self.path(""))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_it_prints_the_top_of_the_page(self) -> None:
        for name, event in (("checkout-api-day2", "on-cpu"), ("debug", "on-cpu"), ("gauge-goroutines", "goroutines")):
            out = self.render(reply_path(name, V7), "--event", event, "--no-strip-rust-hash")
            summary = self.summary(out)
            text = self.go_top(self.pprof(out), summary["unit"])
            self.has(text, f"Type: {'cpu' if event == 'on-cpu' else event}", f"root: P {summary['service']}")
            rows = top_of(text)
            # threads are labels there
            functions = [f for f in summary["functions"] if f["kind"] not in ("thread", "process")]
            self.assertGreater(len(functions), 2)
            self.assertEqual(dict(rows), {f["name"]: (f["self"], f["total"]) for f in functions}, name)
            self.assertEqual([row[1][0] for row in rows], [f["self"] for f in functions], "in the same order")

    def test_the_host(self) -> None:
        out = self.render(reply_path("Total-day2", V7))
        rows = dict(top_of(self.go_top(self.pprof(out), "microseconds")))
        for row in self.summary(out)["processes"]:
            self.assertEqual(rows[row["name"]][1], row["total"])

    def test_semicolons(self) -> None:
        nodes = [("app", -1, 0, 13), ("a;b", 0, 5, 13), ("c;d", 1, 8, 8)]
        import json

        out = self.render(self.write("reply.json", json.dumps(columns_reply(nodes))))
        rows = dict(top_of(self.go_top(self.pprof(out), "microseconds")))
        self.assertEqual(rows, {"a;b": (5, 13), "c;d": (8, 8)})


if __name__ == "__main__":
    unittest.main()
