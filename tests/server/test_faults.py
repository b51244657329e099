"""Each kind of fault as a client sees it, byte by byte where that matters."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from typing import Any, Dict, List, Optional, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from faults import PARAMETERS, Faults, FaultError  # noqa: E402
from standin import PROFILE, Standin  # noqa: E402
from samples import BASE, CHECKOUT_DAY2, DAY2, ROWS, paths_of  # noqa: E402
from wire import SENDERS  # noqa: E402

BODY = json.dumps(BASE).encode()
REQUEST = (
    f"POST {PROFILE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


class FaultCase(unittest.TestCase):
    server: Standin
    honest: bytes
    form = "v7.1.8"

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Standin("--rows", *ROWS, "--form", cls.form)
        cls.honest = cls.server.call("POST", PROFILE, BODY)[1]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.stop()

    def raw(
        self, rule: Optional[Dict[str, Any]], limit: int = 1 << 24, timeout: float = 5
    ) -> Tuple[bytes, bytes, Optional[str]]:
        """Head, body as sent, and how it ended: None (closed), or the name of the error."""
        self.server.faults([rule] if rule else [])
        data, end = b"", None
        with socket.create_connection(("127.0.0.1", self.server.port), timeout) as connection:
            connection.sendall(REQUEST)
            if rule is None or rule["kind"] not in ("reset", "hang_headers", "hang_body", "close"):
                connection.shutdown(socket.SHUT_WR)  # so that a kept connection ends after this reply
            try:
                while len(data) < limit:
                    part = connection.recv(65536)
                    if not part:
                        break
                    data += part
            except OSError as error:
                end = type(error).__name__
        head, _, body = data.partition(b"\r\n\r\n")
        return head, body, end

    def fetch(self, rule: Dict[str, Any]) -> Tuple[http.client.HTTPResponse, bytes]:
        self.server.faults([rule])
        connection = self.server.connect()
        try:
            connection.request("POST", PROFILE, BODY)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


class Kinds(FaultCase):
    def test_none(self) -> None:
        head, body, end = self.raw(None)
        self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual((body, end), (self.honest, None))

    def test_status(self) -> None:
        response, body = self.fetch({"kind": "status", "code": 429, "retry_after": 3, "body": "slow down"})
        self.assertEqual((response.status, response.headers["Retry-After"], body), (429, "3", b"slow down"))
        response, _ = self.fetch({"kind": "status"})
        self.assertEqual((response.status, response.headers["Retry-After"]), (503, None))

    def test_html_body_empty(self) -> None:
        response, body = self.fetch({"kind": "html200"})
        self.assertEqual((response.status, response.headers.get_content_type()), (200, "text/html"))
        self.assertTrue(body.startswith(b"<!DOCTYPE html>"))
        response, body = self.fetch({"kind": "empty"})
        self.assertEqual((response.status, body), (200, b""))
        self.assertEqual(self.fetch({"kind": "body", "body": "{}"})[1], b"{}")

    def test_opt_status_and_null_result(self) -> None:
        response, body = self.fetch({"kind": "opt_status_fail", "description": "out of memory"})
        reply = json.loads(body)
        self.assertEqual(
            (response.status, reply["OPT_STATUS"], reply["DESCRIPTION"], reply["result"]),
            (200, "FAIL", "out of memory", None),
        )
        reply = json.loads(self.fetch({"kind": "null_result"})[1])
        self.assertEqual((reply["OPT_STATUS"], reply["result"]), ("SUCCESS", None))

    def test_truncate(self) -> None:
        half = self.honest[: len(self.honest) // 2]
        head, body, end = self.raw({"kind": "truncate"})
        self.assertIn(f"Content-Length: {len(self.honest)}".encode(), head)
        self.assertEqual((body, end), (half, None))
        head, body, end = self.raw({"kind": "truncate", "mode": "chunked"})
        self.assertIn(b"Transfer-Encoding: chunked", head)
        self.assertEqual(body, b"%x\r\n" % len(half) + half + b"\r\n")
        response, body = self.fetch({"kind": "truncate", "mode": "clean", "at": 0.25})
        self.assertEqual(body, self.honest[: len(self.honest) // 4])

    def test_reset_and_close(self) -> None:
        self.assertEqual(self.raw({"kind": "reset"}), (b"", b"", "ConnectionResetError"))
        head, body, end = self.raw({"kind": "reset", "when": "middle"})
        self.assertEqual((body, end), (self.honest[: len(self.honest) // 2], "ConnectionResetError"))
        self.assertEqual(self.raw({"kind": "close"}), (b"", b"", None))
        head, body, end = self.raw({"kind": "close", "when": "after"})
        self.assertEqual((body, end), (self.honest, None))
        self.assertNotIn(b"Connection: close", head)

    def test_drip(self) -> None:
        begin = time.monotonic()
        _, body, end = self.raw({"kind": "drip", "bytes_per_second": 200}, limit=300)
        self.assertGreater(time.monotonic() - begin, 0.5)
        self.assertEqual((end, self.honest.startswith(body)), (None, True))

    def test_hang(self) -> None:
        self.assertEqual(self.raw({"kind": "hang_headers"}, timeout=0.4), (b"", b"", "TimeoutError"))
        head, body, end = self.raw({"kind": "hang_body", "at": 0.1}, timeout=0.4)
        self.assertEqual((body, end), (self.honest[: len(self.honest) // 10], "TimeoutError"))
        deadline = time.monotonic() + 5  # both threads notice that the client has gone
        while not all(entry["done"] for entry in self.server.log()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(all(entry["done"] for entry in self.server.log()))

    def test_endless(self) -> None:
        for kind in ("nodes", "spaces", "string", "headers"):
            with self.subTest(of=kind):
                head, body, end = self.raw({"kind": "endless", "of": kind}, limit=3_000_000)
                self.assertGreaterEqual(len(head) + len(body), 2_999_000)
                self.assertIsNone(end)

    def test_bomb(self) -> None:
        for kind in ("spaces", "zeros", "json"):
            with self.subTest(of=kind):
                self.server.faults([{"kind": "bomb", "of": kind, "bytes": 64 << 20}])
                connection = self.server.connect()
                connection.request("POST", PROFILE, BODY)
                response = connection.getresponse()
                packed = response.read()
                self.assertEqual(response.headers["Content-Encoding"], "gzip")
                self.assertLess(len(packed), 1 << 20)
                text = gzip.decompress(packed)  # checks the length and the sum at its end too
                self.assertGreaterEqual(len(text), 64 << 20)
                if kind != "zeros":
                    self.assertEqual(json.loads(text)["OPT_STATUS"], "SUCCESS")
                connection.close()
        # made as it is sent: a tebibyte made before would end no test
        _, body, _ = self.raw({"kind": "bomb", "bytes": 1 << 40}, limit=1 << 20)
        size = len(zlib.decompressobj(31).decompress(_unchunk(body)))
        self.assertGreater(size, 500 << 20)

    def test_garbage(self) -> None:
        _, body = self.fetch({"kind": "garbage"})
        self.assertEqual((len(body), body), (5000, self.fetch({"kind": "garbage"})[1]))
        self.assertNotEqual(body, self.fetch({"kind": "garbage", "seed": 1})[1])
        with self.assertRaises(http.client.BadStatusLine):
            self.fetch({"kind": "garbage", "of": "http"})

    def test_redirect(self) -> None:
        response, body = self.fetch({"kind": "redirect", "location": "http://127.0.0.1:1/x"})
        self.assertEqual(
            (response.status, response.headers["Location"], body), (302, "http://127.0.0.1:1/x", b"")
        )

    def test_slow(self) -> None:
        begin = time.monotonic()
        self.assertEqual(self.fetch({"kind": "slow", "seconds": 0.3})[1], self.honest)
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)

    def test_wrong_content_length(self) -> None:
        head, body, _ = self.raw({"kind": "wrong_content_length"})
        self.assertIn(f"Content-Length: {len(self.honest) - 10}".encode(), head)
        self.assertEqual(body, self.honest)
        head, _, _ = self.raw({"kind": "wrong_content_length", "delta": 5})
        self.assertIn(f"Content-Length: {len(self.honest) + 5}".encode(), head)

    def test_wrong_service_and_bad_total(self) -> None:
        honest = paths_of(json.loads(self.honest)["result"])
        named = paths_of(json.loads(self.fetch({"kind": "wrong_service", "name": "other"})[1])["result"])
        self.assertEqual({("other", *path[1:]): v for path, v in honest.items()}, named)
        bad = paths_of(json.loads(self.fetch({"kind": "bad_total", "amount": 5})[1])["result"])
        self.assertEqual([bad[p][1] - honest[p][1] for p in honest if bad[p] != honest[p]], [5])

    def test_every_kind_has_a_sender(self) -> None:
        self.assertEqual(set(SENDERS), set(PARAMETERS))


class NodeListKinds(FaultCase):
    form = "v6.5.9"

    test_wrong_service_and_bad_total = Kinds.test_wrong_service_and_bad_total


def _unchunk(data: bytes) -> bytes:
    out = b""
    while data:
        line, _, data = data.partition(b"\r\n")
        size = int(line, 16)
        out, data = out + data[:size], data[size + 2 :]
    return out


class Choosing(FaultCase):
    def status(self, **fields: Any) -> int:
        return self.server.ask(BASE, **fields)[0] if fields else self.server.call("POST", PROFILE, BODY)[0]

    def test_count_after_match(self) -> None:
        self.server.faults([{"kind": "status", "after": 1, "count": 2}])
        self.assertEqual([self.status() for _ in range(5)], [200, 503, 503, 200, 200])
        rule = {
            "kind": "opt_status_fail",
            "code": 500,
            "match": {"app_service": "Total", "event": "on-cpu", "hour": 9},
        }
        self.server.faults([rule])
        nine = DAY2 + 9 * 3600
        self.assertEqual(self.status(app_service="Total", time_start=nine), 500)
        self.assertEqual(self.status(app_service="Total", time_start=nine + 3600), 200)
        self.assertEqual(self.status(app_service="checkout-api", time_start=nine), 200)
        self.assertEqual(self.status(app_service="Total", profile_event_type="off-cpu", time_start=nine), 200)

    def test_paths(self) -> None:
        self.server.faults([{"kind": "status", "path": "query"}])
        self.assertEqual(self.status(), 200)
        self.assertEqual(self.server.call("POST", "/v1/query/", b"db=profile&sql=x")[0], 503)
        self.server.faults([])
        self.assertEqual(self.server.query("SELECT app_service FROM in_process GROUP BY app_service")[0], 200)

    def test_rate_depends_on_the_request_not_on_the_order(self) -> None:
        def failing(hours: List[int]) -> Dict[int, List[bool]]:
            faults = Faults()
            seen: Dict[int, List[bool]] = {hour: [] for hour in hours}
            faults.replace([{"kind": "status", "rate": 0.3, "seed": 4}])
            for _ in range(4):
                for hour in hours:
                    seen[hour].append(faults.choose("profile", {"time_start": hour}) is not None)
            return seen

        hours = list(range(200))
        forward, backward = failing(hours), failing(hours[::-1])
        self.assertEqual(forward, backward)
        self.assertTrue(180 < sum(sum(times) for times in forward.values()) < 300)

    def test_bad_rules_are_refused_and_the_old_stay(self) -> None:
        self.server.faults([{"kind": "status", "code": 500}])
        for rules in (
            {},
            [1],
            [{}],
            [{"kind": "x"}],
            [{"kind": "status", "cod": 1}],
            [{"kind": "reset", "when": "x"}],
            [{"kind": "status", "match": 1}],
            [{"kind": "status", "count": "x"}],
            [{"kind": "status", "path": "x"}],
        ):
            with self.subTest(rules=rules):
                with self.assertRaises(ValueError):
                    self.server.faults(rules)  # type: ignore[arg-type]
                with self.assertRaises(FaultError):
                    Faults().replace(rules)
        self.assertEqual(self.status(), 500)

    def test_faults_from_a_file(self) -> None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write('[{"kind": "status", "code": 418, "count": 1}]')
            file.flush()
            with Standin("--faults", file.name) as server:
                self.assertEqual([server.call("POST", PROFILE, BODY)[0] for _ in range(2)], [418, 200])


class Http(unittest.TestCase):
    def test_log_and_keep_alive(self) -> None:
        with Standin("--rows", *ROWS, "--delay", "0.2") as server:
            one = server.connect()
            for _ in range(2):
                one.request("POST", PROFILE, BODY, {"X-Thing": "a"})
                self.assertEqual(one.getresponse().read()[:14], b'{"OPT_STATUS":')
            one.close()
            threads = [threading.Thread(target=server.call, args=("POST", PROFILE, BODY)) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            server.query("SELECT app_service FROM in_process GROUP BY app_service")
            log = server.log()
            self.assertEqual([entry["id"] for entry in log], [1, 2, 3, 4, 5, 6])
            self.assertEqual(log[0]["connection"], log[1]["connection"])
            self.assertEqual(len({entry["connection"] for entry in log}), 5)
            self.assertEqual(
                (log[0]["body"], log[0]["headers"]["x-thing"], log[0]["path"]), (BASE, "a", PROFILE)
            )
            self.assertEqual(log[5]["body"]["db"], "profile")
            self.assertEqual([log[0]["in_flight"], max(entry["in_flight"] for entry in log)], [1, 3])
            self.assertTrue(all(entry["done"] and entry["status"] == 200 for entry in log))
            self.assertEqual(sorted(entry["time"] for entry in log), [entry["time"] for entry in log])
            server.call("DELETE", "/_log")
            self.assertEqual(server.log(), [])

    def test_in_flight_is_never_more_than_the_clients(self) -> None:
        """Each of four clients asks again the moment it has its reply."""
        with Standin("--rows", *ROWS) as server:

            def client() -> None:
                connection = server.connect()
                for _ in range(50):
                    connection.request("POST", PROFILE, BODY)
                    connection.getresponse().read()
                connection.close()

            threads = [threading.Thread(target=client) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            log = server.log()
            self.assertEqual(len(log), 200)
            self.assertTrue(all(1 <= entry["in_flight"] <= 4 and entry["done"] for entry in log))

    def test_gzip(self) -> None:
        with Standin("--rows", *ROWS, "--gzip") as server:
            for accept, packed in (("gzip, deflate", True), ("identity", False)):
                connection = server.connect()
                connection.request("POST", PROFILE, BODY, {"Accept-Encoding": accept})
                response = connection.getresponse()
                body = response.read()
                self.assertEqual(response.headers["Content-Encoding"], "gzip" if packed else None)
                reply = json.loads(gzip.decompress(body) if packed else body)
                self.assertEqual(paths_of(reply["result"])[("checkout-api",)], (0, CHECKOUT_DAY2))
                connection.close()

    def test_token(self) -> None:
        with Standin("--rows", *ROWS, "--require-token", "secret") as server:
            for value, status in (
                (None, 401),
                ("Bearer wrong", 401),
                ("secret", 401),
                ("Bearer secret", 200),
            ):
                headers = {"Authorization": value} if value else {}
                self.assertEqual(server.call("POST", PROFILE, BODY, headers)[0], status)

    def test_odd_requests(self) -> None:
        with Standin() as server:
            self.assertEqual(server.call("POST", "/v1/other", BODY)[0], 404)
            self.assertEqual(server.call("GET", PROFILE)[0], 405)
            self.assertEqual(server.call("GET", "/_nothing")[0], 404)
            connection = server.connect()
            connection.request(
                "POST",
                PROFILE,
                iter([BODY[:20], BODY[20:]]),
                encode_chunked=True,
                headers={"Transfer-Encoding": "chunked"},
            )
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()

    def test_tls(self) -> None:
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        with tempfile.TemporaryDirectory() as directory:
            cert, key = os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem")
            subprocess.run(
                [
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-keyout",
                    key,
                    "-out",
                    cert,
                    "-days",
                    "2",
                    "-subj",
                    "/CN=localhost",
                    "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                ],
                check=True,
                capture_output=True,
            )
            plain = ssl.create_default_context(cafile=cert)
            with_cert = ssl.create_default_context(cafile=cert)
            with_cert.load_cert_chain(cert, key)
            with Standin("--rows", *ROWS, "--tls", cert, key) as server:
                self.assertEqual(self.over_tls(server, plain), 200)
                with socket.create_connection(("127.0.0.1", server.port)):  # one that never says hello
                    self.assertEqual(self.over_tls(server, plain), 200)
            with Standin("--rows", *ROWS, "--tls", cert, key, "--client-ca", cert) as server:
                self.assertEqual(self.over_tls(server, with_cert), 200)
                with self.assertRaises(OSError):
                    self.over_tls(server, plain)

    @staticmethod
    def over_tls(server: Standin, context: ssl.SSLContext) -> int:
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=10)
        try:
            connection.request("POST", PROFILE, BODY)
            return connection.getresponse().status
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
