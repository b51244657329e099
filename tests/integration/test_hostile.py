"""Names that want to be more than names, and replies that are not trees."""

from __future__ import annotations

import hashlib
import json
import os
import random
import unittest
from typing import Any, Dict, List, Tuple

from published import page_problems, site_problems, svg_problems, text_of, tool_problems, without_script
from rendering import RenderCase, columns_reply, list_reply
from support import SOURCE, PressCase, read_bytes, read_json, read_text
from support import setUpModule as setUpModule

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<script src=//evil.example/x.js>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "<![CDATA[",
    "<!-- --!> -->",
    "<?xml version='1.0'?>",
    "\"'`><&amp;&#0;&#x41;&nbsp;",
    "{{name}} {{{name}}} {{> report}} {{=<% %>=}}",
    "$& $1 $$ $` ${x} %s %n %x",
    "a;b;c",
    "; ",
    " leading and trailing ",
    "",
    " ",
    "new\nline\r\nreturn\ttab",
    "nul\0inside",
    "\x01\x02\x07\x08\x0b\x0c\x0e\x1b[31mred\x1b[0m\x7f",
    "\x80\x85\x9f c1",
    "\ufffe \uffff \ufffd",
    "\U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467 fire",
    "\U0001fffe \U0010ffff",
    "\u4e2d\u6587\u51fd\u6570\u540d\u5b57\u5f88\u957f\u5f88\u957f",
    "\u202etxt.exe\u202c \u2066isolate\u2069",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "e\u0301\u0301\u0301" * 50,
    "\u200b\u200b\u200b\ufeff",
    "\u2028line\u2029paragraph",
    "core::ptr::drop_in_place<alloc::vec::Vec<u8>>::h553351a860254660",
    "std::map<std::string, std::vector<int>>::operator[](std::string const&)",
    "javascript:alert(1)",
    "../../../etc/passwd",
    "[t] <b>thread</b>",
    '[k] " onload="alert(1)',
    "[l] &",
    "[unknown] 0x0000000003932388",
    "[/tmp/perf-29887.map]",
    "x" * 60000,
    "\u4e2d" * 20000,
    "&" * 20000,
]


def chain_and_fan() -> List[Tuple[str, int, int, int]]:
    """Every name as a child of the root, and all of them in one stack."""
    count = len(HOSTILE)
    nodes = [("svc</title><script>", -1, 0, 2 * count)]
    nodes += [(name, 0, 1, 1) for name in HOSTILE]
    nodes += [(name + " deep", 0 if n == 0 else count + n, 1, count - n) for n, name in enumerate(HOSTILE)]
    return nodes


