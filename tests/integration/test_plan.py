"""--dry-run, --only, and what stays of a night that is pressed again."""

from __future__ import annotations

import json
import os
import re
import shlex
import unittest

from published import files_of, site_problems, text_of
from support import DAY, DAY2, NIGHT1, NIGHT2, SOURCE, Outcome, PARTIAL, PressCase, read_json
from support import setUpModule as setUpModule
from truth import Expected, stacks

SERVICES = [
    {"name": "checkout-api", "events": ["on-cpu", "off-cpu"]},
    {"name": "redis-server"},
    {"name": "Total", "title": "The host"},
]


class DryRun(PressCase):
    def test_it_sends_nothing_and_touches_nothing(self) -> None:
        server = self.server()
        outcome = self.press(server.url, "--dry-run", services=SERVICES, defaults={"step": "6h"})
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual(server.log(), [])
        self.assertFalse(os.path.exists(self.site))
        self.assertEqual(os.listdir(self.dir), ["flamepress.json"])

    def test_it_tells_every_request_as_it_would_be_sent(self) -> None:
        server = self.server()
        services = SERVICES + [{"name": 'a"b\u4e2d\u6587', "filter": "pod='x' OR pod='y'"}]
        changes = {
            "services": services,
            "defaults": {"step": "6h", "min_step": "6h"},
            "windows": ["2026-11-19", "2026-11-20"],
        }
        outcome = self.press(server.url, "-n", **changes)
        self.assertEqual(outcome.code, 0)
        told = [json.loads(line) for line in outcome.out.splitlines() if line.strip().startswith("{")]
        self.pressed(server.url, **changes)
        sent = [entry["body"] for entry in server.log() if "sql" not in entry["body"]]
        order = lambda body: json.dumps(body, sort_keys=True)  # noqa: E731
        self.assertEqual(sorted(told, key=order), sorted(sent, key=order))
        self.assertEqual(len(told), 2 * 5 * 4)
        self.has(
            outcome.out, "10 jobs, 40 requests", NIGHT1, NIGHT2, "The host on-cpu: 4 requests", self.site
        )

    def test_what_a_run_may_ask_besides(self) -> None:
        server = self.server()
        outcome = self.press(server.url, "-n", services=SERVICES, defaults={"step": "1d"})
        after = outcome.out[outcome.out.index("The host on-cpu") :]
        self.has(after, "the list of services", "one more, which counts its rows", "halves")
        self.assertEqual(outcome.out.count("the list of services"), 1)
        self.pressed(server.url, services=SERVICES, defaults={"step": "1d"})
        asked = [e["body"]["sql"] for e in server.log() if e["path"] == "/v1/query/"]
        self.assertEqual(sum(sql.startswith("SELECT app_service, ") for sql in asked), 1)
        self.assertEqual(sum(sql.startswith("SELECT Count(row) ") for sql in asked), len(asked) - 1)
        source = {"url": None, "retries": None, "archive": os.path.join(SOURCE, "assets", "demo")}
        outcome = self.command("run", "-n", "-c", self.config("", source=source, services=SERVICES))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.has_not(outcome.out, "list of services", "counts its rows")

    def test_an_existing_site_stays_as_it_is(self) -> None:
        server = self.server()
        self.pressed(server.url)
        before = files_of(self.site)
        self.assertEqual(self.press(server.url, "--dry-run", services=SERVICES).code, 0)
        self.assertEqual(files_of(self.site), before)

    def test_secrets_are_not_in_it(self) -> None:
        token = self.write("token", "hush-hush")
        outcome = self.press("http://127.0.0.1:9", "-n", "-vv", source={"token_file": token})
        self.assertEqual(outcome.code, 0)
        self.assertNotIn("hush-hush", outcome.out + outcome.err)


