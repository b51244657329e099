"""What is told of many nights: trends and their gaps, pages of services, summary.md, feed.xml, metrics."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from published import files_of
from support import (
    CLOCK,
    CONFIG,
    PARTIAL,
    Outcome,
    PressCase,
    PressedOnce,
    Standin,
    read_bytes,
    read_json,
    read_text,
    setUpModule,  # noqa: F401
)

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"
SAMPLE = 10101  # µs of CPU that a row of on-cpu is worth
DAY = 86400
SITE_URL = "https://flames.example/prod"

# A service whose name, and functions whose names, mean something in Markdown, HTML, XML, SQL and metrics.
SERVICE = 'evil`svc|<b>@all</b>"&'
FUNCTIONS = [
    "tick`tock",
    "``two``",
    "pipe|line",
    "<script>alert(1)</script>",
    "@everyone",
    "line\nbreak\r\n# head",
    "](https://evil.example)",
    "]]>&lt",
    "\u202egnirts",
    "\u2028apart",
]


def start_of(day: int) -> int:
    return int(datetime.datetime(2026, 11, day, tzinfo=datetime.timezone.utc).timestamp())


def name_of(day: int) -> str:
    return f"2026/11/{day:02}"


def rows_of(day: int, stacks: Dict[str, int], service: str = "svc", event: str = "on-cpu") -> Iterator[str]:
    """So many samples of each stack (in one row a stack: what counts is the value)."""
    for stack, samples in stacks.items():
        row = {
            "time": start_of(day) + 3600,
            "app_service": service,
            "profile_event_type": event,
            "profile_language_type": "eBPF",
            "tags": {},
            "stack": stack,
            "value": samples * SAMPLE,
        }
        yield json.dumps(row)


def points(line: ElementTree.Element) -> List[List[Tuple[float, float]]]:
    found = []
    for segment in line.iter():
        if segment.tag.endswith("polyline"):
            pairs = [pair.split(",") for pair in segment.get("points", "").split()]
            found.append([(float(x), float(y)) for x, y in pairs])
    return found


class NightsCase(PressCase):
    def rows(self, name: str, lines: Sequence[str]) -> str:
        return self.write(name, "".join(line + "\n" for line in lines))

    def days(self, days: Dict[int, Dict[str, int]], service: str = "svc") -> Standin:
        lines = [line for day, stacks in days.items() for line in rows_of(day, stacks, service)]
        return self.server(rows=[self.rows(f"rows-{len(os.listdir(self.dir))}.jsonl", lines)])

    def nights(self, url: str, *days: int, code: int = 0, **changes: Any) -> Outcome:
        settings = {"services": [{"name": "svc"}], "defaults": {"step": "1d"}, "baseline": "previous", **changes}
        outcome = self.press(url, windows=[f"2026-11-{day:02}" for day in days], **settings)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome

    def tree(self, *names: str) -> ElementTree.Element:
        """Pages are XML, too."""
        text = read_text(os.path.join(self.site, *names))
        return ElementTree.fromstring(text.replace("<!DOCTYPE html>", "", 1))

    def service_page(self, service: str = "svc") -> ElementTree.Element:
        return self.tree("services", service, "index.html")

    def text(self, element: Optional[ElementTree.Element]) -> str:
        assert element is not None
        return " ".join("".join(element.itertext()).split())

    def find(self, tree: ElementTree.Element, tag: str, name: str) -> List[ElementTree.Element]:
        return [e for e in tree.iter() if e.tag.split("}")[-1] == tag and name in e.get("class", "").split()]

    def table(self, tree: ElementTree.Element) -> Dict[str, List[str]]:
        """The windows of the first table of figures: what stands in each row."""
        found = {}
        for row in self.find(tree, "table", "windows")[0].iter():
            if row.tag.split("}")[-1] == "tr":
                cells = [self.text(cell) for cell in row]
                found[cells[0]] = cells[1:]
        return found

    def sparkline(self, night: str) -> ElementTree.Element:
        return self.find(self.tree(*night.split("/"), "index.html"), "svg", "spark")[0]

    def check_manifest(self, night: str) -> None:
        manifest = read_json(os.path.join(self.site, night, "run.json"))
        for file in manifest["files"]:
            data = read_bytes(os.path.join(self.site, night, file["path"]))
            self.assertEqual(hashlib.sha256(data).hexdigest(), file["sha256"], file["path"])


class Trends(NightsCase):
    def test_a_service_over_the_nights(self) -> None:
        """12: not pressed. 15: pressed, and empty."""
        server = self.days({10: {"a;b": 1000}, 11: {"a;b": 2000}, 13: {"a;b": 1500}, 14: {"a;b": 1000}, 16: {"a;b": 3000}})
        self.nights(server.url, 10, 11, 13, 14, 15, 16)
        page = self.service_page()
        chart = self.find(page, "svg", "chart")[0]
        line = self.find(chart, "g", "l0")[0]
        segments = points(line)
        self.assertEqual([len(segment) for segment in segments], [2, 2])
        dots = [e for e in line.iter() if e.tag.endswith("path")]
        self.assertEqual(len(dots), 5)
        # equal distances for equal times, and twice the value twice as high above the zero line
        zero = float(self.find(chart, "line", "zero")[0].get("y1", ""))
        (x10, y10), (x11, y11) = segments[0]
        (x13, _), (x14, y14) = segments[1]
        self.assertAlmostEqual(x14 - x13, x11 - x10, delta=0.2)
        self.assertAlmostEqual(x13 - x11, 2 * (x11 - x10), delta=0.3)
        self.assertAlmostEqual((zero - y11) / (zero - y10), 2, delta=0.02)
        self.assertAlmostEqual(y14, y10, delta=0.1)
        for _, y in segments[0] + segments[1]:
            self.assertLess(y, zero - 5)
        table = self.table(page)
        cores = 2000 * SAMPLE / 1e6 / DAY
        self.assertAlmostEqual(float(table["Wed 11 Nov 2026"][0].split()[0]), cores, delta=cores / 100)
        self.assertEqual(table["Sun 15 Nov 2026"], ["–", "–", "○ empty"])
        self.assertNotIn("Thu 12 Nov 2026", table)
        links = [a.get("href") for a in page.iter() if a.tag.endswith("}a") or a.tag == "a"]
        self.assertIn("../../2026/11/11/svc/on-cpu/index.html", links)
        for link in links:
            if link and not link.startswith("#"):
                there = os.path.join(self.site, "services", "svc", link.split("#")[0])
                self.assertTrue(os.path.exists(there), link)

    def test_axes_have_ticks_that_are_read_and_dates(self) -> None:
        server = self.days({day: {"a;b": 100 * day} for day in range(1, 21)})
        self.nights(server.url, *range(1, 21))
        chart = self.find(self.service_page(), "svg", "chart")[0]
        ticks = [self.text(e) for e in self.find(chart, "text", "tick")]
        self.assertEqual(ticks, ["0", "0.0001 cores", "0.0002 cores", "0.0003 cores"])
        dates = [self.text(e) for e in self.find(chart, "text", "date")]
        self.assertEqual(dates[-1], "20 Nov")
        self.assertTrue(dates[0].endswith(" 2026"), dates)
        self.assertLessEqual(len(dates), 7)

    def test_shares_of_functions_are_exact(self) -> None:
        server = self.days(
            {
                10: {"m;old": 900, "m;same": 100, "[unknown] 0x00007f0000001234": 1000},
                11: {"m;new": 1800, "m;same": 200, "[unknown] 0x00007f0000009999": 2000},
            }
        )
        self.nights(server.url, 10, 11)
        page = self.service_page()
        names = [self.text(li) for li in page.iter() if li.tag.endswith("li") and "%" in self.text(li)]
        self.assertEqual([n.split(" ", 1)[1] for n in names], ["[unknown] 50.0 %", "new 45.0 %", "old 0 %", "same 5.00 %"])
        table = self.table(page)
        self.assertEqual(table["Tue 10 Nov 2026"][1:5], ["50.0 %", "0 %", "45.0 %", "5.00 %"])
        self.assertEqual(table["Wed 11 Nov 2026"][1:5], ["50.0 %", "45.0 %", "0 %", "5.00 %"])

    def test_a_sparkline_has_gaps(self) -> None:
        server = self.days({10: {"a": 100}, 11: {"a": 200}, 13: {"a": 150}, 14: {"a": 100}})
        self.nights(server.url, 10, 11, 13, 14)
        spark = self.sparkline(name_of(14))
        self.assertEqual([len(segment) for segment in points(spark)], [2, 2])
        self.has(spark.get("aria-label", ""), "4 of the last 14 windows")
        self.assertEqual(self.find(self.tree("2026", "11", "10", "index.html"), "svg", "spark"), [])
        # what a night shows is what was before it
        self.assertEqual([len(segment) for segment in points(self.sparkline(name_of(13)))], [2])

    def test_windows_of_other_lengths_are_other_trends(self) -> None:
        server = self.days({10: {"a": 100}, 11: {"a": 200}})
        self.nights(server.url, 10, 11)
        settings = {"services": [{"name": "svc"}]}
        self.pressed(server.url, windows=["2026-11-11T01:00/2026-11-11T03:00"], **settings)
        self.assertEqual(len(self.table(self.service_page())), 2)  # head and the newest kind of window
        empty = self.press(server.url, windows=["2026-11-12"], defaults={"step": "1d"}, **settings)
        self.assertEqual(empty.code, 0)
        self.one_line(empty, "warning", "2026/11/12", "no")
        self.assertEqual(len(self.table(self.service_page())), 4)

    def test_a_night_that_is_pressed_again_corrects_all_that_shows_it(self) -> None:
        days = {10: {"a": 1000}, 11: {"a": 1000}, 12: {"a": 1000}}
        self.nights(self.days(days).url, 10, 11, 12)
        before = points(self.sparkline(name_of(12)))
        page = self.table(self.service_page())
        report = os.stat(os.path.join(self.site, name_of(12), "svc/on-cpu/flamegraph.svg"))
        first = read_bytes(os.path.join(self.site, name_of(10), "index.html"))
        summary = read_bytes(os.path.join(self.site, name_of(12), "summary.json"))
        self.nights(self.days({**days, 11: {"a": 3000}}).url, 11)
        after = points(self.sparkline(name_of(12)))
        self.assertNotEqual(before, after)
        self.assertLess(after[0][1][1], after[0][2][1])
        self.assertNotEqual(page["Wed 11 Nov 2026"], self.table(self.service_page())["Wed 11 Nov 2026"])
        self.assertEqual(page["Thu 12 Nov 2026"], self.table(self.service_page())["Thu 12 Nov 2026"])
        # the neighbour is the same night: its reports are the very files, its manifest is right, earlier nights rest
        again = os.stat(os.path.join(self.site, name_of(12), "svc/on-cpu/flamegraph.svg"))
        self.assertEqual(report.st_ino, again.st_ino)
        self.assertEqual(summary, read_bytes(os.path.join(self.site, name_of(12), "summary.json")))
        self.assertEqual(first, read_bytes(os.path.join(self.site, name_of(10), "index.html")))
        for day in (10, 11, 12):
            self.check_manifest(name_of(day))

    def test_a_night_that_is_filled_in_is_led_to(self) -> None:
        """Pages of the night after it lead to it at once: pressed again they are the same bytes."""
        server = self.days({15: {"a": 40}, 17: {"a": 40}, 16: {"a": 40}})
        self.nights(server.url, 15, 17, baseline="none")
        self.nights(server.url, 16, baseline="none")
        for page in ("index.html", "svc/on-cpu/index.html"):
            self.has(read_text(os.path.join(self.site, name_of(17), page)), f"{name_of(16)}/")
        self.assertEqual(self.command("verify", self.site), (0, "", ""))
        before = files_of(self.site)
        self.nights(server.url, 17, baseline="none")
        self.nights(server.url, 16, baseline="none")
        after = files_of(self.site)
        self.assertEqual([path for path in before if before[path] != after.get(path)], [])

    def test_a_damaged_summary_is_a_gap_and_is_said(self) -> None:
        server = self.days({day: {"a": 1000} for day in range(10, 14)})
        self.nights(server.url, 10, 11, 12)
        with open(os.path.join(self.site, name_of(11), "summary.json"), "w") as file:
            file.write('{"path": "2026/11/11", "services": [')
        outcome = self.nights(server.url, 13, code=PARTIAL)
        self.has(outcome.err, name_of(11), "summary.json is damaged")
        page = self.service_page()
        self.has(self.text(page), "1 night has a damaged summary.json and is left out here.")
        self.assertNotIn("Wed 11 Nov 2026", self.table(page))
        self.assertEqual([len(s) for s in points(self.find(page, "g", "l0")[0])], [2])

    def test_a_service_without_a_night_has_no_dead_links(self) -> None:
        self.nights(self.days({10: {"a": 1000}}).url, 10)
        shutil.rmtree(os.path.join(self.site, name_of(10)))
        os.mkdir(os.path.join(self.site, "services", "empty"))
        with open(os.path.join(self.site, "services", "a-file"), "w") as file:
            file.write("not ours")
        os.symlink("/", os.path.join(self.site, "services", "a-link"))
        self.nights(self.days({11: {"a": 1000}}, "other").url, 11, services=[{"name": "other"}])
        page = self.service_page()
        self.has(self.text(page), "No report of this service is left")
        self.has_not(read_text(os.path.join(self.site, "services", "svc", "index.html")), name_of(10))
        self.assertEqual(os.listdir(os.path.join(self.site, "services", "empty")), [])
        self.assertEqual(read_text(os.path.join(self.site, "services", "a-file")), "not ours")
        self.assertEqual(len(self.table(self.service_page("other"))), 2)

    def test_figures_that_make_no_sense_are_no_crash(self) -> None:
        server = self.days({day: {"a": 1000} for day in range(10, 13)})
        self.nights(server.url, 10, 11)
        path = os.path.join(self.site, name_of(10), "summary.json")
        night = read_json(path)
        night["window"].update(start=-(2**63), end=2**63 - 1)
        night["services"][0].update(total=2**63 - 1, cores=1e308, leads=[{"effect": "x"}, 7], rule={}, baseline={})
        night["services"].append({"path": "../../../etc/passwd", "outcome": "ok", "total": 1})
        night["services"].append({"path": "svc/on-cpu", "outcome": "ok", "total": -5, "cores": -1})
        with open(path, "w") as file:
            json.dump(night, file)
        self.nights(server.url, 12, site_url=SITE_URL)
        self.assertEqual(len(os.listdir(os.path.join(self.site, "services"))), 1)
        self.service_page()


class Changes(NightsCase):
    def test_the_first_night_has_nothing_to_compare_with(self) -> None:
        self.nights(self.days({10: {"a": 1000}}).url, 10)
        page = self.text(self.tree("2026", "11", "10", "index.html"))
        self.has(page, "Nothing to compare with", "There is nothing to compare with: ")
        self.has(read_text(os.path.join(self.site, name_of(10), "summary.md")), "Nothing to compare with")

    def test_who_asks_for_no_comparison_hears_of_none(self) -> None:
        self.nights(self.days({10: {"a": 1000}, 11: {"b": 1000}}).url, 10, 11, baseline="none")
        for name in ("index.html", "summary.md"):
            text = read_text(os.path.join(self.site, name_of(11), name))
            self.has_not(text, "What changed", "No changes", "Nothing", "baseline was")

    def test_nothing_changed(self) -> None:
        self.nights(self.days({10: {"m;a": 1000, "m;b": 1000}, 11: {"m;a": 1010, "m;b": 990}}).url, 10, 11)
        page = self.text(self.tree("2026", "11", "11", "index.html"))
        self.has(page, "No changes compared with Tue 10 Nov 2026", "Nothing changed", "Rule: sampling noise excluded at q = 0.01")
        self.has(read_text(os.path.join(self.site, name_of(11), "summary.md")), "No changes, compared with Tue 10 Nov 2026")

    def test_too_few_samples(self) -> None:
        self.nights(self.days({10: {"m;a": 10}, 11: {"m;b": 10}}).url, 10, 11)
        page = self.text(self.tree("2026", "11", "11", "index.html"))
        self.has(page, "Too few samples to tell what changed", "1 report has too few samples to judge")

    def test_what_costs_most_leads_and_less_comes_last(self) -> None:
        lines: List[str] = []
        for day, big, small in ((10, 0, 0), (11, 5000, 300)):
            lines += rows_of(day, {"m;steady": 10000, "m;gone": 2000 - big * 2 // 5, **({"m;big": big} if big else {})}, "large")
            lines += rows_of(day, {"m;steady": 1000, **({"m;small": small} if small else {})}, "little")
            lines += rows_of(day, {"p;steady": 10000, **({"p;all": 9000} if big else {})}, "Total")
        server = self.server(rows=[self.rows("rows.jsonl", lines)])
        self.nights(server.url, 10, 11, services=[{"name": "little"}, {"name": "large"}, {"name": "Total"}])
        tree = self.tree("2026", "11", "11", "index.html")
        tables = self.find(tree, "table", "changed")
        names = [[self.text(th).split()[-1] for th in self.find(table, "th", "name")] for table in tables]
        self.assertEqual(names[0][:2], ["big", "small"])
        self.assertIn("gone", names[1])
        self.assertIn("all", names[2])
        self.assertNotIn("all", names[0])
        services = [self.text(td) for td in self.find(tables[0], "td", "service")]
        self.assertEqual(services[:2], ["large", "little"])
        rows = [self.text(tr) for tr in tables[0].iter() if tr.tag.endswith("tr")][1:]
        self.has(rows[0], "new", "33.3 %", "+33.3 points", "+0.000585 cores")
        for link in (a.get("href", "") for a in tables[0].iter() if a.tag.endswith("a")):
            path, _, place = link.partition("#")
            self.assertTrue(os.path.exists(os.path.join(self.site, name_of(11), path)), link)
            self.assertTrue(place)
        summary = read_json(os.path.join(self.site, name_of(11), "summary.json"))
        leads = {entry["service"]: [lead["name"] for lead in entry["leads"]] for entry in summary["services"]}
        self.assertIn("big", leads["large"])
        text = self.text(next(e for e in tree.iter() if e.get("id") == "main"))
        self.assertLess(text.index("What changed"), text.index("Services"))

    def test_demo_leads_with_what_was_planted(self) -> None:
        outcome = self.command("demo", "-o", self.site)
        self.assertEqual(outcome.code, 0, outcome.err)
        table = self.find(self.tree("2026", "11", "20", "index.html"), "table", "changed")[0]
        names = [self.text(th) for th in self.find(table, "th", "name")]
        services = [self.text(td) for td in self.find(table, "td", "service")]
        self.has(names[0], "auditLine")
        self.has(names[1], "Matcher.replaceAll")
        self.assertEqual(services[:2], ["checkout-api", "order-service.jar"])
        index = self.find(self.tree("index.html"), "table", "changed")[0]
        self.assertEqual([self.text(th) for th in self.find(index, "th", "name")], names)


# ---- for machines and chats ----


def code_spans(text: str) -> Tuple[List[str], str]:
    """The code spans of a text, as CommonMark 6.1 has them, and what is left of it."""
    spans, rest, at = [], [], 0
    while at < len(text):
        if text[at] != "`":
            rest.append(text[at])
            at += 1
            continue
        run = re.match("`+", text[at:]).group()  # type: ignore[union-attr]
        end = re.search(f"(?<!`){run}(?!`)", text[at + len(run) :])
        if not end:
            rest.append(run)
            at += len(run)
            continue
        span = text[at + len(run) : at + len(run) + end.start()]
        if span.startswith(" ") and span.endswith(" ") and span.strip(" "):
            span = span[1:-1]
        spans.append(span)
        at += len(run) + end.end()
    return spans, "".join(rest)


def shown(name: str) -> str:
    """As a page and a code span show it: what would break or turn the line stands for itself no more."""
    name = re.sub("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", "\ufffd", name)
    return re.sub("[\x00-\x1f]", lambda m: chr(0x2400 + ord(m.group())), name)


def parse_metrics(text: str) -> Dict[str, Dict[Tuple[Tuple[str, str], ...], float]]:
    """Strictly, as the text format has it: HELP and TYPE once before their samples, no sample twice, no timestamps."""
    types: Dict[str, str] = {}
    found: Dict[str, Dict[Tuple[Tuple[str, str], ...], float]] = {}
    helped, current = set(), ""
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, words = line[7:].split(" ", 1)
            assert words and name not in helped and name not in found, line
            helped.add(name)
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name in helped and name not in types and kind in ("gauge", "counter"), line
            assert (kind == "counter") == name.endswith("_total"), line
            types[name] = kind
            current = name
            found[name] = {}
        else:
            match = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?)", line)
            assert match and match.group(1) == current, line
            labels = []
            rest = match.group(2) or ""
            while rest:
                label = re.match(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)', rest)
                assert label, line
                value = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m.group(1), m.group(1)), label.group(2))
                labels.append((label.group(1), value))
                rest = rest[label.end() :]
            assert tuple(labels) not in found[current], line
            found[current][tuple(labels)] = float(match.group(3))
    return found


class Hostile(PressedOnce, NightsCase):
    """One site with names that mean something everywhere."""

    def prepare(self) -> Outcome:
        lines = list(rows_of(10, {"m;steady": 10000}, SERVICE))
        lines += rows_of(11, {"m;steady": 10000, **{f"m;{name}": 1000 for name in FUNCTIONS}}, SERVICE)
        server = self.server(rows=[self.rows("rows.jsonl", lines)])
        return self.press(
            server.url,
            windows=["2026-11-10", "2026-11-11"],
            services=[{"name": SERVICE}, {"name": "none", "title": "no `such` @one"}],
            defaults={"step": "1d"},
            baseline="previous",
            site_url=SITE_URL,
            metrics_file=self.path("flamepress.prom"),
        )

    def test_it_was_pressed(self) -> None:
        self.assertEqual(self.outcome.code, 0, self.outcome.err)

    def test_markdown(self) -> None:
        text = read_text(os.path.join(self.site, name_of(11), "summary.md"))
        spans, rest = code_spans(text)
        for name in [*FUNCTIONS, SERVICE]:
            self.assertIn(shown(name), spans)
        links = re.findall(r"\[(?:graph|The whole night)\]\(<([^<>\s]+)>\)", rest)
        self.assertEqual(len(links), len(FUNCTIONS) + 2)  # steady fell
        for link in links:
            self.assertTrue(link.startswith(SITE_URL + "/" + name_of(11) + "/"), link)
        plain = re.sub(r"\[(?:graph|The whole night)\]\(<[^<>\s]+>\)", "", rest)
        self.assertNotRegex(plain, r"[`@<>|\[\]&_]")
        self.assertEqual(re.findall("^#+", plain, re.M), ["##"])
        for char in text:
            self.assertTrue(char == "\n" or char.isprintable() or char == "\ufffd", ascii(char))

    def test_markdown_without_a_site_url_has_no_links(self) -> None:
        case = NightsCase()
        PressCase.setUp(case)
        self.addCleanup(case.doCleanups)
        case.nights(case.days({10: {"a": 1000}, 11: {"a": 1000, "b": 1000}}).url, 10, 11)
        text = read_text(os.path.join(case.site, name_of(11), "summary.md"))
        self.has(text, "`b` in `svc`")
        self.assertNotIn("](", text)
        self.assertFalse(os.path.exists(os.path.join(case.site, "feed.xml")))
        self.has_not(read_text(os.path.join(case.site, "index.html")), "feed.xml")

    def test_feed(self) -> None:
        feed = ElementTree.fromstring(read_bytes(os.path.join(self.site, "feed.xml")))
        self.assertEqual(feed.tag, ATOM + "feed")
        for parent in (feed, *feed.findall(ATOM + "entry")):
            for one in ("id", "title", "updated"):
                self.assertEqual(len(parent.findall(ATOM + one)), 1, one)
            self.assertRegex(parent.findtext(ATOM + "updated", ""), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertTrue(parent.findtext(ATOM + "id", "").startswith(SITE_URL))
            for link in parent.findall(ATOM + "link"):
                self.assertTrue(link.get("href", "").startswith(SITE_URL + "/"), link.get("href"))
                path = link.get("href", "")[len(SITE_URL) + 1 :]
                self.assertTrue(os.path.exists(os.path.join(self.site, path)), path)
        self.assertTrue(feed.findtext(f"{ATOM}author/{ATOM}name"))
        entries = feed.findall(ATOM + "entry")
        self.assertEqual([entry.findtext(ATOM + "id") for entry in entries], [f"{SITE_URL}/{name_of(11)}/"])
        when = datetime.datetime.fromtimestamp(int(CLOCK), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertEqual(entries[0].findtext(ATOM + "updated"), when)
        content = entries[0].find(ATOM + "content")
        assert content is not None
        self.assertEqual(content.get("type"), "xhtml")
        self.assertEqual([child.tag for child in content], [HTML + "div"])
        tags = {e.tag for e in content[0].iter()}
        self.assertLessEqual(tags, {HTML + tag for tag in ("div", "p", "ul", "li", "a", "code")})
        names = ["".join(code.itertext()) for code in content.iter(HTML + "code")]
        for name in FUNCTIONS:
            shown = re.sub("[\x00-\x1f]", lambda m: chr(0x2400 + ord(m.group())), name).replace("\u202e", "\ufffd")
            self.assertIn(shown, names)
        self.has(read_text(os.path.join(self.site, "index.html")), 'type="application/atom+xml"')

    def test_metrics(self) -> None:
        found = parse_metrics(read_text(self.path("flamepress.prom")))
        self.assertEqual(found["flamepress_last_run_timestamp_seconds"], {(): float(CLOCK)})
        self.assertEqual(found["flamepress_last_success_timestamp_seconds"], {(): float(CLOCK)})
        jobs = {labels[0][1]: value for labels, value in found["flamepress_jobs"].items()}
        self.assertEqual(jobs, {"ok": 2, "partial": 0, "empty": 2, "failed": 0})
        [(labels, total)] = found["flamepress_profile_seconds"].items()
        self.assertEqual(dict(labels)["service"], SERVICE)
        self.assertAlmostEqual(total, (10000 + 1000 * len(FUNCTIONS)) * SAMPLE / 1e6, places=6)
        [(labels, count)] = found["flamepress_regressions"].items()
        self.assertEqual((dict(labels)["service"], count), (SERVICE, len(FUNCTIONS)))
        self.assertGreaterEqual(found["flamepress_run_duration_seconds"][()], 0)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool (package prometheus)")
    def test_promtool_finds_nothing_wrong(self) -> None:
        with open(self.path("flamepress.prom"), "rb") as file:
            done = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_pages_are_well_formed(self) -> None:
        for parts in (["index.html"], ["2026", "11", "11", "index.html"]):
            self.has(self.text(self.tree(*parts)), "<script>alert(1)</script>")
        for service in os.listdir(os.path.join(self.site, "services")):
            self.service_page(service)


class Machines(NightsCase):
    def test_the_last_success_outlives_a_failure(self) -> None:
        metrics = self.path("flamepress.prom")
        server = self.days({10: {"a": 1000}})
        self.nights(server.url, 10, metrics_file=metrics)
        config = self.config(
            "http://127.0.0.1:1", windows=["2026-11-10"], services=[{"name": "svc"}], metrics_file=metrics
        )
        outcome = self.command("run", "-c", config, env={"SOURCE_DATE_EPOCH": str(int(CLOCK) + 77)})
        self.assertNotEqual(outcome.code, 0)
        found = parse_metrics(read_text(metrics))
        self.assertEqual(found["flamepress_last_success_timestamp_seconds"], {(): float(CLOCK)})
        self.assertEqual(found["flamepress_last_run_timestamp_seconds"], {(): float(CLOCK) + 77})
        self.assertEqual(found["flamepress_jobs"][(("outcome", "failed"),)], 1)
        [(labels, total)] = found["flamepress_profile_seconds"].items()
        self.assertAlmostEqual(total, 1000 * SAMPLE / 1e6, places=6, msg="what the site has is there all the same")
        os.unlink(metrics)
        self.command("run", "-c", config)
        self.assertNotIn("flamepress_last_success_timestamp_seconds", parse_metrics(read_text(metrics)))
        self.assertEqual([name for name in os.listdir(self.dir) if name.endswith(".tmp")], [])

    def test_metrics_that_cannot_be_written_are_said(self) -> None:
        server = self.days({10: {"a": 1000}})
        outcome = self.nights(server.url, 10, code=PARTIAL, metrics_file=self.path("no", "such", "file.prom"))
        self.one_line(outcome, "metrics_file", "no/such/file.prom")
        self.service_page()

    def test_addresses_that_are_none_are_refused(self) -> None:
        for url in ("flames.example", "https://", "https://host/a b", "https://host/<x>", "https://host/\n", "https://host/ä"):
            outcome = self.command("check", "-c", self.config("http://127.0.0.1:1", site_url=url))
            self.assertEqual(outcome.code, CONFIG, url)
            self.has(outcome.err, "site_url")

    def test_feed_has_the_newest_nights_with_changes(self) -> None:
        """Each second night something comes or goes; the newest is first."""
        days = {day: {"m;a": 1000, **({"m;b": 500} if day % 4 < 2 else {})} for day in range(1, 20)}
        self.nights(self.days(days).url, *range(1, 20), site_url=SITE_URL + "/")
        feed = ElementTree.fromstring(read_bytes(os.path.join(self.site, "feed.xml")))
        ids = [entry.findtext(ATOM + "id", "") for entry in feed.findall(ATOM + "entry")]
        changed = [day for day in range(2, 20) if (day % 4 < 2) != ((day - 1) % 4 < 2)]
        self.assertEqual(ids, [f"{SITE_URL}/{name_of(day)}/" for day in reversed(changed)])

    def test_same_nights_same_bytes(self) -> None:
        server = self.days({day: {"m;a": 1000, "m;b": 100 * (day % 3)} for day in range(10, 15)})
        sites = []
        for turn in range(2):
            self.site = self.path(f"site{turn}")
            self.nights(server.url, *range(10, 15), site_url=SITE_URL)
            files = {}
            for folder, names, found in os.walk(self.site):
                names[:] = [name for name in names if name != ".flamepress"]
                for name in found:
                    path = os.path.join(folder, name)
                    files[os.path.relpath(path, self.site)] = read_bytes(path)
            sites.append(files)
        self.assertIn("feed.xml", sites[0])
        self.assertIn("services/svc/index.html", sites[0])
        self.assertEqual(sorted(sites[0]), sorted(sites[1]))
        for name, data in sites[0].items():
            self.assertTrue(data == sites[1][name], name)


if __name__ == "__main__":
    unittest.main()
