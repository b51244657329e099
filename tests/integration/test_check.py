"""check, init and services; the table of keys in its other forms."""

from __future__ import annotations

import json
import os
import unittest

from support import CONFIG, NOTHING, SOURCE, USAGE, PressCase, read_json, read_text
from support import setUpModule as setUpModule


class Check(PressCase):
    def wrong(self, text: str, *parts: str) -> str:
        path = self.write("flamepress.json", text)
        outcome = self.command("check", "-c", path)
        self.assertEqual(outcome.code, CONFIG, outcome)
        for part in parts:
            self.assertIn(part, outcome.err)
        return outcome.err

    def test_all_that_is_wrong_at_once(self) -> None:
        text = json.dumps(
            {
                "outputt": "/x",
                "timezone": "Mars/Olympus",
                "windows": ["someday"],
                "source": {
                    "url": "gopher://x",
                    "retries": -1,
                    "in_flight": "eight",
                    "timeout": "soon",
                    "max_response": 5,
                },
                "defaults": {"step": 0},
                "services": [
                    {"nam": "a"},
                    {"name": "it's"},
                    {"name": "b", "events": []},
                    {"name": "c", "filter": "a = ('b'"},
                ],
            },
            indent=2,
        )
        err = self.wrong(
            text,
            "outputt",
            "`output`",
            "source.url",
            "source.retries",
            "source.in_flight",
            "source.timeout",
            "source.max_response",
            "defaults.step",
            "services[0]",
            "services[1].name",
            "services[2].events",
        )
        self.assertGreaterEqual(len(err.splitlines()), 11, err)
        for line in err.splitlines():
            self.assertIn("flamepress.json", line)

    def test_what_the_syntax_cannot_show_is_found_too(self) -> None:
        """Zone, window, token file, certificate and template directory: each is tried, each is reported."""
        text = json.dumps(
            {
                "output": self.site,
                "timezone": "Mars/Olympus",
                "templates": self.path("no-templates"),
                "source": {"url": "https://x:1", "token_file": self.path("no-token")},
                "services": [{"name": "a"}],
            }
        )
        self.wrong(text, "Mars/Olympus", "no-token", "no-templates")

    def test_nothing_hides_behind_something_else(self) -> None:
        text = json.dumps(
            {
                "outputt": self.site,
                "timezone": "Mars/Olympus",
                "windows": ["someday", "2026-11-20", "2026-13-01", "2026-11-22", "2026-11-21T04:00/PT1H"],
                "templates": self.path("no-templates"),
                "source": {
                    "url": "https://x:1",
                    "retries": -1,
                    "token_file": self.path("no-token"),
                    "ca_file": self.path("no-ca"),
                    "client_cert": self.path("no-cert"),
                    "client_key": self.path("no-key"),
                },
                "defaults": {"step": "1h", "min_step": "2h"},
                "services": [{"name": "a"}, {"name": "b", "step": "30s"}, {"name": "c", "step": "3h"}],
            }
        )
        err = self.wrong(
            text,
            "outputt",
            "Mars/Olympus",
            'windows[0]: window "someday"',
            'windows[2]: window "2026-13-01"',
            "windows[3]: Sun 22 Nov 2026 has not begun",
            "windows[4]: Sat 21 Nov 2026, 04:00 to 05:00 (+00:00) has not begun",
            "source.retries",
            "no-token",
            "no-ca",
            "no-cert",
            "no-key",
            "no-templates",
            "defaults: `min_step` (7200 s) is longer than `step` (3600 s)",
            "services[1]: `min_step` (7200 s) is longer than `step` (30 s)",
        )
        self.assertEqual(len(err.splitlines()), 14, err)
        for absent in ("windows[1]", "services[0]", "services[2]"):
            self.assertNotIn(absent, err)

    def test_what_was_said_is_not_said_again(self) -> None:
        for source in ({"url": "gopher://x"}, {"token_file": "x", "token_env": "Y"}, {"url": 7}):
            err = self.wrong(
                json.dumps({"output": "x", "source": {"url": "http://x", **source}, "services": [{"name": "a"}]})
            )
            lines = [line for line in err.splitlines() if "error" in line]
            self.assertEqual(len(lines), 2 if "token_env" in source else 1, err)

    def test_what_only_the_world_can_tell_has_its_place_too(self) -> None:
        text = (
            '{\n  "output": "x",\n  "timezone": "Mars/Olympus", "templates": "/nowhere",\n  "windows": ["yesterday",\n'
            '    "someday"],\n  "source": {"url": "https://x:1",\n    "token_file": "/no-token", "ca_file": "/no-ca"},\n'
            '  "services": [{"name": "a"}]\n}\n'
        )
        err = self.wrong(
            text,
            'flamepress.json:3:3: timezone: unknown time zone "Mars/Olympus"',
            'flamepress.json:5:5: windows[1]: window "someday"',
            "flamepress.json:7:5: source.token_file: cannot open /no-token",
            "flamepress.json:7:32: source.ca_file: cannot read /no-ca",
            "flamepress.json:3:31: `templates` names /nowhere",
        )
        self.assertEqual(len(err.splitlines()), 5, err)
        zone, window, token = (line.split(": ", 2)[2] for line in err.splitlines()[:3])
        path = self.path("flamepress.json")
        for command in (("run", "-c", path), ("services", "-c", path)):
            outcome = self.command(*command)
            self.assertEqual((outcome.code, outcome.lines[0].split(": ", 2)[2]), (CONFIG, zone))
        self.write("flamepress.json", text.replace("Mars/Olympus", "UTC"))
        outcome = self.command("run", "-c", path)
        self.assertEqual((outcome.code, outcome.lines[0].split(": ", 2)[2]), (CONFIG, window))
        self.write("flamepress.json", read_text(path).replace("someday", "2026-11-19"))
        outcome = self.command("run", "-c", path)
        self.assertEqual((outcome.code, outcome.lines[0].split(": ", 2)[2]), (CONFIG, token))
        self.assertIn("flamepress.json:7:5: ", outcome.err)

    def test_a_plan_that_is_too_large_names_its_entry(self) -> None:
        path = self.write("flamepress.json", json.dumps({
            "output": "x", "windows": ["2026-11-20"], "source": {"url": "http://x:1"},
            "services": [{"name": "a"}, {"name": "b", "step": "1s"}]}))
        for days, code in ((1, 0), (2, CONFIG)):
            text = read_text(path).replace("2026-11-20", f"2026-11-15/P{days}D")
            outcome = self.command("check", "-c", self.write("long.json", text))
            self.assertEqual(outcome.code, code, outcome)
        self.one_line(outcome, "long.json:1:", "services[1]: b, on-cpu, ", "more than 100000 requests of 1 s")

    def test_a_short_step_needs_no_min_step(self) -> None:
        for step in ("1s", "30s", "60s"):
            path = self.config("http://127.0.0.1:9", defaults={"step": step})
            self.assertEqual(self.command("check", "-c", path).code, 0)

    def test_a_syntax_error_has_its_place(self) -> None:
        self.wrong('{\n  "output": "/x",\n  "source": }\n', "flamepress.json:3:13")

    def test_a_good_one(self) -> None:
        outcome = self.command("check", "-c", self.config("http://127.0.0.1:9"))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertFalse(os.path.exists(self.site))

    def test_it_asks_no_server(self) -> None:
        server = self.server()
        self.assertEqual(self.command("check", "-c", self.config(server.url)).code, 0)
        self.assertEqual(server.log(), [])

    def test_a_missing_file(self) -> None:
        outcome = self.command("check", "-c", self.path("missing.json"))
        self.assertEqual(outcome.code, CONFIG)
        self.one_line(outcome, "missing.json")

    def test_what_check_says_run_says(self) -> None:
        path = self.write(
            "flamepress.json", '{"output": "x", "source": {"url": "http://x", "retrys": 3}, "services": []}'
        )
        check, run = self.command("check", "-c", path), self.command("run", "-c", path)
        self.assertEqual(check.code, CONFIG)
        self.assertEqual(run.code, CONFIG)
        self.has(check.err, "retrys", "retries")
        self.assertEqual(
            run.err.splitlines(), [line for line in check.err.splitlines() if line in run.err.splitlines()]
        )


