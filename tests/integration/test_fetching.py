"""What goes over the wire: windows, chunks, filters, headers, connections, tokens."""

from __future__ import annotations

import glob
import json
import os
import time
import unittest
from typing import Any, Dict, List, Optional, Tuple

from published import files_of, site_problems, text_of
from support import CONFIG, DAY, DAY1, DAY2, FORMS, NIGHT1, NIGHT2, NOW, PARTIAL, PressCase, read_bytes, read_text
from support import setUpModule as setUpModule
from truth import Expected, stacks

SECRET = "Zq9-very-secret-token-4711"


def profile_requests(log: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    return [entry for entry in log if entry["path"] == "/v1/profile/ProfileTracing"]


def spans(log: List[Dict[str, Any]], **fields: Any) -> List[Tuple[int, int]]:
    """[first, last] second of every request whose body has `fields`, in order."""
    bodies = [entry["body"] for entry in profile_requests(log)]
    return sorted(
        (body["time_start"], body["time_end"])
        for body in bodies
        if all(body.get(key) == value for key, value in fields.items())
    )


class Windows(PressCase):
    def cover(self, found: List[Tuple[int, int]], start: int, end: int) -> None:
        """Both ends are inclusive on the wire: no second twice, none left out."""
        self.assertTrue(found)
        self.assertEqual(found[0][0], start)
        self.assertEqual(found[-1][1], end - 1)
        for (_, last), (first, _) in zip(found, found[1:]):
            self.assertEqual(first, last + 1)

    def test_chunks_share_no_second_and_leave_none_out(self) -> None:
        server = self.server()
        for step, count in (("1h", 24), ("7h", 4), ("86399s", 2), ("1d", 1), ("2d", 1), ("25m", 58)):
            server.call("DELETE", "/_log")
            self.pressed(server.url, defaults={"step": step})
            found = spans(server.log())
            self.assertEqual(len(found), count, step)
            self.cover(found, DAY2, DAY2 + DAY)
            self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total, step)
            self.assertEqual(self.summary()["requests"]["sent"], count)

    def test_a_step_per_service(self) -> None:
        server = self.server()
        self.pressed(
            server.url,
            services=[{"name": "checkout-api", "step": "6h"}, {"name": "redis-server", "step": "12h"}],
        )
        self.assertEqual(len(spans(server.log(), app_service="checkout-api")), 4)
        self.assertEqual(len(spans(server.log(), app_service="redis-server")), 2)

    def test_since_and_until(self) -> None:
        server = self.server()
        start, end = DAY2 + 9 * 3600 + 1234, DAY2 + 10 * 3600 + 1
        self.pressed(server.url, "--since", f"@{start}", "--until", f"@{end}")
        self.cover(spans(server.log()), start, end)
        path = "2026/11/20T092034Z-2367"
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), path)
        self.assertEqual(
            self.summary(night=path)["total"], Expected(stacks("checkout-api", start=start, end=end)).total
        )
        self.assertGreater(self.summary(night=path)["total"], 0)

    def test_until_is_now_by_default(self) -> None:
        server = self.server()
        self.pressed(server.url, "--since", "2026-11-20T11:00", "--now", "2026-11-20T12:30:15")
        self.cover(spans(server.log()), DAY2 + 11 * 3600, DAY2 + 12 * 3600 + 30 * 60 + 15)

    def test_yesterday_is_before_now(self) -> None:
        server = self.server()
        self.pressed(server.url, "--now", "2026-11-20T02:00", windows=["yesterday"])
        self.cover(spans(server.log()), DAY1, DAY1 + DAY)
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHT1)

    def test_a_window_on_the_command_line_goes_before_the_configured_ones(self) -> None:
        server = self.server()
        self.pressed(server.url, "--window", "last 6h", "--now", "2026-11-20T13:00", windows=["2026-11-19"])
        self.cover(spans(server.log()), DAY2 + 7 * 3600, DAY2 + 13 * 3600)

    def test_a_day_begins_at_midnight_of_the_zone(self) -> None:
        server = self.server()
        self.pressed(server.url, timezone="Asia/Shanghai")
        self.cover(spans(server.log()), DAY2 - 8 * 3600, DAY2 + 16 * 3600)
        self.assertEqual(self.summary()["window"]["timezone"], "Asia/Shanghai")
        words = text_of(self.page())
        self.has(words, "Asia/Shanghai", "2026-11-20 00:00:00 +08:00", "2026-11-19 16:00:00 UTC")

    def test_the_same_window_twice_is_pressed_once(self) -> None:
        server = self.server()
        self.pressed(server.url, "--now", NOW, windows=["yesterday", "2026-11-20"])
        self.assertEqual(len(spans(server.log())), 24)

    def test_a_gauge_is_not_split(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"name": "ledger", "events": ["mem-inuse"], "step": "1h"}])
        self.assertEqual(spans(server.log()), [(DAY2, DAY2 + DAY - 1)])

    def test_gauges_of_two_windows_do_not_add_up(self) -> None:
        server = self.server()
        services = [{"name": "ledger", "events": ["mem-inuse"]}]
        self.pressed(server.url, windows=["2026-11-20", "2026-11-20T00:00/PT12H"], services=services)
        profiles = sorted(glob.glob(os.path.join(self.site, "2026", "**", "profile.pb.gz"), recursive=True))
        self.assertEqual(len(profiles), 2)
        outcome = self.command("render", *profiles, "-o", self.path("out"))
        self.assertEqual((outcome.code, len(outcome.lines)), (1, 1), outcome)
        self.has(outcome.err, *profiles, "mem-inuse is the last value in a window", "render the files apart")
        self.assertEqual(self.command("render", profiles[0], profiles[0], "-o", self.path("out")).code, 0, "one window")

    def test_the_row_limit_decides_what_is_proved(self) -> None:
        for limit, verdict in (("1000000", "proved"), ("2", "unproved")):
            server = self.server("--row-limit", limit)
            self.pressed(server.url, defaults={"row_limit": int(limit), "min_step": "1h"})
            self.assertEqual(self.summary()["completeness"], verdict)
            self.assertEqual(len(profile_requests(server.log())), 24)
            server.stop()
        self.assertNotIn("Proved complete", text_of(self.page()))


