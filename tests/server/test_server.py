"""The stand-in against the API page, and as a process."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from typing import Any, Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import trees  # noqa: E402
from condition import SqlError, compile_condition, parse_condition  # noqa: E402
from rows import Row  # noqa: E402
from samples import (
    BASE,
    CHECKOUT_DAY1,
    CHECKOUT_DAY2,
    DAY,
    DAY1,
    DAY2,
    ROWS,
    VERSIONS,
    paths_of,
)  # noqa: E402
from standin import PROFILE, Standin  # noqa: E402


class Profile(unittest.TestCase):
    """What the API page says of the call, on the bundled rows."""

    server: Standin

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Standin("--rows", *ROWS)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.stop()

    def total(self, server: Standin, **fields: Any) -> int:
        status, reply = server.ask(BASE, **fields)
        self.assertEqual(status, 200, reply)
        result = reply["result"]
        if not result or (isinstance(result, dict) and not result["functions"]):
            return 0
        return next(total for path, (_, total) in paths_of(result).items() if len(path) == 1)

    def test_total_and_conservation(self) -> None:
        paths = paths_of(self.server.ask(BASE)[1]["result"])
        self.assertEqual(paths[("checkout-api",)], (0, CHECKOUT_DAY2))
        children: Dict[Tuple[str, ...], int] = {}
        for path, (_, total) in paths.items():
            children[path[:-1]] = children.get(path[:-1], 0) + total
        for path, (own, total) in paths.items():
            self.assertEqual(total, own + children.get(path, 0), path)

    def test_bounds_are_inclusive_and_hours_add_up(self) -> None:
        hours = sum(
            self.total(self.server, time_start=DAY2 + h * 3600, time_end=DAY2 + h * 3600 + 3599)
            for h in range(24)
        )
        self.assertEqual(hours, CHECKOUT_DAY2)
        first = DAY2 + 9 * 3600
        second = next(
            t for t in range(first, first + 3600) if self.total(self.server, time_start=t, time_end=t)
        )
        worth = self.total(self.server, time_start=second, time_end=second)
        self.assertEqual(self.total(self.server, time_end=second), worth)
        self.assertEqual(self.total(self.server, time_start=second), CHECKOUT_DAY2)
        self.assertEqual(self.total(self.server, time_start=second + 1), CHECKOUT_DAY2 - worth)

    def test_host(self) -> None:
        reply = self.server.ask(BASE, app_service="Total")[1]["result"]
        self.assertEqual(reply["function_types"][0], "H")
        for path in paths_of(reply):
            self.assertLessEqual(len(path), 3)
            self.assertTrue(len(path) < 2 or path[1].startswith("[p] "))
            self.assertTrue(len(path) < 3 or path[2].startswith("[t] "))

    def test_parents_stand_after_children(self) -> None:
        values = self.server.ask(BASE)[1]["result"]["node_values"]["values"]
        self.assertTrue(any(parent > node for node, (_, parent, _, _) in enumerate(values)))

    def test_organisations(self) -> None:
        self.assertIsNone(self.server.ask(BASE, org_id=2)[1]["result"]["functions"])
        self.assertIsNotNone(self.server.ask(BASE, org_id=1)[1]["result"]["functions"])
        self.assertIsNone(
            self.server.query("SELECT app_service FROM in_process GROUP BY app_service", org_id=2)[1][
                "result"
            ]["values"]
        )
        self.assertEqual(
            self.server.call("POST", PROFILE, json.dumps(BASE).encode(), {"X-Org-Id": "x"})[0], 400
        )

    def test_bad_bodies(self) -> None:
        for name in ("profile_language_type", "profile_event_type", "time_start", "time_end"):
            for body in (
                {k: v for k, v in BASE.items() if k != name},
                {**BASE, name: None},
                {**BASE, name: []},
            ):
                status, reply = self.server.ask(body)
                self.assertEqual((status, reply["OPT_STATUS"]), (400, "INVALID_POST_DATA"), (name, body))
        for raw in (b"", b"[]", b"not json", b'{"app_service":', b"[" * 100000):
            status, body_bytes = self.server.call("POST", PROFILE, raw)
            self.assertEqual((status, json.loads(body_bytes)["OPT_STATUS"]), (400, "INVALID_POST_DATA"))
        self.assertEqual(self.server.ask(BASE, time_start="1795132800")[0], 400)
        self.assertEqual(self.server.ask(BASE, debug=1)[0], 400)

    def test_filters(self) -> None:
        for text, share in (
            ("pod_ns='checkout'", 1),
            ("(pod_ns != 'checkout')", 0),
            ("pod_ns IN ('a','checkout')", 1),
            ("pod_ns not in ('checkout')", 0),
            ("pod LIKE 'checkout-api-%'", 1),
            ("pod REGEXP '^checkout-.*z8n$'", 1),
            ("NOT (pod_ns='x' OR pod_ns='y')", 1),
            ("pod_ns='x' OR pod_ns='checkout' AND agent_id=1", 1),
            ("k8s.label.app=''", 1),
            ("`pod_ns`='checkout' and 'a'='b'", 0),
            ("host='elsewhere'", 0),
        ):
            with self.subTest(filter=text):
                self.assertEqual(self.total(self.server, tag_filter=text), share * CHECKOUT_DAY2)
        for text in (
            "pod_ns",
            "pod_ns=",
            "(pod_ns='a'",
            "pod_ns='a",
            "pod_ns='a')",
            "no_such_tag='a'",
            "pod REGEXP '('",
            "pod IN ()",
            "(" * 5000,
        ):
            with self.subTest(filter=text):
                status, reply = self.server.ask(BASE, tag_filter=text)
                self.assertEqual((status, reply["OPT_STATUS"]), (500, "FAIL"))
                self.assertIsNone(reply["result"]["functions"])

    def test_bare_or_escapes_before_v66_only(self) -> None:
        bare = "pod_ns='checkout' OR pod_ns='orders'"
        with Standin("--rows", *ROWS, "--form", "v6.5.9") as old:
            self.assertGreater(self.total(old, tag_filter=bare), 2 * CHECKOUT_DAY2)
            self.assertEqual(self.total(old, tag_filter=f"({bare})"), CHECKOUT_DAY2)
        self.assertEqual(self.total(self.server, tag_filter=bare), CHECKOUT_DAY2)

    def test_injection_through_the_name(self) -> None:
        status, reply = self.server.ask(BASE, app_service="x' OR app_service='checkout-api")
        self.assertEqual(status, 200)
        self.assertIsNotNone(reply["result"]["functions"])

    def test_row_limit_cuts_silently(self) -> None:
        trees_seen = []
        for seed in ("1", "1", "2"):
            with Standin("--rows", *ROWS, "--row-limit", "100", "--seed", seed) as server:
                status, reply = server.ask(BASE, debug=True)
                trees_seen.append(json.dumps(reply["result"]))
                self.assertEqual((status, reply["OPT_STATUS"], reply["DESCRIPTION"]), (200, "SUCCESS", ""))
                self.assertLess(paths_of(reply["result"])[("checkout-api",)][1], CHECKOUT_DAY2)
                self.assertTrue(reply["debug"]["querier_debug"][0]["sql"].endswith(" LIMIT 100"))
        self.assertEqual(trees_seen[0], trees_seen[1])
        self.assertNotEqual(trees_seen[0], trees_seen[2])

    def test_empty_service(self) -> None:
        status, reply = self.server.ask(BASE, app_service="", tag_filter="pod_ns='orders'")
        self.assertEqual(status, 200)
        self.assertEqual(
            sorted(reply["result"]["functions"][0].split(", ")), ["order-service.jar", "redis-server"]
        )
        status, reply = self.server.ask(BASE, app_service="", tag_filter="pod_ns='nowhere'")
        self.assertEqual((status, reply["DESCRIPTION"]), (500, "app_service count 0 is invalid"))
        with Standin("--form", "v6.6") as older:
            self.assertEqual(older.ask(BASE, app_service="")[0], 400)

    def test_forms_hold_the_same_tree(self) -> None:
        seen: Dict[str, Any] = {}
        for form in ("v6.4", "v6.5.9", "v6.6", "v7.1.8"):
            for seed in ("0", "9"):
                with Standin("--rows", *ROWS, "--form", form, "--seed", seed, "--root-anywhere") as server:
                    seen[form + seed] = server.ask(BASE)[1]["result"]
        roots = {name: next(p for p in paths_of(result) if len(p) == 1)[0] for name, result in seen.items()}
        self.assertEqual(roots, {name: "root" if name[:4] == "v6.4" else "checkout-api" for name in seen})
        below = [{path[1:]: v for path, v in paths_of(result).items()} for result in seen.values()]
        self.assertTrue(all(one == below[0] for one in below))
        self.assertIn("function_types", seen["v7.1.80"])
        self.assertNotIn("function_types", seen["v6.60"])
        self.assertNotEqual(seen["v6.5.90"], seen["v6.5.99"])
        self.assertNotEqual(seen["v6.5.99"][0]["parent_node_id"], "-1")

    def test_node_ids(self) -> None:
        with Standin("--rows", *ROWS, "--form", "v6.5.9") as server:
            result = server.ask(BASE)[1]["result"]
        ids = {node["node_id"] for node in result}
        for path in paths_of(result):
            want = str(uuid.uuid5(uuid.NAMESPACE_OID, ";".join(path[1:]))) if path[1:] else ""
            self.assertIn(want, ids)

    def test_hostile_names(self) -> None:
        names = [
            "</script>",
            'a<b>&"c"',
            "漢字",
            "\ud800",
            "\x00\x1b",
            "$x",
            "\u2028",
            "checkout-api",
            "n" * 5000,
        ]
        row = {
            "time": DAY2,
            "app_service": "h",
            "profile_event_type": "on-cpu",
            "profile_language_type": "eBPF",
            "tags": {},
            "stack": ";".join(names),
            "value": 9007199254740993,
        }
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(json.dumps(row) + "\n" + json.dumps({**row, "stack": ";".join(["h", "h"])}) + "\n")
            file.flush()
            for form in VERSIONS:
                with Standin("--rows", file.name, "--form", form, "--seed", "0") as server:
                    status, raw = server.call(
                        "POST", PROFILE, json.dumps({**BASE, "app_service": "h"}).encode()
                    )
                    self.assertEqual(status, 200)
                    for sign in (b"<", b">", b"&", "\u2028".encode()):
                        self.assertNotIn(sign, raw)
                    paths = paths_of(json.loads(raw)["result"])
                    names[3] = "\ufffd\ufffd\ufffd"
                    self.assertEqual(paths[("h", *names)], (row["value"], row["value"]))
                    self.assertEqual(paths[("h", "h", "h")], (row["value"], row["value"]))
                    self.assertEqual(paths[("h",)], (0, 2 * 9007199254740993))


class Query(unittest.TestCase):
    server: Standin

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Standin("--rows", *ROWS)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.stop()

    def run_sql(self, sql: str) -> Any:
        status, reply = self.server.query(sql)
        self.assertEqual((status, reply["OPT_STATUS"]), (200, "SUCCESS"), reply)
        return reply["result"]

    def test_services(self) -> None:
        result = self.run_sql(
            f"SELECT app_service FROM in_process WHERE time>={DAY2} AND time<={DAY2 + DAY - 1} "
            "GROUP BY app_service LIMIT 1000"
        )
        self.assertEqual(result["columns"], ["app_service"])
        self.assertEqual(
            sorted(result["values"]),
            [["Total"], ["checkout-api"], ["ledger"], ["order-service.jar"], ["redis-server"]],
        )
        self.assertEqual(
            len(self.run_sql("select app_service from in_process group by app_service limit 2")["values"]), 2
        )

    def test_counts(self) -> None:
        where = f"WHERE time>={DAY1} AND time<={DAY1 + DAY - 1} AND (profile_event_type='on-cpu')"
        result = self.run_sql(
            f"SELECT app_service, Count(row) AS rows, Sum(profile_value) AS total FROM in_process "
            f"{where} GROUP BY app_service ORDER BY rows DESC LIMIT 3"
        )
        self.assertEqual(
            result,
            {
                "columns": ["app_service", "rows", "total"],
                "values": [
                    ["Total", 2958, 30111081],
                    ["order-service.jar", 904, 9131304],
                    ["checkout-api", 308, CHECKOUT_DAY1],
                ],
            },
        )
        self.assertEqual(
            self.run_sql(f"SELECT Count(row) AS rows FROM in_process {where} AND app_service='redis-server'")[
                "values"
            ],
            [[174]],
        )
        self.assertEqual(
            self.run_sql(f"SELECT Count(row) AS rows FROM in_process {where} AND app_service='nobody'")["values"],
            [[0]],
            "an aggregate of nothing is one line",
        )
        self.assertIsNone(
            self.run_sql("SELECT pod FROM in_process WHERE time>=5 AND time<=6 GROUP BY pod")["values"]
        )

    def test_a_count_is_what_a_profile_reads(self) -> None:
        """With room for one row less than was counted, and for no fewer, the profile lacks something."""
        for condition in ("", "pod_ns='checkout' OR app_service='nobody'", "process_id!=''", "pod_ns='nowhere'"):
            where = (
                f"time>={DAY2} AND time<={DAY2 + DAY - 1} AND app_service='checkout-api' AND "
                "profile_language_type='eBPF' AND profile_event_type='off-cpu'"
            ) + (f" AND ({condition})" if condition else "")
            rows = self.run_sql(f"SELECT Count(row) AS rows FROM in_process WHERE {where}")["values"][0][0]
            self.assertEqual(rows > 0, condition != "pod_ns='nowhere'", condition)
            totals = []
            for limit in (1_000_000, max(rows, 1), max(rows - 1, 1)):
                with Standin("--rows", *ROWS, "--row-limit", str(limit)) as server:
                    _, reply = server.ask(BASE, profile_event_type="off-cpu", tag_filter=f"({condition})" if condition else "")
                values = (reply["result"]["node_values"] or {}).get("values") or [[0, -1, 0, 0]]
                totals.append(values[0][3])
            self.assertEqual(totals[0], totals[1], condition)
            self.assertEqual(totals[1] > totals[2], rows > 1, condition)

    def test_groups_by_several_tags(self) -> None:
        result = self.run_sql(
            "SELECT app_service, profile_event_type, `pod_ns` FROM in_process WHERE app_service "
            "LIKE 'red%' GROUP BY app_service, profile_event_type, pod_ns "
            "ORDER BY app_service, profile_event_type"
        )
        self.assertEqual(
            result["values"], [["redis-server", "off-cpu", "orders"], ["redis-server", "on-cpu", "orders"]]
        )

    def test_errors(self) -> None:
        for sql in (
            "DROP TABLE in_process",
            "SELECT app_service FROM elsewhere GROUP BY app_service",
            "SELECT nope FROM in_process GROUP BY nope",
            "SELECT app_service FROM in_process WHERE",
            "SELECT app_service, Count(row) AS n FROM in_process",
            "SELECT app_service FROM in_process LIMIT x",
            "SELECT pod FROM in_process GROUP BY pod ORDER BY n",
            "SELECT Bad(row) FROM in_process",
        ):
            with self.subTest(sql=sql):
                status, reply = self.server.query(sql)
                self.assertEqual((status, reply["OPT_STATUS"]), (500, "FAIL"), reply)
        self.assertEqual(self.server.query("SELECT app_service FROM in_process", db="flow_log")[0], 500)
        self.assertEqual(self.server.query("")[0], 400)


class Parts(unittest.TestCase):
    """The condition reader and the kernel cut, without a server."""

    def row(self, **tags: str) -> Row:
        return Row(100, "svc", "on-cpu", "eBPF", tags, "a;b", 5, 0)

    def test_conditions(self) -> None:
        row = self.row(a="1", b="it's", c="x%y")
        for text, want in (
            ("a='1'", True),
            ("a=1", True),
            ("a='1' AND b='x' OR c LIKE 'x%'", True),
            ("a='1' AND (b='x' OR c='y')", False),
            ("b='it''s'", True),
            (r"b='it\'s'", True),
            ("NOT a='2' AND a<>'3'", True),
            ("time>99 and time<101", True),
            ("time='100'", True),
            ("c REGEXP 'x.y'", True),
            ("missing=''", True),
            ("a NOT LIKE '_'", False),
        ):
            with self.subTest(text=text):
                self.assertEqual(compile_condition(parse_condition(text), lambda name: True)(row), want)
        for text in (
            "",
            "a",
            "a=",
            "a='1' b='2'",
            "(a='1'",
            "a='1",
            "a LIKE",
            "AND a='1'",
            "time>'x'",
            "a IN '1'",
        ):
            with self.subTest(text=text):
                with self.assertRaises(SqlError):
                    compile_condition(parse_condition(text), lambda name: True)

    def test_kernel_cut(self) -> None:
        stack = "[t] m;f;[k] a;[k] b;[k] c"
        self.assertEqual(
            [trees.cut_stack(stack, n) for n in (0, 1, 2)],
            ["[t] m;f", "[t] m;f;[k] a", "[t] m;f;[k] a;[k] b"],
        )
        self.assertEqual(
            trees.cut_stack(stack, 3), "[t] m;f;[k] a;[k] b"
        )  # as recorded: the last one is lost
        self.assertEqual(trees.cut_stack("[t] m;f;[c] a;[c] b", 1), "[t] m;f;[c] a")
        self.assertEqual(trees.cut_stack("[t] m;f", 0), "[t] m;f")


class Process(unittest.TestCase):
    """A real process: quick, parallel, and gone when it should be."""

    def big_rows(self, path: str) -> int:
        """A day of one service, 40,000 rows; what they add up to."""
        total = 0
        with gzip.open(path, "wt", compresslevel=1) as file:
            for i in range(40_000):
                total += 10101
                frames = [
                    f"module_{(i * 7 + d) % 40}::function_{(i % 500 // (d + 1)) % 50}" for d in range(20)
                ]
                file.write(
                    json.dumps(
                        {
                            "time": DAY2 + i * 2,
                            "app_service": "big",
                            "profile_event_type": "on-cpu",
                            "profile_language_type": "eBPF",
                            "tags": {"pod": "p"},
                            "stack": "[t] main;" + ";".join(frames),
                            "value": 10101,
                        }
                    )
                    + "\n"
                )
        return total

    def test_large_day_and_24_hours_at_once(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "big.jsonl.gz")
            total = self.big_rows(path)
            with Standin("--rows", path) as server:
                totals: List[int] = []

                def hour(number: int) -> None:
                    start = DAY2 + number * 3600
                    result = server.ask(BASE, app_service="big", time_start=start, time_end=start + 3599)[1][
                        "result"
                    ]
                    totals.append(paths_of(result)[("big",)][1] if result["functions"] else 0)

                threads = [threading.Thread(target=hour, args=(n,)) for n in range(24)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(60)
                self.assertEqual((len(totals), sum(totals)), (24, total))
                self.assertGreater(max(entry["in_flight"] for entry in server.log()), 1)

    def test_ends_on_sigterm_even_while_hanging(self) -> None:
        server = Standin("--rows", *ROWS)
        server.faults([{"kind": "hang_headers"}])
        connection = server.connect()
        connection.request("POST", PROFILE, json.dumps(BASE))
        while not server.log():
            time.sleep(0.01)
        begin = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begin, 5)  # other tests may have the machine; hanging is for ever
        connection.close()

    def test_ends_with_stdin_and_with_parent(self) -> None:
        server = Standin()
        assert server.process.stdin and server.process.stdout
        server.process.stdin.close()
        self.assertEqual(server.process.wait(timeout=5), 0)
        server.process.stdout.close()
        parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        child = Standin("--parent-pid", str(parent.pid))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        self.assertEqual(child.process.wait(timeout=5), 0)
        child.stop()

    def test_port_file_and_bad_arguments(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "port")
            with Standin("--port-file", path) as server:
                with open(path) as file:
                    self.assertEqual(int(file.read()), server.port)
            for name, text in (("rows", '{"time": 1}\n'), ("faults", '[{"kind": "nonsense"}]')):
                bad = os.path.join(directory, name)
                with open(bad, "w") as file:
                    file.write(text)
                done = subprocess.run(
                    [sys.executable, os.path.join(HERE, "deepflow_server.py"), f"--{name}", bad],
                    capture_output=True,
                    text=True,
                    timeout=20,
                )
                self.assertEqual(done.returncode, 1)
                self.assertIn("deepflow_server:", done.stderr)


if __name__ == "__main__":
    unittest.main()
