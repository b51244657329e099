"""render: recorded replies in both forms, merged files, folded stacks, options."""

from __future__ import annotations

import glob
import gzip
import os
import re
import signal
import subprocess
import time
import unittest
from collections import Counter
from typing import Any, Dict, List, Tuple

from published import REPORT_FILES, files_of, page_problems, png_size, svg_problems, text_of, tool_problems
from rendering import RECORDED, V6, V7, RenderCase, is_empty, reply_of, reply_path, selfs_of
from support import CONFIG, NIGHT2, NOTHING, SHARED, USAGE, read_bytes, read_json, read_text
from support import setUpModule as setUpModule
import samples


class Recorded(RenderCase):
    def test_every_recorded_case(self) -> None:
        """Total, stacks and form are those of the reply; equal trees make equal pictures whatever form they came in."""
        names = sorted(os.listdir(RECORDED))
        self.assertGreaterEqual(len(names), 10)
        for name in names:
            seen: List[Tuple[Any, Dict[str, bytes]]] = []
            for version in (V6, V7):
                path = reply_path(name, version, RECORDED)
                reply = reply_of(path)
                if reply["OPT_STATUS"] != "SUCCESS":
                    self.has(self.refused(path), reply["OPT_STATUS"], reply["DESCRIPTION"][:40])
                    continue
                out = self.render(path, to=f"{name}.{version}")
                summary = read_json(os.path.join(out, "summary.json"))
                if is_empty(reply):
                    self.assertEqual((summary["outcome"], summary["total"]), ("empty", 0), name)
                    continue
                selfs = selfs_of(reply)
                self.assertEqual(summary["outcome"], "ok", name)
                self.assertEqual(summary["total"], sum(selfs.values()), name)
                self.assertEqual(summary["nodes"], len(samples.paths_of(reply["result"])), name)
                self.assertEqual(self.folded(out), selfs, name)
                seen.append((selfs, files_of(out)))
            if len(seen) == 2 and seen[0][0] == seen[1][0]:
                for file in ("flamegraph.svg", "flamegraph.png", "flamegraph-2x.png", "profile.folded.gz"):
                    self.assertEqual(seen[0][1][file] == seen[1][1][file], True, f"{name}: {file}")

    def test_gzip_or_not(self) -> None:
        for version in (V6, V7):
            packed = read_bytes(reply_path("checkout-api-day2", version))
            plain = self.write("reply.json", gzip.decompress(packed))
            twice = self.write(
                "members.json.gz",
                gzip.compress(gzip.decompress(packed)[:1000]) + gzip.compress(gzip.decompress(packed)[1000:]),
            )
            first = files_of(self.render(self.write("reply.json.gz", packed), to=f"gz{version}"))
            for file in ("flamegraph.svg", "flamegraph.png", "profile.folded.gz"):
                self.assertTrue(files_of(self.render(plain, to=f"plain{version}"))[file] == first[file], file)
                self.assertTrue(
                    files_of(self.render(twice, to=f"members{version}"))[file] == first[file], file
                )

    def test_all_files_are_there_and_well_formed(self) -> None:
        out = self.render(reply_path("checkout-api-day2", V7))
        self.assertEqual(set(os.listdir(out)), REPORT_FILES | {"assets"})
        page, picture = os.path.join(out, "index.html"), os.path.join(out, "flamegraph.svg")
        self.assertEqual(page_problems(page) + svg_problems(picture) + tool_problems([page, picture]), [])

    def test_the_same_bytes_again(self) -> None:
        path = reply_path("checkout-api-day2", V7)
        one = files_of(self.render(path, to="one"))
        self.assertEqual({k for k, v in files_of(self.render(path, to="two")).items() if one[k] != v}, set())
        self.assertEqual({k for k, v in files_of(self.render(path, to="one")).items() if one[k] != v}, set())


