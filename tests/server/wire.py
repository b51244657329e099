"""Replies on the wire: the honest one, and one function for each kind of fault.

A function gets the connection, the rule and the honest reply, and leaves the connection either ready for the
next request or marked to be closed. Those that hang or never end return once the client has gone.
"""

from __future__ import annotations

import copy
import gzip
import os
import random
import select
import socket
import ssl
import struct
import time
import zlib
from http import HTTPStatus
from typing import Callable, Dict, Iterator, List, Optional, Tuple

from engine import Reply, reply as make_reply
from faults import Rule

JSON = "application/json; charset=utf-8"
HTML = (
    "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\n"
    "<body><h1>Sign in</h1><p>Name &amp; password, please.</p></body></html>\n"
)
MIB = 1 << 20
FOREVER = 1e9


class Wire:
    """One connection. `keep` is false once it cannot carry another request.

    `done` is called with the status just before the bytes that complete a reply: a client that has read them
    and asks again at once is not counted as two requests in flight. It may be called more than once.
    """

    def __init__(
        self, connection: socket.socket, accepts_gzip: bool, done: Callable[[int], None] = lambda status: None
    ) -> None:
        self.connection = connection
        self.accepts_gzip = accepts_gzip
        self.done = done
        self.keep = True
        self.status = 0  # what was last sent

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def head(self, status: int, headers: List[Tuple[str, str]], closes: bool = False) -> bytes:
        self.status = status
        if closes:
            self.keep = False
            headers = headers + [("Connection", "close")]
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        lines = [f"HTTP/1.1 {status} {phrase}", "Server: deepflow-stand-in"]
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def whole(
        self,
        status: int,
        body: bytes,
        kind: str = JSON,
        extra: Optional[List[Tuple[str, str]]] = None,
        length: Optional[int] = None,
        closes: bool = False,
    ) -> None:
        """An ordinary reply with a Content-Length, which `length` can make a lie."""
        headers = [("Content-Type", kind)] + (extra or [])
        if self.accepts_gzip and body:
            body = gzip.compress(body, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body) if length is None else length)))
        head = self.head(status, headers, closes)
        self.done(self.status)
        self.send(head + body)

    def honest(self, reply: Reply) -> None:
        self.whole(reply.status, reply.encode())

    def chunked(
        self,
        status: int,
        parts: Iterator[bytes],
        extra: Optional[List[Tuple[str, str]]] = None,
        ends: bool = True,
    ) -> None:
        """Chunk by chunk; without its last chunk when it does not end properly."""
        headers = [("Content-Type", JSON), ("Transfer-Encoding", "chunked")] + (extra or [])
        self.send(self.head(status, headers, closes=True))
        for part in parts:
            self.send(b"%x\r\n" % len(part) + part + b"\r\n")
        if ends:
            self.done(self.status)
            self.send(b"0\r\n\r\n")

    def reset(self) -> None:
        """RST instead of FIN: the socket is closed at once, under whoever else still holds it."""
        self.keep = False
        self.done(self.status)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def wait_until_gone(self, seconds: float = FOREVER) -> None:
        """Until the client closes the connection, or that long. Nothing is sent."""
        self.keep = False
        end = time.monotonic() + seconds
        self.connection.settimeout(0.5)
        while time.monotonic() < end:
            if not select.select([self.connection], [], [], min(0.5, max(end - time.monotonic(), 0)))[0]:
                continue
            try:
                if not self.connection.recv(4096):
                    return
            except (TimeoutError, ssl.SSLWantReadError):
                continue
            except OSError:
                return
        self.connection.settimeout(None)


def _at(rule: Rule, body: bytes) -> int:
    """Where to cut a body: `at` is a share of it (0 to 1, default a half)."""
    return max(0, min(len(body), int(len(body) * rule.number("at", 0.5))))


def _status(wire: Wire, rule: Rule, reply: Reply) -> None:
    code = int(rule.number("code", 503))
    extra = []
    if "retry_after" in rule.parameters:
        extra.append(("Retry-After", rule.text("retry_after", "")))
    body = rule.text("body", f"{code} says the stand-in\n").encode()
    wire.whole(code, body, rule.text("content_type", "text/plain; charset=utf-8"), extra)


