"""Files for a ticket: what `incident` and `render --single-file` leave, how large, and that each stands alone."""

from __future__ import annotations

import base64
import glob
import hashlib
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
from typing import Any, Dict, List

from published import LINKS, files_of, tool_problems
from rendering import RenderCase, columns_reply
from support import BINARY, CLEAN, DAY1, DAY2, NOTHING, PARTIAL, SOURCE, USAGE, Outcome, PressCase, PressedOnce, \
    read_bytes, read_json, read_text
from support import setUpModule as setUpModule
from test_hostile import HOSTILE, chain_and_fan

NOON = DAY2 + 43200
AROUND = ("--at", "2026-11-20T12:00", "--around", "12h")
FILES = {"report.html", "report.pdf", "summary.md", "summary.json", "flamegraph.png", "flamegraph.svg", "profile.pb.gz",
         "ticket.zip"}
COMPARED = FILES | {"diff.png", "diff.svg"}
SCRIPT = read_bytes(os.path.join(SOURCE, "assets", "flame_svg.js"))
PAGE_SCRIPT = read_bytes(os.path.join(SOURCE, "assets", "page.js"))
STYLE = read_bytes(os.path.join(SOURCE, "assets", "style.css"))
GRAPH_STYLE = read_bytes(os.path.join(SOURCE, "assets", "viewer.css"))