class HostileNames(RenderCase):
    def examine(self, out: str) -> str:
        """The usual checks; the page's words."""
        page, picture = os.path.join(out, "index.html"), os.path.join(out, "flamegraph.svg")
        self.assertEqual(page_problems(page) + svg_problems(picture) + tool_problems([page, picture]), [])
        for path in (page, picture, os.path.join(out, "summary.json")):
            text = without_script(read_text(path))
            if not path.endswith(".json"):
                self.has_not(text.lower(), "<script>", "<script src=//", "<img src=x", "\0")
                bad = [c for c in text if (c < " " and c != "\n") or c in "\x7f\ufffe\uffff"]
                self.assertEqual(bad, [], path)
        return text_of(read_text(page))

    def test_both_forms(self) -> None:
        pictures = []
        for name, reply in (
            ("columns", columns_reply(chain_and_fan())),
            ("list", list_reply(chain_and_fan())),
        ):
            for ascii_only in (True, False):
                file = self.write("reply.json", json.dumps(reply, ensure_ascii=ascii_only))
                out = self.render(file, "--min-width", "0", to=f"{name}{ascii_only}")
                words = self.examine(out)
                self.has(
                    words, "</script><script>alert(1)</script>", "{{name}} {{{name}}}", "$& $1 $$", "]]>"
                )
                summary = read_json(os.path.join(out, "summary.json"))
                self.assertEqual(summary["total"], 2 * len(HOSTILE))
                self.assertEqual(summary["nodes"], 1 + 2 * len(HOSTILE))
                pictures.append(read_text(os.path.join(out, "flamegraph.svg")))
        self.assertEqual(len(set(pictures)), 1, "one tree, one picture")

    def test_every_name_has_its_own_tooltip(self) -> None:
        out = self.render(
            self.write("reply.json", json.dumps(columns_reply(chain_and_fan()))), "--min-width", "0"
        )
        self.assertEqual(
            read_text(os.path.join(out, "flamegraph.svg")).count(' data-frame="'), 1 + 2 * len(HOSTILE)
        )

    def test_lone_surrogates_and_bytes_that_are_no_utf8(self) -> None:
        raw = json.dumps(
            columns_reply(
                [("svc", -1, 0, 4), ("@1", 0, 1, 1), ("@2", 0, 1, 1), ("@3", 0, 1, 1), ("@4", 0, 1, 1)]
            )
        ).encode()
        raw = raw.replace(b"@1", rb"high \ud800 alone").replace(b"@2", rb"\udc00\ud800 swapped")
        raw = raw.replace(b"@3", b"bytes \xff\xfe\xc0\x80 \xed\xa0\x80 \xf8").replace(b"@4", b"cut \xe4\xb8")
        out = self.render(self.write("reply.json", raw))
        self.examine(out)
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual(summary["total"], 4)
        self.assertGreaterEqual(summary["mended_names"], 4)
        self.has(text_of(read_text(os.path.join(out, "index.html"))), "\ufffd")

    def test_folded_stacks(self) -> None:
        text = "".join(
            f"{name};{name} {n + 1}\n"
            for n, name in enumerate(HOSTILE)
            if name.strip() and not set(name) & set("\n\r;")
        )
        self.examine(self.render(self.write("x.folded", text)))

    def test_names_beyond_the_limit_are_cut_and_stay_apart(self) -> None:
        start = "\u6f22" * 30000
        nodes = [("svc", -1, 0, 3), (start + "a", 0, 1, 1), (start + "b", 0, 2, 2)]
        cut = {f"\u2026sha256:{hashlib.sha256(name.encode()).hexdigest()[:16]}" for name, _, _, _ in nodes[1:]}
        pictures = []
        for n, ascii in enumerate((True, False, True)):  # as escapes, as they are, and in the other form
            reply = json.dumps(list_reply(nodes) if n == 2 else columns_reply(nodes), ensure_ascii=ascii)
            out = self.render(self.write("reply.json", reply), to=f"out{n}")
            self.examine(out)
            summary = read_json(os.path.join(out, "summary.json"))
            self.assertEqual({f["name"][-24:] for f in summary["functions"]}, cut)
            self.assertEqual((summary["nodes"], summary["total"], summary["mended_names"]), (3, 3, 2))
            self.has(text_of(read_text(os.path.join(out, "index.html"))), "2 names were mended")
            pictures.append(read_bytes(os.path.join(out, "flamegraph.svg")))
        self.assertTrue(pictures[0] == pictures[1] == pictures[2])

    def test_titles_and_services_from_the_command_line(self) -> None:
        reply = self.write("reply.json", json.dumps(columns_reply([("svc", -1, 0, 1), ("a", 0, 1, 1)])))
        for name in HOSTILE[:12]:
            self.examine(self.render(reply, "--title", name or "x", "--service", name or "x"))

    def test_a_file_name_is_hostile_too(self) -> None:
        name = "<script>alert(1)</script>.json".replace("/", "\u2215")
        self.examine(
            self.render(self.write(name, json.dumps(columns_reply([("svc", -1, 0, 1), ("a", 0, 1, 1)]))))
        )

    def test_a_recording_with_noise_in_its_names(self) -> None:
        """Random names of random characters; always the same ones."""
        rng = random.Random(7)
        alphabet = "".join(chr(c) for c in range(1, 0x180)) + "\u4e2d\u202e\ufffe\U0001f525"
        nodes = [("svc", -1, 0, 300)]
        nodes += [
            ("".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 40))), 0, 1, 1) for _ in range(300)
        ]
        nodes = list({name: node for node in nodes for name in node[:1]}.values())
        nodes[0] = ("svc", -1, 0, len(nodes) - 1)
        self.examine(
            self.render(self.write("reply.json", json.dumps(columns_reply(nodes))), "--min-width", "0")
        )