class Merged(RenderCase):
    def test_several_files_are_their_sum(self) -> None:
        parts = [
            reply_path("checkout-api-day2", V6),
            reply_path("checkout-api-day2", V7),
            reply_path("cut-at-1000-rows", V7),
        ]
        expected: "Counter[Tuple[str, ...]]" = Counter()
        for path in parts:
            expected.update(selfs_of(reply_of(path)))
        out = self.render(*parts)
        self.assertEqual(self.folded(out), expected)
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual(summary["total"], sum(expected.values()))
        self.assertEqual(summary["service"], "checkout-api, order-service.jar")

    def test_order_and_empty_files_change_nothing(self) -> None:
        a, b, empty = (
            reply_path("checkout-api-day2", V7),
            reply_path("cut-at-1000-rows", V6),
            reply_path("no-such-service", V7),
        )
        one = files_of(self.render(a, b, "--service", "checkout-api", to="one"))
        for files in ((b, a), (empty, a, b), (a, empty, b), (b, a, empty)):
            other = files_of(self.render(*files, "--service", "checkout-api", to="other"))
            for name in ("flamegraph.svg", "profile.folded.gz"):
                self.assertTrue(one[name] == other[name], (files, name))

    @unittest.skipUnless(SHARED, "needs the recordings of FP_SHARED")
    def test_the_hours_of_a_day_are_the_day(self) -> None:
        for version in (V6, V7):
            hours = sorted(
                glob.glob(os.path.join(RECORDED, "order-service.jar-day2-hour*", f"reply.{version}.json*"))
            )
            self.assertEqual(len(hours), 24)
            whole = files_of(
                self.render(reply_path("order-service.jar-day2", version, RECORDED), to=f"day{version}")
            )
            parts = files_of(self.render(*hours, "--service", "order-service.jar", to=f"hours{version}"))
            for name in ("flamegraph.svg", "flamegraph.png", "profile.folded.gz"):
                self.assertTrue(whole[name] == parts[name], (version, name))
            self.assertEqual(read_json(self.path(f"hours{version}", "summary.json"))["total"], 54434289)

    def test_one_bad_file_spoils_all_and_every_bad_one_is_named(self) -> None:
        good, bad, worse = (
            reply_path("checkout-api-day2", V7),
            self.write("bad.json", "{"),
            self.write("worse.json", b"\x1f\x8b\x08"),
        )
        err = self.refused(good, bad, worse, self.path("missing.json"))
        self.has(err, "bad.json", "worse.json", "missing.json")
        self.assertEqual(len(err.splitlines()), 3, err)


class Folded(RenderCase):
    TEXT = "main;run;work 5\nmain;run 2\nmain;idle 7\nmain;run;work 1\n"

    def test_folded_stacks(self) -> None:
        out = self.render(self.write("app.folded", self.TEXT))
        self.assertEqual(
            self.folded(out), {("main", "run", "work"): 6, ("main", "run"): 2, ("main", "idle"): 7}
        )
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual((summary["total"], summary["unit"], summary["event"]), (15, "samples", "cpu"))
        self.assertEqual(summary["nodes"], 5)

    def test_there_and_back(self) -> None:
        out = self.render(reply_path("checkout-api-day2", V7), to="one")
        again = self.render(
            os.path.join(out, "profile.folded.gz"), "--service", "checkout-api", "--event", "on-cpu", to="two"
        )
        for name in ("flamegraph.svg", "flamegraph.png", "profile.folded.gz"):
            self.assertTrue(files_of(out)[name] == files_of(again)[name], name)

    def test_standard_input(self) -> None:
        for data in (self.TEXT.encode(), gzip.compress(self.TEXT.encode())):
            out = self.render("-", stdin=data)
            self.assertEqual(read_json(os.path.join(out, "summary.json"))["total"], 15)
        out = self.render("-", stdin=read_bytes(reply_path("checkout-api-day2", V6)))
        self.assertEqual(read_json(os.path.join(out, "summary.json"))["total"], 18979779)

    def test_what_people_have_in_such_files(self) -> None:
        text = "a b;c d e 3\r\n\r\n  \nx;\u4e2d\u6587;std::map<int, int>::at(int) const 4\n"
        found = self.folded(self.render(self.write("x.folded", text)))
        self.assertEqual(
            found, {("a b", "c d e"): 3, ("x", "\u4e2d\u6587", "std::map<int, int>::at(int) const"): 4}
        )

    def test_lines_that_are_no_stacks_are_refused_with_their_place(self) -> None:
        for line in (
            "main;run",
            "main;run x",
            "main;run -4",
            "main;run 9223372036854775808",
            "main;run 1.5e3x",
        ):
            err = self.refused(self.write("x.folded", f"a;b 1\n{line}\n"))
            self.has(err, "x.folded:2")

    def test_what_the_root_keeps_for_itself_is_not_lost(self) -> None:
        out = self.render(self.write("x.folded", "a;b 1\n 5\n"))
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual(summary["total"], 6)
        if not summary["folded_note"]:
            self.assertEqual(sum(self.folded(out).values()), 6)


