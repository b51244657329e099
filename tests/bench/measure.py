#!/usr/bin/env python3
"""The measurements of run.sh, which says what they are and sets the environment.

Each line is a program: the median of RUNS runs of its CPU time (user and system) and of its wall time, its peak memory,
and its CPU time as a share of what it is compared with. On a machine that others use, CPU time is what to look at."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, Dict, List, NamedTuple, Optional

BUILD, DATA, RUNS = os.environ["BUILD"], os.environ["DATA"], int(os.environ["RUNS"])
FLAMEPRESS = os.path.join(BUILD, "flamepress")
PARTS = os.path.join(BUILD, "tests", "bench_parts")
SIZES = (10_000, 100_000, 1_000_000)
OUT = ""


class Cost(NamedTuple):
    cpu: float
    wall: float
    peak: float  # MB


def once(command: List[str]) -> Cost:
    start = time.monotonic()
    with open(os.devnull, "w", encoding="utf-8") as null:
        process = subprocess.Popen(command, stdout=null)  # pylint: disable=consider-using-with
        _, status, use = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    return Cost(use.ru_utime + use.ru_stime, time.monotonic() - start, use.ru_maxrss / 1024)


def cost(command: List[str], runs: int = RUNS) -> Cost:
    costs = [once(command) for _ in range(runs)]
    return Cost(*(statistics.median(column) for column in zip(*costs)))


def line(what: str, found: Cost, against: Optional[Cost] = None) -> None:
    ratio = f"{found.cpu / against.cpu:6.3f} = 1/{against.cpu / found.cpu:.1f}" if against else ""
    print(f"{what:52} {found.cpu:8.3f} s {found.wall:8.3f} s {found.peak:7.0f} MB  {ratio}", flush=True)


def head(title: str) -> None:
    print(f"\n{title:52} {'CPU':>10} {'wall':>10} {'peak':>10}  share of what it is compared with")


def data(form: str, nodes: int) -> str:
    return os.path.join(DATA, f"{form}-{nodes}")


def render(path: str, formats: str, *options: str) -> List[str]:
    return [FLAMEPRESS, "render", path, "-o", OUT, "--force", "--formats", formats, *options]


def part_time(which: str, path: str) -> float:
    found = subprocess.run([PARTS, which, path, str(RUNS)], check=True, capture_output=True, text=True)
    return statistics.median(float(word) for word in found.stdout.split())


def parse(path: str) -> Cost:
    """What jansson needs to parse: the time without that of the program around it, and the whole of its memory."""
    whole = cost([PARTS, "jansson", path, "1"])
    return Cost(part_time("jansson", path), whole.wall, whole.peak)


def render_all() -> None:
    for nodes in SIZES:
        head(f"{nodes:,} nodes to an SVG")
        for form in ("columns", "list"):
            yardstick = parse(data(form, nodes))
            size = os.path.getsize(data(form, nodes)) / 1e6
            line(f"  jansson parses the {form} reply ({size:.1f} MB)", yardstick)
            line(f"  flamepress, {form} reply to SVG", cost(render(data(form, nodes), "svg")), yardstick)
        size = os.path.getsize(data("folded", nodes)) / 1e6
        peer = cost(["perl", os.environ["FLAMEGRAPH"], data("folded", nodes)], min(RUNS, 3))
        line(f"  flamegraph.pl, folded stacks ({size:.1f} MB)", peer)
        line("  flamepress, folded stacks to SVG", cost(render(data("folded", nodes), "svg")), peer)
    head("100,000 nodes to a PNG")
    path = data("columns", 100_000)
    once(render(path, "svg", "--no-interactive"))
    svg = os.path.join(OUT, "flamegraph.svg")
    peer = cost(["rsvg-convert", "--unlimited", "-w", "1200", "-o", os.path.join(OUT, "peer.png"), svg])
    line("  rsvg-convert, SVG of the same boxes to 1200 px", peer)
    line("  flamepress, columns reply to 1200 px (decoded, too)", cost([PARTS, "png", path, "1"]), peer)
    large = cost(["rsvg-convert", "--unlimited", "-w", "2400", "-o", os.path.join(OUT, "peer.png"), svg])
    both = Cost(peer.cpu + large.cpu, peer.wall + large.wall, max(peer.peak, large.peak))
    line("  rsvg-convert twice, to 1200 and 2400 px", both)
    line("  flamepress render, which writes both", cost(render(path, "png")), both)
    for name in ("flamegraph.png", "flamegraph-2x.png", "peer.png"):
        print(f"    {name}: {os.path.getsize(os.path.join(OUT, name)):,} bytes")


def decode_all() -> None:
    print(f"\n{'Decoding alone (CPU)':40} {'jansson':>10} {'flamepress':>12}  {'as fast':>8}  flamepress reads")
    for form in ("columns", "list"):
        for nodes in SIZES:
            path = data(form, nodes)
            peer, own = part_time("jansson", path), part_time("decode", path)
            speed = os.path.getsize(path) / own / 1e6
            print(f"  {form + f', {nodes:,} nodes':38} {peer:8.4f} s {own:10.4f} s  {peer / own:6.1f} x  {speed:5.0f} MB/s",
                  flush=True)


def growth(huge: bool) -> None:
    head("Growth: columns reply to SVG")
    for nodes in SIZES + ((10_000_000,) if huge else ()):
        found = cost(render(data("columns", nodes), "svg"), 1 if nodes > 1_000_000 else RUNS)
        line(f"  {nodes:,} nodes", found)
        print(f"    {found.cpu / nodes * 1e9:.0f} ns and {found.peak * 1e6 / nodes:.0f} bytes a node")


def night() -> None:
    print("\nA night", flush=True)
    path = data("columns", 10_000)
    line("  flamepress render, one reply of 10,000 nodes", cost([FLAMEPRESS, "render", path, "-o", OUT, "--force"]))
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "night.py")
    for services in (20, 200):
        print("  ", end="", flush=True)
        subprocess.run([sys.executable, script, FLAMEPRESS, path, str(services)], check=True)


def main() -> None:
    global OUT  # pylint: disable=global-statement
    asked = sys.argv[1:]
    parts: Dict[str, Callable[[], None]] = {
        "render": render_all,
        "decode": decode_all,
        "growth": lambda: growth("huge" in asked),
        "night": night,
    }
    OUT = tempfile.mkdtemp(prefix="flamepress-bench-")
    try:
        for name, part in parts.items():
            if name in asked or (name == "growth" and "huge" in asked):
                part()
    finally:
        shutil.rmtree(OUT)


if __name__ == "__main__":
    main()