class Halves(PressCase):
    """A server that reads few rows cuts without a word. Smaller questions get it all."""

    def test_a_cut_reply_is_replaced_by_its_halves(self) -> None:
        server = self.server("--row-limit", "20")
        self.pressed(server.url, defaults={"row_limit": 20, "min_step": "1s"})
        summary = self.summary()
        self.assertEqual(summary["total"], Expected(stacks("checkout-api")).total)
        self.assertEqual(summary["completeness"], "proved")
        self.assertGreater(len(server.log()), 24)
        self.assertEqual(summary["requests"]["sent"], len(server.log()))
        self.assertEqual(site_problems(self.site, tools=False), [])

    def test_the_parts_of_a_half_touch_but_do_not_overlap(self) -> None:
        server = self.server("--row-limit", "20")
        self.pressed(server.url, defaults={"row_limit": 20, "min_step": "1s"})
        found = set(spans(server.log()))
        leaves = [s for s in found if not any(t != s and s[0] <= t[0] and t[1] <= s[1] for t in found)]
        leaves.sort()
        self.assertEqual((leaves[0][0], leaves[-1][1]), (DAY2, DAY2 + DAY - 1))
        for (_, last), (first, _) in zip(leaves, leaves[1:]):
            self.assertEqual(first, last + 1)

    def test_what_stays_unproved_is_not_called_complete(self) -> None:
        server = self.server("--row-limit", "20")
        self.pressed(server.url, defaults={"row_limit": 20, "min_step": "1h"})
        self.assertEqual(self.summary()["completeness"], "unproved")
        self.assertLess(self.summary()["total"], Expected(stacks("checkout-api")).total)
        self.assertNotIn("Proved complete", text_of(self.page()))

    def test_the_limit_of_the_server_counts_not_only_the_configured_one(self) -> None:
        """The configuration believes in a million rows; the SQL that comes back says twenty."""
        server = self.server("--row-limit", "20")
        self.pressed(server.url, defaults={"min_step": "1s"})
        self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total)
        self.assertEqual(self.summary()["completeness"], "proved")

    def test_in_every_form(self) -> None:
        for form in FORMS:
            server = self.server("--row-limit", "50", "--form", form)
            self.pressed(server.url, defaults={"row_limit": 50, "min_step": "1s"})
            self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total, form)
            server.stop()

    def test_a_gauge_is_not_halved(self) -> None:
        server = self.server("--row-limit", "20")
        self.pressed(
            server.url,
            services=[{"name": "ledger", "events": ["mem-inuse"], "row_limit": 20, "min_step": "1s"}],
        )
        self.assertEqual(len(profile_requests(server.log())), 1)
        self.assertEqual(self.summary("ledger", "mem-inuse")["completeness"], "unproved")
        self.has(text_of(self.page("ledger", "mem-inuse")), "the server counted 165 rows for one reply and reads 20 at most",
                 "A gauge cannot be asked for in parts")

    def test_a_half_that_fails_is_a_hole_of_its_size(self) -> None:
        server = self.server("--row-limit", "20")
        server.faults([{"kind": "status", "code": 404, "match": {"time_start": DAY2 + 9 * 3600 + 1800}}])
        outcome = self.press(server.url, defaults={"row_limit": 20, "min_step": "1s"})
        self.assertEqual(outcome.code, PARTIAL, outcome)
        holes = self.summary()["failed_parts"]
        self.assertEqual(len(holes), 1)
        lost = Expected(stacks("checkout-api", start=holes[0]["start"], end=holes[0]["end"])).total
        self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total - lost)
        self.assertLessEqual(holes[0]["start"], DAY2 + 9 * 3600 + 1800)