def _body(wire: Wire, rule: Rule, reply: Reply) -> None:
    body = rule.text("body", "").encode()
    if "file" in rule.parameters:
        with open(rule.text("file", ""), "rb") as file:
            body = file.read()
    wire.whole(200, body, rule.text("content_type", JSON))


def _html200(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.whole(200, HTML.encode(), "text/html; charset=utf-8")


def _opt_status_fail(wire: Wire, rule: Rule, reply: Reply) -> None:
    fail = make_reply(
        int(rule.number("code", 200)),
        rule.text("opt_status", "FAIL"),
        rule.text("description", "code: 159, message: Timeout exceeded"),
        None,
    )
    wire.honest(fail)


def _truncate(wire: Wire, rule: Rule, reply: Reply) -> None:
    body, mode = reply.encode(), rule.text("mode", "length")
    part = body[: _at(rule, body)]
    if mode == "clean":
        wire.whole(reply.status, part)
    elif mode == "chunked":
        wire.chunked(reply.status, iter([part] if part else []), ends=False)
    else:
        wire.accepts_gzip = False
        wire.whole(reply.status, part, length=len(body))
        wire.keep = False


def _reset(wire: Wire, rule: Rule, reply: Reply) -> None:
    if rule.text("when", "before") == "middle":
        body = reply.encode()
        wire.send(wire.head(reply.status, [("Content-Type", JSON), ("Content-Length", str(len(body)))]))
        wire.send(body[: _at(rule, body)])
        time.sleep(0.1)  # a reset overtakes what the client has not read yet
    wire.reset()


def _close(wire: Wire, rule: Rule, reply: Reply) -> None:
    """A clean end: before any reply, or after one that promised to keep the connection."""
    if rule.text("when", "before") == "after":
        wire.honest(reply)
    wire.keep = False


def _drip(wire: Wire, rule: Rule, reply: Reply) -> None:
    body = reply.encode()
    rate = rule.number("bytes_per_second", 10)
    step = max(1, int(rate / 10))
    wire.send(wire.head(reply.status, [("Content-Type", JSON), ("Content-Length", str(len(body)))]))
    for start in range(0, len(body), step):
        if start + step >= len(body):
            wire.done(wire.status)
        wire.send(body[start : start + step])
        time.sleep(step / rate)


def _hang_headers(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.wait_until_gone(rule.number("seconds", FOREVER))


def _hang_body(wire: Wire, rule: Rule, reply: Reply) -> None:
    body = reply.encode()
    wire.send(wire.head(reply.status, [("Content-Type", JSON), ("Content-Length", str(len(body)))]))
    wire.send(body[: _at(rule, body)])
    wire.wait_until_gone(rule.number("seconds", FOREVER))


def _nodes() -> Iterator[bytes]:
    """A node list that is right at every byte and has no last node."""
    yield (
        b'{"OPT_STATUS":"SUCCESS","DESCRIPTION":"","result":[{"profile_location_str":"root","node_id":"",'
        b'"parent_node_id":"-1","self_value":0,"total_value":0}'
    )
    number = 0
    while True:
        lines = []
        for number in range(number, number + 500):
            lines.append(
                f',{{"profile_location_str":"f{number}","node_id":"{number}","parent_node_id":"",'
                '"self_value":0,"total_value":0}'
            )
        number += 1
        yield "".join(lines).encode()


def _same(prefix: bytes, sign: bytes) -> Iterator[bytes]:
    yield prefix
    block = sign * 65536
    while True:
        yield block


PREFIX = b'{"OPT_STATUS":"SUCCESS","DESCRIPTION":"","result":'


def _endless(wire: Wire, rule: Rule, reply: Reply) -> None:
    kind = rule.text("of", "nodes")
    if kind == "headers":
        wire.keep = False
        wire.status = 200
        wire.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            wire.send(b"X-More: and more\r\n" * 1000)
    if kind == "nodes":
        wire.chunked(200, _nodes())
    elif kind == "spaces":
        wire.chunked(200, _same(PREFIX, b" "))
    else:
        wire.chunked(200, _same(PREFIX + b'[{"profile_location_str":"', b"a"))


def _bomb_parts(prefix: bytes, block: bytes, end: bytes, times: int) -> Iterator[bytes]:
    """A gzip stream that says one block over and over. The block is compressed once and then repeated: a full
    flush leaves the compressor as at the beginning, so its bytes are the same every time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    crc, size = zlib.crc32(prefix), len(prefix)
    yield (b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + packer.compress(prefix) + packer.flush(zlib.Z_FULL_FLUSH))
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        yield packed
        crc, size = zlib.crc32(block, crc), size + len(block)
    crc, size = zlib.crc32(end, crc), size + len(end)
    yield packer.compress(end) + packer.flush(zlib.Z_FINISH) + struct.pack("<II", crc, size & 0xFFFFFFFF)


def _bomb(wire: Wire, rule: Rule, reply: Reply) -> None:
    """Sent as gzip whether or not the client accepts it. `json` is a valid reply with one huge string."""
    kind = rule.text("of", "spaces")
    times = max(1, int(rule.number("bytes", 8 << 30)) // MIB)
    prefix, sign, end = {
        "spaces": (PREFIX, b" ", b'null,"debug":null}\n'),
        "zeros": (b"", b"\0", b""),
        "json": (b'{"OPT_STATUS":"SUCCESS","DESCRIPTION":"', b"a", b'","result":null,"debug":null}\n'),
    }[kind]
    wire.chunked(200, _bomb_parts(prefix, sign * MIB, end, times), [("Content-Encoding", "gzip")])


def _garbage(wire: Wire, rule: Rule, reply: Reply) -> None:
    noise = random.Random(f"garbage:{rule.parameters.get('seed', 0)}").randbytes(5000)
    if rule.text("of", "body") == "body":
        wire.whole(200, noise)
        return
    wire.keep = False
    wire.send(b"\x16\x03\x01" + noise)


def _rename(result: object, name: str) -> None:
    if isinstance(result, dict) and result.get("functions"):
        result["functions"][0] = name
    elif isinstance(result, list):
        for node in result:
            if node["parent_node_id"] == "-1":
                node["profile_location_str"] = name


def _changed(reply: Reply, change: Callable[[object], None]) -> Reply:
    body = copy.deepcopy(reply.body)
    change(body.get("result"))
    return Reply(reply.status, body)


def _wrong_service(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.honest(_changed(reply, lambda result: _rename(result, rule.text("name", "another-service"))))


def _bad_total(wire: Wire, rule: Rule, reply: Reply) -> None:
    """One node's total is not its self plus its children's. `node` counts in the order of the reply."""

    def change(result: object) -> None:
        amount, place = int(rule.number("amount", 7)), int(rule.number("node", 1))
        if isinstance(result, dict) and result["node_values"]["values"]:
            values = result["node_values"]["values"]
            values[place % len(values)][result["node_values"]["columns"].index("total_value")] += amount
        elif isinstance(result, list):
            result[place % len(result)]["total_value"] += amount

    wire.honest(_changed(reply, change))


def _null_result(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.honest(make_reply(200, "SUCCESS", "", None))


def _redirect(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.whole(
        int(rule.number("code", 302)), b"", "text/plain", [("Location", rule.text("location", "/elsewhere"))]
    )


def _slow(wire: Wire, rule: Rule, reply: Reply) -> None:
    time.sleep(rule.number("seconds", 1))
    wire.honest(reply)


def _wrong_content_length(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.accepts_gzip = False
    body = reply.encode()
    wire.whole(reply.status, body, length=max(0, len(body) + int(rule.number("delta", -10))))
    wire.keep = False


def _empty(wire: Wire, rule: Rule, reply: Reply) -> None:
    wire.whole(200, b"")


SENDERS: Dict[str, Callable[[Wire, Rule, Reply], None]] = {
    "status": _status,
    "body": _body,
    "html200": _html200,
    "opt_status_fail": _opt_status_fail,
    "truncate": _truncate,
    "reset": _reset,
    "close": _close,
    "drip": _drip,
    "hang_headers": _hang_headers,
    "hang_body": _hang_body,
    "endless": _endless,
    "bomb": _bomb,
    "garbage": _garbage,
    "wrong_service": _wrong_service,
    "redirect": _redirect,
    "slow": _slow,
    "wrong_content_length": _wrong_content_length,
    "empty": _empty,
    "bad_total": _bad_total,
    "null_result": _null_result,
}