def source_of(content: bytes) -> str:
    """What a policy calls it."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode() + "'"


def png_width(path: str) -> int:
    width: int = struct.unpack(">I", read_bytes(path)[16:20])[0]
    return width


def elements(page: str) -> List[ElementTree.Element]:
    return list(ElementTree.fromstring(re.sub(r"(?i)^<!doctype html>", "", page)).iter())


def outside(page: str) -> List[str]:
    """Attributes that load or lead somewhere: nothing but data: and anchors of the page is fine."""
    found, anchors = [], {"#" + element.get("id", "") for element in elements(page)}
    for element in elements(page):
        for name, value in element.attrib.items():
            if name in LINKS and not (value.startswith("data:image/svg+xml;base64,") or value in anchors):
                found.append(f"{element.tag} {name}={value[:60]}")
    return found


def policy_of(page: str) -> Dict[str, List[str]]:
    """The policy in the page, as directive → sources."""
    (content,) = [e.get("content", "") for e in elements(page) if e.get("http-equiv") == "Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in content.split(";") if part.strip()}


def pictures_of(page: str) -> List[str]:
    """The SVGs in the page."""
    found = []
    for element in elements(page):
        if element.tag == "object":
            found.append(base64.b64decode(element.get("data", "").split(",", 1)[1], validate=True).decode())
    return found


def inline(page: str, element: str) -> List[str]:
    """What stands within the elements of that name that HTML takes as it is, up to the first end tag."""
    return re.findall(rf"(?i)<{element}\b[^>]*>(.*?)</{element}", page, re.DOTALL)


def pdf_text(path: str) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout.decode()


class IncidentCase(RenderCase):
    def incident(self, url: str, *arguments: str, to: str = "ticket", **changes: Any) -> Outcome:
        return self.command("incident", "-c", self.config(url, **changes), "--service", "checkout-api", *arguments, "-o",
                            self.path(to))

    def examine(self, out: str, compared: bool = True) -> str:
        """What is true of every bundle; the page."""
        self.assertEqual(set(files_of(out)), COMPARED if compared else FILES)
        page = read_text(os.path.join(out, "report.html"))
        self.assertEqual(outside(page), [])
        self.assertEqual(tool_problems([os.path.join(out, "report.html")]), [])
        policy = policy_of(page)
        self.assertEqual(policy["default-src"], ["'none'"])
        styles, own = inline(page, "style"), inline(page, "script")
        graph = bool(pictures_of(page))
        self.assertEqual(styles, [STYLE.decode()] + [GRAPH_STYLE.decode()] * graph)
        self.assertEqual(policy["style-src"], [source_of(style.encode()) for style in styles])
        self.assertEqual(len(own), 4 if graph else 0)
        sources = [source_of(script.encode()) for script in own] + [source_of(SCRIPT)] * graph
        self.assertEqual(policy.get("script-src", []), sources)
        if graph:
            self.assertIn('id="viewer"', page)
            self.assertEqual(own[1], f"//<![CDATA[\n{PAGE_SCRIPT.decode()}\n//]]>")
            self.assertRegex(own[3], r'^//<!\[CDATA\[\nflamepress\.profile\("[A-Za-z0-9+/]+=*"\);\n\n//\]\]>$')
        for directive in ("img-src", "object-src", "frame-src"):
            self.assertEqual(policy[directive], ["data:"])
        for picture in pictures_of(page):
            (script,) = re.findall(r"<script><!\[CDATA\[(.*?)\]\]></script>", picture, re.DOTALL)
            self.assertEqual(script.encode(), SCRIPT)
        with zipfile.ZipFile(os.path.join(out, "ticket.zip")) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual({name: archive.read(name) for name in archive.namelist()},
                             {name: data for name, data in files_of(out).items() if name != "ticket.zip"})
        return page


class Compared(PressedOnce, IncidentCase):
    """A day and the day before."""

    def prepare(self) -> Outcome:
        Compared.stand_in = server = self.server()
        outcome = self.incident(server.url, *AROUND)
        Compared.log = server.log()
        return outcome

    def test_it_is_a_silent_success(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, "", ""))

    def test_the_files(self) -> None:
        page = self.examine(self.path("ticket"))
        self.assertEqual(len(pictures_of(page)), 2)
        for picture in pictures_of(page):
            self.has(picture, "auditLine /app/api.js:3:19")

    def test_the_windows_that_were_asked_for(self) -> None:
        starts = [e["body"]["time_start"] for e in Compared.log if e["path"] == "/v1/profile/ProfileTracing"]
        self.assertEqual((min(starts), len(starts)), (DAY1, 48))
        summary = read_json(self.path("ticket", "summary.json"))
        self.assertEqual((summary["window"]["start"], summary["window"]["end"]), (DAY2, DAY2 + 86400))
        self.assertEqual(summary["baseline"]["window"]["start"], DAY1)
        self.assertEqual(summary["baseline"]["source"], "server")

    def test_the_pngs_are_1600_wide_and_small(self) -> None:
        for name in ("flamegraph.png", "diff.png"):
            path = self.path("ticket", name)
            self.assertEqual(png_width(path), 1600)
            self.assertLessEqual(os.path.getsize(path), 1000000)

    def test_the_summary_has_ten_lines(self) -> None:
        lines = [line for line in read_text(self.path("ticket", "summary.md")).splitlines() if line]
        self.assertEqual(len(lines), 10, lines)
        words = "\n".join(lines).replace("\u00a0", " ")
        self.has(words, "# `checkout-api`, on-cpu", "**When:** Fri 20 Nov 2026, UTC", "**How complete:** Proved complete",
                 "**Top functions, by self:** `_int_free` 8.81 %", "Compared with Thu 19 Nov 2026",
                 "**A larger share than before:** `auditLine /app/api.js:3:19`")

    @unittest.skipUnless(shutil.which("pdftotext") and shutil.which("pdfinfo"), "no poppler-utils")
    def test_the_pdf(self) -> None:
        path = self.path("ticket", "report.pdf")
        info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, env={**os.environ, "TZ": "UTC"})
        self.has(info.stdout.decode(), "Title:           checkout-api", "Pages:           2",
                 "CreationDate:    Sat Nov 21 22:26:40 2026")
        self.has(pdf_text(path), "checkout-api, on-cpu", "Fri 20 Nov 2026, UTC", "Proved complete", "_int_free",
                 "auditLine /app/api.js:3:19", "Compared with Thu", "application 64.7 %")
        images = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True).stdout.decode()
        self.assertEqual(len(images.splitlines()), 2, "vectors alone: a table of images has only its head")

    def test_the_same_again_has_the_same_bytes(self) -> None:
        server = Compared.stand_in
        self.assertEqual(self.incident(server.url, *AROUND, to="again"), Outcome(0, "", ""))
        again, first = files_of(self.path("again")), files_of(self.path("ticket"))
        self.assertEqual([name for name in first if again[name] != first[name]], [])


class Windows(IncidentCase):
    def test_a_week_before_and_nothing(self) -> None:
        server = self.server()
        for baseline, start in (("previous_week", DAY2 - 7 * 86400), ("none", None)):
            server.call("DELETE", "/_log")
            outcome = self.incident(server.url, *AROUND, "--baseline", baseline, to=baseline)
            self.assertEqual(outcome.code, 0, outcome)
            starts = {e["body"]["time_start"] for e in server.log() if e["path"] == "/v1/profile/ProfileTracing"}
            self.assertEqual(min(starts), DAY2 if start is None else start)
            self.examine(self.path(baseline), compared=False)

    def test_fifteen_minutes_each_way_and_the_end_not_included(self) -> None:
        server = self.server()
        self.assertEqual(self.incident(server.url, "--at", f"@{NOON}", "--baseline", "none").code, 0)
        (body,) = [e["body"] for e in server.log() if e["path"] == "/v1/profile/ProfileTracing"]
        self.assertEqual((body["time_start"], body["time_end"]), (NOON - 900, NOON + 899))

    def test_what_has_not_been_yet_is_not_asked_for(self) -> None:
        server = self.server()
        outcome = self.incident(server.url, "--now", f"@{NOON + 60}", "--at", f"@{NOON}", "--baseline", "none")
        self.assertEqual(outcome.code, 0, outcome)
        summary = read_json(self.path("ticket", "summary.json"))
        self.assertEqual(summary["window"]["end"], NOON + 60)
        self.assertIn("not over yet", read_text(self.path("ticket", "summary.md")))

    def test_a_service_and_an_event_that_the_configuration_does_not_have(self) -> None:
        server = self.server()
        outcome = self.command("incident", "-c", self.config(server.url), "--service", "redis-server", "--event", "off-cpu",
                               *AROUND, "--baseline", "none", "-o", self.path("ticket"))
        self.assertEqual(outcome.code, 0, outcome)
        body = [e["body"] for e in server.log() if e["path"] == "/v1/profile/ProfileTracing"][0]
        self.assertEqual((body["app_service"], body["profile_event_type"]), ("redis-server", "off-cpu"))

    def test_an_entry_is_meant_by_its_id_and_keeps_its_filter(self) -> None:
        server = self.server()
        service = {"name": "checkout-api", "id": "shop", "filter": "pod_ns='nowhere'"}
        outcome = self.command("incident", "-c", self.config(server.url, services=[service]), "--service", "shop", *AROUND,
                               "--baseline", "none", "-o", self.path("ticket"))
        self.one_line(outcome, "empty")
        self.assertEqual(read_json(self.path("ticket", "summary.json"))["requests"]["filter"], "pod_ns='nowhere'")

    def test_an_empty_window(self) -> None:
        server = self.server()
        outcome = self.incident(server.url, "--at", "2026-11-10T03:12")
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, "checkout-api on-cpu", "empty", "flamepress services")
        out = self.path("ticket")
        self.assertEqual(set(files_of(out)), {"report.html", "report.pdf", "summary.md", "summary.json", "ticket.zip"})
        self.has(read_text(os.path.join(out, "report.html")), "No data in this window")
        self.has(read_text(os.path.join(out, "summary.md")), "No data in this window")

    def test_what_is_left_out_is_of_the_report_alone(self) -> None:
        """Not of its baseline, which is drawn before it; and said once."""
        server = self.server()
        small = ("--max-bytes", "html=300kB", "--max-bytes", "png=50kB")
        outcome = self.incident(server.url, "--at", "2026-11-20T13:20", *small)
        self.one_line(outcome, "checkout-api on-cpu", "empty")
        self.has_not(read_text(self.path("ticket", "summary.md")), "Left out")
        outcome = self.incident(server.url, *AROUND, *small, to="full")
        self.assertEqual(outcome.code, 0, outcome)
        losses = [line.split("checkout-api", 1)[1] for line in outcome.lines]
        self.assertTrue(losses)
        self.assertEqual(len(losses), len(set(losses)), outcome.err)
        self.assertEqual(outcome.err.count("flamegraph.png"), 1)
        self.assertEqual(read_text(self.path("full", "summary.md")).count("flamegraph.png"), 1)

    def test_a_page_in_chinese(self) -> None:
        self.incident(self.server().url, *AROUND, lang="zh")
        page = self.examine(self.path("ticket"))
        self.assertTrue('<html lang="zh">' in page and "发生了什么变化" in page)
        self.has(read_text(self.path("ticket", "summary.md")), "**时间：** 2026年11月20日（周五）", "**占比高于之前：** `auditLine")
        for name, words in (("flamegraph.svg", ("，占 3.32 s 的 ", 'xml:lang="zh"', "|复原缩放|")), ("diff.svg", ("减少 ≥ 10 个百分点",))):
            self.has(read_text(self.path("ticket", name)), *words)
        self.assertEqual(read_json(self.path("ticket", "summary.json"))["window"]["label"], "Fri 20 Nov 2026")


    def test_a_reason_in_chinese(self) -> None:
        self.incident(self.server().url, "--at", "2026-11-10T03:12", lang="zh")
        words = "2026年11月10日（周二）"
        for name in ("summary.md", "report.html"):
            text = read_text(self.path("ticket", name))
            self.assertIn("没有数据，本站点和 http://127.0.0.1:", text)
            self.has_not(text, "has no data", "neither here")
            self.assertRegex(text, f"没有基线：.*{words}[^。]*没有数据")
        self.assertIn("neither here nor at", read_json(self.path("ticket", "summary.json"))["no_baseline"])


class Fonts(IncidentCase):
    """Words in Chinese are drawn where a font has them: with one that has not, what is drawn is in English."""

    DEJAVU = next(iter(glob.glob("/usr/share/fonts/**/DejaVuSans.ttf", recursive=True)), None)

    @unittest.skipUnless(DEJAVU and shutil.which("pdftotext"), "no DejaVu fonts, or no poppler-utils")
    def test_without_a_font_of_chinese(self) -> None:
        fonts = self.write("fonts.conf", '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
                           f"<dir>{os.path.dirname(str(self.DEJAVU))}</dir><cachedir>{self.path('cache')}</cachedir></fontconfig>")
        old, new = self.write("old.folded", "a;b 100\na;c 900\n"), self.write("new.folded", "a;b 900\na;c 100\n")
        drawn = {}
        for name in ("zh", "en"):
            out = self.path(name)
            done = subprocess.run([BINARY, "render", new, "--baseline", old, "--single-file", "--lang", name,
                                   "-o", out], env={**CLEAN, "FONTCONFIG_FILE": fonts}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            drawn[name] = [read_bytes(os.path.join(out, file)) for file in ("flamegraph.png", "diff.png")]
            self.has(pdf_text(os.path.join(out, "report.pdf")), "How complete")
        self.assertEqual(drawn["zh"], drawn["en"])
        self.has(read_text(self.path("zh", "summary.md")), "**完整性：**")
        self.has(read_text(self.path("zh", "diff.svg")), "减少 ≥ 10 个百分点")


class Failing(IncidentCase):
    def test_a_server_that_refuses_leaves_nothing(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 503}])
        outcome = self.incident(server.url, *AROUND)
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "checkout-api on-cpu", "failed", "503")
        self.assertFalse(os.listdir(self.path("ticket")) if os.path.exists(self.path("ticket")) else [])

    def test_what_was_there_stays(self) -> None:
        server = self.server()
        self.assertEqual(self.incident(server.url, *AROUND).code, 0)
        before = files_of(self.path("ticket"))
        server.faults([{"kind": "status", "code": 503}])
        self.assertEqual(self.incident(server.url, *AROUND).code, NOTHING)
        self.assertEqual(files_of(self.path("ticket")), before)

    def test_a_signal_leaves_nothing_and_a_kill_is_cleaned_up_later(self) -> None:
        server = self.server()
        server.faults([{"kind": "hang_headers", "seconds": 30, "match": {"time_start": DAY2}}])
        arguments = ("incident", "-c", self.config(server.url), "--service", "checkout-api", *AROUND, "-o", self.path("ticket"))
        for number, left in ((signal.SIGTERM, 0), (signal.SIGKILL, 1)):
            server.call("DELETE", "/_log")
            process = self.start(*arguments)
            while not any(e["path"] == "/v1/profile/ProfileTracing" and e["body"]["time_start"] == DAY2 for e in server.log()):
                time.sleep(0.05)
            process.send_signal(number)
            process.wait(timeout=20)
            self.assertEqual(process.returncode, 128 + number if left == 0 else -number)
            stages = os.listdir(self.path("ticket")) if os.path.exists(self.path("ticket")) else []
            self.assertEqual(len(stages), left, stages)
        server.faults([])
        self.assertEqual(self.command(*arguments).code, 0)
        self.examine(self.path("ticket"))

    def test_a_part_that_is_missing_is_said(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": NOON}}])
        outcome = self.incident(server.url, *AROUND, "--baseline", "none")
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "partial", "404")
        self.has(read_text(self.path("ticket", "summary.md")), "1 part of the window could not be had")
        self.examine(self.path("ticket"), compared=False)

    def test_a_baseline_that_cannot_be_had_is_said(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": DAY1}}])
        outcome = self.incident(server.url, *AROUND, defaults={"step": "1d"})
        self.assertEqual(outcome.code, 0, outcome)
        self.has(read_text(self.path("ticket", "summary.md")), "**What changed:** ", "No baseline: ")
        self.examine(self.path("ticket"), compared=False)

    def test_mistakes_of_the_command_line(self) -> None:
        config = self.config("http://127.0.0.1:9")
        good = {"-c": config, "--service": "a", "--at": "2026-11-20T03:12", "-o": self.path("ticket")}
        for change, word in (
            ({"-c": None}, "which configuration"), ({"--service": None}, "which service"), ({"--at": None}, "when?"),
            ({"-o": None}, "where to"), ({"--at": "noon"}, "--at"), ({"--at": "2026-11-22T03:12"}, "--at"),
            ({"--around": "0s"}, "--around"), ({"--around": "500ms"}, "--around"), ({"--around": "15"}, "--around"),
            ({"--baseline": "release-1"}, "--baseline"), ({"--max-bytes": "png"}, "--max-bytes"),
            ({"--max-bytes": "svg=1MB"}, "--max-bytes"), ({"--max-bytes": "png=0B"}, "--max-bytes"),
            ({"--service": "it's"}, "quote"), ({"--event": "a\nb"}, "control character"),
        ):
            words = [w for k, v in {**good, **change}.items() if v is not None for w in (k, v)]
            outcome = self.command("incident", *words)
            self.assertEqual(outcome.code, USAGE, (change, outcome))
            self.assertIn(word, outcome.err)
            self.assertFalse(os.path.exists(self.path("ticket")))

    def test_files_of_others_are_left_alone(self) -> None:
        os.mkdir(self.path("ticket"))
        self.write("ticket/report.html", "<p>mine</p>")
        outcome = self.incident("http://127.0.0.1:9", *AROUND)
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "report.html")
        self.assertEqual(read_text(self.path("ticket", "report.html")), "<p>mine</p>")


class Hostile(IncidentCase):
    def test_names(self) -> None:
        reply = self.write("reply.json", json.dumps(columns_reply(chain_and_fan())))
        out = self.render(reply, "--single-file", "--min-width", "0")
        page = self.examine(out, compared=False)
        self.has_not(page.lower(), "<img src=x", "onerror=alert(1)>")
        note = read_text(os.path.join(out, "summary.md"))
        self.has(note.splitlines()[0], "# `svc</title><script>`")
        outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", note)
        self.has_not(outside_code, "<", "](", "@")
        self.assertLess(len([line for line in note.splitlines() if line]), 12)
        if shutil.which("pdftotext"):
            text = pdf_text(os.path.join(out, "report.pdf"))
            self.has(text, "svc</title><script>")
            self.has_not(text, "\0", "\x1b", "\u202e")

    def test_each_name_as_the_service(self) -> None:
        for number, name in enumerate(n for n in HOSTILE if n.strip() and "\0" not in n and len(n) < 1000):
            if re.search("[\ud800-\udfff]", name):
                continue
            out = self.render(self.write("a.folded", "a;b 1\n"), "--single-file", "--service", name, to=f"out{number}")
            self.examine(out, compared=False)


class Budgets(IncidentCase):
    def large(self) -> str:
        """A profile whose picture is wide and full."""
        dice = random.Random(7)
        lines = (";".join(f"f{dice.randrange(40):02}_{level}" for level in range(dice.randrange(20, 40))) + f" {dice.randrange(1, 90)}"
                 for _ in range(4000))
        return self.write("large.folded", "\n".join(lines) + "\n")

    def bundle(self, *arguments: str) -> Outcome:
        outcome = self.command("render", self.large(), "--single-file", *arguments, "-o", self.path("out"))
        self.assertEqual((outcome.code, outcome.out), (0, ""), outcome)
        return outcome

    def said(self, outcome: Outcome, words: str) -> None:
        """Where people look."""
        self.has(outcome.err, words)
        self.has(read_text(self.path("out", "summary.md")), "**Left out:** ", words)

    def test_a_picture_with_wider_boxes(self) -> None:
        self.bundle()
        self.assertGreater(os.path.getsize(self.path("out", "flamegraph.png")), 60000)
        outcome = self.bundle("--max-bytes", "png=60kB")
        self.assertLessEqual(os.path.getsize(self.path("out", "flamegraph.png")), 60000)
        self.assertEqual(png_width(self.path("out", "flamegraph.png")), 1600)
        self.said(outcome, "In flamegraph.png, boxes narrower than")
        self.has(read_text(self.path("out", "report.html")), "<strong>Left out:</strong> In flamegraph.png")

    def test_a_picture_that_cannot_be_small_enough(self) -> None:
        outcome = self.bundle("--max-bytes", "png=1kB")
        self.assertFalse(os.path.exists(self.path("out", "flamegraph.png")))
        self.said(outcome, "flamegraph.png is left out, to stay within 1kB (--max-bytes png=SIZE).")

    def page_within(self, size: int) -> str:
        """The page with such a budget; self.outcome is of the command."""
        self.outcome = self.bundle("--max-bytes", f"html={size}B")
        page = read_text(self.path("out", "report.html"))
        self.assertLessEqual(len(page.encode()), size)
        self.assertEqual(outside(page), [])
        return page

    def test_the_page(self) -> None:
        """Whole where it fits to the byte; else it loses the graph, boxes, the picture, and is left out, in this order."""
        self.bundle()
        whole = read_text(self.path("out", "report.html"))
        self.assertEqual(len(inline(whole, "script")), 4)
        self.has_not(whole, "interactive graph of the whole profile")
        size = len(whole.encode())
        self.assertEqual(self.page_within(size), whole)
        page = self.page_within(size - 1)
        self.assertEqual(pictures_of(page), pictures_of(whole))
        self.assertEqual(len(inline(page, "script")), 2)  # the theme's and the tables', but not the graph's
        self.said(self.outcome, f"In report.html, the interactive graph of the whole profile is left out, to stay within {size - 1}B")
        self.has(page, "the interactive graph of the whole profile is left out")
        bare = len(page.encode()) - len(pictures_of(page)[0].encode()) * 4 // 3
        page = self.page_within(bare + 60000)
        self.assertEqual(len(pictures_of(page)), 1)
        self.said(self.outcome, "In the flame graph of report.html, boxes narrower than 3 px are not drawn, to stay within")
        self.has(page, "Not drawn: ")
        page = self.page_within(bare + 10000)
        self.assertEqual(pictures_of(page), [])
        self.assertNotIn("script-src", policy_of(page))
        self.said(self.outcome, "In report.html, the flame graph is left out")
        outcome = self.bundle("--max-bytes", "html=1kB")
        self.assertFalse(os.path.exists(self.path("out", "report.html")))
        self.said(outcome, "report.html is left out")

    def test_the_pictures_share_what_the_page_has(self) -> None:
        server = self.server()

        def within(size: int) -> List[str]:
            self.assertEqual(self.incident(server.url, *AROUND, "--max-bytes", f"html={size}B").code, 0)
            page = read_text(self.path("ticket", "report.html"))
            self.assertLessEqual(len(page.encode()), size)
            self.assertGreater(len(page.encode()), size - 60000, "what there is is used")
            return pictures_of(page)

        self.incident(server.url, *AROUND, to="whole")
        page = read_text(self.path("whole", "report.html"))
        whole = pictures_of(page)
        self.assertEqual(within(len(page.encode())), whole)
        graph = len(page.encode()) - sum(len(script.encode()) for script in inline(page, "script")[2:])
        bare = graph - len(GRAPH_STYLE) - sum(len(picture.encode()) for picture in whole) * 4 // 3
        flame, difference = within(bare + len(whole[0].encode()) * 4 // 3 + 180000)
        self.assertEqual(flame, whole[0])
        self.assertLess(len(difference), len(whole[1]))
        (flame,) = within(bare + len(whole[0].encode()) * 3 // 4)  # the difference is given up for it
        self.assertLess(len(flame), len(whole[0]))

    def test_the_pdf(self) -> None:
        outcome = self.bundle("--max-bytes", "pdf=40kB")
        self.assertLessEqual(os.path.getsize(self.path("out", "report.pdf")), 40000)
        self.said(outcome, "In report.pdf, ")
        outcome = self.bundle("--max-bytes", "pdf=1kB")
        self.assertFalse(os.path.exists(self.path("out", "report.pdf")))
        self.said(outcome, "report.pdf is left out")

    def test_the_archive(self) -> None:
        outcome = self.bundle("--max-bytes", "zip=1MB")
        self.assertLessEqual(os.path.getsize(self.path("out", "ticket.zip")), 1000000)
        self.said(outcome, "flamegraph.svg is not in ticket.zip")
        with zipfile.ZipFile(self.path("out", "ticket.zip")) as archive:
            self.assertIn("summary.md", archive.namelist())
            self.assertEqual(archive.read("summary.md"), read_bytes(self.path("out", "summary.md")))
            self.assertNotIn("flamegraph.svg", archive.namelist())
        outcome = self.bundle("--max-bytes", "zip=100B")
        self.assertFalse(os.path.exists(self.path("out", "ticket.zip")))
        self.said(outcome, "ticket.zip is left out")

    def test_options_that_do_not_go_together(self) -> None:
        file = self.write("a.folded", "a;b 1\n")
        self.has(self.refused(file, "--max-bytes", "png=1MB", code=USAGE), "--single-file")
        self.has(self.refused(file, "--single-file", "--formats", "svg", code=USAGE), "--formats")


class Files(IncidentCase):
    def test_with_a_baseline_and_without_a_script(self) -> None:
        new, old = self.write("new.folded", "a;b 900\na;c 100\n"), self.write("old.folded", "a;b 100\na;c 900\n")
        out = self.render(new, "--baseline", old, "--single-file")
        self.examine(out)
        out = self.render(new, "--single-file", "--no-interactive", to="plain")
        page = read_text(os.path.join(out, "report.html"))
        self.assertNotIn("script-src", policy_of(page))
        self.assertNotIn("<script", page)
        self.assertNotIn("<script", pictures_of(page)[0])

    def test_the_graph_has_the_data_that_it_has_beside_a_page(self) -> None:
        new, old = self.write("new.folded", "a;b 900\na;c 100\n"), self.write("old.folded", "a;b 100\na;c 900\n")
        page = self.examine(self.render(new, "--baseline", old, "--single-file"))
        data = read_text(os.path.join(self.render(new, "--baseline", old, to="beside"), "profile.js"))
        self.assertEqual(inline(page, "script")[3], f"//<![CDATA[\n{data}\n//]]>")

    def test_an_ordinary_report_takes_its_place(self) -> None:
        file = self.write("a.folded", "a;b 1\n")
        self.render(file, "--single-file")
        self.render(file)
        self.assertNotIn("report.html", os.listdir(self.path("out")))

    def test_a_style_sheet_that_cannot_stand_in_a_page(self) -> None:
        os.mkdir(self.path("assets"))
        self.write("assets/style.css", "p { color: red } /* </style><script>alert(1)</script> */")
        outcome = self.command("render", self.write("a.folded", "a;b 1\n"), "--single-file", "--assets", self.path("assets"),
                               "-o", self.path("out"))
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "style.css", "byte 20")
        self.assertEqual(os.listdir(self.path("out")), [])

    def test_a_script_that_cannot_stand_in_a_page(self) -> None:
        os.mkdir(self.path("assets"))
        file = self.write("a.folded", "a;b 1\n")
        for text, byte in (("'</ScRipt>'", 1), ("/* ]]> */", 3), ("x <!--y", 2), ("a\r\n", 1), ("'<script'", 1)):
            with open(self.path("assets", "viewer.js"), "w", newline="") as script:
                script.write(text)
            outcome = self.command("render", file, "--single-file", "--assets", self.path("assets"), "-o", self.path("out"))
            self.assertEqual(outcome.code, NOTHING, text)
            self.one_line(outcome, "viewer.js", f"byte {byte}:")
            self.assertEqual(os.listdir(self.path("out")), [])


class InASite(PressCase):
    def test_each_report_names_the_command(self) -> None:
        server = self.server()
        self.pressed(server.url)
        command = f"flamepress incident -c FILE --service checkout-api --event on-cpu --at @{NOON} --around 43200s -o DIR"
        self.has(self.page(), f"<code>{command}</code>")


if __name__ == "__main__":
    unittest.main()