LIMIT = 1000
USUAL, BUSY = 500, 5000  # rows of an hour; of the ninth


class Counts(PressCase):
    """Where a total proves nothing the server is asked how many rows there are."""

    def day(self, event: str, value: int) -> str:
        """A day of one service: rows of `value`, evenly over each hour."""
        lines = []
        for hour in range(24):
            count = BUSY if hour == 9 else USUAL
            for n in range(count):
                row = {"time": DAY2 + hour * 3600 + n * 3600 // count, "app_service": "busy", "profile_event_type": event,
                       "profile_language_type": "eBPF", "tags": {"pod_ns": f"ns{n % 2}"},
                       "stack": f"[t] t{n % 3};f{hour};g{n % 7}", "value": value}
                lines.append(json.dumps(row) + "\n")
        return self.write("rows.jsonl", "".join(lines))

    def asked(self, server: Any) -> Tuple[int, int]:
        """Requests for profiles, and for counts."""
        log = server.log()
        self.assertEqual({e["path"] for e in log} - {"/v1/profile/ProfileTracing", "/v1/query/"}, set())
        for entry in log:
            if entry["path"] == "/v1/query/":
                self.assertTrue(entry["body"]["sql"].startswith("SELECT Count(row) AS rows FROM in_process WHERE time>="))
        return len(profile_requests(log)), len(log) - len(profile_requests(log))

    def proof(self, service: str, event: str) -> Tuple[Any, ...]:
        summary = self.summary(service, event)
        requests = summary["requests"]
        return summary["completeness"], requests["proof"], requests["counted"], requests["rows"]

    def the_true_day(self, event: str, value: int) -> Tuple[int, int]:
        """Pressed from a server that cuts at 1,000 rows and from one that does not: the same, and how often was asked."""
        rows = self.day(event, value)
        services = [{"name": "busy", "events": [event]}]
        profiles = []
        for limit in ("1000000000", str(LIMIT)):
            server = self.server("--row-limit", limit, rows=[rows])
            self.site = self.path(f"site{limit}")
            self.pressed(server.url, services=services)
            folder = os.path.join(self.site, NIGHT2, "busy", event)
            profiles.append([read_bytes(os.path.join(folder, name)) for name in ("profile.folded.gz", "flamegraph.svg")])
            asked = self.asked(server)
            self.assertEqual(self.summary("busy", event)["requests"]["sent"], sum(asked))
            server.stop()
        self.assertEqual(profiles[0], profiles[1])
        self.assertEqual(self.summary("busy", event)["total"], value * (23 * USUAL + BUSY))
        self.assertEqual(site_problems(self.site, tools=False), [])
        return asked

    def test_a_day_of_rows_from_a_server_that_cuts(self) -> None:
        """23 hours are proved by their totals. The ninth: a cut reply and its count, six counts of halves and quarters
        (5000 rows make 2500, then 1250), eight replies of 625 rows. No other reply is cut and thrown away."""
        self.assertEqual(self.the_true_day("on-cpu", 10101), (23 + 1 + 8, 1 + 2 + 4))
        self.assertEqual(self.proof("busy", "on-cpu"), ("proved", "bound", 0, None))

    def test_the_same_where_totals_prove_nothing(self) -> None:
        self.assertEqual(self.the_true_day("off-cpu", 5_000_000), (23 + 1 + 8, 23 + 1 + 2 + 4 + 8))
        self.assertEqual(self.proof("busy", "off-cpu"), ("proved", "count", 31, 625))
        self.has(text_of(self.page("busy", "off-cpu")), "Proved complete",
                 "the server counted the rows of each of the 31 replies, 625 at most; its limit is 1,000",
                 "70 sent, 31 answered and used, the rows of 31 counted")

    def test_a_chunk_that_fits_costs_one_count(self) -> None:
        server = self.server(rows=[self.day("off-cpu", 5_000_000)])
        self.pressed(server.url, services=[{"name": "busy", "events": ["off-cpu"]}])
        self.assertEqual(self.asked(server), (24, 24))
        self.assertEqual(self.proof("busy", "off-cpu"), ("proved", "count", 24, 5000))

    def test_a_count_comes_after_its_reply(self) -> None:
        server = self.server(rows=[self.day("off-cpu", 5_000_000)])
        self.pressed(server.url, services=[{"name": "busy", "events": ["off-cpu"]}], source={"in_flight": 1})
        self.assertEqual([e["path"] == "/v1/query/" for e in server.log()], [False, True] * 24)

    def test_some_are_proved_by_their_total(self) -> None:
        server = self.server()
        self.pressed(server.url, services=[{"name": "order-service.jar", "events": ["off-cpu"]}])
        profiles, counts = self.asked(server)
        self.assertEqual(profiles, 24)
        hours = [Expected(stacks("order-service.jar", "off-cpu", DAY2 + h * 3600, DAY2 + (h + 1) * 3600)).total
                 for h in range(24)]
        self.assertEqual(counts, sum(total >= 1_000_000 for total in hours))
        self.assertTrue(0 < counts < 24)
        self.assertEqual(self.proof("order-service.jar", "off-cpu")[:3], ("proved", "count", counts))
        self.has(text_of(self.page("order-service.jar", "off-cpu")), f"of 24 replies the server counted the rows of {counts}, ")

    def test_a_gauge(self) -> None:
        for form in FORMS:
            server = self.server("--form", form)
            self.pressed(server.url, services=[{"name": "ledger", "events": ["mem-inuse"]}])
            self.assertEqual(self.asked(server), (1, 1))
            self.assertEqual(self.proof("ledger", "mem-inuse"), ("proved", "count", 1, 165), form)
            server.stop()
        self.has(text_of(self.page("ledger", "mem-inuse")), "Proved complete",
                 "the server counted 165 rows, its limit is 1,000,000.")

    def test_exactly_the_limit_is_no_proof(self) -> None:
        for limit, verdict in (("165", "unproved"), ("166", "proved")):
            server = self.server("--row-limit", limit)
            self.pressed(server.url, services=[{"name": "ledger", "events": ["mem-inuse"]}])
            self.assertEqual(self.proof("ledger", "mem-inuse")[0], verdict)
            server.stop()

    def test_too_many_down_to_the_smallest_part(self) -> None:
        server = self.server("--row-limit", str(LIMIT), rows=[self.day("off-cpu", 5_000_000)])
        self.pressed(server.url, services=[{"name": "busy", "events": ["off-cpu"], "min_step": "30m"}])
        self.assertEqual(self.asked(server), (23 + 1 + 2, 23 + 1 + 2))
        self.assertEqual(self.proof("busy", "off-cpu"), ("unproved", None, 25, 2500))
        self.has(text_of(self.page("busy", "off-cpu")), "counted 2,500 rows for one reply and reads 1,000 at most", "min_step")

    def test_conditions_are_those_of_the_profile(self) -> None:
        server = self.server(rows=[self.day("off-cpu", 5_000_000)])
        condition = "pod_ns='nowhere' OR pod_ns='ns1'"
        self.pressed(server.url, services=[{"name": "busy", "events": ["off-cpu"], "filter": condition}])
        for entry in server.log():
            if entry["path"] == "/v1/query/":
                self.assertTrue(entry["body"]["sql"].endswith(
                    " AND app_service='busy' AND profile_language_type='eBPF' AND profile_event_type='off-cpu' "
                    f"AND ({condition})"), entry["body"]["sql"])
        self.assertEqual(self.proof("busy", "off-cpu"), ("proved", "count", 24, 2500))

    def test_a_server_that_does_not_count(self) -> None:
        """On-cpu is halved as far as it must be. Of off-cpu halves would prove nothing: 24 replies, and no storm."""
        lines = read_text(self.day("on-cpu", 10101))
        both = self.write("both.jsonl", lines + lines.replace("on-cpu", "off-cpu").replace("10101", "5000000"))
        for rule in ({"kind": "status", "code": 404}, {"kind": "status", "code": 500}, {"kind": "html200"},
                     {"kind": "opt_status_fail", "description": "no Count"}, {"kind": "empty"},
                     {"kind": "garbage"}, {"kind": "null_result"}):
            server = self.server("--row-limit", str(LIMIT), rows=[both])
            server.faults([{"path": "query", **rule}])
            self.pressed(server.url, services=[{"name": "busy", "events": ["on-cpu", "off-cpu"]}])
            self.assertEqual(self.asked(server), (23 + 15 + 24, 1 + 24), rule)
            self.assertEqual(self.proof("busy", "on-cpu"), ("proved", "bound", 0, None))
            self.assertEqual(self.summary("busy", "on-cpu")["total"], 10101 * (23 * USUAL + BUSY))
            self.assertEqual(self.proof("busy", "off-cpu"), ("unproved", None, 0, None))
            self.assertEqual(self.summary("busy", "off-cpu")["requests"]["sent"], 48)
            server.stop()
        self.has(text_of(self.page("busy", "off-cpu")), "The server did not count its rows", '"sample"')

    def test_halves_of_what_is_assumed_where_few_can_prove_it(self) -> None:
        """Nobody said what a row of off-cpu is worth: halved only while four parts could be enough."""
        for value, profiles, verdict in ((2, 24 + 2, "proved"), (7, 24 + 2 + 4, "proved"), (8, 24, "unproved")):
            server = self.server("--row-limit", "5000", rows=[self.day("off-cpu", value)])
            server.faults([{"path": "query", "kind": "status", "code": 500}])
            services = [{"name": "busy", "events": ["off-cpu"], "row_limit": 5000, "filter": "pod_ns='ns0'"}]
            self.pressed(server.url, services=services)
            total = value * BUSY // 2
            self.assertEqual(total < 4 * 5000, verdict == "proved")
            self.assertEqual(self.asked(server), (profiles, 1), value)
            self.assertEqual(self.proof("busy", "off-cpu")[0], verdict)
            server.stop()

    def test_a_count_of_something_else_is_not_believed(self) -> None:
        server = self.server(rows=[self.day("off-cpu", 5_000_000)])
        answer = {"OPT_STATUS": "SUCCESS", "DESCRIPTION": "", "result": {"columns": ["rows"], "values": [[20]]}}
        server.faults([{"path": "query", "kind": "body", "body": json.dumps(answer)}])
        self.pressed(server.url, services=[{"name": "busy", "events": ["off-cpu"]}])
        self.assertEqual(self.proof("busy", "off-cpu")[:3], ("unproved", None, 0))

    def test_retries_are_counted(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "status", "code": 503, "count": 2}])
        self.pressed(server.url, services=[{"name": "ledger", "events": ["mem-inuse"]}], source={"retries": 2})
        self.assertEqual(self.proof("ledger", "mem-inuse"), ("proved", "count", 1, 165))
        self.assertEqual(self.summary("ledger", "mem-inuse")["requests"]["sent"], 4)

    def test_why_is_told_when_asked(self) -> None:
        server = self.server()
        server.faults([{"path": "query", "kind": "opt_status_fail", "description": "no Count"}])
        outcome = self.press(server.url, "-v", services=[{"name": "ledger", "events": ["mem-inuse"]}])
        self.assertEqual(outcome.code, 0, outcome)
        self.has(outcome.err, "ledger mem-inuse: rows cannot be counted: ", "/v1/query/", "no Count")


