"""What the tests of the stand-in share: the bundled rows, the usual request, and reading replies."""

from __future__ import annotations

import glob
import gzip
import json
import os
from typing import Any, Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
ROWS = sorted(glob.glob(os.path.join(DATA, "rows", "*.jsonl.gz")))
VERSIONS = ("v6.5.9", "v7.1.8")
DAY1, DAY2 = 1795046400, 1795132800
DAY = 86400
BASE: Dict[str, Any] = {
    "app_service": "checkout-api",
    "profile_language_type": "eBPF",
    "profile_event_type": "on-cpu",
    "tag_filter": "",
    "time_start": DAY2,
    "time_end": DAY2 + DAY - 1,
}
# What the bundled rows hold, counted apart from the server (see tests/data/README.md).
CHECKOUT_DAY2 = 3323229
CHECKOUT_DAY1 = 3111108
Paths = Dict[Tuple[str, ...], Tuple[int, int]]


def paths_of(result: Any) -> Paths:
    """A reply's result, in either form, as path -> (self, total). Each path begins with the root's name."""
    if isinstance(result, list):
        nodes = {
            n["node_id"]: (n["parent_node_id"], n["profile_location_str"], n["self_value"], n["total_value"])
            for n in result
        }
        assert len(nodes) == len(result), "a node id came twice"
        root: Any = "-1"
    else:
        names = result["functions"]
        assert result["node_values"]["columns"] == [
            "function_id",
            "parent_node_id",
            "self_value",
            "total_value",
        ]
        nodes = {i: (v[1], names[v[0]], v[2], v[3]) for i, v in enumerate(result["node_values"]["values"])}
        root = -1
    paths: Paths = {}
    for node, (_, _, own, total) in nodes.items():
        frames: List[str] = []
        while node != root:
            node, name, _, _ = nodes[node]
            frames.append(name)
        paths[tuple(reversed(frames))] = (own, total)
    assert len(paths) == len(nodes), "two nodes share a path"
    return paths


def read_reply(path: str) -> Any:
    """A recorded reply, of NAME or NAME.gz."""
    with gzip.open(path + ".gz", "rt") if os.path.exists(path + ".gz") else open(path) as file:
        return json.load(file)