class Options(RenderCase):
    def setUp(self) -> None:
        super().setUp()
        self.reply = reply_path("checkout-api-day2", V7)

    def test_formats(self) -> None:
        for formats, files in (
            ("svg", {"flamegraph.svg"}),
            ("png", {"flamegraph.png", "flamegraph-2x.png"}),
            ("json", {"summary.json"}),
            ("folded", {"profile.folded.gz"}),
            ("pprof", {"profile.pb.gz"}),
            ("html", {"index.html", "profile.js", "assets"}),
            ("svg,json", {"flamegraph.svg", "summary.json"}),
        ):
            out = self.render(self.reply, "--formats", formats, to=formats)
            self.assertEqual(set(os.listdir(out)), files)
        self.assertEqual(
            page_problems(self.path("html", "index.html")), [], "no link to what was not asked for"
        )

    def test_formats_that_do_not_exist(self) -> None:
        for formats in ("gif", "svg,gif", "", ",", "svg,,png,x"):
            self.refused(self.reply, "--formats", formats, code=USAGE)

    def test_width(self) -> None:
        for width in ("100", "777", "16000"):
            out = self.render(self.reply, "--width", width, "--formats", "svg,png,json")
            self.assertEqual(read_json(os.path.join(out, "summary.json"))["picture"]["width"], int(width))
            self.assertEqual(png_size(read_bytes(os.path.join(out, "flamegraph.png")))[0], int(width))
            self.assertEqual(png_size(read_bytes(os.path.join(out, "flamegraph-2x.png")))[0], 2 * int(width))
            self.has(read_text(os.path.join(out, "flamegraph.svg"))[:400], f'width="{width}"')
        for width in ("99", "16001", "0", "-5", "wide", "1200.5", "nan", "inf", "1e9", ""):
            self.has(self.refused(self.reply, f"--width={width}", code=USAGE), "--width")

    def test_min_width_says_what_it_hides(self) -> None:
        shown: List[int] = []
        for width in ("0", "0.1", "3", "1000"):
            out = self.render(self.reply, "--min-width", width)
            summary = read_json(os.path.join(out, "summary.json"))
            hidden = summary["hidden"]
            self.assertEqual(
                summary["picture"]["boxes"] + hidden["narrow_nodes"] + hidden["deep_nodes"], summary["nodes"]
            )
            self.assertEqual(
                read_text(os.path.join(out, "flamegraph.svg")).count(' data-frame="'),
                summary["picture"]["boxes"],
            )
            shown.append(summary["picture"]["boxes"])
            if hidden["narrow_nodes"]:
                for name in ("flamegraph.svg", "index.html"):
                    self.has(read_text(os.path.join(out, name)), f"{hidden['narrow_nodes']:,}")
        self.assertEqual(shown, sorted(shown, reverse=True))
        self.assertEqual(shown[0], 1116)
        for width in ("-1", "1001", "x", "nan"):
            self.refused(self.reply, f"--min-width={width}", code=USAGE)

    def test_icicle_and_sort(self) -> None:
        flame = read_text(os.path.join(self.render(self.reply, to="flame"), "flamegraph.svg"))
        icicle = read_text(os.path.join(self.render(self.reply, "--icicle", to="icicle"), "flamegraph.svg"))
        by_value = read_text(
            os.path.join(self.render(self.reply, "--sort", "value", to="sorted"), "flamegraph.svg")
        )
        self.assertEqual(len({flame, icicle, by_value}), 3)
        tips = [
            sorted(re.findall(r'<g data-frame="(\S*) \d+ (\d+)"><title>(.*)', text))
            for text in (flame, icicle, by_value)
        ]
        self.assertEqual(tips[0], tips[1])
        self.assertEqual(tips[0], tips[2])
        self.refused(self.reply, "--sort", "random", code=USAGE)

    def test_title_service_and_event(self) -> None:
        out = self.render(self.reply, "--title", "A & B <i>", "--service", "mine", "--event", "mem-alloc")
        summary = read_json(os.path.join(out, "summary.json"))
        self.assertEqual(
            (summary["title"], summary["service"], summary["event"], summary["unit"]),
            ("A & B <i>", "mine", "mem-alloc", "bytes"),
        )
        self.has(text_of(read_text(os.path.join(out, "index.html"))), "A & B <i>")
        self.has(read_text(os.path.join(out, "flamegraph.svg")), "A &amp; B &lt;i&gt;", "MiB")

    def test_over_an_earlier_one(self) -> None:
        out = self.render(self.reply)
        self.render(reply_path("Total-day2", V6))
        self.assertEqual(read_json(os.path.join(out, "summary.json"))["service"], "Total")
        for formats in ("svg", "html", "json", "png,folded,pprof"):
            for _ in range(2):
                self.render(self.reply, "--formats", formats, to="out")
        self.assertEqual([name for name in os.listdir(out) if name.startswith(".")], [])

    def test_over_an_earlier_one_that_had_more(self) -> None:
        """An empty profile has no picture: the old one must not stay as if it were this one's."""
        out = self.render(self.reply)
        self.render(reply_path("no-such-service", V7))
        self.assertEqual(read_json(os.path.join(out, "summary.json"))["outcome"], "empty")
        self.assertNotIn("flamegraph.svg", os.listdir(out))

    def test_a_place_that_is_not_ours(self) -> None:
        for name in ("index.html", "flamegraph.svg", "summary.json"):
            out = self.path(f"other-{name}")
            os.mkdir(out)
            foreign = self.write(os.path.join(f"other-{name}", name), "<p>mine</p>")
            outcome = self.command("render", self.reply, "-o", out)
            self.assertEqual(outcome.code, USAGE, outcome)
            self.one_line(outcome, out, name, "--force")
            self.assertEqual((os.listdir(out), read_text(foreign)), ([name], "<p>mine</p>"))
            self.render(self.reply, "--force", to=f"other-{name}")
            self.assertNotEqual(read_text(foreign), "<p>mine</p>")
            self.render(self.reply, to=f"other-{name}")

    def test_a_place_beside_files_of_others(self) -> None:
        os.mkdir(self.path("out"))
        kept = self.write("out/notes.txt", "mine")
        self.render(self.reply)
        self.assertEqual(read_text(kept), "mine")

    def test_a_published_site(self) -> None:
        self.assertEqual(self.command("demo", "-o", self.site).code, 0)
        before = files_of(self.site)
        for part in ("", NIGHT2, f"{NIGHT2}/nginx/on-cpu", "latest"):
            outcome = self.command("render", self.reply, "-o", os.path.join(self.site, part))
            self.assertEqual(outcome.code, USAGE, outcome)
            self.one_line(outcome, "published site", "--force")
        self.assertTrue(files_of(self.site) == before)

    def test_nothing_is_no_profile(self) -> None:
        for name, content in (("empty", b""), ("blank", b" \n\t\r\n"), ("empty.gz", gzip.compress(b""))):
            self.has(self.refused(self.write(name, content)), name, "nothing in it")
        self.has(self.refused("-"), "standard input: there is nothing in it")
        outcome = self.command("render", self.reply, "-", "-o", self.path("refused"))
        self.assertEqual(outcome.code, NOTHING, "one of several, too")

    def test_what_is_saved_by_mistake(self) -> None:
        """Neither a reply nor a profile: the message says what it is, and what to do."""
        page = b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n"
        for content, *said in (
            (page, "an HTML page", "a proxy", "a login", "save what"),
            (b"\xef\xbb\xbf\n <HTML>" + b"x" * 9000, "an HTML page"),
            (gzip.compress(page), "an HTML page"),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", "HTTP headers", "without -i"),
            (b'<?xml version="1.0"?>', "an XML document"),
            (b"null", "JSON, but not a reply of DeepFlow's profile API: a lone `null`", "`result`"),
            (b" null\n", "a lone `null`"),
            (b'[{"profile_location_str": "a"}]', "JSON, but not a reply of DeepFlow's profile API: a list"),
            (b"[" + b"1," * 9000 + b"1]", "a list"),
            (b'"text"', "a text"),
            (b"42\n", "a single value"),
            (b"{}", "JSON, but not a reply", "`OPT_STATUS`", "/v1/profile/ProfileTracing"),
            (b'{"data": [1]}', "JSON, but not a reply", "`OPT_STATUS`", "byte 13"),
            (b'{"OPT_STATUS": "SUCCESS"}', "without a `result`", "/v1/profile/ProfileTracing"),
        ):
            err = self.refused(self.write("saved", content))
            self.has(err, "saved", *said)
            self.assertNotIn("folded", err)

    def test_stacks_that_begin_like_something_else(self) -> None:
        for first in ("<html>;b", "null", "[1]", '["a"]', "<?xml", "HTTP/1.1 GET", "42"):
            out = self.render(self.write("x.folded", f"{first} 7\nc 1\n"))
            self.assertEqual(self.folded(out)[tuple(first.split(";"))], 7)

    def test_messages_name_a_file_once(self) -> None:
        os.mkdir(self.path("d.json"))
        self.write("cut.json", b'{"result":{')
        for name, said in (
            ("d.json", "cannot read d.json: Is a directory"),
            ("no.json", "cannot open no.json: No such file or directory"),
            ("cut.json", "cut.json: byte 11: the JSON ends early"),
        ):
            err = self.refused(name)
            self.has(err, f"error: {said}")
            self.assertEqual(err.count(name), 1, err)

    def test_the_hint_is_as_wide_as_the_picture(self) -> None:
        """What wraps where the picture does not fit, and so shows the hint, has the picture's own width."""
        for width in ("350", "1200", "2000"):
            page = read_text(os.path.join(self.render(self.reply, "--width", width), "index.html"))
            self.has(page, f'<div class="hint" aria-hidden="true"><div><p><svg width="{width}" height="0"/>')
            self.has(page, f'data="flamegraph.svg" width="{width}"')

    def test_no_line_breaks_between_number_and_unit(self) -> None:
        page = read_text(os.path.join(self.render(self.reply), "index.html"))
        body = re.sub(r"<[^>]*>", "", page)
        self.has(page, '">19.0\u00a0s</span>', "shares of 19.0\u00a0s", '%</td>')
        self.assertEqual(re.findall(r"[0-9] (?:ms|s|min|h|%)(?![a-z])", body), [])

    def test_one_is_singular(self) -> None:
        out = self.render(self.write("one.folded", "a 1\n"))
        page = text_of(read_text(os.path.join(out, "index.html")))
        self.has(page, "1 sample ", "1 function ")
        self.has(read_text(os.path.join(out, "index.html")), "in 2 boxes")
        self.assertIsNone(re.search(r"(?<![0-9,.])1 (samples|functions|frames|boxes|rows|names)\b", page), page)

    def test_a_clock_that_is_none(self) -> None:
        for wrong in ("abc", "-1", "1.5", "1e9", " 1", "9999999999999"):
            for command in (("render", self.reply, "-o", self.path("out")), ("demo", "-o", self.path("out"))):
                outcome = self.command(*command, env={"SOURCE_DATE_EPOCH": wrong})
                self.assertEqual(outcome.code, CONFIG, outcome)
                self.one_line(outcome, "SOURCE_DATE_EPOCH", f'"{wrong}"')
                self.assertFalse(os.path.exists(self.path("out")))
        self.assertEqual(
            self.command("render", self.reply, "-o", self.path("out"), env={"SOURCE_DATE_EPOCH": ""}).code, 0
        )

    def test_what_a_killed_one_left(self) -> None:
        out = self.path("out")
        dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
        for name, file in (
            (f".flamepress-render-{dead}", "flamegraph.svg"),
            (f".flamepress-render-{os.getpid()}", "flamegraph.svg"),
            (f".flamepress-render-{int(dead) + 1000000}", "mine"),
            (".flamepress-render-mine", "flamegraph.svg"),
        ):
            os.makedirs(os.path.join(out, name))
            self.write(os.path.join("out", name, file), "x")
        os.symlink(self.dir, os.path.join(out, f".flamepress-render-{int(dead) + 1000001}"))
        before = {name for name in os.listdir(out)}
        self.render(self.reply)
        self.assertEqual(
            {name for name in os.listdir(out) if name.startswith(".")}, before - {f".flamepress-render-{dead}"}
        )
        self.assertTrue(os.path.exists(self.reply))

    def test_told_to_stop(self) -> None:
        """Once it has begun to write: nothing of it stays, and what was there does."""
        big = self.write(
            "big.folded", "".join(f"f{i % 7};g{i % 101};h{i % 1009};i{i} 1\n" for i in range(200000))
        )
        out = self.render(self.reply)
        before = files_of(out)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("render", big, "-o", out)
            stage = os.path.join(out, f".flamepress-render-{process.pid}")
            end = time.monotonic() + 60
            while not os.path.exists(stage) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            process.send_signal(number)
            outcome = self.finish(process)
            self.assertEqual(outcome.code, 128 + number, outcome)
            self.one_line(outcome, "told to stop")
            self.assertTrue(files_of(out) == before)
            self.assertEqual([name for name in os.listdir(out) if name.startswith(".")], [])

    def test_a_place_that_cannot_be_written(self) -> None:
        blocked = self.write("file", "")
        outcome = self.command("render", self.reply, "-o", blocked)
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, blocked)


if __name__ == "__main__":
    unittest.main()