class Request(PressCase):
    def test_what_a_request_holds(self) -> None:
        server = self.server()
        self.pressed(server.url, source={"org_id": 1})
        for entry in server.log():
            self.assertEqual((entry["method"], entry["path"]), ("POST", "/v1/profile/ProfileTracing"))
            self.assertEqual(entry["headers"]["content-type"], "application/json")
            self.assertEqual(entry["headers"]["x-org-id"], "1")
            self.assertIn("gzip", entry["headers"]["accept-encoding"])
            self.assertTrue(entry["headers"]["user-agent"].startswith("flamepress/"))
            self.assertNotIn("expect", entry["headers"])
            body = entry["body"]
            self.assertEqual(body["app_service"], "checkout-api")
            self.assertEqual(body["profile_language_type"], "eBPF")
            self.assertEqual(body["profile_event_type"], "on-cpu")

    def test_no_organisation_is_no_header(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.assertNotIn("x-org-id", server.log()[0]["headers"])

    def test_an_organisation_without_rows_is_empty(self) -> None:
        server = self.server("--org-id", "3")
        self.pressed(server.url, source={"org_id": 2})
        self.assertEqual(self.summary()["outcome"], "empty")
        self.pressed(server.url, source={"org_id": 3})
        self.assertEqual(self.summary()["outcome"], "ok")

    def test_a_filter_goes_in_parentheses(self) -> None:
        """Before v6.6 `a OR b` escapes the time bounds otherwise: the total would hold both days."""
        condition = "pod_ns='nowhere' OR pod_cluster='prod-cluster'"
        expected = Expected(stacks("checkout-api", pod_cluster="prod-cluster")).total
        self.assertGreater(expected, 0)
        for form in ("v6.5.9", "v7.1.8"):
            server = self.server("--form", form)
            self.pressed(server.url, services=[{"name": "checkout-api", "filter": condition}])
            self.assertEqual({e["body"]["tag_filter"] for e in server.log()}, {f"({condition})"})
            self.assertEqual(self.summary()["total"], expected, form)
            server.stop()
        self.has(text_of(self.page()), condition)
        self.assertEqual(self.summary()["requests"]["filter"], condition)

    def test_no_filter_is_empty(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.assertEqual({e["body"]["tag_filter"] for e in server.log()}, {""})

    def test_a_wrong_filter_fails_with_the_words_of_the_server(self) -> None:
        server = self.server()
        outcome = self.press(
            server.url,
            services=[{"name": "checkout-api"}, {"name": "redis-server", "filter": "nonsense ~~ 1"}],
            source={"retries": 0},
        )
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.one_line(outcome, "redis-server", "500")

    def test_a_path_before_the_api_is_kept(self) -> None:
        server = self.server()
        outcome = self.press(server.url + "/behind/a/proxy/")
        self.assertEqual({e["path"] for e in server.log()}, {"/behind/a/proxy/v1/profile/ProfileTracing"})
        self.assertEqual(outcome.code, 1)
        self.has(outcome.err, "404")

    def test_a_kernel_depth_is_sent_only_when_set(self) -> None:
        server = self.server()
        self.pressed(server.url)
        self.assertNotIn("max_kernel_stack_depth", server.log()[0]["body"])
        server.call("DELETE", "/_log")
        self.pressed(server.url, defaults={"max_kernel_stack_depth": 3})
        self.assertEqual(server.log()[0]["body"]["max_kernel_stack_depth"], 3)


class Connections(PressCase):
    def connections(self, in_flight: int, *arguments: str) -> Tuple[int, int, int]:
        server = self.server(*arguments)
        self.pressed(server.url, source={"in_flight": in_flight})
        log = profile_requests(server.log())
        server.stop()
        return len(log), len({e["connection"] for e in log}), max(e["in_flight"] for e in log)

    def test_connections_are_kept(self) -> None:
        requests, connections, most = self.connections(1)
        self.assertEqual((requests, connections, most), (24, 1, 1))

    def test_no_more_than_in_flight_at_once(self) -> None:
        for in_flight in (2, 5, 24):
            requests, connections, most = self.connections(in_flight, "--delay", "0.05")
            self.assertEqual(requests, 24)
            self.assertLessEqual(connections, in_flight)
            self.assertLessEqual(most, in_flight)
            self.assertGreater(most, 1, "requests at once")

    def test_gzip(self) -> None:
        server = self.server("--gzip")
        self.pressed(server.url)
        self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total)

    def test_a_connection_that_the_server_closes_behind_each_reply(self) -> None:
        server = self.server()
        server.faults([{"kind": "close", "when": "after"}])
        self.pressed(server.url, source={"retries": 0})
        self.assertEqual(self.summary()["total"], Expected(stacks("checkout-api")).total)

    def test_a_proxy_of_the_environment(self) -> None:
        """The stand-in takes a proxy's request, which names the whole URL. no_proxy goes around the proxy."""
        server = self.server()
        env: Dict[str, Optional[str]] = {"http_proxy": server.url}
        outcome = self.press("http://deepflow.invalid:20416", env=env)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual({e["headers"]["host"] for e in server.log()}, {"deepflow.invalid:20416"})
        server.call("DELETE", "/_log")
        outcome = self.press(server.url, env={"http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"})
        self.assertEqual(outcome.code, 0, outcome)


class Tokens(PressCase):
    def everything(self) -> bytes:
        found = b""
        for directory, _, files in os.walk(self.site):
            for name in files:
                found += read_bytes(os.path.join(directory, name))
        return found

    def test_from_a_file(self) -> None:
        server = self.server("--require-token", SECRET)
        token = self.write("token", SECRET + "\n")
        outcome = self.press(server.url, "-vv", source={"token_file": token})
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual({e["headers"]["authorization"] for e in server.log()}, {f"Bearer {SECRET}"})
        self.assertNotIn(SECRET, outcome.err)
        self.assertNotIn(SECRET.encode(), self.everything())

    def test_from_the_environment(self) -> None:
        server = self.server("--require-token", SECRET)
        outcome = self.press(
            server.url, source={"token_env": "DEEPFLOW_TOKEN"}, env={"DEEPFLOW_TOKEN": SECRET}
        )
        self.assertEqual((outcome.code, outcome.err), (0, ""))

    def test_from_a_header(self) -> None:
        server = self.server("--require-token", SECRET)
        outcome = self.press(
            server.url, source={"headers": {"Authorization": f"Bearer {SECRET}", "X-Team": "core"}}
        )
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual({e["headers"]["x-team"] for e in server.log()}, {"core"})
        self.assertNotIn(SECRET.encode(), self.everything())

    def test_a_refused_token_is_named_by_its_place_never_by_its_value(self) -> None:
        server = self.server("--require-token", "another")
        token = self.write("token", SECRET)
        for level in ((), ("-v",), ("-vv",), ("--log-format", "json", "-vv")):
            server.call("DELETE", "/_log")
            outcome = self.press(server.url, *level, source={"token_file": token, "retries": 3, "in_flight": 1})
            self.assertEqual(outcome.code, 1, outcome)
            self.has(outcome.err, "401", "token_file")
            self.assertNotIn(SECRET, outcome.err + outcome.out)
            self.assertEqual(len(server.log()), 1, "neither again, nor for the other hours, after a 401")

    def test_a_server_that_echoes_the_token(self) -> None:
        server = self.server()
        server.faults(
            [{"kind": "opt_status_fail", "description": f"unknown caller {SECRET}", "match": {"hour": 9}}]
        )
        token = self.write("token", SECRET)
        outcome = self.press(server.url, "-vv", source={"token_file": token})
        self.assertEqual(outcome.code, PARTIAL, outcome)
        self.has(outcome.err, "unknown caller")
        self.assertNotIn(SECRET, outcome.err)
        self.assertNotIn(SECRET.encode(), self.everything())

    def test_a_password_in_the_url_is_not_shown(self) -> None:
        server = self.server()
        server.faults([{"kind": "status", "code": 403, "match": {"hour": 9}}])
        outcome = self.press(server.url.replace("//", f"//user:{SECRET}@"), "-vv")
        self.assertNotIn(SECRET, outcome.err)
        if outcome.code != CONFIG:
            self.assertEqual(outcome.code, PARTIAL, outcome)
            self.assertNotIn(SECRET.encode(), self.everything())

    def test_no_token_where_one_is_configured(self) -> None:
        for source in ({"token_file": self.path("missing")}, {"token_env": "NOT_SET_ANYWHERE"}):
            outcome = self.press("http://127.0.0.1:9", source=source)
            self.assertEqual(outcome.code, CONFIG, outcome)
            self.one_line(outcome, list(source)[0])
        self.assertFalse(os.path.exists(self.site))


class Repeatable(PressCase):
    def test_the_order_of_arrival_does_not_matter(self) -> None:
        services = [
            {"name": "checkout-api", "events": ["on-cpu", "off-cpu"]},
            {"name": "Total"},
            {"name": "nobody"},
        ]
        first: Dict[str, bytes] = {}
        server = self.server("--seed", "1")
        port = server.port
        for number, (seed, in_flight, extra) in enumerate(
            (("1", 1, []), ("2", 8, []), ("3", 24, ["--delay", "0.01"]))
        ):
            if number:
                server.stop()
                server = self.server("--seed", seed, "--port", str(port), *extra)
            self.site = self.path(f"site{number}")
            self.pressed(server.url, "--now", NOW, services=services, source={"in_flight": in_flight})
            files = files_of(self.site)
            first = first or files
            self.assertEqual(sorted(files), sorted(first))
            self.assertEqual([path for path in files if files[path] != first[path]], [])

    def test_the_clock_of_the_machine_is_used_without_another(self) -> None:
        server = self.server()
        before = int(time.time())
        outcome = self.press(server.url, env={"SOURCE_DATE_EPOCH": None})
        self.assertEqual(outcome.code, 0, outcome)
        self.assertTrue(before <= self.summary()["generated"] <= time.time())


if __name__ == "__main__":
    unittest.main()