class Init(PressCase):
    def test_it_writes_a_start_that_check_likes(self) -> None:
        outcome = self.command("init", self.path("new.json"))
        self.assertEqual(outcome.code, 0, outcome)
        start = read_json(self.path("new.json"))
        self.assertTrue([key for key in start if key.startswith("_")], "it is commented")
        self.assertLessEqual({"output", "source", "services"}, set(start))
        outcome = self.command("check", "-c", self.path("new.json"))
        self.assertEqual(outcome.code, 0, outcome)

    def test_it_is_ready_but_for_the_address(self) -> None:
        self.assertEqual(self.command("init", self.path("new.json")).code, 0)
        start = read_json(self.path("new.json"))
        server = self.server()
        start["source"]["url"] = server.url
        for key in [key for key in start["source"] if key.startswith("token")]:
            del start["source"][key]
        start["output"] = self.site
        outcome = self.command(
            "run", "-c", self.write("mine.json", json.dumps(start)), "--window", "2026-11-20"
        )
        self.assertIn(outcome.code, (0, 1, 2), outcome)
        self.assertTrue(server.log())

    def test_the_default_name_and_standard_output(self) -> None:
        self.assertEqual(self.command("init").code, 0)
        printed = self.command("init", "-")
        self.assertEqual((printed.code, printed.err), (0, ""))
        self.assertEqual(printed.out, read_text(self.path("flamepress.json")))

    def test_what_is_there_stays(self) -> None:
        path = self.write("flamepress.json", "mine")
        outcome = self.command("init")
        self.assertNotEqual(outcome.code, 0)
        self.one_line(outcome, "flamepress.json")
        self.assertEqual(read_text(path), "mine")

    def test_a_directory_that_is_not_there(self) -> None:
        outcome = self.command("init", self.path("no", "where.json"))
        self.assertNotEqual(outcome.code, 0)
        self.one_line(outcome, "where.json")


