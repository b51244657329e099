"""run --catch-up: what is missing, failed or partial of the last nights is pressed, and nothing else is asked for."""

from __future__ import annotations

import os
import unittest
from typing import Any, Dict, List, Set, Tuple

from published import files_of, nights_of
from support import DAY1, DAY2, MEMORY, NIGHT1, NIGHT2, PARTIAL, USAGE, Outcome, PressCase, Standin, read_json
from support import setUpModule as setUpModule

TWO = [{"name": "checkout-api", "events": ["on-cpu", "off-cpu"]}, {"name": "redis-server"}]
SMALL: Dict[str, Any] = {"picture": {"width": 200}, "defaults": {"step": "6h"}, "windows": ["yesterday"]}


class CatchUp(PressCase):
    scratch = MEMORY

    def setUp(self) -> None:
        super().setUp()
        self.standin: Standin = self.server()

    def catch_up(self, nights: int = 2, *arguments: str, services: Any = TWO, **changes: Any) -> Outcome:
        self.standin.call("DELETE", "/_log")
        return self.press(
            self.standin.url, "--catch-up", str(nights), *arguments, services=services, **{**SMALL, **changes}
        )

    def night_before(self, *rules: Dict[str, Any], services: Any = TWO) -> Outcome:
        self.standin.faults(list(rules))
        outcome = self.press(self.standin.url, services=services, **SMALL)
        self.standin.faults([])
        return outcome

    def asked(self) -> Set[Tuple[str, str, int]]:
        """(service, event, day) of what profiles were asked for."""
        return {
            (e["body"]["app_service"], e["body"]["profile_event_type"], e["body"]["time_start"] // 86400 * 86400)
            for e in self.standin.log()
            if e["path"].endswith("ProfileTracing")
        }

    def outcomes(self, night: str = NIGHT2) -> List[str]:
        return [job["outcome"] for job in read_json(os.path.join(self.site, night, "run.json"))["jobs"]]

    def nothing_to_do(self, nights: int = 2, *arguments: str, **changes: Any) -> None:
        before = files_of(self.site)
        self.assertEqual(self.catch_up(nights, *arguments, **changes), Outcome(0, "", ""))
        self.assertEqual(self.standin.log(), [])
        self.assertEqual(files_of(self.site), before)

    def test_nights_that_are_missing(self) -> None:
        self.assertEqual(self.night_before(), Outcome(0, "", ""))
        self.assertEqual(self.catch_up(), Outcome(0, "", ""))
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.assertEqual({day for _, _, day in self.asked()}, {DAY1})
        self.assertEqual(self.command("verify", self.site).code, 0)
        self.nothing_to_do()

    def test_a_first_run(self) -> None:
        self.assertEqual(self.catch_up(), Outcome(0, "", ""))
        self.assertEqual(nights_of(self.site), [NIGHT1, NIGHT2])
        self.nothing_to_do()

    def test_only_the_reports_that_failed(self) -> None:
        failed = self.night_before({"kind": "status", "code": 500, "match": {"event": "off-cpu"}})
        self.assertEqual(failed.code, PARTIAL)
        good = files_of(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu"))
        self.assertEqual(self.catch_up(1), Outcome(0, "", ""))
        self.assertEqual(self.asked(), {("checkout-api", "off-cpu", DAY2)})
        self.assertEqual(self.outcomes(), ["ok"] * 3)
        self.assertEqual(files_of(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu")), good)
        self.assertEqual(self.command("verify", self.site).code, 0)
        self.nothing_to_do(1)

    def test_only_the_reports_that_are_partial(self) -> None:
        rule = {"kind": "status", "code": 500, "match": {"app_service": "redis-server", "hour": 6}}
        self.assertEqual(self.night_before(rule).code, PARTIAL)
        self.assertIn("partial", self.outcomes())
        self.assertEqual(self.catch_up(1), Outcome(0, "", ""))
        self.assertEqual(self.asked(), {("redis-server", "on-cpu", DAY2)})
        self.assertEqual(self.outcomes(), ["ok"] * 3)

    def test_what_fails_again(self) -> None:
        rule = {"kind": "status", "code": 500, "match": {"app_service": "redis-server"}}
        self.assertEqual(self.night_before(rule).code, PARTIAL)
        before = files_of(self.site)
        self.standin.faults([rule])
        outcome = self.catch_up(1)
        self.assertNotEqual(outcome.code, 0)
        self.has(outcome.lines[0], "redis-server", "failed")
        self.assertEqual(files_of(self.site), before)

    def test_a_service_that_is_new_in_the_configuration(self) -> None:
        self.assertEqual(self.night_before(services=TWO[1:]).code, 0)
        self.assertEqual(self.catch_up(1), Outcome(0, "", ""))
        self.assertEqual({service for service, _, _ in self.asked()}, {"checkout-api"})
        self.assertEqual(len(self.outcomes()), 3)

    def test_only(self) -> None:
        self.assertEqual(self.night_before({"kind": "status", "code": 500, "match": {"event": "off-cpu"}}).code, PARTIAL)
        self.nothing_to_do(1, "--only", "redis-server")
        self.assertEqual(self.catch_up(1, "--only", "checkout-api").code, 0)
        self.assertEqual(self.outcomes(), ["ok"] * 3)

    def test_empty_is_no_hole(self) -> None:
        services = [*TWO, {"name": "no-such-service"}]
        self.assertEqual(self.night_before(services=services).code, 0)
        self.assertIn("empty", self.outcomes())
        self.nothing_to_do(1, services=services)

    def test_patterns(self) -> None:
        services = [{"match": "checkout-*"}, {"name": "redis-server"}]
        self.assertEqual(self.night_before({"kind": "status", "code": 500, "path": "query"}, services=services).code, PARTIAL)
        self.assertEqual(self.catch_up(1, services=services), Outcome(0, "", ""))
        self.assertEqual({service for service, _, _ in self.asked()}, {"checkout-api"})
        self.assertEqual(self.outcomes(), ["ok"] * 2)
        self.nothing_to_do(1, services=services)

    def test_a_manifest_that_is_damaged(self) -> None:
        self.assertEqual(self.night_before().code, 0)
        before = files_of(self.site)
        with open(os.path.join(self.site, NIGHT2, "run.json"), "a", encoding="utf-8") as file:
            file.write("x")
        self.assertEqual(self.catch_up(1), Outcome(0, "", ""))
        self.assertEqual(files_of(self.site), before)

    def test_windows_that_are_others_every_time(self) -> None:
        outcome = self.catch_up(2, windows=["last 6h", "2026-11-20"])
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "flamepress.json:", "windows[0]", "last 6h", "warning")
        self.assertEqual(nights_of(self.site), [NIGHT2])
        outcome = self.catch_up(2, "--window", "today")
        self.assertEqual(outcome.code, USAGE)
        self.one_line(outcome, "today")

    def test_hours(self) -> None:
        self.assertEqual(self.catch_up(3, "--window", "previous hour"), Outcome(0, "", ""))
        self.assertEqual(nights_of(self.site), [f"2026/11/21T0{hour}0000Z-3600" for hour in (1, 2, 3)])
        self.nothing_to_do(3, "--window", "previous hour")

    def test_dry_run(self) -> None:
        self.assertEqual(self.night_before({"kind": "status", "code": 500, "match": {"event": "off-cpu"}}).code, PARTIAL)
        outcome = self.catch_up(1, "--dry-run")
        self.has(outcome.out, "1 job, 4 requests", "off-cpu")
        self.assertEqual(self.standin.log(), [])

    def test_usage(self) -> None:
        for arguments in (("0",), ("-1",), ("x",), ("99999",), ("1", "--since", "2026-11-19"), ("1", "--until", "2026-11-20")):
            outcome = self.press("http://127.0.0.1:9", "--catch-up", *arguments)
            self.assertEqual(outcome.code, USAGE, outcome)
        self.has(self.press("http://127.0.0.1:9", "--catch-up", "99999").err, "from 1 to 1000")
        outcome = self.press("http://127.0.0.1:9", "--catch-up", "501", windows=["yesterday", "previous hour"])
        self.one_line(outcome, "501 of each of 2 kinds", "give 500 at most")


if __name__ == "__main__":
    unittest.main()
