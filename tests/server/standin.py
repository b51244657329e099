"""Starting the stand-in from a test, and talking to it.

    with Standin("--rows", path, "--form", "v6.5.9") as server:
        status, reply = server.ask(app_service="checkout-api", ...)
        server.faults([{"kind": "status", "code": 503, "count": 1}])
        first = server.log()[0]

The server dies with the test: it holds the other end of its standard input.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import urllib.parse
from typing import Any, Dict, List, Optional, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILE = "/v1/profile/ProfileTracing"
QUERY = "/v1/query/"


class Standin:
    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, os.path.join(HERE, "deepflow_server.py"), "--exit-with-stdin", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline().split()
        if line[:2] != ["listening", "127.0.0.1"]:
            self.process.kill()
            raise RuntimeError(f"the stand-in did not start: {' '.join(command)}")
        self.port = int(line[2])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Standin":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        self.process.terminate()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        return self.process.wait(timeout=10)

    def connect(self, timeout: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def call(
        self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Dict[str, str]] = None
    ) -> Tuple[int, bytes]:
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ask(
        self, request: Optional[Dict[str, Any]] = None, org_id: Optional[int] = None, **fields: Any
    ) -> Tuple[int, Dict[str, Any]]:
        headers = {"Content-Type": "application/json"}
        if org_id is not None:
            headers["X-Org-Id"] = str(org_id)
        status, body = self.call("POST", PROFILE, json.dumps({**(request or {}), **fields}).encode(), headers)
        return status, json.loads(body)

    def query(self, sql: str, db: str = "profile", org_id: int = 1) -> Tuple[int, Dict[str, Any]]:
        form = urllib.parse.urlencode({"db": db, "sql": sql}).encode()
        status, body = self.call(
            "POST",
            QUERY,
            form,
            {"Content-Type": "application/x-www-form-urlencoded", "X-Org-Id": str(org_id)},
        )
        return status, json.loads(body)

    def faults(self, rules: List[Dict[str, Any]]) -> None:
        status, body = self.call("POST", "/_faults", json.dumps(rules).encode())
        if status != 200:
            raise ValueError(body.decode())

    def log(self) -> List[Dict[str, Any]]:
        status, body = self.call("GET", "/_log")
        assert status == 200
        entries: List[Dict[str, Any]] = json.loads(body)
        return entries
