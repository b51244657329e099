"""The same rows through all four wire forms: the same site, and the numbers of the rows."""

from __future__ import annotations

import gzip
import os
import re
import unittest
from collections import Counter
from typing import Any, Dict, List, Tuple

from published import (
    REPORT_FILES,
    files_of,
    leftovers,
    nights_of,
    png_pixels,
    site_problems,
    svg_problems,
    text_of,
)
from support import (
    DAY,
    DAY1,
    DAY2,
    FORMS,
    NIGHT1,
    NIGHT2,
    Outcome,
    PressCase,
    PressedOnce,
    read_bytes,
    read_json,
    read_text,
)
from support import setUpModule as setUpModule
from truth import Expected, Frames, folded, stacks

SERVICES = [
    {"name": "checkout-api", "events": ["on-cpu", "off-cpu"]},
    {"name": "order-service.jar"},
    {"name": "redis-server", "events": ["on-cpu", "off-cpu"]},
    {"name": "Total"},
]
REPORTS = [(s["name"], e) for s in SERVICES for e in s.get("events", ["on-cpu"])]
# The last values of the stacks of three processes: what v7.1.8 answers for `goroutines` of `ledger`.
GOROUTINES = 1956
# Not counted where frames are: threads and processes are places, not functions; the root stands for the whole.
PLACES = ("[t] ", "[p] ")


def tooltips(svg: str) -> str:
    """Those of one function in the form `name, value, share …`, a line each; few enough to be shown."""
    found = re.findall(r"<g[^>]*><title>([^<]*)\n([^<\n]*)</title>", svg)
    return "\n".join(f"{name}, {rest}" for name, rest in found if name == "checkout-api" or " " not in name)


class WireForms(PressCase):
    def press_form(self, form: str, **changes: Any) -> str:
        server = self.server("--form", form, "--seed", "7", *(["--root-anywhere"] if form < "v6.6" else []))
        self.site = self.path(form)
        self.pressed(server.url, services=SERVICES, **changes)
        server.stop()
        return self.site

    def test_the_pictures_are_the_same_bytes(self) -> None:
        first: Dict[str, bytes] = {}
        for form in FORMS:
            files = files_of(os.path.join(self.press_form(form), NIGHT2))
            for service, event in REPORTS:
                for name in ("flamegraph.svg", "flamegraph.png", "flamegraph-2x.png", "profile.folded.gz"):
                    path = f"{service}/{event}/{name}"
                    expected = first.setdefault(path, files[path])
                    if name.endswith(".png") and files[path] != expected:
                        self.assertEqual(png_pixels(files[path]), png_pixels(expected), f"{form}: {path}")
                    else:
                        self.assertEqual(files[path], expected, f"{form}: {path}")

    def test_the_summaries_differ_in_the_form_only(self) -> None:
        seen = {}
        for form in ("v6.4", "v7.1.8"):
            self.press_form(form)
            seen[form] = self.summary()
            self.assertIn("DeepFlow v6", seen[form]["requests"]["form"])
            seen[form]["requests"].update(form="", source="")
        self.assertEqual(seen["v6.4"], seen["v7.1.8"])