class Only(PressCase):
    def test_it_asks_for_nothing_else(self) -> None:
        server = self.server()
        for patterns, names in (
            (["redis-server"], {"redis-server"}),
            (["*a*"], {"checkout-api", "Total"}),
            (["checkout-*", "Total"], {"checkout-api", "Total"}),
            (["[cr]*"], {"checkout-api", "redis-server"}),
        ):
            server.call("DELETE", "/_log")
            arguments = [word for pattern in patterns for word in ("--only", pattern)]
            self.pressed(server.url, *arguments, services=SERVICES, output=self.path("other"))
            self.assertEqual({entry["body"]["app_service"] for entry in server.log() if "sql" not in entry["body"]}, names, patterns)

    def test_entries_of_one_name_are_told_apart(self) -> None:
        """By their ids: in the plan, on the pages, and in the advice, which presses the one report it is about."""
        server = self.server()
        services = [{"name": "checkout-api"}, {"name": "checkout-api", "id": "it's one", "filter": "pod_ns='checkout'"},
                    {"name": "checkout-api", "id": "two", "title": "Mine"}, {"name": "redis-server", "id": "cache"}]
        outcome = self.press(server.url, "--dry-run", services=services)
        titles = ["checkout-api", "checkout-api (it's one)", "Mine", "redis-server"]
        self.assertEqual(re.findall(r"^  (.+) on-cpu: ", outcome.out, re.MULTILINE), titles)
        server.faults([{"kind": "html200", "match": {"hour": 9}}])
        self.assertEqual(self.press(server.url, services=services).code, PARTIAL)
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        self.assertEqual([s["title"] for s in night["services"]], titles)
        for path, only in (("checkout-api", "checkout-api"), ("it%27s%20one", "'it'\\''s one'"), ("two", "two"), ("cache", "cache")):
            again = f"flamepress run -c FILE --since @{DAY2} --until @{DAY2 + DAY} --only {only}"
            self.has(text_of(self.page(path)), f"press this report again: {again} ")
            words = shlex.split(again)
            outcome = self.press(server.url, "--dry-run", *words[4:], services=services)
            self.assertEqual(re.findall(r"^  (.+) on-cpu: ", outcome.out, re.MULTILINE), [self.summary(path)["title"]])

    def test_the_advice_for_an_entry_that_nobody_could_be_asked_about(self) -> None:
        server = self.server()
        services = [{"name": "Total"}, {"name": "Total", "group_by": ["pod_ns"]}, {"match": "redis-*"}]
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        self.assertEqual(self.press(server.url, services=services).code, PARTIAL)
        self.has(text_of(self.page("services%5B1%5D")), "--only 'services[1]'")
        server.faults([])
        outcome = self.press(server.url, "--dry-run", "--only", "services[1]", services=services)
        self.assertEqual(re.findall(r"^  (.+) on-cpu: ", outcome.out, re.MULTILINE)[:1], ["Total (no pod_ns)"])
        self.pressed(server.url, "--only", "services[1]", services=services)
        night = read_json(os.path.join(self.site, NIGHT2, "summary.json"))
        self.assertEqual([s["path"] for s in night["services"] if s["outcome"] == "failed"], ["services%5B2%5D/on-cpu"])

    def test_the_other_reports_of_the_night_stay(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(self.site)
        self.pressed(server.url, "--only", "redis-server", services=SERVICES)
        after = files_of(self.site)
        self.assertEqual(
            [path for path in {**before, **after} if before.get(path) != after.get(path)],
            [],
            "the same data: the same site",
        )
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_only_the_one_is_new(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        before = files_of(self.site)
        narrow = [dict(s, filter="pod='nowhere'") if s["name"] == "redis-server" else s for s in SERVICES]
        self.pressed(server.url, "--only", "redis-server", "--force", services=narrow)
        after = files_of(self.site)
        self.assertEqual(self.summary("redis-server")["outcome"], "empty")
        for path in before:
            if "/checkout-api/" in path or "/Total/" in path:
                self.assertEqual(after.get(path), before[path], path)
        self.assertNotIn(f"{NIGHT2}/redis-server/on-cpu/flamegraph.svg", after)
        manifest = read_json(os.path.join(self.site, NIGHT2, "run.json"))
        self.assertEqual(
            [j["outcome"] for j in manifest["jobs"] if j["service"] == "redis-server"], ["empty"]
        )
        self.assertEqual(len(manifest["jobs"]), 4)
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_the_only_one_fails_over_an_old_report(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        server.faults([{"kind": "html200"}])
        outcome = self.press(server.url, "--only", "redis-server", services=SERVICES)
        self.assertNotEqual(outcome.code, 0)
        self.assertEqual(self.summary("redis-server")["outcome"], "ok", "the old report stays")
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_a_service_that_is_configured_no_more_stays_in_its_night(self) -> None:
        server = self.server()
        self.pressed(server.url, services=SERVICES)
        self.pressed(server.url, services=SERVICES[:1])
        self.assertEqual(self.summary("redis-server")["outcome"], "ok")
        self.assertEqual(site_problems(self.site, tools=False), [])


class Names(PressCase):
    def test_names_become_directories_that_cannot_clash_or_escape(self) -> None:
        names = [
            "../../escape",
            ".hidden",
            "a/b",
            "a%2Fb",
            "index.html",
            "assets",
            "latest",
            "run.json",
            "\u4e2d\u6587\u670d\u52a1",
            'a b&<c>"d',
            "x" * 500,
            "x" * 499 + "y",
            "%",
            ".",
            "..",
            "-",
            "~",
            "services",
            "summary.json",
            "a\u202eb",
        ]
        server = self.server()
        self.pressed(server.url, services=[{"name": name} for name in names], defaults={"step": "1d"})
        night = os.path.join(self.site, NIGHT2)
        found = {}
        for entry in os.listdir(night):
            path = os.path.join(night, entry, "on-cpu", "summary.json")
            if os.path.exists(path):
                found[read_json(path)["service"]] = entry
        self.assertEqual(sorted(found), sorted(names))
        self.assertEqual(
            len(set(entry.lower() for entry in found.values())), len(names), "case-insensitive too"
        )
        for entry in found.values():
            self.assertRegex(entry, r"^[A-Za-z0-9_%~-][A-Za-z0-9._%~-]*$")
            self.assertLessEqual(len(entry), 255)
        self.assertEqual(set(os.listdir(self.dir)), {"site", "flamepress.json"})
        self.assertEqual(site_problems(self.site), [])

    def test_two_entries_of_one_name_are_told_apart_by_id(self) -> None:
        server = self.server()
        services = [
            {"name": "checkout-api", "id": "all"},
            {"name": "checkout-api", "id": "none", "filter": "pod='nowhere'", "title": "Nowhere & <b>no</b>"},
        ]
        self.pressed(server.url, services=services)
        self.assertEqual(self.summary("all")["total"], Expected(stacks("checkout-api")).total)
        self.assertEqual(self.summary("none")["outcome"], "empty")
        self.has(text_of(self.page("none")), "Nowhere & <b>no</b>")
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_a_title_is_a_heading(self) -> None:
        server = self.server()
        self.pressed(server.url, title="Night shift {{x}} <i>", services=SERVICES)
        self.has(text_of(self.page("Total")), "The host", "Night shift {{x}} <i>")


class Overrides(PressCase):
    def test_templates_and_assets_of_ones_own(self) -> None:
        os.mkdir(self.path("assets"))
        self.write("assets/style.css", "body { color: rebeccapurple }\n")
        server = self.server()
        self.pressed(server.url, assets=self.path("assets"))
        styles = [
            data
            for path, data in files_of(self.site).items()
            if re.search(r"assets/style\.[0-9a-f]+\.css$", path)
        ]
        self.assertTrue(styles)
        self.assertEqual(set(styles), {b"body { color: rebeccapurple }\n"})
        self.assertEqual(site_problems(self.site), [])

    def test_a_broken_template_is_found_before_anything_is_fetched(self) -> None:
        os.mkdir(self.path("templates"))
        for name in os.listdir(os.path.join(os.path.dirname(__file__), "..", "..", "templates")):
            if name.startswith("report"):
                self.write(f"templates/{name}", "{{#open}}\n")
        server = self.server()
        outcome = self.press(server.url, templates=self.path("templates"))
        self.assertEqual(outcome.code, 78, outcome)
        self.one_line(outcome, "report", "open")
        self.assertEqual(server.log(), [])

    def test_picture_settings(self) -> None:
        server = self.server()
        self.pressed(server.url, picture={"width": 640, "icicle": True, "min_width": 5, "sort": "value"})
        summary = self.summary()
        self.assertEqual(summary["picture"]["width"], 640)
        self.assertGreater(summary["hidden"]["narrow_nodes"], 0)
        self.assertEqual(summary["hidden"]["min_width"], 5)
        self.assertEqual(summary["picture"]["boxes"] + summary["hidden"]["narrow_nodes"], summary["nodes"])
        self.has(text_of(self.page()), "narrower")


class Archive(PressCase):
    def test_a_night_from_saved_replies(self) -> None:
        """The demo's recordings as an archive on disk: the numbers of the demo."""
        archive = os.path.join(os.path.dirname(__file__), "..", "..", "assets", "demo")
        changes = {
            "source": {"url": None, "retries": None, "archive": os.path.abspath(archive)},
            "defaults": {"step": "1d"},
        }
        self.assertEqual(self.press("", **changes), Outcome(0, "", ""))
        self.assertEqual(self.summary()["total"], 18979779)
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_what_the_archive_does_not_hold_fails(self) -> None:
        archive = os.path.join(os.path.dirname(__file__), "..", "..", "assets", "demo")
        services = [{"name": "checkout-api"}, {"name": "unheard-of"}]
        outcome = self.press(
            "",
            source={"url": None, "retries": None, "archive": os.path.abspath(archive)},
            defaults={"step": "1d"},
            services=services,
        )
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "unheard-of")


if __name__ == "__main__":
    unittest.main()
