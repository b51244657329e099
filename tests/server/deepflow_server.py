#!/usr/bin/env python3
"""A DeepFlow stand-in: keeps rows, answers the profile API, misbehaves on demand. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Dict, List, Optional, Tuple
from urllib.parse import parse_qs, urlsplit

sys.dont_write_bytecode = True

from engine import FORMS, Engine, Reply, reply  # noqa: E402
from faults import FaultError, Faults  # noqa: E402
from rows import RowStore  # noqa: E402
from wire import SENDERS, Wire  # noqa: E402

BODY_AT_MOST = 64 << 20
PATHS = {"/v1/profile/ProfileTracing": "profile", "/v1/query/": "query", "/v1/query": "query"}


class RequestLog:
    """Every API request seen, in the order of arrival. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: List[Dict[str, object]] = []
        self._next_id = 1
        self._in_flight = 0

    def begin(self, entry: Dict[str, object]) -> Dict[str, object]:
        with self._lock:
            self._in_flight += 1
            entry.update(
                id=self._next_id,
                time=time.time(),
                in_flight=self._in_flight,
                status=None,
                fault=None,
                done=False,
            )
            self._next_id += 1
            self._entries.append(entry)
        return entry

    def end(self, entry: Dict[str, object], status: int) -> None:
        """Only the first call counts."""
        with self._lock:
            if not entry["done"]:
                self._in_flight -= 1
                entry.update(status=status or None, done=True)

    def mark(self, entry: Dict[str, object], **values: object) -> None:
        with self._lock:
            entry.update(values)

    def dump(self) -> bytes:
        with self._lock:
            return json.dumps(self._entries).encode() + b"\n"

    def clear(self) -> None:
        with self._lock:
            self._entries = []


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self,
        address: Tuple[str, int],
        engine: Engine,
        tls: Optional[ssl.SSLContext],
        use_gzip: bool,
        token: Optional[str],
        delay: float,
    ) -> None:
        super().__init__(address, Handler)
        self.engine = engine
        self.tls = tls
        self.use_gzip = use_gzip
        self.token = token
        self.delay = delay
        self.faults = Faults()
        self.log = RequestLog()
        self._connections = 0
        self._connections_lock = threading.Lock()

    def server_bind(self) -> None:
        # Not HTTPServer's: that one asks the resolver for the host's name, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def new_connection_id(self) -> int:
        with self._connections_lock:
            self._connections += 1
            return self._connections

    def handle_error(self, request: object, client_address: object) -> None:
        # Clients that go away are daily bread here; anything else is a bug of the stand-in and must show.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.tls:
            # Here and not where connections are accepted: a client that dawdles must not hold up the others.
            self.request.settimeout(30)
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self.request.settimeout(None)
        self.connection_id = self.server.new_connection_id()
        super().setup()

    def log_message(self, format: str, *args: object) -> None:
        pass  # GET /_log is the log

    def do_GET(self) -> None:
        if self._control():
            return
        self._api()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _read_body(self) -> Optional[bytes]:
        """The request's body; None when its length is not to be had."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > BODY_AT_MOST:
            return None
        return self.rfile.read(int(length))

    def _wire(self) -> Wire:
        accepted = self.headers.get("Accept-Encoding", "").lower()
        return Wire(self.connection, self.server.use_gzip and "gzip" in accepted)

    def _control(self) -> bool:
        """What tests ask of the stand-in itself. Not logged, never spoiled, no token needed."""
        path, method = urlsplit(self.path).path, self.command
        if not path.startswith("/_"):
            return False
        body, wire = self._read_body() or b"", self._wire()
        try:
            if (method, path) == ("GET", "/_log"):
                wire.whole(200, self.server.log.dump())
            elif (method, path) == ("DELETE", "/_log"):
                self.server.log.clear()
                wire.whole(200, b"{}\n")
            elif (method, path) == ("POST", "/_faults"):
                self.server.faults.replace(json.loads(body))
                wire.whole(200, b"{}\n")
            else:
                wire.whole(404, b"no such control path\n", "text/plain")
        except ValueError as error:
            wire.whole(400, f"{error}\n".encode(), "text/plain; charset=utf-8")
        return True

    def _api(self) -> None:
        raw, wire = self._read_body(), self._wire()
        path = urlsplit(self.path).path
        body = _parse(raw or b"", PATHS.get(path))
        entry = self.server.log.begin(
            {
                "path": self.path,
                "method": self.command,
                "connection": self.connection_id,
                "body": body,
                "headers": {name.lower(): value for name, value in self.headers.items()},
            }
        )
        wire.done = lambda status: self.server.log.end(entry, status)
        try:
            self._answer(wire, PATHS.get(path), body, raw is not None, entry)
        finally:
            self.server.log.end(entry, wire.status)
            if not wire.keep:
                self.close_connection = True

    def _answer(
        self, wire: Wire, kind: Optional[str], body: object, complete: bool, entry: Dict[str, object]
    ) -> None:
        if not complete:
            wire.whole(411, b"a Content-Length is needed\n", "text/plain", closes=True)
        elif self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            wire.whole(401, b'{"error":"unauthorized"}\n', extra=[("WWW-Authenticate", "Bearer")])
        elif kind is None:
            wire.whole(404, b"404 page not found", "text/plain")
        elif self.command != "POST":
            wire.whole(405, b"405 method not allowed", "text/plain")
        else:
            rule = self.server.faults.choose(kind, body)
            if self.server.delay:
                time.sleep(self.server.delay)
            honest = self._honest(kind, body)
            if rule is None:
                wire.honest(honest)
            else:
                self.server.log.mark(entry, fault=rule.kind)
                SENDERS[rule.kind](wire, rule, honest)

    def _honest(self, kind: str, body: object) -> Reply:
        org = self.headers.get("X-Org-Id", "1")
        if not org.isdigit():
            return reply(400, "INVALID_PARAMETERS", f"X-Org-Id {org} is not a number", None)
        if kind == "profile":
            return self.server.engine.profile(body, int(org))
        fields = {k: str(v) for k, v in body.items()} if isinstance(body, dict) else {}
        return self.server.engine.query(fields, int(org))


def _parse(raw: bytes, kind: Optional[str]) -> object:
    """The body as a JSON value or as form fields; as text when it is neither."""
    text = raw.decode("utf-8", "replace")
    if kind == "query":
        return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _tls(cert: Optional[List[str]], client_ca: Optional[str]) -> Optional[ssl.SSLContext]:
    if not cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert[0], cert[1])
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _leave_with(parent: Optional[int], stdin: bool) -> None:
    """Threads that end the process when its parent, or whoever holds its standard input, is gone."""

    def watch_parent() -> None:
        while os.path.exists(f"/proc/{parent}"):
            time.sleep(0.2)
        os._exit(0)

    def watch_stdin() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    for wanted, target in ((parent is not None, watch_parent), (stdin, watch_stdin)):
        if wanted:
            threading.Thread(target=target, daemon=True).start()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (default): any free one")
    parser.add_argument("--port-file", help="write the port there too, once listening")
    parser.add_argument(
        "--rows", nargs="+", action="extend", default=[], metavar="FILE", help="JSONL, .gz or not"
    )
    parser.add_argument("--form", choices=sorted(FORMS), default="v7.1.8", help="the release to be")
    parser.add_argument("--row-limit", type=int, default=1_000_000, help="rows a query reads at most")
    parser.add_argument("--seed", type=int, default=1, help="order of rows and nodes; 0: that of the files")
    parser.add_argument("--root-anywhere", action="store_true", help="node lists do not begin with the root")
    parser.add_argument("--org-id", type=int, default=1, help="organisation that owns the rows")
    parser.add_argument("--delay", type=float, default=0, metavar="SECONDS", help="before every reply")
    parser.add_argument("--faults", metavar="FILE", help="JSON list of rules, see faults.py")
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--client-ca", metavar="FILE", help="ask for a client certificate by this CA")
    parser.add_argument("--require-token", metavar="TOKEN", help="401 without Authorization: Bearer TOKEN")
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="end when that process is gone")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input does")
    return parser.parse_args()


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    options = _arguments()
    _leave_with(options.parent_pid, options.exit_with_stdin)
    store = RowStore(options.seed)
    try:
        store.load(options.rows)
        engine = Engine(
            store, FORMS[options.form], options.row_limit, options.seed, options.org_id, options.root_anywhere
        )
        server = Server(
            ("127.0.0.1", options.port),
            engine,
            _tls(options.tls, options.client_ca),
            options.gzip,
            options.require_token,
            options.delay,
        )
        if options.faults:
            with open(options.faults, encoding="utf-8") as file:
                server.faults.replace(json.load(file))
    except (OSError, ValueError, FaultError) as error:
        sys.exit(f"deepflow_server: {error}")
    if options.port_file:
        # Aside and then renamed, so that whoever waits for the file never reads half a number.
        with open(options.port_file + ".new", "w", encoding="utf-8") as file:
            file.write(f"{server.server_port}\n")
        os.replace(options.port_file + ".new", options.port_file)
    print(f"listening 127.0.0.1 {server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.5)


if __name__ == "__main__":
    main()