class Site(PressedOnce):
    """One site of two nights; what is in it. Pressed once for the class."""

    def prepare(self) -> Outcome:
        server = self.server()
        others = [{"name": "ledger", "language": "Golang", "events": ["goroutines"]}, {"name": "nobody"}]
        return self.press(server.url, windows=["2026-11-19", "2026-11-20"], services=SERVICES + others)

    def test_silent_success(self) -> None:
        self.assertEqual(self.outcome, Outcome(0, "", ""))

    def test_layout(self) -> None:
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT2)
        top = set(os.listdir(self.site))
        self.assertEqual(
            top, {".flamepress", "2026", "assets", "index.html", "latest", "latest.html", "nights.js", "run.json", "services"}
        )
        for night in (NIGHT1, NIGHT2):
            there = set(os.listdir(os.path.join(self.site, night)))
            self.assertLessEqual(
                {"index.html", "run.json", "summary.json"} | {s["name"] for s in SERVICES}, there
            )
            for service, event in REPORTS:
                self.assertEqual(
                    set(os.listdir(os.path.join(self.site, night, service, event))), REPORT_FILES
                )
        self.assertEqual(leftovers(self.site), [])

    def test_everything_is_well_formed_and_every_link_leads_somewhere(self) -> None:
        self.assertEqual(site_problems(self.site), [])

    def test_files_can_be_read_by_a_web_server(self) -> None:
        umask = os.umask(0)
        os.umask(umask)
        for directory, names, files in os.walk(self.site):
            if directory == self.site:
                names.remove(".flamepress")
            for name in files:
                mode = os.lstat(os.path.join(directory, name)).st_mode & 0o777
                self.assertEqual(mode, 0o666 & ~umask, os.path.join(directory, name))
            for name in names:
                if not os.path.islink(os.path.join(directory, name)):
                    mode = os.stat(os.path.join(directory, name)).st_mode & 0o777
                    self.assertEqual(mode, 0o777 & ~umask, os.path.join(directory, name))

    def each(self) -> List[Tuple[str, str, str, "Counter[Frames]"]]:
        return [
            (night, service, event, stacks(service, event, start, start + DAY))
            for night, start in ((NIGHT1, DAY1), (NIGHT2, DAY2))
            for service, event in REPORTS
        ]

    def test_totals_are_those_of_the_rows(self) -> None:
        for night, service, event, found in self.each():
            expected, summary = Expected(found), self.summary(service, event, night)
            self.assertGreater(expected.total, 0)
            self.assertEqual(summary["total"], expected.total)
            self.assertEqual(summary["nodes"], expected.nodes)
            self.assertEqual(summary["max_depth"], expected.max_depth)
            self.assertEqual(summary["outcome"], "ok")
            list_of_services = 1 if service == "Total" else 0
            self.assertEqual(summary["requests"]["sent"], 24 + list_of_services)
            self.assertEqual(summary["requests"]["replies"], 24)
            self.assertEqual(summary["unbalanced"], {"nodes": 0, "value": 0})

    def test_functions_are_those_of_the_rows(self) -> None:
        for night, service, event, found in self.each():
            expected, summary = Expected(found), self.summary(service, event, night)
            functions = summary["functions"]
            self.assertEqual(len(functions), summary["functions_count"])
            names = [f["name"] for f in functions]
            self.assertEqual(len(names), len(set(names)))
            for f in functions:
                self.assertEqual(
                    (f["name"], f["self"], f["total"]),
                    (f["name"], expected.selfs.get(f["name"], 0), expected.totals[f["name"]]),
                )
            selfs = [f["self"] for f in functions]
            self.assertEqual(selfs, sorted(selfs, reverse=True))
            missing = set(expected.totals) - set(names)
            self.assertEqual([name for name in missing if not name.startswith(PLACES)], [])
            self.assertEqual(sum(k["self"] for k in summary["kinds"]), expected.total)

    def test_threads_are_those_of_the_rows(self) -> None:
        for night, service, event, found in self.each():
            want = {n: v for n, v in Expected(found).totals.items() if n.startswith("[t] ")}
            threads = self.summary(service, event, night)["threads"]
            self.assertEqual(
                {t["name"]: t["total"] for t in threads}, {t["name"]: want[t["name"]] for t in threads}
            )
            self.assertEqual(sum(t["total"] for t in threads), sum(want.values()))

    def test_processes_are_those_of_the_rows(self) -> None:
        want = {n: v for n, v in Expected(stacks("Total")).totals.items() if n.startswith("[p] ")}
        have = {p["name"]: p["total"] for p in self.summary("Total")["processes"]}
        self.assertEqual(have, want)

    def test_folded_stacks_are_those_of_the_rows(self) -> None:
        for night, service, event, found in self.each():
            data = read_bytes(os.path.join(self.site, night, service, event, "profile.folded.gz"))
            self.assertEqual(folded(gzip.decompress(data).decode()), found)

    def test_the_picture_has_a_box_with_the_full_tooltip_for_every_node(self) -> None:
        for night, service, event, found in self.each():
            summary = self.summary(service, event, night)
            path = os.path.join(self.site, night, service, event, "flamegraph.svg")
            text = read_text(path)
            shown = summary["nodes"] - summary["hidden"]["narrow_nodes"] - summary["hidden"]["deep_nodes"]
            self.assertEqual(summary["picture"]["boxes"], shown)
            self.assertEqual(text.count(' data-frame="'), shown)
            self.has_not(text, "\u2400")
            self.assertEqual(text.count(" % of "), shown, f"{service} {event}: a share in every tooltip")
            self.assertEqual(svg_problems(path), [])

    def test_shares_in_tooltips_are_right(self) -> None:
        found = stacks("checkout-api")
        totals = Expected(found).totals
        text = read_text(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "flamegraph.svg"))
        one = next(name for name, value in totals.items() if value == 10101 and name.isidentifier())
        self.assertRegex(tooltips(text), rf"(?m)^{one}, 10\.1 ms, 0\.30? % of 3\.32 s; self")
        self.assertRegex(tooltips(text), r"(?m)^checkout-api, 3\.32 s, 100 % of 3\.32 s; self 0 s$")

    def test_pictures_have_their_stated_size(self) -> None:
        for night, service, event, _ in self.each():
            base = os.path.join(self.site, night, service, event)
            picture = read_json(os.path.join(base, "summary.json"))["picture"]
            for name, scale in (("flamegraph.png", 1), ("flamegraph-2x.png", 2)):
                data = read_bytes(os.path.join(base, name))
                png_pixels(data)
                size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
                self.assertEqual(size, (picture["width"] * scale, picture["height"] * scale))

    def test_the_summary_has_what_it_promises(self) -> None:
        for night, service, event, _ in self.each():
            s = self.summary(service, event, night)
            self.assertEqual(
                (s["schema"], s["service"], s["event"], s["language"]), (1, service, event, "eBPF")
            )
            start = DAY1 if night == NIGHT1 else DAY2
            self.assertEqual(
                (s["window"]["start"], s["window"]["end"], s["window"]["timezone"]),
                (start, start + DAY, "UTC"),
            )
            self.assertEqual(
                s["window"]["label"], "Thu 19 Nov 2026" if night == NIGHT1 else "Fri 20 Nov 2026"
            )
            self.assertEqual(s["unit"], "microseconds")
            self.assertIn(s["completeness"], ("proved", "unproved"))
            self.assertEqual([t["name"] for t in s["transforms"]], ["strip_rust_hash"])
            self.assertIsNone(s["failure"])

    def test_on_cpu_is_proved_complete(self) -> None:
        self.assertEqual(self.summary("checkout-api", "on-cpu")["completeness"], "proved")

    def test_a_gauge_is_asked_for_at_once(self) -> None:
        summary = self.summary("ledger", "goroutines")
        self.assertEqual(summary["requests"]["sent"], 1)
        self.assertEqual(summary["unit"], "goroutines")
        self.assertEqual(summary["total"], GOROUTINES)

    def test_no_data_is_empty_and_no_failure(self) -> None:
        summary = self.summary("nobody")
        self.assertEqual((summary["outcome"], summary["total"], summary["functions"]), ("empty", 0, []))
        self.assertEqual(
            set(os.listdir(os.path.join(self.site, NIGHT2, "nobody", "on-cpu"))),
            {"index.html", "summary.json"},
        )
        self.has(text_of(self.page("nobody")), "empty")
        self.has_not(self.page("nobody"), "<object")

    def test_a_page_says_what_the_summary_says(self) -> None:
        words = text_of(self.page())
        for part in (
            "checkout-api",
            "3.32 s",
            "Fri 20 Nov 2026",
            "UTC",
            "Proved complete",
            "auditLine",
            "329",
            "24",
            "eBPF",
        ):
            self.has(words, part)
        page = self.page()
        self.has(page, "3,323,229 µs")
        for name in REPORT_FILES - {"index.html", "profile.js"}:
            self.has(page, f'href="{name}"')
        self.has(page, 'src="profile.js"')

    def test_the_page_names_the_query(self) -> None:
        words = text_of(self.page())
        self.has(words, "2026-11-20 00:00:00")
        self.has(words, "columns")

    def test_the_night_lists_every_report(self) -> None:
        for night in (NIGHT1, NIGHT2):
            page = read_text(os.path.join(self.site, night, "index.html"))
            for service, event in REPORTS + [("nobody", "on-cpu"), ("ledger", "goroutines")]:
                self.has(page, f"{service}/{event}/")
            summary = read_json(os.path.join(self.site, night, "summary.json"))
            totals = {(s["service"], s["event"]): s["total"] for s in summary["services"]}
            start = DAY1 if night == NIGHT1 else DAY2
            for service, event in REPORTS:
                self.assertEqual(
                    totals[service, event], sum(stacks(service, event, start, start + DAY).values())
                )

    def test_the_index_leads_to_both_nights(self) -> None:
        page = read_text(os.path.join(self.site, "index.html"))
        for night in (NIGHT1, NIGHT2):
            self.has(page, f'href="{night}/index.html"')

    def test_the_manifest_tells_of_every_job(self) -> None:
        manifest = read_json(os.path.join(self.site, NIGHT2, "run.json"))
        outcomes = {(j["service"], j["event"]): j["outcome"] for j in manifest["jobs"]}
        self.assertEqual(outcomes["nobody", "on-cpu"], "empty")
        self.assertEqual([outcomes[key] for key in REPORTS], ["ok"] * len(REPORTS))


if __name__ == "__main__":
    unittest.main()