class HostileServer(PressCase):
    def test_names_through_a_whole_run(self) -> None:
        rows = self.write(
            "rows.jsonl",
            "".join(
                json.dumps(
                    {
                        "time": 1795165203 + n,
                        "app_service": "<b>svc</b> & co",
                        "profile_event_type": "on-cpu",
                        "profile_language_type": "eBPF",
                        "tags": {},
                        "stack": f"[t] {name};{name}",
                        "value": 10101,
                    }
                )
                + "\n"
                for n, name in enumerate(HOSTILE)
                if ";" not in name
            ),
        )
        server = self.server(rows=[rows])
        self.pressed(
            server.url, services=[{"name": "<b>svc</b> & co", "title": "</title><script>x</script>"}]
        )
        self.assertEqual(site_problems(self.site), [])
        for directory, _, files in os.walk(self.site):
            for name in files:
                if name.endswith((".html", ".svg")):
                    text = without_script(read_text(os.path.join(directory, name)))
                    self.has_not(text.lower(), "<script>", "<b>svc")


class BeyondLimits(PressCase):
    def failure(self, url: str, *words: str, **changes: Any) -> str:
        """The one line of a run whose only report fails."""
        outcome = self.press(url, defaults={"step": "1d"}, **changes)
        self.assertEqual(outcome.code, 1, outcome)
        self.has(outcome.err, *words)
        return outcome.err

    def test_a_name_is_cut(self) -> None:
        row = {"time": 1795165203, "app_service": "checkout-api", "profile_event_type": "on-cpu",
               "profile_language_type": "eBPF", "tags": {}, "stack": "[t] t;" + "y" * 70000, "value": 10101}
        server = self.server(rows=[self.write("rows.jsonl", json.dumps(row) + "\n")])
        self.pressed(server.url, defaults={"step": "1d"})
        summary = self.summary()
        self.assertEqual((summary["total"], summary["mended_names"]), (10101, 1))
        self.assertRegex(summary["functions"][0]["name"], "^y{65510}\u2026sha256:[0-9a-f]{16}$")

    def test_nesting(self) -> None:
        server = self.server()
        server.faults([{"kind": "body", "body": '{"OPT_STATUS":"SUCCESS","x":' + "[" * 100000}])
        err = self.failure(server.url, server.url, "is source.url a deepflow-server?", "nested deeper")
        self.assertNotIn("`step`", err)

    def test_bytes_from_a_server_say_so_themselves(self) -> None:
        server = self.server()
        err = self.failure(server.url, "source.max_response", source={"max_response": 1024})
        self.assertEqual(err.count(server.url), 1, err)
        self.assertNotIn("larger than we take", err)

    def test_bytes_from_an_archive(self) -> None:
        archive = os.path.join(SOURCE, "assets", "demo")
        source = {"url": None, "retries": None, "archive": archive, "max_response": 1024}
        err = self.failure("", archive, "source.max_response sets", "1024 bytes after decompression", source=source)
        self.assertNotIn("`step`", err)


ROOT = ("svc", -1, 0, 3)
BIG = 2**63 - 1