class Services(PressCase):
    def test_the_list(self) -> None:
        server = self.server()
        outcome = self.command("services", "-c", self.config(server.url))
        self.assertEqual(outcome.code, 0, outcome)
        rows = [line.split(None, 2) for line in outcome.out.splitlines()[1:]]
        self.assertEqual(rows[0], ["2926", "Total", "on-cpu 2926"], "one line a service, the largest first")
        self.assertEqual(rows[1], ["1216", "order-service.jar", "on-cpu 949, off-cpu 267"])
        self.assertIn(["405", "checkout-api", "on-cpu 322, off-cpu 83"], rows)
        self.assertEqual(len(rows), 5)
        self.assertEqual({entry["path"] for entry in server.log()}, {"/v1/query/"})
        self.assertFalse(os.path.exists(self.site))

    def test_a_window_of_its_own(self) -> None:
        server = self.server()
        outcome = self.command(
            "services", "-c", self.config(server.url), "--since", "2026-11-19", "--until", "2026-11-20"
        )
        rows = [line.split(None, 2) for line in outcome.out.splitlines()[1:]]
        self.assertIn(["295", "redis-server", "on-cpu 174, off-cpu 121"], rows)
        outcome = self.command("services", "-c", self.config(server.url), "--window", "2026-01-01")
        self.assertEqual(outcome.code, 0)
        self.assertNotIn("checkout-api", outcome.out)

    def test_faults(self) -> None:
        server = self.server()
        config = self.config(server.url)
        for rule, words in (
            ({"kind": "html200"}, "JSON"),
            ({"kind": "status", "code": 401}, "401"),
            ({"kind": "opt_status_fail", "description": "no such db"}, "no such db"),
            ({"kind": "redirect", "location": "/x"}, "redirect"),
            ({"kind": "truncate"}, server.url),
            ({"kind": "endless", "of": "spaces"}, "8388608"),
        ):
            server.faults([{"path": "query", **rule}])
            outcome = self.command("services", "-c", config)
            self.assertEqual(outcome.code, NOTHING, (rule, outcome))
            self.one_line(outcome, words)

    def test_hostile_names_do_not_reach_the_terminal(self) -> None:
        rows = self.write(
            "rows.jsonl",
            "".join(
                json.dumps(
                    {
                        "time": 1795165203,
                        "app_service": name,
                        "profile_event_type": "on-cpu",
                        "profile_language_type": "eBPF",
                        "tags": {},
                        "stack": "a",
                        "value": 10101,
                    }
                )
                + "\n"
                for name in ("\x1b]0;owned\x07", "a\nb", "\u202eevil", "x" * 2000)
            ),
        )
        server = self.server(rows=[rows])
        outcome = self.command("services", "-c", self.config(server.url))
        self.assertEqual(outcome.code, 0, outcome)
        for bad in ("\x1b", "\x07", "\u202e"):
            self.assertNotIn(bad, outcome.out)
        self.assertEqual(len(outcome.out.splitlines()), 5)

    def test_from_an_archive(self) -> None:
        archive = os.path.join(SOURCE, "assets", "demo")
        outcome = self.command(
            "services", "-c", self.config("", source={"url": None, "retries": None, "archive": archive})
        )
        self.assertEqual(outcome.code, 0, outcome)
        self.has(outcome.out, "checkout-api", "Total")


class Reference(PressCase):
    def test_one_table_drives_reference_and_schema(self) -> None:
        outcome = self.command("reference")
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        schema = read_json(os.path.join(SOURCE, "assets", "config.schema.json"))
        for key in schema["properties"]:
            if not key.startswith(("$", "_")):
                self.has(outcome.out, f"`{key}")

    def test_usage(self) -> None:
        self.assertEqual(self.command("check", "a", "b").code, USAGE)
        self.assertEqual(self.command("init", "a", "b").code, USAGE)


if __name__ == "__main__":
    unittest.main()
