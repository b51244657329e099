"""What patterns and groupings stand for: asked of the server, night for night, and said where something is left out."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import unittest
from typing import Any, Dict, List, Sequence

from published import nights_of, site_problems, text_of
from support import CONFIG, DAY1, DAY2, NIGHT1, NIGHT2, NOTHING, PARTIAL, SOURCE, USAGE, Outcome, PressCase, read_json, read_text
from support import setUpModule as setUpModule
from truth import Expected, stacks


def row(
    service: str, tags: Dict[str, str], time: int = DAY2 + 60, event: str = "on-cpu", stack: str = "[t] main;work"
) -> Dict[str, Any]:
    return {"time": time, "app_service": service, "profile_event_type": event, "profile_language_type": "eBPF",
            "tags": tags, "stack": stack, "value": 10101}


class Discovery(PressCase):
    def rows(self, *rows: Dict[str, Any]) -> str:
        return self.write("rows.jsonl", "".join(json.dumps(r) + "\n" for r in rows))

    def jobs(self, outcome: Outcome) -> List[str]:
        return re.findall(r"^  (.+): \d+ requests?$", outcome.out, re.MULTILINE)

    def plan(self, server: Any, services: Sequence[Dict[str, Any]], **changes: Any) -> List[str]:
        outcome = self.press(server.url, "--dry-run", services=list(services), **changes)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertFalse(os.path.exists(self.site))
        return self.jobs(outcome)

    def night(self, night: str = NIGHT2) -> Dict[str, Any]:
        summary: Dict[str, Any] = read_json(os.path.join(self.site, night, "summary.json"))
        return summary

    def warned(self, outcome: Outcome, *parts: str) -> None:
        """All well but for one line, with each of `parts` in it."""
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(len(outcome.lines), 1, outcome.err)
        for part in ("warning", *parts):
            self.assertIn(part, outcome.err)


class Match(Discovery):
    def test_largest_first_and_only_events_that_are_there(self) -> None:
        server = self.server()
        self.assertEqual(
            self.plan(server, [{"match": "*", "events": ["off-cpu", "on-cpu"]}]),
            ["Total on-cpu", "order-service.jar off-cpu", "order-service.jar on-cpu", "checkout-api off-cpu",
             "checkout-api on-cpu", "redis-server off-cpu", "redis-server on-cpu"],
        )
        self.assertEqual({e["path"] for e in server.log()}, {"/v1/query/"}, "a dry run asks for no profile")

    def test_pattern_except_and_what_is_named(self) -> None:
        server = self.server()
        self.assertEqual(self.plan(server, [{"match": "*-s*r*"}]), ["order-service.jar on-cpu", "redis-server on-cpu"])
        self.assertEqual(self.plan(server, [{"match": "*", "except": ["Total", "*.jar"]}]),
                         ["checkout-api on-cpu", "redis-server on-cpu"])
        self.assertEqual(
            self.plan(server, [{"match": "*"}, {"name": "checkout-api", "id": "mine", "title": "Mine"},
                               {"name": "Total", "group_by": ["pod_ns"]}]),
            ["order-service.jar on-cpu", "redis-server on-cpu", "Mine on-cpu", "Total (no pod_ns) on-cpu"],
            "a service that is named is left to the entry that names it",
        )

    def test_overlapping_patterns_press_once(self) -> None:
        server = self.server()
        self.assertEqual(
            self.plan(server, [{"match": "checkout-*", "events": ["on-cpu"]},
                               {"match": "c*", "events": ["off-cpu", "on-cpu"]}]),
            ["checkout-api on-cpu", "checkout-api off-cpu"],
        )
        self.assertEqual(len(server.log()), 1, "the same question is asked once")

    def test_same_name_and_other_rows_is_said(self) -> None:
        server = self.server(rows=[self.rows(row("a", {"pod_ns": "x"}), row("a", {"pod_ns": "y"}))])
        services = [{"match": "*", "filter": "pod_ns='x'"}, {"match": "*", "filter": "pod_ns='y'"}]
        self.warned(self.press(server.url, services=services), "services[1]", '"a" is not pressed', "services[0]", "group_by")
        self.assertEqual([s["title"] for s in self.night()["not_pressed"]], ["a"])
        self.assertEqual(self.summary("a")["total"], 10101)

    def test_the_filter_goes_with_the_question(self) -> None:
        server = self.server()
        self.assertEqual(self.plan(server, [{"match": "*", "filter": "pod_ns='orders' OR pod_ns='checkout'"}]),
                         ["order-service.jar on-cpu", "checkout-api on-cpu", "redis-server on-cpu"])
        self.assertIn(" AND (pod_ns='orders' OR pod_ns='checkout') GROUP BY", server.log()[0]["body"]["sql"])
        self.assertEqual(self.plan(server, [{"match": "*", "language": "Golang", "events": ["goroutines"]}]),
                         ["ledger goroutines"])

    def test_each_window_has_its_own_services(self) -> None:
        server = self.server(rows=[self.rows(row("a", {}, DAY1), row("b", {}, DAY2))])
        windows = ["2026-11-19", "2026-11-20", "yesterday"]
        outcome = self.press(server.url, "--now", "2026-11-21T02:00", windows=windows, services=[{"match": "*"}])
        self.assertEqual(outcome, Outcome(0, "", ""))
        self.assertEqual([s["service"] for s in self.night(NIGHT1)["services"]], ["a"])
        self.assertEqual([s["service"] for s in self.night(NIGHT2)["services"]], ["b"])
        self.assertEqual(len([e for e in server.log() if e["path"] == "/v1/query/"]), 2, "once for each window")

    def test_only_goes_by_what_was_found(self) -> None:
        server = self.server()
        outcome = self.press(server.url, "--dry-run", "--only", "redis-*", services=[{"match": "*"}])
        self.assertEqual(self.jobs(outcome), ["redis-server on-cpu"])
        outcome = self.press(server.url, "--dry-run", "--only", "redis-sever", services=[{"match": "*"}])
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "did you mean: redis-server")

    def test_the_reports_are_those_of_the_same_entries_by_name(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"match": "*", "except": ["Total"], "events": ["on-cpu", "off-cpu"]}])
        for service in ("checkout-api", "order-service.jar", "redis-server"):
            for event in ("on-cpu", "off-cpu"):
                self.assertEqual(self.summary(service, event)["total"], Expected(stacks(service, event)).total)
        self.assertEqual(self.night()["not_pressed"], [])
        self.assertEqual(site_problems(self.site), [])

    def test_an_archive_knows_what_was_recorded(self) -> None:
        source = {"url": None, "retries": None, "archive": os.path.join(SOURCE, "assets", "demo")}
        services = [{"match": "*-*", "except": ["flame-*"], "events": ["on-cpu", "off-cpu"]}]
        outcome = self.command("run", "-n", "-c", self.config("", source=source, services=services))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual([job.split()[0] for job in self.jobs(outcome)][::2],
                         ["checkout-api", "order-service.jar", "redis-server", "trace-querier"])
        services = [{"name": "Total", "group_by": ["host"]}]
        outcome = self.command("run", "-n", "-c", self.config("", source=source, services=services))
        self.assertEqual(outcome.code, NOTHING)
        self.one_line(outcome, "host", "an entry of its own")


class Cap(Discovery):
    def test_what_is_beyond_is_named(self) -> None:
        server = self.server()
        self.warned(self.press(server.url, services=[{"match": "*", "max_services": 2}]),
                    'services[0] (match "*")', "max_services is 2", "checkout-api, redis-server")
        self.assertEqual([s["service"] for s in self.night()["services"]], ["Total", "order-service.jar"])
        self.assertEqual(self.night()["not_pressed"], [
            {"title": "checkout-api", "rows": 322, "why": "beyond max_services (2) of services[0]", "entry": 0},
            {"title": "redis-server", "rows": 1, "why": "beyond max_services (2) of services[0]", "entry": 0},
        ])
        words = text_of(read_text(os.path.join(self.site, NIGHT2, "index.html")))
        self.has(words, "not pressed", "checkout-api, redis-server", "beyond max_services (2)")
        self.assertEqual(site_problems(self.site), [])

    def test_the_default_is_200_and_can_be_set_for_all(self) -> None:
        server = self.server(rows=[self.rows(*(row(f"s{n:03}", {}) for n in range(203)))])
        outcome = self.press(server.url, "--dry-run", services=[{"match": "*"}])
        self.assertEqual(len(self.jobs(outcome)), 200)
        self.warned(outcome, "3 more are not pressed: s200, s201, s202")
        outcome = self.press(server.url, "--dry-run", services=[{"match": "*"}], defaults={"max_services": 100})
        self.assertEqual(len(self.jobs(outcome)), 100)
        self.warned(outcome, "103 more are not pressed", "s149 and 53 more")
        self.assertEqual(len(self.plan(server, [{"match": "*", "max_services": 203}], defaults={"max_services": 1})), 203)

    def test_capped_like_a_pattern(self) -> None:
        rows = [row("Total", {"host": f"h{n % 4}"}, DAY2 + n, stack="[p] p;[t] t") for n in range(10)]
        server = self.server(rows=[self.rows(*rows)])
        self.warned(self.press(server.url, services=[{"name": "Total", "group_by": ["host"], "max_services": 3}]),
                    '(name "Total" by host)', "1 more is not pressed: Total (host=h3)")


class GroupBy(Discovery):
    def test_one_report_for_each_value(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[
            {"match": "*", "except": ["Total"], "group_by": ["pod_ns"]},
            {"name": "order-service.jar", "id": "orders", "title": "Orders", "filter": "pod_cluster='prod-cluster'",
             "group_by": ["pod", "pod_ns"]},
        ])
        pod = "order-service-6f9c7d8b5-x2k4q"
        self.assertEqual({s["path"]: s["title"] for s in self.night()["services"]}, {
            "checkout-api%40checkout/on-cpu": "checkout-api (pod_ns=checkout)",
            "redis-server%40orders/on-cpu": "redis-server (pod_ns=orders)",
            f"orders%40{pod}%40orders/on-cpu": f"Orders (pod={pod}, pod_ns=orders)",
        })
        summary = self.summary(f"orders%40{pod}%40orders")
        self.assertEqual(summary["requests"]["filter"], f"(pod_cluster='prod-cluster') AND pod='{pod}' AND pod_ns='orders'")
        self.assertEqual(summary["total"], Expected(stacks("order-service.jar")).total)
        self.assertEqual(site_problems(self.site), [])

    def test_the_values_add_up_to_the_whole(self) -> None:
        rows = [row("Total", {"host": f"node-{n % 3}"} if n % 4 else {}, DAY2 + n, stack=f"[p] p{n % 5};[t] t")
                for n in range(60)]
        server = self.server(rows=[self.rows(*rows)])
        self.pressed(server.url, services=[{"name": "Total"}, {"name": "Total", "group_by": ["host"]}])
        parts = {p: self.summary(p)["total"] for p in ("Total%40", "Total%40node-0", "Total%40node-1", "Total%40node-2")}
        self.assertEqual(sum(parts.values()), self.summary("Total")["total"])
        self.assertEqual(parts["Total%40"], 15 * 10101, "rows without the tag are a group, too")
        self.assertEqual([s["title"] for s in self.night()["services"]],
                         ["Total", "Total (no host)", "Total (host=node-0)", "Total (host=node-1)", "Total (host=node-2)"])

    def test_odd_values(self) -> None:
        tag = "k8s.label.app.kubernetes.io/name"
        odd = ["x'y", "back\\slash", "tab\there"]
        good = ["plain", "a b", "a=b (c) -- #;/*", "日本", "<b>&amp;", "../..", "%2e", ".hidden"]
        server = self.server(rows=[self.rows(*(row("s", {tag: v}, DAY2 + n) for n, v in enumerate(odd + good)))])
        outcome = self.press(server.url, services=[{"name": "s", "group_by": [tag]}])
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, 'services[0] (name "s" by k8s.label.', ": 3 cannot be asked for and are not pressed: ",
                      f"s ({tag}=x'y) (it holds a quote or a backslash")
        night = self.night()
        self.assertEqual({s["title"] for s in night["services"]}, {f"s ({tag}={v})" for v in good})
        self.assertEqual({s["total"] for s in night["services"]}, {10101})
        self.assertEqual({s["title"] for s in night["not_pressed"]}, {f"s ({tag}={v})" for v in odd})
        for left in night["not_pressed"]:
            self.assertIn("cannot be asked for: it holds a", left["why"])
        self.assertEqual(site_problems(self.site), [])

    def test_an_at_sign_does_not_make_two_groups_one(self) -> None:
        pairs = [("x@y", "z"), ("x", "y@z"), ("x", "y"), ("", "@"), ("@", "")]
        server = self.server(rows=[self.rows(*(row("s", {"pod": a, "host": b}, DAY2 + n) for n, (a, b) in enumerate(pairs)),
                                             row("u@v", {"pod": "w", "host": "h"}))])
        self.pressed(server.url, services=[{"match": "*", "group_by": ["pod", "host"]}])
        self.assertEqual(self.night()["not_pressed"], [])
        self.assertEqual(sorted(s["path"] for s in self.night()["services"]), sorted(
            f"{path}/on-cpu" for path in ("s%40x%5C%40y%40z", "s%40x%40y%5C%40z", "s%40x%40y", "s%40%40%5C%40",
                                          "s%40%5C%40%40", "u%5C%40v%40w%40h")))

    def test_odd_names(self) -> None:
        names = ["fine", "o'brien", "a\\b", "line\nbreak", "nul\0byte", "</script>", ""]
        server = self.server(rows=[self.rows(*(row(name, {}, DAY2 + n) for n, name in enumerate(names)))])
        outcome = self.press(server.url, services=[{"match": "*"}])
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, "5 cannot be asked for and are not pressed: ", "o'brien (it holds", "(it has no name)")
        self.assertEqual({s["service"] for s in self.night()["services"]}, {"fine", "</script>"})
        self.assertEqual({s["title"] for s in self.night()["not_pressed"]},
                         {"o'brien", "a\\b", "line\nbreak", "nul\x01byte", ""})
        self.assertEqual(site_problems(self.site), [])

    def test_a_flood_of_long_odd_names_is_one_line(self) -> None:
        names = [f"'{n:04}" + "\u4e2d" * 5000 for n in range(120)]
        server = self.server(rows=[self.rows(row("fine", {}), *(row(name, {}, DAY2 + n) for n, name in enumerate(names)))])
        outcome = self.press(server.url, services=[{"match": "*"}])
        self.assertEqual(outcome.code, 0, outcome)
        self.one_line(outcome, "120 cannot be asked for", "'0000\u4e2d", "\u2026 (it holds a quote", "'0049", "and 70 more, named in")
        self.assertNotIn("'0050", outcome.err)
        self.assertEqual(outcome.err.count("it holds a quote"), 1)
        self.assertEqual([s["title"] for s in self.night()["not_pressed"]], names)
        self.has(text_of(read_text(os.path.join(self.site, NIGHT2, "index.html"))), "'0099", "\u2026 and 20 more")

    def test_no_value_at_all(self) -> None:
        server = self.server()
        self.warned(self.press(server.url, services=[{"name": "nobody", "group_by": ["host"]}, {"name": "checkout-api"}]),
                    "services[0]", "nothing found")


class NoAnswer(Discovery):
    def test_a_server_that_cannot_be_asked(self) -> None:
        server = self.server()
        for rule, words in (
            ({"kind": "status", "code": 404}, "404"),
            ({"kind": "html200"}, "JSON"),
            ({"kind": "opt_status_fail", "description": "no such db"}, "no such db"),
            ({"kind": "truncate"}, server.url),
        ):
            server.faults([{"path": "query", **rule}])
            for services in ([{"match": "*"}], [{"name": "Total", "group_by": ["host"]}]):
                for arguments in ((), ("--dry-run",)):
                    outcome = self.press(server.url, *arguments, services=services)
                    self.assertEqual(outcome.code, NOTHING, (rule, outcome))
                    self.one_line(outcome, words, "`match` and `group_by`", "Fri 20 Nov 2026")
                    self.assertEqual(nights_of(self.site), [])

    def test_the_others_go_on(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        services = [{"name": "checkout-api"}, {"match": "redis-*", "events": ["on-cpu", "off-cpu"]},
                    {"name": "Total", "group_by": ["host"]}]
        outcome = self.press(server.url, services=services, windows=["2026-11-19", "2026-11-20"])
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(len(outcome.lines), 4, outcome.err)
        for line, (label, day) in zip(sorted(outcome.lines), ((a, b) for a in (
                'services[1] (match "redis-*") on-cpu, off-cpu, ', 'services[2] (name "Total" by host) on-cpu, ')
                for b in ("Fri 20", "Thu 19"))):
            self.has(line, f"error: {label}{day} Nov 2026: failed: ", "404", "source.url")
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        night = self.night()
        self.assertEqual([(s["title"], s["outcome"]) for s in night["services"]], [
            ("checkout-api", "ok"), ('services[1] (match "redis-*")', "failed"),
            ('services[2] (name "Total" by host)', "failed")])
        self.assertEqual((night["outcome"], night["counts"]["failed"]), ("partial", 2))
        self.has_not(text_of(read_text(os.path.join(self.site, NIGHT2, "index.html"))), "plain units")
        self.has(text_of(read_text(os.path.join(self.site, NIGHT2, "index.html"))), "What failed, and what to do",
                 'services[1] (match "redis-*") on-cpu, off-cpu', "404")
        self.assertEqual(self.summary("services%5B1%5D", "on-cpu%2C%20off-cpu")["outcome"], "failed")
        self.assertEqual(site_problems(self.site), [])
        outcome = self.press(server.url, "--dry-run", services=services)
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.assertEqual(len(outcome.lines), 2, outcome.err)
        self.assertEqual(self.jobs(outcome), ["checkout-api on-cpu"])
        self.has(outcome.out, 'services[1] (match "redis-*") on-cpu, off-cpu: what it stands for is not known', "\n1 job, ")
        nobody = self.press("http://127.0.0.1:9", "--dry-run", services=services, source={"retries": 0})
        self.assertEqual(nobody.code, NOTHING, nobody)

    def test_told_to_stop(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "hang_headers"}])
        process = self.start("run", "-c", self.config(server.url, services=[{"match": "*"}]))
        while not server.log():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 130)
        self.one_line(outcome, "error: told to stop; nothing was published")

    def test_what_was_there_stays_and_what_failed_goes(self) -> None:
        server = self.server()
        services = [{"name": "checkout-api"}, {"match": "redis-*"}, {"match": "order-*"}]
        self.pressed(server.url, services=services)
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        self.assertEqual(self.press(server.url, services=services).code, PARTIAL)
        paths = ["checkout-api/on-cpu", "redis-server/on-cpu", "order-service.jar/on-cpu"]
        self.assertEqual([s["path"] for s in self.night()["services"]],
                         [*paths, "services%5B1%5D/on-cpu", "services%5B2%5D/on-cpu"])
        self.assertEqual(self.night()["outcome"], "partial")
        server.faults([])
        self.pressed(server.url, "--only", "redis-server", services=services)
        self.assertEqual([s["path"] for s in self.night()["services"]], [*paths, "services%5B2%5D/on-cpu"])
        self.pressed(server.url, services=services)
        self.assertEqual([s["path"] for s in self.night()["services"]], paths)
        self.assertEqual((self.night()["outcome"], site_problems(self.site)), ("ok", []))

    def test_only_asks_about_what_it_may_mean(self) -> None:
        server = self.server()
        services = [{"name": "checkout-api"}, {"match": "redis-*", "max_services": 1}, {"match": "*e*", "max_services": 1},
                    {"name": "Total", "id": "host", "group_by": ["pod_ns"]}]
        self.press(server.url, services=services)
        left = self.night()["not_pressed"]
        self.assertEqual([(r["title"], r["entry"]) for r in left], [("redis-server", 2)])
        for only, asked in (("checkout-api", 0), ("checkout*", 1), ("redis-server", 1), ("redis-?erver", 1), ("Total", 1),
                            ("host@x", 1), ("ho*", 2), ("nobody", 0), ("*", 2)):
            server.call("DELETE", "/_log")
            self.press(server.url, "--only", only, services=services)
            sql = [e["body"]["sql"] for e in server.log() if "GROUP BY" in e["body"].get("sql", "")]
            sql = [s for s in sql if "profile_event_type, Count" in s]  # an equal question is asked once
            self.assertEqual(len(sql), asked, (only, sql))
            self.assertEqual(self.night()["not_pressed"], left, only)
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        self.pressed(server.url, "--only", "checkout-api", services=services)
        outcome = self.press(server.url, "--only", "nobody", services=services)
        self.assertEqual(outcome.code, USAGE, outcome)
        self.one_line(outcome, "--only nobody matches no service")

    def test_a_dead_server_is_waited_for_once(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 503, "retry_after": 0}])
        services = [{"match": f"{letter}*", "filter": f"pod_ns='{letter}'"} for letter in "abc"] + [{"match": "a*", "filter": "pod_ns='a'"}]
        outcome = self.press(server.url, services=services, source={"retries": 3})
        self.assertEqual((outcome.code, len(outcome.lines), len(server.log())), (NOTHING, 4, 4 + 2 + 2), outcome.err)

    def test_an_archive_goes_on_too(self) -> None:
        source = {"url": None, "retries": None, "archive": os.path.join(SOURCE, "assets", "demo")}
        services = [{"name": "Total", "group_by": ["host"]}, {"name": "checkout-api"}]
        outcome = self.command("run", "-c", self.config("", source=source, services=services, defaults={"step": "1d"}))
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "services[0]", "failed", "host", "an entry of its own")
        self.assertEqual([s["outcome"] for s in self.night()["services"]], ["failed", "ok"])

    def test_each_request_is_counted(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 503, "count": 1}])
        self.pressed(server.url, services=[{"match": "redis-*"}, {"name": "Total"}], source={"retries": 3})
        log = server.log()
        asked = [e for e in log if "GROUP BY" in e["body"].get("sql", "")]
        self.assertEqual(len(asked), 2 + 1, "a question, asked twice, and the list of services")
        sent = {s["service"]: s["requests"] for s in self.night()["services"]}
        self.assertEqual(sent["redis-server"], len([e for e in log if "redis-server" in json.dumps(e["body"])]))
        self.assertEqual(self.summary("Total")["requests"]["sent"], sent["Total"])
        self.assertEqual(sent["Total"] + sent["redis-server"] + 2, len(log))
        self.assertEqual(self.night()["requests"], len(log))

    def test_another_try_helps(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 503, "count": 2}])
        outcome = self.press(server.url, "--dry-run", services=[{"match": "checkout-*"}], source={"retries": 3})
        self.assertEqual((outcome.code, outcome.err, self.jobs(outcome)), (0, "", ["checkout-api on-cpu"]))

    def test_names_alone_need_no_list(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        self.pressed(server.url, services=[{"name": "checkout-api"}])
        self.assertEqual({e["path"] for e in server.log()}, {"/v1/profile/ProfileTracing"})

    def test_nothing_found(self) -> None:
        server = self.server()
        outcome = self.press(server.url, services=[{"match": "nobody-*"}])
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.has(outcome.err, 'match "nobody-*"', "nothing to press")

    def test_check_asks_nobody(self) -> None:
        nobody = "http://127.0.0.1:9"
        outcome = self.command("check", "-c", self.config(nobody, services=[{"match": "*"}, {"name": "a"}]))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.has(outcome.out, "1 report a run, 24 requests", "1 entry with `match`")
        outcome = self.command("check", "-c", self.config(nobody, services=[{"match": "*"}]))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        outcome = self.command("check", "-c", self.config(nobody, services=[{"match": "*", "group_by": ["hots"]}]))
        self.assertEqual(outcome.code, CONFIG)
        self.one_line(outcome, 'did you mean "host"')


class Unprofiled(Discovery):
    def test_processes_without_a_profile_are_named(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"name": "Total"}, {"name": "checkout-api"}])
        summary = self.summary("Total")
        self.assertEqual([p["name"] for p in summary["unprofiled"]], [
            "[p] nginx", "[p] trace-querier", "[p] redis-benchmark", "[p] flame-worker", "[p] wrk", "[p] bash"])
        everyone = {p["name"]: p for p in summary["processes"]}
        for process in summary["unprofiled"]:
            listed = everyone[process["name"]]
            self.assertEqual(process, {key: listed[key] for key in ("name", "total", "share")})
        for other in ("[p] order-service.j", "[p] kdamond.0", "[p] ksoftirqd/0", "[p] redis-server", "[p] checkout-api"):
            self.assertIn(other, everyone)
        self.has(text_of(self.page("Total")), "Not profiled", "process matcher")
        self.assertIsNone(self.summary("checkout-api")["unprofiled"])
        self.has_not(text_of(self.page("checkout-api")), "Not profiled")
        self.assertEqual(site_problems(self.site), [])

    def test_where_the_list_cannot_be_had_nothing_is_said(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 404}])
        self.pressed(server.url, services=[{"name": "Total"}])
        self.assertIsNone(self.summary("Total")["unprofiled"])
        self.has_not(text_of(self.page("Total")), "Not profiled")

    def test_all_are_profiled(self) -> None:
        server = self.server(rows=[self.rows(row("Total", {}, stack="[p] a;[t] a"), row("a", {}, event="mem-alloc"))])
        self.pressed(server.url, services=[{"name": "Total"}])
        self.assertEqual(self.summary("Total")["unprofiled"], [])
        self.has_not(text_of(self.page("Total")), "Not profiled")

    def test_a_host_of_its_own_has_services_of_its_own(self) -> None:
        rows = [row("Total", {"host": h}, stack="[p] web;[t] web") for h in ("one", "two")] + [row("web", {"host": "one"})]
        server = self.server(rows=[self.rows(*rows)])
        self.pressed(server.url, services=[{"name": "Total", "group_by": ["host"]}])
        self.assertEqual(self.summary("Total%40one")["unprofiled"], [])
        self.assertEqual([p["name"] for p in self.summary("Total%40two")["unprofiled"]], ["[p] web"])


if __name__ == "__main__":
    unittest.main()