class NotTrees(RenderCase):
    def both(self, nodes: List[Tuple[str, int, int, int]], *words: str) -> None:
        for name, reply in (("columns", columns_reply(nodes)), ("list", list_reply(nodes))):
            err = self.refused(self.write(f"{name}.json", json.dumps(reply)))
            self.assertEqual(len(err.splitlines()), 1, err)
            self.assertRegex(err, rf"{name}\.json: byte \d+: ", name)
            for word in words:
                self.assertIn(word, err.lower(), name)

    def test_cycles(self) -> None:
        self.both([ROOT, ("a", 0, 3, 3), ("b", 3, 0, 0), ("c", 2, 0, 0)], "cycle")
        self.both([ROOT, ("a", 0, 3, 3), ("b", 2, 0, 0)], "cycle")

    def test_orphans(self) -> None:
        self.both([ROOT, ("a", 0, 3, 3), ("b", 77, 0, 0)])
        self.both([ROOT, ("a", 0, 3, 3), ("b", 2**31, 0, 0)])
        self.both([ROOT, ("a", 0, 3, 3), ("b", 2**64, 0, 0)])

    def test_two_roots(self) -> None:
        err = self.refused(
            self.write("x.json", json.dumps(columns_reply([ROOT, ("a", 0, 3, 3), ("b", -1, 0, 0)])))
        )
        self.assertRegex(err, r"byte \d+: .*root")
        two = list_reply([ROOT, ("a", 0, 3, 3), ("b", -1, 0, 0)])
        err = self.refused(self.write("x.json", json.dumps(two)))
        self.assertRegex(err, r"byte \d+: .*root")

    def test_no_root(self) -> None:
        reply = columns_reply([("a", 1, 3, 3), ("b", 0, 0, 0)])
        self.has(self.refused(self.write("x.json", json.dumps(reply))), "x.json", "root")

    def test_negative_values(self) -> None:
        self.both([ROOT, ("a", 0, -3, 3)], "negative")
        self.both([ROOT, ("a", 0, 3, -3)], "negative")

    def test_sums_beyond_64_bits(self) -> None:
        self.both([("svc", -1, 0, BIG), ("a", 0, BIG, BIG), ("b", 0, 1, 1)])

    def test_values_beyond_64_bits(self) -> None:
        for value in ("9223372036854775808", "1e30", "1.5", '"x"', "null", "[]", "true"):
            text = json.dumps(columns_reply([ROOT, ("a", 0, 424242, 3)])).replace("424242", value)
            self.assertRegex(self.refused(self.write("x.json", text)), r"byte \d+: ")
            text = json.dumps(list_reply([ROOT, ("a", 0, 424242, 3)])).replace("424242", value)
            self.assertRegex(self.refused(self.write("x.json", text)), r"byte \d+: ")

    def test_the_largest_value_is_fine(self) -> None:
        out = self.render(
            self.write("x.json", json.dumps(columns_reply([("svc", -1, 0, BIG), ("a", 0, BIG, BIG)])))
        )
        self.assertEqual(read_json(os.path.join(out, "summary.json"))["total"], BIG)

    def test_duplicate_ids(self) -> None:
        reply = list_reply([ROOT, ("a", 0, 2, 2), ("b", 0, 1, 1)])
        reply["result"][2]["node_id"] = reply["result"][1]["node_id"]
        self.assertRegex(self.refused(self.write("x.json", json.dumps(reply))), r"byte \d+: .*already")

    def test_function_ids_out_of_range(self) -> None:
        for bad in (2, -1, 2**40):
            reply = columns_reply([ROOT, ("a", 0, 3, 3)])
            reply["result"]["node_values"]["values"][1][0] = bad
            self.assertRegex(self.refused(self.write("x.json", json.dumps(reply))), r"byte \d+: ")

    def test_columns_that_are_missing_or_short(self) -> None:
        reply = columns_reply([ROOT, ("a", 0, 3, 3)])
        reply["result"]["node_values"]["columns"][1] = "parent"
        self.has(self.refused(self.write("x.json", json.dumps(reply))), "parent_node_id")
        reply = columns_reply([ROOT, ("a", 0, 3, 3)])
        reply["result"]["node_values"]["values"][1].pop()
        self.assertRegex(self.refused(self.write("x.json", json.dumps(reply))), r"byte \d+: ")

    def test_json_that_ends_early(self) -> None:
        for reply in (columns_reply([ROOT, ("a", 0, 3, 3)]), list_reply([ROOT, ("a", 0, 3, 3)])):
            text = json.dumps(reply)
            for cut in range(1, len(text) - 1, 7):
                self.assertRegex(self.refused(self.write("x.json", text[:cut])), r"x\.json: ", text[:cut])

    def test_json_that_goes_on(self) -> None:
        text = json.dumps(columns_reply([ROOT, ("a", 0, 3, 3)]))
        for more in ("x", "{}", ",", "]", "\0", text):
            self.assertRegex(self.refused(self.write("x.json", text + more)), rf"byte {len(text)}\b")
        self.render(self.write("x.json", text + " \r\n\t"))

    def test_not_profiles_at_all(self) -> None:
        for text in (
            "[]",
            "{}",
            "null",
            "17",
            '"x"',
            '{"OPT_STATUS": "SUCCESS"}',
            '{"OPT_STATUS": "SUCCESS", "result": 5}',
            "<html></html>",
            "\x89PNG\r\n",
        ):
            self.has(self.refused(self.write("x.json", text)), "x.json")

    def test_the_answer_to_another_question_is_not_an_empty_profile(self) -> None:
        for result in ({}, {"functions": ["a"]}, {"columns": ["app_service"], "values": [["a"]]}):
            text = json.dumps({"OPT_STATUS": "SUCCESS", "DESCRIPTION": "", "result": result})
            self.has(self.refused(self.write("x.json", text)), "x.json", "node_values")

    def test_keys_in_any_order_and_keys_that_nobody_knows(self) -> None:
        reply = columns_reply([ROOT, ("a", 2, 1, 1), ("b", 0, 2, 3)])
        result = {key: reply["result"][key] for key in reversed(list(reply["result"]))}
        result["node_values"] = {
            "values": result["node_values"]["values"],
            "more": [{}, [1]],
            "columns": result["node_values"]["columns"],
        }
        other: Dict[str, Any] = {
            "future": {"deep": [[[]]]},
            "debug": None,
            "result": {"x": 1.5e300, **result},
            "OPT_STATUS": "SUCCESS",
        }
        one = self.render(self.write("one.json", json.dumps(reply)), to="one")
        two = self.render(self.write("two.json", json.dumps(other)), to="two")
        self.assertEqual(
            read_text(os.path.join(one, "flamegraph.svg")), read_text(os.path.join(two, "flamegraph.svg"))
        )

    def test_deeply_nested_rubbish(self) -> None:
        for text in ("[" * 200000, '{"a":' * 200000, '{"OPT_STATUS":"SUCCESS","x":' + "[" * 100000):
            self.has(self.refused(self.write("x.json", text)), "x.json")

    def test_a_failed_query_is_refused_with_its_description(self) -> None:
        text = json.dumps({"OPT_STATUS": "SERVER_ERROR", "DESCRIPTION": "no such <table>", "result": None})
        self.has(self.refused(self.write("x.json", text)), "SERVER_ERROR", "no such <table>")

    def test_totals_that_do_not_add_up_are_told(self) -> None:
        reply = columns_reply([("svc", -1, 0, 100), ("a", 0, 3, 50), ("b", 1, 4, 4)])
        out = self.render(self.write("x.json", json.dumps(reply)))
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual(summary["total"], 7)
        self.assertEqual(summary["unbalanced"]["nodes"], 2)
        self.assertEqual(summary["unbalanced"]["value"], 50 + 43)
        self.has(text_of(read_text(os.path.join(out, "index.html"))).lower(), "add up", "2 ")


if __name__ == "__main__":
    unittest.main()
