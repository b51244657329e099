#!/usr/bin/env python3
"""A night of many services from a server on this machine that answers every question with one and the same reply
(but for the service's name, which is checked).

    night.py FLAMEPRESS REPLY [SERVICES]        (200 services, 24 requests each)

Prints how many cores the run kept busy, with the server and alone, and for how long the machine had nothing to do at all;
its memory, and its CPU time a service. On a machine that others use, too, only the last of these says much."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: bytes) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            asked = json.loads(await reader.readexactly(int(lengths[0])))
            writer.write(reply.replace(b"svc", asked["app_service"].encode(), 1))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(path: str, port: Connection) -> None:
    with open(path, "rb") as file:
        body = file.read()
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def run() -> None:
        server = await asyncio.start_server(lambda r, w: answer(r, w, reply), "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def idle() -> float:
    """Seconds that the cores had nothing to do, or waited for a disk, since the machine started."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:]]
    return (ticks[3] + ticks[4]) / os.sysconf("SC_CLK_TCK")


def cpu_of(process: int) -> float:
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def press(flamepress: str, port: int, services: int, directory: str, server: int) -> None:
    config = {
        "output": os.path.join(directory, "site"),
        "timezone": "UTC",
        "source": {"url": f"http://127.0.0.1:{port}", "in_flight": 8},
        "windows": ["yesterday"],
        "baseline": "none",
        "defaults": {"events": ["on-cpu"], "step": "1h", "ticket": False},  # as `render`, which is measured beside it
        "services": [{"name": f"{i:03}"} for i in range(services)],
    }
    path = os.path.join(directory, "config.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    start, idle_before = time.monotonic(), idle()
    process = subprocess.Popen([flamepress, "run", "-c", path])  # pylint: disable=consider-using-with
    _, status, use = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu, cores = time.monotonic() - start, use.ru_utime + use.ru_stime, len(os.sched_getaffinity(0))
    served, unused = cpu_of(server), idle() - idle_before
    print(f"{services} services, {24 * services:,} replies: exit code {process.returncode}, {wall:.1f} s wall, {cpu:.1f} s CPU")
    print(f"    {cpu / wall / cores:.2f} of {cores} cores, {(cpu + served) / wall / cores:.2f} with the server's {served:.1f} s; "
          f"idle {unused / wall / cores:.2f}; {use.ru_maxrss / 1024:.0f} MB, {cpu / services * 1000:.0f} ms a service")


def main() -> None:
    flamepress, reply = sys.argv[1:3]
    services = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(reply, there), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="flamepress-night-") as directory:
            assert server.pid
            press(flamepress, here.recv(), services, directory, server.pid)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
